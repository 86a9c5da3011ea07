//! List 1: meters, from audio to readings. One file each, and one line in [`METERS`].
//!
//! Meters hear mono or stereo. Of more channels, those that compare left with right hear the first two.

mod bank;
mod character;
mod clipping;
mod dc;
mod derived;
mod dynamics;
mod history;
mod length;
mod loudness;
mod peak;
mod power;
mod programme;
mod spectrum;
mod stereo;
mod sums;
mod transform;

use acetate_model::MeterEntry;

pub use bank::MeterBank;
pub use character::SWING_EDGES_HZ;
pub use derived::{DERIVED, DerivedEntry};
pub use programme::{BLOCK_MS, STEP_MS, WINDOW_MS, integrated_lufs, lufs, range_lu};

/// Every meter, in the order of a report.
pub const METERS: &[MeterEntry] = &[
    loudness::ENTRY,
    peak::ENTRY,
    dynamics::ENTRY,
    dc::ENTRY,
    stereo::ENTRY,
    spectrum::ENTRY,
    character::ENTRY,
    clipping::ENTRY,
    length::ENTRY,
];
