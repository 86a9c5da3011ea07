/// Planar samples, full scale ±1.0, with their rate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audio {
    /// Frames per second.
    pub rate_hz: u32,
    /// `[channel][frame]`; all channels are equally long.
    pub channels: Vec<Vec<f32>>,
}

impl Audio {
    /// Silence.
    pub fn silence(rate_hz: u32, channels: usize, frames: usize) -> Self {
        Self { rate_hz, channels: vec![vec![0.0; frames]; channels] }
    }

    /// Samples per channel.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Makes every channel `frames` long; new frames are silent. Keeps the capacity.
    pub fn resize(&mut self, frames: usize) {
        for channel in &mut self.channels {
            channel.resize(frames, 0.0);
        }
    }

    /// Becomes a copy of `other`, keeping the capacity.
    pub fn copy_from(&mut self, other: &Self) {
        self.rate_hz = other.rate_hz;
        self.channels.resize_with(other.channels.len(), Vec::new);
        for (to, from) in self.channels.iter_mut().zip(&other.channels) {
            to.clear();
            to.extend_from_slice(from);
        }
    }

    /// The same samples in blocks of at most `frames`.
    pub fn blocks(&self, frames: usize) -> impl Iterator<Item = Audio> + '_ {
        (0..self.frames()).step_by(frames.max(1)).map(move |from| {
            let to = (from + frames.max(1)).min(self.frames());
            Audio {
                rate_hz: self.rate_hz,
                channels: self.channels.iter().map(|c| c[from..to].to_vec()).collect(),
            }
        })
    }
}

/// What a processor works on: the signal that decides, and signals that follow it.
///
/// What is linear or a gain computed from `main` is applied to each of `linked` alike; what a bent curve takes away from
/// `main` is shared out among them. Both keep their sum equal to `main`. That is how stems are mastered by the chain of
/// their sum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// The signal that is heard and measured.
    pub main: Audio,
    /// Signals that add up to `main` and shall still do so afterwards; often none.
    pub linked: Vec<Audio>,
    /// Another signal that steers the processor (an external side-chain).
    pub key: Option<Audio>,
}

impl Block {
    /// A block without linked signals.
    pub fn of(main: Audio) -> Self {
        Self { main, linked: Vec::new(), key: None }
    }

    /// Frames in each signal.
    pub fn frames(&self) -> usize {
        self.main.frames()
    }

    /// Makes every signal `frames` long.
    pub fn resize(&mut self, frames: usize) {
        self.signals().for_each(|s| s.resize(frames));
    }

    /// `main`, then every linked signal.
    pub fn signals(&mut self) -> impl Iterator<Item = &mut Audio> {
        std::iter::once(&mut self.main).chain(&mut self.linked)
    }
}

/// What a processor or meter is built for; without it none can exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Frames per second.
    pub rate_hz: u32,
    /// Channels of every signal.
    pub channels: usize,
    /// The longest block that will come.
    pub max_frames: usize,
    /// How many linked signals come with each block.
    pub linked: usize,
}

impl Spec {
    /// A spec without linked signals.
    pub fn new(rate_hz: u32, channels: usize, max_frames: usize) -> Self {
        Self { rate_hz, channels, max_frames, linked: 0 }
    }

    /// The rate as a number for formulas.
    pub fn rate(&self) -> f64 {
        f64::from(self.rate_hz)
    }
}

/// Audio that is read from front to back, block by block, as often as needed.
pub trait Source: Send {
    /// Frames per second.
    fn rate_hz(&self) -> u32;
    /// Channels.
    fn channels(&self) -> usize;
    /// The length where it is known before reading.
    fn frames(&self) -> Option<u64>;
    /// Fills `into` with the next `frames` frames, fewer at the end, and returns how many; 0 means the end.
    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError>;
    /// Starts again at the first frame.
    fn rewind(&mut self) -> Result<(), SourceError>;
}

/// Why a source could not go on.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SourceError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

impl SourceError {
    /// An error with a message for people.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }
}

/// Audio in memory as a source.
#[derive(Debug, Clone)]
pub(crate) struct InMemory {
    audio: Audio,
    at: usize,
}

impl Audio {
    /// Reads this audio as a source.
    pub fn into_source(self) -> impl Source {
        InMemory { audio: self, at: 0 }
    }
}

impl Source for InMemory {
    fn rate_hz(&self) -> u32 {
        self.audio.rate_hz
    }
    fn channels(&self) -> usize {
        self.audio.channels.len()
    }
    fn frames(&self) -> Option<u64> {
        Some(self.audio.frames() as u64)
    }
    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        let to = (self.at + frames).min(self.audio.frames());
        into.rate_hz = self.audio.rate_hz;
        into.channels.resize_with(self.audio.channels.len(), Vec::new);
        for (target, channel) in into.channels.iter_mut().zip(&self.audio.channels) {
            target.clear();
            target.extend_from_slice(&channel[self.at..to]);
        }
        let read = to - self.at;
        self.at = to;
        Ok(read)
    }
    fn rewind(&mut self) -> Result<(), SourceError> {
        self.at = 0;
        Ok(())
    }
}
