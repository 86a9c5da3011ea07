use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "too_short",
    about: "Looks for a delivery that is shorter than one block of the loudness meter. It has no loudness, so no \
            master of it could be promised one; most often the wrong range was exported. Keeps quiet about short \
            stems among long ones.",
    run,
};

/// One gating block (ITU-R BS.1770-5, Annex 1).
const SHORTEST_MS: f64 = 400.0;

/// Whether the sum is shorter than a loudness can be measured on.
pub(crate) fn is(case: &Case) -> bool {
    extent(case).is_some_and(|[length, rate]| 1000.0 * length.value < SHORTEST_MS * rate.value)
}

fn extent(case: &Case) -> Option<[Evidence; 2]> {
    let of = |quantity| scalar(case, &Place::Master, quantity);
    Some([of(Quantity::Length)?, of(Quantity::Rate)?])
}

fn run(case: &Case) -> Vec<Finding> {
    let (Some([length, rate]), Stage::Input) = (extent(case), case.stage) else { return Vec::new() };
    if !is(case) {
        return Vec::new();
    }
    let names: Vec<&str> = case.stems.iter().map(|s| s.name.as_str()).collect();
    let text = format!(
        "Too short to be mastered: {} is {} frames at {} Hz.",
        names.join(", "),
        length.value,
        rate.value
    );
    let hint = "Export the whole song; the shortest that has a loudness is 0.4 s.";
    vec![found(CHECK.code, Severity::Error, &Place::Master, text, hint).resting_on([length, rate])]
}
