use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::moments::Moments;
use crate::tiles::{Jump, Tiles};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "clicks",
    version: 1,
    about: "Clicks: a wrong sample, a spike, or a step where a cut was made. The second difference of the samples \
            stands far above that of all around it, and the level before is the level behind: the edge of a note, \
            a drum, or of each period of a sawtooth does not count.",
    quantities: &[Quantity::Clicks, Quantity::ClicksAt],
    build: |spec| Box::new(Clicks::new(spec)),
};

/// Clicks on both sides at once are one.
const SAME_MS: f64 = 3.0;
/// A jump this small beside the highest sample is none: -50 dB.
const SMALLEST: f32 = 0.003;

struct Clicks {
    channels: Vec<Channel>,
    rate_hz: u32,
}

struct Channel {
    tiles: Tiles,
    jumps: Vec<Jump>,
}

impl Clicks {
    fn new(spec: &Spec) -> Self {
        let channel = || Channel { tiles: Tiles::new(spec.rate_hz), jumps: Vec::new() };
        Self { channels: (0..spec.channels).map(|_| channel()).collect(), rate_hz: spec.rate_hz }
    }

    /// The times of the clicks, in frames.
    fn clicks(&self) -> Vec<u64> {
        let highest = self.channels.iter().fold(0.0, |max: f32, c| max.max(c.tiles.highest()));
        let jumps = self.channels.iter().flat_map(|channel| &channel.jumps);
        let mut at: Vec<u64> =
            jumps.filter(|jump| jump.size >= SMALLEST * highest).map(|jump| jump.at).collect();
        at.sort_unstable();
        let same = (SAME_MS * f64::from(self.rate_hz) / 1000.0) as u64;
        at.dedup_by(|later, first| *later - *first <= same);
        at
    }
}

impl Meter for Clicks {
    fn push(&mut self, block: &Audio) {
        for (channel, samples) in self.channels.iter_mut().zip(&block.channels) {
            let Channel { tiles, jumps } = channel;
            tiles.push(samples, |jump| jumps.push(jump));
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let clicks = self.clicks();
        let mut over_time = Moments::new(self.rate_hz);
        for &at in &clicks {
            over_time.count(at);
        }
        vec![
            (Quantity::Clicks, Value::Scalar(clicks.len() as f64)),
            (Quantity::ClicksAt, over_time.read("no click")),
        ]
    }
}
