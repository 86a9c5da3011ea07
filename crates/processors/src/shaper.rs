use std::f64::consts::PI;

use acetate_dsp::{Cascade, FIR_TILE, Full, Oversampler, Section, Windows, middle};
use acetate_model::{Block, Reduction, Spec};
use wide::f64x2;

use crate::shares::Shares;

/// Frames of a hop at rates up to 50 kHz; as long in time above. Energies are heard over as much.
const HOP: usize = 256;
/// Up to here a rate is not doubled once less.
const LOW_RATE: u32 = 50_000;
/// What is so small is nothing: it would decay into denormal numbers.
const TINY: f64 = 1e-30;

/// A curve without memory, told as what it takes away.
pub trait Shape {
    /// How often the rate is doubled for it, from a low rate.
    const DOUBLINGS: usize;
    /// How many samples to each side of one it looks at.
    const REACH: usize;
    /// Up to this magnitude it takes nothing.
    fn untouched(&self) -> f32;
    /// What it takes of each sample of `x` but those of its reach at both ends.
    fn take(&self, x: &[f32], taken: &mut [f32]);
    /// How much lower a peak becomes.
    fn reduction_db(&self, _peak: f32) -> f64 {
        0.0
    }
}

/// Filters around a curve.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// What the curve hears.
    pub before: Vec<Section>,
    /// What it takes passes this.
    pub after: Vec<Section>,
}

/// Bends a signal at a high rate, so that no aliases are heard, and lets linked signals share what is taken away.
///
/// The signal itself is only delayed: where nothing is taken no bit changes. Works hop by hop on a grid of its own, so
/// that the block size changes nothing.
pub struct Shaper<S> {
    shape: S,
    /// The output is this much of the signal …
    linear: f32,
    /// … less this much of what is taken.
    amount: f32,
    windows: Windows,
    around: Option<Filters>,
    oversamplers: Vec<Oversampler>,
    /// What was taken from each channel of the main signal: what is early still, then a hop.
    taken: Vec<Vec<f32>>,
    /// The hop of it that leaves.
    leaving: Vec<Vec<f32>>,
    shares: Shares,
    hop_db: f64,
    reduction: [Reduction; 1],
}

impl<S: Shape> Shaper<S> {
    pub fn new(spec: &Spec, shape: S, linear: f64, amount: f64, around: &Around) -> Self {
        let halvings = spec.rate_hz.div_ceil(LOW_RATE).next_power_of_two().ilog2() as usize;
        let hop = HOP << halvings;
        let oversampler = Oversampler::new(S::DOUBLINGS.saturating_sub(halvings).max(1), hop, S::REACH);
        debug_assert!(oversampler.latency() <= hop / 2 && oversampler.before() <= hop);
        let early = hop / 2 - oversampler.latency();
        Self {
            shape,
            linear: linear as f32,
            amount: amount as f32,
            windows: Windows::new(hop / 2, spec.channels * (1 + spec.linked)),
            around: (!around.before.is_empty() || !around.after.is_empty())
                .then(|| Filters::new(around, spec.channels, hop)),
            oversamplers: vec![oversampler; spec.channels],
            taken: vec![vec![0.0; early + hop]; spec.channels],
            leaving: vec![vec![0.0; hop]; spec.channels],
            shares: Shares::new(spec.linked, spec.channels, hop),
            hop_db: 0.0,
            reduction: [Reduction::default()],
        }
    }

    pub fn process(&mut self, block: &mut Block) {
        let (mut done, mut sum, mut max) = (0, 0f64, 0f64);
        while done < block.frames() {
            let frames = self.windows.exchange(block, done);
            done += frames;
            sum += frames as f64 * self.hop_db;
            max = max.max(self.hop_db);
            self.advance();
        }
        if done > 0 {
            self.reduction = [Reduction { mean_db: (sum / done as f64) as f32, max_db: max as f32 }];
        }
    }

    pub fn reset(&mut self) {
        self.windows.reset();
        self.oversamplers.iter_mut().for_each(Oversampler::reset);
        self.taken.iter_mut().for_each(|taken| taken.fill(0.0));
        if let Some(filters) = &mut self.around {
            filters.reset();
        }
        self.hop_db = 0.0;
        self.reduction = [Reduction::default()];
    }

    pub fn latency(&self) -> usize {
        self.windows.latency()
    }

    pub fn reductions(&self) -> &[Reduction; 1] {
        &self.reduction
    }

