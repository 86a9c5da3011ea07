use std::io::{BufReader, Read, Seek, SeekFrom};

use acetate_model::Json;

/// What of the decoded frames of an MP4's audio track is music: encoders put priming frames before it and
/// padding behind it, and the container says how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Timing {
    /// Silent frames before the first.
    pub lead: u64,
    /// Decoded frames to drop.
    pub skip: u64,
    /// Frames after those dropped; `None` for all.
    pub frames: Option<u64>,
    /// Whether the file says anything about its priming.
    pub stated: bool,
}

/// The most that is read of one box; tables of samples are longer than what matters here.
const BOX_LIMIT_BYTES: u64 = 1 << 20;
const MAX_DEPTH: usize = 8;
const CONTAINERS: [&[u8; 4]; 9] =
    [b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"udta", b"ilst", b"----"];

#[derive(Default)]
struct Track {
    audio: bool,
    timescale: u32,
    /// In units of `timescale`; the sum of all samples' durations.
    duration: u64,
    /// `(segment duration in the movie's timescale, media time)`, ISO 14496-12, 8.6.6.
    edits: Vec<(u64, i64)>,
}

#[derive(Default)]
struct Movie {
    timescale: u32,
    tracks: Vec<Track>,
    /// Priming, padding, and music frames, as iTunes writes them.
    itunes: Option<[u64; 3]>,
    /// Names out of the `stem` box.
    stems: Option<Vec<String>>,
    freeform_name: Vec<u8>,
}

/// Reads the timing of an audio track, counted from 0, of a file at `rate_hz`.
pub(crate) fn read_timing(file: impl Read + Seek, track: usize, rate_hz: u32) -> Timing {
    read_movie(file).map(|movie| movie.timing(track, rate_hz)).unwrap_or_default()
}

/// The tracks of a file with stems as DJ software plays it (Native Instruments, Stems file format).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct StemTracks {
    /// Tracks of audio, the mix first.
    pub tracks: usize,
    /// What the file calls its stems, in the order of their tracks; `None` where it does not say that it holds any.
    pub names: Option<Vec<String>>,
}

/// Reads how many tracks of audio there are and what they are called.
pub(crate) fn read_stem_tracks(file: impl Read + Seek) -> StemTracks {
    let movie = read_movie(file).unwrap_or_default();
    let tracks = movie.tracks.iter().filter(|t| t.audio).count();
    StemTracks { tracks, names: movie.stems }
}

fn read_movie(file: impl Read + Seek) -> Option<Movie> {
    let mut file = BufReader::new(file);
    let end = file.seek(SeekFrom::End(0)).ok()?;
    let mut movie = Movie::default();
    walk(&mut file, 0, end, 0, &mut movie);
    Some(movie)
}

fn walk(file: &mut (impl Read + Seek), from: u64, to: u64, depth: usize, movie: &mut Movie) -> Option<()> {
    let mut at = from;
    while to.saturating_sub(at) >= 8 {
        file.seek(SeekFrom::Start(at)).ok()?;
        let short = u64::from(u32::from_be_bytes(bytes(file)?));
        let kind: [u8; 4] = bytes(file)?;
        let (size, head) = match short {
            0 => (to - at, 8),
            1 => (u64::from_be_bytes(bytes(file)?), 16),
            size => (size, 8),
        };
        let next = at.checked_add(size).filter(|next| size >= head && *next <= to)?;
        let body = at + head;
        if &kind == b"trak" {
            movie.tracks.push(Track::default());
        }
        if CONTAINERS.contains(&&kind) && depth < MAX_DEPTH {
            walk(file, body, next, depth + 1, movie);
        } else if &kind == b"meta" {
            // `meta` is a full box: four bytes of version and flags stand before its children
            walk(file, body + 4, next, depth + 1, movie);
        } else {
            let mut content = Vec::new();
            let wanted =
                [b"mvhd", b"mdhd", b"hdlr", b"elst", b"stts", b"name", b"data", b"stem"].contains(&&kind);
            if wanted {
                file.take((next - body).min(BOX_LIMIT_BYTES)).read_to_end(&mut content).ok()?;
                movie.take(kind, &content);
            }
        }
        at = next;
    }
    Some(())
}

fn bytes<const N: usize>(file: &mut impl Read) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok().map(|()| bytes)
}

