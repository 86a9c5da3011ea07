use std::ops::Range;

use acetate_model::{Cells, Move, Place, Quantity, Reading, Readings, Standing, Stem, Value, power_db};

use super::{CELLS, Layers, Respond, Scene, loudness_db, masking::tell_unmasked, over_time::gains, powers};

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
            } else if let Some(factors) = gains(&m.process, scene.hop_ms, scene.hops()) {
                scene.change_over_time(&m.at, &factors);
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

/// The readings of a part of the song, in hops of the cells: what follows from the cells is of that part, the rest of the
/// whole song.
pub fn within(stems: &[Stem], readings: &Readings, hops: Range<usize>) -> Readings {
    let mut part = readings.clone();
    for of in stems.iter().map(|s| Place::stem(&s.name)).chain([Place::Master]) {
        let Some(cells) = CELLS.iter().find_map(|&q| readings.cells(&of, q)) else { continue };
        let bands = cells.hz.len();
        let whole = CELLS.map(|quantity| powers(readings, &of, quantity, cells.hops() * bands));
        let cut = |layer: &Vec<f64>| {
            let mut layer = layer.clone();
            // a stem that ends early is silent from there on
            layer.resize(layer.len().max(hops.end * bands), 0.0);
            layer[hops.start * bands..hops.end * bands].to_vec()
        };
        let after = [cut(&whole[0]), cut(&whole[1])];
        Change { of: &of, hz: &cells.hz, hop_ms: cells.hop_ms, before: whole, after }.tell(&mut part);
    }
    part
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

    /// The mean power of each band, layers together.
    fn bands(&self, layers: &[&Vec<f64>]) -> Vec<f64> {
        let mut means = vec![0.0; self.hz.len()];
        for powers in layers {
            let hops = (powers.len() / self.hz.len().max(1)).max(1) as f64;
            for hop in powers.chunks(self.hz.len()) {
                means.iter_mut().zip(hop).for_each(|(mean, power)| *mean += power / hops);
            }
        }
        means
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(of: &Place, quantity: Quantity, value: Value) -> Reading {
        Reading { of: of.clone(), against: None, quantity, value, by: "test".into() }
    }

    /// A song of two bands whose low one is 10 dB louder in its second half.
    #[test]
    fn a_part_is_told_apart_from_the_song() {
        let (hz, at) = (vec![100.0, 1000.0], Place::Master);
        let half = |low: f64| [low, 0.01].repeat(20);
        let powers = [half(0.01), half(0.1)].concat();
        let mean_db = |low: f64| Some(10.0 * libm::log10(low));
        let spectrum = Value::Spectrum { hz: hz.clone(), db: vec![mean_db(0.055), mean_db(0.01)] };
        let readings = Readings(vec![
            reading(&at, Quantity::MidCells, Value::Cells(Cells::of(500.0, hz.clone(), powers))),
            reading(&at, Quantity::Spectrum, spectrum),
            reading(&at, Quantity::Crest, Value::Scalar(12.0)),
        ]);
        for (hops, low) in [(0..20, 0.01), (20..40, 0.1), (0..40, 0.055)] {
            let part = within(&[], &readings, hops.clone());
            let bands = part.spectrum(&at, Quantity::Spectrum).unwrap();
            assert!((bands[0].1 - mean_db(low).unwrap()).abs() < 0.02, "{hops:?}: {bands:?}");
            assert!((bands[1].1 - mean_db(0.01).unwrap()).abs() < 0.02, "{hops:?}: {bands:?}");
            assert_eq!(part.cells(&at, Quantity::MidCells).unwrap().hops(), hops.len());
            assert_eq!(part.scalar(&at, Quantity::Crest), Some(12.0), "no cell tells it");
        }
    }
}
