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

/// The most that a line is turned down, in dB.
const RANGE_DB: f64 = 40.0;

/// What is left of a hum at most, in dB re what it was, where the range allows it.
const LEFT_DB: f64 = -20.0;

/// Between both mains, in Hz.
const BETWEEN_MAINS_HZ: f64 = 55.0;

fn places(case: &Case) -> Vec<Place> {
    if only_the_sum(case) { vec![Place::Master] } else { case.stems.iter().map(place).collect() }
}

fn heard(case: &Case, at: &Place) -> Option<[Evidence; 2]> {
    let level = scalar(case, at, Quantity::HumLevel).filter(|e| e.value > UNHEARD_DBFS)?;
    Some([level.usual(Promise::FLOOR, UNHEARD_DBFS), scalar(case, at, Quantity::HumFrequency)?])
}

fn faults(case: &Case) -> Vec<Fault> {
    let fault = |at: Place| {
        let [level, mains] = heard(case, &at)?;
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
    let [level, mains] = heard(case, at)?;
    let range_db = RANGE_DB * ramp(level.value, UNHEARD_DBFS, UNHEARD_DBFS + FULL_DB);
    let because = format!(
        "It hums at {:.1} Hz and its multiples with {:.1} dBFS from end to end; the lines are taken out.",
        mains.value, level.value
    );
    let name = if mains.value < BETWEEN_MAINS_HZ { "hz50" } else { "hz60" };
    let left = level.value + LEFT_DB.max(-range_db);
    let process = ("hum", settings([("mains", Json::from(name)), ("range_db", rounded(range_db, 1))]));
    let mut made = advise(ADVISOR.id, at, process, because, vec![level, mains]);
    made.promises.push(Promise::at_most(at, Quantity::HumLevel, left.max(UNHEARD_DBFS)));
    Some(made)
}
