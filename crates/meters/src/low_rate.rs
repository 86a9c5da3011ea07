use std::f64::consts::PI;

use acetate_dsp::Decimator;
use acetate_model::Audio;

use crate::sums::pair;

/// The low rate is the one next to this that divides the rate.
const WANTED_HZ: f64 = 2000.0;
/// Low-rate frames that are made together.
const TOGETHER: usize = 32;

/// Middle and side, (l ± r)/2, at a low rate, in stretches of some frames that do not depend on blocks.
pub struct LowRate {
    rate_hz: f64,
    decimator: Decimator,
    // what the filter still reaches, and what was heard since
    windows: [Vec<f32>; 2],
    low: [[f64; TOGETHER]; 2],
}

impl LowRate {
    pub fn new(rate_hz: u32) -> Self {
        let factor = (f64::from(rate_hz) / WANTED_HZ).round().max(1.0) as usize;
        let decimator = Decimator::new(factor);
        let window = || {
            let mut window = Vec::with_capacity(decimator.reach() + TOGETHER * factor);
            window.resize(decimator.reach(), 0.0);
            window
        };
        let windows = [window(), window()];
        Self { rate_hz: f64::from(rate_hz) / factor as f64, decimator, windows, low: [[0.0; TOGETHER]; 2] }
    }

    pub fn rate_hz(&self) -> f64 {
        self.rate_hz
    }

    /// By what the filter changes the amplitude at a frequency.
    pub fn gain(&self, hz: f64) -> f64 {
        self.decimator.gain(2.0 * PI * hz / (self.rate_hz * self.decimator.factor() as f64))
    }

    /// How many seconds after the first frame the first one of the low rate lies.
    pub fn first_s(&self) -> f64 {
        let factor = self.decimator.factor() as f64;
        (factor - 1.0 - self.decimator.delay()) / (factor * self.rate_hz)
    }

    /// Hears the next block and hands `each` every stretch that is full: the middle, and the side where there is one.
    pub fn push(&mut self, block: &Audio, mut each: impl FnMut(&[f64], Option<&[f64]>)) {
        let Some((mut left, mut right)) = pair(block) else { return };
        let reach = self.decimator.reach();
        let full = reach + TOGETHER * self.decimator.factor();
        let Self { decimator, windows: [mid, side], low: [low_mid, low_side], .. } = self;
        while !left.is_empty() {
            let fits = left.len().min(full - mid.len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            mid.extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l + r)));
            side.extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l - r)));
            (left, right) = (l.1, r.1);
            if mid.len() < full {
                continue;
            }
            decimator.run(mid, low_mid);
            let is_wide = side.iter().any(|x| *x != 0.0);
            if is_wide {
                decimator.run(side, low_side);
            }
            for window in [&mut *mid, &mut *side] {
                window.copy_within(full - reach.., 0);
                window.truncate(reach);
            }
            each(&low_mid[..], is_wide.then_some(&low_side[..]));
        }
    }
}
