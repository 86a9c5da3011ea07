use std::f64::consts::{FRAC_PI_2, PI};

use libm::{cos, exp2, log2};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

/// How wide a crossover between bands is.
const OCTAVES: f64 = 1.25;
/// How many periods of the lowest crossover a filter reaches to each side.
const PERIODS: f64 = 4.0;
/// No filter reaches less far to each side, in seconds: shorter ones gain nothing.
const SHORTEST: f64 = 0.005;

/// A share of the spectrum around a crossover in Hz: 1 far below it, ½ at it, 0 far above; a raised cosine over
/// `octaves` of log frequency.
pub fn share_below(hz: f64, crossover_hz: f64, octaves: f64) -> f64 {
    if hz <= 0.0 {
        return 1.0;
    }
    let place = (log2(hz / crossover_hz) / octaves + 0.5).clamp(0.0, 1.0);
    let falling = cos(FRAC_PI_2 * place);
    falling * falling
}

/// How far filters with this lowest crossover reach to each side, in frames: a power of two.
pub fn half_length(rate_hz: u32, lowest_hz: f64) -> usize {
    let seconds = (PERIODS / lowest_hz).max(SHORTEST);
    ((seconds * f64::from(rate_hz)) as usize).next_power_of_two()
}

/// A filter without phase, given by its impulse response from its middle on.
#[derive(Debug, Clone)]
pub struct ZeroPhase {
    rate_hz: u32,
    half: Vec<f64>,
}

impl ZeroPhase {
    /// About these gains at every frequency in Hz, reaching less than `half` frames to each side.
    pub fn new(rate_hz: u32, half: usize, gain: impl Fn(f64) -> f64) -> Self {
        let points = 4 * half;
        let hz = |k: usize| k as f64 * f64::from(rate_hz) / points as f64;
        let mut spectrum: Vec<Complex64> =
            (0..=points / 2).map(|k| Complex64::new(gain(hz(k)), 0.0)).collect();
        let back = RealFftPlanner::<f64>::new().plan_fft_inverse(points);
        let mut time = back.make_output_vec();
        back.process(&mut spectrum, &mut time).expect("lengths come from the plan");
        let windowed = time.iter().take(half).enumerate().map(|(n, h)| h * window(n, half) / points as f64);
        Self { rate_hz, half: windowed.collect() }
    }

    /// How far it reaches to each side, in frames.
    pub fn half_length(&self) -> usize {
        self.half.len()
    }

    /// The gains on the circle of a transform of four times `half` points, from 0 to half the rate.
    pub fn gains(&self) -> Vec<f32> {
        let points = 4 * self.half.len();
        let mut time = vec![0.0; points];
        time[..self.half.len()].copy_from_slice(&self.half);
        time[points - self.half.len() + 1..]
            .iter_mut()
            .rev()
            .zip(&self.half[1..])
            .for_each(|(to, h)| *to = *h);
        let forward = RealFftPlanner::<f64>::new().plan_fft_forward(points);
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut time, &mut spectrum).expect("lengths come from the plan");
        spectrum.iter().map(|x| x.re as f32).collect()
    }

    /// The gain at `hz`: h₀ + 2 Σ hₙ cos nω, by Clenshaw's recurrence.
    pub fn gain(&self, hz: f64) -> f64 {
        let twice = 2.0 * cos(2.0 * PI * hz / f64::from(self.rate_hz));
        let (one, two) =
            self.half[1..].iter().rev().fold((0.0, 0.0), |(b1, b2), h| (h + twice * b1 - b2, b1));
        self.half[0] + twice * one - 2.0 * two
    }
}

/// A Hann window around 0, without its zeros.
fn window(distance: usize, half: usize) -> f64 {
    if distance >= half {
        return 0.0;
    }
    let place = cos(FRAC_PI_2 * distance as f64 / half as f64);
    place * place
}

