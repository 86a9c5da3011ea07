use acetate_dsp::Hops;
use acetate_model::{Comparison, ComparisonEntry, Ensemble, Place, Quantity, Relation, Spec, Value};

use crate::sums::pair;

pub(crate) const ENTRY: ComparisonEntry = ComparisonEntry {
    id: "onsets",
    version: 1,
    about: "Lays the onsets of each stem over those of the rest: how much later they come, how well they match \
            there, and how well they match in time. A stem that was exported from another start lies beside the \
            beat of the others by the same time all along. Onsets are rises of the level above the bass in \
            steps of five milliseconds; their correlation with the rest is averaged over stretches of the song.",
    quantities: &[
        Quantity::OnsetLag,
        Quantity::OnsetMatch,
        Quantity::OnsetInTime,
        Quantity::OnsetGrid,
        Quantity::OnsetSteady,
    ],
    build: |spec, stems| Box::new(Onsets::new(spec, stems)),
};

/// The step of an envelope.
const HOP_MS: u32 = 5;

/// Steps that are judged together: some bars. Each stretch half overlaps the next.
const STRETCH: usize = 2400;

/// The longest lag that is looked for, in steps.
const LONGEST: usize = 60;

/// Lags within this count as in time, in steps: musicians play no tighter.
const IN_TIME: usize = 3;

/// A match this close to the best is as good.
const NEARLY: f64 = 0.85;

/// Steps before a rise over which its start is averaged.
const BEFORE: usize = 4;

/// A level this far below a stem's mean is no sound, as a power: what rises from there to there is no beat.
const SILENT: f32 = 0.1;

/// The smallest rise that is an onset, in nepers of power: 3 dB.
const RISE: f32 = 0.7;

/// Fewer onsets in a stretch tell no rhythm.
const FEWEST_ONSETS: usize = 8;

/// Fewer stretches cannot be steady.
const FEWEST_STRETCHES: usize = 3;

struct Onsets {
    stems: Vec<Place>,
    hops: Vec<Hops>,
    /// The last sample of each stem, for the difference.
    last: Vec<f32>,
    sums: Vec<f64>,
    /// Power of each step.
    envelopes: Vec<Vec<f32>>,
}

impl Onsets {
    fn new(spec: &Spec, stems: &[Place]) -> Self {
        let count = stems.len();
        Self {
            stems: stems.to_vec(),
            hops: vec![Hops::of_ms(spec.rate_hz, HOP_MS); count],
            last: vec![0.0; count],
            sums: vec![0.0; count],
            envelopes: vec![Vec::new(); count],
        }
    }
}

impl Comparison for Onsets {
    fn push(&mut self, block: &Ensemble) {
        let frames = block.sum.frames();
        for (nth, stem) in block.stems.iter().enumerate() {
            let (left, right) = pair(stem).unwrap_or((&[], &[]));
            for part in self.hops[nth].parts(frames) {
                let sounding = part.from.min(left.len())..part.to.min(left.len());
                let mut sum = self.sums[nth];
                let mut last = self.last[nth];
                for (l, r) in left[sounding.clone()].iter().zip(&right[sounding]) {
                    let now = 0.6 * l + 0.4 * r;
                    let rise = now - last;
                    sum += f64::from(rise * rise);
                    last = now;
                }
                self.last[nth] = last;
                self.sums[nth] = sum;
                if part.ends {
                    self.envelopes[nth].push(sum as f32);
                    self.sums[nth] = 0.0;
                }
            }
        }
    }

    fn read(&self) -> Vec<Relation> {
        let onsets: Vec<Vec<f32>> = self.envelopes.iter().map(|e| onsets(e)).collect();
        let steps = onsets.iter().map(Vec::len).max().unwrap_or(0);
        let mut all = vec![0.0; steps];
        for of_stem in &onsets {
            all.iter_mut().zip(of_stem).for_each(|(all, one)| *all += one);
        }
        let of_stem = |nth: usize| {
            let rest: Vec<f32> = all.iter().zip(&onsets[nth]).map(|(all, one)| all - one).collect();
            let beat = Beat::of(&onsets[nth], &rest)?;
            Some(beat.values().map(move |(quantity, value)| Relation {
                of: self.stems[nth].clone(),
                against: Place::Master,
                quantity,
                value: Value::Scalar(value),
            }))
        };
        (0..self.stems.len()).filter_map(of_stem).flatten().collect()
    }
}

/// How strongly the level rises in each step; zero where it does not.
fn onsets(envelope: &[f32]) -> Vec<f32> {
    let mean = envelope.iter().sum::<f32>() / envelope.len().max(1) as f32;
    let floor = SILENT * mean;
    if floor <= 0.0 {
        return vec![0.0; envelope.len()];
    }
    let levels: Vec<f32> = envelope.iter().map(|power| libm::logf(power + floor)).collect();
    let mut rises = vec![0.0; levels.len()];
    for step in BEFORE..levels.len() {
        let before = levels[step - BEFORE..step].iter().sum::<f32>() / BEFORE as f32;
        let rise = levels[step] - before;
        rises[step] = if rise > RISE { rise } else { 0.0 };
    }
    // only the crest of a rise is its moment
    let crest = |step: usize| {
        let around = step.saturating_sub(BEFORE)..(step + BEFORE + 1).min(rises.len());
        rises[step] > 0.0 && rises[around].iter().all(|&r| r <= rises[step])
    };
    let crests: Vec<f32> =
        (0..rises.len()).map(|step| if crest(step) { rises[step].min(3.0) } else { 0.0 }).collect();
    crests
}

