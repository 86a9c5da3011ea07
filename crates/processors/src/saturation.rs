use std::f64::consts::PI;

use acetate_dsp::{Section, tanh};
use acetate_model::{
    Block, Choice, Curve, Db, Params, Percent, Processor, Settings, Spec, amplitude, amplitude_db,
};

use crate::shaper::{Around, Shape, Shaper, fundamental};

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;
/// At which frequency it is drawn.
const DRAWN_HZ: f64 = 1000.0;
/// How far a tube is biased: the hyperbolic tangent of its working point.
const BIAS: f64 = 0.2;
/// Below this frequency nothing is added: no offset stays.
const OFFSET_HZ: f64 = 2.0;
/// Tape is driven harder from the first of these frequencies on, up to the second.
const TAPE_HZ: [f64; 2] = [5000.0, 10_000.0];
/// A transformer's core is driven harder from the first of these frequencies down, to the second.
const CORE_HZ: [f64; 2] = [130.0, 50.0];

/// Adds harmonics by driving the signal into a gentle curve, as tape, a tube or a transformer does.
///
/// Works at a multiple of the rate, so that what is added is harmonics only. The dry signal is never filtered: mixed in
/// or not, it stays in phase with what is added. Quiet passages keep their level, whatever the drive.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct SaturationSettings {
    /// What the signal is driven into.
    #[param(default = tape)]
    pub circuit: Circuit,
    /// How hard it is driven. At 0, a full-scale peak is where the curve is bent by a quarter.
    #[param(default = 0.0, range = -12.0..=36.0)]
    pub drive_db: Db,
    /// How much of the result there is: 0 leaves the signal as it is.
    #[param(default = 0.0, range = 0.0..=100.0, amount)]
    pub mix_percent: Percent,
    /// Turns down by as much as the drive raises, so that quiet passages keep their level.
    #[param(default = true)]
    pub auto_gain: bool,
}

/// What a signal is driven into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Circuit {
    /// Odd harmonics; treble is compressed first.
    Tape,
    /// Even harmonics too: one side is bent before the other.
    Tube,
    /// Odd harmonics, late and mostly of the bass.
    Transformer,
}

impl Settings for SaturationSettings {
    const ID: &'static str = "saturation";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "circuit": "tape", "drive_db": 3, "mix_percent": 50 }"#;
    type Processor = Saturation;

    fn build(&self, spec: &Spec) -> Saturation {
        let (linear, amount) = self.parts();
        let shape = Bend { circuit: self.circuit, drive: self.drive_db.amplitude() };
        let shaper = || Shaper::new(spec, shape, linear, amount, &self.circuit.around(spec.rate_hz));
        Saturation { shaper: (self.mix_percent.0 > 0.0).then(shaper) }
    }

    /// The level of a sine to that of the fundamental that is left of it, where the drive is the same for all
    /// frequencies or nearly so.
    fn curve(&self, spec: &Spec) -> Curve {
        let (linear, amount) = self.parts();
        let shape = Bend { circuit: self.circuit, drive: self.drive_db.amplitude() };
        let before = self.circuit.around(spec.rate_hz).before;
        let emphasis: f64 = before.iter().map(|section| section.gain(spec.rate_hz, DRAWN_HZ)).product();
        Curve::Transfer(Box::new(move |level| {
            let x = amplitude(level);
            let taken = fundamental(x * emphasis, |x| x - shape.at(x)) / emphasis;
            amplitude_db(linear * x - amount * taken).unwrap_or(FLOOR_DB)
        }))
    }
}

impl SaturationSettings {
    /// How much of the signal leaves, and how much of what the curve takes is taken.
    fn parts(&self) -> (f64, f64) {
        let mix = self.mix_percent.0 / 100.0;
        let wet = mix * if self.auto_gain { 1.0 } else { self.drive_db.amplitude() };
        (1.0 - mix + wet, wet)
    }
}

