//! Whether a reference is another master of the same song, and how its stems stand in it.

use acetate_model::{Case, Place, Quantity};

use crate::scene::{Layers, Scene};

/// A reference may begin so many hops earlier or later.
const LAGS: isize = 6;

/// Correlation of the levels over time, band by band, from which on two recordings are of the same song: other songs of
/// the same style and tempo stay far below.
const SAME: f64 = 0.85;

/// Bands that are compared, in Hz.
const COMPARED_HZ: [f64; 2] = [60.0, 10_000.0];

/// Cells so far below the loudest of their band are silence, in dB.
const SILENT_DB: f64 = -40.0;

/// How often the fit is repeated with the cross terms of the one before.
const ROUNDS: usize = 6;

/// The pull of every stem's gain towards that of all, as a share of what the data say.
const PULL: f64 = 0.01;

/// How each stem stands in the reference, `[stem][band]`.
pub(super) struct Fit {
    pub hz: Vec<f64>,
    /// Its gain over that in the sum, in dB.
    pub gains_db: Vec<Vec<f64>>,
    /// The standard error of that, in dB.
    pub errors_db: Vec<Vec<f64>>,
    /// Its power over that of all stems.
    pub shares: Vec<Vec<f64>>,
}

/// The factors of power of all stems in one band, and their standard errors as shares of them.
struct Factors {
    gains: Vec<f64>,
    errors: Vec<f64>,
}

/// Fits the stems to the first reference that is another master of the same song.
pub(super) fn fit(case: &Case) -> Option<Fit> {
    let count = super::target::count(case.readings);
    let scene = if count > 0 { Scene::of(case.stems, case.readings)? } else { return None };
    (0..count).find_map(|n| {
        let of = Place::reference(n);
        let cells = |quantity| case.readings.cells(&of, quantity).map(acetate_model::Cells::powers);
        let mid = cells(Quantity::MidCells)?;
        let side = cells(Quantity::SideCells).unwrap_or_else(|| vec![0.0; mid.len()]);
        let total: Vec<f64> = mid.iter().zip(&side).map(|(m, s)| m + s).collect();
        let bands = case.readings.cells(&of, Quantity::MidCells)?.hz.len();
        (bands == scene.hz.len()).then(|| Song::of(case, &scene).fit(&total))?
    })
}

/// The powers of all stems and of the sum, both layers together, `[hop][band]`.
struct Song<'a> {
    scene: &'a Scene,
    bands: usize,
    sum: Vec<f64>,
    stems: Vec<Vec<f64>>,
}

impl<'a> Song<'a> {
    fn of(case: &Case, scene: &'a Scene) -> Self {
        let both =
            |layers: Layers| -> Vec<f64> { layers[0].iter().zip(&layers[1]).map(|(m, s)| m + s).collect() };
        let stems = case.stems.iter().filter_map(|stem| scene.at(&Place::stem(&stem.name)).map(both));
        Self { scene, bands: scene.hz.len(), stems: stems.collect(), sum: both(scene.sum()) }
    }

    fn fit(&self, reference: &[f64]) -> Option<Fit> {
        let lag = self.lag(reference)?;
        let fits: Vec<Factors> = (0..self.bands).map(|band| self.fit_band(reference, lag, band)).collect();
        let mut fitted = vec![0.0; self.sum.len()];
        for (n, stem) in self.stems.iter().enumerate() {
            for (at, (fitted, power)) in fitted.iter_mut().zip(stem).enumerate() {
                *fitted += fits[at % self.bands].gains[n] * power;
            }
        }
        if self.likeness(&fitted, reference, lag)? < SAME {
            return None;
        }
        let share = |stem: &Vec<f64>, band: usize| {
            let own: f64 = stem.iter().skip(band).step_by(self.bands).sum();
            let all: f64 = self.stems.iter().flat_map(|s| s.iter().skip(band).step_by(self.bands)).sum();
            if all > 0.0 { own / all } else { 0.0 }
        };
        let db = |power: f64| 10.0 * libm::log10(power.max(1e-9));
        Some(Fit {
            hz: self.scene.hz.clone(),
            gains_db: (0..self.stems.len())
                .map(|n| fits.iter().map(|band| db(band.gains[n])).collect())
                .collect(),
            errors_db: (0..self.stems.len())
                .map(|n| fits.iter().map(|band| DB_PER_SHARE * band.errors[n]).collect())
                .collect(),
            shares: self.stems.iter().map(|s| (0..self.bands).map(|band| share(s, band)).collect()).collect(),
        })
    }

