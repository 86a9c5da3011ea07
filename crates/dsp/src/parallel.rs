use std::f64::consts::PI;

use acetate_model::amplitude;
use libm::{sincos, tan};
use realfft::num_complex::Complex64;
use wide::f64x2;

use crate::matched::poles;
use crate::sections::without_denormals;
use crate::{Corner, Prototype, Section};

/// How many bands run side by side.
pub const BANDS_AT_ONCE: usize = 4;

/// The highest corner, as a share of the rate.
const HIGHEST_CORNER: f64 = 0.49;

/// What a band with fixed poles multiplies: with part P and a gain g that may move, it is y = x + (g − 1)·P(x).
///
/// The corner's gain is the one at which the band is the equaliser's band of its `q`; it is not 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// Around the centre, where it is 1 without phase: a bell.
    Band(Corner),
    /// All below: a low shelf.
    Low(Corner),
    /// All above: a high shelf.
    High(Corner),
}

impl Part {
    /// The filter that takes it out.
    pub fn section(&self, rate_hz: u32) -> Section {
        match *self {
            Self::Band(corner) => band_pass(rate_hz, corner),
            Self::Low(corner) => moved(Prototype::LowShelf(corner).matched(rate_hz), corner.gain_db),
            Self::High(corner) => moved(Prototype::HighShelf(corner).matched(rate_hz), corner.gain_db),
        }
    }

    /// Around where most of it lies.
    fn middle_hz(&self) -> f64 {
        // half an octave into the shelf
        match self {
            Self::Band(corner) => corner.hz,
            Self::Low(corner) => corner.hz * std::f64::consts::FRAC_1_SQRT_2,
            Self::High(corner) => corner.hz * std::f64::consts::SQRT_2,
        }
    }

    /// The gain of the whole band in dB at `hz`, while its part has this gain.
    pub fn gain_db(&self, rate_hz: u32, gain_db: f64, hz: f64) -> f64 {
        let whole = 1.0 + (amplitude(gain_db) - 1.0) * response(&self.section(rate_hz), rate_hz, hz);
        10.0 * libm::log10(whole.norm_sqr())
    }
}

fn response(section: &Section, rate_hz: u32, hz: f64) -> Complex64 {
    let (sin, cos) = sincos(2.0 * PI * hz / f64::from(rate_hz));
    let z = Complex64::new(cos, -sin);
    let [b0, b1, b2] = section.b;
    let [a1, a2] = section.a;
    (b0 + (b1 + b2 * z) * z) / (1.0 + (a1 + a2 * z) * z)
}

/// s/Q / (s² + s/Q + 1), poles by impulse invariance (M. Vicanek, "Matched Second Order Digital Filters", 2016), a zero
/// at frequency 0, and the other where it makes the centre exactly 1.
///
/// In a bell of gain G² the poles have a quality of G·q.
fn band_pass(rate_hz: u32, Corner { hz, gain_db, q }: Corner) -> Section {
    let rate = f64::from(rate_hz);
    let w = 2.0 * PI * hz.min(HIGHEST_CORNER * rate) / rate;
    let a = poles(w, q * amplitude(gain_db / 2.0));
    let (sin, cos) = sincos(w);
    let z = Complex64::new(cos, -sin);
    let wanted = (1.0 + (a[0] + a[1] * z) * z) / (1.0 - z);
    let second = wanted.im / z.im;
    let first = wanted.re - second * z.re;
    Section { b: [first, second - first, -second], a }
}

/// What a shelf changes, over what it changes at the end of its shelf.
fn moved(shelf: Section, gain_db: f64) -> Section {
    let by = 1.0 / (amplitude(gain_db) - 1.0);
    let [b0, b1, b2] = shelf.b;
    let [a1, a2] = shelf.a;
    Section { b: [(b0 - 1.0) * by, (b1 - a1) * by, (b2 - a2) * by], a: shelf.a }
}

/// Bands in a row, for two signals side by side, one in each lane. Only their gains move, never a filter, so nothing
/// clicks, and with the same gains they do the same to each of several signals: their sum stays their sum.
#[derive(Debug, Clone)]
pub struct ParallelBands {
    groups: Vec<Vec<Lanes>>,
}

#[derive(Debug, Clone, Copy)]
struct Lanes {
    b: [f64x2; 3],
    a: [f64x2; 2],
    // the last two values before and behind the filter, the newest first
    before: [f64x2; 2],
    behind: [f64x2; 2],
}

impl Lanes {
    fn new(section: &Section) -> Self {
        Self {
            b: section.b.map(f64x2::splat),
            a: section.a.map(f64x2::splat),
            before: [f64x2::ZERO; 2],
            behind: [f64x2::ZERO; 2],
        }
    }

