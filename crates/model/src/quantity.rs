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
    BalanceOverTime "balance_over_time_db" "dB" "Left over right over time" "The same in each second that is not soft beside the rest.";
    Correlation "correlation" "" "Correlation" "Of left and right: 1 mono, 0 unrelated, -1 cancelling in mono.";
    LowCorrelation "low_correlation" "" "Correlation below 120 Hz" "Of left and right in the bass.";
    CorrelationOverTime "correlation_over_time" "" "Correlation over time" "Of left and right, in each second that is not soft beside the rest.";
    LowCorrelationOverTime "low_correlation_over_time" "" "Correlation below 120 Hz over time" "The same in the bass.";
    MonoLoss "mono_loss_db" "dB" "Lost in mono" "Mean power of the channels over that of their mean: 0 for equal sides, 3 for unrelated ones.";
    SideToMid "side_to_mid_db" "dB" "Side over mid" "Power of the difference over power of the sum: the width.";
    Spectrum "spectrum_db" "dB" "Spectrum" "Mean power of each third-octave band over the active parts.";
    SideSpectrum "side_spectrum_db" "dB" "Side spectrum" "The same for the side signal.";
    MidCells "mid_cells_db" "dBFS" "Middle over time and frequency" "Power of (left + right)/2 in each third-octave band of each half second.";
    SideCells "side_cells_db" "dBFS" "Side over time and frequency" "The same of (left - right)/2.";
    Sections "sections" "" "Sections" "Which part of the song each moment belongs to; parts that sound alike have one number.";
    Waver "waver_db" "dB" "Waver" "How far a level rises and falls at one slow rate, all bands alike, where the same is played: half of the way from the lowest to the highest.";
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
    SibilantLevel "sibilant_level_db" "dB" "Level of the s" "95th percentile of 5 to 10 kHz in the s of a voice, over its vowels.";
    Resonances "resonances_db" "dB" "Resonances" "How far each quarter tone stands out of whatever plays, as the height of a narrow bell.";
    ResonancesSure "resonances_sure_db" "dB" "Sure resonances" "How much of that is sure: what many notes bear out, and what sounds between them.";
    Resonance "resonance_db" "dB" "Surest resonance" "The highest of these.";
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
    Holes "hole_count" "" "Holes" "Stretches of digital silence that begin and end in the middle of the sound.";
    HolesAt "holes_at" "" "Holes over time" "How many holes begin in each hop.";
    LongestHole "longest_hole_ms" "ms" "Longest hole" "The length of the longest stretch of digital silence in the middle of the sound.";
    StartStep "start_step_db" "dB" "Step at the start" "The first sample over the highest step between two samples around it: far above 0, it begins with a click.";
    EndStep "end_step_db" "dB" "Step at the end" "The last sample over the highest step between two samples around it: far above 0, it ends with a click.";
    StartLevel "start_dbfs" "dBFS" "First sample" "The level of the first sample.";
    EndLevel "end_dbfs" "dBFS" "Level at the end" "RMS of the last 20 ms.";
    Clicks "click_count" "" "Clicks" "Wrong samples, spikes and cuts: steps of less than 3 ms that stand alone.";
    ClicksAt "clicks_at" "" "Clicks over time" "How many clicks are in each hop.";
    HumLevel "hum_dbfs" "dBFS" "Hum" "The level of the steady lines at the mains and its harmonics, in the quiet moments.";
    HumFrequency "hum_hz" "Hz" "Frequency of the hum" "That of the mains.";
    HumLines "hum_lines_dbfs" "dBFS" "Lines of the hum" "The level of each line.";
    HumLeft "hum_left_dbfs" "dBFS" "Hum on the left" "The peak of each line that is the same from end to end.";
    HumLeftPhase "hum_left_degrees" "°" "Phase of the hum on the left" "How far each line, a cosine, has turned at the first frame.";
    HumRight "hum_right_dbfs" "dBFS" "Hum on the right" "The peak of each line that is the same from end to end.";
    HumRightPhase "hum_right_degrees" "°" "Phase of the hum on the right" "How far each line, a cosine, has turned at the first frame.";
    NoiseFloor "noise_floor_lufs" "LUFS" "Noise floor" "Loudness of the steady noise in the pauses.";
    NoiseFloorAt "noise_floor_at_lufs" "LUFS" "Noise floor over time" "The same in each second in which nothing else is heard.";
    NonFinite "non_finite_samples" "" "Broken samples" "Samples that were not a number or infinite, and were replaced by silence.";
    Likeness "likeness" "" "Likeness" "Correlation with another stem at the lag where they match best, band by band: 1 the same, -1 the same turned over, 0 unrelated.";
    SharedCover "shared_cover_percent" "%" "Cover" "Share of a stem's power that another stem or its decay could be.";
    SharedLag "shared_lag_ms" "ms" "Lag of what is shared" "How much later than in another stem the same sound comes in this one.";
    SharedDrift "shared_drift_ppm" "ppm" "Drift of what is shared" "How fast that lag grows.";
    SharedLevel "shared_level_db" "dB" "Shared sound" "How loud another stem's sound is in this one, re how loud it is there.";
    SharedAgreement "shared_agreement" "" "Agreement" "Share of cells of time and frequency that agree on that level.";
    SharedPolarity "shared_polarity" "" "Polarity of what is shared" "1 upright, -1 turned over.";
    SharedOverTime "shared_over_time_db" "dB" "Shared sound over time" "The same level in stretches of the song, where it can be heard.";
    MidCoherence "mid_coherence" "" "Coherence of the middles" "Per band: the real part of the cross power of two stems' middles over the root of both powers. 1 the same, 0 unrelated, -1 cancelling: what their sum is like.";
    SideCoherence "side_coherence" "" "Coherence of the sides" "The same of their sides.";
    Unmasked "unmasked" "" "Unmasked" "Loudness of a stem among the others over its loudness alone: 1 free, 0 buried (masked-to-unmasked ratio).";
    Audible "audible" "" "Audible" "Share of a stem's loudness in bands and moments in which it stands no more than 6 dB under all others.";
    MaskedBy "masked_by" "" "Masked by another" "Per band: share of a stem's loudness in moments in which it stands more than 3 dB under the others and one of them has over 40 % of their power.";
    OverRest "over_rest_lu" "LU" "Over the rest" "Loudness of a stem over that of the others together, while it sounds: for a lead, the lead-to-accompaniment ratio.";
    OnsetLag "onset_lag_ms" "ms" "Lag of the onsets" "How much later than those of the other stems the onsets of this one come, where both match best.";
    OnsetMatch "onset_match" "" "Match of the onsets" "Correlation of a stem's onsets with those of the others at that lag.";
    OnsetInTime "onset_in_time" "" "Onsets in time" "The same correlation within 15 ms of no lag.";
    OnsetGrid "onset_grid" "" "Grid of the onsets" "Correlation of the others' onsets with themselves that much later: high where the beat repeats.";
    OnsetSteady "onset_steady_percent" "%" "Steadiness of the onsets" "Share of stretches of the song in which they match there and not in time.";
    ReferenceDistance "reference_distance_db" "dB" "Distance to the reference" "RMS over third octaves of how far the spectrum lies from that of the references, at equal level.";
    ReferenceOffset "reference_offset_db" "dB" "Reference over song" "How much more of a band the references have, at equal level.";
    ReferenceLevel "reference_level_db" "dB" "Stem in the reference" "How much louder a stem stands in another master of the same song than in this sum, beside the other stems.";
    Activity "activity_percent" "%" "Active" "Share of 400 ms blocks above -60 LUFS.";
    Length "length_frames" "frames" "Length" "Frames per channel.";
    Rate "rate_hz" "Hz" "Rate" "Frames per second.";
    BitDepth "bit_depth" "bit" "Bit depth" "Bits of each sample.";
    Dither "dither_rms_lsb" "LSB" "Dither" "RMS of the quantisation error against the signal before it.";
    SumError "sum_error_lsb" "LSB" "Sum against the master" "The largest difference between the sum of files and the master, in steps of 24 bit.";
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

impl Quantity {
    /// A difference that nobody could hear or act upon, in its own unit: what a measured promise may miss by.
    pub fn slack(self) -> f64 {
        match self.symbol() {
            // the loudness difference of two renderings that meters agree on
            "LUFS" | "LU" => 0.2,
            "dB" | "dBFS" | "dBTP" => 0.3,
            "%" => 1.0,
            "ms" => 0.5,
            // correlations and the like; less than any count
            "" | "1/s" => 0.02,
            _ => 0.0,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.key())
    }
}
