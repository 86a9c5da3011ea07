use acetate_dsp::TriangularNoise;
use acetate_model::{Audio, Block, Choice, Params, Processor, Settings, Spec};

/// Rounds to the samples of a deliverable, with noise that frees the error from the signal.
///
/// Without noise the rounding of quiet passages is distortion; with triangular noise of one step the error has the same
/// mean and power whatever the signal (Wannamaker and Lipshitz). Belongs at the very end, and only there.
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
}

impl Settings for DitherSettings {
    const ID: &'static str = "dither";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "bits": 16 }"#;
    type Processor = Dither;

    fn build(&self, spec: &Spec) -> Dither {
        let channels = (spec.linked + 1) * spec.channels;
        let lanes = (0..channels as u32).map(|stream| Lane::new(self, stream)).collect();
        Dither { lanes, channels: spec.channels }
    }
}

/// Rounds every channel of every signal with noise of its own.
#[derive(Debug)]
pub struct Dither {
    lanes: Vec<Lane>,
    channels: usize,
}

impl Processor for Dither {
    fn process(&mut self, block: &mut Block) {
        for (signal, lanes) in block.signals().zip(self.lanes.chunks_mut(self.channels.max(1))) {
            quantise(signal, lanes);
        }
    }

    fn reset(&mut self) {
        self.lanes.iter_mut().for_each(Lane::reset);
    }

    fn latency(&self) -> usize {
        0
    }
}

fn quantise(signal: &mut Audio, lanes: &mut [Lane]) {
    for (channel, lane) in signal.channels.iter_mut().zip(lanes) {
        for sample in channel {
            *sample = lane.next(*sample);
        }
    }
}

/// So many samples in a row that need no rounding are taken for a signal that needs no noise.
const BLANK_AFTER: u32 = 1024;

#[derive(Debug)]
struct Lane {
    fresh: TriangularNoise,
    noise: TriangularNoise,
    shape: Shape,
    auto_blank: bool,
    /// Steps from 0 to full scale.
    steps: f64,
    /// Samples in a row that needed no rounding.
    exact: u32,
}

impl Lane {
    fn new(settings: &DitherSettings, stream: u32) -> Self {
        let noise = TriangularNoise::new(settings.seed, stream);
        Self {
            fresh: noise.clone(),
            noise,
            shape: settings.shape,
            auto_blank: settings.auto_blank,
            steps: f64::from(1u32 << (settings.bits - 1)),
            exact: BLANK_AFTER,
        }
    }

    fn reset(&mut self) {
        self.noise = self.fresh.clone();
        self.exact = BLANK_AFTER;
    }

    /// The noise runs on while it is blanked, so that a pause changes nothing behind it.
    fn next(&mut self, sample: f32) -> f32 {
        let wanted = f64::from(sample) * self.steps;
        let noise = match self.shape {
            Shape::None => 0.0,
            Shape::Flat => self.noise.next_sample(),
        };
        self.exact = if wanted == round(wanted) { self.exact.saturating_add(1) } else { 0 };
        let blank = self.auto_blank && self.exact >= BLANK_AFTER;
        let rounded = round(if blank { wanted } else { wanted + noise });
        (rounded.clamp(-self.steps, self.steps - 1.0) / self.steps) as f32
    }
}

/// To the nearest whole number, halves to the even one; what is too large for a step is large enough as it is.
fn round(x: f64) -> f64 {
    // adding and taking this away leaves no bits behind the point
    const WHOLE: f64 = (3u64 << 51) as f64;
    if x.abs() < (1u64 << 50) as f64 { (x + WHOLE) - WHOLE } else { x }
}
