use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Move, Place, Promise, Quantity};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, scalar, settings, severity};
use crate::norms::LOW_CORRELATION;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "low_width",
    about: "Looks for a stem that carries the low end and whose left and right differ there: in mono and on vinyl it would \
            lose its weight. It makes the lowest octaves of that stem mono; its middle stays. Keeps quiet about stems whose \
            low end is lost among others, and about width above.",
    repairs: false,
    faults,
    run,
};

/// Up to where the low end of a stem may be made mono, and from where that rises, in Hz.
const MONO_HZ: [f64; 2] = [30.0, 150.0];

/// From this correlation down the low end is made mono as far up as it may be.
const WIDE: f64 = 0.65;

/// The power of a stem's low end over that of the song's: at the first it does not count, at the second it does, in dB.
const CARRIES_DB: [f64; 2] = [-14.0, -8.0];

/// Where the low end ends, in Hz.
const LOW_HZ: f64 = 120.0;

/// A low end that lies so far below the whole song is heard by no one, in dB.
const UNHEARD_DB: f64 = -30.0;

/// What is promised of the correlation.
const PROMISED: [f64; 2] = [0.85, 1.0];

/// A stem with its correlation, and from 0 to 1 how much of the low end it carries.
struct Wide {
    at: Place,
    correlation: Evidence,
    carries: f64,
}

fn wide(case: &Case) -> Vec<Wide> {
    if case.stems.len() < 2 {
        return Vec::new();
    }
    let song = low_db(case, &Place::Master);
    let of_stem = |at: Place| {
        let correlation =
            scalar(case, &at, Quantity::LowCorrelation).filter(|e| e.value < LOW_CORRELATION[0])?;
        let [own, all] = [low_db(case, &at)?, song?];
        let is_heard = all[0] - all[1] > UNHEARD_DB;
        let carries = ramp(own[0] - all[0], CARRIES_DB[0], CARRIES_DB[1]);
        let correlation = correlation.usual(LOW_CORRELATION[0], 1.0);
        (is_heard && carries > 0.0).then_some(Wide { at, correlation, carries })
    };
    case.stems.iter().map(place).filter_map(of_stem).collect()
}

/// The power below the end of the low end, and of all.
fn low_db(case: &Case, at: &Place) -> Option<[f64; 2]> {
    let bands = case.readings.spectrum(at, Quantity::Spectrum)?;
    let power = |to_hz: f64| {
        let inside = bands.iter().filter(|(hz, _)| *hz < to_hz);
        acetate_model::power_db(inside.map(|(_, db)| libm::exp10(db / 10.0)).sum())
    };
    Some([power(LOW_HZ)?, power(f64::INFINITY)?])
}

fn faults(case: &Case) -> Vec<Fault> {
    let [usual, unrelated] = LOW_CORRELATION;
    let fault = |wide: Wide| Fault {
        severity: wide.carries * severity(usual - wide.correlation.value, usual - unrelated),
        beyond: false,
        remedy: format!(
            "bring its low end to the middle: left and right correlate by {:.2} there.",
            wide.correlation.value
        ),
        at: wide.at,
        evidence: vec![wide.correlation],
    };
    wide(case).into_iter().map(fault).collect()
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    wide(case).into_iter().filter_map(to_the_middle).collect()
}

fn to_the_middle(wide: Wide) -> Option<Move> {
    let [lowest, highest] = MONO_HZ;
    let share = wide.carries * ramp(wide.correlation.value, LOW_CORRELATION[0], WIDE);
    let hz = lowest + (highest - lowest) * share;
    let because = format!(
        "It carries the low end, and left and right correlate there by {:.2} only, where {:.1} is usual; it is made mono \
         below {hz:.0} Hz.",
        wide.correlation.value, LOW_CORRELATION[0]
    );
    let process = ("stereo", settings([("mono_below_hz", rounded(hz, 0))]));
    let mut made = advise(ADVISOR.id, &wide.at, process, because, vec![wide.correlation]);
    if share >= 1.0 {
        let within = PROMISED;
        made.promises.push(Promise { of: wide.at, quantity: Quantity::LowCorrelation, within });
    }
    (share > 0.0).then_some(made)
}
