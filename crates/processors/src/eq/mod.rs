use acetate_dsp::{Complex64, Corner, Prototype};
use acetate_model::{Block, Choice, Curve, Db, Hz, Params, Processor, Q, Settings, Spec, power_db};

mod long;
mod minimum;

use crate::pairs::Pairs;
use long::Long;
use minimum::Stages;

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Makes parts of the spectrum louder or softer: the first tool of mastering. Its bands have the shape of their
/// analogue models up to the top of hearing at any rate and in any phase, where usual digital bands cramp towards half
/// the rate. With minimum phase, one short filter corrects what is left over by all bands together; the others are
/// made from the models themselves. Bands of 0 dB change no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct EqSettings {
    /// The bands; those of left and right come before those of mid and side.
    #[param(max = 24)]
    pub bands: Vec<EqBand>,
    /// Which frequencies are late, and by how much. Whatever is late as a whole is brought back into time.
    #[param(default = minimum)]
    pub phase: Phase,
}

/// What an equaliser does to the phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Phase {
    /// As an analogue equaliser: no latency, and nothing sounds ahead of its cause.
    Minimum,
    /// As linear as it goes without anything being heard ahead of its cause: bands that are neither low nor sharp have
    /// no phase at all.
    Mixed,
    /// Every frequency is equally late, so that shapes and the sum with other stems stay. Low and sharp bands begin to
    /// sound ahead; very low and very sharp ones are a little broader than asked for.
    Linear,
}

/// One band of an equaliser.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct EqBand {
    /// What it does around its frequency.
    #[param(default = bell)]
    pub shape: EqShape,
    /// The centre of a bell, tilt or notch, the middle of a shelf's slope, the −3 dB point of a cut with a Q of 0.71.
    #[param(default = 1000.0, range = 10.0..=30000.0, log)]
    pub freq_hz: Hz,
    /// How much louder, or softer where negative. A tilt's ends differ by this; notch and cuts have none.
    #[param(default = 0.0, range = -24.0..=24.0, amount)]
    pub gain_db: Db,
    /// How sharp: the frequency over the width of a bell. A tilt has none.
    #[param(default = 0.71, range = 0.1..=18.0, log)]
    pub q: Q,
    /// Which part of a stereo signal it works on. Signals that are not stereo only hear bands on all of it.
    #[param(default = stereo)]
    pub on: On,
}

/// What a band does around its frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EqShape {
    /// A hill or valley.
    Bell,
    /// All below.
    LowShelf,
    /// All above.
    HighShelf,
    /// Below down and above up, or the other way round.
    Tilt,
    /// Takes one frequency out.
    Notch,
    /// Takes everything below away, by 12 dB per octave.
    LowCut,
    /// Takes everything above away, by 12 dB per octave.
    HighCut,
}

/// A part of a stereo signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum On {
    /// All of it.
    Stereo,
    /// The left channel.
    Left,
    /// The right channel.
    Right,
    /// What both channels share, (left + right)/2.
    Mid,
    /// What they differ by, (left − right)/2.
    Side,
}

impl EqBand {
    fn prototype(&self) -> Prototype {
        let corner = Corner { hz: self.freq_hz.0, gain_db: self.gain_db.0, q: self.q.0 };
        match self.shape {
            EqShape::Bell => Prototype::Bell(corner),
            EqShape::LowShelf => Prototype::LowShelf(corner),
            EqShape::HighShelf => Prototype::HighShelf(corner),
            EqShape::Tilt => Prototype::Tilt(corner),
            EqShape::Notch => Prototype::Notch(corner),
            EqShape::LowCut => Prototype::HighPass(corner),
            EqShape::HighCut => Prototype::LowPass(corner),
        }
    }
}

impl EqSettings {
    /// The bands that are heard in a part of the signal.
    fn prototypes(&self, on: &[On]) -> Vec<Prototype> {
        let here = self.bands.iter().filter(|band| on.contains(&band.on));
        here.map(EqBand::prototype).filter(|prototype| !prototype.is_neutral()).collect()
    }

    /// Left, right, mid, side; what is not stereo has but one part.
    fn parts(&self, channels: usize) -> [Vec<Prototype>; 4] {
        let all = self.prototypes(&[On::Stereo]);
        if channels != 2 {
            return [all.clone(), all, Vec::new(), Vec::new()];
        }
        [&[On::Stereo, On::Left][..], &[On::Stereo, On::Right], &[On::Mid], &[On::Side]]
            .map(|on| self.prototypes(on))
    }
}

impl Settings for EqSettings {
    const ID: &'static str = "eq";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "bands": [
        { "shape": "low_shelf", "freq_hz": 90, "gain_db": -1.5 },
        { "shape": "bell", "freq_hz": 320, "gain_db": -2, "q": 1.2 },
        { "shape": "bell", "freq_hz": 3000, "gain_db": 1, "q": 0.8 },
        { "shape": "high_shelf", "freq_hz": 10000, "gain_db": 2 },
        { "shape": "high_shelf", "freq_hz": 6000, "gain_db": 1, "on": "side" }
    ] }"#;
    type Processor = Eq;

    fn build(&self, spec: &Spec) -> Eq {
        let parts = self.parts(spec.channels);
        let kind = match self.phase {
            _ if parts.iter().all(Vec::is_empty) => Kind::Neutral,
            Phase::Minimum => Kind::Minimum(Pairs::new(spec, &Stages::new(spec.rate_hz, &parts))),
            Phase::Mixed => Kind::Long(Box::new(Long::new(spec, &parts, true))),
            Phase::Linear => Kind::Long(Box::new(Long::new(spec, &parts, false))),
        };
        Eq { kind }
    }

    /// What a signal in the centre gets: the power of left and right.
    fn curve(&self, spec: &Spec) -> Curve {
        let parts = self.parts(spec.channels);
        Curve::Response(Box::new(move |hz| {
            let [left, right, mid, side]: [Complex64; 4] =
                parts.each_ref().map(|part| part.iter().map(|p| p.response(hz)).product());
            let (mid, side) = (mid * (left + right) / 2.0, side * (left - right) / 2.0);
            power_db(mid.norm_sqr() + side.norm_sqr()).map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

/// An equaliser.
pub struct Eq {
    kind: Kind,
}

enum Kind {
    Neutral,
    Minimum(Pairs<Stages>),
    Long(Box<Long>),
}

impl Processor for Eq {
    fn process(&mut self, block: &mut Block) {
        match &mut self.kind {
            Kind::Neutral => {}
            Kind::Minimum(pairs) => pairs.process(block, Stages::run),
            Kind::Long(long) => long.process(block),
        }
    }

    fn reset(&mut self) {
        match &mut self.kind {
            Kind::Neutral => {}
            Kind::Minimum(pairs) => pairs.states().for_each(Stages::reset),
            Kind::Long(long) => long.reset(),
        }
    }

    fn latency(&self) -> usize {
        match &self.kind {
            Kind::Neutral | Kind::Minimum(_) => 0,
            Kind::Long(long) => long.latency(),
        }
    }
}
