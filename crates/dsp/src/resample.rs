use std::collections::VecDeque;

use acetate_model::Audio;
use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

/// The transform covers at least this many frames of the lower rate. The transition band ends at the lower rate's
/// half and narrows as the block grows; at 44.1 kHz this keeps the level to above 20 kHz.
const MIN_BLOCK_FRAMES: usize = 1024;

/// Brings audio from one rate to another, block by block, in double precision.
///
/// The output is aligned with the input (the filter's delay is removed) and is exactly
/// `ceil(frames · to / from)` frames long, so that no input frame lies beyond its end. The size of the blocks that
/// come in changes no bit of what goes out.
///
/// The filter is linear-phase: an FFT brick wall with a squared Blackman-Harris window (rubato's `Fft`).
#[derive(Debug)]
pub struct Resampler {
    from_hz: u32,
    to_hz: u32,
    fft: Fft<f64>,
    /// `[channel][frame]`, waiting until there is a block.
    waiting: Vec<VecDeque<f64>>,
    /// `[channel][frame]`, one block each way.
    block_in: Vec<Vec<f64>>,
    block_out: Vec<Vec<f64>>,
    /// Delayed frames still to be dropped.
    late: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A resampler between two rates in Hz.
    ///
    /// # Panics
    /// When a rate or the number of channels is zero.
    pub fn new(from_hz: u32, to_hz: u32, channels: usize) -> Self {
        assert!(from_hz > 0 && to_hz > 0 && channels > 0, "a resampler needs rates and channels above zero");
        let fft = Fft::new_custom(
            from_hz as usize,
            to_hz as usize,
            block_frames(from_hz, to_hz),
            1,
            channels,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .expect("rates and block are above zero");
        Self {
            from_hz,
            to_hz,
            late: fft.output_delay(),
            waiting: vec![VecDeque::new(); channels],
            block_in: vec![vec![0.0; fft.input_frames_next()]; channels],
            block_out: vec![vec![0.0; fft.output_frames_next()]; channels],
            fft,
            taken: 0,
            given: 0,
        }
    }

    /// Frames that come out for `frames` that went in.
    pub fn length(&self, frames: u64) -> u64 {
        let exact = u128::from(frames) * u128::from(self.to_hz);
        exact.div_ceil(u128::from(self.from_hz)) as u64
    }

    /// Takes `input` and appends what is ready to `output`.
    ///
    /// # Panics
    /// When `input` has fewer channels than the resampler.
    pub fn process(&mut self, input: &Audio, output: &mut Audio) {
        self.taken += input.frames() as u64;
        for (waiting, channel) in self.waiting.iter_mut().zip(&input.channels) {
            waiting.extend(channel.iter().map(|&s| f64::from(s)));
        }
        self.run(output);
    }

    /// Appends the rest to `output`. After this only `reset` is of use.
    pub fn finish(&mut self, output: &mut Audio) {
        self.run(output);
        let total = self.length(self.taken);
        while self.given < total {
            let missing = self.fft.input_frames_next().saturating_sub(self.waiting[0].len());
            for waiting in &mut self.waiting {
                waiting.extend(std::iter::repeat_n(0.0, missing));
            }
            self.run_to(total, &mut |channel, samples| append(output, channel, samples));
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.fft.reset();
        self.waiting.iter_mut().for_each(VecDeque::clear);
        self.late = self.fft.output_delay();
        (self.taken, self.given) = (0, 0);
    }

    fn run(&mut self, output: &mut Audio) {
        output.rate_hz = self.to_hz;
        output.channels.resize_with(self.waiting.len(), Vec::new);
        self.run_to(u64::MAX, &mut |channel, samples| append(output, channel, samples));
    }

    /// Transforms every full block that waits and hands out frames until `end` are given.
    fn run_to(&mut self, end: u64, give: &mut impl FnMut(usize, &[f64])) {
        while self.waiting[0].len() >= self.block_in[0].len() {
            for (block, waiting) in self.block_in.iter_mut().zip(&mut self.waiting) {
                let frames = block.len();
                for (to, from) in block.iter_mut().zip(waiting.drain(..frames)) {
                    *to = from;
                }
            }
            self.transform();
            let frames = self.block_out[0].len();
            let from = self.late.min(frames);
            self.late -= from;
            let to = frames.min(from + usize::try_from(end - self.given).unwrap_or(usize::MAX).min(frames));
            self.given += (to - from) as u64;
            for (channel, block) in self.block_out.iter().enumerate() {
                give(channel, &block[from..to]);
            }
        }
    }

    fn transform(&mut self) {
        let (channels, frames_in, frames_out) =
            (self.block_in.len(), self.block_in[0].len(), self.block_out[0].len());
        let input = SequentialSliceOfVecs::new(&self.block_in, channels, frames_in);
        let output = SequentialSliceOfVecs::new_mut(&mut self.block_out, channels, frames_out);
        let (Ok(input), Ok(mut output)) = (input, output) else {
            unreachable!("the blocks were made for the transform");
        };
        self.fft
            .process_into_buffer(&input, &mut output, None)
            .expect("the blocks were made for the transform");
    }
}

/// The wanted block at the input rate: `MIN_BLOCK_FRAMES` at the lower rate, and an even number of periods of the
/// two rates, so that half a block, the filter's delay, is a whole number of frames on both sides.
fn block_frames(from_hz: u32, to_hz: u32) -> usize {
    let period = (from_hz / gcd(from_hz, to_hz)) as usize;
    let period_low = (from_hz.min(to_hz) / gcd(from_hz, to_hz)) as usize;
    let periods = MIN_BLOCK_FRAMES.div_ceil(period_low).next_power_of_two().max(2);
    periods * period
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn append(output: &mut Audio, channel: usize, samples: &[f64]) {
    output.channels[channel].extend(samples.iter().map(|&s| s as f32));
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn sine(hz: f64, rate_hz: u32, frames: usize) -> Vec<f64> {
        (0..frames).map(|n| libm::sin(TAU * hz * n as f64 / f64::from(rate_hz))).collect()
    }

    /// The double-precision path on one channel, without the rounding of the `f32` ends.
    fn convert(from_hz: u32, to_hz: u32, input: &[f64]) -> Vec<f64> {
        let mut resampler = Resampler::new(from_hz, to_hz, 1);
        resampler.waiting[0].extend(input);
        let mut output = Vec::new();
        resampler.run_to(u64::MAX, &mut |_, samples| output.extend_from_slice(samples));
        output
    }

    /// Level in dB, phase in radians, and the rest in dB below full scale, of the sine of `hz` in the middle third.
    fn fit(hz: f64, rate_hz: u32, signal: &[f64]) -> (f64, f64, f64) {
        let middle = signal.len() / 3..signal.len() * 2 / 3;
        let wave = |n: usize| libm::sincos(TAU * hz * n as f64 / f64::from(rate_hz));
        let [mut ss, mut sc, mut cc, mut sy, mut cy] = [0.0; 5];
        for n in middle.clone() {
            let (s, c) = wave(n);
            ss += s * s;
            sc += s * c;
            cc += c * c;
            sy += s * signal[n];
            cy += c * signal[n];
        }
        let det = ss * cc - sc * sc;
        let (a, b) = ((sy * cc - cy * sc) / det, (cy * ss - sy * sc) / det);
        let rest = middle.fold(0.0_f64, |worst, n| {
            let (s, c) = wave(n);
            worst.max((signal[n] - a * s - b * c).abs())
        });
        (20.0 * libm::log10(libm::hypot(a, b)), libm::atan2(b, a), 20.0 * libm::log10(rest))
    }

    const PAIRS: [(u32, u32); 11] = [
        (44100, 48000),
        (48000, 44100),
        (44100, 96000),
        (96000, 44100),
        (48000, 96000),
        (96000, 48000),
        (88200, 44100),
        (176400, 44100),
        (192000, 44100),
        (48000, 192000),
        (44100, 192000),
    ];

    /// Frequencies over the band of hearing, closer together at its top.
    fn sweep() -> impl Iterator<Item = f64> {
        let low = (0..9).map(|n| 25.0 * libm::pow(2.0, f64::from(n)));
        low.chain((0..8).map(|n| 20_875.0 - 875.0 * libm::pow(1.5, f64::from(n))))
    }

    #[test]
    fn sines_keep_level_and_place_and_gain_no_company() {
        for (from, to) in PAIRS {
            let (mut off, mut turned, mut company) = (0.0f64, 0.0f64, f64::NEG_INFINITY);
            for hz in sweep() {
                let output = convert(from, to, &sine(hz, from, from as usize / 2));
                let (level_db, phase, rest_db) = fit(hz, to, &output);
                (off, turned) = (off.max(level_db.abs()), turned.max(phase.abs()));
                company = company.max(rest_db);
            }
            println!(
                "{from} to {to}: level {off:.1e} dB, phase {turned:.1e}, images and all {company:.1} dB"
            );
            assert!(off < 0.01, "{from} to {to}: level {off} dB");
            assert!(turned < 1e-6, "{from} to {to}: phase {turned}");
            assert!(company < -140.0, "{from} to {to}: residual {company} dB");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        for (from, to) in PAIRS.into_iter().filter(|(from, to)| from > to) {
            let [low, high] = [to, from].map(|rate| f64::from(rate) / 2.0);
            let over = (0..9).map(|n| low * libm::pow(high / low, f64::from(n) / 8.0));
            // at the very top the samples are all but nothing
            let worst = over.map(|hz| hz.min(high - 50.0)).fold(0.0f64, |worst, hz| {
                let output = convert(from, to, &sine(hz, from, from as usize / 2));
                let middle = &output[output.len() / 3..output.len() * 2 / 3];
                middle.iter().fold(worst, |worst, s| worst.max(s.abs()))
            });
            println!("{from} to {to}: aliases {:.1} dB", 20.0 * libm::log10(worst));
            assert!(20.0 * libm::log10(worst) < -140.0, "{from} to {to}: {worst}");
        }
    }

    /// In single precision, and at the places where images of a tone would stand: an exact Fourier transform over
    /// whole periods of everything.
    #[test]
    fn single_precision_adds_no_images_either() {
        for (from, to) in PAIRS {
            for hz in [1000.0, 10_000.0, 19_500.0] {
                let samples = sine(hz, from, from as usize / 2).iter().map(|&s| s as f32).collect();
                let output = in_blocks(from, to, &Audio { rate_hz: from, channels: vec![samples] }, 4096);
                // a tenth of a second from the middle holds whole periods of every multiple of 10 Hz
                let part = &output.channels[0][to as usize / 5..][..to as usize / 10];
                let amplitude = |at: f64| {
                    let (re, im) = part.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &x)| {
                        let (sin, cos) = libm::sincos(TAU * (at * n as f64 / f64::from(to)).fract());
                        (re + f64::from(x) * cos, im + f64::from(x) * sin)
                    });
                    2.0 * libm::hypot(re, im) / part.len() as f64
                };
                let off_db = 20.0 * libm::log10(amplitude(hz));
                assert!(off_db.abs() < 0.01, "{from} to {to}, {hz} Hz: {off_db} dB");
                let half = f64::from(to) / 2.0;
                let images = (1..4).flat_map(|k| [-hz, hz].map(|hz| f64::from(k * from) + hz));
                for at in images.map(|at| (at + half).rem_euclid(2.0 * half) - half).map(f64::abs) {
                    if (at - hz).abs() > 1.0 && at < half {
                        let image_db = 20.0 * libm::log10(amplitude(at));
                        assert!(image_db < -140.0, "{from} to {to}, {hz} Hz: {image_db} dB at {at} Hz");
                    }
                }
            }
        }
    }

    fn in_blocks(from_hz: u32, to_hz: u32, input: &Audio, frames: usize) -> Audio {
        let mut resampler = Resampler::new(from_hz, to_hz, input.channels.len());
        let mut output = Audio::default();
        for block in input.blocks(frames) {
            resampler.process(&block, &mut output);
        }
        resampler.finish(&mut output);
        output
    }

    #[test]
    fn the_length_is_exact_and_blocks_change_nothing() {
        for (from, to) in PAIRS.into_iter().chain([(8000, 44100), (35467, 44100), (192000, 8000)]) {
            for frames in [1, 2, 1000, 44101] {
                let samples: Vec<f32> = sine(440.0, from, frames).iter().map(|&s| s as f32).collect();
                let input = Audio { rate_hz: from, channels: vec![samples.clone(), samples] };
                let whole = in_blocks(from, to, &input, frames);
                let wanted = (frames * to as usize).div_ceil(from as usize);
                assert_eq!(whole.frames(), wanted, "{from} to {to}, {frames} frames");
                assert_eq!(whole.rate_hz, to);
                assert_eq!(in_blocks(from, to, &input, 999), whole);
                assert_eq!(whole.channels[0], whole.channels[1]);
            }
        }
    }

    #[test]
    fn an_impulse_stays_where_it_was() {
        for (from, to) in PAIRS {
            let periods = 40;
            let [at, shall] = [from, to].map(|rate| periods * (rate / gcd(from, to)) as usize);
            let mut input = Audio::silence(from, 1, 3 * at);
            input.channels[0][at] = 1.0;
            let output = in_blocks(from, to, &input, 512);
            let y = &output.channels[0];
            let loudest = y.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            assert_eq!(loudest.map(|(at, _)| at), Some(shall), "{from} to {to}");
            // and is the same to both sides
            for n in 1..shall.min(200) {
                assert!((y[shall - n] - y[shall + n]).abs() < 1e-7, "{from} to {to}: {n} frames away");
            }
        }
    }

    #[test]
    fn reset_equals_new() {
        let samples: Vec<f32> = sine(997.0, 48000, 5000).iter().map(|&s| s as f32).collect();
        let input = Audio { rate_hz: 48000, channels: vec![samples] };
        let mut resampler = Resampler::new(48000, 44100, 1);
        let runs: Vec<Audio> = (0..2)
            .map(|_| {
                let mut output = Audio::default();
                resampler.process(&input, &mut output);
                resampler.finish(&mut output);
                resampler.reset();
                output
            })
            .collect();
        assert_eq!(runs[0], runs[1]);
    }
}
