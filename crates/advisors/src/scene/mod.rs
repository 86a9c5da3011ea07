//! A song from afar: the power of every stem over time and frequency, and what their sum becomes when they are changed.
//!
//! Linear moves are foretold, not rendered: a gain or filter is a factor for the cells of a stem, and the sum follows
//! from the powers and from how far two stems add up like waveforms:
//! `P = Σ P_i + 2 Σ (ρ_ij + κ) √(P_i P_j)`, per band of middle and side. The coherences `ρ_ij` are those of the song; what
//! the stems do to each other in one cell beyond that is its `κ`, from the measured sum, so that the sum is what was
//! measured where nothing is changed.

mod after;
mod levels;
mod loudness;
mod masking;
mod over_time;

use std::collections::BTreeMap;

use acetate_model::{Place, Quantity, Readings, Stem, Value};

pub use after::{after, within};
pub use levels::{Beside, Levels, sounding_hops};
pub use loudness::loudness_db;
pub use masking::{Covers, unmasked};
pub use over_time::{CELL_MIDDLE_MS, RIDE};

/// What a linear process does to the power of middle and side at the centres of bands, as factors; none for what is
/// not linear.
pub type Respond<'a> = &'a dyn Fn(&acetate_model::Process, &[f64]) -> Option<Layers>;

/// Something of middle and side.
pub type Layers = [Vec<f64>; 2];

/// The quantities of the layers.
const CELLS: [Quantity; 2] = [Quantity::MidCells, Quantity::SideCells];
const COHERENCE: [Quantity; 2] = [Quantity::MidCoherence, Quantity::SideCoherence];

/// What is left of the measured sum over the foretold one is believed within these powers.
const CORRECTIONS: [f64; 2] = [0.1, 10.0];

/// The stems of a song and their sum, as powers `[hop][band]` of middle and side.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Centres of the bands, rising.
    pub hz: Vec<f64>,
    /// The distance of two hops.
    pub hop_ms: f64,
    places: Vec<Place>,
    stems: Vec<Layers>,
    /// `[layer][pair][band]`.
    coherence: [Vec<Vec<f64>>; 2],
    /// How much more every pair adds up in a cell than in the song, `[layer][hop][band]`.
    together: Layers,
    /// What is left of measured over foretold, `[layer][hop][band]`.
    correction: Layers,
    /// What was measured of the sum and of no stem, since each was too soft by itself, `[layer][hop][band]`.
    rest: Layers,
}

impl Scene {
    /// The song as it was measured; none where too little was.
    pub fn of(stems: &[Stem], readings: &Readings) -> Option<Self> {
        let sum = readings.cells(&Place::Master, Quantity::MidCells)?;
        let (hz, hop_ms, hops) = (sum.hz.clone(), sum.hop_ms, sum.hops());
        let size = hops * hz.len();
        let layers = |of: &Place| CELLS.map(|quantity| powers(readings, of, quantity, size));
        let places: Vec<Place> = stems.iter().map(|stem| Place::stem(&stem.name)).collect();
        let mut scene = Self {
            stems: places.iter().map(layers).collect(),
            coherence: COHERENCE.map(|quantity| coherence(readings, &places, quantity, hz.len())),
            together: [vec![0.0; size], vec![0.0; size]],
            correction: [vec![1.0; size], vec![1.0; size]],
            rest: [vec![0.0; size], vec![0.0; size]],
            hz,
            hop_ms,
            places,
        };
        scene.correct(&layers(&Place::Master));
        Some(scene)
    }

    /// How many hops there are.
    pub fn hops(&self) -> usize {
        self.correction[0].len() / self.hz.len().max(1)
    }

    /// The powers of a stem, or of the sum at the master.
    pub fn at(&self, place: &Place) -> Option<Layers> {
        match place {
            Place::Master => Some(self.sum()),
            _ => self.index(place).map(|n| self.stems[n].clone()),
        }
    }

    /// Changes a stem, or every one of them at the master, by factors of power `[layer][band]`.
    pub fn change(&mut self, place: &Place, factors: &Layers) {
        let of = match place {
            Place::Master => 0..self.stems.len(),
            _ => self.index(place).map_or(0..0, |n| n..n + 1),
        };
        let bands = self.hz.len();
        let rest = (*place == Place::Master).then_some(&mut self.rest);
        for stem in self.stems[of].iter_mut().chain(rest) {
            for (powers, factors) in stem.iter_mut().zip(factors) {
                for hop in powers.chunks_mut(bands) {
                    hop.iter_mut().zip(factors).for_each(|(power, factor)| *power *= factor);
                }
            }
        }
    }

    /// Changes a stem, or every one of them at the master, by a factor of power for each hop.
    pub fn change_over_time(&mut self, place: &Place, factors: &[f64]) {
        let of = match place {
            Place::Master => 0..self.stems.len(),
            _ => self.index(place).map_or(0..0, |n| n..n + 1),
        };
        let bands = self.hz.len();
        let rest = (*place == Place::Master).then_some(&mut self.rest);
        for powers in self.stems[of].iter_mut().chain(rest).flatten() {
            for (hop, factor) in powers.chunks_mut(bands).zip(factors) {
                for power in hop {
                    *power *= factor;
                }
            }
        }
    }

