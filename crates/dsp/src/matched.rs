use std::f64::consts::PI;

use acetate_model::amplitude;
use libm::{cos, cosh, exp, sin, sqrt};
use realfft::num_complex::Complex64;

use crate::Section;

/// The highest corner that a section is designed for, as a share of the rate: poles cannot lie above half of it.
const HIGHEST_CORNER: f64 = 0.49;

/// An analogue filter of second order, or first: what an equaliser band shall sound like at any rate.
///
/// With A = 10^(dB/40) and s = jf/f₀, after R. Bristow-Johnson's audio EQ cookbook, without its bilinear transform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prototype {
    /// (s² + sA/Q + 1) / (s² + s/(AQ) + 1).
    Bell(Corner),
    /// A (s² + s√A/Q + A) / (As² + s√A/Q + 1): `gain_db` below the corner.
    LowShelf(Corner),
    /// A (As² + s√A/Q + 1) / (s² + s√A/Q + A): `gain_db` above the corner.
    HighShelf(Corner),
    /// Two first-order shelves: −`gain_db`/2 at the bottom, +`gain_db`/2 at the top; without `q`.
    Tilt(Corner),
    /// (s² + 1) / (s² + s/Q + 1); without `gain_db`.
    Notch(Corner),
    /// s² / (s² + s/Q + 1); without `gain_db`.
    HighPass(Corner),
    /// 1 / (s² + s/Q + 1); without `gain_db`.
    LowPass(Corner),
    /// 1 / (s + 1); without `gain_db` and `q`.
    FirstLowPass(Corner),
}

/// Where a filter works, how much and how sharply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// Centre or corner.
    pub hz: f64,
    /// Gain at the centre or on the shelf.
    pub gain_db: f64,
    /// Sharpness.
    pub q: f64,
}

impl Prototype {
    fn corner(&self) -> Corner {
        match *self {
            Self::Bell(c)
            | Self::LowShelf(c)
            | Self::HighShelf(c)
            | Self::Tilt(c)
            | Self::Notch(c)
            | Self::HighPass(c)
            | Self::LowPass(c)
            | Self::FirstLowPass(c) => c,
        }
    }

    /// Whether it lets everything pass unchanged.
    pub fn is_neutral(&self) -> bool {
        match self {
            Self::Bell(c) | Self::LowShelf(c) | Self::HighShelf(c) | Self::Tilt(c) => c.gain_db == 0.0,
            Self::Notch(_) | Self::HighPass(_) | Self::LowPass(_) | Self::FirstLowPass(_) => false,
        }
    }

