//! Bricks of sound: filters, transforms, interpolation, envelopes, noise. They have no parameters and no names.

mod interpolation;
mod lookahead;
mod true_peak;

pub use interpolation::{
    HANN_AFTER, HANN_BEFORE, HANN_TAPS, Hann4, SINC_AFTER, SINC_BEFORE, SINC_TAPS, Sinc16, TILE,
    highest_sample,
};
pub use lookahead::{box_lengths, box_sum, moving_max};
pub use true_peak::{TruePeak4, TruePeakMeter};

mod resample;

pub use resample::Resampler;

mod hops;
mod k_weighting;
mod sections;
mod third_octave;

pub use hops::{HopPart, Hops};
pub use k_weighting::{ENERGY_HOP_MS, KWeighting, k_sections};
pub use sections::{PairFilter, Section};
pub use third_octave::{ThirdOctaves, power_between};
