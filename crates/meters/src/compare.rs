use acetate_model::{Comparison, Ensemble, Place, Reading, Spec};

use crate::COMPARISONS;

/// All of [`COMPARISONS`], listening to the stems of one song.
pub struct ComparisonBank(Vec<(String, Box<dyn Comparison>)>);

impl ComparisonBank {
    /// For the stems at these places; a single stem is compared with nothing.
    pub fn new(spec: &Spec, stems: &[Place]) -> Self {
        let entries = COMPARISONS.iter().filter(|_| stems.len() > 1);
        Self(
            entries
                .map(|entry| (format!("{}@{}", entry.id, entry.version), (entry.build)(spec, stems)))
                .collect(),
        )
    }

    /// Hears the next block, of any length.
    pub fn push(&mut self, block: &Ensemble) {
        self.comparisons().into_iter().for_each(|one| one.push(block));
    }

    /// The comparisons one by one, so that a caller may have them hear a block side by side; each must hear every
    /// block.
    pub fn comparisons(&mut self) -> Vec<&mut dyn Comparison> {
        self.0.iter_mut().map(|(_, one)| &mut **one as &mut dyn Comparison).collect()
    }

    /// What every comparison reads so far.
    pub fn readings(&self) -> Vec<Reading> {
        let read = |(by, one): &(String, Box<dyn Comparison>)| {
            let relations = one.read().into_iter();
            let by = by.clone();
            relations
                .map(move |relation| Reading {
                    of: relation.of,
                    against: Some(relation.against),
                    quantity: relation.quantity,
                    value: relation.value,
                    by: by.clone(),
                })
                .collect::<Vec<_>>()
        };
        self.0.iter().flat_map(read).collect()
    }
}
