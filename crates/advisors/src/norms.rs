//! What is usual, and how far an advisor may go: every number that a judgement rests on, with its source.

mod balance;
mod ride;
mod unmask;

use acetate_model::Role;

pub use balance::*;
pub use ride::*;
pub use unmask::*;

/// The share of an excess that is taken back: a master keeps the character of its mix.
pub const STRENGTH: f64 = 0.55;

/// Corrections smaller than this are not worth a filter, in dB.
pub const DEAD_BAND_DB: f64 = 0.5;

/// The largest cut of a master equaliser's band, in dB.
pub const TONE_CUT_DB: f64 = 2.0;

/// A band that lies below the corridor by the first is taken for weak in part, by the second for empty: there is
/// nothing to bring up. In dB.
pub const EMPTY_DB: [f64; 2] = [15.0, 20.0];

/// Changes that are smaller after all are left out of the plan, in dB.
pub const SMALLEST_DB: f64 = 0.2;

/// The largest boost of a master equaliser's band, in dB: boosts bring up noise and cost headroom.
pub const TONE_BOOST_DB: f64 = 1.5;

/// Where the levels of a spectrum and of the corridor are made equal, in Hz: music differs least here
/// (Elowsson and Friberg, AES 142, 2017, paper 9762).
pub const ALIGN_HZ: [f64; 2] = [200.0, 4000.0];

/// Two studies of released music bound the corridor; both give power densities, so that third-octave bands,
/// whose width grows with frequency, rise by 3.01 dB per octave against them.
///
/// Elowsson and Friberg, AES 142 (2017), paper 9762, 12 345 tracks: `y = −0.000183 x² + 0.0213 x − 16.735`
/// with `x = 1 + 60 log2(f / 30 Hz)`; from 5 kHz eased to −5 dB per octave, since their set holds older
/// recordings with less air. Result in dB over the band at 1 kHz.
pub fn elowsson_friberg_db(hz: f64) -> f64 {
    let x = |hz: f64| 1.0 + 60.0 * libm::log2(hz / 30.0);
    let y = |hz: f64| -0.000183 * x(hz) * x(hz) + 0.0213 * x(hz) - 16.735;
    let eased = hz.min(EASED_FROM_HZ);
    y(eased) - y(1000.0) - EASED_DB_PER_OCTAVE * libm::log2(hz / eased) + band_width_db(hz)
}

const EASED_FROM_HZ: f64 = 5000.0;
const EASED_DB_PER_OCTAVE: f64 = 5.0;

/// Pestana, Ma, Reiss, Barbosa and Black, AES 135 (2013), paper 8960, 772 number-one singles: −5 dB per octave
/// above 100 Hz and a shelf below. Result in dB over the third-octave band at 1 kHz.
pub fn pestana_db(hz: f64) -> f64 {
    -5.0 * libm::log2(hz.max(100.0) / 1000.0) + band_width_db(hz)
}

/// The width of a third-octave band over the one at 1 kHz, in dB.
fn band_width_db(hz: f64) -> f64 {
    10.0 * libm::log10(hz / 1000.0)
}

/// How far a band may lie outside the two studies, in dB: the half-widths that open analysers use (4.5, 3, 2,
/// 3, 4.5 dB), half as wide again, because finished recordings of eight styles stray that far.
pub fn tolerance_db(hz: f64) -> f64 {
    let half_width = TOLERANCES.iter().find(|(to_hz, _)| hz < *to_hz).map_or(4.5, |(_, db)| *db);
    1.5 * half_width
}

const TOLERANCES: [(f64, f64); 4] = [(60.0, 4.5), (250.0, 3.0), (4000.0, 2.0), (10000.0, 3.0)];

/// The lowest and highest usual level of a third-octave band, in dB over the level of the corridor's middle
/// at 1 kHz.
pub fn corridor_db(hz: f64) -> [f64; 2] {
    let (a, b) = (elowsson_friberg_db(hz), pestana_db(hz));
    [a.min(b) - tolerance_db(hz), a.max(b) + tolerance_db(hz)]
}

/// The bands of `band_swing_db`: to which frequency each reaches, in Hz, and the largest usual swing, in dB.
///
/// The swings are the highest of finished recordings in eight styles, without those of bands that come and go.
pub const SWINGS: [(f64, f64); 5] =
    [(120.0, 13.0), (600.0, 11.0), (3000.0, 10.0), (8000.0, 12.0), (f64::INFINITY, 20.0)];

/// How far a swing may exceed what is usual, in dB.
pub const SWING_MARGIN_DB: f64 = 3.0;

