use std::f64::consts::PI;

use crate::interpolation::{bessel_i0, highest_sample, sinc};

/// How far images and aliases lie below the signal.
const STOP_DB: f64 = 128.0;
/// Up to this share of the base rate everything passes: 20 kHz at 44.1 kHz.
const PASS: f64 = 20.0 / 44.1;
/// Outputs that are summed at once: as many as stay in registers.
const WIDE: usize = 32;
/// The same for what is left over.
const NARROW: usize = 8;
/// Above the error of the sums in single precision.
const MARGIN: f32 = 1.000_1;

/// Raises the rate 2-, 4-, 8- or 16-fold, lets something be taken away there, and lowers what was taken.
///
/// Only what is taken passes the filters. So a signal from which nothing is taken, less what was taken, is that signal
/// to the last bit. Both ways are cascades of linear-phase half-band filters under a Kaiser window.
#[derive(Debug, Clone)]
pub struct Oversampler {
    frames: usize,
    reach: usize,
    before: usize,
    latency: usize,
    up: Vec<Up>,
    down: Vec<Down>,
    /// What a sample of the base rate, and after each doubling, can become at most.
    bounds: Vec<f32>,
    /// Blocks for which the filters still sound.
    ringing: usize,
    /// The signal at each rate above the base, then what was taken, from the highest rate down.
    raised: Vec<Vec<f32>>,
    taken: Vec<Vec<f32>>,
}

impl Oversampler {
    /// At rest; doubles the rate `doublings` times and works on `frames` at a time.
    ///
    /// What decides how much of a sample is taken may look at `reach` samples of the highest rate to each side of it.
    /// If it looks beyond the sample, it is taken to be a mean under a triangle, and the first halving only doubles the
    /// triangle's width.
    pub fn new(doublings: usize, frames: usize, reach: usize) -> Self {
        let halves: Vec<usize> = (1..=doublings).map(half_length).collect();
        let mut need = (frames << doublings) + 2 * reach;
        let mut up: Vec<Up> = Vec::new();
        for &half in halves.iter().rev() {
            up.push(Up::new(half, need.div_ceil(2).next_multiple_of(NARROW)));
            need = up[up.len() - 1].need();
        }
        up.reverse();
        let mut late = reach + halves.iter().fold(0, |late, half| 2 * late + 2 * half - 1);
        let mut down = Vec::new();
        for (stage, &half) in halves.iter().enumerate().rev() {
            let is_smooth = reach > 0 && stage > 0 && stage + 1 == doublings;
            let half = if is_smooth { 1 } else { half };
            late += 2 * half - 1;
            // the newer of two samples leaves where that makes the delay whole
            down.push(Down::new(&half_band(half), late % 2 == 1, frames << stage));
            late /= 2;
        }
        Self {
            frames,
            reach,
            before: need - frames,
            latency: late,
            bounds: (0..=doublings).map(|from| bound(&halves[from..])).collect(),
            ringing: 0,
            raised: up.iter().map(|up| vec![0.0; 2 * up.count]).collect(),
            taken: (0..=doublings).rev().map(|n| vec![0.0; frames << n]).collect(),
            up,
            down,
        }
    }

    /// Frames before those worked on that it must be shown.
    pub fn before(&self) -> usize {
        self.before
    }

    /// By how many frames what was taken is late.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.down.iter_mut().for_each(Down::reset);
        self.ringing = 0;
    }

    /// Works on the last frames of `window` and hands out what was taken, late. Returns the highest magnitude that
    /// was met at the highest rate, or 0 if none is above `untouched`, up to which nothing is taken.
    ///
    /// `take` sees the signal at the highest rate, with its reach to each side of what it fills.
    pub fn run(
        &mut self,
        window: &[f32],
        untouched: f32,
        take: impl FnMut(&[f32], &mut [f32]),
    ) -> (f32, &[f32]) {
        let highest = self.raise(window, untouched, take);
        if highest > 0.0 {
            self.ringing = (2 * self.latency).div_ceil(self.frames);
        } else if self.ringing > 0 {
            self.ringing -= 1;
            self.taken[0].fill(0.0);
        } else {
            let silence = self.taken.last_mut().expect("there is a base rate");
            silence.fill(0.0);
            return (0.0, silence);
        }
        for (n, down) in self.down.iter_mut().enumerate() {
            let (high, low) = self.taken.split_at_mut(n + 1);
            down.run(&high[n], &mut low[0]);
        }
        (highest, &self.taken[self.down.len()])
    }

    fn raise(&mut self, window: &[f32], untouched: f32, mut take: impl FnMut(&[f32], &mut [f32])) -> f32 {
        for (n, up) in self.up.iter().enumerate() {
            let (lower, higher) = self.raised.split_at_mut(n);
            let x = lower.last().map_or(window, |lower| &lower[..]);
            let x = &x[x.len() - up.need()..];
            if highest_sample(x) * self.bounds[n] <= untouched {
                return 0.0;
            }
            up.run(x, &mut higher[0]);
        }
        let x = self.raised.last().map_or(window, |raised| &raised[..]);
        let taken = &mut self.taken[0];
        let x = &x[x.len() - taken.len() - 2 * self.reach..];
        let highest = highest_sample(x);
        if highest <= untouched {
            return 0.0;
        }
        take(x, taken);
        highest
    }
}