    /// Works on the windows once they are full.
    fn advance(&mut self) {
        let Self { shape, windows, around, oversamplers, taken, leaving, .. } = self;
        let Some(Full { heard, ready }) = windows.full() else { return };
        let (main, linked) = heard.split_at(oversamplers.len());
        let (main_ready, linked_ready) = ready.split_at_mut(oversamplers.len());
        let peak = take(shape, main, around.as_mut(), oversamplers, taken);
        self.hop_db = if peak > 0.0 { shape.reduction_db(peak) } else { 0.0 };
        for (taken, leaving) in taken.iter_mut().zip(leaving.iter_mut()) {
            for (leaving, taken) in leaving.iter_mut().zip(&*taken) {
                *leaving = self.amount * taken;
            }
            taken.copy_within(leaving.len().., 0);
        }
        for ((x, y), leaving) in main.iter().zip(main_ready).zip(&*leaving) {
            for ((y, x), taken) in y.iter_mut().zip(middle(x)).zip(leaving) {
                *y = x * self.linear - taken;
            }
        }
        if leaving.iter().flatten().all(|&taken| taken == 0.0) {
            for (x, y) in linked.iter().zip(linked_ready) {
                y.iter_mut().zip(middle(x)).for_each(|(y, x)| *y = x * self.linear);
            }
        } else {
            self.shares.hear(linked);
            self.shares.deal(linked, self.linear, leaving, linked_ready);
        }
    }
}

/// Puts what is taken of the newest hop of each channel behind what is early still; returns the highest magnitude met.
fn take<S: Shape>(
    shape: &S,
    main: &[Vec<f32>],
    mut around: Option<&mut Filters>,
    oversamplers: &mut [Oversampler],
    taken: &mut [Vec<f32>],
) -> f32 {
    let heard = around.as_mut().map_or(main, |filters| filters.emphasise(main));
    let mut peak = 0f32;
    for ((x, oversampler), taken) in heard.iter().zip(oversamplers).zip(taken.iter_mut()) {
        let (highest, new) = oversampler.run(x, shape.untouched(), |x, taken| shape.take(x, taken));
        let from = taken.len() - new.len();
        taken[from..].copy_from_slice(new);
        peak = if highest > peak { highest } else { peak };
    }
    if let Some(filters) = around {
        filters.finish(taken);
    }
    peak
}

/// The filters around a curve, for pairs of channels.
struct Filters {
    before: Vec<Cascade>,
    after: Vec<Cascade>,
    /// Windows of what the curve hears.
    heard: Vec<Vec<f32>>,
    hop: usize,
}

impl Filters {
    fn new(around: &Around, channels: usize, hop: usize) -> Self {
        let pairs = |row: &[Section]| vec![Cascade::new(row, row); channels.div_ceil(2)];
        Self {
            before: pairs(&around.before),
            after: pairs(&around.after),
            heard: vec![vec![0.0; 2 * hop]; channels],
            hop,
        }
    }

    fn reset(&mut self) {
        self.before.iter_mut().chain(&mut self.after).for_each(Cascade::reset);
        self.heard.iter_mut().for_each(|heard| heard.fill(0.0));
    }

    fn emphasise(&mut self, main: &[Vec<f32>]) -> &[Vec<f32>] {
        for (heard, x) in self.heard.iter_mut().zip(main) {
            heard.copy_within(self.hop.., 0);
            heard[self.hop..].copy_from_slice(&x[self.hop..]);
        }
        run(&mut self.before, &mut self.heard, self.hop);
        &self.heard
    }

    fn finish(&mut self, taken: &mut [Vec<f32>]) {
        run(&mut self.after, taken, self.hop);
    }
}

/// Filters the last `frames` of each channel in place.
fn run(cascades: &mut [Cascade], channels: &mut [Vec<f32>], frames: usize) {
    let mut tile = [f64x2::ZERO; FIR_TILE];
    let solid = |x: f64| if x.abs() < TINY { 0.0 } else { x as f32 };
    for (pair, cascade) in channels.chunks_mut(2).zip(cascades).filter(|(_, cascade)| !cascade.is_empty()) {
        let from = pair[0].len() - frames;
        for at in (from..from + frames).step_by(FIR_TILE) {
            let to = (at + FIR_TILE).min(from + frames);
            let last = pair.len() - 1;
            for ((frame, &l), &r) in tile.iter_mut().zip(&pair[0][at..to]).zip(&pair[last][at..to]) {
                *frame = f64x2::new([f64::from(l), f64::from(r)]);
            }
            cascade.run(&mut tile[..to - at]);
            for (lane, channel) in pair.iter_mut().enumerate() {
                for (x, frame) in channel[at..to].iter_mut().zip(&tile) {
                    *x = solid(frame.to_array()[lane]);
                }
            }
        }
    }
}

/// The amplitude of the fundamental that a curve leaves of a sine.
pub fn fundamental(amplitude: f64, curve: impl Fn(f64) -> f64) -> f64 {
    const POINTS: u32 = 1024;
    let sum: f64 = (0..POINTS)
        .map(|n| libm::sin(2.0 * PI * (f64::from(n) + 0.5) / f64::from(POINTS)))
        .map(|sine| curve(amplitude * sine) * sine)
        .sum();
    2.0 * sum / f64::from(POINTS)
}
