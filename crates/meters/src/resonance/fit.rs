//! How far each band stands out, and how sure that is.

use super::partials::{Cell, Partials};
use super::template::{REACH, template};
use crate::power::percentile;

/// Where resonances are looked for.
const RANGE_HZ: [f64; 2] = [245.0, 4100.0];
/// The least that partials of one band scatter, and that neighbouring bands do, in dB.
const LEAST_SCATTER_DB: f64 = 2.0;
const LEAST_UNEVENNESS_DB: f64 = 1.5;
/// The median deviation of a normal scatter is this share of its standard deviation.
const MEDIAN_DEVIATION: f64 = 0.6745;
/// Fewer partials than this say nothing.
const FEWEST: usize = 20;
/// So much of the fit must be there.
const LEAST_LEFT: f64 = 0.02;
/// With as few notes as the first nothing is sure, with as many as the second they are enough.
const NOTES: [f64; 2] = [2.5, 5.0];
/// Partials that scatter more than the first are those of notes, less than the second the peaks of a noise, which is as good
/// as many notes; in dB.
const NOISE_DB: [f64; 2] = [3.4, 2.6];
/// The partials and the levels are two witnesses; this share of what the higher height is over the lower counts, and where
/// they differ by more than so many dB, they speak of different things.
const HIGHER: f64 = 0.25;
const DIFFER_DB: f64 = 4.0;
/// So many times the stem's own unevenness is not sure, and no less than so many dB.
const SPREADS: f64 = 3.0;
const LEAST_DB: f64 = 3.5;
/// The deepest dip that counts as unevenness, in dB.
const DEEPEST_DB: f64 = 12.0;

/// What a band is like.
pub(super) struct Band {
    pub hz: f64,
    /// None where too little fell.
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

/// Deviations of the bands with the weight that each deserves.
struct Deviations {
    db: Vec<f64>,
    weights: Vec<f64>,
}

/// The bands from 250 Hz to 4 kHz; none where too little was heard.
pub(super) fn fit(partials: &Partials) -> Option<Vec<Band>> {
    let [from, to] = RANGE_HZ;
    let inside = |band: usize| (from..to).contains(&partials.hz[band]);
    let (of_partials, scatter_db) = of_partials(partials, inside)?;
    let of_levels = of_levels(partials);
    let template = template();
    let bands: Vec<usize> = (0..partials.hz.len()).filter(|&band| inside(band)).collect();
    let height_db = |&at: &usize| {
        let [a, b] = [&of_partials, &of_levels].map(|deviations| fit_bell(deviations, &template, at));
        let (a, b) = (a?, b?);
        Some(a.min(b) + HIGHER * (a - b).abs().min(DIFFER_DB))
    };
    let heights: Vec<Option<f64>> = bands.iter().map(height_db).collect();
    let unsure_db = (SPREADS * unevenness_db(&heights)).max(LEAST_DB);
    let is_noise = between(scatter_db, NOISE_DB);
    let of = |(at, height_db): (usize, Option<f64>)| {
        let height_db = height_db?;
        let (sure_db, many) =
            (height_db - unsure_db, between(notes(&partials.cells, at), NOTES).max(is_noise));
        Some(Stands { height_db, sure_db: if sure_db > 0.0 { sure_db * many } else { sure_db } })
    };
    let found = bands.into_iter().zip(heights);
    Some(found.map(|(at, height_db)| Band { hz: partials.hz[at], of: of((at, height_db)) }).collect())
}

/// From 0 at the first of two ends to 1 at the second.
fn between(value: f64, [from, to]: [f64; 2]) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// How far heights lie below nothing, as a standard deviation: what nature does downwards it does upwards too, while a
/// resonance only rises.
fn unevenness_db(heights: &[Option<f64>]) -> f64 {
    let (sum, count) = heights.iter().flatten().fold((0.0, 0.0), |(sum, count), db| {
        let below = db.clamp(-DEEPEST_DB, 0.0);
        (sum + 2.0 * below * below, count + 1.0)
    });
    libm::sqrt(sum / f64::max(count, 1.0))
}

/// What every band deviates by, whatever sounds.
fn of_levels(partials: &Partials) -> Deviations {
    let deviations = partials.levels.deviations_db();
    Deviations {
        weights: deviations.iter().map(|db| f64::from(u8::from(db.is_some()))).collect(),
        db: deviations.into_iter().map(Option::unwrap_or_default).collect(),
    }
}

/// The mean deviation of the partials of each band over the notes, and how far they scatter.
fn of_partials(partials: &Partials, inside: impl Fn(usize) -> bool) -> Option<(Deviations, f64)> {
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
    let db = db.into_iter().map(|db| db - level).collect();
    Some((Deviations { db, weights: counts.iter().map(weight).collect() }, scatter))
}

/// The median, and the standard deviation that the median deviation from it stands for.
fn middle_and_scatter(values: &mut [f64]) -> Option<(f64, f64)> {
    let middle = percentile(values, 0.5)?;
    let mut off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some((middle, percentile(&mut off, 0.5)? / MEDIAN_DEVIATION))
}

/// The height of a bell fitted around a band.
fn fit_bell(deviations: &Deviations, template: &[f64], at: usize) -> Option<f64> {
    let parts = template.iter().enumerate().filter_map(|(k, shape)| {
        let band = (at + k).checked_sub(REACH)?;
        let weight = deviations.weights.get(band)?;
        Some([shape * weight * deviations.db[band], shape * shape * weight])
    });
    let [along, whole] = parts.fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
    (whole > LEAST_LEFT).then(|| along / whole)
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
