use acetate_model::{Case, Check, Finding, Quantity, Severity};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "out_of_phase",
    about: "Looks for left and right that cancel each other: a correlation below zero. On a phone or in a \
            club, where both sides are one, the sound gets thin or vanishes. Keeps quiet about anything that \
            survives in mono, however wide.",
    run,
};

/// The lowest correlation that passes: a little below unrelated, where wide effects may stray.
pub(crate) const LOWEST: f64 = -0.2;

fn run(case: &Case) -> Vec<Finding> {
    places(case)
        .iter()
        .filter_map(|at| {
            let correlation = scalar(case, at, Quantity::Correlation).filter(|e| e.value < LOWEST)?;
            let text =
                format!("Left and right cancel in mono: their correlation is {:.2}.", correlation.value);
            let hint =
                "Look for one side with its polarity turned, or for a widening effect that goes too far.";
            let evidence =
                [correlation.usual(LOWEST, 1.0)].into_iter().chain(scalar(case, at, Quantity::MonoLoss));
            let finding = found(CHECK.code, Severity::Warning, at, text, hint).resting_on(evidence);
            Some(finding.at_times(stretches(case, at, Quantity::CorrelationOverTime, |value| value < LOWEST)))
        })
        .collect()
}
