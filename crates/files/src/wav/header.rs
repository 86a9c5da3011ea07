use std::{
    io::{BufRead, Read, Seek, SeekFrom},
    path::Path,
};

use super::{au, ixml, samples::Format};
use crate::{FileError, MAX_TRACKS, RATES_HZ};

/// Where the samples of a WAV file are and what they mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WavHeader {
    pub form: &'static str,
    pub format: Format,
    pub channels: usize,
    pub rate_hz: u32,
    /// Valid bits per sample.
    pub bits: u32,
    pub data_at: u64,
    /// Whole frames that are really there.
    pub frames: u64,
    /// Frames by the header.
    pub claimed_frames: u64,
    /// There is another `data` chunk behind the first.
    pub more_data: bool,
    /// Where the channels belong (`dwChannelMask`); 0 where nothing says so.
    pub speakers: u32,
    /// When the first frame sounds.
    pub time_reference: Option<TimeReference>,
    /// The channels' names, by their numbers from 1 (iXML, `TRACK_LIST`).
    pub track_names: Vec<(usize, String)>,
}

impl WavHeader {
    /// Container and coding, for people.
    pub fn coding(&self) -> String {
        let float = if self.format.float { " float" } else { "" };
        format!("{} {} bit{float}", self.form, self.bits)
    }
}

/// When a file sounds and when it was made, both since midnight (`bext`, EBU Tech 3285, 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeReference {
    pub frames: u64,
    pub made_seconds: Option<u64>,
}

/// The `fmt ` chunk, as written.
pub(super) struct Fmt {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    block_align: u16,
    bits: u16,
    valid_bits: u16,
    speakers: u32,
}

/// A size in a header that stands for "not known yet" (a stream) or "see `ds64`" (EBU Tech 3306, 3.1).
pub(super) const UNKNOWN: u64 = 0xffff_ffff;
/// Where `TimeReference` stands in `bext`, and where it ends (EBU Tech 3285, 2.3).
const TIME_REFERENCE_AT: usize = 256 + 32 + 32 + 10 + 8;
const BEXT_BYTES: u64 = TIME_REFERENCE_AT as u64 + 8;
pub(super) const PCM: u16 = 1;
pub(super) const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// The last 14 bytes of every `SubFormat` GUID that stands for a format tag (RFC 2361).
const TAG_GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// How chunks are written: RIFF, or Wave64 with GUIDs, lengths that include their header, and 8-byte alignment.
#[derive(Clone, Copy)]
struct Syntax {
    wave64: bool,
    big_endian: bool,
}

struct Chunk {
    id: [u8; 4],
    bytes: u64,
    at: u64,
}

pub(crate) fn read_header(
    path: &Path,
    file: &mut (impl BufRead + Seek),
    start: u64,
) -> Result<WavHeader, FileError> {
    let damaged = |what: String| FileError::Damaged { path: path.to_owned(), kind: "WAV", what };
    let read = |e| FileError::io(path, "read it")(e);
    let end = file.seek(SeekFrom::End(0)).map_err(read)?;
    file.seek(SeekFrom::Start(start)).map_err(read)?;

    let id: [u8; 4] = take(file).ok_or_else(|| damaged("the header is cut off".into()))?;
    if &id == b".snd" {
        return au::read_header(path, file, start);
    }
    let syntax = Syntax { wave64: &id == b"riff", big_endian: &id == b"RIFX" };
    let form = match &id {
        b"riff" => "Wave64",
        b"RF64" => "RF64",
        b"BW64" => "BW64",
        b"RIFX" => "RIFX",
        _ => "WAV",
    };
    let riff_bytes =
        if syntax.wave64 { u64::MAX } else { u64::from(syntax.u32(take(file).unwrap_or_default())) };
    let open_ended = riff_bytes == 0 || riff_bytes == UNKNOWN;
    file.seek(SeekFrom::Start(start + if syntax.wave64 { 40 } else { 12 })).map_err(read)?;

    let chunks = read_chunks(syntax, file, end, open_ended).map_err(damaged)?;
    let Chunks { fmt, data, more_data, time_reference, track_names } = chunks;
    let fmt =
        fmt.ok_or_else(|| damaged("it has no `fmt ` chunk, which says what the samples mean".into()))?;
    let Data { at: data_at, claimed, there } =
        data.ok_or_else(|| damaged("it has no `data` chunk, where the samples would be".into()))?;
    let (format, bits) = fmt.format(path, syntax.big_endian)?;
    let frame_bytes = (format.bytes * usize::from(fmt.channels)) as u64;
    Ok(WavHeader {
        form,
        format,
        channels: fmt.channels.into(),
        rate_hz: fmt.rate_hz,
        bits,
        data_at,
        frames: there / frame_bytes,
        claimed_frames: claimed / frame_bytes,
        more_data,
        speakers: fmt.speakers,
        time_reference,
        track_names,
    })
}