impl Movie {
    fn take(&mut self, kind: [u8; 4], content: &[u8]) -> Option<()> {
        let version = *content.first()?;
        match (&kind, self.tracks.last_mut()) {
            (b"mvhd", _) => self.timescale = be32(content, if version == 1 { 20 } else { 12 })?,
            (b"mdhd", Some(track)) => track.timescale = be32(content, if version == 1 { 20 } else { 12 })?,
            (b"hdlr", Some(track)) => track.audio |= content.get(8..12) == Some(b"soun"),
            (b"stts", Some(track)) => {
                track.duration = pairs(content).fold(0, |sum, (count, delta)| sum + count * delta);
            }
            (b"elst", Some(track)) => track.edits = edits(content, version == 1),
            (b"stem", _) => self.stems = Some(stem_names(content)),
            (b"name", _) => self.freeform_name = content.get(4..)?.to_vec(),
            (b"data", _) if self.freeform_name == b"iTunSMPB" => self.itunes = itunes(content.get(8..)?),
            _ => {}
        }
        Some(())
    }

    fn timing(&self, track: usize, rate_hz: u32) -> Timing {
        if let Some([priming, _, frames]) = self.itunes.filter(|_| track == 0) {
            return Timing { lead: 0, skip: priming, frames: Some(frames), stated: true };
        }
        let Some(track) = self.tracks.iter().filter(|t| t.audio && t.timescale > 0).nth(track) else {
            return Timing::default();
        };
        let scaled = |ticks: u64, scale: u32| {
            let scale = u128::from(scale.max(1));
            ((u128::from(ticks) * u128::from(rate_hz) + scale / 2) / scale) as u64
        };
        let empty: u64 =
            track.edits.iter().take_while(|(_, media)| *media < 0).map(|(length, _)| length).sum();
        let Some((length, media)) = track.edits.iter().find(|(_, media)| *media >= 0) else {
            return Timing::default();
        };
        let skip = scaled(*media as u64, track.timescale);
        let by_edit = scaled(*length, self.timescale);
        let by_samples = scaled(track.duration, track.timescale).saturating_sub(skip);
        // The edit is often rounded to milliseconds; the samples' own durations are exact.
        let tick = scaled(1, self.timescale) + 1;
        let frames = match (by_edit, by_samples) {
            (0, 0) => None,
            (0, samples) => Some(samples),
            (edit, samples) if samples > 0 && edit.abs_diff(samples) <= tick => Some(samples),
            (edit, _) => Some(edit),
        };
        Timing { lead: scaled(empty, self.timescale), skip, frames, stated: true }
    }
}

/// `{"stems": [{"name": "Drums", "color": "#ff0000"}, …], …}`; none where it is something else.
fn stem_names(content: &[u8]) -> Vec<String> {
    let json: Json = serde_json::from_slice(content).unwrap_or_default();
    let stems = json["stems"].as_array().map(Vec::as_slice).unwrap_or_default();
    stems.iter().map(|stem| stem["name"].as_str().unwrap_or_default().trim().to_owned()).collect()
}

/// `iTunSMPB`: ` 00000000 PRIMING PADDING FRAMES …`, in hexadecimal.
fn itunes(text: &[u8]) -> Option<[u64; 3]> {
    let text = std::str::from_utf8(text).ok()?;
    let mut numbers = text.split_whitespace().skip(1).map(|n| u64::from_str_radix(n, 16).ok());
    let found = [numbers.next()??, numbers.next()??, numbers.next()??];
    (found[2] > 0).then_some(found)
}

fn be32(content: &[u8], at: usize) -> Option<u32> {
    content.get(at..at + 4)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

/// The table of a full box whose entries are two 32-bit numbers.
fn pairs(content: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    let number = |b: &[u8]| b.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    content.get(8..).unwrap_or_default().chunks_exact(8).map(move |e| (number(&e[..4]), number(&e[4..])))
}

fn edits(content: &[u8], wide: bool) -> Vec<(u64, i64)> {
    let table = content.get(8..).unwrap_or_default();
    let number = |b: &[u8]| b.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    if wide {
        table.chunks_exact(20).map(|e| (number(&e[..8]), number(&e[8..16]) as i64)).collect()
    } else {
        table.chunks_exact(12).map(|e| (number(&e[..4]), i64::from(number(&e[4..8]) as u32 as i32))).collect()
    }
}
