use acetate_model::{Case, Check, Evidence, Finding, Place, Promise, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar};

pub(crate) const CHECK: Check = Check {
    code: "abrupt_start",
    about: "Looks for files that begin in the middle of a wave: the first sample stands far from zero, which clicks, and \
            what was before it is missing. Keeps quiet about notes that begin with the file, however loud, for their \
            waves rise from zero, and where the step is no larger than those of the sound itself.",
    run,
};

/// A softer first sample is not heard as a click.
const SOFTEST_DBFS: f64 = -50.0;
/// The first step over the highest one of the sound itself.
const STANDS_OUT_DB: f64 = 6.0;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output {
        return Vec::new();
    }
    let clicks: Vec<(Place, Evidence)> =
        places(case).into_iter().filter_map(|at| Some((at.clone(), starts(case, &at)?))).collect();
    let stems = clicks.iter().filter(|(at, _)| *at != Place::Master).count();
    let all = case.stems.len() > 1 && stems == case.stems.len();
    clicks
        .into_iter()
        .filter(|(at, _)| all == (*at == Place::Master) || case.stems.len() < 2)
        .map(|(at, first)| {
            let text = format!(
                "Begins in the middle of a wave: its first sample stands at {:.1} dBFS.",
                first.value
            );
            let hint = "Export from a little before the first sound, all stems from the same start.";
            found(CHECK.code, Severity::Note, &at, text, hint)
                .resting_on([first.usual(Promise::FLOOR, SOFTEST_DBFS)])
        })
        .collect()
}

/// The level of the first sample, if it clicks.
fn starts(case: &Case, at: &Place) -> Option<Evidence> {
    let step = case.readings.scalar(at, Quantity::StartStep)?;
    scalar(case, at, Quantity::StartLevel).filter(|e| step > STANDS_OUT_DB && e.value > SOFTEST_DBFS)
}
