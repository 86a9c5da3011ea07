use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use acetate_model::{Audio, SourceNote};

use super::{WavHeader, header::read_header};
use crate::FileError;

/// The samples of a WAV file, block by block.
#[derive(Debug)]
pub(crate) struct WavReader {
    path: PathBuf,
    file: File,
    pub header: WavHeader,
    at: u64,
    bytes: Vec<u8>,
}

impl WavReader {
    pub fn open(path: &Path, file: File, start: u64) -> Result<Self, FileError> {
        let mut file = BufReader::new(file);
        let header = read_header(path, &mut file, start)?;
        if header.frames == 0 {
            return Err(FileError::Empty { path: path.to_owned() });
        }
        let mut reader =
            Self { path: path.to_owned(), file: file.into_inner(), header, at: 0, bytes: Vec::new() };
        reader.rewind()?;
        Ok(reader)
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
        header.format.decode(&self.bytes[..read * frame_bytes], into);
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
