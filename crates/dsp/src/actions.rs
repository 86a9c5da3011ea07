use wide::f64x4;

use crate::envelope::keep;

/// Taken off an action in each frame, so that it ends.
const ENDING: f64 = 1e-13;

/// Attack and release of four actions, the smooth decoupled detector of D. Giannoulis, M. Massberg and J. D. Reiss,
/// "Digital Dynamic Range Compressor Design", JAES 60(6), 2012, eq. 17, that ends in exactly nothing wherever the stream
/// is cut.
#[derive(Debug, Clone)]
pub struct Actions {
    attack: f64x4,
    release: f64x4,
    held: f64x4,
    smooth: f64x4,
}

impl Actions {
    /// At rest; attack and release in milliseconds, to 63 %.
    pub fn new(rate_hz: u32, times_ms: [[f64; 2]; 4]) -> Self {
        Self {
            attack: f64x4::new(times_ms.map(|[attack, _]| keep(rate_hz, attack))),
            release: f64x4::new(times_ms.map(|[_, release]| keep(rate_hz, release))),
            held: f64x4::ZERO,
            smooth: f64x4::ZERO,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        (self.held, self.smooth) = (f64x4::ZERO, f64x4::ZERO);
    }

    /// Smooths in place what is wanted, 0 or more.
    pub fn run(&mut self, wanted: &mut [[f64; 4]]) {
        let (no_release, no_attack) = (f64x4::ONE - self.release, f64x4::ONE - self.attack);
        let ending = f64x4::splat(ENDING);
        let (mut held, mut smooth) = (self.held, self.smooth);
        for wanted in wanted {
            let now = f64x4::new(*wanted);
            held = (self.release * held + (no_release * now - ending)).fast_max(now);
            smooth = (self.attack * smooth + (no_attack * held - ending)).fast_max(f64x4::ZERO);
            *wanted = smooth.to_array();
        }
        (self.held, self.smooth) = (held, smooth);
    }
}

/// The mean power over some milliseconds of four signals, wherever the stream is cut.
#[derive(Debug, Clone)]
pub struct MeanPowers {
    keep: f64x4,
    mean: f64x4,
}

impl MeanPowers {
    /// At rest.
    pub fn new(rate_hz: u32, ms: [f64; 4]) -> Self {
        Self { keep: f64x4::new(ms.map(|ms| keep(rate_hz, ms))), mean: f64x4::ZERO }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.mean = f64x4::ZERO;
    }

    /// Averages in place.
    pub fn run(&mut self, powers: &mut [[f64; 4]]) {
        // far below anything heard, and far above denormal numbers, which are slow
        const NOTHING: f64 = 1e-40;
        let take = f64x4::ONE - self.keep;
        let mut mean = self.mean;
        for power in powers {
            mean = self.keep * mean + take * (f64x4::new(*power) + f64x4::splat(NOTHING));
            *power = mean.to_array();
        }
        self.mean = mean;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_take_their_times_and_end() {
        let (rate_hz, frames) = (48_000, 48_000);
        let mut actions = Actions::new(rate_hz, [[10.0, 100.0]; 4]);
        let mut all = vec![[6.0; 4]; frames];
        all.resize(12 * frames, [0.0; 4]);
        all.chunks_mut(100).for_each(|part| actions.run(part));
        let ms = |frames: usize| frames as f64 / f64::from(rate_hz) * 1000.0;
        let risen = ms(all.iter().position(|db| db[1] >= 6.0 * 0.632_12).unwrap());
        let fallen = ms(all[frames..].iter().position(|db| db[1] <= 6.0 * 0.367_88).unwrap());
        assert!((risen / 10.0 - 1.0).abs() < 0.05, "{risen}");
        assert!((95.0..=115.5).contains(&fallen), "{fallen}");
        assert!((all[frames - 1][1] - 6.0).abs() < 1e-6);
        assert_eq!(all.last(), Some(&[0.0; 4]));
    }
}
