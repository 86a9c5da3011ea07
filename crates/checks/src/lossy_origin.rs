use acetate_model::{Case, Check, Finding, Severity, Stem};

use crate::look::{Resting, found, once_for_all, place};
use crate::origin::{Origin, origin};

pub(crate) const CHECK: Check = Check {
    code: "lossy_origin",
    about: "Looks for stems that were encoded as MP3, AAC, Vorbis or Opus before: encoders cut off the top, so that the \
            spectrum falls off a cliff there and nothing is left above. Mastering brings the losses forward, above all \
            in the high end. Keeps quiet about what is dull by itself or falls off like a filter, and about the ends \
            that converters of rates leave.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    let each = case.stems.iter().filter_map(|stem| lossy(case, stem)).collect();
    once_for_all(case, each, "All stems end like encoded files: each spectrum falls off a cliff.")
}

fn lossy(case: &Case, stem: &Stem) -> Option<Finding> {
    let (Origin::Lossy, [fall, end]) = origin(case, stem)? else { return None };
    let text = format!(
        "It seems to have been an MP3 or the like: the spectrum falls by {:.0} dB and ends at {:.0} Hz.",
        fall.value, end.value
    );
    let hint =
        "Send the file that was encoded, or export it again as WAV or FLAC; do not convert the encoded one.";
    Some(found(CHECK.code, Severity::Warning, &place(stem), text, hint).resting_on([fall, end]))
}
