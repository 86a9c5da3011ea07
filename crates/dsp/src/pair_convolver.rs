use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Two signals through filters of any phase, and sums of both, by overlap-save in double precision.
///
/// As [`crate::Convolver`] it works on windows of `4 * half` frames, of which the middle `2 * half` come out, so filters
/// may reach `half` frames to each side.
pub struct PairConvolver {
    half: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
    spectra: [Vec<Complex64>; 2],
    product: Vec<Complex64>,
    time: Vec<f64>,
    scratch: Vec<Complex64>,
}

impl PairConvolver {
    /// Plans the transforms.
    pub fn new(half: usize) -> Self {
        let mut planner = RealFftPlanner::<f64>::new();
        let (forward, back) = (planner.plan_fft_forward(4 * half), planner.plan_fft_inverse(4 * half));
        let scratch = forward.get_scratch_len().max(back.get_scratch_len());
        Self {
            half,
            spectra: [forward.make_output_vec(), forward.make_output_vec()],
            product: forward.make_output_vec(),
            time: forward.make_input_vec(),
            scratch: vec![Complex64::default(); scratch],
            forward,
            back,
        }
    }

    /// The response, at 0, …, half the rate, of an impulse response that begins at its first tap and is at most `half`
    /// long; what comes behind is left out.
    pub fn response(&mut self, impulse: &[f64]) -> Vec<Complex64> {
        self.time.fill(0.0);
        self.time.iter_mut().zip(&impulse[..impulse.len().min(self.half)]).for_each(|(time, &h)| *time = h);
        let mut response = self.forward.make_output_vec();
        self.forward
            .process_with_scratch(&mut self.time, &mut response, &mut self.scratch)
            .expect("lengths come from the plan");
        response
    }

    /// Takes a window of one of the signals in.
    pub fn hear(&mut self, lane: usize, window: &[f32]) {
        self.time.iter_mut().zip(window).for_each(|(time, &x)| *time = f64::from(x));
        self.forward
            .process_with_scratch(&mut self.time, &mut self.spectra[lane], &mut self.scratch)
            .expect("lengths come from the plan");
    }

    /// The middle of one signal's window through a filter with this response at 0, …, half the rate.
    pub fn filtered(&mut self, lane: usize, response: &[Complex64]) -> &[f64] {
        for ((y, x), h) in self.product.iter_mut().zip(&self.spectra[lane]).zip(response) {
            *y = x * h;
        }
        self.back_to_time()
    }

    /// The middle of both signals' windows, each through its filter, added up.
    pub fn sum(&mut self, responses: &[Vec<Complex64>; 2]) -> &[f64] {
        let [first, second] = &self.spectra;
        let terms = first.iter().zip(&responses[0]).zip(second.iter().zip(&responses[1]));
        for (y, ((x0, h0), (x1, h1))) in self.product.iter_mut().zip(terms) {
            *y = x0 * h0 + x1 * h1;
        }
        self.back_to_time()
    }

    fn back_to_time(&mut self) -> &[f64] {
        // the ends of a real signal's spectrum are real; rounding may have left something else
        for end in [0, 2 * self.half] {
            self.product[end].im = 0.0;
        }
        self.back
            .process_with_scratch(&mut self.product, &mut self.time, &mut self.scratch)
            .expect("lengths come from the plan");
        let scale = 1.0 / (4 * self.half) as f64;
        let middle = &mut self.time[self.half..3 * self.half];
        for y in &mut *middle {
            *y *= scale;
        }
        middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_signals_through_filters_equal_their_sums_of_products() {
        let half = 64;
        let circle = 4 * half;
        let tap = |k: usize| libm::sin(1.7 * k as f64 + 0.3) * libm::exp(-0.05 * k as f64);
        // late by 20 frames at most and early by 10
        let impulse = |seed: usize| -> Vec<f64> {
            let mut time = vec![0.0; circle];
            (0..30).for_each(|k| time[(k + circle - 10) % circle] = tap(k + seed));
            time
        };
        let forward = RealFftPlanner::<f64>::new().plan_fft_forward(circle);
        let response = |seed| {
            let mut spectrum = forward.make_output_vec();
            forward.process(&mut impulse(seed), &mut spectrum).expect("lengths come from the plan");
            spectrum
        };
        let noise = |seed: u64| -> Vec<f32> {
            (seed..seed + circle as u64).map(|n| (n * n * 7919 % 2003) as f32 / 1001.5 - 1.0).collect()
        };
        let x = [noise(0), noise(1000)];
        let mut convolver = PairConvolver::new(half);
        x.iter().enumerate().for_each(|(lane, x)| convolver.hear(lane, x));
        let shall = |lane: usize, seed: usize, n: usize| -> f64 {
            (0..30).map(|k| tap(k + seed) * f64::from(x[lane][half + n + 10 - k])).sum()
        };
        let own = convolver.filtered(1, &response(5)).to_vec();
        let both = convolver.sum(&[response(0), response(9)]);
        for n in 0..2 * half {
            assert!((own[n] - shall(1, 5, n)).abs() < 1e-12, "frame {n}");
            assert!((both[n] - shall(0, 0, n) - shall(1, 9, n)).abs() < 1e-12, "frame {n}");
        }
    }
}
