use acetate_dsp::{DETECTOR_TILE, gain, level_db, moving_max};
use acetate_model::{Audio, Block, Curve, Db, Params, Processor, Settings, Spec};
use libm::{exp, round};

use crate::late::Late;

/// Over how long the highest sample is the level: half a period of the lowest bass, so that a tone has one level.
const LEVEL_MS: f64 = 12.5;
/// How fast the slow level follows at an onset; for about half of this an onset stands out in full.
const ONSET_MS: f64 = 28.0;
/// How fast the slow level falls behind it, so that the next beat is an onset again.
const AGAIN_MS: f64 = 50.0;
/// How fast the long level falls: what decays faster has a sustain to be raised or lowered.
const SUSTAIN_MS: f64 = 150.0;
/// From how much two levels differ, in power, and where the whole of an amount is reached. Noise stays below.
const BEGINS_DB: f32 = 1.5;
const ONSET_FULL_DB: f32 = 4.0;
const SUSTAIN_FULL_DB: f32 = 6.0;
/// Over how long gains are smoothed; by as much they come early.
const SMOOTH_MS: f64 = 1.0;
/// A power of nothing that could be heard: what there is against it is neither onset nor sustain.
const SILENCE: f64 = 1e-12;
/// Far below that, and far above denormal numbers, which are slow.
const NOTHING: f64 = 1e-40;
/// Most that both amounts together do.
const MOST_DB: f32 = 12.0;
/// Steps of a dB in whole numbers, of which a sum over hours stays exact.
const STEPS: f32 = 1_048_576.0;

/// Raises or lowers the beginnings of sounds and what follows them: more stick or more room. It compares levels with
/// each other, so it does the same to soft and loud beats, and nothing to a steady tone. Gains come a moment early, so
/// that the very first peak is part of its beginning; all channels get the same.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct TransientSettings {
    /// How much louder, or softer where negative, the beginning of a sound becomes.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub attack_db: Db,
    /// How much louder, or softer where negative, a sound becomes while it decays.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub sustain_db: Db,
}

impl Settings for TransientSettings {
    const ID: &'static str = "transient";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "attack_db": 3, "sustain_db": -2 }"#;
    type Processor = Transient;

    fn build(&self, spec: &Spec) -> Transient {
        let frames = |ms: f64| round(ms / 1000.0 * spec.rate()).max(1.0) as usize;
        let keep = |ms: f64| exp(-1000.0 / (ms * spec.rate()));
        let is_neutral = self.attack_db.0 == 0.0 && self.sustain_db.0 == 0.0;
        let smooth = if is_neutral { 1 } else { frames(SMOOTH_MS) };
        let window = frames(LEVEL_MS);
        Transient {
            amounts_db: [self.attack_db.0 as f32, self.sustain_db.0 as f32],
            is_neutral,
            late: Late::new(spec, smooth - 1),
            window,
            powers: vec![0.0; window - 1 + DETECTOR_TILE],
            scratch: vec![0.0; window - 1 + DETECTOR_TILE],
            keep: [ONSET_MS, AGAIN_MS, SUSTAIN_MS].map(keep),
            slow: 0.0,
            long: 0.0,
            steps: vec![0; smooth],
            at: 0,
            sum: 0,
        }
    }

    /// A steady tone has neither beginning nor end.
    fn curve(&self, _: &Spec) -> Curve {
        Curve::Transfer(Box::new(|level_dbfs| level_dbfs))
    }
}

/// A transient shaper.
///
/// Two differences of envelopes: an onset is the level against one that rises slowly, a sustain one that falls slowly
/// against the level.
#[derive(Debug, Clone)]
pub struct Transient {
    amounts_db: [f32; 2],
    is_neutral: bool,
    late: Late,
    window: usize,
    // the powers of the window before the tile, then those of the tile
    powers: Vec<f32>,
    scratch: Vec<f32>,
    keep: [f64; 3],
    slow: f64,
    long: f64,
    // the last gains in steps of a dB, a ring, and their sum
    steps: Vec<i32>,
    at: usize,
    sum: i64,
}

