//! Bricks of sound: filters, transforms, interpolation, envelopes, noise. They have no parameters and no names.

mod autoregression;
mod decimator;
mod delay_line;
mod interpolation;
mod lookahead;
mod noise;
mod true_peak;

pub use autoregression::Autoregression;
pub use decimator::Decimator;
pub use delay_line::DelayLine;
pub use interpolation::{
    HANN_AFTER, HANN_BEFORE, HANN_TAPS, Hann4, SINC_AFTER, SINC_BEFORE, SINC_TAPS, Sinc16, TILE,
    highest_sample,
};
pub use lookahead::{TrailingMax, TrailingMean, box_lengths, box_sum, moving_max};
pub use noise::TriangularNoise;
pub use true_peak::{TruePeak4, TruePeakMeter};

mod prediction;
mod resample;

pub use prediction::prediction_error_filter;
pub use resample::Resampler;

mod hops;
mod k_weighting;
mod sections;
mod third_octave;

pub use hops::{HopPart, Hops};
pub use k_weighting::{ENERGY_HOP_MS, KWeighting, k_sections};
pub use sections::{PairFilter, Section};
pub use third_octave::{Bins, ThirdOctaves, power_between};

mod biquad;
mod long_filter;
mod matched;
mod minimum_phase;

pub use biquad::Cascade;
pub use long_filter::{LongFilter, most_linear, reach};
pub use matched::{Corner, Prototype, butterworth_high_pass, butterworth_low_pass};
pub use minimum_phase::{correction, minimum_phase};
pub use realfft::num_complex::Complex64;

mod convolver;
mod crest;
mod crossover;
mod envelope;
mod fir;
mod masks;
mod pair_convolver;
mod power_spectrum;

pub use convolver::{Convolver, Full, Windows, middle};
pub use crest::CrestTimes;
pub use crossover::LinkwitzRiley;
pub use envelope::{Compression, DETECTOR_TILE, Decoupled, MeanPower, Tile, gain, level_db};
pub use fir::{FIR_TILE, Fir};
mod actions;
mod gain_match;
mod oversampling;
mod parallel;
mod shapers;
pub use actions::{Actions, MeanPowers};
pub use gain_match::GainMatch;
pub use masks::{ZeroPhase, band_share, half_length, share_below, tuned};
pub use oversampling::Oversampler;
pub use pair_convolver::PairConvolver;
pub use parallel::{BANDS_AT_ONCE, ParallelBands, Part, PartPowers};
pub use power_spectrum::PowerSpectrum;
pub use shapers::{Clip, tanh};
