use acetate_model::{Place, power_db};

use super::{Layers, Scene, loudness::weighted_hops};

/// A stem sounds where its power is over this share of its mean: the relative gate of BS.1770-5, -10 LU.
const SOUNDS: f64 = 0.1;
/// What is softer is silence: the absolute gate, -70 LUFS, as a power.
const SILENCE: f64 = 1e-7;
/// Half seconds in which a stem must sound to be judged.
const FEWEST_HOPS: usize = 8;

/// How loud stems are beside each other, as gains change it. Their powers add, as those of strangers do.
#[derive(Debug, Clone)]
pub struct Levels {
    /// `[stem][hop]`, weighted as loudness is.
    powers: Vec<Vec<f64>>,
    /// The hops in which each stem sounds.
    sounding: Vec<Vec<usize>>,
}

/// Mean powers of all stems while one of them sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    stem: usize,
    powers: Vec<f64>,
}

impl Levels {
    /// Of a song.
    pub fn of(scene: &Scene, places: &[Place]) -> Self {
        let hops = |place: &Place| scene.at(place).map(|layers| weighted_hops(&layers, &scene.hz));
        let powers: Vec<Vec<f64>> = places.iter().map(|place| hops(place).unwrap_or_default()).collect();
        let sounding = powers.iter().map(|hops| sounding(hops)).collect();
        Self { powers, sounding }
    }

    /// All stems while one sounds, in the hops that are wanted; none where it hardly does.
    pub fn beside(&self, stem: usize, wanted: impl Fn(usize) -> bool) -> Option<Beside> {
        let hops: Vec<usize> = self.sounding[stem].iter().copied().filter(|&hop| wanted(hop)).collect();
        let mean = |powers: &Vec<f64>| {
            let heard = hops.iter().filter_map(|&hop| powers.get(hop));
            heard.sum::<f64>() / hops.len() as f64
        };
        (hops.len() >= FEWEST_HOPS).then(|| Beside { stem, powers: self.powers.iter().map(mean).collect() })
    }
}

impl Beside {
    /// The loudness of the stem over that of those stems that count, in LU, with a gain on each stem in dB; none where
    /// no other is heard.
    pub fn over_rest_lu(&self, gains_db: &[f64], counts: impl Fn(usize) -> bool) -> Option<f64> {
        let power = |n: usize| self.powers[n] * libm::exp10(gains_db.get(n).unwrap_or(&0.0) / 10.0);
        let rest: f64 = (0..self.powers.len()).filter(|&n| n != self.stem && counts(n)).map(power).sum();
        let own = power(self.stem);
        (rest > SILENCE * own).then(|| power_db(own / rest)).flatten()
    }
}

/// The hops in which a stem with such powers sounds.
pub fn sounding_hops(layers: &Layers, hz: &[f64]) -> Vec<usize> {
    sounding(&weighted_hops(layers, hz))
}

fn sounding(powers: &[f64]) -> Vec<usize> {
    let heard: Vec<f64> = powers.iter().copied().filter(|&power| power > SILENCE).collect();
    let gate = SOUNDS * heard.iter().sum::<f64>() / heard.len().max(1) as f64;
    powers.iter().enumerate().filter(|(_, power)| **power > gate.max(SILENCE)).map(|(hop, _)| hop).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(powers: &[&[f64]]) -> Levels {
        let powers: Vec<Vec<f64>> = powers.iter().map(|p| p.to_vec()).collect();
        Levels { sounding: powers.iter().map(|p| sounding(p)).collect(), powers }
    }

    #[test]
    fn a_stem_is_set_beside_what_sounds_with_it() {
        let voice: Vec<f64> = (0..40).map(|hop| if hop < 20 { 0.02 } else { 1e-6 }).collect();
        let music: Vec<f64> = (0..40).map(|hop| if hop < 20 { 0.01 } else { 0.5 }).collect();
        let song = levels(&[&voice, &music]);
        let over = |gains: &[f64]| song.beside(0, |_| true).unwrap().over_rest_lu(gains, |_| true).unwrap();
        assert!((over(&[]) - 3.0103).abs() < 1e-3);
        assert!((over(&[-4.0, 2.0]) + 2.9897).abs() < 1e-3);
        assert_eq!(song.beside(0, |hop| hop < 5), None);
        let alone = song.beside(0, |_| true).unwrap();
        assert_eq!(alone.over_rest_lu(&[], |_| false), None);
    }
}
