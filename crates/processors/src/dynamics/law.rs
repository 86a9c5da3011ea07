use acetate_dsp::{Compression, DETECTOR_TILE};

use super::Times;

/// The most that anything is raised.
const MOST_RAISED_DB: f32 = 6.0;
/// By how much a boost grows for each dB above the floor.
const FADE: f32 = 0.5;
/// From this ratio on nothing gets louder than the threshold.
const LIMITING: f64 = 100.0;

/// 1 − 1/ratio, and 1 for the highest ratio of all.
pub fn slope(ratio: f64) -> f32 {
    if ratio >= LIMITING { 1.0 } else { (1.0 - 1.0 / ratio) as f32 }
}

/// Which levels are changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Levels above the threshold are turned down.
    Down,
    /// Levels below the threshold are raised; at the floor, in dB, and below nothing is.
    Up { floor_db: f32 },
    /// Levels below the threshold are turned down.
    Expand,
}

/// How fast a gain follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Where the times come from.
    pub times: Times,
    /// Until 63 % of an attack and of a release.
    pub times_ms: [f64; 2],
}

/// What becomes of a level.
///
/// A detector works on a *control*: a number of dB from 0 on that rises with the level, quickly, and falls with it,
/// slowly. For levels below the threshold the curve of a compressor is mirrored at 0 dB.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    compression: Compression,
    action: Action,
    /// How fast it follows.
    pub motion: Motion,
    /// A gain behind it.
    pub gain_db: f32,
    /// The share of what comes out that went through it; the rest is as it came.
    pub mix: f32,
}

impl Law {
    /// `compression` as it would be above the threshold.
    pub fn new(
        compression: Compression,
        action: Action,
        motion: Motion,
        gain_db: f64,
        mix_percent: f64,
    ) -> Self {
        let compression = match action {
            Action::Down => compression,
            Action::Up { .. } => Compression {
                threshold_db: -compression.threshold_db,
                range_db: compression.range_db.min(MOST_RAISED_DB),
                ..compression
            },
            Action::Expand => Compression { threshold_db: -compression.threshold_db, ..compression },
        };
        Self { compression, action, motion, gain_db: gain_db as f32, mix: (mix_percent / 100.0) as f32 }
    }

    /// Whether no level ever moves it.
    pub fn is_idle(&self) -> bool {
        self.compression.slope == 0.0 || self.compression.range_db == 0.0 || self.mix == 0.0
    }

    /// Whether it changes nothing.
    pub fn is_neutral(&self) -> bool {
        self.is_idle() && (self.gain_db == 0.0 || self.mix == 0.0)
    }

    /// Up to this power, and with a little to spare for rounding, the control is 0.
    pub fn idle_below(&self) -> f32 {
        const SPARE_DB: f32 = 0.001;
        const NEVER: f32 = -1.0;
        if self.is_idle() {
            return f32::INFINITY;
        }
        let begins_db = match self.action {
            Action::Down => self.compression.begins_db(),
            Action::Up { floor_db } => floor_db,
            Action::Expand => return NEVER,
        };
        libm::powf(10.0, (begins_db - SPARE_DB) / 10.0)
    }

    /// Levels to the control, in place.
    pub fn control(&self, levels: &mut [f32]) {
        match self.action {
            Action::Down => self.compression.attenuate(levels),
            Action::Up { floor_db } => {
                for level in levels {
                    let over = *level - floor_db;
                    *level = if over > 0.0 { over } else { 0.0 };
                }
            }
            Action::Expand => {
                for level in &mut *levels {
                    *level = -*level;
                }
                self.compression.attenuate(levels);
                for level in levels {
                    *level = self.compression.range_db - *level;
                }
            }
        }
    }

    /// The control, of no more than a tile, to attenuations, in place; a boost is negative.
    pub fn attenuation(&self, control: &mut [f32]) {
        match self.action {
            Action::Down => {}
            Action::Up { floor_db } => {
                let mut boosts = [0.0; DETECTOR_TILE];
                let boosts = &mut boosts[..control.len()];
                for (boost, over) in boosts.iter_mut().zip(&*control) {
                    *boost = -(over + floor_db);
                }
                self.compression.attenuate(boosts);
                for (over, boost) in control.iter_mut().zip(boosts) {
                    let fading = FADE * *over;
                    *over = -if *boost < fading { *boost } else { fading };
                }
            }
            Action::Expand => {
                for open in control {
                    let closed = self.compression.range_db - *open;
                    *open = if closed > 0.0 { closed } else { 0.0 };
                }
            }
        }
    }

    /// The gain for a steady sine of this level, as a factor.
    pub fn steady_gain(&self, level_db: f64) -> f64 {
        let mut one = [level_db as f32];
        if self.is_idle() {
            one = [0.0];
        } else {
            self.control(&mut one);
            self.attenuation(&mut one);
        }
        let wet = acetate_model::amplitude(f64::from(self.gain_db - one[0]));
        1.0 + f64::from(self.mix) * (wet - 1.0)
    }
}
