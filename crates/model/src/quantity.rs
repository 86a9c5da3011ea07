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
    CorrelationOverTime "correlation_over_time" "" "Correlation over time" "Of left and right, in each second that is not soft beside the rest.";
    LowCorrelationOverTime "low_correlation_over_time" "" "Correlation below 120 Hz over time" "The same in the bass.";
    MonoLoss "mono_loss_db" "dB" "Lost in mono" "Mean power of the channels over that of their mean: 0 for equal sides, 3 for unrelated ones.";
    SideToMid "side_to_mid_db" "dB" "Side over mid" "Power of the difference over power of the sum: the width.";
    Spectrum "spectrum_db" "dB" "Spectrum" "Mean power of each third-octave band over the active parts.";
    SideSpectrum "side_spectrum_db" "dB" "Side spectrum" "The same for the side signal.";
    BandSwing "band_swing_db" "dB" "Level swings" "Per band: 95th percentile over median of the level in 50 ms frames.";
    Rumble "rumble_db" "dB" "Rumble" "Power below 25 Hz over the power of the whole.";
    ClippedRuns "clipped_runs" "" "Clipped runs" "Runs of three or more samples that stand at the highest level of the file.";
    ClippedAt "clipped_at" "" "Clipped runs over time" "How many clipped runs begin in each hop.";
    Clicks "click_count" "" "Clicks" "Wrong samples, spikes and cuts: steps of less than 3 ms that stand alone.";
    ClicksAt "clicks_at" "" "Clicks over time" "How many clicks are in each hop.";
    HumLevel "hum_dbfs" "dBFS" "Hum" "The level of the steady lines at the mains and its harmonics, in the quiet moments.";
    HumFrequency "hum_hz" "Hz" "Frequency of the hum" "That of the mains.";
    HumLines "hum_lines_dbfs" "dBFS" "Lines of the hum" "The level of each line.";
    NoiseFloor "noise_floor_lufs" "LUFS" "Noise floor" "Loudness of the steady noise in the pauses.";
    NoiseFloorAt "noise_floor_at_lufs" "LUFS" "Noise floor over time" "The same in each second in which nothing else is heard.";
    NonFinite "non_finite_samples" "" "Broken samples" "Samples that were not a number or infinite, and were replaced by silence.";
    Activity "activity_percent" "%" "Active" "Share of 400 ms blocks above -60 LUFS.";
    Length "length_frames" "frames" "Length" "Frames per channel.";
    Rate "rate_hz" "Hz" "Rate" "Frames per second.";
    BitDepth "bit_depth" "bit" "Bit depth" "Bits of each sample.";
    Dither "dither_rms_lsb" "LSB" "Dither" "RMS of the quantisation error against the signal before it.";
    GainReduction "gain_reduction_db" "dB" "Mean gain reduction" "Mean of the limiter's attenuation over the whole.";
    MaxGainReduction "max_gain_reduction_db" "dB" "Most gain reduction" "The limiter's highest attenuation.";
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.key())
    }
}
