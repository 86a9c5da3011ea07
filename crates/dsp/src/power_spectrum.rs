use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Power spectra under a Hann window, in single precision.
pub struct PowerSpectrum {
    forward: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl PowerSpectrum {
    /// Of so many frames, an even number.
    pub fn new(frames: usize) -> Self {
        let forward = RealFftPlanner::<f32>::new().plan_fft_forward(frames);
        let hann = |n: usize| 0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / frames as f64);
        // so that a full-scale sine between two bins or on one reads about 1
        let scale = 4.0 / frames as f64;
        Self {
            window: (0..frames).map(|n| (scale * hann(n)) as f32).collect(),
            time: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            forward,
        }
    }

    /// Bins from 0 to half the rate.
    pub fn bins(&self) -> usize {
        self.spectrum.len()
    }

    /// The spectrum of `x`; its phases are those at the first frame.
    pub fn spectrum(&mut self, x: &[f32]) -> &[Complex32] {
        for ((time, x), window) in self.time.iter_mut().zip(x).zip(&self.window) {
            *time = x * window;
        }
        self.forward
            .process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch)
            .expect("lengths come from the plan");
        &self.spectrum
    }

    /// Adds the power of `x` in each bin.
    pub fn add(&mut self, x: &[f32], power: &mut [f32]) {
        for (power, x) in power.iter_mut().zip(self.spectrum(x)) {
            *power += x.norm_sqr();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_reads_its_power_at_its_bin_and_nothing_far_away() {
        let frames = 1024;
        let mut spectrum = PowerSpectrum::new(frames);
        let x: Vec<f32> =
            (0..frames).map(|n| libm::sin(2.0 * PI * 100.0 * n as f64 / frames as f64) as f32).collect();
        let mut power = vec![0.0; spectrum.bins()];
        spectrum.add(&x, &mut power);
        assert!((power[100] - 1.0).abs() < 1e-4, "{}", power[100]);
        assert!(power[..90].iter().chain(&power[110..]).all(|&p| p < 1e-10));
    }
}