    /// The sum of the stems.
    pub fn sum(&self) -> Layers {
        [0, 1].map(|layer| self.sum_of(layer))
    }

    /// Finds what makes the sum as it was measured: how the stems add up in each cell, and what that cannot explain.
    fn correct(&mut self, measured: &Layers) {
        let [low, high] = CORRECTIONS;
        for (layer, measured) in measured.iter().enumerate() {
            let Parts { sum, pairs } = self.parts_of(layer);
            let cells = sum.iter().zip(&pairs).zip(measured);
            for (at, ((&sum, &pairs), &measured)) in cells.enumerate().filter(|(_, (_, m))| **m > 0.0) {
                let together = if pairs > 0.0 { ((measured - sum) / pairs).clamp(-1.0, 1.0) } else { 0.0 };
                let foretold = sum + together * pairs;
                self.together[layer][at] = together;
                if foretold > 0.0 {
                    self.correction[layer][at] = (measured / foretold).clamp(low, high);
                }
                self.rest[layer][at] = (measured - self.correction[layer][at] * foretold).max(0.0);
            }
        }
    }

    fn sum_of(&self, layer: usize) -> Vec<f64> {
        let Parts { sum, pairs } = self.parts_of(layer);
        let whole = |at: usize| (sum[at] + self.together[layer][at] * pairs[at]).max(0.0);
        (0..sum.len()).map(|at| self.correction[layer][at] * whole(at) + self.rest[layer][at]).collect()
    }

    fn parts_of(&self, layer: usize) -> Parts {
        let bands = self.hz.len();
        let size = self.correction[layer].len();
        let (mut powers, mut amplitudes) = (vec![0.0; size], vec![0.0; size]);
        let mut roots: Vec<Vec<f64>> = Vec::with_capacity(self.stems.len());
        for stem in &self.stems {
            powers.iter_mut().zip(&stem[layer]).for_each(|(sum, power)| *sum += power);
            let root: Vec<f64> = stem[layer].iter().map(|power| power.sqrt()).collect();
            amplitudes.iter_mut().zip(&root).for_each(|(sum, root)| *sum += root);
            roots.push(root);
        }
        let pairs =
            amplitudes.iter().zip(&powers).map(|(all, powers)| (all * all - powers).max(0.0)).collect();
        let mut sum = powers;
        let mut coherences = self.coherence[layer].iter();
        for (n, one) in roots.iter().enumerate() {
            for other in &roots[n + 1..] {
                let Some(coherence) = coherences.next().filter(|c| c.iter().any(|c| *c != 0.0)) else {
                    continue;
                };
                let hops = sum.chunks_mut(bands).zip(one.chunks(bands).zip(other.chunks(bands)));
                for (sum, (one, other)) in hops {
                    for ((sum, coherence), (one, other)) in
                        sum.iter_mut().zip(coherence).zip(one.iter().zip(other))
                    {
                        *sum += 2.0 * coherence * one * other;
                    }
                }
            }
        }
        Parts { sum, pairs }
    }

    fn index(&self, place: &Place) -> Option<usize> {
        self.places.iter().position(|p| p == place)
    }
}

/// What a sum is made of, `[hop][band]`.
struct Parts {
    /// The powers of the stems, and what they add to each other over the song.
    sum: Vec<f64>,
    /// What all pairs would add if they were in phase: `2 Σ √(P_i P_j)`.
    pairs: Vec<f64>,
}

/// The powers of a layer, silence where nothing was measured.
fn powers(readings: &Readings, of: &Place, quantity: Quantity, size: usize) -> Vec<f64> {
    let mut powers = readings.cells(of, quantity).map(acetate_model::Cells::powers).unwrap_or_default();
    powers.resize(size, 0.0);
    powers
}

/// Of every pair of stems, in the order of the first and then the second; nothing where they are strangers.
fn coherence(readings: &Readings, places: &[Place], quantity: Quantity, bands: usize) -> Vec<Vec<f64>> {
    let at: BTreeMap<&Place, usize> = places.iter().enumerate().map(|(n, place)| (place, n)).collect();
    let count = places.len();
    let mut pairs = vec![Vec::new(); count * count.saturating_sub(1) / 2];
    for (of, against, value) in readings.pairs(quantity) {
        if let (Some(&n), Some(&m), Value::Spectrum { db, .. }) = (at.get(of), at.get(against), value) {
            let (n, m) = (n.min(m), n.max(m));
            let mut values: Vec<f64> = db.iter().map(|v| v.unwrap_or(0.0)).collect();
            values.resize(bands, 0.0);
            pairs[n * count - n * (n + 1) / 2 + m - n - 1] = values;
        }
    }
    pairs
}
