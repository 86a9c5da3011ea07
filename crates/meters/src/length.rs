use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "length",
    version: 1,
    about: "How many frames came, and at which rate: stems that differ do not fit together.",
    quantities: &[Quantity::Length, Quantity::Rate],
    build: |spec| Box::new(Length::new(spec)),
};

struct Length {
    rate_hz: u32,
    frames: u64,
}

impl Length {
    fn new(spec: &Spec) -> Self {
        Self { rate_hz: spec.rate_hz, frames: 0 }
    }
}

impl Meter for Length {
    fn push(&mut self, block: &Audio) {
        self.frames += block.frames() as u64;
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        vec![
            (Quantity::Length, Value::Scalar(self.frames as f64)),
            (Quantity::Rate, Value::Scalar(self.rate_hz.into())),
        ]
    }
}
