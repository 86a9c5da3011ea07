//! A song from afar: the power of every stem over time and frequency, and what their sum becomes when they are changed.
//!
//! Linear moves are foretold, not rendered: a gain or filter is a factor for the cells of a stem, and the sum follows
//! from the powers and from how far two stems add up like waveforms:
//! `P = Σ P_i + 2 Σ ρ_ij √(P_i P_j)`, per band of middle and side, scaled so that it is what was measured where nothing
//! is changed.

mod after;
mod levels;
mod loudness;
mod masking;

use acetate_model::{Place, Quantity, Readings, Stem, Value};

pub use after::after;
pub use levels::{Beside, Levels, sounding_hops};
pub use loudness::loudness_db;
pub use masking::{Covers, unmasked};

/// What a linear process does to the power of middle and side at the centres of bands, as factors; none for what is
/// not linear.
pub type Respond<'a> = &'a dyn Fn(&acetate_model::Process, &[f64]) -> Option<Layers>;

/// Something of middle and side.
pub type Layers = [Vec<f64>; 2];

/// The quantities of the layers.
const CELLS: [Quantity; 2] = [Quantity::MidCells, Quantity::SideCells];
const COHERENCE: [Quantity; 2] = [Quantity::MidCoherence, Quantity::SideCoherence];

/// The measured sum over the foretold one is believed within these powers: where stems cancel it is chance.
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
    /// Measured over foretold, `[layer][hop][band]`.
    correction: Layers,
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
            correction: [vec![1.0; size], vec![1.0; size]],
            hz,
            hop_ms,
            places,
        };
        let (foretold, measured) = (scene.sum(), layers(&Place::Master));
        let [low, high] = CORRECTIONS;
        for ((to, foretold), measured) in scene.correction.iter_mut().zip(&foretold).zip(&measured) {
            for ((to, foretold), measured) in to.iter_mut().zip(foretold).zip(measured) {
                if *foretold > 0.0 && *measured > 0.0 {
                    *to = (measured / foretold).clamp(low, high);
                }
            }
        }
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
        for stem in &mut self.stems[of] {
            for (powers, factors) in stem.iter_mut().zip(factors) {
                for hop in powers.chunks_mut(bands) {
                    hop.iter_mut().zip(factors).for_each(|(power, factor)| *power *= factor);
                }
            }
        }
    }

    /// The sum of the stems.
    pub fn sum(&self) -> Layers {
        [0, 1].map(|layer| self.sum_of(layer))
    }

    fn sum_of(&self, layer: usize) -> Vec<f64> {
        let bands = self.hz.len();
        let mut sum = vec![0.0; self.correction[layer].len()];
        let mut roots: Vec<Vec<f64>> = Vec::with_capacity(self.stems.len());
        for stem in &self.stems {
            sum.iter_mut().zip(&stem[layer]).for_each(|(sum, power)| *sum += power);
            roots.push(stem[layer].iter().map(|power| power.sqrt()).collect());
        }
        let mut pairs = self.coherence[layer].iter();
        for (n, one) in roots.iter().enumerate() {
            for other in &roots[n + 1..] {
                let Some(coherence) = pairs.next().filter(|c| c.iter().any(|c| *c != 0.0)) else { continue };
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
        sum.iter_mut().zip(&self.correction[layer]).for_each(|(sum, c)| *sum = c * sum.max(0.0));
        sum
    }

    fn index(&self, place: &Place) -> Option<usize> {
        self.places.iter().position(|p| p == place)
    }
}

/// The powers of a layer, silence where nothing was measured.
fn powers(readings: &Readings, of: &Place, quantity: Quantity, size: usize) -> Vec<f64> {
    let mut powers = readings.cells(of, quantity).map(acetate_model::Cells::powers).unwrap_or_default();
    powers.resize(size, 0.0);
    powers
}

/// Of every pair of stems, in the order of the first and then the second.
fn coherence(readings: &Readings, places: &[Place], quantity: Quantity, bands: usize) -> Vec<Vec<f64>> {
    let mut pairs = Vec::new();
    for (n, one) in places.iter().enumerate() {
        for other in &places[n + 1..] {
            let mut values = match readings.between(one, other, quantity) {
                Some(Value::Spectrum { db, .. }) => db.iter().map(|v| v.unwrap_or(0.0)).collect(),
                _ => Vec::new(),
            };
            values.resize(bands, 0.0);
            pairs.push(values);
        }
    }
    pairs
}