/// Doubles the rate. Has no memory: it is shown what came before.
#[derive(Debug, Clone)]
struct Up {
    taps: Vec<f32>,
    count: usize,
}

impl Up {
    fn new(half: usize, count: usize) -> Self {
        let taps = half_band(half).into_iter().step_by(2).map(|h| 2.0 * h as f32).collect();
        Self { taps, count }
    }

    fn need(&self) -> usize {
        self.count + self.taps.len() - 1
    }

    fn run(&self, x: &[f32], out: &mut [f32]) {
        let middle = &x[self.taps.len() / 2..];
        filter(&self.taps, x, self.count, |from, sums| {
            let pairs = out[2 * from..].as_chunks_mut::<2>().0;
            for ((pair, &sum), &x) in pairs.iter_mut().zip(sums).zip(&middle[from..]) {
                *pair = [sum, x];
            }
        });
    }
}

/// Halves the rate.
#[derive(Debug, Clone)]
struct Down {
    /// What works on the first and on the second of each two samples.
    phases: [Phase; 2],
}

#[derive(Debug, Clone)]
struct Phase {
    taps: Vec<f32>,
    /// The last samples of before, then those of now.
    heard: Vec<f32>,
    history: usize,
}

impl Down {
    fn new(filter: &[f64], newer: bool, frames: usize) -> Self {
        let of = |from: usize| filter.iter().skip(from).step_by(2);
        let phases = if newer {
            [Phase::new(of(1), 0, frames), Phase::new(of(0), 0, frames)]
        } else {
            [Phase::new(of(0), 0, frames), Phase::new(of(1), 1, frames)]
        };
        Self { phases }
    }

    fn reset(&mut self) {
        self.phases.iter_mut().for_each(|phase| phase.heard.fill(0.0));
    }

    fn run(&mut self, x: &[f32], out: &mut [f32]) {
        let [first, second] = &mut self.phases;
        let heard = first.heard[first.history..].iter_mut().zip(&mut second.heard[second.history..]);
        for ((first, second), pair) in heard.zip(x.as_chunks::<2>().0) {
            [*first, *second] = *pair;
        }
        first.run(out.len(), |from, sums| out[from..from + sums.len()].copy_from_slice(sums));
        second.run(out.len(), |from, sums| {
            out[from..].iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
        });
    }
}

impl Phase {
    /// Leaves out the zeros at both ends of the taps.
    fn new<'a>(taps: impl Iterator<Item = &'a f64>, late: usize, frames: usize) -> Self {
        let taps: Vec<f32> = taps.map(|&h| h as f32).collect();
        let first = taps.iter().position(|&h| h != 0.0).unwrap_or(0);
        let last = taps.iter().rposition(|&h| h != 0.0).unwrap_or(0);
        let history = late + last;
        Self { taps: taps[first..=last].to_vec(), heard: vec![0.0; history + frames], history }
    }

    fn run(&mut self, frames: usize, give: impl FnMut(usize, &[f32])) {
        filter(&self.taps, &self.heard, frames, give);
        self.heard.copy_within(frames.., 0);
    }
}

