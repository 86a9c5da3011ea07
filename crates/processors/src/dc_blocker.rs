use std::f64::consts::PI;

use acetate_dsp::{Cascade, butterworth_high_pass};
use acetate_model::{Block, Curve, Hz, Params, Processor, Settings, Spec, power_db};
use libm::tan;

use crate::pairs::Pairs;

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Takes a constant offset away, which costs headroom and clicks at every cut, and as little else as can be: a
/// high-pass of first order, far below the music. In double precision, so that it leaves no offset of its own.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DcBlockerSettings {
    /// Where it is down by 3 dB. Lower touches less of the bass and takes longer to settle.
    #[param(default = 5.0, range = 1.0..=20.0, log)]
    pub cutoff_hz: Hz,
}

/// A first-order high-pass on every channel.
#[derive(Debug, Clone)]
pub struct DcBlocker {
    pairs: Pairs<Cascade>,
}

impl Settings for DcBlockerSettings {
    const ID: &'static str = "dc_blocker";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "cutoff_hz": 5 }"#;
    type Processor = DcBlocker;

    fn build(&self, spec: &Spec) -> DcBlocker {
        let section = butterworth_high_pass(spec.rate_hz, self.cutoff_hz.0, 1);
        DcBlocker { pairs: Pairs::new(spec, &Cascade::new(&section, &section)) }
    }

    /// |H|² = 1 / (1 + (tan(πf꜀/r) / tan(πf/r))²), of the bilinear transform.
    fn curve(&self, spec: &Spec) -> Curve {
        let rate = spec.rate();
        let turned = tan(PI * self.cutoff_hz.0 / rate);
        Curve::Response(Box::new(move |hz| {
            let ratio = turned / tan(PI * hz.min(rate / 2.0) / rate).max(f64::MIN_POSITIVE);
            power_db(1.0 / (1.0 + ratio * ratio)).map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

impl Processor for DcBlocker {
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