/// A swing that exceeds what is usual by the first is looked at with doubt, by the second not at all: the median
/// then lies in the band's pauses and says nothing of its loud moments. In dB.
pub const SWING_PAUSES_DB: [f64; 2] = [7.0, 11.0];

/// The most that a master's band may be turned down, in dB.
pub const SWING_RANGE_DB: f64 = 2.0;

/// The lowest usual correlation below 120 Hz, and where the low end is as good as unrelated.
pub const LOW_CORRELATION: [f64; 2] = [0.9, 0.5];

/// Up to where a low end may be made mono, in Hz.
pub const MONO_BELOW_HZ: f64 = 100.0;

/// The largest usual side over mid of a song, in dB: a correlation of 0.2 at equal channels.
pub const SIDE_TO_MID_DB: f64 = -2.0;

/// The most that a side signal may be turned down, in dB: to 0.7 of its width.
pub const NARROW_DB: f64 = 3.0;

/// More power than this below 120 Hz, over the power of the whole, and the limiter takes care of the bass
/// first, in dB.
pub const BASS_HEAVY_DB: f64 = -1.5;

/// The largest harmless constant offset, in dBFS.
pub const DC_DBFS: f64 = -60.0;

/// What lies this far below the song is no rumble that anyone could hear or any meter see, in dB.
pub const INAUDIBLE_DB: f64 = -50.0;

/// What a role has below 25 Hz, and where its music begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    /// The highest usual power below 25 Hz over the power of the whole, in dB.
    pub rumble_db: f64,
    /// The highest cutoff that leaves its music alone, in Hz.
    pub cutoff_hz: f64,
    /// The slope's name: gentle where the phase of the low end matters to other stems, steep where nothing low
    /// is meant to be.
    pub slope: &'static str,
}

/// The floor of a role. Kick, bass and what may hold them reach down to 25 Hz; voices and most instruments end
/// more than an octave above.
pub fn floor(role: Role) -> Floor {
    match role {
        Role::LeadVocal
        | Role::BackingVocal
        | Role::Guitars
        | Role::Keys
        | Role::Strings
        | Role::Brass
        | Role::Percussion => Floor { rumble_db: -30.0, cutoff_hz: 35.0, slope: "db24" },
        _ => Floor { rumble_db: -24.0, cutoff_hz: 20.0, slope: "db12" },
    }
}

/// The most that a limiter may turn down on average before the loudness gives way, in dB, by the loudness asked
/// for: up to 1.5 dB is transparent; who asks for a loud master asks for more of it.
pub fn reduction_budget_db(target_lufs: f64) -> f64 {
    let [quiet, loud] = REDUCTION_AT;
    let share = ((target_lufs - quiet.0) / (loud.0 - quiet.0)).clamp(0.0, 1.0);
    quiet.1 + share * (loud.1 - quiet.1)
}

/// (Loudness in LUFS, mean reduction in dB) between which the budget runs.
const REDUCTION_AT: [(f64, f64); 2] = [(-14.0, 1.5), (-8.5, 3.5)];

/// The least distance of peak and loudness that is left, in LU: under 6 a master is over-limited by any account.
pub const LEAST_PLR_LU: f64 = 6.0;

/// What other moves may take of that distance where it was small already, in LU.
pub const PLR_LOSS_LU: f64 = 1.5;

/// A distance of peak and loudness that nothing exceeds, in LU.
pub const MOST_PLR_LU: f64 = 60.0;

/// An excess of a region of the song's spectrum over the corridor that is worth a move, in dB.
pub const TONE_AUDIBLE_DB: f64 = 2.0;

/// From here on the song's spectrum is for the mix to mend, in dB: a master takes back half of 3 dB or so.
pub const TONE_BEYOND_DB: f64 = 6.0;

/// A swing so far over its margin is worth a move, in dB.
pub const SWING_AUDIBLE_DB: f64 = 2.0;

/// What stems must leave less of what is amiss than stereo would, to be worth it: in points, which are squared
/// severities, so that one fault worth a move counts 1; and as a share of what is amiss with the stems.
pub const MATERIAL: f64 = 1.0;
/// See [`MATERIAL`].
pub const MATERIAL_SHARE: f64 = 0.15;

/// A fault past mending that is as severe as this sends a song back.
pub const GRAVE: f64 = 2.0;

/// So much amiss, in points, and a song of which [`LEFT_OVER`] stays is sent back.
pub const MUCH_AMISS: f64 = 9.0;
/// See [`MUCH_AMISS`].
pub const LEFT_OVER: f64 = 0.5;
