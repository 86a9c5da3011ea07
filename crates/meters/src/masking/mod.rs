//! How far each stem is heard among the others, and which of them covers it.

mod ear;

use acetate_model::{Comparison, ComparisonEntry, Ensemble, Place, Quantity, Relation, Spec, Value};

use crate::abreast::Abreast;
use crate::transform::Frames;
use ear::{Ear, Loudness};

pub(crate) const ENTRY: ComparisonEntry = ComparisonEntry {
    id: "masking",
    version: 1,
    about: "How much of each stem is heard among the others. Hann-windowed transforms of 43 ms, one in two, are summed \
            into bands of one ERB and spread by 10 dB for each ERB upwards and 25 dB downwards. The loudness of a band \
            goes with its power to 0.23, and in company it is what the stem adds to the loudness of the others \
            (after Moore and Glasberg's partial loudness, simplified; masked-to-unmasked ratio after Aichinger, \
            2011). Sums over bands and moments go by the stem's own loudness. Of pairs it reads the bands in which \
            the one covers the other for long, and no pair without such a band.",
    quantities: &[Quantity::Unmasked, Quantity::Audible, Quantity::MaskedBy],
    build: |spec, stems| Box::new(Masking::new(spec, stems)),
};

/// The shortest transform, which tells most bands of the ear apart.
const WINDOW_MS: f64 = 32.0;
/// One transform for so many lengths of it: a sample of the song is enough.
const APART: usize = 2;

/// A stem is heard down to this power over that of the others: -6 dB.
const HEARD: f64 = 0.251_188_643_150_958;
/// Under this power over that of the others it is covered: -3 dB.
const COVERED: f64 = 0.501_187_233_627_272;
/// One that has this share of the others' power covers it.
const BY_ONE: f64 = 0.4;
/// For this share of a band's loudness, or the pair is not worth a reading.
const FOR_LONG: f64 = 0.3;

struct Masking {
    stems: Vec<Place>,
    frames: Vec<Frames>,
    ear: Ear,
    /// Excitations, `[band]`.
    waiting: Abreast<Vec<f64>>,
    heard: Heard,
}

/// Sums of loudness over the song, `[stem][band]` and `[stem][other][band]`.
#[derive(Clone)]
struct Heard {
    alone: Vec<Vec<f64>>,
    among: Vec<Vec<f64>>,
    audible: Vec<Vec<f64>>,
    covered: Vec<Vec<Vec<f64>>>,
}

impl Masking {
    fn new(spec: &Spec, stems: &[Place]) -> Self {
        let count = stems.len();
        let length = ((spec.rate() * WINDOW_MS / 1000.0) as usize).next_power_of_two();
        let ear = Ear::new(spec.rate(), length);
        let each = vec![vec![0.0; ear.bands()]; count];
        Self {
            stems: stems.to_vec(),
            frames: (0..count).map(|_| Frames::every(APART * length, length)).collect(),
            waiting: Abreast::new(count),
            heard: Heard {
                alone: each.clone(),
                among: each.clone(),
                audible: each.clone(),
                covered: vec![each; count],
            },
            ear,
        }
    }

    fn against_master(&self, stem: usize, quantity: Quantity, part: &[f64]) -> Option<Relation> {
        let whole: f64 = self.heard.alone[stem].iter().sum();
        (whole > 0.0).then(|| Relation {
            of: self.stems[stem].clone(),
            against: Place::Master,
            quantity,
            value: Value::Scalar(part.iter().sum::<f64>() / whole),
        })
    }

    fn pair(&self, stem: usize, by: usize) -> Option<Relation> {
        let bands = self.heard.covered[stem][by].iter().zip(&self.heard.alone[stem]);
        let db: Vec<_> = bands.map(|(covered, alone)| (*alone > 0.0).then(|| covered / alone)).collect();
        db.iter().flatten().any(|share| *share > FOR_LONG).then(|| Relation {
            of: self.stems[stem].clone(),
            against: self.stems[by].clone(),
            quantity: Quantity::MaskedBy,
            value: Value::Spectrum { hz: self.ear.centres_hz(), db },
        })
    }
}

impl Heard {
    /// Takes in a moment, `[stem][band]`.
    fn add(&mut self, moment: &[Option<Vec<f64>>]) {
        let bands = self.alone.first().map_or(0, Vec::len);
        let mut all = vec![0.0; bands];
        for powers in moment.iter().flatten() {
            all.iter_mut().zip(powers).for_each(|(all, power)| *all += power);
        }
        let loudness = Loudness::amid(&all);
        let of_all: Vec<f64> = all.iter().map(|&power| loudness.of(power)).collect();
        let of_none = loudness.of(0.0);
        for (stem, powers) in moment.iter().enumerate() {
            let Some(powers) = powers else { continue };
            for band in 0..bands {
                let own = powers[band];
                let others = (all[band] - own).max(0.0);
                let alone = loudness.of(own) - of_none;
                self.alone[stem][band] += alone;
                self.among[stem][band] += (of_all[band] - loudness.of(others)).min(alone);
                if own > HEARD * others {
                    self.audible[stem][band] += alone;
                }
                if own < COVERED * others {
                    self.cover(stem, band, alone, |by| {
                        moment[by].as_ref().is_some_and(|p| p[band] > BY_ONE * others)
                    });
                }
            }
        }
    }

    fn cover(&mut self, stem: usize, band: usize, alone: f64, covers: impl Fn(usize) -> bool) {
        for (by, covered) in self.covered[stem].iter_mut().enumerate() {
            if by != stem && covers(by) {
                covered[band] += alone;
            }
        }
    }
}

impl Comparison for Masking {
    fn push(&mut self, block: &Ensemble) {
        let Self { frames, ear, waiting, heard, .. } = self;
        let mut reached = u64::MAX;
        for (n, (frames, stem)) in frames.iter_mut().zip(block.stems).enumerate() {
            frames.push(stem, |frame| waiting.put(n, frame.at, ear.excitation(&frame)));
            // one that has ended waits for nothing
            if stem.frames() == block.sum.frames() {
                reached = reached.min(frames.reached());
            }
        }
        waiting.settle(reached, |moment| heard.add(&moment));
    }

    fn read(&self) -> Vec<Relation> {
        let stems = 0..self.stems.len();
        let of_stem = |n: usize| {
            let unmasked = self.against_master(n, Quantity::Unmasked, &self.heard.among[n]);
            let audible = self.against_master(n, Quantity::Audible, &self.heard.audible[n]);
            let pairs = stems.clone().filter(move |by| *by != n).filter_map(move |by| self.pair(n, by));
            unmasked.into_iter().chain(audible).chain(pairs).collect::<Vec<_>>()
        };
        stems.clone().flat_map(of_stem).collect()
    }
}