    fn next(&mut self, x: f64x2) -> f64x2 {
        let Self { b, a, before, behind } = self;
        let y = (b[0] * x + b[1] * before[0] + b[2] * before[1] - a[1] * behind[1]) - a[0] * behind[0];
        *before = [x, before[0]];
        *behind = [y, behind[0]];
        y
    }

    fn settle(mut self) -> Self {
        self.before = self.before.map(without_denormals);
        self.behind = self.behind.map(without_denormals);
        self
    }
}

impl ParallelBands {
    /// At rest.
    pub fn new(rate_hz: u32, parts: &[Part]) -> Self {
        let lanes: Vec<Lanes> = parts.iter().map(|part| Lanes::new(&part.section(rate_hz))).collect();
        Self { groups: lanes.chunks(BANDS_AT_ONCE).map(<[_]>::to_vec).collect() }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        for lanes in self.groups.iter_mut().flatten() {
            lanes.before = [f64x2::ZERO; 2];
            lanes.behind = [f64x2::ZERO; 2];
        }
    }

    /// Filters in place. `changes` has, for each four bands, their gains less 1 frame by frame.
    pub fn run<'a>(&mut self, frames: &mut [f64x2], changes: impl IntoIterator<Item = &'a [[f64; 4]]>) {
        for (group, changes) in self.groups.iter_mut().zip(changes) {
            match group.len() {
                1 => run::<1>(group, frames, changes),
                2 => run::<2>(group, frames, changes),
                3 => run::<3>(group, frames, changes),
                _ => run::<BANDS_AT_ONCE>(group, frames, changes),
            }
        }
    }
}

fn run<const N: usize>(group: &mut [Lanes], frames: &mut [f64x2], changes: &[[f64; 4]]) {
    let mut bands: [Lanes; N] = std::array::from_fn(|k| group[k]);
    for (frame, changes) in frames.iter_mut().zip(changes) {
        let mut x = *frame;
        for (band, change) in bands.iter_mut().zip(changes) {
            x += f64x2::splat(*change) * band.next(x);
        }
        *frame = x;
    }
    group.iter_mut().zip(bands).for_each(|(kept, last)| *kept = last.settle());
}

/// The power of up to four parts of the same signal, two channels side by side.
///
/// Beside each part goes its quadrature, a quarter of a period later by a first-order all-pass, so that the power of a
/// sine in the middle of the part does not ripple; on average it is right for any other, too.
#[derive(Debug, Clone)]
pub struct PartPowers {
    filters: [Lanes; BANDS_AT_ONCE],
    all_pass: [f64x2; BANDS_AT_ONCE],
    // the last value of each quadrature
    late: [f64x2; BANDS_AT_ONCE],
}

