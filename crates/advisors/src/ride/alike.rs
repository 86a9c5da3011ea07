//! Moments of a stem that sound alike: what differs between them is no music but level.

/// How alike the spectra of two moments must be, as RMS over bands, in dB: there three quarters of the weight are lost.
/// As alike as this share of all pairs is, for machines repeat themselves better than players, and within limits.
const SHAPE_SHARE: f64 = 0.05;
const SHAPE_DB: [f64; 2] = [0.3, 3.0];
/// How alike the rest of the song must be in both, level included, in dB: the same place in the bar.
const AROUND_DB: f64 = 4.0;
/// Differences of level beyond this are notes that begin and decay, in dB.
const FARTHEST_DB: f64 = 18.0;
/// A stem sounds where it is not farther below its loud moments than this, in dB; and which of its moments are loud.
const SOUNDS_DB: f64 = 25.0;
const LOUD: f64 = 0.9;
/// Bands farther below a moment's loudest are taken for this far, and count the less the softer they are, in dB.
const DEEP_DB: f64 = 35.0;
const AUDIBLE_DB: f64 = 30.0;
/// Bands of a stem that carry so little of its power are left out.
const BAND_SHARE: f64 = 1e-3;
/// The rest of the song is silent where it is so far below its loudest cell, in dB.
const SILENT_DB: f64 = 60.0;
/// How far apart moments are compared, in hops: farther than a note decays, and no farther than the music is the same.
const APART: [usize; 2] = [3, 40];
/// What is no sound at all, as a power.
const NOTHING: f64 = 1e-14;

/// Two hops that sound alike.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub first: usize,
    pub second: usize,
    /// The level of the first over the second.
    pub over_db: f64,
    /// From 0, unlike, to 1.
    pub weight: f64,
}

/// Levels of one moment, with what its bands count from.
struct Moment {
    hop: usize,
    own: Vec<f64>,
    around: Vec<f64>,
}

/// Pairs of hops of a stem from its powers and those of all others together, `[hop][band]`, and how many hops sound.
pub fn pairs(own: &[f64], around: &[f64], bands: usize) -> (Vec<Pair>, usize) {
    let moments = moments(own, around, bands);
    let mut compared: Vec<(Pair, f64)> = Vec::new();
    for (n, first) in moments.iter().enumerate() {
        let later = moments[n + 1..].iter();
        let apart = later.skip_while(|m| m.hop - first.hop < APART[0]);
        for second in apart.take_while(|m| m.hop - first.hop <= APART[1]) {
            let (over_db, shape) = difference(&first.own, &second.own);
            let (mean, spread) = difference(&first.around, &second.around);
            let far = (over_db / FARTHEST_DB) * (over_db / FARTHEST_DB);
            let weight = alike(spread + mean * mean, AROUND_DB) / (1.0 + far * far);
            compared.push((Pair { first: first.hop, second: second.hop, over_db, weight }, shape));
        }
    }
    let limit_db = typical(compared.iter().map(|(_, shape)| *shape).collect());
    let weighed = |(pair, shape): (Pair, f64)| Pair { weight: pair.weight * alike(shape, limit_db), ..pair };
    let pairs = compared.into_iter().map(weighed).collect();
    (pairs, moments.len())
}

/// From 1 for no difference towards 0, by a squared difference and the limit of what is alike.
fn alike(squared: f64, limit: f64) -> f64 {
    let share = 1.0 / (1.0 + squared / (limit * limit));
    share * share
}

/// How far the pairs that are most alike differ, from squared differences.
fn typical(mut shapes: Vec<f64>) -> f64 {
    let nth = (SHAPE_SHARE * shapes.len() as f64) as usize;
    if nth >= shapes.len() {
        return SHAPE_DB[1];
    }
    let (_, squared, _) = shapes.select_nth_unstable_by(nth, f64::total_cmp);
    squared.sqrt().clamp(SHAPE_DB[0], SHAPE_DB[1])
}

/// The hops in which a stem sounds.
fn moments(own: &[f64], around: &[f64], bands: usize) -> Vec<Moment> {
    let hops = own.len() / bands.max(1);
    let mean = |band: usize| own.iter().skip(band).step_by(bands).sum::<f64>();
    let means: Vec<f64> = (0..bands).map(mean).collect();
    let most = means.iter().copied().fold(0.0, f64::max);
    let kept: Vec<usize> = (0..bands).filter(|&band| means[band] > BAND_SHARE * most).collect();
    let power = |hop: usize| kept.iter().map(|band| own[hop * bands + band]).sum::<f64>();
    let mut sorted: Vec<f64> = (0..hops).map(power).collect();
    sorted.sort_by(f64::total_cmp);
    let loud = sorted.get((LOUD * hops.saturating_sub(1) as f64) as usize).copied().unwrap_or(0.0);
    let least = (loud * libm::exp10(-SOUNDS_DB / 10.0)).max(NOTHING);
    let loudest = around.iter().copied().fold(0.0, f64::max);
    let silent = level(loudest) - SILENT_DB;
    let sounding = (0..hops).filter(|&hop| power(hop) > least);
    sounding
        .map(|hop| {
            let all = &around[hop * bands..(hop + 1) * bands];
            Moment {
                hop,
                own: floored(kept.iter().map(|band| level(own[hop * bands + band])).collect()),
                around: floored(all.iter().map(|&power| level(power).max(silent)).collect()),
            }
        })
        .collect()
}

fn level(power: f64) -> f64 {
    10.0 * libm::log10(power.max(NOTHING))
}

fn floored(levels: Vec<f64>) -> Vec<f64> {
    let floor = highest(&levels) - DEEP_DB;
    levels.into_iter().map(|db| db.max(floor)).collect()
}

fn highest(levels: &[f64]) -> f64 {
    levels.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The mean difference of two moments over the bands that are heard in either, in dB, and its variance.
fn difference(first: &[f64], second: &[f64]) -> (f64, f64) {
    let tops = [highest(first), highest(second)];
    let (mut weights, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (a, b) in first.iter().zip(second) {
        let up = (a - tops[0]).max(b - tops[1]);
        let weight = (1.0 + up / AUDIBLE_DB).clamp(0.0, 1.0);
        weights += weight;
        sum += weight * (a - b);
        squares += weight * (a - b) * (a - b);
    }
    if weights <= 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / weights;
    (mean, (squares / weights - mean * mean).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_is_told_from_another_sound() {
        let sounds = [[1.0, 0.1, 0.01], [0.02, 0.1, 1.0]];
        let gains_db = [0.0, 4.0, -3.0, 2.0];
        let own: Vec<f64> = (0..16)
            .flat_map(|hop| {
                let gain = libm::exp10(gains_db[hop / 4] / 10.0);
                sounds[hop % 2].map(move |power| power * gain)
            })
            .collect();
        let (pairs, sounding) = pairs(&own, &[0.1; 48], 3);
        assert_eq!(sounding, 16);
        for pair in pairs {
            if (pair.second - pair.first).is_multiple_of(2) {
                let shall = gains_db[pair.first / 4] - gains_db[pair.second / 4];
                assert!((pair.over_db - shall).abs() < 1e-9 && pair.weight > 0.95, "{pair:?}");
            } else {
                assert!(pair.weight < 0.01, "{pair:?}");
            }
        }
    }
}
