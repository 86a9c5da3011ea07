//! How far each band stands out, and how sure that is.

use super::partials::{Cell, Partials};
use super::template::{REACH, template};
use crate::power::percentile;

/// Where resonances are looked for.
const RANGE_HZ: [f64; 2] = [245.0, 4100.0];
/// How many errors a height must exceed to be sure.
const ERRORS: f64 = 1.5;
/// The least that partials of one band scatter, and that neighbouring bands do, in dB.
const LEAST_SCATTER_DB: f64 = 2.0;
const LEAST_UNEVENNESS_DB: f64 = 1.5;
/// The median deviation of a normal scatter is this share of its standard deviation.
const MEDIAN_DEVIATION: f64 = 0.6745;
/// Fewer partials than this say nothing.
const FEWEST: usize = 20;
/// So much of the fit must stay without its strongest quarter tone.
const LEAST_LEFT: f64 = 0.02;
/// With as few notes as the first nothing is sure, with as many as the second they are enough.
const NOTES: [f64; 2] = [2.5, 5.0];
/// Partials that scatter more than the first are those of notes, less than the second the peaks of a noise, which is as good
/// as many notes; in dB.
const NOISE_DB: [f64; 2] = [3.4, 2.6];
/// The level between the partials is compared with that of half an octave to either side, in bands.
const AROUND: usize = 12;

/// What a band is like.
pub(super) struct Band {
    pub hz: f64,
    /// None where too few partials fell.
    pub of: Option<Stands>,
}

/// How far a band stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stands {
    /// The best estimate, as the height of a bell.
    pub height_db: f64,
    /// What is sure of it.
    pub sure_db: f64,
}

/// The mean deviation of each band over the notes, with the weight that it deserves.
struct Deviations {
    db: Vec<f64>,
    weights: Vec<f64>,
    scatter_db: f64,
}

/// The bands from 250 Hz to 4 kHz; none where too little was heard.
pub(super) fn fit(partials: &Partials) -> Option<Vec<Band>> {
    let [from, to] = RANGE_HZ;
    let inside = |band: usize| (from..to).contains(&partials.hz[band]);
    let deviations = deviations(partials, inside)?;
    let between_db = between_partials(partials);
    let template = template();
    let is_noise = between(deviations.scatter_db, NOISE_DB);
    let of = |at: usize| {
        let (height_db, error_db, without_db) = fit_bell(&deviations, &template, at)?;
        let sure_db = (without_db - ERRORS * error_db).min(between_db[at]);
        let many = between(notes(&partials.cells, at), NOTES).max(is_noise);
        Some(Stands { height_db, sure_db: if sure_db > 0.0 { sure_db * many } else { sure_db } })
    };
    let bands = (0..partials.hz.len()).filter(|&band| inside(band));
    Some(bands.map(|at| Band { hz: partials.hz[at], of: of(at) }).collect())
}

/// From 0 at the first of two ends to 1 at the second.
fn between(value: f64, [from, to]: [f64; 2]) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

fn deviations(partials: &Partials, inside: impl Fn(usize) -> bool) -> Option<Deviations> {
    let bands = partials.hz.len();
    let mean = |cell: &Cell| cell.sum_db / cell.count;
    let seen = |band: usize| partials.cells.iter().map(move |cells| cells[band]).filter(|c| c.count > 0.0);
    let mut all: Vec<f64> =
        (0..bands).filter(|&band| inside(band)).flat_map(seen).map(|cell| mean(&cell)).collect();
    if all.len() < FEWEST {
        return None;
    }
    let (middle, scatter) = middle_and_scatter(&mut all)?;
    let scatter = scatter.max(LEAST_SCATTER_DB);
    let counts: Vec<f64> = (0..bands).map(|band| seen(band).count() as f64).collect();
    let of_band =
        |band: usize| seen(band).map(|cell| mean(&cell) - middle).sum::<f64>() / counts[band].max(1.0);
    let db: Vec<f64> = (0..bands).map(of_band).collect();
    let heard = |&band: &usize| inside(band) && counts[band] > 0.0;
    let mut own: Vec<f64> = (0..bands).filter(heard).map(|band| db[band]).collect();
    let mut errors: Vec<f64> =
        (0..bands).filter(heard).map(|band| scatter * scatter / counts[band]).collect();
    let (level, spread) = middle_and_scatter(&mut own)?;
    let error = percentile(&mut errors, 0.5)?;
    let uneven = (spread * spread - error).max(LEAST_UNEVENNESS_DB * LEAST_UNEVENNESS_DB);
    let weight = |count: &f64| if *count > 0.0 { 1.0 / (uneven + scatter * scatter / count) } else { 0.0 };
    Some(Deviations {
        db: db.into_iter().map(|db| db - level).collect(),
        weights: counts.iter().map(weight).collect(),
        scatter_db: scatter,
    })
}