impl Transient {
    /// The level of the loudest channel, frame by frame.
    fn levels(&mut self, heard: &Audio, from: usize, to: usize, levels: &mut [f32]) {
        let before = self.window - 1;
        let now = &mut self.powers[before..][..to - from];
        now.fill(0.0);
        for channel in &heard.channels {
            for (power, x) in now.iter_mut().zip(&channel[from..to]) {
                *power = if x * x > *power { x * x } else { *power };
            }
        }
        let all = before + to - from;
        moving_max(&self.powers[..all], self.window, &mut self.scratch[..all], levels);
        self.powers.copy_within(to - from..all, 0);
    }

    /// Levels to the differences that are an onset and a sustain, in dB.
    fn differences(&mut self, levels: &[f32], onset: &mut [f32], sustain: &mut [f32]) {
        let [rise, fall, long_fall] = self.keep;
        let (mut slow, mut long) = (self.slow, self.long);
        for ((&level, onset), sustain) in levels.iter().zip(&mut *onset).zip(&mut *sustain) {
            let level = f64::from(level);
            let keep = if level > slow { rise } else { fall };
            slow = keep * slow + (1.0 - keep) * level + NOTHING;
            let faded = long_fall * long + NOTHING;
            long = if level > faded { level } else { faded };
            *onset = ((level + SILENCE) / (slow + SILENCE)) as f32;
            *sustain = ((long + SILENCE) / (level + SILENCE)) as f32;
        }
        (self.slow, self.long) = (slow, long);
        level_db(onset);
        level_db(sustain);
    }

    /// Gains in dB to smoothed gains as factors, in place.
    fn smooth(&mut self, gains: &mut [f32]) {
        let scale = -1.0 / (self.steps.len() as f64 * f64::from(STEPS));
        for gain in &mut *gains {
            let now = (*gain * STEPS) as i32;
            self.sum += i64::from(now - self.steps[self.at]);
            self.steps[self.at] = now;
            self.at = if self.at + 1 == self.steps.len() { 0 } else { self.at + 1 };
            *gain = (self.sum as f64 * scale) as f32;
        }
        gain(gains);
    }
}

/// How much of an amount a difference calls for.
fn share(difference_db: f32, full_db: f32) -> f32 {
    ((difference_db - BEGINS_DB) / (full_db - BEGINS_DB)).clamp(0.0, 1.0)
}

impl Processor for Transient {
    fn process(&mut self, block: &mut Block) {
        if self.is_neutral {
            return;
        }
        let [attack_db, sustain_db] = self.amounts_db;
        for from in (0..block.frames()).step_by(DETECTOR_TILE) {
            let to = (from + DETECTOR_TILE).min(block.frames());
            let [mut gains, mut onset, mut sustain] = [[0.0; DETECTOR_TILE]; 3];
            let [gains, onset, sustain] = [&mut gains, &mut onset, &mut sustain].map(|x| &mut x[..to - from]);
            self.levels(block.key.as_ref().unwrap_or(&block.main), from, to, gains);
            self.differences(gains, onset, sustain);
            for ((gain, onset), sustain) in gains.iter_mut().zip(&*onset).zip(&*sustain) {
                let wanted =
                    attack_db * share(*onset, ONSET_FULL_DB) + sustain_db * share(*sustain, SUSTAIN_FULL_DB);
                *gain = wanted.clamp(-MOST_DB, MOST_DB);
            }
            self.smooth(gains);
            self.late.exchange(block, from, to);
            for channel in block.signals().flat_map(|signal| &mut signal.channels) {
                channel[from..to].iter_mut().zip(&*gains).for_each(|(x, gain)| *x *= gain);
            }
        }
    }

    fn reset(&mut self) {
        self.late.reset();
        self.powers.fill(0.0);
        (self.slow, self.long) = (0.0, 0.0);
        self.steps.fill(0);
        (self.at, self.sum) = (0, 0);
    }

    fn latency(&self) -> usize {
        self.late.latency()
    }
}
