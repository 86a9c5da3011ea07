use std::f64::consts::PI;

/// How many low-rate frames the filter reaches over.
const REACH: usize = 8;
/// Its corner as a share of the low rate.
const CORNER: f64 = 0.4;

/// Brings a signal to a low rate, without what would fold back below 0.8 of its upper end.
#[derive(Debug, Clone)]
pub struct Decimator {
    factor: usize,
    taps: Vec<f32>,
}

impl Decimator {
    /// To one frame out of `factor`.
    pub fn new(factor: usize) -> Self {
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
        Self { factor, taps: taps.iter().map(|h| (h / sum) as f32).collect() }
    }

    /// Over how many frames at the full rate the filter reaches.
    pub fn reach(&self) -> usize {
        self.taps.len()
    }

    /// By how many frames at the full rate what comes out is late.
    pub fn delay(&self) -> f64 {
        (self.taps.len() - 1) as f64 / 2.0
    }

    /// How many frames go into one.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// The gain at a frequency in radians per frame at the full rate.
    pub fn gain(&self, step: f64) -> f64 {
        let middle = self.delay();
        self.taps.iter().enumerate().map(|(n, &h)| f64::from(h) * libm::cos(step * (n as f64 - middle))).sum()
    }

    /// Fills `low` from the end of `window`, which holds as much as that takes, and the reach of the filter before.
    pub fn run(&self, window: &[f32], low: &mut [f64]) {
        let first = window.len() - low.len() * self.factor;
        for (n, low) in low.iter_mut().enumerate() {
            let end = first + (n + 1) * self.factor;
            *low = dot(&self.taps, &window[end - self.taps.len()..end]);
        }
    }
}

fn dot(taps: &[f32], x: &[f32]) -> f64 {
    let mut sums = [0.0f32; 8];
    for (h, x) in taps.as_chunks::<8>().0.iter().zip(x.as_chunks::<8>().0) {
        for ((sum, h), x) in sums.iter_mut().zip(h).zip(x) {
            *sum += h * x;
        }
    }
    sums.iter().map(|&sum| f64::from(sum)).sum()
}
