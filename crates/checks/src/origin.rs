//! What the end of a spectrum tells of where a file comes from.

use acetate_model::{Case, Evidence, Quantity, SourceNote, Stage, Stem};

use crate::look::{place, scalar};

/// What a file was before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// Encoded with loss.
    Lossy,
    /// At a lower rate.
    LowerRate {
        /// That rate, or its half if the file has the rate itself.
        hz: f64,
    },
}

/// A fall of the spectrum this high within 1 kHz is none of an instrument or of an ordinary filter: at 16 kHz a filter
/// would need some 300 dB an octave.
const CLIFF_DB: f64 = 30.0;

/// Encoders cut off below this share of the rate. Converters cut off above, as near to half of the rate as they can.
const LOSSY_OF_RATE: f64 = 0.472;

/// Encoders of music keep all below this; what ends lower was at a low rate, or is a sound like that.
const LOWEST_LOSSY_HZ: f64 = 10_000.0;

/// The rates that are used, without 32 kHz, where encoders cut off too.
const RATES_HZ: [f64; 7] = [16_000.0, 22_050.0, 24_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0];

/// Where converters from a rate arrive at the bottom, as shares of its half.
const CONVERTED: [f64; 2] = [0.97, 1.01];

/// Where a stem comes from, if that shows, with the fall and the end of its spectrum.
pub(crate) fn origin(case: &Case, stem: &Stem) -> Option<(Origin, [Evidence; 2])> {
    if case.stage != Stage::Input {
        return None;
    }
    let at = place(stem);
    let fall = scalar(case, &at, Quantity::SpectrumFall).filter(|e| e.value >= CLIFF_DB)?;
    let end = scalar(case, &at, Quantity::SpectrumEnd)?;
    let own_hz = f64::from(stem.source.rate_hz);
    let resampled = stem.source.notes.iter().any(|note| matches!(note, SourceNote::Resampled { .. }));
    // when we brought it to a higher rate, the end of its own is no wonder
    let (lower, own) = (own_hz * LOSSY_OF_RATE, 0.5 * own_hz * CONVERTED[0]);
    let before = RATES_HZ.into_iter().find(|hz| {
        let [from, to] = CONVERTED.map(|share| 0.5 * hz * share);
        2.0 * from < own_hz && (from..=to).contains(&end.value)
    });
    let origin = match before {
        _ if resampled && end.value >= own => return None,
        Some(hz) if end.value < own => Origin::LowerRate { hz },
        _ if (LOWEST_LOSSY_HZ..lower).contains(&end.value) => Origin::Lossy,
        _ => return None,
    };
    Some((origin, [fall.at_hz(end.value).usual(0.0, CLIFF_DB), end]))
}