/// The chunks that matter.
#[derive(Default)]
struct Chunks {
    fmt: Option<Fmt>,
    data: Option<Data>,
    more_data: bool,
    time_reference: Option<TimeReference>,
    track_names: Vec<(usize, String)>,
}

/// Where the samples are: how many bytes the header claims, and how many the file has.
struct Data {
    at: u64,
    claimed: u64,
    there: u64,
}

fn read_chunks(
    syntax: Syntax,
    file: &mut (impl BufRead + Seek),
    end: u64,
    open_ended: bool,
) -> Result<Chunks, String> {
    let mut chunks = Chunks::default();
    let mut long_data = None;
    while let Some(mut chunk) = syntax.next_chunk(file) {
        match &chunk.id {
            b"fmt " if chunks.fmt.is_none() => chunks.fmt = Some(read_fmt(syntax, file, chunk.bytes)?),
            b"ds64" => long_data = read_ds64(file),
            b"bext" if chunk.bytes >= BEXT_BYTES => chunks.time_reference = read_time_reference(file),
            b"iXML" => chunks.track_names = ixml::read_track_names(file, chunk.bytes),
            b"data" if chunks.data.is_none() => {
                let in_ds64 = long_data.filter(|_| chunk.bytes == UNKNOWN);
                let to_the_end = chunk.bytes == UNKNOWN || (chunk.bytes == 0 && open_ended);
                let rest = end.saturating_sub(chunk.at);
                let claimed = in_ds64.unwrap_or(if to_the_end { rest } else { chunk.bytes });
                chunk.bytes = claimed.min(rest);
                chunks.data = Some(Data { at: chunk.at, claimed, there: chunk.bytes });
            }
            b"data" if chunk.bytes > 0 && chunk.at.saturating_add(chunk.bytes) <= end => {
                chunks.more_data = true;
                break;
            }
            // Behind the samples there may be anything; what does not look like a chunk ends the search.
            id if chunks.data.is_some()
                && chunks.fmt.is_some()
                && !id.iter().all(|b| (b' '..=b'~').contains(b)) =>
            {
                break;
            }
            _ => {}
        }
        if !syntax.skip(file, &chunk, end) {
            break;
        }
    }
    Ok(chunks)
}

impl Syntax {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    fn next_chunk(self, file: &mut (impl BufRead + Seek)) -> Option<Chunk> {
        let id = take(file)?;
        let bytes = if self.wave64 {
            let _guid_rest: [u8; 12] = take(file)?;
            u64::from_le_bytes(take(file)?).saturating_sub(24)
        } else {
            u64::from(self.u32(take(file)?))
        };
        Some(Chunk { id, bytes, at: file.stream_position().ok()? })
    }

    /// Goes to the next chunk; `false` where there is none.
    fn skip(self, file: &mut (impl BufRead + Seek), chunk: &Chunk, end: u64) -> bool {
        let aligned = if self.wave64 { chunk.bytes.next_multiple_of(8) } else { chunk.bytes };
        let Some(next) = chunk.at.checked_add(aligned).filter(|next| *next < end) else { return false };
        if file.stream_position().is_ok_and(|now| file.seek_relative(next as i64 - now as i64).is_err()) {
            return false;
        }
        // An odd chunk is followed by a zero byte; some writers forget it, and no chunk's name begins with zero.
        if !self.wave64 && chunk.bytes % 2 == 1 && file.fill_buf().is_ok_and(|rest| rest.first() == Some(&0))
        {
            file.consume(1);
        }
        true
    }
}

pub(super) fn take<const N: usize>(file: &mut impl Read) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok().map(|()| bytes)
}

/// The size of the data in `ds64` (EBU Tech 3306, 3.2), behind the size of the file.
fn read_ds64(file: &mut impl Read) -> Option<u64> {
    let _riff_bytes: [u8; 8] = take(file)?;
    take(file).map(u64::from_le_bytes)
}

