mod quantiser;
mod shaping;

use std::f64::consts::PI;

use acetate_model::{Block, Choice, Curve, Params, Processor, Settings, Spec, power_db};
use libm::{cos, sincos};

use crate::pairs::Pairs;
use quantiser::Quantiser;
use shaping::feedback;

/// The share of rounding in the power of rounding with triangular noise: 1/12 of 1/12 + 1/6.
const ROUNDING: f64 = 1.0 / 3.0;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// How far over its lowest point noise follows the threshold of hearing: as far as makes the total of known gentle
/// curves at 44.1 kHz.
const LOW_CONTRAST_DB: f64 = 30.0;
/// As far as leaves no part of the spectrum more than a hundredfold louder than white noise.
const HIGH_CONTRAST_DB: f64 = 42.0;

/// Rounds to the samples of a deliverable, with noise that frees the error from the signal.
///
/// Without noise the rounding of quiet passages is distortion; with triangular noise of one step the error has the same
/// mean and power whatever the signal (Wannamaker and Lipshitz). Shaped noise is more in total, but lies where the ear
/// hears least; its curve is worked out anew for each rate, where usual ones hold for one. Belongs at the very end, and
/// only there.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DitherSettings {
    /// Bits of a sample.
    #[param(default = 24, range = 8..=24)]
    pub bits: u32,
    /// The noise.
    #[param(default = flat)]
    pub shape: Shape,
    /// Another number is other noise; the same is the same.
    #[param(default = 0, range = 0..=4_294_967_295)]
    pub seed: u32,
    /// Leaves digital silence silent, and signals alone that already have no more than `bits`.
    #[param(default = true)]
    pub auto_blank: bool,
}

/// The noise that is added before rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Shape {
    /// None: rounds only.
    None,
    /// Triangular and white, up to one step.
    Flat,
    /// Triangular as well, but more of it high up and less below.
    HighPass,
    /// Triangular, and its and the rounding's noise moved gently to where the ear hears least: for quiet music in 16
    /// bits. Not for what is coded to MP3 or AAC later.
    ShapedLow,
    /// The same, further: the least audible noise, and the most in total.
    ShapedHigh,
}

impl Shape {
    /// How much of the threshold of hearing's curve the noise follows, if it is shaped.
    fn contrast_db(self) -> Option<f64> {
        match self {
            Self::None | Self::Flat | Self::HighPass => None,
            Self::ShapedLow => Some(LOW_CONTRAST_DB),
            Self::ShapedHigh => Some(HIGH_CONTRAST_DB),
        }
    }
}

impl Settings for DitherSettings {
    const ID: &'static str = "dither";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "bits": 16, "shape": "shaped_low" }"#;
    type Processor = Dither;

    fn build(&self, spec: &Spec) -> Dither {
        let mut pairs = Pairs::new(spec, &Quantiser::new(self, spec.rate_hz));
        let (per_signal, channels) = (spec.channels.div_ceil(2).max(1), spec.channels);
        for (n, pair) in pairs.states().enumerate() {
            // an odd last channel leaves the second stream of its pair to the next signal
            let first = n / per_signal * channels + n % per_signal * 2;
            pair.take_streams(self.seed, first as u32);
        }
        Dither { pairs }
    }

    fn curve(&self, spec: &Spec) -> Curve {
        let (shape, rate_hz) = (self.shape, spec.rate_hz);
        let taps = shape.contrast_db().map(|db| feedback(rate_hz, db));
        Curve::Noise(Box::new(move |hz| {
            let turns = 2.0 * PI * hz / f64::from(rate_hz);
            let power = match (shape, taps) {
                (Shape::None, _) => ROUNDING,
                (Shape::HighPass, _) => ROUNDING + (1.0 - ROUNDING) * (1.0 - cos(turns)),
                (_, None) => 1.0,
                (_, Some(taps)) => {
                    let (re, im) = taps.iter().zip(1..).fold((1.0, 0.0), |(re, im), (tap, n)| {
                        let (sin, cos) = sincos(turns * f64::from(n));
                        (re + tap * cos, im + tap * sin)
                    });
                    re * re + im * im
                }
            };
            power_db(power).unwrap_or(FLOOR_DB)
        }))
    }
}

/// Rounds every channel of every signal with noise of its own.
#[derive(Debug)]
pub struct Dither {
    pairs: Pairs<Quantiser>,
}

impl Processor for Dither {
    fn process(&mut self, block: &mut Block) {
        self.pairs.process(block, Quantiser::run);
    }

    fn reset(&mut self) {
        self.pairs.states().for_each(Quantiser::reset);
    }

    fn latency(&self) -> usize {
        0
    }
}
