//! The header of Sun and `NeXT` audio files: six big-endian words, then text, then samples as in RIFX.

use std::{
    io::{BufRead, Seek, SeekFrom},
    path::Path,
};

use super::header::{FLOAT, Fmt, PCM, UNKNOWN, WavHeader, take};
use crate::FileError;

/// The words of the shortest header, in bytes.
const HEADER_BYTES: u64 = 24;

pub(super) fn read_header(
    path: &Path,
    file: &mut (impl BufRead + Seek),
    start: u64,
) -> Result<WavHeader, FileError> {
    let damaged = |what: &str| FileError::Damaged { path: path.to_owned(), kind: "AU", what: what.into() };
    let read = |e| FileError::io(path, "read it")(e);
    let end = file.seek(SeekFrom::End(0)).map_err(read)?;
    file.seek(SeekFrom::Start(start + 4)).map_err(read)?;
    let mut word = || take(file).map(u32::from_be_bytes).ok_or_else(|| damaged("the header is cut off"));
    let (offset, bytes, coding, rate_hz, channels) = (word()?, word()?, word()?, word()?, word()?);
    let (tag, bits) = match coding {
        3 => (PCM, 16),
        4 => (PCM, 24),
        5 => (PCM, 32),
        6 => (FLOAT, 32),
        7 => (FLOAT, 64),
        other => {
            let found = format!("AU with coding {other}");
            let way_out = "export it as WAV with 24 bit or float";
            return Err(FileError::Unsupported { path: path.to_owned(), found, way_out });
        }
    };
    let Ok(count) = u16::try_from(channels) else {
        return Err(FileError::Tracks { path: path.to_owned(), channels: channels as usize });
    };
    let (format, bits) = Fmt::plain(tag, count, rate_hz, bits).format(path, true)?;
    let frame_bytes = (format.bytes * usize::from(count)) as u64;
    let data_at = start + u64::from(offset).max(HEADER_BYTES);
    let rest = end.saturating_sub(data_at);
    let claimed = if u64::from(bytes) == UNKNOWN { rest } else { bytes.into() };
    Ok(WavHeader {
        form: "AU",
        format,
        channels: count.into(),
        rate_hz,
        bits,
        data_at,
        frames: claimed.min(rest) / frame_bytes,
        claimed_frames: claimed / frame_bytes,
        more_data: false,
        speakers: 0,
        time_reference: None,
        track_names: Vec::new(),
    })
}
