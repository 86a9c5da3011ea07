use std::f64::consts::PI;

use acetate_dsp::{Cascade, butterworth_high_pass};
use acetate_model::{Block, Choice, Curve, Hz, Params, Processor, Settings, Spec, power_db};
use libm::{pow, tan};

use crate::pairs::Pairs;

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;
/// The highest cutoff as a share of the rate.
const HIGHEST: f64 = 0.45;

/// Takes away what lies below the music: rumble, handling noise, plosives. A Butterworth filter, flat above its
/// cutoff, in double precision, so that even 10 Hz at 192 kHz is clean.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct HighPassSettings {
    /// Where it is down by 3 dB.
    #[param(default = 20.0, range = 5.0..=1000.0, log, amount = 5.0)]
    pub cutoff_hz: Hz,
    /// How steeply it falls below, in dB per octave.
    #[param(default = db24)]
    pub slope: Slope,
}

/// How steeply a filter falls, in dB per octave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Slope {
    /// 6 dB per octave.
    Db6,
    /// 12 dB per octave.
    Db12,
    /// 18 dB per octave.
    Db18,
    /// 24 dB per octave.
    Db24,
    /// 36 dB per octave.
    Db36,
    /// 48 dB per octave.
    Db48,
}

impl Slope {
    /// Of the filter: how many poles it has.
    pub(crate) fn order(self) -> u32 {
        match self {
            Self::Db6 => 1,
            Self::Db12 => 2,
            Self::Db18 => 3,
            Self::Db24 => 4,
            Self::Db36 => 6,
            Self::Db48 => 8,
        }
    }
}

/// A Butterworth high-pass on every channel.
#[derive(Debug, Clone)]
pub struct HighPass {
    pairs: Pairs<Cascade>,
}

impl HighPassSettings {
    fn cutoff_hz(&self, rate_hz: u32) -> f64 {
        self.cutoff_hz.0.min(HIGHEST * f64::from(rate_hz))
    }
}

impl Settings for HighPassSettings {
    const ID: &'static str = "high_pass";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "cutoff_hz": 30, "slope": "db24" }"#;
    type Processor = HighPass;

    fn build(&self, spec: &Spec) -> HighPass {
        let cutoff_hz = self.cutoff_hz(spec.rate_hz);
        let sections = butterworth_high_pass(spec.rate_hz, cutoff_hz, self.slope.order());
        HighPass { pairs: Pairs::new(spec, &Cascade::new(&sections, &sections)) }
    }

    /// |H|² = 1 / (1 + (tan(πf꜀/r) / tan(πf/r))^2N), of the bilinear transform.
    fn curve(&self, spec: &Spec) -> Curve {
        let rate = spec.rate();
        let turned = tan(PI * self.cutoff_hz(spec.rate_hz) / rate);
        let order = f64::from(self.slope.order());
        Curve::Response(Box::new(move |hz| {
            let ratio = turned / tan(PI * hz.min(rate / 2.0) / rate).max(f64::MIN_POSITIVE);
            power_db(1.0 / (1.0 + pow(ratio, 2.0 * order))).map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

impl Processor for HighPass {
    fn process(&mut self, block: &mut Block) {
        self.pairs.process(block, Cascade::run);
    }

    fn reset(&mut self) {
        self.pairs.states().for_each(Cascade::reset);
    }

    fn latency(&self) -> usize {
        0
    }
}