/// Where the slopes of filters of this length must lie, so that each has fallen to ½ at its crossover: what the window
/// smears is not symmetric in linear frequency. By Newton's method with the slope of a raised cosine.
pub fn tuned(rate_hz: u32, half: usize, crossovers_hz: &[f64]) -> Vec<f64> {
    const STEPS: usize = 8;
    /// No slope moves further, in octaves.
    const FURTHEST: f64 = 0.25;
    let slope = FRAC_PI_2 / OCTAVES;
    let tune = |&hz: &f64| {
        let mut moved = 0.0f64;
        for _ in 0..STEPS {
            let at = hz * exp2(moved);
            let is = ZeroPhase::new(rate_hz, half, |f| share_below(f, at, OCTAVES)).gain(hz);
            moved = (moved + (0.5 - is) / slope).clamp(-FURTHEST, FURTHEST);
        }
        hz * exp2(moved)
    };
    crossovers_hz.iter().map(tune).collect()
}

/// The shares of bands that split the spectrum at `crossovers_hz`, rising: never below 0, together 1.
pub fn band_share(hz: f64, crossovers_hz: &[f64], band: usize) -> f64 {
    let below = |n: usize| crossovers_hz.get(n).map_or(1.0, |&at| share_below(hz, at, OCTAVES));
    let lower = if band == 0 { 0.0 } else { below(band - 1) };
    below(band) - lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossover_is_at_half_and_gentle() {
        assert!((share_below(120.0, 120.0, OCTAVES) - 0.5).abs() < 1e-15);
        assert!(share_below(240.0, 120.0, OCTAVES) < 1e-30);
        assert_eq!(share_below(60.0, 120.0, OCTAVES), 1.0);
        assert_eq!(share_below(0.0, 120.0, OCTAVES), 1.0);
    }

    #[test]
    fn shares_are_never_negative_and_sum_to_one() {
        for crossovers in [&[120.0, 600.0, 3000.0][..], &[100.0, 110.0], &[]] {
            for n in 0..400 {
                let hz = 20.0 * libm::pow(1000.0, f64::from(n) / 399.0);
                let shares = (0..=crossovers.len()).map(|band| band_share(hz, crossovers, band));
                assert!(shares.clone().all(|share| share >= 0.0), "{crossovers:?} at {hz} Hz");
                assert!((shares.sum::<f64>() - 1.0).abs() < 1e-12, "{crossovers:?} at {hz} Hz");
            }
        }
    }

    #[test]
    fn a_tuned_filter_is_at_half_where_it_was_asked_to() {
        for rate_hz in [44_100, 96_000] {
            let crossovers = [40.0, 120.0, 1000.0, 9000.0];
            for lowest in 0..crossovers.len() {
                let half = half_length(rate_hz, crossovers[lowest]);
                let tuned = tuned(rate_hz, half, &crossovers[lowest..]);
                for (&hz, &at) in crossovers[lowest..].iter().zip(&tuned) {
                    let gain = ZeroPhase::new(rate_hz, half, |f| share_below(f, at, OCTAVES)).gain(hz);
                    println!("{hz} Hz at {rate_hz} Hz, lowest {}: {at} Hz, {gain}", crossovers[lowest]);
                    assert!((gain - 0.5).abs() < 1e-5, "{hz} Hz at {rate_hz} Hz: {gain}");
                }
            }
        }
    }

    #[test]
    fn a_filter_has_about_the_gains_it_was_asked_for_and_tells_those_it_has() {
        let (rate_hz, half) = (48_000, 2048);
        let filter = ZeroPhase::new(rate_hz, half, |hz| share_below(hz, 120.0, OCTAVES));
        for (k, &gain) in filter.gains().iter().enumerate().step_by(7) {
            let hz = k as f64 * f64::from(rate_hz) / (4 * half) as f64;
            assert!((f64::from(gain) - share_below(hz, 120.0, OCTAVES)).abs() < 0.03, "at {hz} Hz: {gain}");
            assert!((f64::from(gain) - filter.gain(hz)).abs() < 1e-6, "at {hz} Hz: {gain}");
        }
        assert_eq!(half_length(48_000, 120.0), half);
    }
}
