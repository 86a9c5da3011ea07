use acetate_model::{Block, Curve, Db, Params, Processor, Settings, Spec};

/// Turns a signal up or down. The plainest of all moves: a trim between stems.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct GainSettings {
    /// How much louder, or softer where negative.
    #[param(default = 0.0, range = -24.0..=24.0, amount)]
    pub gain_db: Db,
}

/// A constant factor.
#[derive(Debug, Clone)]
pub struct Gain {
    factor: f64,
}

impl Settings for GainSettings {
    const ID: &'static str = "gain";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "gain_db": -1.5 }"#;
    type Processor = Gain;

    fn build(&self, _: &Spec) -> Gain {
        Gain { factor: self.gain_db.amplitude() }
    }

    fn curve(&self, _: &Spec) -> Curve {
        let gain_db = self.gain_db.0;
        Curve::Response(Box::new(move |_| gain_db))
    }
}

impl Processor for Gain {
    fn process(&mut self, block: &mut Block) {
        if self.factor == 1.0 {
            return;
        }
        for channel in block.signals().flat_map(|signal| &mut signal.channels) {
            for x in channel {
                *x = (f64::from(*x) * self.factor) as f32;
            }
        }
    }

    fn reset(&mut self) {}

    fn latency(&self) -> usize {
        0
    }
}
