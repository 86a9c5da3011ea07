mod quantiser;
mod shaping;

use acetate_model::{Block, Choice, Params, Processor, Settings, Spec};

use crate::pairs::Pairs;
use quantiser::Quantiser;

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
    const EXAMPLE: &'static str = r#"{ "bits": 16 }"#;
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
