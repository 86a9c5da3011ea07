//! One voice of every stem, at a rate that is enough to compare them.

use std::f64::consts::PI;

use acetate_model::Audio;

use crate::sums::pair;

/// The rate after decimation is at least this, in Hz: voices, drums and the grip of a bass lie below its half.
const LOWEST_RATE_HZ: u32 = 11_000;

/// Taps of the decimating filter for each frame that is left out.
const TAPS_PER_FRAME: usize = 8;

/// How much of left and right is heard: unequal, so that neither a mono signal nor one that is all side cancels.
const GAINS: [f32; 2] = [0.6, 0.4];

/// Mixes a stem to one channel and leaves out frames.
pub(super) struct Ear {
    factor: usize,
    taps: Vec<f32>,
    // mixed frames that are still under the filter
    line: Vec<f32>,
    /// What was heard, oldest first.
    pub heard: Vec<f32>,
}

/// How many frames become one.
pub(super) fn factor(rate_hz: u32) -> usize {
    (rate_hz / LOWEST_RATE_HZ).max(1) as usize
}

impl Ear {
    /// An ear that keeps up to `frames` decimated frames.
    pub fn new(rate_hz: u32, frames: usize) -> Self {
        let factor = factor(rate_hz);
        let taps = low_pass(factor);
        let line = Vec::with_capacity(Self::PIECE_FRAMES + taps.len());
        Self { factor, taps, line, heard: Vec::with_capacity(frames + Self::PIECE_FRAMES) }
    }

    /// The longest piece that is heard at once.
    pub const PIECE_FRAMES: usize = 2048;

    /// Hears some frames of a stem's block; silence where it has ended.
    pub fn hear(&mut self, block: &Audio, from: usize, to: usize) {
        if let Some((left, right)) = pair(block) {
            let within = from.min(left.len())..to.min(left.len());
            let mixed = left[within.clone()].iter().zip(&right[within]);
            self.line.extend(mixed.map(|(l, r)| GAINS[0] * l + GAINS[1] * r));
        }
        let missing = (to - from) - (to.min(block.frames()) - from.min(block.frames()));
        self.line.extend(std::iter::repeat_n(0.0, missing));
        let mut at = 0;
        while at + self.taps.len() <= self.line.len() {
            self.heard.push(dot(&self.taps, &self.line[at..at + self.taps.len()]));
            at += self.factor;
        }
        self.line.copy_within(at.., 0);
        self.line.truncate(self.line.len() - at);
    }

    /// Forgets the oldest frames.
    pub fn forget(&mut self, frames: usize) {
        self.heard.copy_within(frames.., 0);
        self.heard.truncate(self.heard.len() - frames);
    }
}

/// A sinc under a Hann window, down by half where the decimated rate ends; nothing to do where no frame is left out.
fn low_pass(factor: usize) -> Vec<f32> {
    if factor == 1 {
        return vec![1.0];
    }
    let length = TAPS_PER_FRAME * factor;
    let taps: Vec<f64> = (0..length)
        .map(|n| {
            let x = (n as f64 - 0.5 * (length - 1) as f64) / factor as f64;
            let sinc = if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
            sinc * (0.5 + 0.5 * libm::cos(2.0 * PI * x / TAPS_PER_FRAME as f64))
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / sum) as f32).collect()
}

/// Σab in eight lanes, so that it is fast and always the same.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}
