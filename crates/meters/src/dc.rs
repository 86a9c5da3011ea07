use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db};

use crate::sums::add;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "dc",
    version: 1,
    about: "The mean of each channel, which should be nothing: an offset takes headroom and clicks at cuts.",
    quantities: &[Quantity::Dc],
    build: |spec| Box::new(Dc::new(spec)),
};

struct Dc {
    sums: Vec<f64>,
    frames: u64,
}

impl Dc {
    fn new(spec: &Spec) -> Self {
        Self { sums: vec![0.0; spec.channels], frames: 0 }
    }
}

impl Meter for Dc {
    fn push(&mut self, block: &Audio) {
        add(&mut self.sums, block, 0..block.frames(), |x| x);
        self.frames += block.frames() as u64;
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let largest = self.sums.iter().fold(0.0, |max, sum| sum.abs().max(max));
        let mean = largest / self.frames.max(1) as f64;
        vec![(Quantity::Dc, Value::scalar_or(amplitude_db(mean), "no offset"))]
    }
}