/// Description, originator, its reference, date, time, and the two words of `TimeReference`.
fn read_time_reference(file: &mut impl Read) -> Option<TimeReference> {
    let texts: [u8; TIME_REFERENCE_AT] = take(file)?;
    let frames = take(file).map(u64::from_le_bytes)?;
    let digits = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    let time = &texts[TIME_REFERENCE_AT - 8..];
    // hh:mm:ss with any separators
    let made = || Some(3600 * digits(&time[..2])? + 60 * digits(&time[3..5])? + digits(&time[6..8])?);
    Some(TimeReference { frames, made_seconds: made() })
}

fn read_fmt(syntax: Syntax, file: &mut impl Read, bytes: u64) -> Result<Fmt, String> {
    if !(14..=4096).contains(&bytes) {
        return Err(format!("expected a `fmt ` chunk of 16, 18 or 40 bytes, found {bytes}"));
    }
    let mut body = [0; 40];
    let length = (bytes as usize).min(body.len());
    file.read_exact(&mut body[..length]).map_err(|_| "the `fmt ` chunk is cut off".to_owned())?;
    let word = |at: usize| syntax.u16([body[at], body[at + 1]]);
    let mut fmt = Fmt {
        tag: word(0),
        channels: word(2),
        rate_hz: syntax.u32([body[4], body[5], body[6], body[7]]),
        block_align: word(12),
        bits: word(14),
        valid_bits: word(14),
        speakers: 0,
    };
    if length == 14 {
        // The oldest form has no bits per sample; the frame's size tells them.
        fmt.bits = fmt.block_align.checked_div(fmt.channels).unwrap_or(0).saturating_mul(8);
        fmt.valid_bits = fmt.bits;
    }
    if fmt.tag == EXTENSIBLE {
        let known = length == 40 && (syntax.big_endian || body[26..] == TAG_GUID);
        if !known {
            return Err("its WAVE_FORMAT_EXTENSIBLE names a coding that is not known".into());
        }
        fmt.tag = word(24);
        fmt.valid_bits = word(18);
        fmt.speakers = syntax.u32([body[20], body[21], body[22], body[23]]);
    }
    Ok(fmt)
}

impl Fmt {
    /// A chunk without surprises.
    pub fn plain(tag: u16, channels: u16, rate_hz: u32, bits: u16) -> Self {
        let block_align = channels.saturating_mul(bits / 8);
        Self { tag, channels, rate_hz, block_align, bits, valid_bits: bits, speakers: 0 }
    }

    pub fn format(&self, path: &Path, big_endian: bool) -> Result<(Format, u32), FileError> {
        let path = || path.to_owned();
        let damaged = |what| FileError::Damaged { path: path(), kind: "WAV", what };
        if self.tag != PCM && self.tag != FLOAT {
            let found = format!("WAV with {} inside", coding_word(self.tag));
            return Err(FileError::Unsupported {
                path: path(),
                found,
                way_out: "export it as WAV with 24 bit or float",
            });
        }
        if !(1..=MAX_TRACKS).contains(&self.channels.into()) {
            return Err(FileError::Tracks { path: path(), channels: self.channels.into() });
        }
        if !RATES_HZ.contains(&self.rate_hz) {
            return Err(FileError::Rate { path: path(), rate_hz: self.rate_hz });
        }
        let float = self.tag == FLOAT;
        let bytes = self.sample_bytes();
        let fits = if float { matches!(bytes, 4 | 8) } else { (1..=4).contains(&bytes) };
        if !fits || self.bits == 0 {
            let wanted = if float { "32 or 64 bit float" } else { "8 to 32 bit" };
            return Err(damaged(format!("expected samples of {wanted}, found {} bit", self.bits)));
        }
        let valid = u32::from(self.valid_bits);
        let bits = if (1..=bytes as u32 * 8).contains(&valid) { valid } else { bytes as u32 * 8 };
        Ok((Format { float, big_endian, bytes }, bits))
    }

    /// Bytes per sample: by the frame's size where that is possible (24 bit may sit in 32), else by the bits.
    fn sample_bytes(&self) -> usize {
        let needed = usize::from(self.bits.div_ceil(8));
        let (frame, channels) = (usize::from(self.block_align), usize::from(self.channels));
        let by_frame = frame / channels;
        let plausible =
            frame % channels == 0 && by_frame >= needed && by_frame <= if self.tag == FLOAT { 8 } else { 4 };
        if plausible && by_frame > 0 { by_frame } else { needed }
    }
}

fn coding_word(tag: u16) -> String {
    let word = match tag {
        0x0002 | 0x0011 => "ADPCM",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0031 => "GSM",
        0x0050 | 0x0055 => "MP3",
        0xf1ac => "FLAC",
        _ => return format!("coding 0x{tag:04x}"),
    };
    word.into()
}
