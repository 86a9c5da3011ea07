use acetate_dsp::{FIR_TILE, TriangularNoise};
use wide::f64x2;

use super::shaping::{TAPS, feedback};
use super::{DitherSettings, Shape};
use crate::pairs::Frames;

/// So many samples in a row that need no rounding are taken for a signal that needs no noise.
const BLANK_AFTER: f64 = 1024.0;
/// The largest error of rounding with noise, in steps: half a step and a whole one. What clipping adds is not fed back.
const LARGEST_ERROR: f64 = 1.5;

/// Rounds two channels side by side, one in each lane.
#[derive(Debug, Clone)]
pub struct Quantiser {
    noise: [Noise; 2],
    fresh: [Noise; 2],
    shape: Shape,
    auto_blank: bool,
    /// From 0 to full scale.
    steps: f64,
    /// Samples in a row that needed no rounding.
    exact: f64x2,
    feedback: Option<Feedback>,
}

impl Quantiser {
    /// For the streams of noise from this one on.
    pub fn new(settings: &DitherSettings, rate_hz: u32) -> Self {
        let contrast_db = settings.shape.contrast_db();
        let noise = [0, 1].map(|stream| Noise::new(settings.seed, stream));
        Self {
            fresh: noise.clone(),
            noise,
            shape: settings.shape,
            auto_blank: settings.auto_blank,
            steps: f64::from(1u32 << (settings.bits - 1)),
            exact: f64x2::splat(BLANK_AFTER),
            feedback: contrast_db.map(|db| Feedback::new(feedback(rate_hz, db))),
        }
    }

    /// Takes the streams from this one on.
    pub fn take_streams(&mut self, seed: u32, first: u32) {
        self.fresh = [first, first + 1].map(|stream| Noise::new(seed, stream));
        self.noise = self.fresh.clone();
    }

    pub fn reset(&mut self) {
        self.noise = self.fresh.clone();
        self.exact = f64x2::splat(BLANK_AFTER);
        self.feedback.iter_mut().for_each(Feedback::reset);
    }

    /// Rounds up to a tile of frames.
    ///
    /// The noise runs on while it is blanked, so that a pause changes nothing behind it.
    pub fn run(&mut self, frames: &mut Frames) {
        let (mut noise, mut blank) = ([f64x2::ZERO; FIR_TILE], [f64x2::ZERO; FIR_TILE]);
        let (noise, blank) = (&mut noise[..frames.len()], &mut blank[..frames.len()]);
        let (steps, step) = (f64x2::splat(self.steps), f64x2::splat(1.0 / self.steps));
        for frame in &mut *frames {
            *frame *= steps;
        }
        self.make_noise(noise);
        if self.auto_blank {
            self.find_blank(frames, blank);
        }
        let limits = [-steps, steps - f64x2::ONE];
        match &mut self.feedback {
            Some(feedback) => feedback.run(frames, noise, blank, limits),
            None => {
                for ((frame, noise), blank) in frames.iter_mut().zip(noise).zip(blank) {
                    *frame = within(round(*frame + without(*noise, *blank)), limits);
                }
            }
        }
        for frame in frames {
            *frame *= step;
        }
    }

    fn make_noise(&mut self, frames: &mut Frames) {
        let [left, right] = &mut self.noise;
        match self.shape {
            Shape::None => {}
            Shape::HighPass => frames
                .iter_mut()
                .for_each(|frame| *frame = f64x2::new([left.next_high_pass(), right.next_high_pass()])),
            Shape::Flat | Shape::ShapedLow | Shape::ShapedHigh => frames
                .iter_mut()
                .for_each(|frame| *frame = f64x2::new([left.flat.next_sample(), right.flat.next_sample()])),
        }
    }

    /// All bits where a frame needs no noise.
    fn find_blank(&mut self, frames: &Frames, blank: &mut Frames) {
        let mut exact = self.exact;
        for (frame, blank) in frames.iter().zip(blank) {
            exact = (exact + f64x2::ONE) & frame.simd_eq(round(*frame));
            *blank = !exact.simd_lt(f64x2::splat(BLANK_AFTER));
        }
        self.exact = exact;
    }
}

/// A stream of noise.
#[derive(Debug, Clone)]
struct Noise {
    flat: TriangularNoise,
    last: f64,
}

impl Noise {
    fn new(seed: u32, stream: u32) -> Self {
        // any number that is not the first of the stream itself
        let last = TriangularNoise::new(seed, !stream).next_uniform();
        Self { flat: TriangularNoise::new(seed, stream), last }
    }

    /// Triangular too, but each sample takes half of the one before back.
    fn next_high_pass(&mut self) -> f64 {
        let before = std::mem::replace(&mut self.last, self.flat.next_uniform());
        self.last - before
    }
}

/// Adds past errors to what is rounded, so that the noise takes the spectrum of a filter.
///
/// The filter is transposed: an error is worked into all sums that wait for it at once, and but one product and some
/// sums lie between a sample and the next.
#[derive(Debug, Clone)]
struct Feedback {
    taps: [f64x2; TAPS],
    sums: [f64x2; TAPS],
}

impl Feedback {
    fn new(taps: [f64; TAPS]) -> Self {
        Self { taps: taps.map(f64x2::splat), sums: [f64x2::ZERO; TAPS] }
    }

    fn reset(&mut self) {
        self.sums = [f64x2::ZERO; TAPS];
    }

    /// Where it is blank, nothing is added and past errors are forgotten.
    fn run(&mut self, frames: &mut Frames, noise: &Frames, blank: &Frames, limits: [f64x2; 2]) {
        let largest = f64x2::splat(LARGEST_ERROR);
        let (taps, mut sums) = (self.taps, self.sums);
        for ((frame, noise), blank) in frames.iter_mut().zip(noise).zip(blank) {
            let wanted = *frame + without(sums[0], *blank);
            *frame = within(round(wanted + without(*noise, *blank)), limits);
            let error = without(within(*frame - wanted, [-largest, largest]), *blank);
            for n in 0..TAPS - 1 {
                sums[n] = without(sums[n + 1], *blank) + taps[n] * error;
            }
            sums[TAPS - 1] = taps[TAPS - 1] * error;
        }
        self.sums = sums;
    }
}

/// `x`, or 0 where `blank` has all bits set.
fn without(x: f64x2, blank: f64x2) -> f64x2 {
    x & !blank
}

/// To the nearest whole number, halves to the even one; what is beyond 2^51 is large enough as it is.
fn round(x: f64x2) -> f64x2 {
    // adding and taking this away leaves no bits behind the point
    const WHOLE: f64x2 = f64x2::new([(3u64 << 51) as f64; 2]);
    (x + WHOLE) - WHOLE
}

fn within(x: f64x2, [lowest, highest]: [f64x2; 2]) -> f64x2 {
    lowest.fast_max(highest.fast_min(x))
}
