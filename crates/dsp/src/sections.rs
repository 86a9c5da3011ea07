use std::f64::consts::PI;

use libm::tan;
use wide::f64x2;

/// The coefficients of one second-order section: `y = b0·x + b1·x₁ + b2·x₂ − a1·y₁ − a2·y₂`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// Feed-forward.
    pub b: [f64; 3],
    /// Feedback, without the leading one.
    pub a: [f64; 2],
}

impl Section {
    /// A low-pass by the bilinear transform, −3 dB at `corner_hz` for a `q` of √½.
    pub fn low_pass(rate_hz: u32, corner_hz: f64, q: f64) -> Self {
        let k = tan(PI * corner_hz / f64::from(rate_hz));
        let a0 = 1.0 + k / q + k * k;
        let b = k * k / a0;
        Self { b: [b, 2.0 * b, b], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0] }
    }

    /// The gain at `hz`, as an amplitude factor.
    pub fn gain(&self, rate_hz: u32, hz: f64) -> f64 {
        let (sin1, cos1) = libm::sincos(2.0 * PI * hz / f64::from(rate_hz));
        let (sin2, cos2) = (2.0 * sin1 * cos1, 2.0 * cos1 * cos1 - 1.0);
        let power = |c: [f64; 3]| {
            let (re, im) = (c[0] + c[1] * cos1 + c[2] * cos2, c[1] * sin1 + c[2] * sin2);
            re * re + im * im
        };
        (power(self.b) / power([1.0, self.a[0], self.a[1]])).sqrt()
    }

    /// The phase at `hz`, which lies within ±2π; that of a section of minimum phase has no jumps but at its zeros.
    pub fn phase(&self, rate_hz: u32, hz: f64) -> f64 {
        let (sin1, cos1) = libm::sincos(2.0 * PI * hz / f64::from(rate_hz));
        let (sin2, cos2) = (2.0 * sin1 * cos1, 2.0 * cos1 * cos1 - 1.0);
        let angle = |c: [f64; 3]| libm::atan2(-(c[1] * sin1 + c[2] * sin2), c[0] + c[1] * cos1 + c[2] * cos2);
        angle(self.b) - angle([1.0, self.a[0], self.a[1]])
    }
}

/// Two sections in a row for two channels side by side, one in each lane.
///
/// Direct form 1: the two sections share the memory between them, and one product and one difference are all that a
/// sample waits for of the sample before, half of what the transposed form 2 needs.
#[derive(Debug, Clone)]
pub struct PairFilter {
    sections: [Section; 2],
    // the last two values before the first section, between the two, and after the second; the newest first
    memory: [[f64x2; 2]; 3],
}

impl PairFilter {
    /// A filter at rest.
    pub fn new(sections: [Section; 2]) -> Self {
        Self { sections, memory: [[f64x2::ZERO; 2]; 3] }
    }

    /// Filters two channels of the same length and hands each frame to `each`.
    pub fn run(&mut self, left: &[f32], right: &[f32], mut each: impl FnMut(f64x2)) {
        let [c, d] = self.sections.map(|s| (s.b.map(f64x2::splat), s.a.map(f64x2::splat)));
        let [[mut x1, mut x2], [mut y1, mut y2], [mut z1, mut z2]] = self.memory;
        for (&l, &r) in left.iter().zip(right) {
            let x = f64x2::new([f64::from(l), f64::from(r)]);
            let y = (c.0[0] * x + c.0[1] * x1 + c.0[2] * x2 - c.1[1] * y2) - c.1[0] * y1;
            let z = (d.0[0] * y + d.0[1] * y1 + d.0[2] * y2 - d.1[1] * z2) - d.1[0] * z1;
            each(z);
            (x2, x1, y2, y1, z2, z1) = (x1, x, y1, y, z1, z);
        }
        self.memory = [[x1, x2], [y1, y2], [z1, z2]].map(|pair| pair.map(without_denormals));
    }
}

// What is this small has no energy in f64 and is absorbed by the smallest f32, so dropping it changes no result,
// but left to decay it would end in denormal numbers, which are slow.
pub(crate) fn without_denormals(value: f64x2) -> f64x2 {
    const NOTHING: f64 = 1e-200;
    f64x2::new(value.to_array().map(|v| if v.abs() < NOTHING { 0.0 } else { v }))
}
