use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};

use crate::lines::{Line, Lines};
use crate::low_rate::LowRate;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "hum",
    version: 1,
    about: "Mains hum: lines at 50 or 60 Hz and at multiples of it that stand still while everything else comes and \
            goes. Of the mean of left and right, at a low rate, in windows of two seconds; a line is what stands above \
            its neighbours in the quietest fifth of the windows and hardly changes between them. Notes of a bass \
            are not at the mains, not at all its multiples, or not always there. The first ten minutes are heard.",
    quantities: &[Quantity::HumLevel, Quantity::HumFrequency, Quantity::HumLines],
    build: |spec| Box::new(Hum::new(spec)),
};

const NO_HUM: &str = "no steady lines at the mains";
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
}

impl Meter for Hum {
    fn push(&mut self, block: &Audio) {
        let lines = &mut self.lines;
        self.low.push(block, |low| lines.push(low));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let found = if self.lines.is_enough() { self.lines.hum() } else { None };
        let Some((hz, lines)) = found else {
            let why = if self.lines.is_enough() { NO_HUM } else { TOO_SHORT };
            return ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(why.to_owned()))).collect();
        };
        let power = |line: &Line| line.power / self.low.power_gain(line.hz);
        let whole: f64 = lines.iter().map(power).sum();
        let levels = Value::Spectrum {
            hz: lines.iter().map(|line| line.hz).collect(),
            db: lines.iter().map(|line| power_db(power(line))).collect(),
        };
        vec![
            (Quantity::HumLevel, Value::scalar_or(power_db(whole), NO_HUM)),
            (Quantity::HumFrequency, Value::Scalar(hz)),
            (Quantity::HumLines, levels),
        ]
    }
}
