use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Transforms of one length, in double precision.
pub(super) struct Fourier {
    pub(super) length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
    time: Vec<f64>,
    scratch: Vec<Complex64>,
}

impl Fourier {
    pub(super) fn new(length: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let scratch = forward.get_scratch_len().max(back.get_scratch_len());
        Self {
            length,
            time: forward.make_input_vec(),
            scratch: vec![Complex64::ZERO; scratch],
            forward,
            back,
        }
    }

    pub(super) fn spectrum(&self) -> Vec<Complex64> {
        self.forward.make_output_vec()
    }

    /// The spectrum of samples, followed by silence where they are short.
    pub(super) fn forward(&mut self, samples: impl Iterator<Item = f64>, to: &mut [Complex64]) {
        self.time.fill(0.0);
        self.time.iter_mut().zip(samples).for_each(|(time, x)| *time = x);
        let done = self.forward.process_with_scratch(&mut self.time, to, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    /// The samples of a spectrum, which is used up.
    pub(super) fn back(&mut self, spectrum: &mut [Complex64]) -> &[f64] {
        // both ends of a real signal's spectrum are real
        spectrum[0].im = 0.0;
        spectrum[self.length / 2].im = 0.0;
        let done = self.back.process_with_scratch(spectrum, &mut self.time, &mut self.scratch);
        debug_assert!(done.is_ok());
        let scale = 1.0 / self.length as f64;
        self.time.iter_mut().for_each(|x| *x *= scale);
        &self.time
    }
}

/// A Hann window.
pub(super) fn hann(length: usize) -> Vec<f64> {
    (0..length).map(|n| 0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / length as f64)).collect()
}

/// By how many frames, whole and not, the second signal of a cross-spectrum is late: the slope of its phase, each bin
/// weighted by its share of the power. For less than half a frame, about.
pub(super) fn slope(cross: &[Complex64]) -> f64 {
    let step = PI / (cross.len() - 1) as f64;
    let (mut of_phase, mut of_square) = (0.0, 0.0);
    for (k, bin) in cross.iter().enumerate().skip(1) {
        let (w, weight) = (step * k as f64, bin.norm());
        of_phase -= weight * w * libm::atan2(bin.im, bin.re);
        of_square += weight * w * w;
    }
    if of_square > 0.0 { of_phase / of_square } else { 0.0 }
}
