//! Masking as cells tell it, foretold for stems that are changed.
//!
//! Half seconds have no gaps between syllables and beats, so the ratio is lower than the comparison `masking` reads, in
//! finished songs by 0.1 on average and by up to 0.4. How it changes is nearly the same: within 0.01 for a stem that is
//! raised by 3 to 8 dB around 2 kHz. So only changes are taken from here.

use acetate_model::{Place, Quantity, Reading, Readings, Role, Stem, Value};

use super::{Layers, Scene};

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

/// Moves the ratio of each lead vocal by as much as it changes from one scene to the other.
pub fn tell_unmasked(stems: &[Stem], before: &Scene, after: &Scene, readings: &mut Readings) {
    let covers = Covers::new(&before.hz);
    for stem in stems.iter().filter(|stem| stem.trusted_role() == Role::LeadVocal) {
        let of = Place::stem(&stem.name);
        let master = Some(&Place::Master);
        let wanted =
            |r: &&mut Reading| r.of == of && r.quantity == Quantity::Unmasked && r.against.as_ref() == master;
        let Some(reading) = readings.0.iter_mut().find(wanted) else { continue };
        if let (Value::Scalar(ratio), Some(was), Some(becomes)) =
            (&mut reading.value, of_stem(before, &of, &covers), of_stem(after, &of, &covers))
        {
            *ratio = (*ratio + becomes - was).clamp(0.0, 1.0);
        }
    }
}

fn of_stem(scene: &Scene, of: &Place, covers: &Covers) -> Option<f64> {
    let own = covers.excitation(&scene.at(of)?);
    let mut all = vec![0.0; own.len()];
    for stem in &scene.stems {
        all.iter_mut().zip(covers.excitation(stem)).for_each(|(all, power)| *all += power);
    }
    unmasked(&own, &all, scene.hz.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In one band `((1 + x)^0.23 - 1) / x^0.23` is heard of a power `x` over the others, by the stated law.
    #[test]
    fn one_band_follows_the_law() {
        let covers = Covers::new(&[1000.0]);
        for ratio in [0.25, 1.0, 2.5] {
            let own = covers.excitation(&[vec![ratio; 4], vec![0.0; 4]]);
            let all = vec![1.0 + ratio; 4];
            let law = (libm::pow(1.0 + ratio, 0.23) - 1.0) / libm::pow(ratio, 0.23);
            assert!((unmasked(&own, &all, 1).unwrap() - law).abs() < 0.02, "{ratio}");
        }
        assert_eq!(unmasked(&[0.0], &[1.0], 1), None);
    }

    #[test]
    fn sound_covers_more_above_than_below() {
        let hz = [500.0, 1000.0, 2000.0];
        let spread = Covers::new(&hz).excitation(&[vec![0.0, 1.0, 0.0], vec![0.0; 3]]);
        let db: Vec<f64> = spread.iter().map(|p| 10.0 * libm::log10(*p)).collect();
        assert!(db[1].abs() < 1e-9 && db[2] > db[0] + 30.0, "{db:?}");
    }
}
