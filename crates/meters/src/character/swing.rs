use acetate_model::{Value, power_db};

use super::{Bins, FEWEST_FRAMES, TOO_SHORT, sum};
use crate::power::percentile;

/// Where the bands meet; a band that would begin above the highest frequency is left out.
pub const EDGES_HZ: [f64; 6] = [20.0, 120.0, 600.0, 3000.0, 8000.0, 20_000.0];

/// A band that stands below this is silent.
const QUIETEST_DB: f64 = -80.0;

/// How far the level of each band jumps.
pub struct Swing {
    bands: Vec<Band>,
}

struct Band {
    centre_hz: f64,
    bins: std::ops::Range<usize>,
    levels_db: Vec<f32>,
}

impl Swing {
    pub fn new(bins: &Bins, highest_hz: f64) -> Self {
        let bands = EDGES_HZ.windows(2).filter(|edges| edges[0] < highest_hz).map(|edges| {
            let (from_hz, to_hz) = (edges[0], edges[1].min(highest_hz));
            Band {
                centre_hz: (from_hz * to_hz).sqrt(),
                bins: bins.between(from_hz, to_hz),
                levels_db: Vec::new(),
            }
        });
        Self { bands: bands.collect() }
    }

    pub fn push(&mut self, powers: &[f32]) {
        for band in &mut self.bands {
            let power = f64::from(sum(&powers[band.bins.clone()]));
            if let Some(db) = power_db(power).filter(|&db| db >= QUIETEST_DB) {
                band.levels_db.push(db as f32);
            }
        }
    }

    pub fn read(&self) -> Value {
        let db: Vec<Option<f64>> = self.bands.iter().map(Band::swing_db).collect();
        if db.iter().any(Option::is_some) {
            Value::Spectrum { hz: self.bands.iter().map(|band| band.centre_hz).collect(), db }
        } else {
            Value::Undefined(TOO_SHORT.to_owned())
        }
    }
}

impl Band {
    fn swing_db(&self) -> Option<f64> {
        let mut levels: Vec<f64> = self.levels_db.iter().copied().map(f64::from).collect();
        if levels.len() < FEWEST_FRAMES {
            return None;
        }
        let high = percentile(&mut levels, 0.95)?;
        Some(high - percentile(&mut levels, 0.5)?)
    }
}
