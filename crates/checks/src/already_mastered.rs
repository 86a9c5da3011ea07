use acetate_model::{Case, Check, Finding, Place, Promise, Quantity, Severity, Stage};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "already_mastered",
    about: "Looks for a delivery that was limited before: loud, dense and close to full scale at once. What a \
            limiter took away does not come back, and little room is left. Keeps quiet when only one or two \
            of the three hold: a loud mix alone is a choice.",
    run,
};

/// Louder than mixes are delivered.
const LOUD_LUFS: f64 = -12.0;

/// Peaks nearer to the loudness than unlimited music has them.
const DENSE_LU: f64 = 8.0;

/// Peaks where limiters leave them.
const HIGH_DBTP: f64 = -1.0;

fn run(case: &Case) -> Vec<Finding> {
    let read = |quantity| scalar(case, &Place::Master, quantity);
    let limited = || {
        let loud = read(Quantity::Integrated).filter(|e| e.value > LOUD_LUFS)?;
        let dense = read(Quantity::PeakToLoudness).filter(|e| e.value < DENSE_LU)?;
        let high = read(Quantity::TruePeak).filter(|e| e.value > HIGH_DBTP)?;
        let text = format!(
            "It sounds mastered already: {:.1} LUFS, peaks only {:.1} LU above it, at {:.1} dBTP.",
            loud.value, dense.value, high.value
        );
        let hint =
            "Send stems without a limiter or clipper on the mix bus; as it is there is little room left.";
        Some(found(CHECK.code, Severity::Warning, &Place::Master, text, hint).resting_on([
            loud.usual(Promise::FLOOR, LOUD_LUFS),
            dense.usual(DENSE_LU, -Promise::FLOOR),
            high.usual(Promise::FLOOR, HIGH_DBTP),
        ]))
    };
    if case.stage == Stage::Input { limited().into_iter().collect() } else { Vec::new() }
}
