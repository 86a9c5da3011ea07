use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, SourceNote};

use crate::look::{Resting, found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "rates",
    about: "Looks for stems whose rate differs from the session's. They were resampled; at the wrong speed \
            they would not fit the others. Keeps quiet when all rates are equal.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case)
        .filter_map(|(stem, note)| {
            let SourceNote::Resampled { to_hz } = note else { return None };
            let (at, from_hz) = (place(stem), stem.source.rate_hz);
            let text = format!("Resampled from {from_hz} Hz to the session's {to_hz} Hz.");
            let hint = "Export all stems at the session's rate to spare the conversion.";
            let rate = Evidence::new(&at, Quantity::Rate, f64::from(from_hz))
                .usual(f64::from(*to_hz), f64::from(*to_hz));
            Some(found(CHECK.code, Severity::Note, &at, text, hint).resting_on([rate]))
        })
        .collect()
}
