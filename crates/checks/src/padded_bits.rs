use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, SourceNote, Stage, Stem};

use crate::look::{Resting, found, once_for_all, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "padded_bits",
    about: "Looks for files with more bits than their samples use: 16 bits that were padded to 24 have lost what the \
            24 would have held. Keeps quiet about 24 bits in a float file, which holds no more by itself, about \
            sounds as simple as a square wave, and about resampled stems, whose samples are new.",
    run,
};

/// So many empty bits at the end of every sample are no chance.
const EMPTY_BITS: f64 = 4.0;
/// A float file holds so many by itself.
const FLOAT_BITS: f64 = 24.0;
/// What lies on a coarser grid was made so: square waves, sounds of old machines.
const COARSEST_BITS: f64 = 8.0;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output {
        return Vec::new();
    }
    let each = case.stems.iter().filter_map(|stem| padded(case, stem)).collect();
    once_for_all(case, each, "All stems use fewer bits than their files have.")
}

fn padded(case: &Case, stem: &Stem) -> Option<Finding> {
    let at = place(stem);
    if stem.source.notes.iter().any(|note| matches!(note, SourceNote::Resampled { .. })) {
        return None;
    }
    // a stem that hardly sounds has too few samples to tell
    case.readings.scalar(&at, Quantity::Rms)?;
    let bits = f64::from(stem.source.bits?);
    let most = bits.min(FLOAT_BITS) - EMPTY_BITS;
    let used =
        scalar(case, &at, Quantity::BitsInUse).filter(|e| (COARSEST_BITS..=most).contains(&e.value))?;
    let text = format!("The file has {bits} bits and every sample fits into {}.", used.value);
    let hint = "Export it again at the depth of the session, 24 bits or float, without dither; if it was recorded so, \
                there is nothing to do.";
    let depth = Evidence::new(&at, Quantity::BitDepth, bits);
    Some(found(CHECK.code, Severity::Note, &at, text, hint).resting_on([used.usual(bits, bits), depth]))
}
