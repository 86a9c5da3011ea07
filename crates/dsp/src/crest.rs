use wide::f64x4;

use crate::envelope::{Tile, keep, without};

/// Over which time the crest factor is taken.
const CREST_MS: f64 = 200.0;
/// The longest attack and release: those of a signal without peaks.
const LONGEST_MS: [f64; 2] = [80.0, 1000.0];
/// The shortest attack.
const SHORTEST_MS: f64 = 0.1;
/// Below this power there is silence.
const SILENCE: f64 = 1e-20;

/// Attack and release that follow the crest factor C of four signals: the peakier, the shorter.
///
/// D. Giannoulis, M. Massberg and J. D. Reiss, "Parameter Automation in a Dynamic Range Compressor", JAES 61(10),
/// 2013: attack 2·80 ms/C², release 2·1 s/C² − attack. A sine, with C² = 2, has the longest.
#[derive(Debug, Clone)]
pub struct CrestTimes {
    keep: f64,
    // of attack and release: 1/(τ·rate) for C² = 1
    per_crest: [f64; 2],
    highest: f64,
    peak: f64x4,
    mean: f64x4,
}

impl CrestTimes {
    /// At rest.
    pub fn new(rate_hz: u32) -> Self {
        let [attack_ms, release_ms] = LONGEST_MS.map(|ms| 2.0 * ms);
        let per_frame = |ms: f64| 1000.0 / (ms * f64::from(rate_hz));
        Self {
            keep: keep(rate_hz, CREST_MS),
            per_crest: [per_frame(attack_ms), per_frame(release_ms - attack_ms)],
            highest: attack_ms / SHORTEST_MS,
            peak: f64x4::ZERO,
            mean: f64x4::ZERO,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        (self.peak, self.mean) = (f64x4::ZERO, f64x4::ZERO);
    }

    /// Hears powers of samples and tells what attack and release take of a new value, frame by frame.
    pub fn advance(&mut self, powers: &Tile, [attack, release]: [&mut Tile; 2], frames: usize) {
        let (keep, take) = (f64x4::splat(self.keep), f64x4::splat(1.0 - self.keep));
        let [to_attack, to_release] = self.per_crest.map(f64x4::splat);
        let (highest, silence) = (f64x4::splat(self.highest), f64x4::splat(SILENCE));
        for n in 0..frames {
            let power = f64x4::new(std::array::from_fn(|lane| f64::from(powers[lane][n])));
            self.peak = (keep * self.peak + take * power).fast_max(power);
            self.mean = keep * self.mean + take * power;
            let crest = (self.peak / self.mean.fast_max(silence)).fast_max(f64x4::ONE).fast_min(highest);
            for (tile, per_crest) in [(&mut *attack, to_attack), (&mut *release, to_release)] {
                let taken = share(crest * per_crest).to_array();
                for (lane, taken) in tile.iter_mut().zip(taken) {
                    lane[n] = taken as f32;
                }
            }
        }
    }

    /// Drops what is so low that it is silence.
    pub fn settle(&mut self) {
        (self.peak, self.mean) = (without(self.peak, SILENCE), without(self.mean, SILENCE));
    }
}

/// 1 − exp(−x) for x from 0 to ½, within 10⁻⁴ of itself: a Padé approximant.
fn share(x: f64x4) -> f64x4 {
    x / (1.0 + x * (0.5 + x * (1.0 / 12.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DETECTOR_TILE;

    /// Attack and release in ms at the end of two seconds of these powers.
    fn times_ms(rate_hz: u32, power: impl Fn(usize) -> f64) -> [f64; 2] {
        let mut crest = CrestTimes::new(rate_hz);
        let [mut powers, mut attack, mut release] = [[[0.0; DETECTOR_TILE]; 4]; 3];
        for tile in 0..2 * rate_hz as usize / DETECTOR_TILE {
            for (n, heard) in powers[1].iter_mut().enumerate() {
                *heard = power(tile * DETECTOR_TILE + n) as f32;
            }
            crest.advance(&powers, [&mut attack, &mut release], DETECTOR_TILE);
        }
        let ms = |taken: f32| -1000.0 / (libm::log1p(-f64::from(taken)) * f64::from(rate_hz));
        [attack, release].map(|tile| ms(tile[1][DETECTOR_TILE - 1]))
    }

    #[test]
    fn times_are_those_of_the_paper() {
        for rate_hz in [44_100, 192_000] {
            let sine = |n: usize| {
                let x = libm::sin(2.0 * std::f64::consts::PI * 997.0 * n as f64 / f64::from(rate_hz));
                x * x
            };
            // one frame of sixteen: the peak is 12 dB above the mean
            let pulses = |n: usize| f64::from(u8::from(n.is_multiple_of(16)));
            let constant = |_: usize| 0.25;
            for (name, is, shall) in [
                ("sine", times_ms(rate_hz, sine), [80.0, 920.0]),
                ("12 dB", times_ms(rate_hz, pulses), [10.0, 115.0]),
                ("0 dB", times_ms(rate_hz, constant), [160.0, 1840.0]),
            ] {
                println!("{name} at {rate_hz} Hz: attack {:.2} ms, release {:.2} ms", is[0], is[1]);
                assert!(
                    is.iter().zip(shall).all(|(is, shall)| (is / shall - 1.0).abs() < 0.01),
                    "{name}: {is:?}"
                );
            }
        }
    }

    #[test]
    fn the_share_of_a_new_value_is_the_exponential() {
        for n in 1..500 {
            let x = f64::from(n) / 1000.0;
            let off = share(f64x4::splat(x)).to_array()[0] / -libm::expm1(-x) - 1.0;
            assert!(off.abs() < 1e-4, "{x}: {off}");
        }
    }
}