    /// By how many hops the reference is later, if it is the same song.
    fn lag(&self, reference: &[f64]) -> Option<isize> {
        let alike = (-LAGS..=LAGS).filter_map(|lag| Some((lag, self.likeness(&self.sum, reference, lag)?)));
        alike.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(lag, _)| lag)
    }

    /// How alike the levels of a song and the reference move, on average over the bands.
    fn likeness(&self, own: &[f64], reference: &[f64], lag: isize) -> Option<f64> {
        let (mut total, mut count) = (0.0, 0);
        for (band, hz) in self.scene.hz.iter().enumerate() {
            if (COMPARED_HZ[0]..COMPARED_HZ[1]).contains(hz)
                && let Some(r) = correlation(&self.pairs(own, reference, lag, band))
            {
                (total, count) = (total + r, count + 1);
            }
        }
        (count > 0).then(|| total / f64::from(count))
    }

    /// Levels of a song and the reference in a band, where both sound, in dB.
    fn pairs(&self, own: &[f64], reference: &[f64], lag: isize, band: usize) -> Vec<(f64, f64)> {
        let floor = |of: &[f64]| {
            let loudest = of.iter().skip(band).step_by(self.bands).copied().fold(0.0, f64::max);
            loudest * libm::exp10(SILENT_DB / 10.0)
        };
        let (own_floor, their_floor) = (floor(own), floor(reference));
        let level = |power: f64| 10.0 * libm::log10(power);
        let hops =
            self.both(reference, lag, band).map(|(hop, theirs)| (own[hop * self.bands + band], theirs));
        let heard = hops.filter(|(own, theirs)| *own > own_floor && *theirs > their_floor);
        heard.map(|(own, theirs)| (level(own), level(theirs))).collect()
    }

    /// The hops that both have, with the reference's power.
    fn both<'b>(
        &self,
        reference: &'b [f64],
        lag: isize,
        band: usize,
    ) -> impl Iterator<Item = (usize, f64)> + 'b {
        let (bands, hops) = (self.bands, self.sum.len() / self.bands);
        (0..hops).filter_map(move |hop| {
            let there = usize::try_from(hop as isize + lag).ok()?;
            reference.get(there * bands + band).map(|power| (hop, *power))
        })
    }

    /// The factor of each stem's power in one band: least squares over the hops, each weighted by how loud the reference
    /// is there, with all factors at least 0. What the stems have in common is taken from the fit before.
    fn fit_band(&self, reference: &[f64], lag: isize, band: usize) -> Factors {
        let count = self.stems.len();
        let hops: Vec<(usize, f64)> =
            self.both(reference, lag, band).filter(|(_, power)| *power > 0.0).collect();
        let at = |of: &[f64], hop: usize| of[hop * self.bands + band];
        let (own, theirs) = hops
            .iter()
            .fold((0.0, 0.0), |(own, theirs), (hop, power)| (own + at(&self.sum, *hop), theirs + power));
        if own <= 0.0 || theirs <= 0.0 {
            return Factors { gains: vec![1.0; count], errors: vec![f64::INFINITY; count] };
        }
        let common = theirs / own;
        let loudest = hops.iter().map(|(_, power)| *power).fold(0.0, f64::max);
        let floor = loudest * libm::exp10(SILENT_DB / 10.0);
        let mut gains = vec![common; count];
        let mut errors = Vec::new();
        for round in 0..ROUNDS {
            let (mut matrix, mut right) = (vec![vec![0.0; count]; count], vec![0.0; count]);
            let mut missed = 0.0;
            for (hop, power) in &hops {
                let powers: Vec<f64> = self.stems.iter().map(|s| at(s, *hop)).collect();
                let alone: f64 = powers.iter().sum();
                // what the sum has beyond the powers of the stems grows with the root of their factors
                let mean: f64 = powers.iter().zip(&gains).map(|(p, g)| p * g).sum::<f64>() / alone.max(1e-30);
                let wanted = power - mean * (at(&self.sum, *hop) - alone);
                let weight = 1.0 / ((power + floor) * (power + floor));
                let told: f64 = powers.iter().zip(&gains).map(|(p, g)| p * g).sum();
                missed += weight * (wanted - told) * (wanted - told);
                for n in 0..count {
                    for m in 0..count {
                        matrix[n][m] += weight * powers[n] * powers[m];
                    }
                    right[n] += weight * powers[n] * wanted;
                }
            }
            let largest = (0..count).map(|n| matrix[n][n]).fold(0.0, f64::max);
            for n in 0..count {
                let pull = PULL * matrix[n][n] + 1e-6 * largest;
                matrix[n][n] += pull;
                right[n] += pull * common;
            }
            if round + 1 == ROUNDS {
                let each = missed / (hops.len() as f64 / TOGETHER).max(1.0);
                let spread = diagonal_of_inverse(&matrix);
                errors = spread
                    .iter()
                    .zip(&gains)
                    .map(|(v, g)| (each * v).max(0.0).sqrt() / g.max(1e-9))
                    .collect();
            }
            solve(&matrix, &right, &mut gains);
        }
        Factors { gains, errors }
    }
}

