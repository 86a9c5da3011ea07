use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, SourceNote};

use crate::look::{Resting, found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "truncated",
    about: "Looks for files that end before their header says, as after a broken upload. What is missing is \
            missing from the master. Keeps quiet when header and data agree.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case)
        .filter_map(|(stem, note)| {
            let SourceNote::Truncated { expected, found: frames } = note else { return None };
            let at = place(stem);
            let text =
                format!("The file ends after {frames} of the {expected} frames that its header tells of.");
            let hint = "Send the file again; a copy or an upload was cut short.";
            let length = Evidence::new(&at, Quantity::Length, *frames as f64)
                .usual(*expected as f64, *expected as f64);
            Some(found(CHECK.code, Severity::Warning, &at, text, hint).resting_on([length]))
        })
        .collect()
}
