use std::ops::Range;

use acetate_model::{Quantity, Value};

use super::onsets::{BANDS, Levels};
use super::{Bins, FEWEST_FRAMES, TOO_SHORT, sum};

/// Where s and sh have their noise.
const SIBILANCE_HZ: [f64; 2] = [5000.0, 10_000.0];
/// Where voices have their vowels.
const VOWELS_HZ: [f64; 2] = [100.0, 4000.0];
/// Where instruments have their partials.
const PARTIALS_HZ: [f64; 2] = [200.0, 5000.0];
/// The bands in which vowels differ: from 300 Hz to 6 kHz.
const COLOURED: Range<usize> = 2..BANDS - 1;
/// As many powers are multiplied before a logarithm is taken; scaled to about 1, their product stays a number.
const AT_ONCE: usize = 8;
const SMALLEST: f64 = 1e-12;
const NO_TONE: &str = "no pitch goes on";

/// What the spectrum of a step is made of, and how its colour moves.
pub struct Tones {
    sibilance: Range<usize>,
    vowels: Range<usize>,
    partials: Range<usize>,
    steps: u64,
    sibilant: u64,
    flatness_db: f64,
    before: Option<Levels>,
    steady: u64,
    moved_db: f64,
}

impl Tones {
    pub fn new(bins: &Bins) -> Self {
        let between = |[from, to]: [f64; 2]| bins.between(from, to);
        Self {
            sibilance: between(SIBILANCE_HZ),
            vowels: between(VOWELS_HZ),
            partials: between(PARTIALS_HZ),
            steps: 0,
            sibilant: 0,
            flatness_db: 0.0,
            before: None,
            steady: 0,
            moved_db: 0.0,
        }
    }

    /// Hears a step with the levels of its bands; `goes_on` if its pitch is that of the step before.
    pub fn push(&mut self, powers: &[f32], bands: Levels, goes_on: bool) {
        self.steps += 1;
        self.sibilant += u64::from(sum(&powers[self.sibilance.clone()]) > sum(&powers[self.vowels.clone()]));
        self.flatness_db += flatness_db(&powers[self.partials.clone()]);
        if let Some(before) = self.before.filter(|_| goes_on) {
            self.steady += 1;
            self.moved_db += moved_db(&before[COLOURED], &bands[COLOURED]);
        }
        self.before = Some(bands);
    }

    pub fn read(&self) -> [(Quantity, Value); 3] {
        let long_enough = self.steps >= FEWEST_FRAMES as u64;
        let of = |sum: f64| long_enough.then(|| sum / self.steps as f64);
        let colour = (long_enough && self.steady > 0).then(|| self.moved_db / self.steady as f64);
        let why = if long_enough { NO_TONE } else { TOO_SHORT };
        [
            (Quantity::Colour, Value::scalar_or(colour, why)),
            (Quantity::Sibilance, Value::scalar_or(of(100.0 * self.sibilant as f64), TOO_SHORT)),
            (Quantity::Flatness, Value::scalar_or(of(self.flatness_db), TOO_SHORT)),
        ]
    }
}

/// Geometric over arithmetic mean.
fn flatness_db(powers: &[f32]) -> f64 {
    let mean = f64::from(sum(powers)) / powers.len().max(1) as f64;
    if mean <= 0.0 {
        return 0.0;
    }
    let scale = 1.0 / mean;
    let product =
        |chunk: &[f32]| chunk.iter().map(|&p| (f64::from(p) * scale).max(SMALLEST)).product::<f64>();
    let logs: f64 = powers.chunks(AT_ONCE).map(|chunk| libm::log10(product(chunk))).sum();
    10.0 * logs / powers.len().max(1) as f64
}

/// How far levels move apart from moving together.
fn moved_db(before: &[f64], now: &[f64]) -> f64 {
    let count = before.len() as f64;
    let differences = || before.iter().zip(now).map(|(before, now)| now - before);
    let together = differences().sum::<f64>() / count;
    differences().map(|d| (d - together).abs()).sum::<f64>() / count
}
