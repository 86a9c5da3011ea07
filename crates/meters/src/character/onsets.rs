use std::ops::Range;

use acetate_model::{Quantity, Value, power_db};

use super::{Bins, FEWEST_FRAMES, STEPS_A_SECOND, TOO_SHORT, sum};

/// Where the bands meet: about an octave and a half each.
const EDGES_HZ: [f64; 8] = [40.0, 120.0, 300.0, 700.0, 1500.0, 3000.0, 6000.0, 12_000.0];
/// Bands.
pub const BANDS: usize = EDGES_HZ.len() - 1;
/// What lies this far below the mean of what was heard is too soft to begin: 30 dB.
const FLOOR: f64 = 1e-3;
/// Bands that rise by this on average are something that begins; vibrato and beats rise by less.
const RISE_DB: f64 = 3.0;

/// The levels of the bands in a step, over a floor, in dB.
pub type Levels = [f64; BANDS];

/// How often and how hard something begins.
pub struct Onsets {
    bands: [Range<usize>; BANDS],
    heard: f64,
    steps: u64,
    before: Option<(u64, Levels)>,
    /// The rises of the last two steps, in dB.
    rises: [f64; 2],
    count: u64,
    risen_db: f64,
}

impl Onsets {
    pub fn new(bins: &Bins, highest_hz: f64) -> Self {
        let band = |n: usize| bins.between(EDGES_HZ[n].min(highest_hz), EDGES_HZ[n + 1].min(highest_hz));
        Self {
            bands: std::array::from_fn(band),
            heard: 0.0,
            steps: 0,
            before: None,
            rises: [0.0; 2],
            count: 0,
            risen_db: 0.0,
        }
    }

    /// Hears a step, and hands on the levels of its bands.
    pub fn push(&mut self, at: u64, powers: &[f32]) -> Levels {
        let parts = self.bands.clone().map(|bins| f64::from(sum(&powers[bins])));
        self.heard += parts.iter().sum::<f64>();
        self.steps += 1;
        let floor = FLOOR * self.heard / self.steps as f64;
        let over = |power: f64| power_db(1.0 + power / floor.max(f64::MIN_POSITIVE)).unwrap_or(0.0);
        let levels = parts.map(over);
        // after a pause everything rises from nothing
        let before = self.before.filter(|(n, _)| n + 1 == at).map_or([0.0; BANDS], |(_, levels)| levels);
        let rise = levels.iter().zip(before).map(|(now, before)| (now - before).max(0.0)).sum::<f64>();
        self.hear(rise / BANDS as f64);
        self.before = Some((at, levels));
        levels
    }

    /// Counts the step before if it rose, and more than its neighbours.
    fn hear(&mut self, rise_db: f64) {
        let [first, second] = self.rises;
        if second >= RISE_DB && second > first && second >= rise_db {
            self.count += 1;
            self.risen_db += second;
        }
        self.rises = [second, rise_db];
    }

    pub fn read(&self) -> [(Quantity, Value); 2] {
        let long_enough = self.steps >= FEWEST_FRAMES as u64;
        let seconds = self.steps as f64 / STEPS_A_SECOND as f64;
        let rate = long_enough.then(|| self.count as f64 / seconds);
        let why = if long_enough { "nothing begins" } else { TOO_SHORT };
        let attack = (long_enough && self.count > 0).then(|| self.risen_db / self.count as f64);
        [
            (Quantity::Onsets, Value::scalar_or(rate, TOO_SHORT)),
            (Quantity::Attack, Value::scalar_or(attack, why)),
        ]
    }
}
