use std::f64::consts::PI;

use acetate_model::Audio;

use crate::sums::pair;

/// The low rate is the one next to this that divides the rate.
const WANTED_HZ: f64 = 2000.0;
/// How many low-rate frames the filter reaches over.
const REACH: usize = 8;
/// Its corner as a share of the low rate.
const CORNER: f64 = 0.4;
/// Low-rate frames that are made together.
const TOGETHER: usize = 32;

/// The mean of left and right at a low rate, in stretches of some frames that do not depend on blocks.
pub struct LowRate {
    rate_hz: f64,
    factor: usize,
    taps: Vec<f32>,
    // what the filter still reaches, and what was heard since
    window: Vec<f32>,
    low: [f32; TOGETHER],
}

impl LowRate {
    pub fn new(rate_hz: u32) -> Self {
        let factor = (f64::from(rate_hz) / WANTED_HZ).round().max(1.0) as usize;
        let length = REACH * factor;
        let middle = (length - 1) as f64 / 2.0;
        let tap = |n: usize| {
            let t = (n as f64 - middle) / factor as f64;
            let sinc = if t == 0.0 { 2.0 * CORNER } else { libm::sin(2.0 * PI * CORNER * t) / (PI * t) };
            let window = libm::cos(PI * t / REACH as f64);
            sinc * window * window
        };
        let taps: Vec<f64> = (0..length).map(tap).collect();
        let sum: f64 = taps.iter().sum();
        let mut window = Vec::with_capacity((REACH + TOGETHER) * factor);
        window.resize(length, 0.0);
        Self {
            rate_hz: f64::from(rate_hz) / factor as f64,
            factor,
            taps: taps.iter().map(|h| (h / sum) as f32).collect(),
            window,
            low: [0.0; TOGETHER],
        }
    }

    pub fn rate_hz(&self) -> f64 {
        self.rate_hz
    }

    /// By what the filter changes the power at a frequency.
    pub fn power_gain(&self, hz: f64) -> f64 {
        let step = 2.0 * PI * hz / (self.rate_hz * self.factor as f64);
        let middle = (self.taps.len() - 1) as f64 / 2.0;
        let turned = self.taps.iter().enumerate().map(|(n, &h)| {
            let angle = step * (n as f64 - middle);
            f64::from(h) * libm::cos(angle)
        });
        let gain: f64 = turned.sum();
        gain * gain
    }

    /// Hears the next block and hands `each` every stretch that is full.
    pub fn push(&mut self, block: &Audio, mut each: impl FnMut(&[f32])) {
        let Some((mut left, mut right)) = pair(block) else { return };
        let reach = self.taps.len();
        let full = reach + TOGETHER * self.factor;
        while !left.is_empty() {
            let fits = left.len().min(full - self.window.len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            self.window.extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l + r)));
            (left, right) = (l.1, r.1);
            if self.window.len() == full {
                for (n, low) in self.low.iter_mut().enumerate() {
                    let from = (n + 1) * self.factor;
                    *low = dot(&self.taps, &self.window[from..from + reach]);
                }
                self.window.copy_within(full - reach.., 0);
                self.window.truncate(reach);
                each(&self.low);
            }
        }
    }
}

fn dot(taps: &[f32], x: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (taps, taps_left) = taps.as_chunks::<16>();
    let (x, x_left) = x.as_chunks::<16>();
    for (h, x) in taps.iter().zip(x) {
        for ((sum, h), x) in sums.iter_mut().zip(h).zip(x) {
            *sum += h * x;
        }
    }
    let rest: f32 = taps_left.iter().zip(x_left).map(|(h, x)| h * x).sum();
    sums.iter().sum::<f32>() + rest
}
