use acetate_dsp::{
    Actions, BANDS_AT_ONCE, Compression, DETECTOR_TILE, MeanPowers, PartPowers, gain, level_db,
};
use acetate_model::{Audio, Spec};
use wide::f64x2;

use super::{DynamicEqBand, Threshold, When};
use crate::pairs::{Frames, load};

/// The level is a mean over this share of the attack, so that it makes the attack no longer.
const SHARE_OF_ATTACK: f64 = 0.03;
/// And over this where the band works on what is soft, so that it does not take each dip of a noise for softness.
const SHARE_BELOW: f64 = 0.1;
/// And over no fewer periods of the band, or the level of noise is none.
const PERIODS: f64 = 1.5;
/// Over how long the level of the whole signal is a mean: a period of the lowest bass, and so short that an onset,
/// which a band hears at once, is in it.
const WHOLE_MS: [f64; 2] = [25.0, 2.0];
/// Nothing is relative to a whole that is softer than this.
const SILENT_WHOLE_DBFS: f32 = -110.0;
/// What is softer than this in its band is taken for silence, and nothing is done about its being soft.
const SILENCE_DBFS: f32 = -90.0;
/// Over how many dB a band for what is soft leaves off towards silence.
const FADE_DB: f32 = 12.0;

type Lane = [f32; DETECTOR_TILE];

/// All bands' detectors.
#[derive(Debug, Clone)]
pub struct Detectors {
    groups: Vec<Group>,
    whole: Option<Whole>,
    tile: [f64x2; DETECTOR_TILE],
}

impl Detectors {
    /// At rest.
    pub fn new(spec: &Spec, bands: &[DynamicEqBand]) -> Self {
        let groups = bands.chunks(BANDS_AT_ONCE).map(|bands| Group::new(spec, bands)).collect();
        let is_relative = bands.iter().any(|band| band.threshold == Threshold::Relative);
        let whole = is_relative.then(|| Whole::new(spec.rate_hz));
        Self { groups, whole, tile: [f64x2::ZERO; DETECTOR_TILE] }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.groups.iter_mut().for_each(Group::reset);
        self.whole.iter_mut().for_each(Whole::reset);
    }

    /// Hears up to [`DETECTOR_TILE`] frames.
    pub fn follow(&mut self, heard: &Audio, from: usize, to: usize) {
        let tile = &mut self.tile[..to - from];
        self.groups.iter_mut().for_each(|group| group.powers[..to - from].fill([0.0; 4]));
        self.whole.iter_mut().for_each(|whole| whole.powers[..to - from].fill([0.0; 4]));
        for (pair, channels) in heard.channels.chunks(2).enumerate() {
            let (left, right) = (&channels[0][from..to], &channels[channels.len() - 1][from..to]);
            load(tile, left, right);
            self.groups.iter_mut().for_each(|group| group.hear(pair, tile));
            self.whole.iter_mut().for_each(|whole| whole.hear(tile));
        }
        let frames = to - from;
        let whole = self.whole.as_mut().map(|whole| whole.levels(frames));
        self.groups.iter_mut().for_each(|group| group.act(whole, frames));
    }

    /// For each four bands, their gains less 1, frame by frame.
    pub fn changes(&self) -> impl Iterator<Item = &[[f64; 4]]> {
        self.groups.iter().map(|group| &group.powers[..])
    }

    /// The sum and the highest of what a band was turned down in the last `frames` frames, in dB.
    pub fn reduction(&self, band: usize, frames: usize) -> [f32; 2] {
        let lane = &self.groups[band / BANDS_AT_ONCE].attenuations[band % BANDS_AT_ONCE][..frames];
        lane.iter().fold([0.0, 0.0], |[sum, max], &db| {
            let down = if db > 0.0 { db } else { 0.0 };
            [sum + down, if down > max { down } else { max }]
        })
    }
}

/// The level of the whole signal: that of the moment or that of a while, whichever is higher.
#[derive(Debug, Clone)]
struct Whole {
    mean: MeanPowers,
    powers: [[f64; 4]; DETECTOR_TILE],
    levels: Lane,
}

impl Whole {
    fn new(rate_hz: u32) -> Self {
        Self {
            mean: MeanPowers::new(rate_hz, [WHOLE_MS[0], WHOLE_MS[1], 0.0, 0.0]),
            powers: [[0.0; 4]; DETECTOR_TILE],
            levels: [0.0; DETECTOR_TILE],
        }
    }

    fn reset(&mut self) {
        self.mean.reset();
    }

    fn hear(&mut self, tile: &Frames) {
        for (powers, &x) in self.powers.iter_mut().zip(tile) {
            let [left, right] = (x * x).to_array();
            let louder = 2.0 * if right > left { right } else { left };
            powers[0] = if louder > powers[0] { louder } else { powers[0] };
            powers[1] = powers[0];
        }
    }

    fn levels(&mut self, frames: usize) -> &Lane {
        self.mean.run(&mut self.powers[..frames]);
        for (level, powers) in self.levels.iter_mut().zip(&self.powers[..frames]) {
            *level = if powers[1] > powers[0] { powers[1] } else { powers[0] } as f32;
        }
        level_db(&mut self.levels[..frames]);
        self.levels.iter_mut().for_each(|level| *level = level.max(SILENT_WHOLE_DBFS));
        &self.levels
    }
}

/// What a band does to its level.
#[derive(Debug, Clone)]
struct Law {
    compression: Compression,
    when: When,
    threshold: Threshold,
    rest_db: f32,
    is_cut: bool,
}