    /// Numerator and denominator in s, highest power first.
    fn polynomials(&self) -> [[f64; 3]; 2] {
        let Corner { gain_db, q, .. } = self.corner();
        let a = amplitude(gain_db / 2.0);
        match self {
            Self::Bell(_) => [[1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0]],
            Self::LowShelf(_) => [[a, a * a.sqrt() / q, a * a], [a, a.sqrt() / q, 1.0]],
            Self::HighShelf(_) => [[a * a, a * a.sqrt() / q, a], [1.0, a.sqrt() / q, a]],
            Self::Tilt(_) => [[a, 2.0 * a.sqrt(), 1.0], [1.0, 2.0 * a.sqrt(), a]],
            Self::Notch(_) => [[1.0, 0.0, 1.0], [1.0, 1.0 / q, 1.0]],
            Self::HighPass(_) => [[1.0, 0.0, 0.0], [1.0, 1.0 / q, 1.0]],
            Self::LowPass(_) => [[0.0, 0.0, 1.0], [1.0, 1.0 / q, 1.0]],
            Self::FirstLowPass(_) => [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]],
        }
    }

    /// The complex gain at `hz`.
    pub fn response(&self, hz: f64) -> Complex64 {
        let [over, under] = self.polynomials();
        let s = hz / self.corner().hz;
        let at = |c: [f64; 3]| Complex64::new(c[2] - c[0] * s * s, c[1] * s);
        at(over) / at(under)
    }

    /// After how many seconds the slowest part of its response, or of that of its inverse, has fallen by e; endless for
    /// a null. The response without phase to its magnitude decays like the slower of both.
    pub fn time_constant(&self) -> f64 {
        let slowest = self.polynomials().into_iter().filter_map(slowest_decay).fold(f64::INFINITY, f64::min);
        1.0 / (2.0 * PI * self.corner().hz * slowest)
    }

    /// A digital section whose magnitude follows the prototype nearly to half the rate, without the cramping of the
    /// bilinear transform; stable and of minimum phase.
    ///
    /// Poles by impulse invariance, zeros by matching the magnitude at chosen points: M. Vicanek, "Matched Second
    /// Order Digital Filters" (2016), and for the shelves "Matched Two-Pole Digital Shelving Filters" (2024).
    pub fn matched(&self, rate_hz: u32) -> Section {
        let rate = f64::from(rate_hz);
        let Corner { hz, gain_db, q } = self.corner();
        let w = 2.0 * PI * hz.min(HIGHEST_CORNER * rate) / rate;
        let whole = amplitude(gain_db);
        match self {
            Self::Bell(_) if gain_db < 0.0 => inverse(bell_boost(w, 1.0 / whole, q)),
            Self::Bell(_) => bell_boost(w, whole, q),
            Self::HighShelf(_) => high_shelf(w, gain_db, q),
            Self::LowShelf(_) => scaled(high_shelf(w, -gain_db, q), whole),
            Self::Tilt(_) => scaled(high_shelf(w, gain_db, 0.5), amplitude(-gain_db / 2.0)),
            Self::Notch(_) => notch(w, q),
            Self::HighPass(_) => high_pass(w, q),
            Self::LowPass(_) => low_pass(w, q),
            Self::FirstLowPass(_) => first_low_pass(w),
        }
    }
}

/// How far from the imaginary axis the nearest root lies. Those at zero do not count: they are no oscillation, and the
/// magnitude has no corner there.
fn slowest_decay([c2, c1, c0]: [f64; 3]) -> Option<f64> {
    if c1 == 0.0 {
        return (c2 != 0.0 && c0 != 0.0).then_some(0.0);
    }
    if c2 == 0.0 {
        return Some(c0 / c1);
    }
    let (half, product) = (c1 / (2.0 * c2), c0 / c2);
    let apart = half * half - product;
    Some(if apart <= 0.0 { half } else { product / (half + apart.sqrt()) })
}

/// The poles of s² + s/Q + 1 by impulse invariance.
pub(crate) fn poles(w: f64, q: f64) -> [f64; 2] {
    let damping = 0.5 / q;
    let decay = exp(-damping * w);
    let turn = if damping <= 1.0 {
        cos(sqrt(1.0 - damping * damping) * w)
    } else {
        cosh(sqrt(damping * damping - 1.0) * w)
    };
    [-2.0 * decay * turn, decay * decay]
}

/// |H|² = (B₀φ₀ + B₁φ₁ + B₂φ₂) / (A₀φ₀ + A₁φ₁ + A₂φ₂) with φ₁ = sin²(ω/2), φ₀ = 1 − φ₁, φ₂ = 4φ₀φ₁.
struct Powers {
    a: [f64; 3],
}

impl Powers {
    fn of(a: [f64; 2]) -> Self {
        let (even, odd) = (1.0 + a[1], a[0]);
        Self { a: [(even + odd) * (even + odd), (even - odd) * (even - odd), -4.0 * a[1]] }
    }

    fn at(&self, phi: [f64; 3]) -> f64 {
        self.a.iter().zip(phi).map(|(a, phi)| a * phi).sum()
    }
}

fn phi(w: f64) -> [f64; 3] {
    let half = sin(w / 2.0);
    let [phi0, phi1] = [1.0 - half * half, half * half];
    [phi0, phi1, 4.0 * phi0 * phi1]
}

