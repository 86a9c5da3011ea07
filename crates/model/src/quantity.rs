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
    Onsets "onsets_per_second" "1/s" "Onsets" "How often something begins, in each second that sounds.";
    Attack "attack_db" "dB" "Attack" "How far the bands rise together at an onset, on average.";
    Periodicity "periodicity" "" "Periodicity" "How far the sound repeats itself: 1 one pitch, 0 noise; the median over time.";
    Pitched "pitched_percent" "%" "Pitched" "Share of the sounding time in which one pitch prevails.";
    PitchLow "pitch_low_hz" "Hz" "Low pitch" "The pitch under which a tenth of the pitched time lies.";
    Pitch "pitch_hz" "Hz" "Pitch" "The middle of the pitches.";
    PitchHigh "pitch_high_hz" "Hz" "High pitch" "The pitch over which a tenth of the pitched time lies.";
    Glide "glide_percent" "%" "Glide" "Share of the pitched time in which the pitch moves by less than a semitone and more than a fixed tuning would.";
    Colour "colour_db" "dB" "Colour" "How far the balance of the bands moves in 50 ms while one pitch goes on.";
    Sibilance "sibilance_percent" "%" "Sibilance" "Share of the sounding time in which 5 to 10 kHz outweigh 100 Hz to 4 kHz.";
    Flatness "flatness_db" "dB" "Flatness" "Geometric over arithmetic mean of the power from 200 Hz to 5 kHz: 0 white noise, far below it tones.";
    Rumble "rumble_db" "dB" "Rumble" "Power below 25 Hz over the power of the whole.";
    BandEdge "band_edge_hz" "Hz" "Band edge" "Where a full band ends as if cut off; half the rate if it does not.";
    EdgeDrop "band_edge_drop_db" "dB" "Drop at the edge" "From the band just below its edge to the most that is above it.";
    HeldPeaks "held_peaks_percent" "%" "Held peaks" "Of all active stretches of 100 ms, those whose peaks stand together at one level close to the top.";
    HeldOver "held_over" "" "Held peaks over those below" "How many times as many peaks stand at that level as at levels just below it.";
    HeldVariety "held_variety_db" "dB" "Variety of held peaks" "How much of the range of loudness around a peak is taken by peaks at that level: small for equal notes.";
    BitsInUse "bits_in_use" "bit" "Bits in use" "The coarsest steps of full scale that hold every sample; 24 stands for all finer ones too.";
    ClippedRuns "clipped_runs" "" "Clipped runs" "Runs of three or more samples that stand at the highest level of the file.";
    ClippedAt "clipped_at" "" "Clipped runs over time" "How many clipped runs begin in each hop.";
    OversAt "overs_at" "" "Overs between samples over time" "How many stretches of each hop go over full scale between two samples and not on one.";
    Holes "holes" "" "Holes" "Stretches of digital silence that begin and end in the middle of the sound.";
    HolesAt "holes_at" "" "Holes over time" "How many holes begin in each hop.";
    LongestHole "longest_hole_ms" "ms" "Longest hole" "The length of the longest stretch of digital silence in the middle of the sound.";
    StartStep "start_step_db" "dB" "Step at the start" "The first sample over the highest step between two samples around it: far above 0, it begins with a click.";
    EndStep "end_step_db" "dB" "Step at the end" "The last sample over the highest step between two samples around it: far above 0, it ends with a click.";
    StartLevel "start_dbfs" "dBFS" "First sample" "The level of the first sample.";
    EndLevel "end_dbfs" "dBFS" "Level at the end" "RMS of the last 20 ms.";
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
