use crate::interpolation::{bessel_i0, sinc};

/// Samples that the interpolator looks at. With its window it is flat from zero to 20 kHz at 44.1 kHz within
/// 0.0001 dB, and as exact in time as that.
const TAPS: usize = 96;
/// The shape of its Kaiser window.
const BETA: f64 = 12.0;
/// How far ahead of a point between two frames it looks, in frames.
const AHEAD: usize = TAPS / 2 - 1;
/// Outputs that are summed at once: as many as stay in registers.
const WIDTH: usize = 16;
/// Frames that are gathered at least before the memory is moved.
const ROOM: usize = 4096;

/// Makes one channel late by any number of frames, whole or not.
///
/// Between frames by a Kaiser-windowed sinc in double precision (T. I. Laakso et al., "Splitting the Unit Delay",
/// IEEE Signal Processing Magazine 13(1), 1996, sec. 3); by whole frames without a change of any bit.
#[derive(Debug, Clone)]
pub struct DelayLine {
    // of the impulse response, the last first
    taps: Vec<f64>,
    // from the first of these taps' input to the newest frame
    history: usize,
    heard: Vec<f64>,
    filled: usize,
}

impl DelayLine {
    /// The shortest possible delay with this fraction of a frame in it, without that fraction.
    pub fn shortest(fraction: f64) -> usize {
        if fraction == 0.0 { 0 } else { AHEAD }
    }

    /// Late by so many whole frames and a fraction below one, at rest.
    ///
    /// # Panics
    /// If `whole` is less than [`Self::shortest`].
    pub fn new(whole: usize, fraction: f64) -> Self {
        let taps = if fraction == 0.0 { vec![1.0] } else { between(fraction) };
        let skipped = whole.checked_sub(Self::shortest(fraction)).expect("the delay is long enough");
        let history = skipped + taps.len() - 1;
        let heard = vec![0.0; history + history.max(ROOM) + WIDTH];
        Self { taps, history, heard, filled: history }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.heard.fill(0.0);
        self.filled = self.history;
    }

    /// Exchanges a channel's frames for earlier ones.
    pub fn run(&mut self, mut channel: &mut [f32]) {
        while !channel.is_empty() {
            let last = self.heard.len() - WIDTH;
            if self.filled == last {
                self.heard.copy_within(last - self.history..last, 0);
                self.filled = self.history;
            }
            let (part, rest) = channel.split_at_mut(channel.len().min(last - self.filled));
            for (heard, &x) in self.heard[self.filled..].iter_mut().zip(&*part) {
                *heard = f64::from(x);
            }
            let from = self.filled - self.history;
            self.filled += part.len();
            if self.taps.len() == 1 {
                part.iter_mut().zip(&self.heard[from..]).for_each(|(y, &x)| *y = x as f32);
            } else {
                for (at, ys) in part.chunks_mut(WIDTH).enumerate() {
                    let sums = self.sums(from + at * WIDTH);
                    ys.iter_mut().zip(sums).for_each(|(y, sum)| *y = sum as f32);
                }
            }
            channel = rest;
        }
    }

    fn sums(&self, from: usize) -> [f64; WIDTH] {
        let mut sums = [0.0; WIDTH];
        let window = &self.heard[from..from + self.taps.len() + WIDTH - 1];
        for (h, x) in self.taps.iter().zip(window.array_windows::<WIDTH>()) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += h * x;
            }
        }
        sums
    }
}

/// An impulse response that is late by [`AHEAD`] frames and this fraction, the last tap first; a constant passes
/// unchanged.
fn between(fraction: f64) -> Vec<f64> {
    let tap = |k: usize| {
        let t = k as f64 - AHEAD as f64 - fraction;
        let place = t / (TAPS / 2) as f64;
        let window = bessel_i0(BETA * (1.0 - place * place).max(0.0).sqrt());
        sinc(t) * window
    };
    let taps: Vec<f64> = (0..TAPS).rev().map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|h| h / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: u64) -> Vec<f32> {
        (0..count).map(|n| (n * n * 7919 % 2003) as f32 / 1001.5 - 1.0).collect()
    }

    fn delayed(whole: usize, fraction: f64, x: &[f32], part: usize) -> Vec<f32> {
        let mut line = DelayLine::new(whole, fraction);
        let mut y = x.to_vec();
        y.chunks_mut(part).for_each(|part| line.run(part));
        y
    }

    #[test]
    fn whole_frames_change_no_bit() {
        let x = noise(20_000);
        for whole in [0, 1, 63, 4095, 4096, 9600] {
            let y = delayed(whole, 0.0, &x, 700);
            assert!(y[..whole].iter().all(|&y| y == 0.0));
            assert_eq!(y[whole..], x[..x.len() - whole], "{whole} frames");
        }
    }

    #[test]
    fn between_frames_a_sine_is_where_it_shall_be() {
        let x: Vec<f32> = (0..4000).map(|n| libm::sin(0.9 * f64::from(n)) as f32).collect();
        for (whole, fraction) in [(AHEAD, 0.5), (AHEAD, 1e-6), (500, 0.99)] {
            let y = delayed(whole, fraction, &x, 512);
            for (n, &y) in y.iter().enumerate().skip(1000) {
                let shall = libm::sin(0.9 * ((n - whole) as f64 - fraction));
                assert!((f64::from(y) - shall).abs() < 1e-6, "{whole} and {fraction}, frame {n}");
            }
        }
    }

    #[test]
    fn parts_make_the_whole() {
        let x = noise(30_000);
        for (whole, fraction) in [(5000, 0.25), (AHEAD, 0.9), (17, 0.0)] {
            let shall = delayed(whole, fraction, &x, x.len());
            for part in [1, 15, 16, 4097] {
                assert!(delayed(whole, fraction, &x, part) == shall, "{whole}.{fraction} in parts of {part}");
            }
        }
    }
}
