use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db};

use crate::power::{SILENCE, level};
use crate::sums::energy;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "edges",
    version: 1,
    about: "How a file begins and ends: a cut through the middle of a sound leaves a step that clicks, or a tail that \
            stops before it has died away. The first and the last 20 ms.",
    quantities: &[Quantity::StartLevel, Quantity::StartStep, Quantity::EndLevel, Quantity::EndStep],
    build: |spec| Box::new(Edges::new(spec)),
};

const EDGE_MS: usize = 20;

struct Edges {
    /// Frames of an edge.
    length: usize,
    /// `[channel][frame]`.
    first: Vec<Vec<f32>>,
    last: Vec<Vec<f32>>,
}

impl Edges {
    fn new(spec: &Spec) -> Self {
        let length = (spec.rate_hz as usize * EDGE_MS / 1000).max(2);
        let none = || vec![Vec::with_capacity(length); spec.channels];
        Self { length, first: none(), last: none() }
    }
}

/// The samples of an edge, from the cut inwards, over the highest step between them; of the channel where it is worst.
fn step(edge: &[Vec<f32>], outer: impl Fn(&[f32]) -> Option<f32>) -> Value {
    let of_channel = |samples: &Vec<f32>| {
        let cut = outer(samples).map(f32::abs).filter(|cut| *cut > 0.0)?;
        let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let highest = steps.fold(0.0, f32::max).max(f32::MIN_POSITIVE);
        amplitude_db(f64::from(cut) / f64::from(highest))
    };
    Value::scalar_or(edge.iter().filter_map(of_channel).reduce(f64::max), "it begins or ends with silence")
}

impl Meter for Edges {
    fn push(&mut self, block: &Audio) {
        let channels = self.first.iter_mut().zip(&mut self.last).zip(&block.channels);
        for ((first, last), samples) in channels {
            let missing = (self.length - first.len()).min(samples.len());
            first.extend_from_slice(&samples[..missing]);
            let new = &samples[samples.len().saturating_sub(self.length)..];
            let too_many = (last.len() + new.len()).saturating_sub(self.length);
            last.drain(..too_many);
            last.extend_from_slice(new);
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let first = |samples: &[f32]| samples.first().copied();
        let last = |samples: &[f32]| samples.last().copied();
        let begins = self.first.iter().filter_map(|c| first(c)).fold(0.0f32, |high, s| high.max(s.abs()));
        let frames: usize = self.last.iter().map(Vec::len).sum();
        let power = self.last.iter().map(|c| energy(c)).sum::<f64>() / frames.max(1) as f64;
        vec![
            (Quantity::StartLevel, Value::scalar_or(amplitude_db(begins.into()), SILENCE)),
            (Quantity::StartStep, step(&self.first, first)),
            (Quantity::EndLevel, level(power, SILENCE)),
            (Quantity::EndStep, step(&self.last, last)),
        ]
    }
}
