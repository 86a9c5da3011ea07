use acetate_model::{Case, Check, Finding, Place, Quantity, Severity};

use crate::look::{Resting, found, places, scalar, stretches};
use crate::out_of_phase::LOWEST;

pub(crate) const CHECK: Check = Check {
    code: "low_correlation",
    about: "Looks for long passages in which left and right cancel each other, while the whole is in order: a widened \
            double, an effect, one take with its polarity turned. In mono these passages lose their body. Keeps \
            quiet about single moments, and where the whole is out of phase.",
    run,
};

/// A shorter passage is a moment: less than a bar or two.
const SHORTEST_MS: f64 = 4000.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case).iter().filter_map(|at| passages(case, at)).collect()
}

fn passages(case: &Case, at: &Place) -> Option<Finding> {
    let whole = scalar(case, at, Quantity::Correlation).filter(|e| e.value >= LOWEST)?;
    let mut passages = stretches(case, at, Quantity::CorrelationOverTime, |value| value < LOWEST);
    passages.retain(|[from, to]| to - from >= SHORTEST_MS);
    let longest_ms = passages.iter().map(|[from, to]| to - from).max_by(f64::total_cmp)?;
    let text = format!(
        "Left and right cancel in mono for {:.0} s at a stretch; over the whole their correlation is {:.2}.",
        longest_ms / 1000.0,
        whole.value
    );
    let hint =
        "Look for a widening effect or a turned polarity in these passages, and listen to them in mono.";
    let evidence = [whole.usual(LOWEST, 1.0)].into_iter().chain(scalar(case, at, Quantity::MonoLoss));
    Some(found(CHECK.code, Severity::Note, at, text, hint).resting_on(evidence).at_times(passages))
}
