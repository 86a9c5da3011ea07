use std::f64::consts::PI;
use std::sync::Arc;

use acetate_model::Audio;
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use crate::power::ACTIVE_POWER;
use crate::sums::{energy, pair};

/// Spectra of the active frames of a signal, each under a Hann window that half overlaps the next.
///
/// Of mid and side, (l ± r)/2, because their powers add up to the mean of left and right, a mono signal costs half,
/// and the side of a wide signal is not the small difference of two large spectra.
pub struct Frames {
    transform: Transform,
    // samples of mid and side that wait for their frame to be full
    waiting: [Vec<f32>; 2],
    step: usize,
    // frames of the signal to be passed over before the next one begins
    to_skip: usize,
    heard: u64,
    full: u64,
}

/// The spectrum of one frame, scaled so that the squared magnitudes over all bins add up to the mean power.
pub struct Frame<'a> {
    /// Which of all frames it is, those that are not active included.
    pub at: u64,
    pub mid: &'a [Complex<f32>],
    /// `None` where the side is silent.
    pub side: Option<&'a [Complex<f32>]>,
}

/// The power of each bin, in place of what `to` held; nothing of nothing.
pub fn powers(bins: &[Complex<f32>], to: &mut Vec<f32>) {
    to.clear();
    to.extend(bins.iter().map(Complex::norm_sqr));
}

impl Frames {
    /// Frames of an even length.
    pub fn new(length: usize) -> Self {
        Self::every(length / 2, length)
    }

    /// Frames of an even length, one every `step`.
    pub fn every(step: usize, length: usize) -> Self {
        let waiting = || Vec::with_capacity(length);
        let transform = Transform::new(length);
        Self { transform, waiting: [waiting(), waiting()], step, to_skip: 0, heard: 0, full: 0 }
    }

    /// Hears the next block and hands `each` the frames that are full and active.
    pub fn push(&mut self, block: &Audio, mut each: impl FnMut(Frame)) {
        let Some((mut left, mut right)) = pair(block) else { return };
        self.heard += left.len() as u64;
        while !left.is_empty() {
            let skipped = self.to_skip.min(left.len());
            self.to_skip -= skipped;
            (left, right) = (&left[skipped..], &right[skipped..]);
            let length = self.transform.length;
            let fits = left.len().min(length - self.waiting[0].len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            self.waiting[0].extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l + r)));
            self.waiting[1].extend(l.0.iter().zip(r.0).map(|(l, r)| 0.5 * (l - r)));
            (left, right) = (l.1, r.1);
            if self.waiting[0].len() == length {
                self.transform.of(&self.waiting, self.full, &mut each);
                self.full += 1;
                let past = self.step.min(length);
                self.to_skip = self.step - past;
                for waiting in &mut self.waiting {
                    waiting.copy_within(past.., 0);
                    waiting.truncate(length - past);
                }
            }
        }
    }

    /// How many frames are full, those that are not active included.
    pub fn reached(&self) -> u64 {
        self.full
    }

    /// A signal too short for a frame as one frame, if it is active.
    pub fn short(&self, each: impl FnMut(Frame)) {
        if self.heard > 0 && self.heard < self.transform.length as u64 {
            Transform::new(self.transform.length).windowed(self.heard as usize).of(&self.waiting, 0, each);
        }
    }
}

struct Transform {
    length: usize,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    output: [Vec<Complex<f32>>; 2],
}

impl Transform {
    fn new(length: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        Self {
            length,
            window: Vec::new(),
            input: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            output: [fft.make_output_vec(), fft.make_output_vec()],
            fft,
        }
        .windowed(length)
    }

    /// With a window over the first `length` frames only.
    fn windowed(mut self, length: usize) -> Self {
        let hann = |n: usize| 0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / length as f64);
        let power: f64 = (0..length).map(|n| hann(n) * hann(n)).sum();
        // both halves of the spectrum hold the power, and only one is looked at
        let scale = (2.0 / (self.length as f64 * power.max(f64::MIN_POSITIVE))).sqrt();
        self.window = (0..length).map(|n| (scale * hann(n)) as f32).collect();
        self
    }

    fn of(&mut self, waiting: &[Vec<f32>; 2], at: u64, mut each: impl FnMut(Frame)) {
        let energies = [energy(&waiting[0]), energy(&waiting[1])];
        if energies[0] + energies[1] < ACTIVE_POWER * self.window.len() as f64 {
            return;
        }
        for ((samples, output), energy) in waiting.iter().zip(&mut self.output).zip(energies) {
            if energy > 0.0 {
                self.input.fill(0.0);
                for ((to, &sample), &window) in self.input.iter_mut().zip(samples).zip(&self.window) {
                    *to = sample * window;
                }
                let done = self.fft.process_with_scratch(&mut self.input, output, &mut self.scratch);
                debug_assert!(done.is_ok());
            } else {
                output.fill(Complex::ZERO);
            }
        }
        let [mid, side] = &self.output;
        each(Frame { at, mid, side: (energies[1] > 0.0).then_some(side) });
    }
}
