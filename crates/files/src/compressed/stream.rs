use std::{
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, Track, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    units::TimeBase,
};

use crate::{FileError, MAX_TRACKS, input::Bytes, kind::Kind};

/// An open file in symphonia's hands.
pub(super) struct Stream {
    pub format: Box<dyn FormatReader>,
    pub decoder: Box<dyn AudioDecoder>,
    pub track_id: u32,
    /// One tick of a timestamp is one frame.
    pub counts_frames: bool,
    /// Timestamps come from the file, not from counting packets, so that gaps can be seen.
    pub shows_gaps: bool,
}

impl Stream {
    pub fn open(path: &Path, file: Bytes, kind: Kind, track: usize) -> Result<(Self, Track), FileError> {
        let mut hint = Hint::new();
        hint.with_extension(kind.extensions()[0]);
        let media = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let format = guarded(|| {
            let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
            symphonia::default::get_probe().probe(&hint, media, format, metadata)
        })
        .map_err(|e| match e {
            Error::Unsupported(_) => damaged(path, kind, "nothing in it can be played".into()),
            e => failed(path, kind, &e),
        })?;
        let (decoder, track) = make_decoder(path, kind, format.as_ref(), track)?;
        let rate_hz = track.codec_params.as_ref().and_then(|p| p.audio()).and_then(|p| p.sample_rate);
        let counts_frames =
            track.time_base.is_some() && track.time_base == rate_hz.and_then(TimeBase::try_from_recip);
        let shows_gaps = counts_frames && matches!(kind, Kind::Flac | Kind::Ogg);
        Ok((Self { track_id: track.id, format, decoder, counts_frames, shows_gaps }, track))
    }
}

/// A decoder for a track of audio, counted from 0.
pub(super) fn make_decoder(
    path: &Path,
    kind: Kind,
    format: &dyn FormatReader,
    track: usize,
) -> Result<(Box<dyn AudioDecoder>, Track), FileError> {
    let nothing = || damaged(path, kind, "no track of audio was found in it".into());
    let found = match track {
        0 => format.default_track(TrackType::Audio),
        later => format.tracks().iter().filter(|t| t.track_type() == Some(TrackType::Audio)).nth(later),
    };
    let track = found.ok_or_else(nothing)?;
    let params = track.codec_params.as_ref().and_then(|p| p.audio()).ok_or_else(nothing)?;
    if let Some(channels) =
        params.channels.as_ref().map(symphonia::core::audio::Channels::count).filter(|c| *c > MAX_TRACKS)
    {
        return Err(FileError::Tracks { path: path.to_owned(), channels });
    }
    guarded(|| symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default()))
        .map(|decoder| (decoder, track.clone()))
        .map_err(|e| failed(path, kind, &e))
}

/// A fault in a decoder must not take the program down: it becomes an error of the file.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::DecodeError("the decoder stumbled over it")))
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

pub(super) fn damaged(path: &Path, kind: Kind, what: String) -> FileError {
    FileError::Damaged { path: path.to_owned(), kind: kind.word(), what }
}