/// How a stem's onsets lie to those of the rest.
struct Beat {
    /// Mean correlation at each lag from -LONGEST to LONGEST.
    mean: Vec<f64>,
    /// The same of the rest beside itself.
    grid: Vec<f64>,
    /// The correlations of each stretch.
    stretches: Vec<Vec<f64>>,
}

impl Beat {
    fn of(stem: &[f32], rest: &[f32]) -> Option<Self> {
        let (mut mean, mut grid) = (vec![0.0; 2 * LONGEST + 1], vec![0.0; 2 * LONGEST + 1]);
        let mut stretches: Vec<Vec<f64>> = Vec::new();
        let last = stem.len().saturating_sub(STRETCH / 2);
        for from in (0..last).step_by(STRETCH / 2) {
            let to = (from + STRETCH).min(stem.len());
            let enough = |o: &[f32]| o[from..to].iter().filter(|&&o| o > 0.0).count() >= FEWEST_ONSETS;
            if !enough(stem) || !enough(rest) {
                continue;
            }
            let (stem, rest) = (spread(&stem[from..to]), spread(&rest[from..to]));
            let beside = correlation(&stem, &rest);
            mean.iter_mut().zip(&beside).for_each(|(m, c)| *m += c);
            grid.iter_mut().zip(correlation(&rest, &rest)).for_each(|(m, c)| *m += c);
            stretches.push(beside);
        }
        let count = stretches.len() as f64;
        mean.iter_mut().chain(&mut grid).for_each(|m| *m /= count);
        (stretches.len() >= FEWEST_STRETCHES).then_some(Self { mean, grid, stretches })
    }

    /// Where both match best; of lags that match nearly as well, the shortest.
    fn lag(&self) -> i64 {
        let longest = LONGEST as i64;
        let best = self.mean.iter().copied().fold(f64::MIN, f64::max);
        let at = |lag: i64| self.mean[(lag + longest) as usize];
        let is_crest = |lag: &i64| {
            let around = (lag - 2).max(-longest)..=(lag + 2).min(longest);
            at(*lag) >= NEARLY * best && around.into_iter().all(|near| at(near) <= at(*lag))
        };
        (-longest..=longest).filter(is_crest).min_by_key(|lag| lag.abs()).unwrap_or(0)
    }

    fn values(&self) -> impl Iterator<Item = (Quantity, f64)> + use<> {
        let lag = self.lag();
        let highest = |of: &[f64], around: i64, reach: i64| {
            let longest = LONGEST as i64;
            let lags = (around - reach).max(-longest)..=(around + reach).min(longest);
            lags.map(|lag| of[(lag + longest) as usize]).fold(f64::MIN, f64::max)
        };
        let reach = IN_TIME as i64;
        let is_there = |beside: &&Vec<f64>| {
            let here = highest(beside, lag, 1);
            here >= 0.5 * highest(&self.mean, lag, 1) && here > 2.0 * highest(beside, 0, reach)
        };
        let steady = self.stretches.iter().filter(is_there).count() as f64 / self.stretches.len() as f64;
        [
            (Quantity::OnsetLag, f64::from(HOP_MS) * lag as f64),
            (Quantity::OnsetMatch, highest(&self.mean, lag, 0)),
            (Quantity::OnsetInTime, highest(&self.mean, 0, reach)),
            (Quantity::OnsetGrid, highest(&self.grid, lag, 2)),
            (Quantity::OnsetSteady, 100.0 * steady),
        ]
        .into_iter()
    }
}

/// Onsets a little wider, so that two that nearly meet still do.
fn spread(onsets: &[f32]) -> Vec<f64> {
    let at = |n: usize| f64::from(onsets.get(n).copied().unwrap_or(0.0));
    (0..onsets.len()).map(|n| 0.5 * at(n.wrapping_sub(1)) + at(n) + 0.5 * at(n + 1)).collect()
}

/// Normalised correlation without the means, the first later than the second by each lag.
fn correlation(stem: &[f64], rest: &[f64]) -> Vec<f64> {
    let centred = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x - mean).collect::<Vec<f64>>()
    };
    let (stem, rest) = (centred(stem), centred(rest));
    let norm = (stem.iter().map(|x| x * x).sum::<f64>() * rest.iter().map(|x| x * x).sum::<f64>()).sqrt();
    let longest = LONGEST as i64;
    (-longest..=longest)
        .map(|lag| {
            let (skip_stem, skip_rest) = (lag.max(0) as usize, (-lag).max(0) as usize);
            let sum: f64 = stem[skip_stem..].iter().zip(&rest[skip_rest..]).map(|(s, r)| s * r).sum();
            if norm > 0.0 { sum / norm } else { 0.0 }
        })
        .collect()
}
