//! Masking as cells tell it: nearly as the comparison `masking` hears it, and foretold for stems that are changed.

use super::Layers;

/// The same numbers as in the comparison `masking`, where they are explained.
const UP_DB: f64 = 10.0;
const DOWN_DB: f64 = 25.0;
const LOUDNESS: f64 = 0.23;
const QUIET: f64 = 1e-6;

/// How sound in one band covers sound in others: the bands' distances in ERB, as factors.
#[derive(Debug, Clone)]
pub struct Covers {
    /// From the band below, and from the band above.
    factors: Vec<[f64; 2]>,
}

impl Covers {
    /// Of bands with these centres.
    pub fn new(hz: &[f64]) -> Self {
        let erb = |hz: f64| 21.4 * libm::log10(1.0 + 0.004_37 * hz);
        let factor = |from: f64, to: f64, db: f64| libm::exp10(-db * (erb(to) - erb(from)) / 10.0);
        let near = |n: usize| {
            let below = n.checked_sub(1).map_or(0.0, |m| factor(hz[m], hz[n], UP_DB));
            [below, hz.get(n + 1).map_or(0.0, |&above| factor(hz[n], above, DOWN_DB))]
        };
        Self { factors: (0..hz.len()).map(near).collect() }
    }

    /// Powers of middle and side `[hop][band]` as excitations `[hop][band]`.
    pub fn excitation(&self, [mid, side]: &Layers) -> Vec<f64> {
        let bands = self.factors.len();
        let own: Vec<f64> = mid.iter().zip(side).map(|(mid, side)| mid + side).collect();
        let mut spread = own.clone();
        for (to, own) in spread.chunks_mut(bands).zip(own.chunks(bands)) {
            let mut from_below = 0.0;
            for n in 1..bands {
                from_below = self.factors[n][0] * (from_below + own[n - 1]);
                to[n] += from_below;
            }
            let mut from_above = 0.0;
            for n in (0..bands - 1).rev() {
                from_above = self.factors[n][1] * (from_above + own[n + 1]);
                to[n] += from_above;
            }
        }
        spread
    }
}

/// Loudness of a stem among the others over its loudness alone, from excitations `[hop][band]` of it and of all; none for
/// silence.
pub fn unmasked(own: &[f64], all: &[f64], bands: usize) -> Option<f64> {
    let (mut alone, mut among) = (0.0, 0.0);
    for (own, all) in own.chunks(bands).zip(all.chunks(bands)) {
        let quiet = (QUIET * all.iter().sum::<f64>()).max(f64::MIN_POSITIVE);
        let loudness = |power: f64| libm::pow(power + quiet, LOUDNESS);
        let of_none = loudness(0.0);
        for (&own, &all) in own.iter().zip(all).filter(|(own, _)| **own > 0.0) {
            let heard = loudness(own) - of_none;
            alone += heard;
            among += (loudness(all.max(own)) - loudness((all - own).max(0.0))).min(heard);
        }
    }
    (alone > 0.0).then(|| among / alone)
}
