//! Where two stems may hold the same sound: the peak of their generalised cross-correlation with phase transform.
//!
//! Knapp and Carter, "The generalized correlation method for estimation of time delay" (1976). Every bin counts alike,
//! however loud, so that a soft copy of one stem in another shows wherever the other leaves room.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

use crate::power::ACTIVE_POWER;
use crate::sums::energy;

/// Frames of a window: some notes and beats, and room for the longest lag.
pub(super) const WINDOW: usize = 1 << 14;

/// The part of the spectrum that is compared, in Hz: above rumble, below the decimator's slope.
const BAND_HZ: [f64; 2] = [80.0, 4600.0];

/// The longest lag that is looked for, in seconds.
const LONGEST_LAG_S: f64 = 0.4;

/// A bin this far below the mean of its window counts as half, as a power: the noise of a file is no sound.
const NOISE: f32 = 1e-7;

/// A peak of the cross-correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// By how many decimated frames the first is later than the second.
    pub lag: f64,
    /// How many times it stands over the correlation's RMS.
    pub over_rms: f64,
}

pub(super) struct Lags {
    bins: std::ops::Range<usize>,
    longest: usize,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    input: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    inverse_scratch: Vec<Complex<f32>>,
    /// `[stem][window]`, none where the stem rests.
    phases: Vec<Vec<Option<Phases>>>,
    sum: Phases,
}

/// A spectrum of which only the phase is left, as real and imaginary parts of the bins that are compared.
#[derive(Clone)]
struct Phases {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Lags {
    /// For signals at a decimated rate in Hz.
    pub fn new(rate: f64) -> Self {
        let mut planner = RealFftPlanner::new();
        let (fft, inverse) = (planner.plan_fft_forward(WINDOW), planner.plan_fft_inverse(WINDOW));
        let bin = |hz: f64| ((hz * WINDOW as f64 / rate) as usize).min(WINDOW / 2);
        let bins = bin(BAND_HZ[0])..bin(BAND_HZ[1]);
        Self {
            longest: ((LONGEST_LAG_S * rate) as usize).min(WINDOW / 2 - 1),
            window: hann(WINDOW),
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            inverse_scratch: inverse.make_scratch_vec(),
            fft,
            inverse,
            phases: Vec::new(),
            sum: Phases { re: vec![0.0; bins.len()], im: vec![0.0; bins.len()] },
            bins,
        }
    }

    /// Hears the same stretch of all stems, some windows long.
    pub fn hear(&mut self, stems: &[&[f32]]) {
        let of_stem = |stem: &&[f32]| stem.chunks(WINDOW).map(|window| self.phases(window)).collect();
        self.phases = stems.iter().map(of_stem).collect();
    }

    /// The highest peak of two stems' correlation.
    pub fn peak(&mut self, a: usize, b: usize) -> Option<Peak> {
        self.sum.re.fill(0.0);
        self.sum.im.fill(0.0);
        let mut together = false;
        for (a, b) in self.phases[a].iter().zip(&self.phases[b]) {
            if let (Some(a), Some(b)) = (a, b) {
                self.sum.add(a, b);
                together = true;
            }
        }
        if !together {
            return None;
        }
        self.spectrum.fill(Complex::ZERO);
        let sums = self.sum.re.iter().zip(&self.sum.im);
        for (bin, (&re, &im)) in self.spectrum[self.bins.clone()].iter_mut().zip(sums) {
            *bin = Complex::new(re, im);
        }
        let done =
            self.inverse.process_with_scratch(&mut self.spectrum, &mut self.input, &mut self.inverse_scratch);
        debug_assert!(done.is_ok());
        self.highest()
    }

    fn phases(&mut self, samples: &[f32]) -> Option<Phases> {
        if energy(samples) < ACTIVE_POWER * samples.len() as f64 || samples.len() < WINDOW / 2 {
            return None;
        }
        self.input.fill(0.0);
        for ((to, sample), window) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *to = sample * window;
        }
        let done = self.fft.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok());
        let bins = &self.spectrum[self.bins.clone()];
        let mean = bins.iter().map(Complex::norm_sqr).sum::<f32>() / bins.len().max(1) as f32;
        let unit = |bin: &Complex<f32>| {
            let power = bin.norm_sqr();
            let weighted = power.sqrt() / (power + NOISE * mean);
            if weighted.is_finite() { bin * weighted } else { Complex::ZERO }
        };
        let units = bins.iter().map(unit);
        let (re, im) = units.map(|u| (u.re, u.im)).unzip();
        Some(Phases { re, im })
    }

    fn highest(&self) -> Option<Peak> {
        let at = |lag: i64| f64::from(self.input[lag.rem_euclid(WINDOW as i64) as usize]);
        let longest = self.longest as i64;
        let mut best = (0, 0.0);
        let mut power = 0.0;
        for lag in -longest..=longest {
            let value = at(lag);
            power += value * value;
            if value.abs() > f64::abs(best.1) {
                best = (lag, value);
            }
        }
        let rms = (power / (2 * longest + 1) as f64).sqrt();
        let (lag, value) = best;
        let [before, after] = [at(lag - 1), at(lag + 1)];
        let bend = before - 2.0 * value + after;
        let shift = if bend == 0.0 { 0.0 } else { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) };
        (rms > 0.0).then(|| Peak { lag: lag as f64 + shift, over_rms: value.abs() / rms })
    }
}

impl Phases {
    /// Adds a times the conjugate of b.
    fn add(&mut self, a: &Self, b: &Self) {
        let to = self.re.iter_mut().zip(&mut self.im);
        let from = a.re.iter().zip(&a.im).zip(b.re.iter().zip(&b.im));
        for ((re, im), ((ar, ai), (br, bi))) in to.zip(from) {
            *re += ar * br + ai * bi;
            *im += ai * br - ar * bi;
        }
    }
}

/// A Hann window.
pub(super) fn hann(length: usize) -> Vec<f32> {
    (0..length).map(|n| (0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / length as f64)) as f32).collect()
}
