use acetate_dsp::highest_sample;
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db, power_db};

use crate::power::percentile;
use crate::sums::{energy, pair};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "pile_up",
    version: 1,
    about: "Peaks of different sounds that stop at one level, as a limiter or a clipper leaves them, also where the \
            file was turned down or encoded afterwards: the highest sample of each moment that stands out for 20 ms, \
            and its crest factor over the 18 ms around it. Unlimited music has few peaks near its highest, and the \
            more the further below it one looks.",
    quantities: &[
        Quantity::PileUp,
        Quantity::PileUpPeaks,
        Quantity::PileUpKinds,
        Quantity::PileUpLevel,
        Quantity::PileUpAt,
    ],
    build: |spec| Box::new(PileUp::new(spec)),
};

/// Of these tiles a second time is made.
const TILES_A_SECOND: usize = 400;
/// A peak stands out over so many tiles on each side: a period of 50 Hz.
const REACH: usize = 8;
/// Its crest factor is heard over so many on each side.
const AROUND: usize = 3;
const RING: usize = 2 * REACH + 1;
/// Peaks this far below the highest do not matter, as an amplitude: 12 dB.
const LOW: f32 = 0.25;

/// The steps of level in which piles are looked for: limiters leave a narrow one, an encoder behind them widens it.
const STEPS_DB: [f64; 2] = [0.25, 0.5];
/// How far below the highest peak the step may begin: an encoder throws some peaks higher.
const BELOW_DB: [f64; 3] = [0.0, 0.25, 0.5];
/// Of the peaks in the pile, the share that may lie above it.
const ABOVE: f64 = 0.15;
/// Crest factors that are closer belong to one kind of sound.
const KIND_DB: f64 = 0.25;
const NO_PEAK: &str = "no peak stands out";

struct PileUp {
    rate_hz: f64,
    length: usize,
    /// Left and right of the tile that is not full yet.
    open: [Vec<f32>; 2],
    ring: [Tile; RING],
    tiles: usize,
    highest: f32,
    peaks: Vec<Peak>,
}

#[derive(Clone, Copy, Default)]
struct Tile {
    peak: f32,
    energy: f64,
}

struct Peak {
    tile: u32,
    level: f32,
    power: f32,
}

/// A step of level, and how many more peaks lie in it than in the step below.
#[derive(Clone, Copy)]
struct Pile {
    ratio: f64,
    from_db: f64,
    to_db: f64,
}

impl PileUp {
    fn new(spec: &Spec) -> Self {
        let length = (spec.rate_hz as usize / TILES_A_SECOND).max(1);
        Self {
            rate_hz: spec.rate(),
            length,
            open: [Vec::with_capacity(length), Vec::with_capacity(length)],
            ring: [Tile::default(); RING],
            tiles: 0,
            highest: 0.0,
            peaks: Vec::new(),
        }
    }

    fn push_tile(&mut self, left: &[f32], right: &[f32]) {
        let peak = highest_sample(left).max(highest_sample(right));
        self.ring[self.tiles % RING] = Tile { peak, energy: energy(left) + energy(right) };
        self.highest = self.highest.max(peak);
        self.tiles += 1;
        if self.tiles > REACH {
            self.judge(self.tiles - 1 - REACH);
        }
    }

    /// Whether the tile that all its neighbours are known of holds a peak.
    fn judge(&mut self, tile: usize) {
        let at = |tile: usize| self.ring[tile % RING];
        let Tile { peak, .. } = at(tile);
        let stands_out = |by: usize| peak > at(tile + by).peak && peak >= at(tile + RING - by).peak;
        if peak == 0.0 || peak < LOW * self.highest || !(1..=REACH).all(stands_out) {
            return;
        }
        let sum: f64 = (0..=2 * AROUND).map(|n| at(tile + RING + n - AROUND).energy).sum();
        let power = (sum / ((2 * AROUND + 1) * 2 * self.length) as f64) as f32;
        self.peaks.push(Peak { tile: tile as u32, level: peak, power });
    }

