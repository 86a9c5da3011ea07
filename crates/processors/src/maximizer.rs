use acetate_dsp::Clip;
use acetate_model::{
    Block, Curve, Db, Dbfs, Dbtp, Ms, Params, Percent, Processor, Reduction, Settings, Spec, amplitude,
    amplitude_db,
};

use crate::{Clipper, ClipperSettings, Limiter, LimiterSettings, Style, clipper::knee, shaper::fundamental};

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Makes loud: a clipper and a limiter under one drive.
///
/// The clipper takes the tips of the highest peaks, which are too short to be heard bent; the limiter turns down for
/// the rest and so has less to do. No point between samples exceeds the ceiling, and what stays under it by itself
/// passes unchanged, bit for bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct MaximizerSettings {
    /// How far the signal is raised towards the ceiling.
    #[param(default = 0.0, range = -36.0..=36.0)]
    pub drive_db: Db,
    /// The highest true peak that leaves.
    #[param(default = -1.0, range = -20.0..=0.0)]
    pub ceiling_dbtp: Dbtp,
    /// How far above the ceiling the clipper begins, and so about how far the limiter turns down at most. Less is more
    /// clipping: drums stay hard, but tones are bent.
    #[param(default = 3.0, range = 0.0..=24.0)]
    pub clip_above_db: Db,
    /// How gently the clipper bends.
    #[param(default = 30.0, range = 0.0..=100.0)]
    pub softness_percent: Percent,
    /// What gives way when the limiter works hard.
    #[param(default = transparent)]
    pub style: Style,
    /// How fast the limiter's gain returns after a single peak.
    #[param(default = 21.0, range = 5.0..=1000.0, log)]
    pub release_ms: Ms,
}

impl MaximizerSettings {
    fn clipper(&self) -> ClipperSettings {
        let begins_db = self.ceiling_dbtp.0 + self.clip_above_db.0;
        let bend_db = amplitude_db(1.0 - knee(self.softness_percent) / 2.0).unwrap_or(0.0);
        ClipperSettings {
            drive_db: self.drive_db,
            ceiling_dbfs: Dbfs(begins_db - bend_db),
            softness_percent: self.softness_percent,
        }
    }

    /// What works behind the clipper.
    pub(crate) fn limiter(&self) -> LimiterSettings {
        LimiterSettings {
            drive_db: Db(0.0),
            ceiling_dbtp: self.ceiling_dbtp,
            style: self.style,
            release_ms: self.release_ms,
        }
    }
}

impl Settings for MaximizerSettings {
    const ID: &'static str = "maximizer";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "drive_db": 6, "clip_above_db": 2 }"#;
    type Processor = Maximizer;

    fn build(&self, spec: &Spec) -> Maximizer {
        Maximizer {
            clipper: self.clipper().build(spec),
            limiter: self.limiter().build(spec),
            reductions: [Reduction::default(); 2],
        }
    }

    /// The level of a sine to that of the fundamental that is left of it.
    fn curve(&self, _: &Spec) -> Curve {
        let (drive, ceiling) = (self.drive_db.amplitude(), amplitude(self.ceiling_dbtp.0));
        let clipper = self.clipper();
        let clip = Clip::new(amplitude(clipper.ceiling_dbfs.0), knee(clipper.softness_percent));
        Curve::Transfer(Box::new(move |level| {
            let x = drive * amplitude(level);
            let turned_down = (ceiling / clip.at(x)).min(1.0);
            amplitude_db(turned_down * fundamental(x, |x| clip.at(x))).unwrap_or(FLOOR_DB)
        }))
    }
}

/// A clipper, then a limiter.
pub struct Maximizer {
    clipper: Clipper,
    limiter: Limiter,
    reductions: [Reduction; 2],
}

impl Processor for Maximizer {
    fn process(&mut self, block: &mut Block) {
        self.clipper.process(block);
        self.limiter.process(block);
        let both = self.clipper.reductions().iter().chain(self.limiter.reductions());
        self.reductions.iter_mut().zip(both).for_each(|(kept, new)| *kept = *new);
    }

    fn reset(&mut self) {
        self.clipper.reset();
        self.limiter.reset();
        self.reductions = [Reduction::default(); 2];
    }

    fn latency(&self) -> usize {
        self.clipper.latency() + self.limiter.latency()
    }

    /// The clipper's, then the limiter's.
    fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }
}
