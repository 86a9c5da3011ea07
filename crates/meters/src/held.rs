use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::power::SILENCE;
use crate::sums::pair;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "held",
    version: 1,
    about: "Whether peaks are held at one level, as a limiter or clipper holds them, also where the level was changed \
            after it. Of every 100 ms the highest sample: how many stand together at one level close to \
            the top, how many more than just below, and how many different sounds they are, by their loudness re the peak. \
            Equal notes make equal peaks of equal loudness; only a limiter makes equal peaks of unequal sounds.",
    quantities: &[Quantity::HeldPeaks, Quantity::HeldOver, Quantity::HeldVariety],
    build: |spec| Box::new(Held::new(spec)),
};

const TILES_A_SECOND: usize = 100;
const TILES_A_HOP: u64 = 10;
const FEWEST_HOPS: usize = 50;
/// Hops with lower peaks, re the highest, are pauses.
const ACTIVE: f32 = 0.1;
/// Peaks are counted in cells of this many dB below the highest.
const CELL_DB: f64 = 0.1;
const CELLS: usize = 45;
/// What counts as one level.
const TOGETHER: usize = 3;
/// The level may stand so many cells below the highest peak: coding and filters let a few peaks pass it.
const LOWEST_LEVEL: usize = 30;
/// Of all peaks at the level, so many may be above it.
const MOST_ABOVE: f64 = 0.15;
/// The cells below the level with which it is compared.
const BELOW: usize = 9;
/// Equal notes are equal to this.
const VARIETY_CELL_DB: f64 = 0.1;

struct Held {
    tile_frames: usize,
    waiting: [Vec<f32>; 2],
    tiles: u64,
    /// Peak and energy of the last two tiles.
    last: [(f32, f32); 2],
    hops: Vec<Hop>,
}

/// The highest peak of a hop, and the energy of the tile it is in and of those beside it.
#[derive(Clone, Copy, Default)]
struct Hop {
    peak: f32,
    around: f32,
}

impl Held {
    fn new(spec: &Spec) -> Self {
        let tile_frames = (spec.rate_hz as usize / TILES_A_SECOND).max(1);
        let waiting = || Vec::with_capacity(tile_frames);
        Self {
            tile_frames,
            waiting: [waiting(), waiting()],
            tiles: 0,
            last: [(0.0, 0.0); 2],
            hops: Vec::new(),
        }
    }

    fn tile(&mut self, left: &[f32], right: &[f32]) {
        let (l, r) = (peak_and_energy(left), peak_and_energy(right));
        let next = (l.0.max(r.0), l.1 + r.1);
        if let Some(middle) = self.tiles.checked_sub(1) {
            let [before, at] = self.last;
            let hop = (middle / TILES_A_HOP) as usize;
            if hop >= self.hops.len() {
                self.hops.resize(hop + 1, Hop::default());
            }
            if at.0 > self.hops[hop].peak {
                self.hops[hop] = Hop { peak: at.0, around: before.1 + at.1 + next.1 };
            }
        }
        self.last = [self.last[1], next];
        self.tiles += 1;
    }
}

fn peak_and_energy(x: &[f32]) -> (f32, f32) {
    let (mut peaks, mut sums) = ([0f32; 8], [0f32; 8]);
    let (chunks, rest) = x.as_chunks::<8>();
    for chunk in chunks {
        for ((peak, sum), &x) in peaks.iter_mut().zip(&mut sums).zip(chunk) {
            *peak = if x.abs() > *peak { x.abs() } else { *peak };
            *sum += x * x;
        }
    }
    let peak = peaks.iter().chain(rest).fold(0f32, |peak, x| peak.max(x.abs()));
    (peak, sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>())
}

/// What stands together: the share of the active hops in percent, how many times as dense as below, and how many dB of
/// loudness around the peaks are taken, each cell once.
#[derive(Default)]
struct Level {
    percent: f64,
    over: f64,
    variety_db: f64,
}

impl Held {
    fn level(&self) -> Option<Level> {
        let highest = self.hops.iter().fold(0f32, |max, hop| max.max(hop.peak));
        let active: Vec<&Hop> = self.hops.iter().filter(|hop| hop.peak > ACTIVE * highest).collect();
        if active.len() < FEWEST_HOPS {
            return None;
        }
        let cell = |hop: &Hop| (-20.0 * libm::log10((hop.peak / highest).into()) / CELL_DB) as usize;
        let mut counts = [0usize; CELLS];
        for hop in &active {
            if let Some(count) = counts.get_mut(cell(hop)) {
                *count += 1;
            }
        }
        let together = |from: usize| counts[from..from + TOGETHER].iter().sum::<usize>();
        let is_top = |from: &usize| {
            counts[..*from].iter().sum::<usize>() as f64 <= MOST_ABOVE * together(*from) as f64
        };
        let from = (0..=LOWEST_LEVEL).filter(is_top).max_by_key(|&from| (together(from), CELLS - from))?;
        let below: usize = counts[from + TOGETHER..from + TOGETHER + BELOW].iter().sum();
        let held = active.iter().filter(|hop| (from..from + TOGETHER).contains(&cell(hop)));
        let loudness = held.map(|hop| {
            let db = 10.0 * libm::log10((hop.around / (hop.peak * hop.peak)).into());
            (db / VARIETY_CELL_DB).round() as i32
        });
        let mut sounds: Vec<i32> = loudness.collect();
        sounds.sort_unstable();
        sounds.dedup();
        let of_one_level = below as f64 * TOGETHER as f64 / BELOW as f64;
        Some(Level {
            percent: 100.0 * together(from) as f64 / active.len() as f64,
            over: together(from) as f64 / of_one_level.max(1.0),
            variety_db: sounds.len() as f64 * VARIETY_CELL_DB,
        })
    }
}

impl Meter for Held {
    fn push(&mut self, block: &Audio) {
        let Some((mut left, mut right)) = pair(block) else { return };
        while !left.is_empty() {
            let fits = left.len().min(self.tile_frames - self.waiting[0].len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            if fits == self.tile_frames {
                self.tile(l.0, r.0);
            } else {
                self.waiting[0].extend_from_slice(l.0);
                self.waiting[1].extend_from_slice(r.0);
                if self.waiting[0].len() == self.tile_frames {
                    let [mut whole_left, mut whole_right] = std::mem::take(&mut self.waiting);
                    self.tile(&whole_left, &whole_right);
                    whole_left.clear();
                    whole_right.clear();
                    self.waiting = [whole_left, whole_right];
                }
            }
            (left, right) = (l.1, r.1);
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let silent = self.hops.iter().all(|hop| hop.peak == 0.0);
        let why = if silent { SILENCE } else { "less than five seconds of sound" };
        let level = self.level();
        let value = |of: fn(&Level) -> f64| Value::scalar_or(level.as_ref().map(of), why);
        vec![
            (Quantity::HeldPeaks, value(|level| level.percent)),
            (Quantity::HeldOver, value(|level| level.over)),
            (Quantity::HeldVariety, value(|level| level.variety_db)),
        ]
    }
}
