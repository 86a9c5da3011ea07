use crate::pauses::{BANDS, Noise};

/// What lies within so much of each other is one noise, in dB.
const WIDE_DB: f32 = 3.0;
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
/// frames differ by no more than this as power, which is 1.3 dB.
const EVEN: [f64; 2] = [0.2, 0.8];
const EVEN_BANDS: f64 = 0.2;
const EVEN_POWER: f64 = 1.35;

/// The frames in which nothing but the floor is heard.
pub struct Floor {
    /// K-weighted, of both channels together.
    pub power: f64,
    pub frames: Vec<usize>,
}

impl Floor {
    /// From the level and power of each frame, and from the frames looked at closely.
    pub fn of(levels_db: &[f32], powers: &[f32], close: &[Noise]) -> Option<Self> {
        let mut levels: Vec<f32> = close.iter().filter(|n| n.is_noise).map(|n| n.level_db).collect();
        levels.sort_by(f32::total_cmp);
        let below = |to: f32| levels.partition_point(|&level| level < to);
        let within = |from: f32| below(from + WIDE_DB) - below(from);
        let from = levels.iter().copied().max_by_key(|&level| within(level))?;
        let on_it = |level: f32| level >= from && level < from + WIDE_DB;
        let count = within(from);
        let looked_at = close.iter().filter(|n| on_it(n.level_db)).count();
        let all = levels_db.iter().filter(|&&level| on_it(level)).count();
        let softer = levels_db.iter().filter(|&&level| level < from - 1.0).count();
        let noises: Vec<&Noise> = close.iter().filter(|n| n.is_noise && on_it(n.level_db)).collect();
        let of_band = |band: usize, share: f64| quantile(noises.iter().map(|n| n.bands[band]), share);
        let power: f64 = (0..BANDS).map(|band| of_band(band, SOFTEST)).sum();
        let spread =
            |band: usize| (of_band(band, EVEN[1]) / of_band(band, EVEN[0]).max(f64::MIN_POSITIVE)) as f32;
        let spread = quantile((0..BANDS).map(spread), EVEN_BANDS);
        let plays = quantile(powers.iter().copied(), PLAYS);
        let is_floor = count >= FEWEST
            && count as f64 >= NOISY * looked_at as f64
            && count >= PILE * within(from + WIDE_DB)
            && softer as f64 <= SOFTER * all as f64
            && spread <= EVEN_POWER
            && plays >= ABOVE * power;
        is_floor.then(|| Self { power, frames: noises.iter().map(|n| n.frame).collect() })
    }
}

/// The value below which this share lies.
fn quantile(values: impl Iterator<Item = f32>, share: f64) -> f64 {
    let mut values: Vec<f32> = values.collect();
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let rank = (share * last as f64).round() as usize;
    f64::from(*values.select_nth_unstable_by(rank, f32::total_cmp).1)
}
