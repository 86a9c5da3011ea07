//! List 1: meters, from audio to readings. One file each, and one line in [`METERS`].
//!
//! Meters hear mono or stereo. Of more channels, those that compare left with right hear the first two.

mod abreast;
mod band_edge;
mod bank;
mod bits;
mod cells;
mod character;
mod clicks;
mod clipping;
mod coherent;
mod compare;
mod dc;
mod derived;
mod dynamics;
mod edges;
mod floor;
mod held;
mod history;
mod holes;
mod hum;
mod length;
mod lines;
mod loudness;
mod low_rate;
mod masking;
mod moments;
mod noise_floor;
pub mod null;
mod onsets;
mod overlap;
mod pauses;
mod peak;
mod power;
mod programme;
mod resonance;
mod sections;
mod shared;
mod sibilance;
mod spectrum;
mod stereo;
mod sums;
mod tiles;
mod transform;

use acetate_model::{ComparisonEntry, MeterEntry};

pub use bank::MeterBank;
pub use character::SWING_EDGES_HZ;
pub use compare::ComparisonBank;
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
    cells::ENTRY,
    character::ENTRY,
    resonance::ENTRY,
    sibilance::ENTRY,
    clipping::ENTRY,
    holes::ENTRY,
    edges::ENTRY,
    clicks::ENTRY,
    hum::ENTRY,
    noise_floor::ENTRY,
    band_edge::ENTRY,
    bits::ENTRY,
    held::ENTRY,
    length::ENTRY,
];

/// Every comparison, in the order of a report.
pub const COMPARISONS: &[ComparisonEntry] = &[shared::ENTRY, overlap::ENTRY, onsets::ENTRY, masking::ENTRY];
