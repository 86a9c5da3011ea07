use wide::f64x2;

use crate::Section;
use crate::sections::without_denormals;

/// How many sections run side by side: the machine works on several at once while each waits for its own last value.
const AT_ONCE: usize = 4;

/// Second-order sections in a row, for two signals side by side, one in each lane.
///
/// Direct form 1 with the memory shared between neighbours: one product and one difference are all that a sample
/// waits for of the sample before.
#[derive(Debug, Clone)]
pub struct Cascade {
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    sections: Vec<Lanes>,
    // the last two values before the first section and behind each; the newest first
    before: [f64x2; 2],
    behind: [[f64x2; 2]; AT_ONCE],
}

#[derive(Debug, Clone, Copy)]
struct Lanes {
    b: [f64x2; 3],
    a: [f64x2; 2],
}

impl Cascade {
    /// A row for each lane, at rest; the shorter one is filled up with sections that change nothing.
    pub fn new(first: &[Section], second: &[Section]) -> Self {
        let through = Section { b: [1.0, 0.0, 0.0], a: [0.0; 2] };
        let at = |row: &[Section], n: usize| row.get(n).copied().unwrap_or(through);
        let sections: Vec<Lanes> =
            (0..first.len().max(second.len())).map(|n| Lanes::new(at(first, n), at(second, n))).collect();
        Self { groups: sections.chunks(AT_ONCE).map(Group::new).collect() }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.groups.iter_mut().for_each(Group::reset);
    }

    /// Filters in place.
    pub fn run(&mut self, frames: &mut [f64x2]) {
        for group in &mut self.groups {
            match group.sections.len() {
                1 => group.run::<1>(frames),
                2 => group.run::<2>(frames),
                3 => group.run::<3>(frames),
                _ => group.run::<AT_ONCE>(frames),
            }
        }
    }
}

impl Lanes {
    fn new(first: Section, second: Section) -> Self {
        Self {
            b: std::array::from_fn(|k| f64x2::new([first.b[k], second.b[k]])),
            a: std::array::from_fn(|k| f64x2::new([first.a[k], second.a[k]])),
        }
    }
}

impl Group {
    fn new(sections: &[Lanes]) -> Self {
        Self { sections: sections.to_vec(), before: [f64x2::ZERO; 2], behind: [[f64x2::ZERO; 2]; AT_ONCE] }
    }

    fn reset(&mut self) {
        self.before = [f64x2::ZERO; 2];
        self.behind = [[f64x2::ZERO; 2]; AT_ONCE];
    }

