use std::sync::Arc;

use acetate_model::{Audio, Block};
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Filters without phase that share one forward transform, by overlap-save.
///
/// They reach `half` frames to each side and work on windows of `4 * half` frames, of which the middle
/// `2 * half` come out. In single precision, which is enough for complementary bands to add up to the input.
pub struct Convolver {
    half: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    spectrum: Vec<Complex32>,
    product: Vec<Complex32>,
    time: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl Convolver {
    /// Plans the transforms.
    pub fn new(half: usize) -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, back) = (planner.plan_fft_forward(4 * half), planner.plan_fft_inverse(4 * half));
        let scratch = forward.get_scratch_len().max(back.get_scratch_len());
        Self {
            half,
            spectrum: forward.make_output_vec(),
            product: forward.make_output_vec(),
            time: forward.make_input_vec(),
            scratch: vec![Complex32::default(); scratch],
            forward,
            back,
        }
    }

    /// Takes a window in.
    pub fn hear(&mut self, window: &[f32]) {
        self.time.copy_from_slice(window);
        self.forward
            .process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch)
            .expect("lengths come from the plan");
    }

    /// The middle of the window through a filter with these [`crate::ZeroPhase::gains`].
    pub fn filtered(&mut self, gains: &[f32]) -> &[f32] {
        let scale = 1.0 / (4 * self.half) as f32;
        for ((y, x), gain) in self.product.iter_mut().zip(&self.spectrum).zip(gains) {
            *y = x * (gain * scale);
        }
        // the ends of a real signal's spectrum are real; rounding may have left something else
        for end in [0, 2 * self.half] {
            self.product[end].im = 0.0;
        }
        self.back
            .process_with_scratch(&mut self.product, &mut self.time, &mut self.scratch)
            .expect("lengths come from the plan");
        &self.time[self.half..3 * self.half]
    }
}

/// Gathers the blocks of a host, however long, into windows of a fixed length, and hands out what became of them.
///
/// So the block size changes no bit of what is computed from whole windows.
#[derive(Debug, Clone)]
pub struct Windows {
    half: usize,
    // each as long as four halves: two of before, two of now
    heard: Vec<Vec<f32>>,
    ready: Vec<Vec<f32>>,
    filled: usize,
}

impl Windows {
    /// For so many channels in all signals together, at rest.
    pub fn new(half: usize, channels: usize) -> Self {
        Self {
            half,
            heard: vec![vec![0.0; 4 * half]; channels],
            ready: vec![vec![0.0; 2 * half]; channels],
            filled: 0,
        }
    }

    /// By how many frames what is handed out is late.
    pub fn latency(&self) -> usize {
        3 * self.half
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.heard.iter_mut().chain(&mut self.ready).for_each(|channel| channel.fill(0.0));
        self.filled = 0;
    }

    /// Hears `frames` frames of a signal from `from` on, or of silence, and hands nothing out; windows that hear as much
    /// are full together.
    pub fn listen(&mut self, signal: Option<&Audio>, from: usize, frames: usize) {
        let hop = self.advance();
        for (at, heard) in self.heard.iter_mut().enumerate() {
            let heard = &mut heard[hop + self.filled..][..frames];
            match signal.and_then(|signal| signal.channels.get(at)) {
                Some(channel) => heard.copy_from_slice(&channel[from..from + frames]),
                None => heard.fill(0.0),
            }
        }
        self.filled += frames;
    }

    /// Makes room in full windows; returns how far they move.
    fn advance(&mut self) -> usize {
        let hop = 2 * self.half;
        if self.filled == hop {
            self.heard.iter_mut().for_each(|heard| heard.copy_within(hop.., 0));
            self.filled = 0;
        }
        hop
    }

    /// Exchanges frames of a block from `from` on for as many late ones, to the end of the block or until the windows
    /// are full, and returns how many.
    pub fn exchange(&mut self, block: &mut Block, from: usize) -> usize {
        let hop = self.advance();
        let frames = (block.frames() - from).min(hop - self.filled);
        let channels = block.signals().flat_map(|signal| &mut signal.channels);
        for ((channel, heard), ready) in channels.zip(&mut self.heard).zip(&self.ready) {
            let part = &mut channel[from..from + frames];
            heard[hop + self.filled..][..frames].copy_from_slice(part);
            part.copy_from_slice(&ready[self.filled..][..frames]);
        }
        self.filled += frames;
        frames
    }

