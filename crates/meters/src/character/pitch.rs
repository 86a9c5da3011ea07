use std::f64::consts::PI;
use std::ops::RangeInclusive;
use std::sync::Arc;

use acetate_model::{Quantity, Value};
use realfft::{ComplexToReal, RealFftPlanner, num_complex::Complex};

use super::{Bins, FEWEST_FRAMES, TOO_SHORT};
use crate::power::percentile;

/// As many lags as bins of 10 Hz fill twice 5 kHz: above, periods are shorter than the steps of the lag can tell.
const LAGS: usize = 1024;
/// Below lies no pitch, and the main lobe of an offset.
const FROM_HZ: f64 = 30.0;
/// From the lowest string of a bass to the top of a soprano.
const PITCHES_HZ: RangeInclusive<f64> = 38.0..=1050.0;
/// A shorter period is preferred unless a longer one repeats the sound better by more than this (Boersma 1993, octave
/// cost).
const OCTAVE_COST: f64 = 0.02;
/// From this periodicity on one pitch prevails: a harmonics-to-noise ratio of 6 dB.
const PITCHED: f64 = 0.8;
/// A pitch that moves by less in a step stands still, by more it is another note, in cents.
const GLIDES_CENTS: RangeInclusive<f64> = 10.0..=80.0;
const UNPITCHED: &str = "no pitch prevails";

/// Whether one pitch prevails, and how it moves.
pub struct Pitch {
    bins: std::ops::Range<usize>,
    lag_rate_hz: f64,
    /// What the window's autocorrelation takes away at each lag is given back by these factors.
    factors: Vec<f32>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    input: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    lags: Vec<f32>,
    before: Option<(u64, f64)>,
    periodicities: Vec<f32>,
    pitches_hz: Vec<f32>,
    pairs: u64,
    glides: u64,
}

impl Pitch {
    pub fn new(bins: &Bins) -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(LAGS);
        let lag_rate_hz = bins.bin_hz * LAGS as f64;
        let longest = (lag_rate_hz / PITCHES_HZ.start()) as usize + 1;
        // that of a Hann window over LAGS of its own steps, and what comes round from its other end
        let window = |lag: usize| {
            let of = |x: f64| {
                (1.0 - x) * (2.0 / 3.0 + libm::cos(2.0 * PI * x) / 3.0) + libm::sin(2.0 * PI * x) / (2.0 * PI)
            };
            let x = lag as f64 / LAGS as f64;
            of(x) + of(1.0 - x)
        };
        Self {
            bins: bins.between(FROM_HZ, 0.5 * lag_rate_hz - bins.bin_hz),
            lag_rate_hz,
            factors: (0..=longest.min(LAGS / 2)).map(|lag| (window(0) / window(lag)) as f32).collect(),
            input: inverse.make_input_vec(),
            scratch: inverse.make_scratch_vec(),
            lags: inverse.make_output_vec(),
            inverse,
            before: None,
            periodicities: Vec::new(),
            pitches_hz: Vec::new(),
            pairs: 0,
            glides: 0,
        }
    }

    /// Hears a step; true if the pitch of the step before goes on.
    pub fn push(&mut self, at: u64, powers: &[f32]) -> bool {
        self.input.fill(Complex::ZERO);
        for (to, &power) in self.input[self.bins.clone()].iter_mut().zip(&powers[self.bins.clone()]) {
            to.re = power;
        }
        let done = self.inverse.process_with_scratch(&mut self.input, &mut self.lags, &mut self.scratch);
        debug_assert!(done.is_ok());
        let (periodicity, hz) = self.best();
        self.periodicities.push(periodicity as f32);
        let before = self.before.take().filter(|(n, _)| n + 1 == at);
        if periodicity < PITCHED {
            return false;
        }
        self.pitches_hz.push(hz as f32);
        self.before = Some((at, hz));
        let Some((_, before_hz)) = before else { return false };
        let cents = (1200.0 * libm::log2(hz / before_hz)).abs();
        let goes_on = cents < *GLIDES_CENTS.end();
        if goes_on {
            self.pairs += 1;
            self.glides += u64::from(GLIDES_CENTS.contains(&cents));
        }
        goes_on
    }

    /// How well the sound repeats itself after its best period, from 0 to 1, and the pitch that this period is.
    fn best(&self) -> (f64, f64) {
        let whole = self.lags[0];
        if whole <= 0.0 {
            return (0.0, 0.0);
        }
        let value = |lag: usize| self.lags[lag] * self.factors[lag];
        let shortest = (self.lag_rate_hz / PITCHES_HZ.end()) as usize;
        let (mut best, mut best_hz, mut best_cost) = (0.0, 0.0, f64::NEG_INFINITY);
        let mut run = [value(shortest - 1), value(shortest)];
        for lag in shortest..self.factors.len() - 1 {
            let next = value(lag + 1);
            let [before, here] = run;
            if here > 0.0 && here >= before && here > next {
                let (peak, off) = vertex([before, here, next].map(|v| f64::from(v) / f64::from(whole)));
                let cost = peak - OCTAVE_COST * libm::log2(lag as f64);
                if cost > best_cost {
                    (best, best_hz, best_cost) = (peak, self.lag_rate_hz / (lag as f64 + off), cost);
                }
            }
            run = [here, next];
        }
        (best.clamp(0.0, 1.0), best_hz)
    }

    pub fn read(&self) -> [(Quantity, Value); 6] {
        let steps = self.periodicities.len();
        let long_enough = steps >= FEWEST_FRAMES;
        let why = if long_enough { UNPITCHED } else { TOO_SHORT };
        let mut periodicities: Vec<f64> = self.periodicities.iter().copied().map(f64::from).collect();
        let mut pitches: Vec<f64> = self.pitches_hz.iter().copied().map(f64::from).collect();
        let middle = long_enough.then(|| percentile(&mut periodicities, 0.5)).flatten();
        let pitched = long_enough.then(|| 100.0 * pitches.len() as f64 / steps as f64);
        let mut pitch = |at| if long_enough { percentile(&mut pitches, at) } else { None };
        let glide = (long_enough && self.pairs > 0).then(|| 100.0 * self.glides as f64 / self.pairs as f64);
        [
            (Quantity::Periodicity, Value::scalar_or(middle, TOO_SHORT)),
            (Quantity::Pitched, Value::scalar_or(pitched, TOO_SHORT)),
            (Quantity::PitchLow, Value::scalar_or(pitch(0.1), why)),
            (Quantity::Pitch, Value::scalar_or(pitch(0.5), why)),
            (Quantity::PitchHigh, Value::scalar_or(pitch(0.9), why)),
            (Quantity::Glide, Value::scalar_or(glide, why)),
        ]
    }
}

/// The top of the parabola through three even points, and how far it lies from the middle one.
fn vertex([before, here, after]: [f64; 3]) -> (f64, f64) {
    let bend = before - 2.0 * here + after;
    let off = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    (here - 0.25 * (before - after) * off, off)
}