    fn run<const N: usize>(&mut self, frames: &mut [f64x2]) {
        let sections: [Lanes; N] = std::array::from_fn(|k| self.sections[k]);
        let mut behind: [[f64x2; 2]; N] = std::array::from_fn(|k| self.behind[k]);
        let mut before = self.before;
        for frame in frames {
            let (mut x, mut past) = (*frame, before);
            before = [x, past[0]];
            for (Lanes { b, a }, own) in sections.iter().zip(&mut behind) {
                let y = (b[0] * x + b[1] * past[0] + b[2] * past[1] - a[1] * own[1]) - a[0] * own[0];
                past = *own;
                *own = [y, past[0]];
                x = y;
            }
            *frame = x;
        }
        self.before = before.map(without_denormals);
        for (kept, last) in self.behind.iter_mut().zip(behind) {
            *kept = last.map(without_denormals);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matched::{Corner, Prototype};

    fn sections(count: usize) -> Vec<Section> {
        (1..=count)
            .map(|n| Corner { hz: 150.0 * n as f64, gain_db: 3.0 - n as f64, q: 0.5 + 0.3 * n as f64 })
            .map(|corner| Prototype::Bell(corner).matched(48_000))
            .collect()
    }

    /// The difference equation, written out.
    fn plain(section: Section, x: &[f64]) -> Vec<f64> {
        let Section { b: [b0, b1, b2], a: [a1, a2] } = section;
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        x.iter()
            .map(|&x| {
                let y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
                (x2, x1, y2, y1) = (x1, x, y1, y);
                y
            })
            .collect()
    }

    fn noise(count: usize) -> Vec<f64> {
        (0..count as u64).map(|n| (n * n * 7919 % 2003) as f64 / 1001.5 - 1.0).collect()
    }

    #[test]
    fn any_number_of_sections_equals_the_difference_equation_in_each_lane() {
        let x = noise(2000);
        for count in [0, 1, 3, 4, 5, 11] {
            let (first, second) = (sections(count), sections(count / 2));
            let mut cascade = Cascade::new(&first, &second);
            let mut frames: Vec<f64x2> = x.iter().map(|&x| f64x2::new([x, -x])).collect();
            frames.chunks_mut(300).for_each(|part| cascade.run(part));
            for (lane, row, sign) in [(0, first, 1.0), (1, second, -1.0)] {
                let shall = row.iter().fold(x.clone(), |x, &s| plain(s, &x));
                for (frame, shall) in frames.iter().zip(shall) {
                    assert!((frame.to_array()[lane] - sign * shall).abs() < 1e-12, "{count} sections");
                }
            }
        }
    }

    /// A number as the sum of two, exact to about 106 bits (T. J. Dekker, "A Floating-Point Technique for Extending the
    /// Available Precision", Numerische Mathematik 18, 1971).
    #[derive(Clone, Copy)]
    struct Double(f64, f64);

    impl Double {
        fn sum(a: f64, b: f64) -> Self {
            let sum = a + b;
            let part = sum - a;
            Self(sum, (a - (sum - part)) + (b - part))
        }
        fn plus(self, other: Self) -> Self {
            let Self(high, low) = Self::sum(self.0, other.0);
            Self::sum(high, low + self.1 + other.1)
        }
        fn times(self, factor: f64) -> Self {
            let product = self.0 * factor;
            Self::sum(product, libm::fma(self.0, factor, -product) + self.1 * factor)
        }
    }

    /// The difference equation with the same coefficients, and hardly a rounding.
    fn precise(section: Section, x: &[f64]) -> Vec<Double> {
        let Section { b: [b0, b1, b2], a: [a1, a2] } = section;
        let zero = Double(0.0, 0.0);
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, zero, zero);
        x.iter()
            .map(|&x| {
                let fed =
                    Double(x, 0.0).times(b0).plus(Double(x1, 0.0).times(b1)).plus(Double(x2, 0.0).times(b2));
                let y = fed.plus(y1.times(-a1)).plus(y2.times(-a2));
                (x2, x1, y2, y1) = (x1, x, y1, y);
                y
            })
            .collect()
    }

    #[test]
    fn the_noise_of_double_precision_lies_200_db_below_a_sine_of_20_hz() {
        for rate_hz in [48_000, 192_000] {
            for (q, gain_db) in [(0.7, 6.0), (4.0, 12.0), (18.0, -24.0), (18.0, 24.0)] {
                let bell = Prototype::Bell(Corner { hz: 20.0, gain_db, q }).matched(rate_hz);
                let x: Vec<f64> = (0..2 * rate_hz)
                    .map(|n| libm::sin(2.0 * std::f64::consts::PI * 20.0 * f64::from(n) / f64::from(rate_hz)))
                    .collect();
                let mut cascade = Cascade::new(&[bell], &[bell]);
                let mut frames: Vec<f64x2> = x.iter().map(|&x| f64x2::splat(x)).collect();
                cascade.run(&mut frames);
                let (mut noise, mut heard, mut signal) = (0.0, 0.0, 0.0);
                for ((y, shall), x) in frames.iter().zip(precise(bell, &x)).zip(&x) {
                    let off = (y.to_array()[0] - shall.0) - shall.1;
                    noise += off * off;
                    signal += shall.0 * shall.0;
                    heard += x * x;
                }
                let db = 10.0 * libm::log10(noise / f64::max(heard, signal));
                println!("{rate_hz} Hz rate, Q {q}, {gain_db} dB: noise at {db:.1} dB");
                assert!(db < -200.0, "{rate_hz} Hz rate, Q {q}, {gain_db} dB: {db} dB");
            }
        }
    }

    #[test]
    fn the_impulse_response_has_the_spectrum_of_the_coefficients() {
        let rate_hz = 48_000;
        let row = sections(8);
        let mut cascade = Cascade::new(&row, &row);
        let mut frames = vec![f64x2::ZERO; 48_000];
        frames[0] = f64x2::ONE;
        cascade.run(&mut frames);
        for hz in [30.0, 150.0, 437.0, 1200.0, 5000.0, 15_000.0, 23_000.0] {
            let turned = frames.iter().enumerate().map(|(n, y)| {
                let (sin, cos) =
                    libm::sincos(-2.0 * std::f64::consts::PI * hz * n as f64 / f64::from(rate_hz));
                realfft::num_complex::Complex64::new(cos, sin) * y.to_array()[0]
            });
            let is = turned.sum::<realfft::num_complex::Complex64>();
            let (gain, phase) = row.iter().fold((1.0, 0.0), |(gain, phase), s| {
                (gain * s.gain(rate_hz, hz), phase + s.phase(rate_hz, hz))
            });
            assert!((is.norm() / gain - 1.0).abs() < 1e-9, "{hz} Hz: {} for {gain}", is.norm());
            let turn = libm::remainder(libm::atan2(is.im, is.re) - phase, 2.0 * std::f64::consts::PI);
            assert!(turn.abs() < 1e-9, "{hz} Hz: {turn} rad off");
        }
    }

    #[test]
    fn a_low_sharp_bell_is_clean_in_double_precision() {
        // what a bell of 20 Hz does to its own frequency, against the closed formula
        let rate = 48_000;
        let bell = Prototype::Bell(Corner { hz: 20.0, gain_db: 6.0, q: 2.0 }).matched(rate);
        let mut cascade = Cascade::new(&[bell], &[bell]);
        let phase = |n: usize| 2.0 * std::f64::consts::PI * 20.0 * n as f64 / f64::from(rate);
        let mut frames: Vec<f64x2> = (0..480_000).map(|n| f64x2::splat(libm::sin(phase(n)))).collect();
        cascade.run(&mut frames);
        let last = &frames[frames.len() - 48_000..];
        let part = |wave: fn(f64) -> f64| {
            let at = frames.len() - 48_000;
            let sum: f64 = last.iter().enumerate().map(|(n, y)| y.to_array()[0] * wave(phase(at + n))).sum();
            sum / 24_000.0
        };
        let gain = libm::hypot(part(libm::sin), part(libm::cos));
        assert!((gain / bell.gain(rate, 20.0) - 1.0).abs() < 1e-9, "{gain}");
    }

    #[test]
    fn silence_after_sound_becomes_exactly_nothing() {
        let row = sections(4);
        let mut cascade = Cascade::new(&row, &row);
        let mut frames = vec![f64x2::ZERO; 256];
        frames[0] = f64x2::ONE;
        for _ in 0..4000 {
            cascade.run(&mut frames);
            if frames.iter().all(|f| *f == f64x2::ZERO) {
                return;
            }
            frames.fill(f64x2::ZERO);
        }
        panic!("still not silent");
    }
}
