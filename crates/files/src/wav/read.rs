use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use acetate_model::{Audio, SourceNote};

use super::{WavHeader, header::read_header};
use crate::{FileError, input::Bytes};

/// The samples of a WAV file, block by block.
#[derive(Debug)]
pub(crate) struct WavReader {
    path: PathBuf,
    file: Bytes,
    pub header: WavHeader,
    /// The channels to give, counted from 0.
    channels: Vec<usize>,
    at: u64,
    bytes: Vec<u8>,
}

impl WavReader {
    pub fn open(path: &Path, file: Bytes, start: u64) -> Result<Self, FileError> {
        let mut file = BufReader::new(file);
        let header = read_header(path, &mut file, start)?;
        if header.frames == 0 {
            return Err(FileError::Empty { path: path.to_owned() });
        }
        let (path, channels) = (path.to_owned(), (0..header.channels).collect());
        let mut reader = Self { path, file: file.into_inner(), header, channels, at: 0, bytes: Vec::new() };
        reader.rewind()?;
        Ok(reader)
    }

    /// Gives only these channels, counted from 0, each below the file's number.
    pub fn select(&mut self, channels: Vec<usize>) {
        self.channels = channels;
    }

    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    pub fn rewind(&mut self) -> Result<(), FileError> {
        self.at = 0;
        self.file
            .seek(SeekFrom::Start(self.header.data_at))
            .map(|_| ())
            .map_err(FileError::io(&self.path, "read it"))
    }

    /// Appends up to `frames` frames to `into` and returns how many.
    pub fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        let header = &self.header;
        let frame_bytes = header.format.bytes * header.channels;
        let wanted = (header.frames - self.at).min(frames as u64);
        self.bytes.clear();
        (&mut self.file)
            .take(wanted * frame_bytes as u64)
            .read_to_end(&mut self.bytes)
            .map_err(FileError::io(&self.path, "read it"))?;
        let read = self.bytes.len() / frame_bytes;
        header.format.decode(&self.bytes[..read * frame_bytes], header.channels, &self.channels, into);
        self.at += read as u64;
        Ok(read)
    }

    /// What was odd, once `read_frames` were all there was.
    pub fn notes(&self, read_frames: u64) -> Vec<SourceNote> {
        let expected = self.header.claimed_frames;
        let cut = (read_frames < expected).then_some(SourceNote::Truncated { expected, found: read_frames });
        let more = self
            .header
            .more_data
            .then(|| SourceNote::Damaged { what: "a second `data` chunk was passed over".into() });
        cut.into_iter().chain(more).collect()
    }
}
