//! Everything but WAV, through symphonia.

mod coding;
mod decoded;
mod stream;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use acetate_model::{Audio, SourceInfo, SourceNote};
use symphonia::core::errors::Error;

use self::{
    coding::Coding,
    decoded::Decoded,
    stream::{Stream, damaged, guarded, make_decoder},
};
use crate::{
    FileError, RATES_HZ,
    input::Input,
    kind::Kind,
    mp4::{Timing, read_timing},
};

/// So much silence at most stands in for lost parts; a timestamp that asks for more lies.
const MAX_SILENCE_SECONDS: u64 = 60;
/// No coding packs more frames than this into a byte on average; a header that claims more lies. The densest is
/// FLAC with constant blocks: 65535 frames in 14 bytes.
const MAX_FRAMES_PER_BYTE: u64 = 65535 / 14;

/// The samples of a file that symphonia decodes.
pub(crate) struct Compressed {
    input: Input,
    path: PathBuf,
    kind: Kind,
    /// The track of audio, counted from 0.
    track: usize,
    /// The channels to give, counted from 0.
    channels: Vec<usize>,
    stream: Stream,
    coding: Coding,
    /// Its encoder put silence in front and the file does not say how much.
    starts_late: bool,
    file_bytes: u64,
    /// Frames by the header, where it can be trusted to mean the frames that come out.
    claimed_frames: Option<u64>,
    timing: Timing,
    /// What of the timing is still to do: silence to give, frames to drop, frames to give.
    to_do: Timing,
    decoded: Decoded,
    damage: Damage,
    ended: bool,
}

/// The first thing that was wrong, and how many frames of silence stand for all of them.
#[derive(Debug, Default, Clone)]
struct Damage {
    first: Option<String>,
    frames: u64,
}

impl std::fmt::Debug for Compressed {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Compressed")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Compressed {
    /// Opens a track of audio, counted from 0.
    pub fn open(path: &Path, input: &Input, kind: Kind, nth: usize) -> Result<Self, FileError> {
        let file = input.bytes()?;
        let file_bytes = file.length();
        let (stream, track) = Stream::open(path, file, kind, nth)?;
        let coding = Coding::of(track.codec_params.as_ref().and_then(|p| p.audio()));
        let mut reader = Self {
            input: input.clone(),
            path: path.to_owned(),
            kind,
            track: nth,
            channels: Vec::new(),
            coding,
            starts_late: false,
            file_bytes,
            claimed_frames: None,
            timing: Timing::default(),
            to_do: Timing::default(),
            decoded: Decoded::default(),
            damage: Damage::default(),
            ended: false,
            stream,
        };
        // The first block tells the rate and the channels better than any header.
        while reader.decoded.channels() == 0 && !reader.ended {
            reader.decode_next()?;
        }
        if reader.decoded.channels() == 0 {
            return Err(reader.without_audio(track.num_frames));
        }
        if kind == Kind::Mp4 {
            reader.timing = read_timing(input.bytes()?, nth, reader.decoded.rate_hz);
        }
        reader.channels = (0..reader.decoded.channels()).collect();
        let exact = matches!(kind, Kind::Flac | Kind::Aiff | Kind::Caf)
            || (kind == Kind::Mp3 && track.delay.is_some());
        reader.claimed_frames = reader.timing.frames.or(track.num_frames.filter(|_| exact));
        reader.to_do = reader.timing;
        reader.starts_late =
            coding.has_priming() && !(reader.timing.stated || (kind == Kind::Mp3 && track.delay.is_some()));
        Ok(reader)
    }

    /// Gives only these channels, counted from 0, each below the file's number.
    pub fn select(&mut self, channels: Vec<usize>) {
        self.channels = channels;
    }

    pub fn info(&self) -> SourceInfo {
        let notes = self.starts_late.then(|| SourceNote::Damaged {
            what: "the file does not say how much silence its encoder put before the music; \
                   the stem may start up to 50 ms late"
                .into(),
        });
        SourceInfo {
            coding: self.coding.words(self.kind),
            rate_hz: self.decoded.rate_hz,
            channels: self.channels.len(),
            bits: self.coding.bits,
            notes: notes.into_iter().collect(),
            ..SourceInfo::default()
        }
    }

    /// The length by the header, unless it cannot be.
    pub fn plausible_frames(&self) -> Option<u64> {
        let claimed =
            self.claimed_frames.filter(|f| *f <= self.file_bytes.saturating_mul(MAX_FRAMES_PER_BYTE));
        claimed.map(|f| f + self.timing.lead)
    }

