use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, Stem};

use crate::look::{Resting, found, once_for_all, place};
use crate::origin::{Origin, origin};

pub(crate) const CHECK: Check = Check {
    code: "upsampled",
    about: "Looks for stems that were at a lower rate before: the spectrum falls off a cliff just below half of a usual \
            rate and nothing is left up to half of the file's own. Nothing is gained by the higher rate, and each \
            conversion costs a little. Keeps quiet where we converted it ourselves.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    let each = case.stems.iter().filter_map(|stem| upsampled(case, stem)).collect();
    once_for_all(case, each, "All stems were at a lower rate before: each spectrum falls off a cliff.")
}

fn upsampled(case: &Case, stem: &Stem) -> Option<Finding> {
    let (Origin::LowerRate { hz }, [fall, end]) = origin(case, stem)? else { return None };
    let at = place(stem);
    let text = format!(
        "The file of {} Hz was at {hz:.0} Hz before: its spectrum falls by {:.0} dB and ends at {:.0} Hz.",
        stem.source.rate_hz, fall.value, end.value
    );
    let hint = "Send it at the rate at which it was made; we convert it if need be.";
    let rate = Evidence::new(&at, Quantity::Rate, f64::from(stem.source.rate_hz)).usual(hz, hz);
    Some(found(CHECK.code, Severity::Note, &at, text, hint).resting_on([fall, end, rate]))
}