impl Circuit {
    /// The emphasis before the curve and its exact inverse behind, and what takes the offset away.
    fn around(self, rate_hz: u32) -> Around {
        let tan = |hz: f64| libm::tan(PI * (hz / f64::from(rate_hz)).min(0.49));
        // (k + 1) + (k − 1) z⁻¹: the bilinear transform of s + k
        let first_order = |k: f64| [k + 1.0, k - 1.0];
        let over = |[b0, b1]: [f64; 2], [a0, a1]: [f64; 2], gain: f64| Section {
            b: [gain * b0 / a0, gain * b1 / a0, 0.0],
            a: [a1 / a0, 0.0],
        };
        let shelf = |[zero_hz, pole_hz]: [f64; 2], flat_below: bool| {
            let (zero, pole) = (tan(zero_hz), tan(pole_hz));
            let gain = if flat_below { pole / zero } else { 1.0 };
            let (zero, pole) = (first_order(zero), first_order(pole));
            (vec![over(zero, pole, gain)], over(pole, zero, 1.0 / gain))
        };
        let blocker = over([1.0, -1.0], first_order(tan(OFFSET_HZ)), 1.0);
        match self {
            Self::Tape => {
                let (before, inverse) = shelf(TAPE_HZ, true);
                Around { before, after: vec![inverse, blocker] }
            }
            Self::Tube => Around { before: Vec::new(), after: vec![blocker] },
            Self::Transformer => {
                let (before, inverse) = shelf(CORE_HZ, false);
                Around { before, after: vec![inverse, blocker] }
            }
        }
    }
}

/// The static curves, of slope 1 at 0, with d the drive and t = tanh(dx):
///
/// - tape: t/d;
/// - tube: t/(1 + bt)/d, which is (tanh(dx + β) − tanh β)/(d sech² β) for b = tanh β;
/// - transformer: (8 tanh(dx/2) − t)/3d, in which the cubic terms cancel.
#[derive(Debug, Clone, Copy)]
struct Bend {
    circuit: Circuit,
    drive: f64,
}

impl Bend {
    fn at(self, x: f64) -> f64 {
        let d = self.drive;
        let t = libm::tanh(d * x);
        match self.circuit {
            Circuit::Tape => t / d,
            Circuit::Tube => t / (1.0 + BIAS * t) / d,
            Circuit::Transformer => (8.0 * libm::tanh(d * x / 2.0) - t) / (3.0 * d),
        }
    }
}

impl Shape for Bend {
    /// The harmonics of these curves fall so steeply that the rate alone keeps their aliases away.
    const DOUBLINGS: usize = 3;
    const REACH: usize = 0;

    fn untouched(&self) -> f32 {
        0.0
    }

    fn take(&self, x: &[f32], taken: &mut [f32]) {
        const B: f32 = BIAS as f32;
        let (d, per_d) = (self.drive as f32, (1.0 / self.drive) as f32);
        let samples = taken.iter_mut().zip(x);
        match self.circuit {
            Circuit::Tape => samples.for_each(|(taken, x)| *taken = x - tanh(x * d) * per_d),
            Circuit::Tube => samples.for_each(|(taken, x)| {
                let t = tanh(x * d);
                *taken = x - t / (1.0 + B * t) * per_d;
            }),
            Circuit::Transformer => samples.for_each(|(taken, x)| {
                // tanh 2a = 2t/(1 + t²) of t = tanh a
                let t = tanh(x * (d * 0.5));
                *taken = x - (8.0 * t - 2.0 * t / (1.0 + t * t)) * (per_d * (1.0 / 3.0));
            }),
        }
    }
}

/// Adds harmonics without aliases.
pub struct Saturation {
    shaper: Option<Shaper<Bend>>,
}

impl Processor for Saturation {
    fn process(&mut self, block: &mut Block) {
        if let Some(shaper) = &mut self.shaper {
            shaper.process(block);
        }
    }

    fn reset(&mut self) {
        if let Some(shaper) = &mut self.shaper {
            shaper.reset();
        }
    }

    fn latency(&self) -> usize {
        self.shaper.as_ref().map_or(0, Shaper::latency)
    }
}
