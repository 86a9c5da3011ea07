use acetate_dsp::Clip;
use acetate_model::{
    Block, Curve, Db, Dbfs, Params, Percent, Processor, Reduction, Settings, Spec, amplitude, amplitude_db,
};

use crate::shaper::{Around, Shape, Shaper, fundamental};

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Cuts off peaks at a ceiling, at a multiple of the rate and with antiderivative anti-aliasing, so that no aliases are
/// heard.
///
/// Only what is cut off is filtered. So what stays below the bend passes unchanged, bit for bit, and the rest keeps its
/// full bandwidth. Peaks may stand a little over the ceiling where the cut would need more than the audible band; a
/// limiter behind it makes a true-peak ceiling of it.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct ClipperSettings {
    /// How far the signal is raised towards the ceiling.
    #[param(default = 0.0, range = -36.0..=36.0, amount)]
    pub drive_db: Db,
    /// Where it cuts.
    #[param(default = 0.0, range = -36.0..=0.0, amount)]
    pub ceiling_dbfs: Dbfs,
    /// How early it bends: at 0 it is straight up to the ceiling, at 100 it bends from half the ceiling on.
    #[param(default = 0.0, range = 0.0..=100.0, amount)]
    pub softness_percent: Percent,
}

impl ClipperSettings {
    fn clip(&self) -> Clip {
        Clip::new(amplitude(self.ceiling_dbfs.0), knee(self.softness_percent))
    }
}

/// The width of the bend as a part of the ceiling.
pub fn knee(softness: Percent) -> f64 {
    softness.0 / 100.0
}

impl Settings for ClipperSettings {
    const ID: &'static str = "clipper";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "drive_db": 3, "ceiling_dbfs": -1, "softness_percent": 30 }"#;
    type Processor = Clipper;

    fn build(&self, spec: &Spec) -> Clipper {
        let drive = self.drive_db.amplitude();
        let shape = Driven { clip: self.clip(), drive: drive as f32 };
        Clipper { shaper: Shaper::new(spec, shape, drive, 1.0, &Around::default()) }
    }

    /// The level of a sine to that of the fundamental that is left of it.
    fn curve(&self, _: &Spec) -> Curve {
        let (clip, drive) = (self.clip(), self.drive_db.amplitude());
        Curve::Transfer(Box::new(move |level| {
            amplitude_db(fundamental(drive * amplitude(level), |x| clip.at(x))).unwrap_or(FLOOR_DB)
        }))
    }
}

#[derive(Debug, Clone)]
struct Driven {
    clip: Clip,
    drive: f32,
}

impl Shape for Driven {
    /// One more than the harmonics need: the lines between the samples follow a tone in the highest octave closely.
    const DOUBLINGS: usize = 4;
    const REACH: usize = Clip::REACH;

    fn untouched(&self) -> f32 {
        // a step less, so that the product with the drive is not rounded to above
        self.clip.begins() / self.drive * (1.0 - 4.0 * f32::EPSILON)
    }

    fn take(&self, x: &[f32], taken: &mut [f32]) {
        self.clip.take(x, self.drive, taken);
    }

    fn reduction_db(&self, peak: f32) -> f64 {
        let peak = f64::from(peak * self.drive);
        amplitude_db(peak / self.clip.at(peak)).unwrap_or(0.0).max(0.0)
    }
}

/// Cuts off peaks without aliases.
pub struct Clipper {
    shaper: Shaper<Driven>,
}

impl Processor for Clipper {
    fn process(&mut self, block: &mut Block) {
        self.shaper.process(block);
    }

    fn reset(&mut self) {
        self.shaper.reset();
    }

    fn latency(&self) -> usize {
        self.shaper.latency()
    }

    fn reductions(&self) -> &[Reduction] {
        self.shaper.reductions()
    }
}
