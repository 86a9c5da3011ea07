use acetate_dsp::{TruePeakMeter, highest_sample};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db};

use crate::{moments::Moments, power::SILENCE};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "peak",
    version: 1,
    about: "The highest sample, and the highest point between samples, which a converter or an encoder may clip, and \
            when full scale is exceeded between samples alone. \
            ITU-R BS.1770-5 Annex 2, with a longer interpolator and a finer grid.",
    quantities: &[Quantity::TruePeak, Quantity::SamplePeak, Quantity::OversAt],
    build: |spec| Box::new(Peak::new(spec)),
};

struct Peak {
    between: TruePeakMeter,
    sample: f32,
    overs: Moments,
}

impl Peak {
    fn new(spec: &Spec) -> Self {
        Self { between: TruePeakMeter::new(spec.channels), sample: 0.0, overs: Moments::new(spec.rate_hz) }
    }
}

impl Meter for Peak {
    fn push(&mut self, block: &Audio) {
        let overs = &mut self.overs;
        self.between.push_telling_overs(block, |frame| overs.count(frame));
        self.sample = block.channels.iter().map(|c| highest_sample(c)).fold(self.sample, f32::max);
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let db = |amplitude| Value::scalar_or(amplitude_db(amplitude), SILENCE);
        vec![
            (Quantity::TruePeak, db(self.between.peak())),
            (Quantity::SamplePeak, db(f64::from(self.sample))),
            (Quantity::OversAt, self.overs.read("nothing over full scale between samples")),
        ]
    }
}
