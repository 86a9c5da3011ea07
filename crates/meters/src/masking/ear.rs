use acetate_dsp::Bins;

use crate::transform::{Frame, powers};

/// The lowest and the highest edge of the bands, on the scale of equivalent rectangular bandwidths (ERB).
const ENDS_ERB: [f64; 2] = [1.5, 39.5];
/// Share of the rate up to which a band is taken.
const USABLE: f64 = 0.45;

/// What a masker covers above itself, and below, for each ERB that lies between: 10 and 25 dB less.
const UP: f64 = 0.1;
const DOWN: f64 = 0.003_162_277_660_168_379_5;

/// The exponent of loudness over power (Moore and Glasberg's partial loudness, simplified).
const LOUDNESS: f64 = 0.23;
/// What is not heard, re the power of all stems at that moment: -60 dB. It moves with the song, since nobody knows how
/// loud it will be played.
const QUIET: f64 = 1e-6;

/// Bands of one ERB each.
pub struct Ear {
    /// Rising, one more than there are bands.
    edges_hz: Vec<f64>,
    bands: Vec<Bins>,
    /// The power of each bin of the last frame, of middle and side.
    heard: [Vec<f32>; 2],
}

/// The ERB rate of a frequency (Glasberg and Moore, 1990).
fn hz_of(erb: f64) -> f64 {
    (libm::exp10(erb / 21.4) - 1.0) / 0.004_37
}

impl Ear {
    pub fn new(rate_hz: f64, length: usize) -> Self {
        let [from, to] = ENDS_ERB;
        let edges = (0..).map(|k| hz_of(from + f64::from(k)));
        let highest = (USABLE * rate_hz).min(hz_of(to) + 1.0);
        let edges_hz: Vec<f64> = edges.take_while(|&hz| hz <= highest).collect();
        let band = |edges: &[f64]| Bins::between(rate_hz / length as f64, length / 2 + 1, edges[0], edges[1]);
        Self { bands: edges_hz.windows(2).map(band).collect(), edges_hz, heard: Default::default() }
    }

    pub fn bands(&self) -> usize {
        self.bands.len()
    }

    pub fn centres_hz(&self) -> Vec<f64> {
        self.edges_hz.windows(2).map(|edges| (edges[0] * edges[1]).sqrt()).collect()
    }

    /// The power of a frame in each band, spread to where it covers other sounds.
    pub fn excitation(&mut self, frame: &Frame) -> Vec<f64> {
        let [mid, side] = &mut self.heard;
        powers(frame.mid, mid);
        powers(frame.side.unwrap_or_default(), side);
        mid.iter_mut().zip(side).for_each(|(mid, side)| *mid += *side);
        let powers: Vec<f64> = self.bands.iter().map(|band| band.sum(mid)).collect();
        spread(&powers)
    }
}

/// Each band with what the others cover in it.
fn spread(power: &[f64]) -> Vec<f64> {
    let mut spread = power.to_vec();
    let mut from_above = 0.0;
    for (to, own) in spread.iter_mut().zip(power).rev() {
        *to += from_above;
        from_above = DOWN * (from_above + own);
    }
    let mut from_below = 0.0;
    for (to, own) in spread.iter_mut().zip(power) {
        *to += from_below;
        from_below = UP * (from_below + own);
    }
    spread
}

/// Loudness of powers that are heard together, from the power of all at that moment.
pub struct Loudness {
    quiet: f64,
}

impl Loudness {
    pub fn amid(all: &[f64]) -> Self {
        Self { quiet: (QUIET * all.iter().sum::<f64>()).max(f64::MIN_POSITIVE) }
    }

    /// Up to a constant, so that only differences mean something.
    pub fn of(&self, power: f64) -> f64 {
        libm::pow(power + self.quiet, LOUDNESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masker_covers_more_above_than_below() {
        let mut power = vec![0.0; 9];
        power[4] = 1.0;
        let db: Vec<f64> = spread(&power).iter().map(|p| 10.0 * libm::log10(*p)).collect();
        for (db, expected) in db.iter().zip([-100.0, -75.0, -50.0, -25.0, 0.0, -10.0, -20.0, -30.0, -40.0]) {
            assert!((db - expected).abs() < 1e-9, "{db} {expected}");
        }
    }

    /// Glasberg and Moore (1990): 1 kHz lies at 15.6 on the scale, and its band is 133 Hz wide.
    #[test]
    fn bands_are_as_wide_as_those_of_the_ear() {
        assert!((hz_of(15.59) - 1000.0).abs() < 5.0);
        let width = hz_of(16.09) - hz_of(15.09);
        assert!((width - 133.0).abs() < 2.0, "{width}");
        let ear = Ear::new(48_000.0, 2048);
        assert_eq!(ear.bands(), ear.centres_hz().len());
        assert!(ear.bands() > 35);
    }
}
