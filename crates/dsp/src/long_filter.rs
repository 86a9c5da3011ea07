use std::f64::consts::PI;
use std::sync::Arc;

use libm::{cos, sincos};
use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::minimum_phase::least_phase;
use crate::{Prototype, Section};

/// Until a response has decayed this far, in powers of e (80 dB), it is kept whole.
const DECAY: f64 = 9.21;
/// This share of a filter's reach is kept whole; the rest fades out.
const WHOLE: f64 = 0.75;
/// A filter reaches at least and at most about so far to each side, in seconds. What decays more slowly than the
/// longest is cut short, and its band comes out broader.
const SHORTEST: f64 = 0.04;
const LONGEST: f64 = 0.6;
/// Energy this long before the main tap is heard as an echo ahead of its sound, in seconds, and from which share of
/// the whole on.
const AHEAD: f64 = 0.005;
const AUDIBLE: f64 = 1e-6;
/// Steps in which the least share of minimum phase is searched.
const STEPS: u32 = 64;
/// By this share the frequencies of the grid are shifted, so that none falls exactly on a zero of both responses.
const SHIFT: f64 = 1e-6;

/// How far filters with these prototypes reach to each side, in frames: a power of two.
pub fn reach<'a>(rate_hz: u32, prototypes: impl Iterator<Item = &'a Prototype>) -> usize {
    let slowest = prototypes.map(Prototype::time_constant).fold(0.0, f64::max);
    let seconds = (slowest * DECAY / WHOLE).clamp(SHORTEST, LONGEST);
    ((seconds * f64::from(rate_hz)) as usize).next_power_of_two()
}

/// Analogue filters in a row as one long filter, whose phase is anything between linear and minimum.
pub struct LongFilter {
    half: usize,
    // at 0, …, half the rate on the circle of four halves
    magnitudes: Vec<f64>,
    phases: Vec<f64>,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
}

impl LongFilter {
    /// Samples the prototypes; the filter reaches less than `half` frames to each side.
    pub fn new(rate_hz: u32, half: usize, prototypes: &[Prototype]) -> Self {
        let points = 4 * half;
        let hz = |k: usize| k as f64 * f64::from(rate_hz) / points as f64;
        let mut planner = RealFftPlanner::new();
        let magnitude = |k: usize| prototypes.iter().map(|p| p.response(hz(k)).norm()).product::<f64>();
        Self {
            half,
            magnitudes: (0..=points / 2).map(magnitude).collect(),
            phases: phases(rate_hz, points, prototypes),
            forward: planner.plan_fft_forward(points),
            back: planner.plan_fft_inverse(points),
        }
    }

    /// The response at 0, …, half the rate, with this share of the least phase: 0 is linear, 1 is minimum.
    pub fn response(&self, share: f64) -> Vec<Complex64> {
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut self.impulse(share), &mut spectrum).expect("lengths come from the plan");
        spectrum
    }

    /// The impulse response on the circle: from its middle on, then what comes before.
    fn impulse(&self, share: f64) -> Vec<f64> {
        let points = 4 * self.half;
        let mut spectrum: Vec<Complex64> = self
            .magnitudes
            .iter()
            .zip(&self.phases)
            .map(|(&magnitude, &phase)| {
                let (sin, cos) = sincos(share * phase);
                Complex64::new(cos, sin) * magnitude
            })
            .collect();
        // both ends of a real signal's spectrum are real
        spectrum[0].im = 0.0;
        spectrum[points / 2].im = 0.0;
        let mut time = self.back.make_output_vec();
        self.back.process(&mut spectrum, &mut time).expect("lengths come from the plan");
        for (n, h) in time.iter_mut().enumerate() {
            *h *= window(n.min(points - n), self.half) / points as f64;
        }
        time
    }

    /// The share of its energy that is heard ahead of the main tap.
    fn echo_ahead(&self, rate_hz: u32, share: f64) -> f64 {
        let mut time = self.impulse(share);
        time.rotate_right(2 * self.half);
        let main = (0..time.len()).max_by(|&a, &b| time[a].abs().total_cmp(&time[b].abs())).unwrap_or(0);
        let ahead = main.saturating_sub((AHEAD * f64::from(rate_hz)) as usize);
        let energy = |part: &[f64]| part.iter().map(|h| h * h).sum::<f64>();
        energy(&time[..ahead]) / energy(&time)
    }
}

