use acetate_dsp::{PairFilter, Section};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::power::{ONE_CHANNEL, SILENCE, level};
use crate::sums::pair;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "stereo",
    version: 1,
    about: "How left and right relate: balance, width, and what mono would cancel, above all in the bass, \
            where cancelling costs a record its groove and a club its kick. \
            Correlation is Σlr / √(Σl² Σr²), mid and side are (l ± r)/2.",
    quantities: &[Quantity::Balance, Quantity::Correlation, Quantity::LowCorrelation, Quantity::SideToMid],
    build: |spec| Box::new(Stereo::new(spec)),
};

const BASS_BELOW_HZ: f64 = 120.0;
/// The two sections of a Butterworth low-pass of fourth order: 1 / (2 cos(π/8)) and 1 / (2 cos(3π/8)).
const BUTTERWORTH_Q: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_377];
/// With less of the power than this below the corner, what passes the filter is not bass but the rest of its slope.
const BASS_SHARE: f64 = 1e-6;

struct Stereo {
    channels: usize,
    all: Moments,
    bass: Moments,
    low_pass: PairFilter,
}

/// Σl², Σr² and Σlr.
#[derive(Clone, Copy, Default)]
struct Moments {
    left: f64,
    right: f64,
    both: f64,
}

impl Stereo {
    fn new(spec: &Spec) -> Self {
        let sections = BUTTERWORTH_Q.map(|q| Section::low_pass(spec.rate_hz, BASS_BELOW_HZ, q));
        Self {
            channels: spec.channels,
            all: Moments::default(),
            bass: Moments::default(),
            low_pass: PairFilter::new(sections),
        }
    }
}

impl Moments {
    fn add(&mut self, left: f64, right: f64) {
        self.left += left * left;
        self.right += right * right;
        self.both += left * right;
    }

    fn power(self) -> f64 {
        self.left + self.right
    }

    fn correlation(self, why: &str) -> Value {
        let power = (self.left * self.right).sqrt();
        Value::scalar_or((power > 0.0).then(|| (self.both / power).clamp(-1.0, 1.0)), why)
    }

    fn balance(self) -> Value {
        let why = if self.power() > 0.0 { "one side is silent" } else { SILENCE };
        if self.right > 0.0 { level(self.left / self.right, why) } else { Value::Undefined(why.to_owned()) }
    }

    fn side_to_mid(self) -> Value {
        let (side, mid) = (self.power() - 2.0 * self.both, self.power() + 2.0 * self.both);
        match (side > 0.0, mid > 0.0) {
            (true, true) => level(side / mid, SILENCE),
            (false, true) => Value::Undefined("mono: no side".to_owned()),
            (true, false) => Value::Undefined("left cancels right: no mid".to_owned()),
            (false, false) => Value::Undefined(SILENCE.to_owned()),
        }
    }
}

impl Meter for Stereo {
    fn push(&mut self, block: &Audio) {
        let Some((left, right)) = pair(block) else { return };
        let mut all = self.all;
        for (&l, &r) in left.iter().zip(right) {
            all.add(l.into(), r.into());
        }
        self.all = all;
        let mut bass = self.bass;
        self.low_pass.run(left, right, |y| {
            let [left, right] = y.to_array();
            bass.add(left, right);
        });
        self.bass = bass;
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        if self.channels < 2 {
            return ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(ONE_CHANNEL.to_owned()))).collect();
        }
        let is_bass = self.bass.power() > BASS_SHARE * self.all.power();
        let bass = if is_bass { self.bass } else { Moments::default() };
        vec![
            (Quantity::Balance, self.all.balance()),
            (Quantity::Correlation, self.all.correlation("a silent side")),
            (Quantity::LowCorrelation, bass.correlation("no bass on one side or both")),
            (Quantity::SideToMid, self.all.side_to_mid()),
        ]
    }
}
