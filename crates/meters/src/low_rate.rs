use std::f64::consts::PI;

use acetate_dsp::Decimator;
use acetate_model::Audio;

use crate::sums::pair;

/// The low rate is the one next to this that divides the rate.
const WANTED_HZ: f64 = 2000.0;
/// Low-rate frames that are made together.
const TOGETHER: usize = 32;

/// The mean of left and right at a low rate, in stretches of some frames that do not depend on blocks.
pub struct LowRate {
    rate_hz: f64,
    decimator: Decimator,
    // what the filter still reaches, and what was heard since
    window: Vec<f32>,
    low: [f64; TOGETHER],
}

impl LowRate {
    pub fn new(rate_hz: u32) -> Self {
        let factor = (f64::from(rate_hz) / WANTED_HZ).round().max(1.0) as usize;
        let decimator = Decimator::new(factor);
        let mut window = Vec::with_capacity(decimator.reach() + TOGETHER * factor);
        window.resize(decimator.reach(), 0.0);
        Self { rate_hz: f64::from(rate_hz) / factor as f64, decimator, window, low: [0.0; TOGETHER] }
    }

    pub fn rate_hz(&self) -> f64 {
        self.rate_hz
    }

    /// By what the filter changes the power at a frequency.
    pub fn power_gain(&self, hz: f64) -> f64 {
        let gain = self.decimator.gain(2.0 * PI * hz / (self.rate_hz * self.decimator.factor() as f64));
        gain * gain
    }

    /// Hears the next block and hands `each` every stretch that is full.
    pub fn push(&mut self, block: &Audio, mut each: impl FnMut(&[f64])) {
        let Some((mut left, mut right)) = pair(block) else { return };
        let reach = self.decimator.reach();
        let full = reach + TOGETHER * self.decimator.factor();
        while !left.is_empty() {
            let fits = left.len().min(full - self.window.len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            self.window.extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l + r)));
            (left, right) = (l.1, r.1);
            if self.window.len() == full {
                self.decimator.run(&self.window, &mut self.low);
                self.window.copy_within(full - reach.., 0);
                self.window.truncate(reach);
                each(&self.low);
            }
        }
    }
}
