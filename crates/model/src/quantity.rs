use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! quantities {
    ($($variant:ident $key:literal $symbol:literal $label:literal $about:literal;)*) => {
        /// Everything that is measured, with its unit and its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Quantity {
            $(#[doc = $about] #[serde(rename = $key)] $variant,)*
        }

        impl Quantity {
            /// All of them, in the order of a report.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The key in a session.
            pub fn key(self) -> &'static str { match self { $(Self::$variant => $key),* } }
            /// The unit as people write it; empty for a bare number.
            pub fn symbol(self) -> &'static str { match self { $(Self::$variant => $symbol),* } }
            /// A short name for tables.
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label),* } }
            /// What it says, in a sentence.
            pub fn about(self) -> &'static str { match self { $(Self::$variant => $about),* } }
        }
    };
}

quantities! {
    Integrated "integrated_lufs" "LUFS" "Loudness (I)" "Gated loudness of the whole (BS.1770-5, Annex 1).";
    MaxMomentary "max_momentary_lufs" "LUFS" "Loudest 400 ms (M)" "The highest loudness of any 400 ms window.";
    MaxShortTerm "max_short_term_lufs" "LUFS" "Loudest 3 s (S)" "The highest loudness of any 3 s window.";
    LoudnessRange "loudness_range_lu" "LU" "Loudness range (LRA)" "How far soft and loud passages lie apart (EBU Tech 3342).";
    ShortTerm "short_term_lufs" "LUFS" "Loudness over time" "Short-term loudness over time.";
    TruePeak "true_peak_dbtp" "dBTP" "True peak" "The highest level between samples (BS.1770-5, Annex 2), read at 16 times the rate.";
    SamplePeak "sample_peak_dbfs" "dBFS" "Sample peak" "The highest sample.";
    PeakToLoudness "plr_lu" "LU" "Peak to loudness (PLR)" "True peak over integrated loudness.";
    PeakToShortTerm "psr_lu" "LU" "Lowest PSR" "The smallest distance of peak and short-term loudness: the densest passage.";
    Crest "crest_db" "dB" "Crest factor" "Sample peak over RMS of the active parts.";
    Rms "rms_dbfs" "dBFS" "RMS" "Mean power of the active parts, re a full-scale square wave.";
    Dc "dc_dbfs" "dBFS" "DC offset" "The largest constant offset of a channel.";
    Balance "balance_db" "dB" "Left over right" "Power of the left channel over the right.";
    Correlation "correlation" "" "Correlation" "Of left and right: 1 mono, 0 unrelated, -1 cancelling in mono.";
    LowCorrelation "low_correlation" "" "Correlation below 120 Hz" "Of left and right in the bass.";
    SideToMid "side_to_mid_db" "dB" "Side over mid" "Power of the difference over power of the sum: the width.";
    Spectrum "spectrum_db" "dB" "Spectrum" "Mean power of each third-octave band over the active parts.";
    SideSpectrum "side_spectrum_db" "dB" "Side spectrum" "The same for the side signal.";
    BandSwing "band_swing_db" "dB" "Level swings" "Per band: 95th percentile over median of the level in 50 ms frames.";
    Rumble "rumble_db" "dB" "Rumble" "Power below 25 Hz over the power of the whole.";
    ClippedRuns "clipped_runs" "" "Clipped runs" "Runs of three or more samples that stand at the highest level of the file.";
    ClippedAt "clipped_at" "" "Clipped runs over time" "How many clipped runs begin in each hop.";
    NonFinite "non_finite_samples" "" "Broken samples" "Samples that were not a number or infinite, and were replaced by silence.";
    Activity "activity_percent" "%" "Active" "Share of 400 ms blocks above -60 LUFS.";
    Length "length_frames" "frames" "Length" "Frames per channel.";
    Rate "rate_hz" "Hz" "Rate" "Frames per second.";
    BitDepth "bit_depth" "bit" "Bit depth" "Bits of each sample.";
    Dither "dither_rms_lsb" "LSB" "Dither" "RMS of the quantisation error against the signal before it.";
    GainReduction "gain_reduction_db" "dB" "Mean gain reduction" "Mean of the limiter's attenuation over the whole.";
    MaxGainReduction "max_gain_reduction_db" "dB" "Most gain reduction" "The limiter's highest attenuation.";
    MixDelay "mix_delay_frames" "frames" "Mix late by" "By how much the client's mix is later than the stems.";
    MixGain "mix_gain_db" "dB" "Mix louder by" "The one gain that brings the sum of the stems nearest to the mix.";
    MixCorrelation "mix_correlation" "" "Correlation with the mix" "Of the sum of the stems and the mix, in time with each other: 1 the same, -1 turned over, 0 unrelated.";
    MixMatch "mix_match_percent" "%" "Mix at its place" "Share of the places listened to at which the mix goes with the stems at the same delay.";
    NullResidual "null_residual_db" "dB" "Null test" "What is left of the mix when the stems' sum, in time and at the best gain, is taken away.";
    NullLevel "null_level_dbfs" "dBFS" "Null test, level" "The level of what is left.";
    NullSpread "null_spread_db" "dB" "Null test, spread" "How far soft and loud moments of what is left lie apart, while the mix sounds.";
    NullOverTime "null_over_time_db" "dB" "Null test over time" "What is left over the mix, in each hop.";
    NullSpectrum "null_spectrum_db" "dB" "Null test, spectrum" "What is left over the mix, in each third-octave band.";
    NullOneStem "null_one_stem_db" "dB" "Null with one stem changed" "What is left with the best gain and delay of one stem beside the others.";
    NullStems "null_stem_gains_db" "dB" "Null with a gain per stem" "What is left when every stem has its best gain.";
    NullFilter "null_filter_db" "dB" "Null with a filter" "What is left when the sum goes through the best filter.";
    NullGain "null_gain_over_time_db" "dB" "Null with a gain over time" "What is left when the sum has the best gain at every moment.";
    NullCurve "null_curve_db" "dB" "Null with a curve" "What is left when the sum is bent by the best curve, sample by sample.";
    NullFilterGain "null_filter_and_gain_db" "dB" "Null with filter and gain" "What is left with the best filter and then the best gain at every moment.";
    StemFactor "stem_factor" "" "Stem in the mix" "By which factor a stem stands in the mix, all stems fitted together: 1 as sent, 0 absent, -1 turned over.";
    OneStemFactor "one_stem_factor" "" "One stem in the mix" "The factor of a stem if it alone stands otherwise in the mix, re the others.";
    OneStemDelay "one_stem_delay_frames" "frames" "One stem late by" "By how much later a stem stands in the mix if it alone is moved.";
    OneStemRest "one_stem_rest" "" "The others beside it" "The factor of the other stems in the mix if one stem alone stands otherwise in it.";
    MixTransfer "mix_transfer_db" "dB" "Mix over sum" "The gain from the sum of the stems to the mix in each third-octave band.";
    MixGainOverTime "mix_gain_over_time_db" "dB" "Mix over sum over time" "The gain from the sum of the stems to the mix in each hop.";
    MixGainRange "mix_gain_range_db" "dB" "Range of the mix's gain" "How far that gain moves, from its 1st to its 99th percentile, in windows of milliseconds.";
    MixGainLevel "mix_gain_level_correlation" "" "Mix's gain with level" "Correlation of that gain and the sum's level: -1 the louder, the more is turned down.";
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.key())
    }
}
