//! How far partials stand out of their neighbours, kept apart by what leads.

/// Half a quarter tone to either side of each band's centre.
pub(super) const BANDS_PER_OCTAVE: usize = 24;

/// The bands that are heard reach from and to so many bands from 1 kHz: from 108 Hz to 9.2 kHz.
const FROM: isize = -77;
const TO: isize = 77;
/// The highest share of the rate that is heard.
const HIGHEST_OF_RATE: f64 = 0.45;

/// Neighbours count up to this far, less the farther they are.
const NEAR_OCTAVES: f64 = 0.8;
/// Those that a resonance would raise as well do not count.
const TOO_NEAR_OCTAVES: f64 = 1.0 / 7.0;
/// Within a third of an octave, what lies so far below the highest is no partial.
const DEEPEST_DB: f64 = 18.0;
const WITHIN_BANDS: usize = 8;
/// What lies so far below the loudest band of a frame is not heard.
const SOFTEST_DB: f64 = 60.0;
/// No band is taken for softer than this below the loudest.
const FLOOR_DB: f64 = 80.0;
/// A single partial counts no more than this.
const MOST_DB: f64 = 20.0;

pub(super) struct Partials {
    /// Centres of the bands, rising.
    pub hz: Vec<f64>,
    bins: Vec<(usize, Vec<f64>)>,
    pub frames: u32,
    /// Σ of the level of each band below the loudest one.
    pub levels_db: Vec<f64>,
    /// `[semitone that leads][band]`.
    pub cells: Vec<Vec<Cell>>,
}

/// What was seen in a band while a semitone led.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cell {
    pub count: f64,
    pub sum_db: f64,
}

impl Partials {
    pub fn new(bin_hz: f64, bins: usize) -> Self {
        let per_octave = BANDS_PER_OCTAVE as f64;
        let centre = |band: isize| 1000.0 * libm::exp2(band as f64 / per_octave);
        let highest_hz = HIGHEST_OF_RATE * 2.0 * bin_hz * (bins - 1) as f64;
        let hz: Vec<f64> = (FROM..=TO).map(centre).filter(|hz| *hz < highest_hz).collect();
        let half = libm::exp2(0.5 / per_octave);
        let bins = hz.iter().map(|hz| weights(hz / half / bin_hz, hz * half / bin_hz)).collect();
        let cells = vec![vec![Cell::default(); hz.len()]; hz.len().div_ceil(2)];
        Self { levels_db: vec![0.0; hz.len()], hz, bins, frames: 0, cells }
    }

    /// How many bins of a frame are heard.
    pub fn reach(&self) -> usize {
        self.bins.last().map_or(0, |(from, weights)| from + weights.len())
    }

    /// Hears the powers of a frame's bins.
    pub fn hear(&mut self, powers: &[f64]) {
        let band = |(from, weights): &(usize, Vec<f64>)| -> f64 {
            powers[*from..].iter().zip(weights).map(|(power, weight)| power * weight).sum()
        };
        let bands: Vec<f64> = self.bins.iter().map(band).collect();
        let Some((lead, &loudest)) = bands.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else {
            return;
        };
        if loudest <= 0.0 {
            return;
        }
        let softest = loudest * libm::exp10(-FLOOR_DB / 10.0);
        let levels_db: Vec<f64> =
            bands.iter().map(|power| 10.0 * libm::log10(power.max(softest) / loudest)).collect();
        self.frames += 1;
        self.levels_db.iter_mut().zip(&levels_db).for_each(|(sum, db)| *sum += db);
        let peaks = peaks(&levels_db);
        let cells = &mut self.cells[lead / 2];
        for &(at, db) in &peaks {
            let around = peaks.iter().map(|&(band, db)| (band as isize - at as isize, db));
            if let Some(expected_db) = fit_line(around) {
                cells[at].count += 1.0;
                cells[at].sum_db += (db - expected_db).clamp(-MOST_DB, MOST_DB);
            }
        }
    }
}

/// The share of each bin that lies between two places, given in bins.
fn weights(from: f64, to: f64) -> (usize, Vec<f64>) {
    let [first, last] = [from, to].map(|at| libm::round(at) as usize);
    let share = |bin: usize| (to.min(bin as f64 + 0.5) - from.max(bin as f64 - 0.5)).max(0.0);
    (first, (first..=last).map(share).collect())
}

fn peaks(db: &[f64]) -> Vec<(usize, f64)> {
    let highest = |at: usize| {
        let around = at.saturating_sub(WITHIN_BANDS)..(at + WITHIN_BANDS + 1).min(db.len());
        db[around].iter().copied().fold(f64::MIN, f64::max)
    };
    let inner = 1..db.len().saturating_sub(1);
    let tops = inner.filter(|&at| db[at] >= db[at - 1] && db[at] > db[at + 1] && db[at] > -SOFTEST_DB);
    tops.filter(|&at| db[at] > highest(at) - DEEPEST_DB).map(|at| (at, db[at])).collect()
}

/// How much a neighbour counts that is so many bands away.
pub(super) fn weight(offset: isize) -> f64 {
    let octaves = offset.unsigned_abs() as f64 / BANDS_PER_OCTAVE as f64;
    if octaves > TOO_NEAR_OCTAVES { (1.0 - octaves / NEAR_OCTAVES).max(0.0) } else { 0.0 }
}

/// The level at offset 0 of a straight line through neighbours at offsets in bands; none unless they lie on both sides.
pub(super) fn fit_line(around: impl Iterator<Item = (isize, f64)>) -> Option<f64> {
    let (mut w, mut wx, mut wxx, mut wy, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut below, mut above) = (false, false);
    for (offset, db) in around {
        let weight = weight(offset);
        if weight > 0.0 {
            let x = offset as f64;
            w += weight;
            wx += weight * x;
            wxx += weight * x * x;
            wy += weight * db;
            wxy += weight * x * db;
            below |= offset < 0;
            above |= offset > 0;
        }
    }
    let spread = w * wxx - wx * wx;
    (below && above && spread > 0.0).then(|| (wxx * wy - wx * wxy) / spread)
}