    /// The step of level with the most peaks beside the step below it.
    fn pile(&self) -> Option<Pile> {
        let mut levels: Vec<f64> = self.peaks.iter().filter_map(Peak::level_db).collect();
        levels.sort_by(|a, b| b.total_cmp(a));
        let highest_db = *levels.first()?;
        let above = |level_db: f64| levels.partition_point(|&level| level > level_db) as f64;
        let pile = |step_db: f64, below_db: f64| {
            // the highest peak itself lies in the first step
            let to_db = if below_db > 0.0 { highest_db - below_db } else { f64::INFINITY };
            let from_db = highest_db - below_db - step_db;
            let (higher, all) = (above(to_db), above(from_db));
            let (inside, beneath) = (all - higher, above(from_db - step_db) - all);
            let is_top = inside > 0.0 && higher <= ABOVE * inside;
            is_top.then_some(Pile { ratio: inside / beneath.max(1.0), from_db, to_db })
        };
        let piles = STEPS_DB.iter().flat_map(|step| BELOW_DB.iter().filter_map(|below| pile(*step, *below)));
        piles.max_by(|a, b| a.ratio.total_cmp(&b.ratio))
    }

    fn inside(&self, pile: Pile) -> impl Iterator<Item = &Peak> {
        self.peaks
            .iter()
            .filter(move |peak| peak.level_db().is_some_and(|db| db > pile.from_db && db <= pile.to_db))
    }

    fn over_time(&self, pile: Pile) -> Value {
        let mut values = vec![Some(0.0); (self.tiles / TILES_A_SECOND) + 1];
        for peak in self.inside(pile) {
            if let Some(Some(count)) = values.get_mut(peak.tile as usize / TILES_A_SECOND) {
                *count += 1.0;
            }
        }
        let hop_ms = 1000.0 * (self.length * TILES_A_SECOND) as f64 / self.rate_hz;
        Value::Timeline { start_ms: 0.0, hop_ms, values }
    }
}

impl Peak {
    fn level_db(&self) -> Option<f64> {
        amplitude_db(self.level.into())
    }

    fn crest_db(&self) -> Option<f64> {
        Some(self.level_db()? - power_db(self.power.into())?)
    }
}

impl Meter for PileUp {
    fn push(&mut self, block: &Audio) {
        let Some((mut left, mut right)) = pair(block) else { return };
        while !left.is_empty() {
            let taken = left.len().min(self.length - self.open[0].len());
            let (l, r) = (left.split_at(taken), right.split_at(taken));
            (left, right) = (l.1, r.1);
            if taken == self.length {
                self.push_tile(l.0, r.0);
                continue;
            }
            self.open[0].extend_from_slice(l.0);
            self.open[1].extend_from_slice(r.0);
            if self.open[0].len() == self.length {
                let mut open = std::mem::take(&mut self.open);
                self.push_tile(&open[0], &open[1]);
                open.iter_mut().for_each(Vec::clear);
                self.open = open;
            }
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let Some(pile) = self.pile() else {
            let none = |&quantity: &Quantity| (quantity, Value::Undefined(NO_PEAK.to_owned()));
            return ENTRY.quantities.iter().map(none).collect();
        };
        let mut kinds: Vec<i64> =
            self.inside(pile).filter_map(Peak::crest_db).map(|db| (db / KIND_DB).floor() as i64).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut levels: Vec<f64> = self.inside(pile).filter_map(Peak::level_db).collect();
        vec![
            (Quantity::PileUp, Value::Scalar(pile.ratio)),
            (Quantity::PileUpPeaks, Value::Scalar(levels.len() as f64)),
            (Quantity::PileUpKinds, Value::Scalar(kinds.len() as f64)),
            (Quantity::PileUpLevel, Value::scalar_or(percentile(&mut levels, 0.5), NO_PEAK)),
            (Quantity::PileUpAt, self.over_time(pile)),
        ]
    }
}