/// The smallest share of the least phase at which none of these filters is heard ahead of its main tap.
pub fn most_linear(rate_hz: u32, filters: &[LongFilter]) -> f64 {
    let quiet = |step: u32| {
        let share = f64::from(step) / f64::from(STEPS);
        filters.iter().all(|filter| filter.echo_ahead(rate_hz, share) < AUDIBLE)
    };
    if quiet(0) {
        return 0.0;
    }
    let (mut heard, mut silent) = (0, STEPS);
    while silent - heard > 1 {
        let middle = u32::midpoint(heard, silent);
        if quiet(middle) {
            silent = middle;
        } else {
            heard = middle;
        }
    }
    f64::from(silent) / f64::from(STEPS)
}

/// The phases of the filter of least delay with the magnitudes of the prototypes: those of their matched sections,
/// and of what corrects them, which is smooth where the magnitudes themselves are not.
fn phases(rate_hz: u32, points: usize, prototypes: &[Prototype]) -> Vec<f64> {
    let sections: Vec<Section> = prototypes.iter().map(|p| p.matched(rate_hz)).collect();
    let hz = |k: usize| k.max(1) as f64 * f64::from(rate_hz) / points as f64 * (1.0 - SHIFT);
    let left: Vec<f64> = (0..=points / 2)
        .map(|k| {
            let shall: f64 = prototypes.iter().map(|p| p.response(hz(k)).norm()).product();
            let is: f64 = sections.iter().map(|s| s.gain(rate_hz, hz(k))).product();
            (shall / is).clamp(1e-3, 1e3)
        })
        .collect();
    let of_sections = |k: usize| sections.iter().map(|s| s.phase(rate_hz, hz(k))).sum::<f64>();
    least_phase(&left).into_iter().enumerate().map(|(k, phase)| phase + of_sections(k)).collect()
}

/// Whole up to a share of `half`, and without a step to nothing from there.
fn window(distance: usize, half: usize) -> f64 {
    let place = (distance as f64 / half as f64 - WHOLE) / (1.0 - WHOLE);
    0.5 + 0.5 * cos(PI * place.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Corner;

    const RATE_HZ: u32 = 48_000;

    fn filter(prototype: Prototype) -> LongFilter {
        LongFilter::new(RATE_HZ, reach(RATE_HZ, [prototype].iter()), &[prototype])
    }

    #[test]
    fn lower_and_sharper_bands_reach_further() {
        let bell = |hz, q| Prototype::Bell(Corner { hz, gain_db: 6.0, q });
        let seconds = |hz, q| reach(RATE_HZ, [bell(hz, q)].iter()) as f64 / f64::from(RATE_HZ);
        assert!(seconds(10_000.0, 1.0) >= SHORTEST && seconds(10_000.0, 1.0) < 2.0 * SHORTEST);
        // Q·10^(6/40)/(60π) s until it has fallen by e
        assert!(seconds(60.0, 2.0) * WHOLE > 0.0150 * DECAY);
        assert!(seconds(10.0, 18.0) >= LONGEST && seconds(10.0, 18.0) < 2.0 * LONGEST);
    }

    #[test]
    fn with_all_its_phase_it_is_causal_and_without_symmetric() {
        for (prototype, floor) in [
            (Prototype::Bell(Corner { hz: 200.0, gain_db: 9.0, q: 2.0 }), 1e-6),
            (Prototype::HighShelf(Corner { hz: 8000.0, gain_db: -9.0, q: 0.7 }), 1e-6),
            (Prototype::HighPass(Corner { hz: 60.0, gain_db: 0.0, q: 0.7 }), 1e-6),
        ] {
            let filter = filter(prototype);
            let minimum = filter.impulse(1.0);
            let before = minimum[2 * filter.half..].iter().fold(0.0f64, |most, h| most.max(h.abs()));
            assert!(before < floor, "{prototype:?}: {before}");
            let linear = filter.impulse(0.0);
            for n in 1..filter.half {
                assert!((linear[n] - linear[4 * filter.half - n]).abs() < 1e-15, "{prototype:?}");
            }
        }
    }

    #[test]
    fn high_bands_may_be_linear_and_low_ones_not() {
        let share = |hz| {
            let bell = Prototype::Bell(Corner { hz, gain_db: 6.0, q: 1.0 });
            most_linear(RATE_HZ, &[filter(bell)])
        };
        assert_eq!(share(5000.0), 0.0);
        assert!((0.1..1.0).contains(&share(100.0)), "{}", share(100.0));
    }
}