/// Gives `Σ taps[j]·x[n + taps − 1 − j]` for every n below `count`, several at a time, each summed in the same order.
fn filter(taps: &[f32], x: &[f32], count: usize, mut give: impl FnMut(usize, &[f32])) {
    let mut from = 0;
    while from + WIDE <= count {
        give(from, &sums::<WIDE>(taps, &x[from..]));
        from += WIDE;
    }
    while from + NARROW <= count {
        give(from, &sums::<NARROW>(taps, &x[from..]));
        from += NARROW;
    }
    while from < count {
        give(from, &sums::<1>(taps, &x[from..]));
        from += 1;
    }
}

fn sums<const COUNT: usize>(taps: &[f32], x: &[f32]) -> [f32; COUNT] {
    let mut sums = [0.0; COUNT];
    for (h, x) in taps.iter().rev().zip(x.array_windows::<COUNT>()) {
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum += h * x;
        }
    }
    sums
}

/// A quarter of the length of the filter of a doubling, by Kaiser's estimate (J. F. Kaiser, "Nonrecursive digital
/// filter design using the I₀-sinh window function", ISCAS 1974). Later ones need to reach only to the images of the
/// first.
fn half_length(doubling: usize) -> usize {
    let pass = if doubling == 1 { PASS } else { 1.0 - PASS };
    let transition = 2.0 * PI * (0.5 - 2.0 * pass / (1 << doubling) as f64);
    let taps = (STOP_DB - 7.95) / (2.285 * transition) + 1.0;
    libm::ceil((taps + 1.0) / 4.0) as usize
}

/// The window's shape for [`STOP_DB`], by Kaiser's formula.
const BETA: f64 = 0.1102 * (STOP_DB - 8.7);

/// A sinc of half the band under a Kaiser window, at a distance from its middle.
fn kernel(t: f64, reach: f64) -> f64 {
    let inside = (1.0 - (t / reach) * (t / reach)).max(0.0);
    0.5 * sinc(t / 2.0) * bessel_i0(BETA * inside.sqrt()) / bessel_i0(BETA)
}

/// `4 half − 1` taps, of which every second is exactly zero, but for the middle one.
fn half_band(half: usize) -> Vec<f64> {
    let middle = 2 * half - 1;
    let mut taps: Vec<f64> = (0..=2 * middle)
        .map(|n| match n.abs_diff(middle) {
            0 => 0.5,
            distance if distance % 2 == 0 => 0.0,
            distance => kernel(distance as f64, middle as f64 + 1.0),
        })
        .collect();
    let sum: f64 = taps.iter().step_by(2).sum();
    taps.iter_mut().step_by(2).for_each(|h| *h *= 0.5 / sum);
    taps
}

