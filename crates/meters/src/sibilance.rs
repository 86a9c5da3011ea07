use std::ops::Range;

use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};

use crate::power::percentile;
use crate::transform::{Frame, Frames};

pub(crate) const ENTRY: MeterEntry = MeterEntry {
    id: "sibilance",
    version: 1,
    about: "How loud the s of a voice is: the 95th percentile of the power from 5 to 10 kHz in sibilant frames, over the \
            power that vowels have from 200 Hz to 4 kHz, each counting by its power. Frames of 20 ms under Hann windows, \
            half overlapping, from -60 dBFS up; sibilant are those whose treble is a noise and whose share of it exceeds \
            the usual share in vowels by 10 dB.",
    quantities: &[Quantity::SibilantLevel],
    build: |spec| Box::new(Sibilance::new(spec)),
};

/// Two of its halves are a frame.
const HALF_MS: f64 = 10.0;
const TREBLE_HZ: [f64; 2] = [5000.0, 10_000.0];
const VOWELS_HZ: [f64; 2] = [200.0, 4000.0];
/// By how much the treble's share exceeds its usual one in an s: more than any vowel's.
const STANDS_OUT_DB: f64 = 10.0;
/// Geometric over arithmetic mean of the treble's power: white noise has 0.56, tones next to nothing.
const LEAST_FLATNESS: f64 = 0.2;
/// A vowel has at least this share of the usual power of vowels.
const SOFTEST_VOWEL: f64 = 0.05;
/// Bins whose powers over their mean are multiplied.
const TOGETHER: usize = 16;
/// The s that are heard: few are louder.
const LOUD: f64 = 0.95;
/// A quarter of a second of s, which is a few of them.
const FEWEST: usize = 25;
const NO_VOWELS: &str = "no vowels";
const TOO_FEW: &str = "less than a quarter of a second of s";

struct Sibilance {
    frames: Frames,
    treble: Range<usize>,
    vowels: Range<usize>,
    heard: Vec<Heard>,
}

/// Powers in a frame, and whether its treble is a noise.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Heard {
    treble: f32,
    vowels: f32,
    is_noise: bool,
}

impl Sibilance {
    fn new(spec: &Spec) -> Self {
        let length = 2 * ((spec.rate() * HALF_MS / 1000.0) as usize).max(1);
        let bin_hz = spec.rate() / length as f64;
        let bin = |hz: f64| ((hz / bin_hz).round() as usize).min(length / 2 + 1);
        Self {
            frames: Frames::new(length),
            treble: bin(TREBLE_HZ[0])..bin(TREBLE_HZ[1]),
            vowels: bin(VOWELS_HZ[0])..bin(VOWELS_HZ[1]),
            heard: Vec::new(),
        }
    }

    fn level_db(&self) -> Result<f64, &'static str> {
        let voiced = || self.heard.iter().filter(|heard| heard.vowels > heard.treble);
        let (sum, squares) = voiced().fold((0.0, 0.0), |(sum, squares), heard| {
            let power = f64::from(heard.vowels);
            (sum + power, squares + power * power)
        });
        if sum <= 0.0 {
            return Err(NO_VOWELS);
        }
        let usual = squares / sum;
        let share_db = |heard: &Heard| power_db(f64::from(heard.treble) / f64::from(heard.vowels));
        let loud = voiced().filter(|heard| f64::from(heard.vowels) > SOFTEST_VOWEL * usual);
        let usual_db =
            percentile(&mut loud.filter_map(share_db).collect::<Vec<f64>>(), 0.5).ok_or(NO_VOWELS)?;
        let is_s =
            |heard: &&Heard| heard.is_noise && share_db(heard).is_none_or(|db| db > usual_db + STANDS_OUT_DB);
        let mut levels: Vec<f64> =
            self.heard.iter().filter(is_s).map(|heard| f64::from(heard.treble) / usual).collect();
        if levels.len() < FEWEST {
            return Err(TOO_FEW);
        }
        percentile(&mut levels, LOUD).and_then(power_db).ok_or(TOO_FEW)
    }
}

fn heard(frame: &Frame, treble: &Range<usize>, vowels: &Range<usize>) -> Heard {
    let power = |bin: usize| frame.mid[bin].norm_sqr() + frame.side.map_or(0.0, |side| side[bin].norm_sqr());
    let of_treble: f32 = treble.clone().map(power).sum();
    let mean = of_treble / treble.len().max(1) as f32;
    // the logarithm of a product is the sum of the logarithms, at a fraction of the cost
    let of = |bin: usize| f64::from((power(bin) / mean).max(1e-9));
    let together = |from: usize| (from..treble.end.min(from + TOGETHER)).map(of).product::<f64>();
    let logs: f64 = treble.clone().step_by(TOGETHER).map(|from| libm::log(together(from))).sum();
    let flatness = libm::exp(logs / treble.len().max(1) as f64);
    Heard {
        treble: of_treble,
        vowels: vowels.clone().map(power).sum(),
        is_noise: mean > 0.0 && flatness > LEAST_FLATNESS,
    }
}

impl Meter for Sibilance {
    fn push(&mut self, block: &Audio) {
        let Self { frames, treble, vowels, heard: all } = self;
        frames.push(block, |frame| all.push(heard(&frame, treble, vowels)));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let value = match self.level_db() {
            Ok(db) => Value::Scalar(db),
            Err(why) => Value::Undefined(why.to_owned()),
        };
        vec![(Quantity::SibilantLevel, value)]
    }
}
