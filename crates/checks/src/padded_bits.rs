use acetate_model::{Case, Check, Finding, Quantity, Severity, SourceNote, Stage, Stem};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "padded_bits",
    about: "Looks for files of 24 bits or more whose samples need far fewer: they were rounded on the way, and the \
            noise of that, or its distortion without dither, comes up with the level. Keeps quiet when a gain or a \
            fade came after it, for then all bits are in use, and when the stem was resampled here.",
    run,
};

/// The least depth of a file that promises more than it may hold.
const DEEP_BITS: u32 = 24;

/// Converters and processors fill more; 16 and 20 bits are what recorders and players had.
const MOST_HELD_BITS: f64 = 20.0;

fn run(case: &Case) -> Vec<Finding> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    stems.iter().filter_map(|stem| padded(case, stem)).collect()
}

fn padded(case: &Case, stem: &Stem) -> Option<Finding> {
    let bits = stem.source.bits.filter(|&bits| bits >= DEEP_BITS)?;
    if stem.source.notes.iter().any(|note| matches!(note, SourceNote::Resampled { .. })) {
        return None;
    }
    let at = place(stem);
    let held = scalar(case, &at, Quantity::BitsInUse).filter(|e| e.value <= MOST_HELD_BITS)?;
    let text = format!("The file has {bits} bits, of which its samples use {}.", held.value);
    let hint = "Export it from the session at 24 bits or in float, not from files of 16 bits.";
    let evidence = [held.usual(MOST_HELD_BITS + 1.0, f64::from(DEEP_BITS))];
    Some(found(CHECK.code, Severity::Note, &at, text, hint).resting_on(evidence))
}
