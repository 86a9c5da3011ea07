use acetate_model::{Cells, Move, Place, Quantity, Reading, Readings, Standing, Stem, Value, power_db};

use super::{CELLS, Layers, Respond, Scene, loudness_db, masking::tell_unmasked};

/// Bands below this make the low end of a correlation.
const LOW_HZ: f64 = 120.0;

/// Who foretold a reading.
const BY: &str = "foretold";

/// The readings as they will be after some moves. Linear ones are foretold from the cells; of others it is believed that
/// they keep their promises.
pub fn after(stems: &[Stem], readings: &Readings, moves: &[Move], respond: Respond) -> Readings {
    let mut foretold = readings.clone();
    let active = || moves.iter().filter(|m| m.standing == Standing::Active);
    if let Some(before) = Scene::of(stems, readings) {
        let mut scene = before.clone();
        let mut touched: Vec<&Place> = Vec::new();
        for m in active() {
            if let Some(factors) = respond(&m.process, &scene.hz) {
                scene.change(&m.at, &factors);
                touched.push(&m.at);
            }
        }
        if !touched.is_empty() {
            let changed =
                before.places.iter().filter(|p| touched.contains(p) || touched.contains(&&Place::Master));
            for place in changed.chain([&Place::Master]) {
                if let Some(change) = Change::of(&before, &scene, place) {
                    change.tell(&mut foretold);
                }
            }
            tell_unmasked(stems, &before, &scene, &mut foretold);
        }
    }
    for promise in active().flat_map(|m| &m.promises) {
        let [low, high] = promise.within;
        let wanted =
            |r: &&mut Reading| r.of == promise.of && r.quantity == promise.quantity && is_of_the_song(r);
        if let Some(Value::Scalar(value)) = foretold.0.iter_mut().find(wanted).map(|r| &mut r.value) {
            *value = value.clamp(low, high.max(low));
        }
    }
    foretold
}

/// Of a place alone, or beside all others together.
fn is_of_the_song(reading: &Reading) -> bool {
    reading.against.as_ref().is_none_or(|against| *against == Place::Master)
}

/// One place before and after.
struct Change<'a> {
    of: &'a Place,
    hz: &'a [f64],
    hop_ms: f64,
    before: Layers,
    after: Layers,
}

impl<'a> Change<'a> {
    fn of(before: &'a Scene, after: &Scene, of: &'a Place) -> Option<Self> {
        Some(Self { of, hz: &before.hz, hop_ms: before.hop_ms, before: before.at(of)?, after: after.at(of)? })
    }

    /// Puts what changes into the readings.
    fn tell(&self, readings: &mut Readings) {
        for (quantity, powers) in CELLS.into_iter().zip(&self.after) {
            let cells = Cells::of(self.hop_ms, self.hz.to_vec(), powers.iter().copied());
            self.replace(readings, quantity, |_| Some(Value::Cells(cells.clone())));
        }
        let both = |layers: &Layers| self.bands(&[&layers[0], &layers[1]]);
        self.shift_spectrum(readings, Quantity::Spectrum, &both(&self.before), &both(&self.after));
        let side = |layers: &Layers| self.bands(&[&layers[1]]);
        self.shift_spectrum(readings, Quantity::SideSpectrum, &side(&self.before), &side(&self.after));
        let loudness = |layers| loudness_db(layers, self.hz);
        let louder = difference(loudness(&self.before), loudness(&self.after));
        for quantity in [
            Quantity::Integrated,
            Quantity::MaxMomentary,
            Quantity::MaxShortTerm,
            Quantity::TruePeak,
            Quantity::SamplePeak,
        ] {
            self.shift(readings, quantity, louder);
        }
        let level = |layers| power_db(both(layers).iter().sum());
        self.shift(readings, Quantity::Rms, difference(level(&self.before), level(&self.after)));
        let width = |layers: &Layers| {
            let [mid, side] = [0, 1].map(|n| self.bands(&[&layers[n]]).iter().sum::<f64>());
            power_db(side / mid)
        };
        self.shift(readings, Quantity::SideToMid, difference(width(&self.before), width(&self.after)));
        let low = |layers| self.correlation(layers, LOW_HZ);
        self.shift(readings, Quantity::LowCorrelation, difference(low(&self.before), low(&self.after)));
        let whole = |layers| self.correlation(layers, f64::INFINITY);
        self.shift(readings, Quantity::Correlation, difference(whole(&self.before), whole(&self.after)));
    }

    /// The power of each band over the song, layers together.
    fn bands(&self, layers: &[&Vec<f64>]) -> Vec<f64> {
        let mut sums = vec![0.0; self.hz.len()];
        for hop in layers.iter().flat_map(|powers| powers.chunks(self.hz.len())) {
            sums.iter_mut().zip(hop).for_each(|(sum, power)| *sum += power);
        }
        sums
    }

    /// Of left and right up to a frequency, for channels that are equally strong.
    fn correlation(&self, layers: &Layers, to_hz: f64) -> Option<f64> {
        let low = |layer: &Vec<f64>| -> f64 {
            let bands = self.bands(&[layer]).into_iter().zip(self.hz);
            bands.filter(|(_, hz)| **hz < to_hz).map(|(power, _)| power).sum()
        };
        let (mid, side) = (low(&layers[0]), low(&layers[1]));
        (mid + side > 0.0).then(|| (mid - side) / (mid + side))
    }

    fn shift(&self, readings: &mut Readings, quantity: Quantity, by: f64) {
        self.replace(readings, quantity, |value| match value {
            Value::Scalar(value) => Some(Value::Scalar(value + by)),
            _ => None,
        });
    }

    fn shift_spectrum(&self, readings: &mut Readings, quantity: Quantity, before: &[f64], after: &[f64]) {
        let change = |hz: f64| {
            let band = self.hz.iter().position(|&centre| (centre / hz - 1.0).abs() < 0.01)?;
            Some(difference(power_db(before[band]), power_db(after[band])))
        };
        self.replace(readings, quantity, |value| match value {
            Value::Spectrum { hz, db } => {
                let moved = hz.iter().zip(db).map(|(&hz, db)| db.map(|db| db + change(hz).unwrap_or(0.0)));
                Some(Value::Spectrum { hz: hz.clone(), db: moved.collect() })
            }
            _ => None,
        });
    }

    fn replace(&self, readings: &mut Readings, quantity: Quantity, by: impl Fn(&Value) -> Option<Value>) {
        let wanted = |r: &&mut Reading| r.of == *self.of && r.quantity == quantity && r.against.is_none();
        if let Some(reading) = readings.0.iter_mut().find(wanted)
            && let Some(value) = by(&reading.value)
        {
            (reading.value, reading.by) = (value, BY.to_owned());
        }
    }
}

/// By how much something grew; not at all where it cannot be told.
fn difference(before: Option<f64>, after: Option<f64>) -> f64 {
    match (before, after) {
        (Some(before), Some(after)) => after - before,
        _ => 0.0,
    }
}
