use std::path::Path;

use acetate_model::{Audio, Part, Source, SourceError, SourceInfo, SourceNote};

use crate::{
    FileError, Input, MAX_CHANNELS,
    compressed::Compressed,
    kind::{Kind, sniff},
    pair::Pair,
    wav::WavReader,
};

/// An audio file, or a part of one, as a source, at its own rate and with its own channels.
///
/// Memory is taken by the block, whatever the header claims. Damaged parts become silence or are passed over, and
/// the notes say so; NaN and infinity become silence.
#[derive(Debug)]
pub struct Reader {
    inner: Inner,
    info: SourceInfo,
    opening_notes: usize,
    /// Frames of silence before the first that are still to be given.
    lead: u64,
    non_finite: u64,
    complete: bool,
}

#[derive(Debug)]
enum Inner {
    Wav(Box<WavReader>),
    Other(Box<Compressed>),
    Pair(Box<Pair>),
}

/// Opens any audio file. What it is follows from its bytes; its name is only compared.
pub fn open(path: impl AsRef<Path>) -> Result<Reader, FileError> {
    Reader::open(&Input::file(path.as_ref()), None, &Part::default())
}

impl Reader {
    /// Opens a part of a file, with the right channel out of another where there is one.
    pub fn open(input: &Input, right: Option<&Input>, part: &Part) -> Result<Self, FileError> {
        let path = input.shown();
        let (inner, misnamed) = match right {
            Some(right) => {
                let half = |input| Self::open(input, None, &Part::default());
                (Inner::Pair(Box::new(Pair::new(&path, half(input)?, half(right)?)?)), None)
            }
            None => Inner::open(&path, input, part)?,
        };
        let mut info = SourceInfo { path: path.display().to_string(), part: part.clone(), ..inner.info() };
        info.notes.extend(misnamed);
        if part.start_frames > 0 {
            info.notes.push(SourceNote::StartsAt { frames: part.start_frames });
        }
        let (opening_notes, lead) = (info.notes.len(), part.start_frames);
        Ok(Self { opening_notes, inner, info, lead, non_finite: 0, complete: false })
    }

    /// What the file is. The number of frames is counted and the notes are complete once the file was read to its
    /// end; before, `frames` is as far as reading went. The SHA-256 stays empty: see `Input::sha256`.
    pub fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Notes something that is known beforehand.
    pub(crate) fn note(&mut self, note: SourceNote) {
        self.info.notes.insert(self.opening_notes, note);
        self.opening_notes += 1;
    }

    pub(crate) fn next(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        into.rate_hz = self.info.rate_hz;
        into.channels.resize_with(self.info.channels, Vec::new);
        into.channels.iter_mut().for_each(Vec::clear);
        let silent = self.lead.min(frames as u64) as usize;
        self.lead -= silent as u64;
        into.resize(silent);
        let wanted = frames - silent;
        let read = match &mut self.inner {
            Inner::Wav(wav) => wav.read(into, wanted)?,
            Inner::Other(other) => other.read(into, wanted)?,
            Inner::Pair(pair) => pair.read(into, wanted)?,
        };
        let non_finite = silence_non_finite(into);
        if !self.complete {
            self.info.frames += read as u64;
            self.non_finite += non_finite;
            if read < wanted {
                self.end();
            }
        }
        Ok(silent + read)
    }

    /// The first time through is over: what was counted stands.
    fn end(&mut self) {
        self.complete = true;
        let frames = self.info.frames;
        match &self.inner {
            Inner::Wav(wav) => self.info.notes.extend(wav.notes(frames)),
            Inner::Other(other) => self.info.notes.extend(other.notes(frames)),
            Inner::Pair(pair) => self.info.notes.extend(pair.notes()),
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
        let frames = match &self.inner {
            _ if self.complete => Some(self.info.frames),
            Inner::Wav(wav) => Some(wav.header.frames),
            Inner::Other(other) => other.plausible_frames(),
            Inner::Pair(pair) => pair.frames(),
        };
        frames.map(|f| f.saturating_add(self.info.part.start_frames))
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
        self.lead = self.info.part.start_frames;
        match &mut self.inner {
            Inner::Wav(wav) => wav.rewind()?,
            Inner::Other(other) => other.rewind()?,
            Inner::Pair(pair) => pair.rewind()?,
        }
        Ok(())
    }
}

impl Inner {
    /// The file, and the kind that it is where its name says another.
    fn open(path: &Path, input: &Input, part: &Part) -> Result<(Self, Option<SourceNote>), FileError> {
        let mut bytes = input.bytes()?;
        let (kind, start) = sniff(path, &mut bytes)?;
        let inner = match kind {
            Kind::Wav | Kind::Wave64 | Kind::Au => {
                let mut wav = WavReader::open(path, bytes, start)?;
                let wanted = channels(path, part, wav.header.channels)?;
                wav.select(wanted);
                Self::Wav(Box::new(wav))
            }
            _ => {
                let track = part.track.unwrap_or(1).saturating_sub(1);
                let mut other = Compressed::open(path, input, kind, track)?;
                let wanted = channels(path, part, other.info().channels)?;
                other.select(wanted);
                Self::Other(Box::new(other))
            }
        };
        let really = kind.misnamed(path).then(|| SourceNote::Misnamed { really: kind.word().into() });
        Ok((inner, really))
    }

    fn info(&self) -> SourceInfo {
        match self {
            Self::Wav(wav) => SourceInfo {
                coding: wav.header.coding(),
                rate_hz: wav.header.rate_hz,
                channels: wav.channels(),
                bits: Some(wav.header.bits),
                ..SourceInfo::default()
            },
            Self::Other(other) => other.info(),
            Self::Pair(pair) => pair.info(),
        }
    }
}

/// The channels of a part, counted from 0; all of a file that is no more than stereo.
fn channels(path: &Path, part: &Part, there: usize) -> Result<Vec<usize>, FileError> {
    if part.channels.is_empty() {
        let all = (0..there).collect();
        return if there <= MAX_CHANNELS {
            Ok(all)
        } else {
            Err(FileError::Channels { path: path.to_owned(), channels: there })
        };
    }
    let wanted: Vec<usize> = part.channels.iter().map(|c| c.wrapping_sub(1)).collect();
    if wanted.len() > MAX_CHANNELS || wanted.iter().any(|c| *c >= there) {
        let part = part.words().unwrap_or_default();
        return Err(FileError::NoSuchPart { path: path.to_owned(), part });
    }
    Ok(wanted)
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
