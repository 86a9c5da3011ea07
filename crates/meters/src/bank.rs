use acetate_model::{Audio, Meter, MeterEntry, Place, Reading, Spec};

use crate::{DERIVED, METERS};

/// Meters that listen to one signal.
pub struct MeterBank {
    meters: Vec<(&'static MeterEntry, Box<dyn Meter>)>,
}

impl MeterBank {
    /// All of [`METERS`].
    pub fn new(spec: &Spec) -> Self {
        Self::of(spec, |_| true)
    }

    /// The meters with these ids.
    pub fn only(spec: &Spec, ids: &[&str]) -> Self {
        debug_assert!(
            ids.iter().all(|id| METERS.iter().any(|entry| entry.id == *id)),
            "no such meter: {ids:?}"
        );
        Self::of(spec, |entry| ids.contains(&entry.id))
    }

    fn of(spec: &Spec, wanted: impl Fn(&MeterEntry) -> bool) -> Self {
        let entries = METERS.iter().filter(|entry| wanted(entry));
        Self { meters: entries.map(|entry| (entry, (entry.build)(spec))).collect() }
    }

    /// Hears the next block, of any length; how the signal is cut into blocks changes no bit of the readings.
    pub fn push(&mut self, block: &Audio) {
        for (_, meter) in &mut self.meters {
            meter.push(block);
        }
    }

    /// The meters one by one, so that a caller may have them hear a block side by side; each must hear every block.
    pub fn meters(&mut self) -> Vec<&mut dyn Meter> {
        self.meters.iter_mut().map(|(_, meter)| &mut **meter as &mut dyn Meter).collect()
    }

    /// What every meter reads so far, and what follows from several of them.
    pub fn readings(&self, of: &Place) -> Vec<Reading> {
        let mut readings = Vec::new();
        for (entry, meter) in &self.meters {
            let by = format!("{}@{}", entry.id, entry.version);
            readings.extend(meter.read().into_iter().map(|(quantity, value)| Reading {
                of: of.clone(),
                against: None,
                quantity,
                value,
                by: by.clone(),
            }));
        }
        let derived: Vec<Reading> = DERIVED.iter().filter_map(|d| d.read(of, &readings)).collect();
        readings.extend(derived);
        readings
    }
}