/// The numerator of minimum phase with these powers; what no real filter could have is brought to the nearest that can.
fn numerator(b: [f64; 3]) -> [f64; 3] {
    let (at_zero, at_nyquist) = (b[0].max(0.0).sqrt(), b[1].max(0.0).sqrt());
    let mean = f64::midpoint(at_zero, at_nyquist);
    let b0 = f64::midpoint(mean, (mean * mean + b[2]).max(0.0).sqrt());
    [b0, (at_zero - at_nyquist) / 2.0, -b[2].max(-mean * mean) / (4.0 * b0)]
}

fn inverse(section: Section) -> Section {
    let ([b0, b1, b2], [a1, a2]) = (section.b, section.a);
    Section { b: [1.0 / b0, a1 / b0, a2 / b0], a: [b1 / b0, b2 / b0] }
}

fn scaled(section: Section, by: f64) -> Section {
    Section { b: section.b.map(|b| b * by), a: section.a }
}

/// Matches the power at zero, and power and slope at the centre.
fn bell_boost(w: f64, gain: f64, q: f64) -> Section {
    let a = poles(w, q * gain.sqrt());
    let (powers, phi) = (Powers::of(a), phi(w));
    let centre = gain * gain * powers.at(phi);
    let slope = gain * gain * (powers.a[1] - powers.a[0] + 4.0 * (phi[0] - phi[1]) * powers.a[2]);
    let b0 = powers.a[0];
    let b2 = (centre - slope * phi[1] - b0) / (4.0 * phi[1] * phi[1]);
    let b1 = slope + b0 + 4.0 * (phi[1] - phi[0]) * b2;
    Section { b: numerator([b0, b1, b2]), a }
}

/// A cut has its poles below the corner, where they do not alias; a boost is the inverse of a cut.
fn high_shelf(w: f64, gain_db: f64, q: f64) -> Section {
    if gain_db > 0.0 {
        return inverse(high_shelf(w, -gain_db, q));
    }
    let hz = |w| w / (2.0 * PI);
    let shape = Prototype::HighShelf(Corner { hz: hz(w), gain_db, q });
    let power = |w| shape.response(hz(w)).norm_sqr();
    let a = poles(w * amplitude(gain_db / 4.0), q);
    let powers = Powers::of(a);
    let [b0, b1] = [powers.a[0], powers.a[1] * power(PI)];
    let through = |point: f64| {
        let phi = phi(point);
        let b2 = (power(point) * powers.at(phi) - b0 * phi[0] - b1 * phi[1]) / phi[2];
        let mean = f64::midpoint(b0.sqrt(), b1.sqrt());
        (mean * mean + b2 >= 0.0).then_some([b0, b1, b2])
    };
    let below_nyquist = |point: f64| point.min(0.9 * PI);
    let b = [w, 1.3 * w, 0.7 * w].into_iter().find_map(|point| through(below_nyquist(point))).unwrap_or([
        b0,
        b1,
        f64::NEG_INFINITY,
    ]);
    Section { b: numerator(b), a }
}

/// Zeros on the unit circle, unity at zero.
fn notch(w: f64, q: f64) -> Section {
    let a = poles(w, q);
    let half = sin(w / 2.0);
    let gain = (1.0 + a[0] + a[1]) / (4.0 * half * half);
    Section { b: [gain, -2.0 * gain * cos(w), gain], a }
}

/// Two zeros at frequency zero, matched at the corner.
fn high_pass(w: f64, q: f64) -> Section {
    let a = poles(w, q);
    let phi = phi(w);
    let b0 = Powers::of(a).at(phi).sqrt() * q / (4.0 * phi[1]);
    Section { b: [b0, -2.0 * b0, b0], a }
}