impl PartPowers {
    /// At rest; parts beyond the fourth are not heard.
    pub fn new(rate_hz: u32, parts: &[Part]) -> Self {
        let silent = Section { b: [0.0; 3], a: [0.0; 2] };
        let rate = f64::from(rate_hz);
        let all_pass = |part: &Part| {
            let turn = tan(PI * part.middle_hz().min(HIGHEST_CORNER * rate) / rate);
            f64x2::splat((turn - 1.0) / (turn + 1.0))
        };
        Self {
            filters: std::array::from_fn(|k| {
                Lanes::new(&parts.get(k).map_or(silent, |part| part.section(rate_hz)))
            }),
            all_pass: std::array::from_fn(|k| parts.get(k).map_or(f64x2::ZERO, all_pass)),
            late: [f64x2::ZERO; BANDS_AT_ONCE],
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        for lanes in &mut self.filters {
            lanes.before = [f64x2::ZERO; 2];
            lanes.behind = [f64x2::ZERO; 2];
        }
        self.late = [f64x2::ZERO; BANDS_AT_ONCE];
    }

    /// Raises `powers` to those of the louder channel, such that a full-scale sine reads 1.
    pub fn run(&mut self, frames: &[f64x2], powers: &mut [[f64; 4]]) {
        let (mut filters, mut late) = (self.filters, self.late);
        for (&x, powers) in frames.iter().zip(powers) {
            for (((filter, c), late), power) in
                filters.iter_mut().zip(&self.all_pass).zip(&mut late).zip(powers)
            {
                let last = filter.behind[0];
                let y = filter.next(x);
                *late = (*c * y + last) - *c * *late;
                let [left, right] = (y * y + *late * *late).to_array();
                let louder = if right > left { right } else { left };
                *power = if louder > *power { louder } else { *power };
            }
        }
        self.filters = filters.map(Lanes::settle);
        self.late = late.map(without_denormals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

    #[test]
    fn a_bell_has_its_gain_at_its_centre_and_no_phase_there() {
        for rate_hz in RATES {
            for hz in [30.0, 300.0, 3000.0, 9000.0, 18_000.0] {
                for q in [0.3, 1.0, 12.0] {
                    let part = Part::Band(Corner { hz, gain_db: -6.0, q });
                    let centre = response(&part.section(rate_hz), rate_hz, hz);
                    assert!((centre - 1.0).norm() < 1e-9, "{part:?} at {rate_hz} Hz: {centre}");
                    for gain_db in [-6.0, -2.0, 3.0] {
                        assert!((part.gain_db(rate_hz, gain_db, hz) - gain_db).abs() < 1e-6);
                    }
                    assert!(response(&part.section(rate_hz), rate_hz, 0.0).norm() < 1e-9);
                }
            }
        }
    }

    /// Against the analogue prototype, which the section was not made from.
    #[test]
    fn at_full_action_a_band_is_that_of_the_equaliser() {
        for rate_hz in RATES {
            for (hz, within_db) in [(100.0, 0.02), (1000.0, 0.1), (5000.0, 0.6), (8000.0, 0.9)] {
                for gain_db in [-6.0, 6.0] {
                    let corner = Corner { hz, gain_db, q: 0.9 };
                    for (part, prototype) in [
                        (Part::Band(corner), Prototype::Bell(corner)),
                        (Part::Low(corner), Prototype::LowShelf(corner)),
                        (Part::High(corner), Prototype::HighShelf(corner)),
                    ] {
                        for n in 0..=100 {
                            let at = 20.0 * libm::pow(1000.0, f64::from(n) / 100.0);
                            let shall = 20.0 * libm::log10(prototype.response(at).norm());
                            let is = part.gain_db(rate_hz, gain_db, at);
                            assert!(
                                (is - shall).abs() < within_db,
                                "{part:?} at {rate_hz} Hz: {is} dB for {shall} at {at} Hz"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_moving_gain_equals_the_difference_equation_and_none_changes_no_bit() {
        let parts: Vec<Part> =
            (1..=6).map(|n| Part::Band(Corner { hz: 500.0 * f64::from(n), gain_db: -6.0, q: 1.0 })).collect();
        let x: Vec<f64> = (0..3000u64).map(|n| (n * n * 7919 % 2003) as f64 / 1001.5 - 1.0).collect();
        let change = |band: usize, n: usize| 0.001 * ((n * (band + 3)) % 900) as f64 - 0.5;
        let changes: Vec<Vec<[f64; 4]>> = (0..2)
            .map(|group| (0..x.len()).map(|n| std::array::from_fn(|k| change(4 * group + k, n))).collect())
            .collect();
        let mut shall = x.clone();
        for (band, part) in parts.iter().enumerate() {
            let Section { b, a } = part.section(48_000);
            let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
            for (n, x) in shall.iter_mut().enumerate() {
                let y = b[0] * *x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
                (x2, x1, y2, y1) = (x1, *x, y1, y);
                *x += change(band, n) * y;
            }
        }
        let mut bands = ParallelBands::new(48_000, &parts);
        let mut frames: Vec<f64x2> = x.iter().map(|&x| f64x2::new([x, -x])).collect();
        bands.run(&mut frames, changes.iter().map(Vec::as_slice));
        for (frame, shall) in frames.iter().zip(&shall) {
            let [left, right] = frame.to_array();
            assert!((left - shall).abs() < 1e-12 && (right + shall).abs() < 1e-12);
        }
        let none = vec![[0.0; 4]; x.len()];
        let mut frames: Vec<f64x2> = x.iter().map(|&x| f64x2::new([x, -x])).collect();
        bands.run(&mut frames, [&none[..], &none[..]]);
        assert!(frames.iter().zip(&x).all(|(frame, &x)| frame.to_array() == [x, -x]));
    }

    #[test]
    fn the_power_of_a_sine_in_the_middle_does_not_ripple() {
        let parts = [60.0, 500.0, 4000.0].map(|hz| Part::Band(Corner { hz, gain_db: -6.0, q: 1.0 }));
        for (at, hz) in [60.0, 500.0, 4000.0].into_iter().enumerate() {
            let mut powers = PartPowers::new(48_000, &parts);
            let step = 2.0 * PI * hz / 48_000.0;
            let frames: Vec<f64x2> =
                (0..48_000).map(|n| f64x2::new([0.0, 0.5 * libm::sin(step * f64::from(n))])).collect();
            let mut read = vec![[0.0; 4]; frames.len()];
            powers.run(&frames, &mut read);
            for power in &read[24_000..] {
                assert!((power[at] / 0.25 - 1.0).abs() < 1e-3, "{hz} Hz: {power:?}");
            }
        }
    }
}
