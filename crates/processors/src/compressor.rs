use acetate_dsp::Compression;
use acetate_model::{Curve, Db, Hz, Ms, Params, Percent, Ratio, Settings, Spec};

use crate::dynamics::{Action, Broadband, Detector, Law, Mode, Motion, Plan, SideChain, Times, slope};

/// Evens out loud and soft as a whole: glue on a sum, a steadier level on a stem. It turns down by exactly what its
/// curve says, also on a steady tone, where usual detectors fall short; its times can follow the music; and linked
/// stems get the very same gain. A ratio of 1 changes no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct CompressorSettings {
    /// The level of a sine, re full scale, above which (upward: below which) it works.
    #[param(default = -20.0, range = -80.0..=0.0)]
    pub threshold_db: Db,
    /// How many dB in give one dB out; 1 does nothing, and at the highest nothing gets louder than the threshold.
    #[param(default = 1.0, range = 1.0..=100.0, log, amount_as_slope)]
    pub ratio: Ratio,
    /// Over how many dB it sets in.
    #[param(default = 6.0, range = 0.0..=24.0)]
    pub knee_db: Db,
    /// The most that it changes a level. Upward never raises by more than 6 dB.
    #[param(default = 48.0, range = 0.0..=60.0, amount)]
    pub range_db: Db,
    /// Until 63 % of an attenuation is reached.
    #[param(default = 20.0, range = 0.1..=500.0, log)]
    pub attack_ms: Ms,
    /// Until 63 % of an attenuation is gone.
    #[param(default = 200.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
    /// Where attack and release come from.
    #[param(default = manual)]
    pub times: Times,
    /// Which levels it changes.
    #[param(default = downward)]
    pub mode: Mode,
    /// Upward: nothing at or below this level is raised, so that noise stays where it is.
    #[param(default = -60.0, range = -120.0..=-20.0)]
    pub floor_db: Db,
    /// What its detector hears.
    #[param(default = rms)]
    pub detector: Detector,
    /// The time over which rms is taken.
    #[param(default = 10.0, range = 1.0..=300.0, log)]
    pub rms_ms: Ms,
    /// How much left and right share their gain: 100 keeps the image still, 0 leaves each to itself.
    #[param(default = 100.0, range = 0.0..=100.0)]
    pub link_percent: Percent,
    /// What lies below this makes it work less, by 12 dB per octave; 0 is off. The sound itself is not filtered.
    #[param(default = 0.0, range = 0.0..=1000.0)]
    pub side_chain_high_pass_hz: Hz,
    /// How much more the highest frequencies count for it than the lowest.
    #[param(default = 0.0, range = -12.0..=12.0)]
    pub side_chain_tilt_db: Db,
    /// How much earlier it begins than the sound that makes it: from about seven attack times on, no peak slips
    /// through before the attenuation is there. 0 is off.
    #[param(default = 0.0, range = 0.0..=20.0)]
    pub look_ahead_ms: Ms,
    /// A gain behind it.
    #[param(default = 0.0, range = -12.0..=24.0, amount)]
    pub gain_db: Db,
    /// How much of the result is compressed; the rest is as it came, in time with it (parallel compression).
    #[param(default = 100.0, range = 0.0..=100.0)]
    pub mix_percent: Percent,
}

impl CompressorSettings {
    fn plan(&self) -> Plan {
        let compression = Compression {
            threshold_db: self.threshold_db.0 as f32,
            knee_db: self.knee_db.0 as f32,
            slope: slope(self.ratio.0),
            range_db: self.range_db.0 as f32,
        };
        let action = match self.mode {
            Mode::Downward => Action::Down,
            Mode::Upward => Action::Up { floor_db: self.floor_db.0 as f32 },
        };
        let motion = Motion { times: self.times, times_ms: [self.attack_ms.0, self.release_ms.0] };
        Plan {
            law: Law::new(compression, action, motion, self.gain_db.0, self.mix_percent.0),
            detector: self.detector,
            rms_ms: self.rms_ms.0,
            look_ahead_ms: self.look_ahead_ms.0,
            hold_ms: 0.0,
            link_percent: self.link_percent.0,
            side_chain: SideChain {
                high_pass_hz: self.side_chain_high_pass_hz.0,
                tilt_db: self.side_chain_tilt_db.0,
            },
        }
    }
}

impl Settings for CompressorSettings {
    const ID: &'static str = "compressor";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str =
        r#"{ "threshold_db": -22, "ratio": 2, "attack_ms": 30, "release_ms": 150 }"#;
    type Processor = Broadband;

    fn build(&self, spec: &Spec) -> Broadband {
        self.plan().build(spec)
    }

    fn curve(&self, spec: &Spec) -> Curve {
        self.plan().curve(spec)
    }
}