/// The largest sum of magnitudes of any phase of a cascade of doublings.
fn bound(halves: &[usize]) -> f32 {
    let mut response = vec![1.0];
    for &half in halves {
        let taps = half_band(half);
        let mut next = vec![0.0; 2 * response.len() + taps.len()];
        for (at, x) in response.iter().enumerate() {
            for (y, h) in next[2 * at..].iter_mut().zip(&taps) {
                *y += 2.0 * h * x;
            }
        }
        response = next;
    }
    let phases = 1usize << halves.len();
    let sums = (0..phases).map(|k| response.iter().skip(k).step_by(phases).map(|h| h.abs()).sum::<f64>());
    sums.fold(1.0, f64::max) as f32 * MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: usize = 256;

    /// What becomes of a signal of which all is taken, aligned with it.
    fn all_taken(doublings: usize, reach: usize, x: &[f32]) -> Vec<f32> {
        let mut oversampler = Oversampler::new(doublings, FRAMES, reach);
        let (before, late) = (oversampler.before(), oversampler.latency());
        let mut padded = vec![0.0; before];
        padded.extend_from_slice(x);
        padded.resize(before + (x.len() + late).next_multiple_of(FRAMES), 0.0);
        let mut y = Vec::new();
        for from in (before..padded.len()).step_by(FRAMES) {
            let taken = oversampler.run(&padded[from - before..from + FRAMES], 0.0, |u, taken| {
                taken.copy_from_slice(&u[reach..u.len() - reach]);
            });
            y.extend_from_slice(taken.1);
        }
        y[late..late + x.len()].to_vec()
    }

    #[test]
    fn all_that_is_audible_passes_up_and_down_in_time() {
        let rate = 44_100.0;
        let mut dirac = vec![0.0; 2000];
        dirac[1000] = 1.0;
        for doublings in 1..=4 {
            for reach in 0..=2 {
                let y = all_taken(doublings, reach, &dirac);
                let (mut worst_db, mut worst_phase) = (0f64, 0f64);
                for hz in (0..=20_000).step_by(100).map(f64::from) {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (n, &y) in y.iter().enumerate() {
                        let (sin, cos) = libm::sincos(2.0 * PI * hz / rate * (n as f64 - 1000.0));
                        re += f64::from(y) * cos;
                        im += f64::from(y) * sin;
                    }
                    let smooth = libm::cos(PI * hz / rate / f64::from(1 << doublings));
                    let shall = if reach > 0 && doublings > 1 { smooth * smooth } else { 1.0 };
                    worst_db = worst_db.max((20.0 * libm::log10(re / shall)).abs());
                    worst_phase = worst_phase.max(libm::atan2(im, re).abs());
                }
                println!("{}x, reach {reach}: {worst_db:.6} dB, {worst_phase:.1e} rad", 1 << doublings);
                assert!(worst_db < 0.01 && worst_phase < 1e-6);
            }
        }
    }

    #[test]
    fn images_and_aliases_are_far_below() {
        let response = |hz: f64, taps: &[f64]| {
            let sum = |wave: fn(f64) -> f64| -> f64 {
                taps.iter().enumerate().map(|(n, h)| h * wave(2.0 * PI * hz * n as f64)).sum()
            };
            20.0 * libm::log10(libm::hypot(sum(libm::sin), sum(libm::cos)))
        };
        for doubling in 1..=4 {
            let half = half_length(doubling);
            let high = f64::from(1 << doubling);
            let stop = 0.5 - if doubling == 1 { PASS } else { 1.0 - PASS } / high;
            let taps = half_band(half);
            let worst = (0..=400)
                .map(|n| stop + (0.5 - stop) * f64::from(n) / 400.0)
                .map(|hz| response(hz, &taps))
                .fold(f64::MIN, f64::max);
            println!("doubling {doubling}, {} taps: {worst:.1} dB", taps.len());
            assert!(worst <= -120.0);
        }
    }

    #[test]
    fn the_worst_signal_reaches_its_bound_and_no_further() {
        let mut oversampler = Oversampler::new(3, FRAMES, 0);
        let length = oversampler.before() + FRAMES;
        let bound = oversampler.bounds[0];
        let mut newest = |x: &[f32]| {
            let mut points = [0.0; 8];
            oversampler.run(x, 0.0, |u, taken| {
                points.copy_from_slice(&u[u.len() - 8..]);
                taken.fill(0.0);
            });
            points
        };
        let responses: Vec<[f32; 8]> = (0..length)
            .map(|at| {
                let mut dirac = vec![0.0; length];
                dirac[at] = 1.0;
                newest(&dirac)
            })
            .collect();
        let mut highest = 0f32;
        for point in 0..8 {
            let worst: Vec<f32> = responses.iter().map(|response| 1f32.copysign(response[point])).collect();
            highest = highest.max(newest(&worst)[point]);
        }
        println!("{highest} of {bound}");
        assert!(highest <= bound && highest > 0.999 * bound);
        let loud = vec![1.0; length];
        let mut oversampler = Oversampler::new(3, FRAMES, 0);
        assert_eq!(oversampler.run(&loud, bound, |_, _| panic!("nothing is to be taken")).0, 0.0);
    }

    #[test]
    fn nothing_taken_is_exactly_nothing_whether_looked_at_or_not() {
        let x: Vec<f32> = (0..2048u64).map(|n| (n * n * 7919 % 2003) as f32 / 1001.5 - 1.0).collect();
        let taken_above = |untouched: f32, always: bool| {
            let mut oversampler = Oversampler::new(3, FRAMES, 0);
            let before = oversampler.before();
            let mut all = Vec::new();
            for from in (before..x.len() - FRAMES).step_by(FRAMES) {
                let told = if always { 0.0 } else { untouched };
                let taken = oversampler.run(&x[from - before..from + FRAMES], told, |u, taken| {
                    for (taken, u) in taken.iter_mut().zip(u) {
                        *taken = (u - untouched).max(0.0);
                    }
                });
                all.extend(taken.1.iter().map(|y| y.to_bits()));
            }
            all
        };
        for untouched in [0.5, 1.2, 2.0, 5.0] {
            assert!(taken_above(untouched, false) == taken_above(untouched, true), "{untouched}");
        }
        assert!(taken_above(5.0, true).iter().all(|&bits| bits == 0));
    }
}
