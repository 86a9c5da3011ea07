use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Repair, Severity, Stage};

use crate::look::{Resting, found, place, scalar};
use crate::shares::{Kind, Shared, number, shared};

pub(crate) const CHECK: Check = Check {
    code: "timing",
    about: "Looks for stems that lie beside the time of the others: exported from another start, late through a \
            plug-in, slowly drifting, or of another clock. Where two stems share a sound its lag tells; else the \
            onsets of a stem beside those of the rest, if both keep a clear beat. Keeps quiet about the push and \
            pull of musicians, about echoes, about the way from a loudspeaker to a microphone, and about off-beats.",
    run,
};

/// Lags from here on, in milliseconds, are no playing: musicians stay within two thirds of it.
const OFFSET_MS: f64 = 30.0;

/// Two prints of one sound colour each other from here on, in milliseconds: the first notch comes below 1 kHz.
const PRINT_MS: f64 = 0.5;

/// The furthest a delay moves a stem, in milliseconds: beyond, it was exported from another start and should be again.
const FURTHEST_MS: f64 = 50.0;

/// Onsets that match less tell no offset: pauses, ornaments and long notes leave that much of a common beat.
const CLEAR_BEAT: f64 = 0.15;

/// A stem whose onsets match those of the rest by this in time keeps the beat: five times what chance leaves in a
/// minute.
const KEEPS_BEAT: f64 = 0.08;

/// Onsets that match by this leave no doubt, even beside a single stem that keeps the beat.
const SURE_BEAT: f64 = 0.4;

/// Onsets that match in time by more than this share of their best are in time.
const IN_TIME: f64 = 0.4;

/// A lag at which the beat itself repeats this well may be an off-beat.
const GRID: f64 = 0.2;

/// The share of the song in which an offset must show, in percent.
const STEADY_PERCENT: f64 = 75.0;

/// A copy that strays further than this over the song, in milliseconds, drifts.
const DRIFTED_MS: f64 = 1.0;

/// The two rates that are taken for each other.
const RATES: f64 = 48_000.0 / 44_100.0;

/// How exactly lengths must stand in that ratio, and how exactly the others must agree.
const SAME_LENGTH: f64 = 0.002;

/// Fewer other stems that agree do not tell which of all is wrong.
const FEWEST_OTHERS: usize = 2;

fn run(case: &Case) -> Vec<Finding> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    let places: Vec<Place> = stems.iter().map(place).collect();
    let shared = shared(case);
    let of_pairs = shared.iter().filter_map(|s| drifts(case, s).or_else(|| lags(case, s)));
    let of_stems = places
        .iter()
        .filter_map(|at| mistaken_rate(case, at, &places).or_else(|| off_beat(case, at, &places)));
    of_pairs.chain(of_stems).collect()
}

/// Two stems that share a sound at two times.
fn lags(case: &Case, shared: &Shared) -> Option<Finding> {
    let lag = shared.lag_ms;
    let (limit_ms, severity) = match shared.kind {
        Kind::Same => return None,
        Kind::Double | Kind::Printed if lag.abs() < OFFSET_MS => (PRINT_MS, Severity::Warning),
        // nobody hears a sound before it is made
        _ if lag < 0.0 => (OFFSET_MS, Severity::Warning),
        _ => (OFFSET_MS, Severity::Note),
    };
    let word = if lag > 0.0 { "later" } else { "earlier" };
    let text = format!("The sound it shares with {} comes {:.1} ms {word} here.", shared.other(), lag.abs());
    let hint = match severity {
        Severity::Note => "Nothing, if it is an echo; else export both from the same start.",
        _ => {
            "Export both from the same start with the latency of all plug-ins made up for, or allow to align."
        }
    };
    let quantities = [Quantity::SharedLag, Quantity::SharedLevel];
    (lag.abs() >= limit_ms).then(|| {
        let finding = found(CHECK.code, severity, &shared.of, text, hint)
            .resting_on(quantities.into_iter().filter_map(|quantity| shared.evidence(case, quantity)))
            .at_times(shared.when_ms(case));
        let can_be_moved = severity == Severity::Warning && lag.abs() <= FURTHEST_MS;
        if can_be_moved { finding.mended_by(Repair::Align) } else { finding }
    })
}

