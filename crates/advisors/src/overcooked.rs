use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Place, Quantity, Stem};

use crate::moves::{place, ramp, scalar};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "overcooked",
    about: "Tells of stems that a clipper or limiter has flattened all through, which nothing brings back: they are for the \
            mix to send again. A stem that is hardly heard counts for little, and one whose peaks are held now and \
            then for nothing, since that may be its sound.",
    repairs: false,
    faults,
    run: |_| Advice::new(),
};

/// From the first to the second share of the time in which peaks are held, a stem goes from worked on to flattened.
const HELD_PERCENT: [f64; 2] = [30.0, 90.0];

/// Equal notes alone are held less, and of less variety: a share counts from here on, and wholly up there.
const HELD_OVER: [f64; 2] = [2.5, 4.0];
/// See [`HELD_OVER`], in dB.
const HELD_VARIETY_DB: [f64; 2] = [2.2, 3.2];

/// Clipped runs a second, as powers of ten: from one in a second, which is heard as a crackle here and there, to thirty,
/// which is a distortion.
const CLIPPED_DECADES: [f64; 2] = [0.0, 1.5];

/// A stem that lies so far under the song counts for nothing, and wholly from up there, in LU.
const HEARD_LU: [f64; 2] = [-20.0, -8.0];

fn faults(case: &Case) -> Vec<Fault> {
    if case.stems.len() < 2 {
        return Vec::new();
    }
    case.stems.iter().filter_map(|stem| flattened(case, stem)).collect()
}

fn flattened(case: &Case, stem: &Stem) -> Option<Fault> {
    let at = place(stem);
    let loud = scalar(case, &at, Quantity::Integrated)?.value
        - scalar(case, &Place::Master, Quantity::Integrated)?.value;
    let weight = ramp(loud, HEARD_LU[0], HEARD_LU[1]);
    let (flat, evidence, seen) =
        [held(case, &at), clipped(case, &at)].into_iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let severity = Fault::GRAVEST * weight * flat;
    (severity > 0.0).then(|| Fault {
        severity,
        beyond: true,
        remedy: format!("take limiters and clippers off it and export it again: {seen}."),
        evidence: vec![evidence],
        at,
    })
}

/// How flat a stem is from 0 to 1, what shows it, and in words.
type Flat = (f64, Evidence, String);

fn held(case: &Case, at: &Place) -> Option<Flat> {
    let read = |quantity| scalar(case, at, quantity);
    let share = read(Quantity::HeldPeaks)?;
    let surely = ramp(read(Quantity::HeldOver)?.value, HELD_OVER[0], HELD_OVER[1])
        * ramp(read(Quantity::HeldVariety)?.value, HELD_VARIETY_DB[0], HELD_VARIETY_DB[1]);
    let flat = surely * ramp(share.value, HELD_PERCENT[0], HELD_PERCENT[1]);
    let seen = format!("in {:.0} % of the time its peaks are held at one level", share.value);
    Some((flat, share.usual(0.0, HELD_PERCENT[0]), seen))
}

fn clipped(case: &Case, at: &Place) -> Option<Flat> {
    let runs = scalar(case, at, Quantity::ClippedRuns).filter(|runs| runs.value > 0.0)?;
    let (length, rate) = (scalar(case, at, Quantity::Length)?.value, scalar(case, at, Quantity::Rate)?.value);
    let active = scalar(case, at, Quantity::Activity)?.value / 100.0;
    let seconds = (active * length / rate).max(1.0);
    let flat = ramp(libm::log10(runs.value / seconds), CLIPPED_DECADES[0], CLIPPED_DECADES[1]);
    let seen = format!("{:.0} places are clipped", runs.value);
    Some((flat, runs.usual(0.0, seconds), seen))
}
