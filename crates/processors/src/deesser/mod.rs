mod detector;

use acetate_dsp::{Actions, Corner, DETECTOR_TILE, ParallelBands, Part, gain};
use acetate_model::{Block, Choice, Curve, Db, Hz, Ms, Params, Processor, Reduction, Settings, Spec};

use crate::late::Late;
use crate::pairs::Pairs;
use detector::Sibilance;

/// By how much the sound is late: half of what the detector hears at a time, and the time that it looks ahead.
const LATENCY_MS: f64 = 5.0;
/// How fast it turns down; with the latency it is down when an s begins.
const ATTACK_MS: f64 = 0.7;
/// Where the shelf's slope has its middle, below the frequency from which all is turned down.
const SHELF_BELOW: f64 = 0.7;
/// The sharpness of the shelf: the steepest without a bump.
const SHELF_Q: f64 = 0.8;
/// How much wider than the sibilance a band is, so that its ends are turned down, too.
const BAND_WIDER: f64 = 1.5;

/// Turns down the s, and nothing else. It knows an s by its noise and by a treble that stands out from how the voice
/// usually sounds, and measures it against the level that the voice usually has: so it does the same to a soft and a
/// loud voice, and waits until it has heard some of it. Only the treble is turned down, and a moment early.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DeesserSettings {
    /// Where sibilance begins; from here on it is heard and turned down.
    #[param(default = 4500.0, range = 2000.0..=10000.0, log)]
    pub from_hz: Hz,
    /// Where sibilance ends.
    #[param(default = 10000.0, range = 4000.0..=20000.0, log)]
    pub to_hz: Hz,
    /// How loud an s may be, against the vowels: the lower, the more it does.
    #[param(default = -8.0, range = -30.0..=12.0)]
    pub threshold_db: Db,
    /// The most that it turns down.
    #[param(default = 0.0, range = 0.0..=12.0, amount)]
    pub range_db: Db,
    /// Until 63 % of an attenuation is gone.
    #[param(default = 30.0, range = 10.0..=200.0, log)]
    pub release_ms: Ms,
    /// What is turned down.
    #[param(default = high_shelf)]
    pub shape: DeesserShape,
}

/// What a de-esser turns down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DeesserShape {
    /// All of the treble.
    HighShelf,
    /// What lies between the two frequencies.
    Band,
}

impl DeesserSettings {
    /// Both ends of what is heard, the higher one at least a third of an octave above.
    fn ends_hz(&self) -> [f64; 2] {
        const THIRD: f64 = 1.26;
        [self.from_hz.0, self.to_hz.0.max(THIRD * self.from_hz.0)]
    }

    fn part(&self) -> Part {
        let [from_hz, to_hz] = self.ends_hz();
        let gain_db = -self.range_db.0;
        match self.shape {
            DeesserShape::HighShelf => Part::High(Corner { hz: SHELF_BELOW * from_hz, gain_db, q: SHELF_Q }),
            DeesserShape::Band => {
                let hz = (from_hz * to_hz).sqrt();
                Part::Band(Corner { hz, gain_db, q: hz / (BAND_WIDER * (to_hz - from_hz)) })
            }
        }
    }
}

impl Settings for DeesserSettings {
    const ID: &'static str = "deesser";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "threshold_db": -8, "range_db": 6 }"#;
    type Processor = Deesser;

    fn build(&self, spec: &Spec) -> Deesser {
        let latency = libm::round(LATENCY_MS / 1000.0 * spec.rate()) as usize;
        let bands = |working: &Self| ParallelBands::new(spec.rate_hz, &[working.part()]);
        Deesser {
            work: (self.range_db.0 > 0.0).then(|| Work {
                sibilance: Sibilance::new(spec, self.ends_hz(), self.threshold_db.0, self.range_db.0),
                actions: Actions::new(spec.rate_hz, [[ATTACK_MS, self.release_ms.0]; 4]),
                late: Late::new(spec, latency),
                pairs: Pairs::new(spec, &bands(self)),
            }),
            reduction: [Reduction::default()],
        }
    }

    /// While a loud s sounds.
    fn curve(&self, spec: &Spec) -> Curve {
        let (rate_hz, range_db) = (spec.rate_hz, self.range_db.0);
        let part = (range_db > 0.0).then(|| self.part());
        Curve::Response(Box::new(move |hz| part.map_or(0.0, |part| part.gain_db(rate_hz, -range_db, hz))))
    }
}

/// A de-esser.
#[derive(Debug, Clone)]
pub struct Deesser {
    work: Option<Work>,
    reduction: [Reduction; 1],
}

#[derive(Debug, Clone)]
struct Work {
    sibilance: Sibilance,
    actions: Actions,
    late: Late,
    pairs: Pairs<ParallelBands>,
}

impl Processor for Deesser {
    fn process(&mut self, block: &mut Block) {
        let Some(work) = &mut self.work else { return };
        let frames = block.frames();
        self.reduction = [Reduction::default()];
        for from in (0..frames).step_by(DETECTOR_TILE) {
            let to = (from + DETECTOR_TILE).min(frames);
            let mut actions = [[0.0; 4]; DETECTOR_TILE];
            let actions = &mut actions[..to - from];
            work.sibilance.follow(block.key.as_ref().unwrap_or(&block.main), from, to, actions);
            work.actions.run(actions);
            let mut gains = [0.0; DETECTOR_TILE];
            for (gain, action) in gains.iter_mut().zip(&*actions) {
                *gain = action[0] as f32;
                self.reduction[0].mean_db += *gain / frames as f32;
                self.reduction[0].max_db = self.reduction[0].max_db.max(*gain);
            }
            gain(&mut gains);
            actions.iter_mut().zip(&gains).for_each(|(action, gain)| action[0] = f64::from(*gain) - 1.0);
            work.late.exchange(block, from, to);
            work.pairs.process_part(block, from, to, |bands, tile| bands.run(tile, [&*actions]));
        }
    }

    fn reset(&mut self) {
        if let Some(work) = &mut self.work {
            work.sibilance.reset();
            work.actions.reset();
            work.late.reset();
            work.pairs.states().for_each(ParallelBands::reset);
        }
        self.reduction = [Reduction::default()];
    }

    fn latency(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.late.latency())
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reduction
    }
}
