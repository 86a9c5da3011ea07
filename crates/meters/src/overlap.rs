//! How far stems add up as powers, and how far as waveforms.

use acetate_dsp::Bins;
use acetate_model::{Comparison, ComparisonEntry, Ensemble, Place, Quantity, Relation, Spec, Value};
use realfft::num_complex::Complex;

use crate::abreast::Abreast;
use crate::cells::{bands, length};
use crate::transform::{Frame, Frames, powers};

pub(crate) const ENTRY: ComparisonEntry = ComparisonEntry {
    id: "overlap",
    version: 1,
    about: "How two stems add up in each third octave: like strangers, whose powers add, or like waveforms that help or \
            cancel each other, as kick and bass may. The coherence is the real part of the cross power over the \
            root of both powers, from Hann-windowed transforms spread over the song. Of more stems than a song is \
            mastered from it reads nothing: the pairs are too many.",
    quantities: &[Quantity::MidCoherence, Quantity::SideCoherence],
    build: |spec, stems| Box::new(Overlap::new(spec, if stems.len() > MOST { &[] } else { stems })),
};

/// Of more stems there are so many pairs that comparing them would take longer than all else.
const MOST: usize = 32;

/// One transform for so many lengths of it: a sample of the song is enough.
const APART: usize = 2;

/// A coherence smaller than this in every band is chance.
const CHANCE: f64 = 0.02;

struct Overlap {
    stems: Vec<Place>,
    frames: Vec<Frames>,
    centres_hz: Vec<f64>,
    bands: Vec<Bins>,
    waiting: Abreast<Spectra>,
    heard: Heard,
}

/// The spectra of one stem at one moment: middle and side.
type Spectra = [Vec<Complex<f32>>; 2];

/// Sums over the song, for middle and side.
#[derive(Clone)]
struct Heard {
    /// `[layer][stem][band]`.
    powers: [Vec<Vec<f64>>; 2],
    /// `[layer][pair][band]`.
    cross: [Vec<Vec<f64>>; 2],
    /// Of each bin of what is looked at.
    bins: Vec<f32>,
}

impl Overlap {
    fn new(spec: &Spec, stems: &[Place]) -> Self {
        let (count, length) = (stems.len(), length(spec));
        let (centres_hz, bands) = bands(spec);
        let none = vec![0.0; bands.len()];
        let pairs = count * count.saturating_sub(1) / 2;
        let sums = |n: usize| [vec![none.clone(); n], vec![none.clone(); n]];
        Self {
            stems: stems.to_vec(),
            frames: (0..count).map(|_| Frames::every(APART * length, length)).collect(),
            waiting: Abreast::new(count),
            heard: Heard { powers: sums(count), cross: sums(pairs), bins: Vec::new() },
            centres_hz,
            bands,
        }
    }
}

impl Heard {
    fn add(&mut self, moment: &[Option<Spectra>], bands: &[Bins]) {
        let Self { powers: own, cross, bins } = self;
        let mut pair = 0;
        for (n, first) in moment.iter().enumerate() {
            if let Some(one) = first {
                for (sums, spectrum) in own.iter_mut().zip(one) {
                    powers(spectrum, bins);
                    add(&mut sums[n], bands, bins);
                }
            }
            for second in &moment[n + 1..] {
                if let (Some(one), Some(other)) = (first, second) {
                    for (sums, (a, b)) in cross.iter_mut().zip(one.iter().zip(other)) {
                        bins.clear();
                        bins.extend(a.iter().zip(b).map(|(a, b)| a.re * b.re + a.im * b.im));
                        add(&mut sums[pair], bands, bins);
                    }
                }
                pair += 1;
            }
        }
    }

    fn coherence(&self, layer: usize, pair: usize, [a, b]: [usize; 2]) -> Vec<Option<f64>> {
        let powers = self.powers[layer][a].iter().zip(&self.powers[layer][b]);
        let cross = self.cross[layer][pair].iter();
        cross.zip(powers).map(|(c, (a, b))| (a * b > 0.0).then(|| c / (a * b).sqrt())).collect()
    }
}

/// Adds up what the bins of each band hold, if there are any.
fn add(sums: &mut [f64], bands: &[Bins], bins: &[f32]) {
    if !bins.is_empty() {
        sums.iter_mut().zip(bands).for_each(|(sum, band)| *sum += band.sum(bins));
    }
}

impl Comparison for Overlap {
    fn push(&mut self, block: &Ensemble) {
        let Self { frames, waiting, heard, bands, .. } = self;
        let mut reached = u64::MAX;
        for (n, (frames, stem)) in frames.iter_mut().zip(block.stems).enumerate() {
            frames.push(stem, |frame: Frame| {
                let side = frame.side.map_or_else(Vec::new, <[_]>::to_vec);
                waiting.put(n, frame.at, [frame.mid.to_vec(), side]);
            });
            // one that has ended waits for nothing
            if stem.frames() == block.sum.frames() {
                reached = reached.min(frames.reached());
            }
        }
        waiting.settle(reached, |moment| heard.add(&moment, bands));
    }

    fn read(&self) -> Vec<Relation> {
        let mut relations = Vec::new();
        let mut pair = 0;
        for (n, of) in self.stems.iter().enumerate() {
            for (m, against) in self.stems.iter().enumerate().skip(n + 1) {
                for (layer, quantity) in
                    [Quantity::MidCoherence, Quantity::SideCoherence].into_iter().enumerate()
                {
                    let db = self.heard.coherence(layer, pair, [n, m]);
                    let more = db.iter().flatten().any(|c| c.abs() >= CHANCE);
                    let value = Value::Spectrum { hz: self.centres_hz.clone(), db };
                    relations.extend(more.then(|| Relation {
                        of: of.clone(),
                        against: against.clone(),
                        quantity,
                        value,
                    }));
                }
                pair += 1;
            }
        }
        relations
    }
}
