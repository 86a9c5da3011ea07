//! What stems share: copies, bleed, parallel prints.

mod cells;
mod ear;
mod judge;
mod lags;
mod relate;

use acetate_model::{Comparison, ComparisonEntry, Ensemble, Place, Quantity, Relation, Spec};

use ear::{Ear, factor};
use judge::{Judge, Match};
use lags::WINDOW;
use relate::Pair;

use crate::sums::energy;

pub(crate) const ENTRY: ComparisonEntry = ComparisonEntry {
    id: "shared",
    version: 1,
    about: "Looks in every stem for the sound of every other: the same waveform, however soft, early or late. \
            Bleed, parallel prints and files that were sent twice all show so, and musicians who play the same \
            notes do not. The lag is the peak of the generalised cross-correlation with phase transform (Knapp \
            and Carter, 1976). At that lag short spectra are compared cell by cell, each weighted by how little \
            else sounds in it: a true copy shows one gain in many cells, bands and moments, and a stem that \
            falls silent while the other plays holds none of it. It reads only pairs where something is shared.",
    quantities: &[
        Quantity::Likeness,
        Quantity::SharedCover,
        Quantity::SharedLag,
        Quantity::SharedDrift,
        Quantity::SharedLevel,
        Quantity::SharedAgreement,
        Quantity::SharedPolarity,
        Quantity::SharedOverTime,
    ],
    build: |spec, stems| Box::new(Shared::new(spec, stems)),
};

/// Windows that are judged together: long enough for a soft copy to rise out of chance, short enough to say when.
const WINDOWS: usize = 8;

/// Decimated frames that are judged together.
const SEGMENT: usize = WINDOWS * WINDOW;

struct Shared {
    stems: Vec<Place>,
    /// After decimation, in Hz.
    rate: f64,
    ears: Vec<Ear>,
    judge: Judge,
    /// Of each segment, the energy of every stem.
    energies: Vec<Vec<f64>>,
    matches: Vec<Match>,
}

impl Shared {
    fn new(spec: &Spec, stems: &[Place]) -> Self {
        let rate = spec.rate() / factor(spec.rate_hz) as f64;
        Self {
            stems: stems.to_vec(),
            rate,
            ears: stems.iter().map(|_| Ear::new(spec.rate_hz, SEGMENT)).collect(),
            judge: Judge::new(rate),
            energies: Vec::new(),
            matches: Vec::new(),
        }
    }

    fn heard(&self) -> usize {
        self.ears.first().map_or(0, |ear| ear.heard.len())
    }

    /// What was found, and the energies of all segments, with what the segment that has begun says so far.
    fn so_far(&self) -> (Vec<Match>, Vec<Vec<f64>>) {
        let (mut matches, mut energies) = (self.matches.clone(), self.energies.clone());
        if self.heard() >= WINDOW / 2 {
            let heard: Vec<&[f32]> = self.ears.iter().map(|ear| &ear.heard[..]).collect();
            matches.extend(Judge::new(self.rate).judge(energies.len(), &heard));
            energies.push(heard.iter().map(|stem| energy(stem)).collect());
        }
        (matches, energies)
    }
}

impl Comparison for Shared {
    fn push(&mut self, block: &Ensemble) {
        let frames = block.sum.frames();
        for from in (0..frames).step_by(Ear::PIECE_FRAMES) {
            let to = frames.min(from + Ear::PIECE_FRAMES);
            for (ear, stem) in self.ears.iter_mut().zip(block.stems) {
                ear.hear(stem, from, to);
            }
            if self.heard() >= SEGMENT {
                let heard: Vec<&[f32]> = self.ears.iter().map(|ear| &ear.heard[..SEGMENT]).collect();
                self.matches.extend(self.judge.judge(self.energies.len(), &heard));
                self.energies.push(heard.iter().map(|stem| energy(stem)).collect());
                self.ears.iter_mut().for_each(|ear| ear.forget(SEGMENT));
            }
        }
    }

    fn read(&self) -> Vec<Relation> {
        let (matches, energies) = self.so_far();
        let stems = 0..self.stems.len();
        let pairs = stems.clone().flat_map(|a| (a + 1..stems.end).map(move |b| [a, b]));
        pairs
            .filter_map(|pair| Some((pair, Pair::of(&matches, pair, self.rate, &energies)?)))
            .flat_map(|([a, b], pair)| pair.relations([&self.stems[a], &self.stems[b]], energies.len()))
            .collect()
    }
}
