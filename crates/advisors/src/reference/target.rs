use acetate_model::{Case, Place, Quantity, Readings};

use crate::moves::ramp;
use crate::norms::ALIGN_HZ;

/// Outside of these there is little to hear, and recordings differ by accident, in Hz.
const HEARD_HZ: [f64; 2] = [25.0, 16_500.0];

/// A band that lies so far below the loudest, on the same slope, holds something, or nothing, in dB.
const SOMETHING_DB: [f64; 2] = [-75.0, -60.0];

/// The references beside the song.
pub(super) struct Target {
    pub bands: Vec<Band>,
}

/// A third octave.
pub(super) struct Band {
    pub hz: f64,
    /// How much more of it the references have, at equal level, in dB.
    pub offset_db: f64,
    /// From 0 to 1: whether both have something there.
    pub trust: f64,
}

/// How many references were heard.
pub(super) fn count(readings: &Readings) -> usize {
    let heard = readings.0.iter().filter(|r| r.of.is_reference() && r.quantity == Quantity::Spectrum);
    heard.count()
}

impl Target {
    /// None without a reference, or where the spectra share no band.
    pub fn of(case: &Case) -> Option<Self> {
        let references = count(case.readings);
        let own = Spectrum::of(case.readings, &Place::Master)?;
        let theirs: Vec<Spectrum> =
            (0..references).filter_map(|n| Spectrum::of(case.readings, &Place::reference(n))).collect();
        let mut bands: Vec<Band> = own
            .bands
            .iter()
            .filter(|(hz, _)| (HEARD_HZ[0]..HEARD_HZ[1]).contains(hz))
            .filter_map(|&(hz, db)| {
                let there = middle(theirs.iter().filter_map(|t| t.at(hz)).collect())?;
                let heard = |db: f64, of: f64| ramp(db - of, SOMETHING_DB[0], SOMETHING_DB[1]);
                let loudest = middle(theirs.iter().map(|t| t.loudest).collect())?;
                let trust = heard(db, own.loudest).min(heard(there, loudest));
                Some(Band { hz, offset_db: there - db, trust })
            })
            .collect();
        let [from, to] = ALIGN_HZ;
        let inside = bands.iter().filter(|b| (from..=to).contains(&b.hz));
        let (count, sum) = inside.fold((0, 0.0), |(n, sum), b| (n + 1, sum + b.offset_db));
        if count == 0 {
            return None;
        }
        let level = sum / f64::from(count);
        for band in &mut bands {
            band.offset_db -= level;
        }
        Some(Self { bands })
    }

    /// RMS over the bands that both have.
    pub fn distance_db(&self) -> f64 {
        let weight: f64 = self.bands.iter().map(|b| b.trust).sum();
        let squares: f64 = self.bands.iter().map(|b| b.trust * b.offset_db * b.offset_db).sum();
        if weight > 0.0 { (squares / weight).sqrt() } else { 0.0 }
    }

    /// The band that lies farthest off, and by how much.
    pub fn farthest(&self) -> Option<(f64, f64)> {
        let heard = self.bands.iter().map(|b| (b.hz, b.trust * b.offset_db));
        heard.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
    }
}

struct Spectrum {
    bands: Vec<(f64, f64)>,
    loudest: f64,
}

impl Spectrum {
    fn of(readings: &Readings, of: &Place) -> Option<Self> {
        let bands = readings.spectrum(of, Quantity::Spectrum)?;
        let loudest = bands.iter().map(|(_, db)| *db).fold(f64::NEG_INFINITY, f64::max);
        (!bands.is_empty()).then_some(Self { bands, loudest })
    }

    fn at(&self, hz: f64) -> Option<f64> {
        self.bands.iter().find(|(at, _)| (at / hz - 1.0).abs() < 0.01).map(|(_, db)| *db)
    }
}

/// The middle one, or the mean of the two in the middle.
pub(super) fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}
