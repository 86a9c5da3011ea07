use acetate_model::{Case, Check, Finding, Quantity, Severity, Stage, Stem};

use crate::look::{Resting, found, place, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "limited_on_the_way",
    about: "Looks for stems that went through a limiter or clipper and were turned down or encoded afterwards: peaks of \
            many different sounds stop at the same level, and hardly any lies just below. The transients are gone \
            and do not come back. Keeps quiet where one sound is repeated at one level, as by synthesisers and \
            samplers, where peaks are few, and where clipped runs say it already.",
    run,
};

/// So many times more peaks than one step lower: those of unlimited music get more the lower one looks.
const PILE: f64 = 3.0;
/// Fewer peaks at one level may be chance.
const FEWEST_PEAKS: f64 = 20.0;
/// In as many kinds they are not the same sound again and again.
const FEWEST_KINDS: f64 = 10.0;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output {
        return Vec::new();
    }
    case.stems.iter().filter_map(|stem| limited(case, stem)).collect()
}

fn limited(case: &Case, stem: &Stem) -> Option<Finding> {
    let at = place(stem);
    let at_least = |quantity, least| {
        scalar(case, &at, quantity).filter(|e| e.value >= least).map(|e| e.usual(0.0, least))
    };
    let pile = at_least(Quantity::PileUp, PILE)?;
    let peaks = at_least(Quantity::PileUpPeaks, FEWEST_PEAKS)?;
    let kinds = at_least(Quantity::PileUpKinds, FEWEST_KINDS)?;
    if case.readings.scalar(&at, Quantity::ClippedRuns).is_some_and(|runs| runs >= 1.0) {
        return None;
    }
    let level = scalar(case, &at, Quantity::PileUpLevel)?;
    let text = format!(
        "It was limited or clipped before: {} peaks of different sounds stop at {:.1} dBFS, {:.0} times as many as \
         just below.",
        peaks.value, level.value, pile.value
    );
    let hint = "Send it without limiter, clipper or maximiser; if that is its sound, there is nothing to do.";
    let finding = found(CHECK.code, Severity::Warning, &at, text, hint);
    let finding = finding.resting_on([pile, peaks, kinds, level]);
    Some(finding.at_times(stretches(case, &at, Quantity::PileUpAt, |count| count > 0.0)))
}
