use acetate_dsp::highest_sample;

/// The fewest samples in a row that make a flat top.
pub const SHORTEST: usize = 3;
/// How far neighbours on a flat top may lie apart: a step and a half of a 16-bit file, for dither.
const FLAT: f32 = 1.5 / 32_768.0;
/// The fewest samples of a top that is not equal to the bit.
const DITHERED: usize = 5;
/// A top falls off on both sides by more than this within `SHOULDER` samples: no soft top that is only rounded does.
const STEEP: f32 = 16.0 * FLAT;
const SHOULDER: usize = 2;
/// A cut-off wave moves before it is flat: the step onto the top is no more than this many times the median step of the
/// samples before. A square wave and stairs jump from rest.
const JUMP: f32 = 6.0;
const STEPS: usize = 8;
/// What is nearer to the highest sample so far than this stands at the clip level.
const NEAR: f32 = 0.998;
/// A signal that stays below, -20 dBFS, was not clipped, or too long ago to tell.
const LOWEST: f32 = 0.1;

/// A flat top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its first sample.
    pub from: usize,
    /// The sample after its last.
    pub to: usize,
}

/// Finds flat tops in one channel. Not to be cloned: a clone would not keep the room for what it finds.
#[derive(Debug)]
pub struct Finder {
    threshold: Option<f32>,
    longest: usize,
    // the highest samples so far, up and down
    highest: [f32; 2],
    // the levels at which tops were cut off for certain
    proven: [f32; 2],
    runs: Vec<Run>,
}

impl Finder {
    /// For tops at a threshold, or at the highest level so far; no longer than `longest`, in stretches of `frames`.
    pub fn new(threshold: Option<f32>, longest: usize, frames: usize) -> Self {
        Self { threshold, longest, highest: [0.0; 2], proven: [0.0; 2], runs: Vec::with_capacity(frames) }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        (self.highest, self.proven) = ([0.0; 2], [0.0; 2]);
    }

    /// Hears what is new from `from` on.
    pub fn hear(&mut self, x: &[f32], from: usize) {
        for &x in &x[from..] {
            self.highest[0] = self.highest[0].max(x);
            self.highest[1] = self.highest[1].max(-x);
        }
    }

    /// The level from which on a top of this sign may be flat because it was cut off.
    fn level(&self, is_positive: bool) -> f32 {
        self.threshold.unwrap_or(NEAR * self.highest[usize::from(!is_positive)]).max(LOWEST * NEAR)
    }

    /// The flat tops that begin at `from` or later and end before the last samples. Where a level is proven by three
    /// samples in a row, one or two that stand exactly there were cut off, too.
    pub fn find(&mut self, x: &[f32], from: usize) -> &[Run] {
        self.runs.clear();
        if highest_sample(&x[from..]) < self.level(true).min(self.level(false)) {
            return &self.runs;
        }
        self.each_top(x, from, |finder, run| {
            if run.to - run.from >= SHORTEST && is_cut(x, run) {
                finder.proven[usize::from(x[run.from] < 0.0)] = x[run.from].abs();
            }
        });
        self.each_top(x, from, |finder, run| {
            let is_proven = finder.is_proven(x[run.from]);
            let is_long = run.to - run.from >= SHORTEST;
            if if is_long { is_cut(x, run) } else { is_proven && falls_off(x, run) } {
                finder.runs.push(run);
            }
        });
        &self.runs
    }

    /// Whether a sample stands exactly where tops were cut off.
    fn is_proven(&self, x: f32) -> bool {
        x.abs() == self.proven[usize::from(x < 0.0)]
    }

    /// Hands out what stands at the clip level in a row, from `from` on.
    fn each_top(&mut self, x: &[f32], from: usize, mut each: impl FnMut(&mut Self, Run)) {
        let mut at = from.max(STEPS + 1);
        while at + STEPS + 1 < x.len() {
            let sign = x[at].signum();
            if sign * x[at] < self.level(sign > 0.0) {
                at += 1;
                continue;
            }
            let end = |flat: &dyn Fn(usize) -> bool| (at + 1..x.len()).find(|&n| !flat(n)).unwrap_or(x.len());
            let to = if let Some(threshold) = self.threshold {
                end(&|n| sign * x[n] >= threshold)
            } else {
                let equal = end(&|n| x[n] == x[at]);
                let is_sure = equal - at >= SHORTEST || self.is_proven(x[at]);
                let dithered = if is_sure { equal } else { end(&|n| (x[n] - x[n - 1]).abs() <= FLAT) };
                if is_dithered(&x[at..dithered]) { dithered } else { equal }
            };
            if to + STEPS < x.len() && to - at <= self.longest {
                each(self, Run { from: at, to });
            }
            at = to;
        }
    }
}

/// Whether samples that nearly equal each other are long enough a top, and not one that is equal to the bit after all.
fn is_dithered(top: &[f32]) -> bool {
    top.len() >= DITHERED && !top.array_windows::<SHORTEST>().any(|[a, b, c]| a == b && b == c)
}

/// Whether a top falls off on both sides, and steeper than a soft one that is only rounded.
fn falls_off(x: &[f32], run: Run) -> bool {
    let (top, sign) = (x[run.from].abs(), x[run.from].signum());
    let falls = |near: usize, far: usize| {
        let [near, far] = [near, far].map(|n| sign * x[n]);
        near < top && top - near.min(far) >= STEEP
    };
    falls(run.from - 1, run.from - SHOULDER) && falls(run.to, run.to + SHOULDER - 1)
}

/// Whether a top was cut off: the wave moved before it was flat, or moves behind it.
fn is_cut(x: &[f32], run: Run) -> bool {
    let moves = |around: &[f32], step: f32| {
        let mut steps = [0.0; STEPS];
        steps.iter_mut().zip(around.windows(2)).for_each(|(step, pair)| *step = (pair[1] - pair[0]).abs());
        step <= JUMP * *steps.select_nth_unstable_by(STEPS / 2, f32::total_cmp).1 + STEEP
    };
    let before = &x[run.from - 1 - STEPS..run.from];
    let behind = &x[run.to..=run.to + STEPS];
    falls_off(x, run)
        && (moves(before, (x[run.from] - x[run.from - 1]).abs())
            || moves(behind, (x[run.to] - x[run.to - 1]).abs()))
}
