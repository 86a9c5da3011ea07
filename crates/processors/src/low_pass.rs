use acetate_dsp::butterworth_low_pass;
use acetate_model::{Block, Curve, Hz, Params, Processor, Settings, Spec, power_db};
use libm::pow;

use crate::corrected::Corrected;
use crate::high_pass::Slope;
use crate::pairs::Pairs;

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Takes away what lies above the music: hiss, whistles, what a codec would choke on. A Butterworth filter, flat below
/// its cutoff. It falls like its analogue model up to the top of hearing at any rate, where usual digital ones fall
/// too early and too far towards half the rate.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct LowPassSettings {
    /// Where it is down by 3 dB.
    #[param(default = 20000.0, range = 20.0..=30000.0, log)]
    pub cutoff_hz: Hz,
    /// How steeply it falls above, in dB per octave.
    #[param(default = db24)]
    pub slope: Slope,
}

/// A Butterworth low-pass on every channel.
#[derive(Debug, Clone)]
pub struct LowPass {
    pairs: Pairs<Corrected>,
}

impl Settings for LowPassSettings {
    const ID: &'static str = "low_pass";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "cutoff_hz": 16000, "slope": "db12" }"#;
    type Processor = LowPass;

    fn build(&self, spec: &Spec) -> LowPass {
        let sections = butterworth_low_pass(self.cutoff_hz.0, self.slope.order());
        LowPass { pairs: Pairs::new(spec, &Corrected::new(spec.rate_hz, &sections, &sections)) }
    }

    /// |H|² = 1 / (1 + (f/f꜀)^2N).
    fn curve(&self, _: &Spec) -> Curve {
        let (cutoff_hz, order) = (self.cutoff_hz.0, f64::from(self.slope.order()));
        Curve::Response(Box::new(move |hz| {
            power_db(1.0 / (1.0 + pow(hz / cutoff_hz, 2.0 * order))).map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

impl Processor for LowPass {
    fn process(&mut self, block: &mut Block) {
        self.pairs.process(block, Corrected::run);
    }

    fn reset(&mut self) {
        self.pairs.states().for_each(Corrected::reset);
    }

    fn latency(&self) -> usize {
        0
    }
}