    pub fn rewind(&mut self) -> Result<(), FileError> {
        (self.stream, _) = Stream::open(&self.path, self.input.bytes()?, self.kind, self.track)?;
        self.decoded.restart();
        self.damage = Damage::default();
        self.to_do = self.timing;
        self.ended = false;
        Ok(())
    }

    /// Appends up to `frames` frames to `into` and returns how many.
    pub fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        let mut read = self.to_do.lead.min(frames as u64) as usize;
        self.to_do.lead -= read as u64;
        into.resize(into.frames() + read);
        while read < frames && self.to_do.frames != Some(0) {
            if self.decoded.frames() == 0 {
                if self.ended {
                    break;
                }
                self.decode_next()?;
                continue;
            }
            self.to_do.skip -= self.decoded.skip(self.to_do.skip);
            let left = self.to_do.frames.map_or(usize::MAX, |f| f as usize);
            let taken = self.decoded.take(into, &self.channels, left.min(frames - read));
            self.to_do.frames = self.to_do.frames.map(|f| f - taken as u64);
            read += taken;
        }
        Ok(read)
    }

    /// What was odd, once `read_frames` were all there was.
    pub fn notes(&self, read_frames: u64) -> Vec<SourceNote> {
        let mut notes = Vec::new();
        if let Some(what) = &self.damage.first {
            let what = format!("{what}; {} frames became silence", self.damage.frames);
            notes.push(SourceNote::Damaged { what });
        }
        let expected = self.claimed_frames.map(|f| f.saturating_add(self.timing.lead));
        if let Some(expected) = expected.filter(|e| read_frames < *e) {
            notes.push(SourceNote::Truncated { expected, found: read_frames });
        }
        notes
    }

    /// Decodes one packet, or finds the end.
    fn decode_next(&mut self) -> Result<(), FileError> {
        let packet = match guarded(|| self.stream.format.next_packet()) {
            Ok(Some(packet)) if packet.track_id == self.stream.track_id => packet,
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {
                self.ended = true;
                return Ok(());
            }
            Err(Error::ResetRequired) => {
                self.follow_chain();
                return Ok(());
            }
            Err(error) => {
                self.ended = true;
                if !matches!(&error, Error::IoError(e) if e.kind() == ErrorKind::UnexpectedEof) {
                    self.damage.note(&error, 0);
                }
                return Ok(());
            }
        };
        if self.stream.shows_gaps {
            // A packet that was lost leaves a gap in the timestamps.
            let begins = packet.pts.get().saturating_add_unsigned(packet.trim_start.get()).max(0) as u64;
            let gap = begins.saturating_sub(self.decoded.position);
            if gap > 0 {
                self.replace(gap, &"a part is missing or does not match its checksum");
            }
        }
        match guarded(|| self.stream.decoder.decode(&packet)) {
            Ok(buffer) => return self.decoded.append(&self.path, &buffer),
            Err(error) => self.replace(if self.stream.counts_frames { packet.dur.get() } else { 0 }, &error),
        }
        Ok(())
    }

    /// Silence in place of lost frames keeps the rest where it belongs.
    fn replace(&mut self, frames: u64, why: &impl ToString) {
        let rate_hz = if self.decoded.rate_hz == 0 { *RATES_HZ.end() } else { self.decoded.rate_hz };
        let silence = if self.damage.frames.saturating_add(frames) <= MAX_SILENCE_SECONDS * u64::from(rate_hz)
        {
            frames
        } else {
            0
        };
        self.decoded.append_silence(silence);
        self.damage.note(why, silence);
    }

    /// An Ogg file may hold one stream after another.
    fn follow_chain(&mut self) {
        let Ok((decoder, track)) =
            make_decoder(&self.path, self.kind, self.stream.format.as_ref(), self.track)
        else {
            self.ended = true;
            return;
        };
        self.stream.decoder = decoder;
        self.stream.track_id = track.id;
        self.stream.shows_gaps = false;
    }

    fn without_audio(&self, claimed: Option<u64>) -> FileError {
        match &self.damage.first {
            Some(what) => damaged(&self.path, self.kind, what.clone()),
            None if claimed > Some(0) => damaged(&self.path, self.kind, "it ends too early".into()),
            None => FileError::Empty { path: self.path.clone() },
        }
    }
}

impl Damage {
    fn note(&mut self, what: &impl ToString, frames: u64) {
        self.first.get_or_insert_with(|| what.to_string());
        self.frames += frames;
    }
}