/// Two stems that share a sound and drift apart.
fn drifts(case: &Case, shared: &Shared) -> Option<Finding> {
    let ppm = number(case, &shared.of, &shared.against, Quantity::SharedDrift)?;
    let rate = case.readings.scalar(&Place::Master, Quantity::Rate)?;
    let length_ms = 1000.0 * case.readings.scalar(&Place::Master, Quantity::Length)? / rate;
    let strays_ms = (1e-6 * ppm * length_ms).abs();
    let text = format!(
        "The sound it shares with {} drifts by {strays_ms:.1} ms over the song: {:.0} ppm {}.",
        shared.other(),
        ppm.abs(),
        if ppm > 0.0 { "slower" } else { "faster" }
    );
    let hint = "Record or convert both on one clock: a delay cannot mend a drift.";
    (strays_ms >= DRIFTED_MS).then(|| {
        found(CHECK.code, Severity::Warning, &shared.of, text, hint)
            .resting_on(shared.evidence(case, Quantity::SharedDrift))
    })
}

/// A stem whose onsets lie beside the beat of the rest.
fn off_beat(case: &Case, at: &Place, places: &[Place]) -> Option<Finding> {
    let of = |quantity| number(case, at, &Place::Master, quantity);
    let others = places.iter().filter(|other| *other != at && keeps_the_beat(case, other)).count();
    let (lag, best) = (of(Quantity::OnsetLag)?, of(Quantity::OnsetMatch)?);
    let common_beat = others >= FEWEST_OTHERS || (others > 0 && best >= SURE_BEAT);
    let is_beside = common_beat
        && lag.abs() >= OFFSET_MS - 0.5 * STEP_MS
        && best >= CLEAR_BEAT
        && of(Quantity::OnsetInTime)? <= IN_TIME * best
        && of(Quantity::OnsetGrid)? <= GRID
        && of(Quantity::OnsetSteady)? >= STEADY_PERCENT;
    let text = format!(
        "Its onsets come about {:.0} ms {} those of the other stems, all along.",
        lag.abs(),
        if lag > 0.0 { "after" } else { "before" }
    );
    let hint = "Export all stems from the same start, and listen to this one with the drums.";
    let evidence = |quantity| Some(Evidence::new(at, quantity, of(quantity)?).against(&Place::Master));
    let quantities = [Quantity::OnsetLag, Quantity::OnsetMatch, Quantity::OnsetInTime, Quantity::OnsetSteady];
    is_beside.then(|| {
        found(CHECK.code, Severity::Warning, at, text, hint)
            .resting_on(quantities.into_iter().filter_map(evidence))
    })
}

fn keeps_the_beat(case: &Case, at: &Place) -> bool {
    let of = |quantity| number(case, at, &Place::Master, quantity);
    let in_time = of(Quantity::OnsetInTime).unwrap_or(0.0);
    in_time >= KEEPS_BEAT && in_time >= (1.0 - IN_TIME) * of(Quantity::OnsetMatch).unwrap_or(1.0)
}

/// The step in which onsets are told, in milliseconds.
const STEP_MS: f64 = 5.0;

/// A stem that is as much longer or shorter than all others as 44.1 kHz taken for 48 kHz makes it, or the reverse.
fn mistaken_rate(case: &Case, at: &Place, places: &[Place]) -> Option<Finding> {
    let length = scalar(case, at, Quantity::Length)?;
    let others: Vec<f64> = places
        .iter()
        .filter(|other| *other != at)
        .filter_map(|other| case.readings.scalar(other, Quantity::Length))
        .collect();
    let usual = others.iter().copied().fold(0.0, f64::max);
    let near = |a: f64, b: f64| (a / b - 1.0).abs() <= SAME_LENGTH;
    let agree = others.len() >= FEWEST_OTHERS && others.iter().all(|other| near(*other, usual));
    let longer = near(length.value, usual * RATES);
    let text = format!(
        "Is {} than all others by exactly what {} makes: it plays at a wrong speed and pitch.",
        if longer { "longer" } else { "shorter" },
        if longer { "48 kHz read as 44.1 kHz" } else { "44.1 kHz read as 48 kHz" },
    );
    let hint = "Export it again at the rate of the session.";
    (agree && (longer || near(length.value, usual / RATES))).then(|| {
        found(CHECK.code, Severity::Warning, at, text, hint).resting_on([length.usual(usual, usual)])
    })
}
