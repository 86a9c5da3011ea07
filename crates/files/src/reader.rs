use std::{fs::File, path::Path};

use acetate_model::{Audio, Source, SourceError, SourceInfo, SourceNote};

use crate::{
    FileError,
    compressed::Compressed,
    kind::{Kind, sniff},
    wav::WavReader,
};

/// An audio file as a source, at its own rate and with its own channels.
///
/// Memory is taken by the block, whatever the header claims. Damaged parts become silence or are passed over, and
/// the notes say so; NaN and infinity become silence.
#[derive(Debug)]
pub struct Reader {
    inner: Inner,
    info: SourceInfo,
    opening_notes: usize,
    non_finite: u64,
    complete: bool,
}

#[derive(Debug)]
enum Inner {
    Wav(WavReader),
    Other(Box<Compressed>),
}

/// Opens any audio file. What it is follows from its bytes; its name is only compared.
pub fn open(path: impl AsRef<Path>) -> Result<Reader, FileError> {
    let path = path.as_ref();
    let mut file = File::open(path).map_err(FileError::io(path, "open it"))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(FileError::NotAudio { path: path.to_owned(), found: "is a folder".into() });
    }
    let (kind, start) = sniff(path, &mut file)?;
    let inner = match kind {
        Kind::Wav | Kind::Wave64 => Inner::Wav(WavReader::open(path, file, start)?),
        _ => Inner::Other(Box::new(Compressed::open(path, file, kind)?)),
    };
    let mut info = SourceInfo { path: path.display().to_string(), ..inner.info() };
    if kind.misnamed(path) {
        info.notes.push(SourceNote::Misnamed { really: kind.word().into() });
    }
    Ok(Reader { opening_notes: info.notes.len(), inner, info, non_finite: 0, complete: false })
}

impl Reader {
    /// What the file is. The number of frames is counted and the notes are complete once the file was read to its
    /// end; before, `frames` is as far as reading went. The SHA-256 stays empty: see `sha256_file`.
    pub fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        into.rate_hz = self.info.rate_hz;
        into.channels.resize_with(self.info.channels, Vec::new);
        into.channels.iter_mut().for_each(Vec::clear);
        let read = match &mut self.inner {
            Inner::Wav(wav) => wav.read(into, frames)?,
            Inner::Other(other) => other.read(into, frames)?,
        };
        let non_finite = silence_non_finite(into);
        if !self.complete {
            self.info.frames += read as u64;
            self.non_finite += non_finite;
            if read < frames {
                self.end();
            }
        }
        Ok(read)
    }

    /// The first time through is over: what was counted stands.
    fn end(&mut self) {
        self.complete = true;
        let frames = self.info.frames;
        match &self.inner {
            Inner::Wav(wav) => self.info.notes.extend(wav.notes(frames)),
            Inner::Other(other) => self.info.notes.extend(other.notes(frames)),
        }
        if self.non_finite > 0 {
            self.info.notes.push(SourceNote::NonFinite { samples: self.non_finite });
        }
    }
}

impl Source for Reader {
    fn rate_hz(&self) -> u32 {
        self.info.rate_hz
    }

    fn channels(&self) -> usize {
        self.info.channels
    }

    fn frames(&self) -> Option<u64> {
        match &self.inner {
            _ if self.complete => Some(self.info.frames),
            Inner::Wav(wav) => Some(wav.header.frames),
            Inner::Other(other) => other.plausible_frames(),
        }
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        Ok(self.next(into, frames)?)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        if !self.complete {
            self.info.frames = 0;
            self.info.notes.truncate(self.opening_notes);
            self.non_finite = 0;
        }
        match &mut self.inner {
            Inner::Wav(wav) => wav.rewind()?,
            Inner::Other(other) => other.rewind()?,
        }
        Ok(())
    }
}

impl Inner {
    fn info(&self) -> SourceInfo {
        match self {
            Self::Wav(wav) => SourceInfo {
                coding: wav.header.coding(),
                rate_hz: wav.header.rate_hz,
                channels: wav.header.channels,
                bits: Some(wav.header.bits),
                ..SourceInfo::default()
            },
            Self::Other(other) => other.info(),
        }
    }
}

fn silence_non_finite(audio: &mut Audio) -> u64 {
    let mut count = 0;
    for sample in audio.channels.iter_mut().flatten() {
        if !sample.is_finite() {
            *sample = 0.0;
            count += 1;
        }
    }
    count
}