/// Matched at zero, three quarters of the way, and at half the rate.
fn low_pass(w: f64, q: f64) -> Section {
    let a = poles(w, q);
    let power = |r: f64| 1.0 / ((1.0 - r * r) * (1.0 - r * r) + r * r / (q * q));
    let at_zero = 1.0 + a[0] + a[1];
    let at_nyquist = power(PI / w).sqrt() * (1.0 - a[0] + a[1]);
    let phi = phi(0.75 * PI);
    let [b0, b1] = [at_zero * at_zero, at_nyquist * at_nyquist];
    let b2 = (power(0.75 * PI / w) * Powers::of(a).at(phi) - b0 * phi[0] - b1 * phi[1]) / phi[2];
    Section { b: numerator([b0, b1, b2]), a }
}

/// The pole by impulse invariance; matched at zero and at half the rate.
fn first_low_pass(w: f64) -> Section {
    let a = -exp(-w);
    let (at_zero, at_nyquist) = (1.0 + a, (1.0 - a) / libm::hypot(1.0, PI / w));
    Section { b: [f64::midpoint(at_zero, at_nyquist), (at_zero - at_nyquist) / 2.0, 0.0], a: [a, 0.0] }
}

/// The qualities of the second-order sections of a Butterworth filter, and whether one of first order is left.
fn butterworth(order: u32) -> (Vec<f64>, bool) {
    let angle = |k: u32| PI * f64::from(2 * k + 1) / f64::from(2 * order);
    ((0..order / 2).map(|k| 0.5 / sin(angle(k))).collect(), order % 2 == 1)
}

/// The analogue sections of a Butterworth low-pass of any order, −3.01 dB at `corner_hz`.
pub fn butterworth_low_pass(corner_hz: f64, order: u32) -> Vec<Prototype> {
    let (qs, one_more) = butterworth(order);
    let corner = |q| Corner { hz: corner_hz, gain_db: 0.0, q };
    let second = qs.into_iter().map(|q| Prototype::LowPass(corner(q)));
    second.chain(one_more.then_some(Prototype::FirstLowPass(corner(1.0)))).collect()
}

