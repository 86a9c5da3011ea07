use acetate_dsp::Resampler;
use acetate_model::{Audio, Source, SourceError, SourceInfo, SourceNote};

use crate::Reader;

/// What is read from the file at a time while resampling.
const BLOCK_FRAMES: usize = 8192;

/// A file as a stem of a session: two channels, at the session's rate, block by block.
///
/// A mono file sounds the same left and right. A resampled file is `ceil(frames · session rate / file rate)` long.
#[derive(Debug)]
pub struct StemReader(AtRate);

#[derive(Debug)]
enum AtRate {
    AsIs(Box<Reader>),
    Resampled(Box<Resampled<Reader>>),
}

impl StemReader {
    /// The file of `reader` in a session of `rate_hz`.
    pub fn new(reader: Reader, rate_hz: u32) -> Self {
        Self(if reader.rate_hz() == rate_hz {
            AtRate::AsIs(Box::new(reader))
        } else {
            AtRate::Resampled(Box::new(Resampled::new(reader, rate_hz)))
        })
    }

    /// What the file is, and what was done to it; complete once it was read to its end.
    pub fn info(&self) -> SourceInfo {
        let (reader, to_hz) = match &self.0 {
            AtRate::AsIs(reader) => (reader.as_ref(), None),
            AtRate::Resampled(resampled) => (&resampled.source, Some(resampled.rate_hz())),
        };
        let mut info = reader.info().clone();
        if info.channels == 1 {
            info.notes.push(SourceNote::MonoToStereo);
        }
        info.notes.extend(to_hz.map(|to_hz| SourceNote::Resampled { to_hz }));
        info
    }

    fn source(&self) -> &dyn Source {
        match &self.0 {
            AtRate::AsIs(reader) => reader.as_ref(),
            AtRate::Resampled(resampled) => resampled.as_ref(),
        }
    }

    fn source_mut(&mut self) -> &mut dyn Source {
        match &mut self.0 {
            AtRate::AsIs(reader) => reader.as_mut(),
            AtRate::Resampled(resampled) => resampled.as_mut(),
        }
    }
}

impl Source for StemReader {
    fn rate_hz(&self) -> u32 {
        self.source().rate_hz()
    }

    fn channels(&self) -> usize {
        2
    }

    fn frames(&self) -> Option<u64> {
        self.source().frames()
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        let read = self.source_mut().read(into, frames)?;
        if into.channels.len() == 1 {
            into.channels.push(Vec::new());
            let (left, right) = into.channels.split_at_mut(1);
            right[0].clone_from(&left[0]);
        }
        Ok(read)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.source_mut().rewind()
    }
}

/// A source at another rate, `ceil(frames · rate / its rate)` long.
#[derive(Debug)]
pub struct Resampled<S> {
    source: S,
    resampler: Resampler,
    input: Audio,
    ready: Audio,
    at: usize,
    ended: bool,
}

impl<S: Source> Resampled<S> {
    /// `source` at `rate_hz`.
    pub fn new(source: S, rate_hz: u32) -> Self {
        Self {
            resampler: Resampler::new(source.rate_hz(), rate_hz, source.channels()),
            input: Audio::default(),
            ready: Audio { rate_hz, channels: vec![Vec::new(); source.channels()] },
            at: 0,
            ended: false,
            source,
        }
    }

    fn refill(&mut self) -> Result<(), SourceError> {
        self.clear();
        let read = self.source.read(&mut self.input, BLOCK_FRAMES)?;
        self.resampler.process(&self.input, &mut self.ready);
        if read < BLOCK_FRAMES {
            self.resampler.finish(&mut self.ready);
            self.ended = true;
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.ready.channels.iter_mut().for_each(Vec::clear);
        self.at = 0;
    }
}

impl<S: Source> Source for Resampled<S> {
    fn rate_hz(&self) -> u32 {
        self.ready.rate_hz
    }

    fn channels(&self) -> usize {
        self.ready.channels.len()
    }

    fn frames(&self) -> Option<u64> {
        Some(self.resampler.length(self.source.frames()?))
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        into.rate_hz = self.ready.rate_hz;
        into.channels.resize_with(self.ready.channels.len(), Vec::new);
        into.channels.iter_mut().for_each(Vec::clear);
        let mut read = 0;
        while read < frames {
            if self.at == self.ready.frames() {
                if self.ended {
                    break;
                }
                self.refill()?;
                continue;
            }
            let to = self.ready.frames().min(self.at + frames - read);
            for (into, ready) in into.channels.iter_mut().zip(&self.ready.channels) {
                into.extend_from_slice(&ready[self.at..to]);
            }
            read += to - self.at;
            self.at = to;
        }
        Ok(read)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.resampler.reset();
        self.clear();
        self.ended = false;
        self.source.rewind()
    }
}
