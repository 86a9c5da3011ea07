use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, SourceNote};

use crate::look::{Resting, found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "broken_samples",
    about: "Looks for samples that are not a number or infinite, and for parts of a file that could not be \
            decoded. They were replaced by silence, which can be heard as clicks or gaps. Keeps quiet when \
            every sample was read as it was written.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case)
        .filter_map(|(stem, note)| match note {
            SourceNote::NonFinite { samples } => {
                let at = place(stem);
                let text = format!("{samples} samples were not a number or infinite and became silence.");
                let hint = "Export it again; a plug-in in the mix may have failed at that moment.";
                let count = Evidence::new(&at, Quantity::NonFinite, *samples as f64);
                Some(found(CHECK.code, Severity::Warning, &at, text, hint).resting_on([count]))
            }
            SourceNote::Damaged { what } => {
                let text =
                    format!("A part of the file could not be decoded: {}.", what.trim_end_matches('.'));
                let hint = "Send the file again, best as WAV or FLAC.";
                Some(found(CHECK.code, Severity::Warning, &place(stem), text, hint))
            }
            _ => None,
        })
        .collect()
}
