use std::{
    fs::File,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use acetate_model::{Audio, SourceInfo, SourceNote};
use symphonia::core::{
    audio::GenericAudioBufferRef,
    codecs::audio::{AudioDecoder, AudioDecoderOptions, well_known as codec},
    errors::Error,
    formats::{FormatOptions, FormatReader, Track, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
    packet::Packet,
    units::TimeBase,
};

use crate::{
    FileError, MAX_CHANNELS, RATES_HZ,
    kind::Kind,
    mp4::{Timing, read_timing},
};

/// A gap in the timestamps up to this long is filled with silence; a longer one is a timestamp that lies.
const MAX_GAP_SECONDS: u64 = 60;
/// No coding packs more frames than this into a byte on average; a header that claims more lies. The densest is
/// FLAC with constant blocks: 65535 frames in 14 bytes.
const MAX_FRAMES_PER_BYTE: u64 = 65535 / 14;

/// The samples of a file that symphonia decodes.
pub(crate) struct Compressed {
    path: PathBuf,
    kind: Kind,
    stream: Stream,
    rate_hz: u32,
    channels: usize,
    bits: Option<u32>,
    coding: String,
    file_bytes: u64,
    /// Frames by the header, where it can be trusted to mean the frames that come out.
    claimed_frames: Option<u64>,
    timing: Timing,
    /// Decoded, not yet handed out: `[channel][frame]` from `at` on.
    pending: Vec<Vec<f32>>,
    at: usize,
    /// Frames still to drop, and still to hand out.
    skip: u64,
    left: u64,
    /// Frames decoded or replaced so far; what timestamps are compared with.
    position: u64,
    damage: Damage,
    ended: bool,
}

#[derive(Debug, Default, Clone)]
struct Damage {
    first: Option<String>,
    frames: u64,
}

struct Stream {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    /// One tick of a timestamp is one frame.
    counts_frames: bool,
    /// Timestamps come from the file, not from counting packets, so that gaps can be seen.
    shows_gaps: bool,
}

impl std::fmt::Debug for Compressed {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Compressed")
            .field("path", &self.path)
            .field("coding", &self.coding)
            .finish_non_exhaustive()
    }
}

impl Compressed {
    pub fn open(path: &Path, file: File, kind: Kind) -> Result<Self, FileError> {
        let file_bytes = file.metadata().map_err(FileError::io(path, "read it"))?.len();
        let (stream, track) = Stream::open(path, file, kind)?;
        let params = track.codec_params.as_ref().and_then(|p| p.audio());
        let mut reader = Self {
            path: path.to_owned(),
            kind,
            rate_hz: 0,
            channels: 0,
            bits: params.and_then(|p| p.bits_per_coded_sample.or(p.bits_per_sample)),
            coding: String::new(),
            file_bytes,
            claimed_frames: None,
            timing: Timing::default(),
            pending: Vec::new(),
            at: 0,
            skip: 0,
            left: u64::MAX,
            position: 0,
            damage: Damage::default(),
            ended: false,
            stream,
        };
        let id = params.map(|p| p.codec);
        reader.coding = coding(kind, id, reader.bits);
        // The first block tells the rate and the channels better than any header.
        while reader.pending.is_empty() && !reader.ended {
            reader.decode_next()?;
        }
        if reader.pending.is_empty() {
            return Err(reader.without_audio());
        }
        if kind == Kind::Mp4 {
            let file = File::open(path).map_err(FileError::io(path, "open it"))?;
            reader.timing = read_timing(file, reader.rate_hz);
        }
        let exact = matches!(kind, Kind::Flac | Kind::Aiff | Kind::Caf)
            || (kind == Kind::Mp3 && track.delay.is_some());
        reader.claimed_frames = reader.timing.frames.or(track.num_frames.filter(|_| exact));
        reader.start_timing();
        Ok(reader)
    }

    pub fn info(&self) -> SourceInfo {
        let lossy_start = self.kind == Kind::Adts || (self.kind == Kind::Mp4 && self.coding.contains("AAC"));
        let notes = (lossy_start && !self.timing.stated).then(|| SourceNote::Damaged {
            what: "the file does not say how much silence its AAC encoder put before the music; \
                   the stem may start up to 50 ms late"
                .into(),
        });
        SourceInfo {
            coding: self.coding.clone(),
            rate_hz: self.rate_hz,
            channels: self.channels,
            bits: self.bits,
            notes: notes.into_iter().collect(),
            ..SourceInfo::default()
        }
    }

    /// The length by the header, unless it cannot be.
    pub fn plausible_frames(&self) -> Option<u64> {
        self.claimed_frames.filter(|f| *f <= self.file_bytes.saturating_mul(MAX_FRAMES_PER_BYTE))
    }

    pub fn rewind(&mut self) -> Result<(), FileError> {
        let file = File::open(&self.path).map_err(FileError::io(&self.path, "open it"))?;
        (self.stream, _) = Stream::open(&self.path, file, self.kind)?;
        self.pending.iter_mut().for_each(Vec::clear);
        (self.at, self.position, self.ended) = (0, 0, false);
        self.damage = Damage::default();
        self.start_timing();
        Ok(())
    }

    /// Appends up to `frames` frames to `into` and returns how many.
    pub fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, FileError> {
        let mut read = 0;
        while read < frames && self.left > 0 {
            let there = self.pending.first().map_or(0, Vec::len) - self.at;
            if there == 0 {
                if self.ended {
                    break;
                }
                self.pending.iter_mut().for_each(Vec::clear);
                self.at = 0;
                self.decode_next()?;
                continue;
            }
            let skipped = self.skip.min(there as u64) as usize;
            self.skip -= skipped as u64;
            self.at += skipped;
            let count =
                (there - skipped).min(frames - read).min(usize::try_from(self.left).unwrap_or(usize::MAX));
            for (to, from) in into.channels.iter_mut().zip(&self.pending) {
                to.extend_from_slice(&from[self.at..self.at + count]);
            }
            self.at += count;
            self.left -= count as u64;
            read += count;
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
        if let Some(expected) = self.claimed_frames.filter(|e| read_frames < *e) {
            notes.push(SourceNote::Truncated { expected, found: read_frames });
        }
        notes
    }

    /// Puts the silence of an empty edit in front and sets what is to be dropped and kept.
    fn start_timing(&mut self) {
        let lead = self.timing.lead.min(self.longest_gap());
        self.skip = self.timing.skip;
        self.left = self.timing.frames.map_or(u64::MAX, |f| f.saturating_add(lead));
        if lead > 0 {
            // Priming stands behind the silence: drop it here, where it can still be told apart.
            while (self.pending.first().map_or(0, Vec::len) as u64) < self.skip && !self.ended {
                if self.decode_next().is_err() {
                    break;
                }
            }
            let drop = (self.skip as usize).min(self.pending.first().map_or(0, Vec::len));
            for channel in &mut self.pending {
                channel.splice(..drop, std::iter::repeat_n(0.0, lead as usize));
            }
            self.skip = 0;
        }
    }

    /// Decodes one packet onto `pending`, or finds the end.
    fn decode_next(&mut self) -> Result<(), FileError> {
        let packet = match guarded(|| self.stream.format.next_packet()) {
            Ok(Some(packet)) if packet.track_id == self.stream.track_id => packet,
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {
                self.ended = true;
                return Ok(());
            }
            Err(Error::ResetRequired) => return self.follow_chain(),
            Err(error) => {
                self.ended = true;
                if !matches!(&error, Error::IoError(e) if e.kind() == ErrorKind::UnexpectedEof) {
                    self.damage.note(&error, 0);
                }
                return Ok(());
            }
        };
        self.fill_gap(&packet);
        match guarded(|| self.stream.decoder.decode(&packet)) {
            Ok(buffer) => append(
                &self.path,
                buffer,
                &mut self.pending,
                &mut self.rate_hz,
                &mut self.channels,
                self.position,
            )
            .map(|frames| self.position += frames),
            Err(error) => {
                let lost =
                    if self.stream.counts_frames { packet.dur.get().min(self.longest_gap()) } else { 0 };
                self.silence(lost);
                self.damage.note(&error, lost);
                Ok(())
            }
        }
    }

    /// Where timestamps count frames, a packet that was lost leaves a gap: silence keeps the rest in place.
    fn fill_gap(&mut self, packet: &Packet) {
        if !self.stream.shows_gaps {
            return;
        }
        let begins = packet.pts.get().saturating_add_unsigned(packet.trim_start.get()).max(0) as u64;
        let gap = begins.saturating_sub(self.position);
        if gap > 0 && gap <= self.longest_gap() {
            self.silence(gap);
            self.damage.note(&"a part is missing or does not match its checksum", gap);
        }
    }

    fn longest_gap(&self) -> u64 {
        MAX_GAP_SECONDS * u64::from(if self.rate_hz == 0 { *RATES_HZ.end() } else { self.rate_hz })
    }

    /// Before the first block the channels are not known: `append` then makes up for `position`.
    fn silence(&mut self, frames: u64) {
        for channel in &mut self.pending {
            channel.extend(std::iter::repeat_n(0.0, frames as usize));
        }
        self.position += frames;
    }

    /// An Ogg file may hold one stream after another.
    fn follow_chain(&mut self) -> Result<(), FileError> {
        let Ok((decoder, track)) = make_decoder(&self.path, self.kind, self.stream.format.as_ref()) else {
            self.ended = true;
            return Ok(());
        };
        self.stream.decoder = decoder;
        self.stream.track_id = track.id;
        self.stream.shows_gaps = false;
        Ok(())
    }

    fn without_audio(&self) -> FileError {
        match &self.damage.first {
            Some(what) => damaged(&self.path, self.kind, what.clone()),
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

impl Stream {
    fn open(path: &Path, file: File, kind: Kind) -> Result<(Self, Track), FileError> {
        let mut hint = Hint::new();
        hint.with_extension(kind.extensions()[0]);
        let media =
            MediaSourceStream::new(Box::new(file), symphonia::core::io::MediaSourceStreamOptions::default());
        let format = guarded(|| {
            symphonia::default::get_probe().probe(
                &hint,
                media,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
        })
        .map_err(|e| failed(path, kind, &e))?;
        let (decoder, track) = make_decoder(path, kind, format.as_ref())?;
        let rate_hz = track.codec_params.as_ref().and_then(|p| p.audio()).and_then(|p| p.sample_rate);
        let counts_frames =
            track.time_base.is_some() && track.time_base == rate_hz.and_then(TimeBase::try_from_recip);
        let shows_gaps = counts_frames && matches!(kind, Kind::Flac | Kind::Ogg);
        Ok((Self { track_id: track.id, format, decoder, counts_frames, shows_gaps }, track))
    }
}

fn make_decoder(
    path: &Path,
    kind: Kind,
    format: &dyn FormatReader,
) -> Result<(Box<dyn AudioDecoder>, Track), FileError> {
    let nothing = || damaged(path, kind, "no track of audio was found in it".into());
    let track = format.default_track(TrackType::Audio).ok_or_else(nothing)?;
    let params = track.codec_params.as_ref().and_then(|p| p.audio()).ok_or_else(nothing)?;
    if let Some(channels) = params.channels.as_ref().map(|c| c.count()).filter(|c| *c > MAX_CHANNELS) {
        return Err(FileError::Channels { path: path.to_owned(), channels });
    }
    guarded(|| symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default()))
        .map(|decoder| (decoder, track.clone()))
        .map_err(|e| failed(path, kind, &e))
}

/// A fault in a decoder must not take the program down: it becomes an error of the file.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::DecodeError("the decoder stumbled over it")))
}

/// Appends a decoded block; it must have the rate and channels of those before.
fn append(
    path: &Path,
    buffer: GenericAudioBufferRef,
    pending: &mut Vec<Vec<f32>>,
    rate_hz: &mut u32,
    channels: &mut usize,
    position: u64,
) -> Result<u64, FileError> {
    if buffer.frames() == 0 {
        return Ok(0);
    }
    let found = (buffer.spec().rate(), buffer.num_planes());
    if *rate_hz == 0 {
        if !(1..=MAX_CHANNELS).contains(&found.1) {
            return Err(FileError::Channels { path: path.to_owned(), channels: found.1 });
        }
        if !RATES_HZ.contains(&found.0) {
            return Err(FileError::Rate { path: path.to_owned(), rate_hz: found.0 });
        }
        (*rate_hz, *channels) = found;
        pending.resize(found.1, vec![0.0; position as usize]);
    }
    if found != (*rate_hz, *channels) {
        return Err(FileError::Unsupported {
            path: path.to_owned(),
            found: format!(
                "a file that changes from {rate_hz} Hz, {channels} channels to {} Hz, {} channels midway",
                found.0, found.1
            ),
            way_out: "export it again as one WAV",
        });
    }
    let mut block: Vec<Vec<f32>> = Vec::new();
    buffer.copy_to_vecs_planar(&mut block);
    for (to, from) in pending.iter_mut().zip(&block) {
        to.extend_from_slice(from);
    }
    Ok(buffer.frames() as u64)
}

fn failed(path: &Path, kind: Kind, error: &Error) -> FileError {
    match error {
        Error::Unsupported(what) => FileError::Unsupported {
            path: path.to_owned(),
            found: format!("{} with something unusual inside ({what})", kind.word()),
            way_out: "convert it to WAV or FLAC",
        },
        Error::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            damaged(path, kind, "it ends too early".into())
        }
        error => damaged(path, kind, error.to_string()),
    }
}

fn damaged(path: &Path, kind: Kind, what: String) -> FileError {
    FileError::Damaged { path: path.to_owned(), kind: kind.word(), what }
}

/// Container and coding, for people.
fn coding(kind: Kind, id: Option<symphonia::core::codecs::audio::AudioCodecId>, bits: Option<u32>) -> String {
    let word = match id {
        Some(codec::CODEC_ID_AAC) => "AAC",
        Some(codec::CODEC_ID_VORBIS) => "Vorbis",
        Some(codec::CODEC_ID_ALAC) => "ALAC",
        Some(codec::CODEC_ID_FLAC) => "FLAC",
        Some(codec::CODEC_ID_MP3) => "MP3",
        _ => "",
    };
    let mut text = kind.word().to_owned();
    if !word.is_empty() && word != text {
        text = format!("{text} {word}");
    }
    match bits.filter(|_| !matches!(word, "AAC" | "Vorbis" | "MP3")) {
        Some(bits) => format!("{text} {bits} bit"),
        None => text,
    }
}
