use std::f64::consts::FRAC_1_SQRT_2;

use wide::f64x2;

use crate::Section;
use crate::sections::without_denormals;

/// A crossover of S. Linkwitz and R. Riley, "Active Crossover Networks for Noncoincident Drivers", JAES 24(1), 1976:
/// two Butterworth filters in a row to each side, 24 dB per octave, for two signals side by side.
///
/// Both sides add up to an all-pass with the same poles, so the high side is that all-pass without the low side.
#[derive(Debug, Clone)]
pub struct LinkwitzRiley {
    low: Section,
    all: Section,
    // the last two values of the input, behind each low-pass and behind the all-pass; the newest first
    memory: [[f64x2; 2]; 4],
}

impl LinkwitzRiley {
    /// At rest.
    pub fn new(rate_hz: u32, hz: f64) -> Self {
        let low = Section::low_pass(rate_hz, hz, FRAC_1_SQRT_2);
        Self { low, all: Self::sum(rate_hz, hz), memory: [[f64x2::ZERO; 2]; 4] }
    }

    /// What both sides add up to.
    pub fn sum(rate_hz: u32, hz: f64) -> Section {
        let Section { a, .. } = Section::low_pass(rate_hz, hz, FRAC_1_SQRT_2);
        Section { b: [a[1], a[0], 1.0], a }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.memory = [[f64x2::ZERO; 2]; 4];
    }

    /// Takes the low side out of `frames`, which keep the high side.
    pub fn split(&mut self, frames: &mut [f64x2], low: &mut [f64x2]) {
        let [b, all] = [self.low.b, self.all.b].map(|b| b.map(f64x2::splat));
        let a = self.low.a.map(f64x2::splat);
        let [[mut x1, mut x2], [mut p1, mut p2], [mut l1, mut l2], [mut s1, mut s2]] = self.memory;
        for (frame, low) in frames.iter_mut().zip(low) {
            let x = *frame;
            let p = (b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * p2) - a[0] * p1;
            let l = (b[0] * p + b[1] * p1 + b[2] * p2 - a[1] * l2) - a[0] * l1;
            let s = (all[0] * x + all[1] * x1 + all[2] * x2 - a[1] * s2) - a[0] * s1;
            (x2, x1, p2, p1, l2, l1, s2, s1) = (x1, x, p1, p, l1, l, s1, s);
            *low = l;
            *frame = s - l;
        }
        self.memory = [[x1, x2], [p1, p2], [l1, l2], [s1, s2]].map(|pair| pair.map(without_denormals));
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn each_side_is_a_butterworth_filter_twice() {
        let (rate_hz, frames) = (48_000, 1 << 15);
        for hz in [120.0, 1000.0, 9000.0] {
            let mut crossover = LinkwitzRiley::new(rate_hz, hz);
            let mut high = vec![f64x2::ZERO; frames];
            high[0] = f64x2::new([1.0, -2.0]);
            let mut low = high.clone();
            crossover.split(&mut high, &mut low);
            for at in [0.25, 0.5, 1.0, 2.0].map(|octave| octave * hz) {
                let gain = |side: &[f64x2]| {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (n, y) in side.iter().enumerate() {
                        let (sin, cos) = libm::sincos(2.0 * PI * at * n as f64 / f64::from(rate_hz));
                        re += y.to_array()[0] * cos;
                        im += y.to_array()[0] * sin;
                    }
                    libm::hypot(re, im)
                };
                // of the bilinear transform; squared, for there are two
                let ratio = libm::tan(PI * at / f64::from(rate_hz)) / libm::tan(PI * hz / f64::from(rate_hz));
                let fourth = libm::pow(ratio, 4.0);
                for (is, shall) in
                    [(gain(&low), 1.0 / (1.0 + fourth)), (gain(&high), fourth / (1.0 + fourth))]
                {
                    assert!((is - shall).abs() < 1e-9, "{hz} Hz at {at} Hz: {is} for {shall}");
                }
            }
            let twice = |y: &f64x2| (y.to_array()[1] + 2.0 * y.to_array()[0]).abs();
            assert!(low.iter().all(|y| twice(y) < 1e-100));
        }
    }
}
