use crate::pauses::{BANDS, Noise};

/// What lies within so much of each other is one noise, in dB.
const WIDE_DB: f32 = 3.0;
/// The step in which levels are tried.
const STEP_DB: f32 = 0.5;
/// Frames that make up a floor at least: from pauses of a second and a half together.
const FEWEST: usize = 10;
/// Of the frames looked at on that level, the share that has no tones.
const NOISY: f64 = 0.6;
/// A tail passes through all levels alike; a noise has this many times as many frames as the level above it.
const PILE: usize = 3;
/// Frames softer than the floor, of those on it: a fade.
const SOFTER: f64 = 0.5;
/// What is heard besides the noise is never softer than it: in each band it is what is left in the softest frames.
const SOFTEST: f64 = 0.1;
/// What plays stands this far above the floor, as power: 20 dB; else it is the noise itself that plays.
const ABOVE: f64 = 100.0;
/// The share of frames that are softer than what plays.
const PLAYS: f64 = 0.98;
/// A noise that stays is alike in every pause: in the bands where it is alone, a fifth at least, these shares of the
/// frames differ by no more than this as power, which is 2 dB.
const EVEN: [f64; 2] = [0.2, 0.8];
const EVEN_BANDS: f64 = 0.2;
const EVEN_POWER: f64 = 1.58;

/// The frames in which nothing but the floor is heard.
pub struct Floor {
    /// K-weighted, of both channels together.
    pub power: f64,
    pub frames: Vec<usize>,
}

impl Floor {
    /// From the level and power of each frame, and from the frames looked at closely: the lowest level that is one.
    pub fn of(levels_db: &[f32], powers: &[f32], close: &[Noise]) -> Option<Self> {
        let plays = quantile(powers.iter().copied(), PLAYS);
        let mut noisy: Vec<f32> = close.iter().filter(|n| n.has_no_tones).map(|n| n.level_db).collect();
        noisy.sort_by(f32::total_cmp);
        let mut all = levels_db.to_vec();
        all.sort_by(f32::total_cmp);
        let mut last = f32::MIN;
        noisy.iter().copied().find_map(|from| {
            if from < last + STEP_DB {
                return None;
            }
            last = from;
            let count = between(&noisy, from, from + WIDE_DB);
            let softer = between(&all, f32::MIN, from - 1.0) as f64;
            let may_be = count >= FEWEST
                && count >= PILE * between(&noisy, from + WIDE_DB, from + 2.0 * WIDE_DB)
                && softer <= SOFTER * between(&all, from, from + WIDE_DB) as f64;
            if may_be { Self::at(from, close).filter(|floor| plays >= ABOVE * floor.power) } else { None }
        })
    }

    /// If what lies on that level is one noise.
    fn at(from: f32, close: &[Noise]) -> Option<Self> {
        let on_it = |n: &&Noise| n.level_db >= from && n.level_db < from + WIDE_DB;
        let looked_at = close.iter().filter(on_it).count();
        let noises: Vec<&Noise> = close.iter().filter(on_it).filter(|n| n.has_no_tones).collect();
        let of_band = |band: usize, share: f64| quantile(noises.iter().map(|n| n.bands[band]), share);
        let spread =
            |band: usize| (of_band(band, EVEN[1]) / of_band(band, EVEN[0]).max(f64::MIN_POSITIVE)) as f32;
        let is_one = noises.len() as f64 >= NOISY * looked_at as f64
            && quantile((0..BANDS).map(spread), EVEN_BANDS) <= EVEN_POWER;
        is_one.then(|| Self {
            power: (0..BANDS).map(|band| of_band(band, SOFTEST)).sum(),
            frames: noises.iter().map(|n| n.frame).collect(),
        })
    }
}

/// How many of rising values lie from one level to below another.
fn between(sorted: &[f32], from: f32, to: f32) -> usize {
    let below = |level: f32| sorted.partition_point(|&l| l < level);
    below(to) - below(from)
}

/// The value below which this share lies.
fn quantile(values: impl Iterator<Item = f32>, share: f64) -> f64 {
    let mut values: Vec<f32> = values.collect();
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let rank = (share * last as f64).round() as usize;
    f64::from(*values.select_nth_unstable_by(rank, f32::total_cmp).1)
}
