use acetate_model::{Case, Check, Finding, Severity, SourceNote};

use crate::look::{found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "misnamed",
    about: "Looks for files whose bytes are of another kind than their name says, such as an MP3 that was \
            renamed to WAV. It was read as what it is, but it may not be the file that was meant. Keeps \
            quiet when name and bytes agree.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case)
        .filter_map(|(stem, note)| {
            let SourceNote::Misnamed { really } = note else { return None };
            let text = format!("The name says one kind of file, the bytes say {really}.");
            let hint =
                "Check that it is the file that was meant; a lossy one cannot be made whole by renaming.";
            Some(found(CHECK.code, Severity::Note, &place(stem), text, hint))
        })
        .collect()
}
