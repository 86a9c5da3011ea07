use acetate_dsp::{Cascade, Complex64, Corner, FIR_TILE, Fir, Prototype, correction};
use acetate_model::{Block, Choice, Curve, Db, Hz, Params, Processor, Q, Settings, Spec, power_db};
use wide::f64x2;

use crate::pairs::{Frames, Pairs};

/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Makes parts of the spectrum louder or softer: the first tool of mastering. Its bands have the shape of their
/// analogue models up to the top of hearing at any rate, where usual digital bands cramp towards half the rate, because
/// one short filter of minimum phase corrects what is left over by all bands together. Bands of 0 dB change no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct EqSettings {
    /// The bands; those of left and right come before those of mid and side.
    #[param(max = 24)]
    pub bands: Vec<EqBand>,
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
    #[param(default = 0.0, range = -24.0..=24.0)]
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

/// An equaliser.
#[derive(Debug, Clone)]
pub struct Eq {
    pairs: Pairs<Stages>,
    is_neutral: bool,
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
        let [left, right, mid, side] = self.parts(spec.channels);
        let stages = Stages {
            left_right: Stage::new(spec.rate_hz, &left, &right),
            mid_side: Stage::new(spec.rate_hz, &mid, &side),
        };
        let is_neutral = stages.left_right.is_neutral() && stages.mid_side.is_neutral();
        Eq { pairs: Pairs::new(spec, &stages), is_neutral }
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

impl Processor for Eq {
    fn process(&mut self, block: &mut Block) {
        if !self.is_neutral {
            self.pairs.process(block, Stages::run);
        }
    }

    fn reset(&mut self) {
        self.pairs.states().for_each(|stages| {
            stages.left_right.reset();
            stages.mid_side.reset();
        });
    }

    fn latency(&self) -> usize {
        0
    }
}

#[derive(Debug, Clone)]
struct Stages {
    left_right: Stage,
    mid_side: Stage,
}

impl Stages {
    fn run(&mut self, frames: &mut Frames) {
        self.left_right.run(frames);
        if self.mid_side.is_neutral() {
            return;
        }
        swap_sum_and_difference(frames, 0.5);
        self.mid_side.run(frames);
        swap_sum_and_difference(frames, 1.0);
    }
}

fn swap_sum_and_difference(frames: &mut Frames, scale: f64) {
    for frame in frames {
        let [a, b] = frame.to_array();
        *frame = f64x2::new([(a + b) * scale, (a - b) * scale]);
    }
}

/// Matched sections and what corrects them, for two lanes.
#[derive(Debug, Clone)]
struct Stage {
    cascade: Cascade,
    corrections: [Fir; 2],
}

impl Stage {
    fn new(rate_hz: u32, first: &[Prototype], second: &[Prototype]) -> Self {
        let sections = |part: &[Prototype]| part.iter().map(|p| p.matched(rate_hz)).collect::<Vec<_>>();
        let fir = |part: &[Prototype], sections: &[_]| match part {
            [] => Fir::new(&[]),
            _ => Fir::new(&correction(rate_hz, part, sections)),
        };
        let rows = [sections(first), sections(second)];
        let to_first = fir(first, &rows[0]);
        let to_second = if first == second { to_first.clone() } else { fir(second, &rows[1]) };
        Self { cascade: Cascade::new(&rows[0], &rows[1]), corrections: [to_first, to_second] }
    }

    fn is_neutral(&self) -> bool {
        self.cascade.is_empty()
    }

    fn reset(&mut self) {
        self.cascade.reset();
        self.corrections.iter_mut().for_each(Fir::reset);
    }

    fn run(&mut self, frames: &mut Frames) {
        self.cascade.run(frames);
        if self.corrections.iter().all(Fir::is_empty) {
            return;
        }
        let mut lanes = [[0.0; FIR_TILE]; 2];
        let count = frames.len();
        for (n, frame) in frames.iter().enumerate() {
            [lanes[0][n], lanes[1][n]] = frame.to_array();
        }
        for (fir, lane) in self.corrections.iter_mut().zip(&mut lanes) {
            fir.run(&mut lane[..count]);
        }
        for ((frame, &a), &b) in frames.iter_mut().zip(&lanes[0]).zip(&lanes[1]) {
            *frame = f64x2::new([a, b]);
        }
    }
}
