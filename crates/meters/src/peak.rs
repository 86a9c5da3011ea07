use acetate_dsp::{TruePeakMeter, highest_sample};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db};

use crate::power::SILENCE;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "peak",
    version: 1,
    about: "The highest sample, and the highest point between samples, which a converter or an encoder may clip. \
            ITU-R BS.1770-5 Annex 2, with a longer interpolator and a finer grid.",
    quantities: &[Quantity::TruePeak, Quantity::SamplePeak],
    build: |spec| Box::new(Peak::new(spec)),
};

struct Peak {
    between: TruePeakMeter,
    sample: f32,
}

impl Peak {
    fn new(spec: &Spec) -> Self {
        Self { between: TruePeakMeter::new(spec.channels), sample: 0.0 }
    }
}

impl Meter for Peak {
    fn push(&mut self, block: &Audio) {
        self.between.push(block);
        self.sample = block.channels.iter().map(|c| highest_sample(c)).fold(self.sample, f32::max);
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let db = |amplitude| Value::scalar_or(amplitude_db(amplitude), SILENCE);
        vec![
            (Quantity::TruePeak, db(self.between.peak())),
            (Quantity::SamplePeak, db(f64::from(self.sample))),
        ]
    }
}