    /// After an exchange: what to work on, if the windows are full.
    pub fn full(&mut self) -> Option<Full<'_>> {
        (self.filled == 2 * self.half).then_some(Full { heard: &self.heard, ready: &mut self.ready })
    }
}

/// Full windows, channel by channel, first of the main signal and then of the linked ones.
#[derive(Debug)]
pub struct Full<'a> {
    /// What was heard.
    pub heard: &'a [Vec<f32>],
    /// What is handed out next, to be filled with what becomes of the [`middle`] of each.
    pub ready: &'a mut [Vec<f32>],
}

/// The middle of a window: the frames that are handed out next.
pub fn middle(window: &[f32]) -> &[f32] {
    &window[window.len() / 4..window.len() / 4 * 3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ZeroPhase, band_share};

    fn noise(frames: u64) -> Vec<f32> {
        (0..frames).map(|n| (n * n * 7919 % 2003) as f32 / 1001.5 - 1.0).collect()
    }

    #[test]
    fn a_filter_equals_its_sum_of_products() {
        let half = 64;
        let gains = ZeroPhase::new(48_000, half, |hz| band_share(hz, &[2000.0, 5000.0], 1)).gains();
        let mut convolver = Convolver::new(half);
        let mut dirac = vec![0.0; 4 * half];
        dirac[2 * half] = 1.0;
        convolver.hear(&dirac);
        let response = convolver.filtered(&gains).to_vec();
        let x = noise(4 * half as u64);
        convolver.hear(&x);
        for (n, &y) in convolver.filtered(&gains).iter().enumerate() {
            let terms =
                response.iter().enumerate().map(|(k, &h)| f64::from(h) * f64::from(x[2 * half + n - k]));
            assert!((f64::from(y) - terms.sum::<f64>()).abs() < 1e-5, "frame {n}");
        }
    }

    #[test]
    fn complementary_bands_add_up_to_the_delayed_input() {
        let (half, crossovers) = (2048, [120.0, 600.0, 3000.0]);
        let gains: Vec<_> = (0..4)
            .map(|band| ZeroPhase::new(48_000, half, |hz| band_share(hz, &crossovers, band)).gains())
            .collect();
        let mut convolver = Convolver::new(half);
        let mut windows = Windows::new(half, 1);
        let x = noise(48_000);
        let mut block = Block::of(Audio { rate_hz: 48_000, channels: vec![x.clone()] });
        let mut done = 0;
        while done < x.len() {
            done += windows.exchange(&mut block, done);
            let Some(Full { heard, ready }) = windows.full() else { break };
            convolver.hear(&heard[0]);
            ready[0].fill(0.0);
            for gains in &gains {
                ready[0].iter_mut().zip(convolver.filtered(gains)).for_each(|(y, band)| *y += band);
            }
        }
        let worst = block.main.channels[0][windows.latency()..]
            .iter()
            .zip(&x)
            .map(|(y, x)| (y - x).abs())
            .fold(0.0, f32::max);
        assert!(20.0 * libm::log10f(worst) < -120.0, "{worst}");
    }

    #[test]
    fn windows_hand_out_what_they_were_given_late_and_whole() {
        let x = noise(5000);
        for frames in [1, 33, 256, 5000] {
            let mut windows = Windows::new(64, 1);
            let mut y = Vec::new();
            for part in x.chunks(frames) {
                let mut block = Block::of(Audio { rate_hz: 48_000, channels: vec![part.to_vec()] });
                let mut done = 0;
                while done < part.len() {
                    done += windows.exchange(&mut block, done);
                    if let Some(Full { heard: [heard], ready: [ready] }) = windows.full() {
                        ready.copy_from_slice(middle(heard));
                    }
                }
                y.extend_from_slice(&block.main.channels[0]);
            }
            let late = windows.latency();
            assert!(y[..late].iter().all(|&y| y == 0.0));
            assert_eq!(y[late..], x[..x.len() - late]);
        }
    }
}