/// A Butterworth high-pass of any order, by the bilinear transform, −3.01 dB at `corner_hz`.
pub fn butterworth_high_pass(rate_hz: u32, corner_hz: f64, order: u32) -> Vec<Section> {
    let (qs, one_more) = butterworth(order);
    let t = libm::tan(PI * corner_hz / f64::from(rate_hz));
    let second = qs.into_iter().map(|q| {
        let a0 = 1.0 + t / q + t * t;
        let b = 1.0 / a0;
        Section { b: [b, -2.0 * b, b], a: [2.0 * (t * t - 1.0) / a0, (1.0 - t / q + t * t) / a0] }
    });
    let b = 1.0 / (1.0 + t);
    let first = Section { b: [b, -b, 0.0], a: [(t - 1.0) * b, 0.0] };
    second.chain(one_more.then_some(first)).collect()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_1_SQRT_2;

    use super::*;

    const RATES: [u32; 4] = [44_100, 48_000, 88_200, 96_000];

    fn log_points(from: f64, to: f64, count: usize) -> impl Iterator<Item = f64> {
        (0..count).map(move |n| from * libm::pow(to / from, n as f64 / (count - 1) as f64))
    }

    fn worst_db(shape: Prototype, rate_hz: u32) -> f64 {
        let to = f64::min(20_000.0, 0.45 * f64::from(rate_hz));
        log_points(20.0, to, 401)
            .map(|hz| {
                let (is, shall) = (shape.matched(rate_hz).gain(rate_hz, hz), shape.response(hz).norm());
                (20.0 * libm::log10(is / shall)).abs()
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn prototypes_have_their_gains_at_the_marks() {
        let corner = Corner { hz: 1000.0, gain_db: 6.0, q: FRAC_1_SQRT_2 };
        let db = |shape: Prototype, hz| 20.0 * libm::log10(shape.response(hz).norm());
        for (shape, low, at, high) in [
            (Prototype::Bell(corner), 0.0, 6.0, 0.0),
            (Prototype::LowShelf(corner), 6.0, 3.0, 0.0),
            (Prototype::HighShelf(corner), 0.0, 3.0, 6.0),
            (Prototype::Tilt(corner), -3.0, 0.0, 3.0),
            (Prototype::HighPass(corner), -240.0, -3.0103, 0.0),
            (Prototype::LowPass(corner), 0.0, -3.0103, -240.0),
            (Prototype::FirstLowPass(corner), 0.0, -3.0103, -120.0),
        ] {
            for (hz, shall) in [(1e-3, low), (1e3, at), (1e9, high)] {
                assert!((db(shape, hz) - shall).abs() < 1e-4, "{shape:?} at {hz} Hz: {}", db(shape, hz));
            }
        }
        assert_eq!(Prototype::Notch(corner).response(1000.0).norm(), 0.0);
    }

    #[test]
    fn matched_sections_follow_the_prototype_within_a_decibel() {
        for rate_hz in RATES {
            for hz in [100.0, 1000.0, 5000.0, 10_000.0, 16_000.0] {
                for (gain_db, q) in [(12.0, 0.71), (-12.0, 0.71), (6.0, 2.0), (-6.0, 2.0)] {
                    let corner = Corner { hz, gain_db, q };
                    let shelf = Corner { q: 0.71, ..corner };
                    for shape in [
                        Prototype::Bell(corner),
                        Prototype::LowShelf(shelf),
                        Prototype::HighShelf(shelf),
                        Prototype::Tilt(corner),
                        Prototype::HighPass(shelf),
                        Prototype::FirstLowPass(corner),
                    ] {
                        let worst = worst_db(shape, rate_hz);
                        assert!(worst <= 1.0, "{shape:?} at {rate_hz} Hz: {worst} dB");
                    }
                }
            }
        }
    }

    /// The bilinear transform of a prototype: s = cot(ω₀/2) (1 − z⁻¹)/(1 + z⁻¹).
    fn bilinear(shape: Prototype, rate_hz: u32) -> Section {
        let k = 1.0 / libm::tan(PI * shape.corner().hz / f64::from(rate_hz));
        let digital = |[c2, c1, c0]: [f64; 3]| {
            let (ends, middle) = (c2 * k * k + c0, c1 * k);
            [ends + middle, 2.0 * (c0 - c2 * k * k), ends - middle]
        };
        let [over, under] = shape.polynomials().map(digital);
        Section { b: over.map(|b| b / under[0]), a: [under[1] / under[0], under[2] / under[0]] }
    }

    #[test]
    fn matched_sections_are_nearer_to_the_prototype_than_the_bilinear_transform_above_5_khz() {
        for rate_hz in RATES {
            let to = f64::min(20_000.0, 0.45 * f64::from(rate_hz));
            for hz in [1000.0, 5000.0, 10_000.0, 16_000.0] {
                for (gain_db, q) in [(12.0, 0.71), (-12.0, 0.71), (6.0, 2.0), (-6.0, 2.0)] {
                    let corner = Corner { hz, gain_db, q };
                    for shape in [
                        Prototype::Bell(corner),
                        Prototype::LowShelf(corner),
                        Prototype::HighShelf(corner),
                        Prototype::HighPass(corner),
                        Prototype::LowPass(corner),
                    ] {
                        let worst = |section: Section| {
                            log_points(5000.0, to, 101)
                                .map(|hz| section.gain(rate_hz, hz) / shape.response(hz).norm())
                                .map(|off| (20.0 * libm::log10(off)).abs())
                                .fold(0.0, f64::max)
                        };
                        let (matched, other) =
                            (worst(shape.matched(rate_hz)), worst(bilinear(shape, rate_hz)));
                        assert!(
                            matched <= other.max(0.01),
                            "{shape:?} at {rate_hz} Hz: {matched} dB, bilinear {other} dB"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_gain_at_the_centre_is_exact() {
        for rate_hz in RATES {
            for hz in log_points(20.0, 18_000.0, 30) {
                for gain_db in [-24.0, -3.0, 3.0, 24.0] {
                    for q in [0.1, 1.0, 18.0] {
                        let bell = Prototype::Bell(Corner { hz, gain_db, q });
                        let off = 20.0 * libm::log10(bell.matched(rate_hz).gain(rate_hz, hz)) - gain_db;
                        assert!(off.abs() < 0.01, "{bell:?} at {rate_hz} Hz: {off} dB");
                    }
                }
            }
        }
    }

    /// 1 + c₁z⁻¹ + c₂z⁻² has its roots inside the unit circle just if (c₁, c₂) lies in this triangle.
    fn inside(c1: f64, c2: f64) -> bool {
        c2 < 1.0 && c1.abs() < 1.0 + c2
    }

    #[test]
    fn every_section_is_stable_and_of_minimum_phase() {
        for rate_hz in [8000, 44_100, 192_000] {
            for hz in log_points(10.0, 0.49 * f64::from(rate_hz), 40) {
                for gain_db in [-24.0, -6.0, -0.1, 0.1, 6.0, 24.0] {
                    for q in [0.1, 0.5, FRAC_1_SQRT_2, 2.0, 18.0] {
                        let corner = Corner { hz, gain_db, q };
                        for shape in [
                            Prototype::Bell(corner),
                            Prototype::LowShelf(corner),
                            Prototype::HighShelf(corner),
                            Prototype::Tilt(corner),
                            Prototype::LowPass(corner),
                            Prototype::FirstLowPass(corner),
                        ] {
                            let Section { b: [b0, b1, b2], a: [a1, a2] } = shape.matched(rate_hz);
                            assert!(inside(a1, a2), "poles of {shape:?} at {rate_hz} Hz: {a1} {a2}");
                            assert!(inside(b1 / b0, b2 / b0), "zeros of {shape:?} at {rate_hz} Hz");
                        }
                        for shape in [Prototype::Notch(corner), Prototype::HighPass(corner)] {
                            let [a1, a2] = shape.matched(rate_hz).a;
                            assert!(inside(a1, a2), "poles of {shape:?} at {rate_hz} Hz: {a1} {a2}");
                        }
                    }
                }
            }
        }
    }

    /// |H|² = 1 / (1 + (f/f꜀)^2N).
    #[test]
    fn a_butterworth_low_pass_has_its_closed_form() {
        for order in [1, 2, 3, 4, 6, 8] {
            let sections = butterworth_low_pass(3000.0, order);
            for hz in log_points(20.0, 20_000.0, 50) {
                let gain: f64 = sections.iter().map(|s| s.response(hz).norm()).product();
                let shall = 1.0 / (1.0 + libm::pow(hz / 3000.0, 2.0 * f64::from(order))).sqrt();
                assert!((gain / shall - 1.0).abs() < 1e-9, "order {order} at {hz} Hz: {gain} for {shall}");
            }
        }
    }

    #[test]
    fn a_butterworth_high_pass_has_its_closed_form() {
        for order in [1, 2, 3, 4, 6, 8] {
            let sections = butterworth_high_pass(48_000, 80.0, order);
            for hz in log_points(20.0, 20_000.0, 50) {
                let gain: f64 = sections.iter().map(|s| s.gain(48_000, hz)).product();
                let ratio = libm::tan(PI * 80.0 / 48_000.0) / libm::tan(PI * hz / 48_000.0);
                let shall = 1.0 / (1.0 + libm::pow(ratio, 2.0 * f64::from(order))).sqrt();
                assert!((gain / shall - 1.0).abs() < 1e-8, "order {order} at {hz} Hz: {gain} for {shall}");
            }
        }
    }
}
