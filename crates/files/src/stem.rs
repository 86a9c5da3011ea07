use acetate_dsp::Resampler;
use acetate_model::{Audio, Source, SourceError, SourceInfo, SourceNote};

use crate::Reader;

/// What is read from the file at a time while resampling.
const BLOCK_FRAMES: usize = 8192;

/// A file as a stem of a session: two channels, at the session's rate, block by block.
///
/// A mono file sounds the same left and right. A resampled file is `ceil(frames · session rate / file rate)` long.
#[derive(Debug)]
pub struct StemReader {
    reader: Reader,
    rate_hz: u32,
    convert: Option<Convert>,
}

#[derive(Debug)]
struct Convert {
    resampler: Resampler,
    input: Audio,
    ready: Audio,
    at: usize,
    ended: bool,
}

impl StemReader {
    /// The file of `reader` in a session of `rate_hz`.
    pub fn new(reader: Reader, rate_hz: u32) -> Self {
        let convert = (reader.rate_hz() != rate_hz).then(|| Convert {
            resampler: Resampler::new(reader.rate_hz(), rate_hz, reader.channels()),
            input: Audio::default(),
            ready: Audio { rate_hz, channels: vec![Vec::new(); reader.channels()] },
            at: 0,
            ended: false,
        });
        Self { reader, rate_hz, convert }
    }

    /// What the file is, and what was done to it; complete once it was read to its end.
    pub fn info(&self) -> SourceInfo {
        let mut info = self.reader.info().clone();
        if info.channels == 1 {
            info.notes.push(SourceNote::MonoToStereo);
        }
        if self.convert.is_some() {
            info.notes.push(SourceNote::Resampled { to_hz: self.rate_hz });
        }
        info
    }
}

impl Source for StemReader {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> usize {
        2
    }

    fn frames(&self) -> Option<u64> {
        let frames = self.reader.frames()?;
        Some(self.convert.as_ref().map_or(frames, |c| c.resampler.length(frames)))
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        let read = match &mut self.convert {
            None => self.reader.read(into, frames)?,
            Some(convert) => convert.read(&mut self.reader, into, frames)?,
        };
        if into.channels.len() == 1 {
            into.channels.push(Vec::new());
            let (left, right) = into.channels.split_at_mut(1);
            right[0].clone_from(&left[0]);
        }
        Ok(read)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        if let Some(convert) = &mut self.convert {
            convert.resampler.reset();
            convert.clear();
            convert.ended = false;
        }
        self.reader.rewind()
    }
}

impl Convert {
    fn read(&mut self, reader: &mut Reader, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        into.rate_hz = self.ready.rate_hz;
        into.channels.resize_with(self.ready.channels.len(), Vec::new);
        into.channels.iter_mut().for_each(Vec::clear);
        let mut read = 0;
        while read < frames {
            if self.at == self.ready.frames() {
                if self.ended {
                    break;
                }
                self.refill(reader)?;
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

    fn refill(&mut self, reader: &mut Reader) -> Result<(), SourceError> {
        self.clear();
        let read = reader.read(&mut self.input, BLOCK_FRAMES)?;
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
