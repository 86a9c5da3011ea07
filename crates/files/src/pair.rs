use std::path::Path;

use acetate_model::{Audio, Source, SourceInfo, SourceNote};

use crate::{FileError, Reader};

/// Two mono files as the left and right of one stem; the shorter is followed by silence.
#[derive(Debug)]
pub(crate) struct Pair {
    left: Reader,
    right: Reader,
    blocks: [Audio; 2],
}

impl Pair {
    pub fn new(path: &Path, left: Reader, right: Reader) -> Result<Self, FileError> {
        let mono = left.channels() == 1 && right.channels() == 1;
        if !mono || left.rate_hz() != right.rate_hz() {
            let part = format!("two mono files of one rate, this and {}", right.info().path);
            return Err(FileError::NoSuchPart { path: path.to_owned(), part });
        }
        Ok(Self { left, right, blocks: [Audio::default(), Audio::default()] })
    }

    pub fn info(&self) -> SourceInfo {
        let info = self.left.info();
        SourceInfo {
            coding: info.coding.clone(),
            rate_hz: info.rate_hz,
            channels: 2,
            bits: info.bits.max(self.right.info().bits),
            ..SourceInfo::default()
        }
    }

    /// As many as the longer has.
    pub fn frames(&self) -> Option<u64> {
        Some(self.left.frames()?.max(self.right.frames()?))
    }

    /// Appends up to `frames` frames to `into` and returns how many.
    pub fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        let read = self.left.next(&mut self.blocks[0], frames)?;
        let read = read.max(self.right.next(&mut self.blocks[1], frames)?);
        for (channel, block) in into.channels.iter_mut().zip(&mut self.blocks) {
            block.resize(read);
            channel.extend_from_slice(block.channels.first().map_or(&[], Vec::as_slice));
        }
        Ok(read)
    }

    pub fn rewind(&mut self) -> Result<(), acetate_model::SourceError> {
        self.left.rewind()?;
        self.right.rewind()
    }

    /// What was odd in either, once both were read to their ends. Both count their broken samples themselves.
    pub fn notes(&self) -> Vec<SourceNote> {
        let mut notes = self.left.info().notes.clone();
        let more = self.right.info().notes.iter().filter(|note| !notes.contains(note)).cloned();
        notes.extend(more.collect::<Vec<_>>());
        notes
    }
}
