use acetate_dsp::Compression;
use acetate_model::{Curve, Db, Hz, Ms, Params, Percent, Ratio, Settings, Spec};

use crate::dynamics::{Action, Broadband, Detector, Law, Motion, Plan, SideChain, Times};

/// Turns down what is soft: bleed, hiss and hum between notes. A low ratio does it gently; a high one is a gate. Its
/// look-ahead opens before a note begins, so that no onset is cut. A ratio of 1 changes no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct ExpanderSettings {
    /// The level of a sine, re full scale, below which it works.
    #[param(default = -50.0, range = -90.0..=0.0)]
    pub threshold_db: Db,
    /// How many dB out one dB in gives below the threshold; 1 does nothing, high ones make a gate.
    #[param(default = 1.0, range = 1.0..=20.0, log, amount = 1.0)]
    pub ratio: Ratio,
    /// Over how many dB it sets in.
    #[param(default = 6.0, range = 0.0..=24.0)]
    pub knee_db: Db,
    /// The most that it turns down.
    #[param(default = 24.0, range = 0.0..=90.0, amount)]
    pub range_db: Db,
    /// Until it has opened by 63 %.
    #[param(default = 2.0, range = 0.1..=500.0, log)]
    pub attack_ms: Ms,
    /// Until it has closed by 63 %.
    #[param(default = 150.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
    /// How long it stays open before it closes; also what keeps it from following the waves of low notes.
    #[param(default = 20.0, range = 0.0..=500.0)]
    pub hold_ms: Ms,
    /// What its detector hears.
    #[param(default = peak)]
    pub detector: Detector,
    /// The time over which rms is taken.
    #[param(default = 10.0, range = 1.0..=300.0, log)]
    pub rms_ms: Ms,
    /// How much left and right share their gain: 100 keeps the image still, 0 leaves each to itself.
    #[param(default = 100.0, range = 0.0..=100.0)]
    pub link_percent: Percent,
    /// What lies below this does not open it, by 12 dB per octave; 0 is off. The sound itself is not filtered.
    #[param(default = 0.0, range = 0.0..=1000.0)]
    pub side_chain_high_pass_hz: Hz,
    /// How much more the highest frequencies count for it than the lowest.
    #[param(default = 0.0, range = -12.0..=12.0)]
    pub side_chain_tilt_db: Db,
    /// How much earlier it opens than the sound that opens it. 0 is off.
    #[param(default = 0.0, range = 0.0..=20.0)]
    pub look_ahead_ms: Ms,
}

impl ExpanderSettings {
    fn plan(&self) -> Plan {
        let compression = Compression {
            threshold_db: self.threshold_db.0 as f32,
            knee_db: self.knee_db.0 as f32,
            slope: (self.ratio.0 - 1.0) as f32,
            range_db: self.range_db.0 as f32,
        };
        let motion = Motion { times: Times::Manual, times_ms: [self.attack_ms.0, self.release_ms.0] };
        Plan {
            law: Law::new(compression, Action::Expand, motion, 0.0, 100.0),
            detector: self.detector,
            rms_ms: self.rms_ms.0,
            look_ahead_ms: self.look_ahead_ms.0,
            hold_ms: self.hold_ms.0,
            link_percent: self.link_percent.0,
            side_chain: SideChain {
                high_pass_hz: self.side_chain_high_pass_hz.0,
                tilt_db: self.side_chain_tilt_db.0,
            },
        }
    }
}

impl Settings for ExpanderSettings {
    const ID: &'static str = "expander";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str =
        r#"{ "threshold_db": -45, "ratio": 2, "range_db": 12, "attack_ms": 2, "release_ms": 200 }"#;
    type Processor = Broadband;

    fn build(&self, spec: &Spec) -> Broadband {
        self.plan().build(spec)
    }

    fn curve(&self, spec: &Spec) -> Curve {
        self.plan().curve(spec)
    }
}
