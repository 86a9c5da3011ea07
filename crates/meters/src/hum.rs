use std::f64::consts::PI;

use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db, power_db};
use realfft::num_complex::Complex64;

use crate::coherent::SteadyTone;
use crate::lines::{Line, Lines};
use crate::low_rate::LowRate;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "hum",
    version: 2,
    about: "Mains hum: lines at 50 or 60 Hz and at multiples of it that stand still while everything else comes and \
            goes. Of middle and side, at a low rate, in windows of two seconds. Where the lines keep their phase from \
            end to end, in more harmonics than those of frequencies beside the mains do, they are found below music \
            that never rests, with level and phase on either side. Else a line is what stands above \
            its neighbours in the quietest fifth of the windows and hardly changes between them. Notes of a bass \
            are not at the mains, not at all its multiples, or not always there. The first ten minutes are heard.",
    quantities: &[
        Quantity::HumLevel,
        Quantity::HumFrequency,
        Quantity::HumLines,
        Quantity::HumLeft,
        Quantity::HumLeftPhase,
        Quantity::HumRight,
        Quantity::HumRightPhase,
    ],
    build: |spec| Box::new(Hum::new(spec)),
};

const NO_HUM: &str = "no steady lines at the mains";
const NOT_THE_SAME: &str = "no hum that is the same from end to end";
const TOO_SHORT: &str = "too little sound for a hum to show";

struct Hum {
    low: LowRate,
    lines: Lines,
}

impl Hum {
    fn new(spec: &Spec) -> Self {
        let low = LowRate::new(spec.rate_hz);
        Self { lines: Lines::new(low.rate_hz()), low }
    }

    /// What is read of a hum that was found in the pauses.
    fn of_pauses(&self, hz: f64, lines: &[Line]) -> Vec<(Quantity, Value)> {
        let power = |line: &Line| line.power / (self.low.gain(line.hz) * self.low.gain(line.hz));
        let powers: Vec<(f64, f64)> = lines.iter().map(|line| (line.hz, power(line))).collect();
        let unsaid = |quantity| (quantity, Value::Undefined(NOT_THE_SAME.to_owned()));
        let said = levels(hz, &powers);
        said.into_iter().chain(ENTRY.quantities.iter().skip(LEVELS).map(|&q| unsaid(q))).collect()
    }

    /// What is read of a hum that is the same from end to end.
    fn of_all(&self, mains_hz: f64, tones: &[SteadyTone]) -> Vec<(Quantity, Value)> {
        let sides: Vec<(f64, [Complex64; 2])> = tones.iter().map(|tone| self.sides(tone)).collect();
        let power = |sides: &[Complex64; 2]| 0.25 * (sides[0].norm_sqr() + sides[1].norm_sqr());
        let powers: Vec<(f64, f64)> = sides.iter().map(|(hz, sides)| (*hz, power(sides))).collect();
        let hz: Vec<f64> = tones.iter().map(|tone| tone.hz).collect();
        let spectrum = |value: &dyn Fn(&[Complex64; 2]) -> Option<f64>| Value::Spectrum {
            hz: hz.clone(),
            db: sides.iter().map(|(_, sides)| value(sides)).collect(),
        };
        let level = |side: usize| spectrum(&move |sides| amplitude_db(sides[side].norm()));
        let phase = |side: usize| spectrum(&move |sides| Some(sides[side].arg() * 180.0 / PI));
        let mut said = levels(mains_hz, &powers);
        said.extend([
            (Quantity::HumLeft, level(0)),
            (Quantity::HumLeftPhase, phase(0)),
            (Quantity::HumRight, level(1)),
            (Quantity::HumRightPhase, phase(1)),
        ]);
        said
    }

    /// Left and right at the first frame, as they were before the low rate.
    fn sides(&self, tone: &SteadyTone) -> (f64, [Complex64; 2]) {
        let (sin, cos) = libm::sincos(-2.0 * PI * (tone.hz * self.low.first_s()).fract());
        let back = Complex64::new(cos, sin) / self.low.gain(tone.hz);
        (tone.hz, [(tone.mid + tone.side) * back, (tone.mid - tone.side) * back])
    }
}

/// How many quantities tell how loud a hum is.
const LEVELS: usize = 3;

/// The level of a hum whose lines have these frequencies and powers.
fn levels(mains_hz: f64, lines: &[(f64, f64)]) -> Vec<(Quantity, Value)> {
    let whole: f64 = lines.iter().map(|(_, power)| power).sum();
    let each = Value::Spectrum {
        hz: lines.iter().map(|(hz, _)| *hz).collect(),
        db: lines.iter().map(|(_, power)| power_db(*power)).collect(),
    };
    vec![
        (Quantity::HumLevel, Value::scalar_or(power_db(whole), NO_HUM)),
        (Quantity::HumFrequency, Value::Scalar(mains_hz)),
        (Quantity::HumLines, each),
    ]
}

impl Meter for Hum {
    fn push(&mut self, block: &Audio) {
        let lines = &mut self.lines;
        self.low.push(block, |mid, side| lines.push(mid, side));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        if !self.lines.is_enough() {
            return ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(TOO_SHORT.to_owned()))).collect();
        }
        if let Some((hz, tones)) = self.lines.windows().hum() {
            return self.of_all(hz, &tones);
        }
        if let Some((hz, lines)) = self.lines.hum() {
            return self.of_pauses(hz, &lines);
        }
        ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(NO_HUM.to_owned()))).collect()
    }
}
