use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Move, Place, Promise, Quantity};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, scalar, settings, severity};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "hum",
    about: "Looks for the hum of the mains, which is raised with everything else, and takes its lines out of the stem that \
            has them. Keeps quiet about a hum so soft that no mastering brings it up, and about notes of a bass.",
    repairs: false,
    faults,
    run,
};

/// Softer than this it stays below what a quiet room lets through, in dBFS.
const UNHEARD_DBFS: f64 = -75.0;

/// So much over that it is heard in pauses once the song is raised, in dB.
const HEARD_DB: f64 = 15.0;

/// From this excess on the lines are taken out as far as they can be, in dB.
const FULL_DB: f64 = 12.0;

/// What can be subtracted as it was measured costs the music nothing, so it goes wholly where it begins to be heard, and
/// not at all where it never will be, in dBFS.
const STEADY_DBFS: [f64; 2] = [-82.0, UNHEARD_DBFS];

/// The most that a line is turned down, in dB.
const RANGE_DB: f64 = 40.0;

/// What is left of a hum at most, in dB re what it was, where the range allows it.
const LEFT_DB: f64 = -20.0;

/// The same, as a share of the amplitude, of a hum that is subtracted as it was measured.
const LEFT_OF_STEADY: f64 = 0.1;

/// Between both mains, in Hz.
const BETWEEN_MAINS_HZ: f64 = 55.0;

fn places(case: &Case) -> Vec<Place> {
    if only_the_sum(case) { vec![Place::Master] } else { case.stems.iter().map(place).collect() }
}

fn heard(case: &Case, at: &Place, from_dbfs: f64) -> Option<[Evidence; 2]> {
    let level = scalar(case, at, Quantity::HumLevel).filter(|e| e.value > from_dbfs)?;
    Some([level.usual(Promise::FLOOR, UNHEARD_DBFS), scalar(case, at, Quantity::HumFrequency)?])
}

fn faults(case: &Case) -> Vec<Fault> {
    let fault = |at: Place| {
        let [level, mains] = heard(case, &at, UNHEARD_DBFS)?;
        Some(Fault {
            severity: severity(level.value - UNHEARD_DBFS, HEARD_DB),
            beyond: false,
            remedy: format!(
                "find the source of the hum of {:.1} Hz, which stands at {:.1} dBFS, and record it again.",
                mains.value, level.value
            ),
            evidence: vec![level, mains],
            at,
        })
    };
    let stems =
        if case.stems.len() < 2 { vec![Place::Master] } else { case.stems.iter().map(place).collect() };
    stems.into_iter().filter_map(fault).collect()
}

fn run(case: &Case) -> Advice {
    places(case).iter().filter_map(|at| take_out(case, at)).collect()
}

fn take_out(case: &Case, at: &Place) -> Option<Move> {
    let tones = steady(case, at);
    let range = if tones.is_some() { STEADY_DBFS } else { [UNHEARD_DBFS, UNHEARD_DBFS + FULL_DB] };
    let [level, mains] = heard(case, at, range[0])?;
    let share = ramp(level.value, range[0], range[1]);
    let because = format!(
        "It hums at {:.1} Hz and its multiples with {:.1} dBFS from end to end; the lines are taken out.",
        mains.value, level.value
    );
    let (process, left_db) = if let Some(tones) = tones {
        let left = (1.0 - share).max(LEFT_OF_STEADY);
        let process = [("share_percent", rounded(100.0 * share, 0)), ("tones", tones)];
        (("tones", settings(process)), acetate_model::amplitude_db(left).unwrap_or(LEFT_DB))
    } else {
        let name = if mains.value < BETWEEN_MAINS_HZ { "hz50" } else { "hz60" };
        let range_db = RANGE_DB * share;
        let process = [("mains", Json::from(name)), ("range_db", rounded(range_db, 1))];
        (("hum", settings(process)), LEFT_DB.max(-range_db))
    };
    let left = (level.value + left_db).max(UNHEARD_DBFS);
    let mut made = advise(ADVISOR.id, at, process, because, vec![level, mains]);
    made.promises.push(Promise::at_most(at, Quantity::HumLevel, left));
    Some(made)
}

/// The lines that are the same from end to end, as they are on either side.
fn steady(case: &Case, at: &Place) -> Option<Json> {
    let read = |quantity| case.readings.spectrum(at, quantity);
    let (left, right) = (read(Quantity::HumLeft)?, read(Quantity::HumRight)?);
    let turned = [read(Quantity::HumLeftPhase)?, read(Quantity::HumRightPhase)?];
    let of = |bands: &[(f64, f64)], hz: f64| bands.iter().find(|(at, _)| *at == hz).map(|(_, value)| *value);
    let mut hz: Vec<f64> = left.iter().chain(&right).map(|(hz, _)| *hz).collect();
    hz.sort_by(f64::total_cmp);
    hz.dedup();
    let tone = |hz: f64| {
        let side = |level: &[(f64, f64)], turned: &[(f64, f64)]| {
            [of(level, hz).unwrap_or(NO_TONE_DBFS).max(NO_TONE_DBFS), of(turned, hz).unwrap_or(0.0)]
        };
        let ([l, l_turned], [r, r_turned]) = (side(&left, &turned[0]), side(&right, &turned[1]));
        Json::Object(settings([
            ("freq_hz", rounded(hz, 5)),
            ("left_dbfs", rounded(l, 2)),
            ("left_degrees", rounded(l_turned, 1)),
            ("right_dbfs", rounded(r, 2)),
            ("right_degrees", rounded(r_turned, 1)),
        ]))
    };
    Some(Json::from(hz.into_iter().map(tone).collect::<Vec<_>>()))
}

/// A line softer than this on one side is not there.
const NO_TONE_DBFS: f64 = -140.0;
