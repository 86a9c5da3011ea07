//! The list `PROCESSORS`: settings to sound, one file each.

use acetate_model::ProcessorEntry;

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[];
