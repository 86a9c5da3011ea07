use acetate_dsp::{Hops, PairFilter, Section};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};

use crate::power::{ACTIVE_POWER, ONE_CHANNEL, SILENCE, level};
use crate::sums::pair;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "stereo",
    version: 2,
    about: "How left and right relate: balance, width, and what mono would cancel, above all in the bass, \
            where cancelling costs a record its groove and a club its kick. \
            Correlation is Σlr / √(Σl² Σr²), mid and side are (l ± r)/2. Over time in seconds, of those that reach \
            -60 dBFS and do not lie 30 dB below the loudest.",
    quantities: &[
        Quantity::Balance,
        Quantity::BalanceOverTime,
        Quantity::Correlation,
        Quantity::LowCorrelation,
        Quantity::CorrelationOverTime,
        Quantity::LowCorrelationOverTime,
        Quantity::MonoLoss,
        Quantity::SideToMid,
    ],
    build: |spec| Box::new(Stereo::new(spec)),
};

const BASS_BELOW_HZ: f64 = 120.0;
/// The two sections of a Butterworth low-pass of fourth order: 1 / (2 cos(π/8)) and 1 / (2 cos(3π/8)).
const BUTTERWORTH_Q: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_377];
/// With less of the power than this below the corner, what passes the filter is not bass but the rest of its slope.
const BASS_SHARE: f64 = 1e-6;

/// A side with less of the power counts as silent: 120 dB below the other.
const SILENT_SIDE: f64 = 1e-12;

const HOP_MS: u32 = 1000;
/// A second this far below the loudest says nothing, as a share of its power: 30 dB.
const SOFT: f64 = 1e-3;

struct Stereo {
    channels: usize,
    low_pass: PairFilter,
    hops: Hops,
    rate_hz: f64,
    open: Both,
    seconds: Vec<Both>,
}

/// Of everything and of the bass.
#[derive(Clone, Copy, Default)]
struct Both {
    all: Moments,
    bass: Moments,
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
            low_pass: PairFilter::new(sections),
            hops: Hops::of_ms(spec.rate_hz, HOP_MS),
            rate_hz: spec.rate(),
            open: Both::default(),
            seconds: Vec::new(),
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

    fn add_up(&mut self, other: Self) {
        self.left += other.left;
        self.right += other.right;
        self.both += other.both;
    }

    fn coefficient(self) -> Option<f64> {
        let power = (self.left * self.right).sqrt();
        (power > 0.0).then(|| (self.both / power).clamp(-1.0, 1.0))
    }

    fn correlation(self, why: &str) -> Value {
        Value::scalar_or(self.coefficient(), why)
    }

    /// Mean power of the channels over that of (l + r)/2.
    fn mono_loss(self) -> Value {
        let (channels, mono) = (2.0 * self.power(), self.power() + 2.0 * self.both);
        let why = if channels > 0.0 { "left cancels right: nothing is left" } else { SILENCE };
        if mono > 0.0 { level(channels / mono, why) } else { Value::Undefined(why.to_owned()) }
    }

    fn balance(self) -> Value {
        let why = if self.power() > 0.0 { "one side is silent" } else { SILENCE };
        if self.right > 0.0 { level(self.left / self.right, why) } else { Value::Undefined(why.to_owned()) }
    }

    /// Left over right, as far as a side that is silent beside the other.
    fn lean_db(self) -> Option<f64> {
        let least = SILENT_SIDE * self.power();
        power_db(self.left.max(least) / self.right.max(least))
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

impl Stereo {
    fn whole(&self) -> Both {
        let mut whole = Both::default();
        for second in self.seconds.iter().chain([&self.open]) {
            whole.all.add_up(second.all);
            whole.bass.add_up(second.bass);
        }
        whole
    }

    /// What is read of one part of the signal in each second in which it is not soft.
    fn over_time(
        &self,
        part: impl Fn(&Both) -> Moments,
        read: impl Fn(Moments) -> Option<f64>,
        why: &str,
    ) -> Value {
        let loudest = self.seconds.iter().map(|second| part(second).power()).fold(0.0, f64::max);
        let least = (SOFT * loudest).max(2.0 * ACTIVE_POWER * self.rate_hz * f64::from(HOP_MS) / 1000.0);
        let value = |second: &Both| {
            let moments = part(second);
            if moments.power() >= least { read(moments).map(|value| value as f32) } else { None }
        };
        let values: Vec<Option<f32>> = self.seconds.iter().map(value).collect();
        if values.iter().all(Option::is_none) {
            return Value::Undefined(why.to_owned());
        }
        Value::Timeline { start_ms: 0.0, hop_ms: HOP_MS.into(), values }
    }
}

impl Meter for Stereo {
    fn push(&mut self, block: &Audio) {
        let Some((left, right)) = pair(block) else { return };
        let Self { hops, low_pass, open, seconds, .. } = self;
        for part in hops.parts(left.len()) {
            let (left, right) = (&left[part.from..part.to], &right[part.from..part.to]);
            let Both { mut all, mut bass } = *open;
            for (&l, &r) in left.iter().zip(right) {
                all.add(l.into(), r.into());
            }
            low_pass.run(left, right, |y| {
                let [left, right] = y.to_array();
                bass.add(left, right);
            });
            *open = Both { all, bass };
            if part.ends {
                seconds.push(std::mem::take(open));
            }
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        if self.channels < 2 {
            return ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(ONE_CHANNEL.to_owned()))).collect();
        }
        let Both { all, bass } = self.whole();
        let is_bass = bass.power() > BASS_SHARE * all.power();
        let whole_bass = if is_bass { bass } else { Moments::default() };
        let soft = "no second above -60 dBFS";
        let no_bass = "no bass on one side or both";
        let bass_over_time = if is_bass {
            self.over_time(|second| second.bass, Moments::coefficient, no_bass)
        } else {
            Value::Undefined(no_bass.to_owned())
        };
        vec![
            (Quantity::Balance, all.balance()),
            (Quantity::BalanceOverTime, self.over_time(|second| second.all, Moments::lean_db, soft)),
            (Quantity::Correlation, all.correlation("a silent side")),
            (Quantity::LowCorrelation, whole_bass.correlation(no_bass)),
            (Quantity::CorrelationOverTime, self.over_time(|second| second.all, Moments::coefficient, soft)),
            (Quantity::LowCorrelationOverTime, bass_over_time),
            (Quantity::MonoLoss, all.mono_loss()),
            (Quantity::SideToMid, all.side_to_mid()),
        ]
    }
}
