mod bank;
mod statistics;

use acetate_dsp::{DETECTOR_TILE, Hops};
use acetate_model::{Block, Db, Hz, Ms, Params, Processor, Q, Reduction, Settings, Spec};

use bank::Bank;
use statistics::Statistics;

/// Turns down resonances: narrow bands that stand out for as long as the sound goes on, whatever is played. A partial
/// of a note comes and goes with the note, so it is left alone. It hears some seconds before it acts, then listens on,
/// and lets go where the resonance does not ring. Where nothing stands out, no bit changes.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct ResonanceSettings {
    /// The most that a resonance is turned down.
    #[param(default = 6.0, range = 0.0..=12.0, amount)]
    pub range_db: Db,
    /// How far a band stands out before it is touched; a little further it is turned down until it is level.
    #[param(default = 6.0, range = 4.0..=15.0)]
    pub threshold_db: Db,
    /// How narrow the resonances are that are looked for.
    #[param(default = 8.0, range = 4.0..=16.0, log)]
    pub sharpness_q: Q,
    /// Below this frequency it does nothing.
    #[param(default = 200.0, range = 200.0..=8000.0, log)]
    pub from_hz: Hz,
    /// Above this frequency it does nothing.
    #[param(default = 8000.0, range = 200.0..=8000.0, log)]
    pub to_hz: Hz,
    /// Until 63 % of a reduction is reached.
    #[param(default = 8.0, range = 1.0..=100.0, log)]
    pub attack_ms: Ms,
    /// Until 63 % of a reduction is gone.
    #[param(default = 80.0, range = 10.0..=1000.0, log)]
    pub release_ms: Ms,
}

impl Settings for ResonanceSettings {
    const ID: &'static str = "resonance";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "range_db": 6, "threshold_db": 6 }"#;
    type Processor = Resonance;

    fn build(&self, spec: &Spec) -> Resonance {
        Resonance {
            statistics: Statistics::new(spec, self),
            bank: Bank::new(spec, self),
            hops: Hops::of_frames(DETECTOR_TILE),
            is_neutral: self.range_db.0 == 0.0,
        }
    }
}

/// A suppressor of resonances.
pub struct Resonance {
    statistics: Statistics,
    bank: Bank,
    hops: Hops,
    is_neutral: bool,
}

impl Processor for Resonance {
    fn process(&mut self, block: &mut Block) {
        if self.is_neutral {
            return;
        }
        self.bank.begin();
        for part in self.hops.parts(block.frames()) {
            let heard = block.key.as_ref().unwrap_or(&block.main);
            let is_new = self.statistics.hear(heard, part.from..part.to);
            self.bank.run(block, part.from..part.to);
            if part.ends {
                self.bank.turn();
            }
            if is_new {
                self.bank.assign(self.statistics.resonances());
            }
        }
    }

    fn reset(&mut self) {
        self.statistics.reset();
        self.bank.reset();
        self.hops = Hops::of_frames(DETECTOR_TILE);
    }

    fn latency(&self) -> usize {
        0
    }

    fn reductions(&self) -> &[Reduction] {
        self.bank.reductions()
    }
}