/// dB of power per share of it, for small shares.
const DB_PER_SHARE: f64 = 4.343;

/// Hops that err together: notes last, and so does what a compressor does to them.
const TOGETHER: f64 = 4.0;

/// The diagonal of the inverse of a positive matrix, by Gauss and Jordan; infinite where it is singular.
fn diagonal_of_inverse(matrix: &[Vec<f64>]) -> Vec<f64> {
    let count = matrix.len();
    let mut left = matrix.to_vec();
    let mut inverse: Vec<Vec<f64>> =
        (0..count).map(|n| (0..count).map(|m| f64::from(u8::from(n == m))).collect()).collect();
    for pivot in 0..count {
        let scale = left[pivot][pivot];
        if scale <= 0.0 {
            return vec![f64::INFINITY; count];
        }
        for m in 0..count {
            left[pivot][m] /= scale;
            inverse[pivot][m] /= scale;
        }
        for n in (0..count).filter(|n| *n != pivot) {
            let factor = left[n][pivot];
            for m in 0..count {
                left[n][m] -= factor * left[pivot][m];
                inverse[n][m] -= factor * inverse[pivot][m];
            }
        }
    }
    (0..count).map(|n| inverse[n][n]).collect()
}

/// The least squares with no factor below 0, one coordinate after the other (Franc, Hlaváč and Navara, 2005).
fn solve(matrix: &[Vec<f64>], right: &[f64], gains: &mut [f64]) {
    for _ in 0..SWEEPS {
        for n in 0..gains.len() {
            let others: f64 = (0..gains.len()).filter(|m| *m != n).map(|m| matrix[n][m] * gains[m]).sum();
            if matrix[n][n] > 0.0 {
                gains[n] = ((right[n] - others) / matrix[n][n]).max(0.0);
            }
        }
    }
}

const SWEEPS: usize = 200;

fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    if pairs.len() < 8 {
        return None;
    }
    let (a, b) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / count, b + y / count));
    let sums = pairs.iter().fold([0.0; 3], |[xy, xx, yy], (x, y)| {
        let (x, y) = (x - a, y - b);
        [xy + x * y, xx + x * x, yy + y * y]
    });
    let scale = (sums[1] * sums[2]).sqrt();
    (scale > 0.0).then(|| sums[0] / scale)
}