impl Law {
    fn new(band: &DynamicEqBand) -> Self {
        let threshold_db = band.threshold_db.0 as f32;
        Self {
            compression: Compression {
                threshold_db: if band.when == When::Over { threshold_db } else { -threshold_db },
                knee_db: band.knee_db.0 as f32,
                slope: (1.0 - 1.0 / band.ratio.0) as f32,
                range_db: band.range_db.0.abs() as f32,
            },
            when: band.when,
            threshold: band.threshold,
            rest_db: band.gain_db.0 as f32,
            is_cut: band.range_db.0 < 0.0,
        }
    }

    /// Powers to what is wanted of the band, in dB.
    fn wanted(&self, lane: &mut [f32], whole: Option<&Lane>) {
        level_db(lane);
        let mut presence = [1.0; DETECTOR_TILE];
        if self.when == When::Below {
            for (presence, level) in presence.iter_mut().zip(&*lane) {
                *presence = ((level - SILENCE_DBFS) / FADE_DB).clamp(0.0, 1.0);
            }
        }
        if let (Threshold::Relative, Some(whole)) = (self.threshold, whole) {
            lane.iter_mut().zip(whole).for_each(|(level, whole)| *level -= whole);
        }
        if self.when == When::Below {
            for level in &mut *lane {
                *level = -*level;
            }
        }
        self.compression.attenuate(lane);
        if self.when == When::Below {
            lane.iter_mut().zip(&presence).for_each(|(wanted, presence)| *wanted *= presence);
        }
    }
}

/// Up to four bands side by side.
#[derive(Debug, Clone)]
struct Group {
    laws: Vec<Law>,
    // one for each pair of channels
    parts: Vec<PartPowers>,
    mean: MeanPowers,
    actions: Actions,
    // powers, then actions, then gains less 1
    powers: [[f64; 4]; DETECTOR_TILE],
    attenuations: [Lane; BANDS_AT_ONCE],
}

impl Group {
    fn new(spec: &Spec, bands: &[DynamicEqBand]) -> Self {
        let parts: Vec<_> = bands.iter().map(DynamicEqBand::part).collect();
        let of = |get: fn(&DynamicEqBand) -> f64| std::array::from_fn(|k| bands.get(k).map_or(0.0, get));
        let mean_ms = |band: &DynamicEqBand| {
            let share = if band.when == When::Over { SHARE_OF_ATTACK } else { SHARE_BELOW };
            (share * band.attack_ms.0).max(1000.0 * PERIODS / band.freq_hz.0)
        };
        let [attacks, releases]: [[f64; 4]; 2] = [of(|band| band.attack_ms.0), of(|band| band.release_ms.0)];
        Self {
            laws: bands.iter().map(Law::new).collect(),
            parts: vec![PartPowers::new(spec.rate_hz, &parts); spec.channels.div_ceil(2)],
            mean: MeanPowers::new(spec.rate_hz, of(mean_ms)),
            actions: Actions::new(spec.rate_hz, std::array::from_fn(|k| [attacks[k], releases[k]])),
            powers: [[0.0; 4]; DETECTOR_TILE],
            attenuations: [[0.0; DETECTOR_TILE]; BANDS_AT_ONCE],
        }
    }

    fn reset(&mut self) {
        self.parts.iter_mut().for_each(PartPowers::reset);
        self.mean.reset();
        self.actions.reset();
    }

    fn hear(&mut self, pair: usize, tile: &Frames) {
        if let Some(parts) = self.parts.get_mut(pair) {
            parts.run(tile, &mut self.powers);
        }
    }

    fn act(&mut self, whole: Option<&Lane>, frames: usize) {
        let powers = &mut self.powers[..frames];
        let lanes = &mut self.attenuations;
        self.mean.run(powers);
        for_each_frame(lanes, powers, |lanes, powers| {
            lanes.into_iter().zip(powers).for_each(|(lane, power)| *lane = *power as f32);
        });
        for (law, lane) in self.laws.iter().zip(&mut *lanes) {
            law.wanted(&mut lane[..frames], whole);
        }
        for_each_frame(lanes, powers, |lanes, powers| {
            lanes.into_iter().zip(powers).for_each(|(lane, wanted)| *wanted = f64::from(*lane));
        });
        self.actions.run(powers);
        for_each_frame(lanes, powers, |lanes, powers| {
            lanes.into_iter().zip(powers).for_each(|(lane, moved)| *lane = *moved as f32);
        });
        let mut gains = [[0.0; DETECTOR_TILE]; BANDS_AT_ONCE];
        for ((law, lane), gains) in self.laws.iter().zip(&mut *lanes).zip(&mut gains) {
            let sign = if law.is_cut { 1.0 } else { -1.0 };
            for (moved, attenuation) in lane[..frames].iter_mut().zip(&mut *gains) {
                *moved = sign * *moved - law.rest_db;
                *attenuation = *moved;
            }
            gain(&mut gains[..frames]);
        }
        for_each_frame(&mut gains, powers, |gains, powers| {
            gains.into_iter().zip(powers).for_each(|(gain, change)| *change = f64::from(*gain) - 1.0);
        });
    }
}

/// Four bands one after the other, and the same frame by frame.
fn for_each_frame(
    lanes: &mut [Lane; BANDS_AT_ONCE],
    frames: &mut [[f64; 4]],
    work: impl Fn([&mut f32; BANDS_AT_ONCE], &mut [f64; 4]),
) {
    let [a, b, c, d] = lanes;
    for ((((a, b), c), d), frame) in a.iter_mut().zip(b).zip(c).zip(d).zip(frames) {
        work([a, b, c, d], frame);
    }
}
