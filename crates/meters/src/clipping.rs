use acetate_dsp::highest_sample;
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "clipping",
    version: 1,
    about: "Peaks that were cut off: three or more equal samples at the highest level of the file. \
            A soft round top does not count, even where it was rounded to equal steps: \
            the equal samples must make up most of what comes within 0.1 % of that level.",
    quantities: &[Quantity::ClippedRuns, Quantity::ClippedAt],
    build: |spec| Box::new(Clipping::new(spec)),
};

const FEWEST_SAMPLES: u32 = 3;
/// What counts as standing at the highest level.
const NEAR: f32 = 0.999;
/// A file whose highest sample is lower was not clipped, or so long ago that its level says nothing: -12 dBFS.
const LOWEST_CLIP: f32 = 0.25;
const HOP_MS: u64 = 100;
/// Samples that are passed over together where none comes near the highest so far.
const TILE: usize = 64;

struct Clipping {
    channels: Vec<Channel>,
    rate_hz: u64,
    frames: u64,
}

/// One channel is followed for itself, so that it does not matter how far another has come.
#[derive(Clone, Default)]
struct Channel {
    highest: f32,
    stretch: Stretch,
    runs: Vec<Runs>,
}

/// Samples of one sign in a row that come near the highest so far.
#[derive(Clone, Default)]
struct Stretch {
    start: u64,
    samples: u32,
    last: f32,
    equal: u32,
    longest: u32,
    level: f32,
}

/// Clipped runs of one hop at one level.
#[derive(Clone)]
struct Runs {
    hop: u64,
    level: f32,
    count: u32,
}

impl Clipping {
    fn new(spec: &Spec) -> Self {
        Self { channels: vec![Channel::default(); spec.channels], rate_hz: spec.rate_hz.into(), frames: 0 }
    }

    fn counted(&self) -> Vec<Runs> {
        let mut channels = self.channels.clone();
        for channel in &mut channels {
            channel.end_stretch(self.rate_hz);
        }
        let highest = channels.iter().fold(0.0, |max: f32, channel| max.max(channel.highest));
        let runs = channels.into_iter().flat_map(|channel| channel.runs);
        runs.filter(|run| highest >= LOWEST_CLIP && run.level >= NEAR * highest).collect()
    }
}

impl Channel {
    fn push(&mut self, samples: &[f32], from: u64, rate_hz: u64) {
        for (tile, samples) in samples.chunks(TILE).enumerate() {
            if self.stretch.samples > 0 || highest_sample(samples) >= self.near() {
                let from = from + (tile * TILE) as u64;
                for (n, &sample) in samples.iter().enumerate() {
                    self.push_sample(sample, from + n as u64, rate_hz);
                }
            }
        }
    }

    fn near(&self) -> f32 {
        (NEAR * self.highest).max(f32::MIN_POSITIVE)
    }

    fn push_sample(&mut self, sample: f32, at: u64, rate_hz: u64) {
        let level = sample.abs();
        if level > self.highest {
            self.highest = level;
            self.forget_lower();
        }
        let near = level >= self.near();
        if !near || self.stretch.samples > 0 && (sample > 0.0) != (self.stretch.last > 0.0) {
            self.end_stretch(rate_hz);
        }
        if near {
            self.stretch.push(sample, at);
        }
    }

    fn forget_lower(&mut self) {
        let near = self.near();
        self.runs.retain(|run| run.level >= near);
        if self.stretch.level < near {
            self.stretch = Stretch::default();
        }
    }

    fn end_stretch(&mut self, rate_hz: u64) {
        let stretch = std::mem::take(&mut self.stretch);
        if stretch.longest < FEWEST_SAMPLES || 2 * stretch.longest < stretch.samples {
            return;
        }
        let (hop, level) = (stretch.start * 1000 / (rate_hz * HOP_MS), stretch.level);
        let same = self.runs.iter_mut().rev().take_while(|run| run.hop == hop).find(|run| run.level == level);
        match same {
            Some(run) => run.count += 1,
            None => self.runs.push(Runs { hop, level, count: 1 }),
        }
    }
}

impl Stretch {
    fn push(&mut self, sample: f32, at: u64) {
        if self.samples == 0 {
            self.start = at;
        }
        self.equal = if self.samples > 0 && sample == self.last { self.equal + 1 } else { 1 };
        if self.equal > self.longest {
            self.longest = self.equal;
            self.level = sample.abs();
        }
        self.last = sample;
        self.samples = self.samples.saturating_add(1);
    }
}

impl Meter for Clipping {
    fn push(&mut self, block: &Audio) {
        for (channel, samples) in self.channels.iter_mut().zip(&block.channels) {
            channel.push(samples, self.frames, self.rate_hz);
        }
        self.frames += block.frames() as u64;
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let runs = self.counted();
        let count: u32 = runs.iter().map(|run| run.count).sum();
        let over_time = if count == 0 {
            Value::Undefined("no clipped run".to_owned())
        } else {
            let hops = (self.frames * 1000).div_ceil(self.rate_hz * HOP_MS) as usize;
            let mut values = vec![Some(0f32); hops];
            for run in &runs {
                if let Some(Some(value)) = values.get_mut(run.hop as usize) {
                    *value += run.count as f32;
                }
            }
            Value::Timeline { start_ms: 0.0, hop_ms: HOP_MS as f64, values }
        };
        vec![(Quantity::ClippedRuns, Value::Scalar(count.into())), (Quantity::ClippedAt, over_time)]
    }
}