/// The median, and the standard deviation that the median deviation from it stands for.
fn middle_and_scatter(values: &mut [f64]) -> Option<(f64, f64)> {
    let middle = percentile(values, 0.5)?;
    let mut off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some((middle, percentile(&mut off, 0.5)? / MEDIAN_DEVIATION))
}

/// A bell fitted around a band: its height, the error of it, and the height without the quarter tone that speaks for it most.
fn fit_bell(deviations: &Deviations, template: &[f64], at: usize) -> Option<(f64, f64, f64)> {
    let parts: Vec<[f64; 2]> = (0..template.len())
        .filter_map(|k| {
            let (band, shape) = ((at + k).checked_sub(REACH)?, template[k]);
            let weight = deviations.weights.get(band)?;
            Some([shape * weight * deviations.db[band], shape * shape * weight])
        })
        .collect();
    let sum =
        |parts: &[[f64; 2]]| parts.iter().fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
    let [along, whole] = sum(&parts);
    if whole <= LEAST_LEFT {
        return None;
    }
    let height_db = along / whole;
    let without = |pair: &[[f64; 2]]| {
        let [without, left] = [along - sum(pair)[0], whole - sum(pair)[1]];
        if left > LEAST_LEFT { without / left } else { 0.0 }
    };
    let without_db = parts.windows(2).map(without).fold(height_db, f64::min);
    Some((height_db, 1.0 / libm::sqrt(whole), without_db))
}

/// Of how many notes the partials of a band and its neighbours are, each counting as often as it is heard.
fn notes(cells: &[Vec<Cell>], at: usize) -> f64 {
    let count = |cells: &Vec<Cell>| -> f64 {
        cells[at.saturating_sub(1)..(at + 2).min(cells.len())].iter().map(|cell| cell.count).sum()
    };
    let (sum, squares) =
        cells.iter().map(count).fold((0.0, 0.0), |(sum, squares), n| (sum + n, squares + n * n));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// How far the mean level stands out once peaks of a single quarter tone are taken away.
fn between_partials(partials: &Partials) -> Vec<f64> {
    let mean: Vec<f64> = partials.levels_db.iter().map(|sum| sum / f64::from(partials.frames)).collect();
    let around = |values: &[f64], reach: usize, pick: fn(&mut [f64]) -> f64| -> Vec<f64> {
        let window = |at: usize| {
            let ends = values.len().saturating_sub(1);
            let at = |k: usize| values[(at + k).saturating_sub(reach).min(ends)];
            pick(&mut (0..=2 * reach).map(at).collect::<Vec<f64>>())
        };
        (0..values.len()).map(window).collect()
    };
    let lowest = around(&mean, 1, |v| v.iter().copied().fold(f64::MAX, f64::min));
    let opened = around(&lowest, 1, |v| v.iter().copied().fold(f64::MIN, f64::max));
    let usual = around(&opened, AROUND, |v| percentile(v, 0.5).unwrap_or_default());
    opened.iter().zip(usual).map(|(db, usual)| db - usual).collect()
}
