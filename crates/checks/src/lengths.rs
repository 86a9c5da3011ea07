use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, SourceNote, Stem};

use crate::acceptance::session_rate_hz;
use crate::look::{Resting, found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "lengths",
    about: "Looks for stems that are shorter than the longest. Silence was added at their end, which is right \
            only if all stems start together. Keeps quiet when all lengths are equal.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case)
        .filter_map(|(stem, note)| {
            let SourceNote::Padded { frames } = note else { return None };
            let at = place(stem);
            let whole = own_frames(stem) + *frames as f64;
            let [from_ms, to_ms] = [whole - *frames as f64, whole].map(|f| 1000.0 * f / session_rate(stem));
            let text = format!(
                "Ends {:.2} s before the longest stem; silence was added.",
                (to_ms - from_ms) / 1000.0
            );
            let hint = "Check that all stems were exported from the same start, best over the same range.";
            let mut length = Evidence::new(&at, Quantity::Length, own_frames(stem)).usual(whole, whole);
            length.at_ms = Some([from_ms, to_ms]);
            let finding = found(CHECK.code, Severity::Note, &at, text, hint).resting_on([length]);
            Some(finding.at_times(vec![[from_ms, to_ms]]))
        })
        .collect()
}

fn session_rate(stem: &Stem) -> f64 {
    f64::from(session_rate_hz(stem).max(1))
}

/// The stem's length without what was added, in frames at the session rate.
fn own_frames(stem: &Stem) -> f64 {
    (stem.source.frames as f64 * session_rate(stem) / f64::from(stem.source.rate_hz.max(1))).round()
}
