use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use crate::FileError;

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Wav,
    Wave64,
    Au,
    Aiff,
    Flac,
    Ogg,
    Mp4,
    Mp3,
    Adts,
    Caf,
    Matroska,
}

impl Kind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Wave64 => "Wave64",
            Self::Au => "AU",
            Self::Aiff => "AIFF",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
            Self::Mp4 => "MP4",
            Self::Mp3 => "MP3",
            Self::Adts => "AAC",
            Self::Caf => "CAF",
            Self::Matroska => "Matroska",
        }
    }

    /// How names of this kind end, the usual first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Wav => &["wav", "wave", "bwf", "rf64", "bw64", "rifx"],
            Self::Wave64 => &["w64", "wav"],
            Self::Au => &["au", "snd"],
            Self::Aiff => &["aiff", "aif", "aifc"],
            Self::Flac => &["flac"],
            Self::Ogg => &["ogg", "oga", "ogx"],
            Self::Mp4 => &["m4a", "mp4", "m4b", "m4v", "mov", "aac", "alac"],
            Self::Mp3 => &["mp3"],
            Self::Adts => &["aac", "adts"],
            Self::Caf => &["caf"],
            Self::Matroska => &["mka", "mkv", "webm"],
        }
    }

    /// Whether the name says something else.
    pub fn misnamed(self, path: &Path) -> bool {
        path.extension()
            .map(|e| e.to_string_lossy().to_lowercase())
            .is_some_and(|e| !self.extensions().contains(&e.as_str()))
    }
}

const RE_EXPORT: &str = "convert it to WAV or FLAC";
const HEAD_BYTES: usize = 512;

/// Finds out the kind of the file and where it begins: an `ID3v2` tag may stand in front.
pub(crate) fn sniff(path: &Path, file: &mut (impl Read + Seek)) -> Result<(Kind, u64), FileError> {
    let mut head = read_head(path, file, 0)?;
    let mut start = 0;
    if let Some(tag) = id3v2_bytes(&head) {
        head = read_head(path, file, tag)?;
        start = tag;
        if !matches!(audio_kind(&head), Some(Kind::Wav | Kind::Flac)) {
            return Ok((Kind::Mp3, 0));
        }
    }
    if let Some(found) = unsupported(&head) {
        return Err(FileError::Unsupported {
            path: path.to_owned(),
            found: found.into(),
            way_out: RE_EXPORT,
        });
    }
    audio_kind(&head)
        .map(|kind| (kind, start))
        .ok_or_else(|| FileError::NotAudio { path: path.to_owned(), found: describe(&head) })
}

fn read_head(path: &Path, file: &mut (impl Read + Seek), at: u64) -> Result<Vec<u8>, FileError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.take(HEAD_BYTES as u64).read_to_end(&mut head))
        .map_err(FileError::io(path, "read it"))?;
    Ok(head)
}

/// The length of a leading `ID3v2` tag: ten bytes and a length of four times seven bits (ID3 2.4.0, 3.1).
fn id3v2_bytes(head: &[u8]) -> Option<u64> {
    let size = head.get(..10).filter(|h| h.starts_with(b"ID3"))?[6..].iter();
    Some(10 + size.fold(0, |sum, byte| (sum << 7) | u64::from(byte & 0x7f)))
}

fn audio_kind(head: &[u8]) -> Option<Kind> {
    let at = |from: usize, text: &[u8]| head.get(from..from + text.len()) == Some(text);
    let riff = [b"RIFF", b"RF64", b"BW64", b"RIFX"].iter().any(|id| at(0, *id));
    match head {
        _ if riff && at(8, b"WAVE") => Some(Kind::Wav),
        _ if at(0, b"riff\x2e\x91\xcf\x11") => Some(Kind::Wave64),
        _ if at(0, b".snd") => Some(Kind::Au),
        _ if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Some(Kind::Aiff),
        _ if at(0, b"fLaC") => Some(Kind::Flac),
        _ if at(0, b"OggS") => Some(Kind::Ogg),
        _ if [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"].iter().any(|id| at(4, *id)) => {
            Some(Kind::Mp4)
        }
        _ if at(0, b"caff") => Some(Kind::Caf),
        _ if at(0, b"\x1a\x45\xdf\xa3") => Some(Kind::Matroska),
        // ISO 11172-3, 2.4.1.3: eleven bits of sync, version, layer; ISO 13818-7, 6.2.1: twelve, and layer 0 for ADTS
        [0xff, b, ..] if b & 0xf6 == 0xf0 => Some(Kind::Adts),
        [0xff, b, ..] if b & 0xe6 == 0xe2 && b & 0x18 != 0x08 => Some(Kind::Mp3),
        _ => None,
    }
}

/// Audio that is known by sight and yet not read.
fn unsupported(head: &[u8]) -> Option<&'static str> {
    let ogg = head.starts_with(b"OggS");
    let first_packet = |text: &[u8]| ogg && head.windows(text.len()).any(|w| w == text);
    if first_packet(b"OpusHead") {
        return Some("an Opus file");
    }
    if first_packet(b"Speex   ") {
        return Some("a Speex file");
    }
    if matches!(head, [0xff, b, ..] if b & 0xe0 == 0xe0 && (b & 0x06 == 0x04 || b & 0x06 == 0x06)) {
        return Some("an MPEG audio file of layer 1 or 2");
    }
    let known: [(&[u8], &str); 8] = [
        (b"wvpk", "a WavPack file"),
        (b"MAC ", "a Monkey's Audio file"),
        (b"DSD ", "a DSD file"),
        (b"FRM8", "a DSD file"),
        (b"TTA", "a True Audio file"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
        (b"MThd", "a MIDI file, notes without sound"),
        (b"#!AMR", "an AMR file"),
    ];
    known.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, word)| *word)
}

/// What a file without audio looks like, to follow "it".
fn describe(head: &[u8]) -> String {
    let known: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "is a ZIP archive (unpack it first)"),
        (b"Rar!", "is a RAR archive (unpack it first)"),
        (b"7z\xbc\xaf", "is a 7z archive (unpack it first)"),
        (b"\x1f\x8b", "is a gzip archive (unpack it first)"),
        (b"\x89PNG", "is a picture"),
        (b"\xff\xd8\xff", "is a picture"),
        (b"%PDF", "is a PDF document"),
        (b"RIFF", "is a RIFF file without WAVE"),
        (b"FORM", "is an IFF file without AIFF"),
    ];
    if head.is_empty() {
        return "is empty (0 bytes)".into();
    }
    if let Some((_, word)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return (*word).into();
    }
    if head.iter().all(|b| *b == 0) {
        return "begins with zeros".into();
    }
    let text = head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..));
    let page = text && head.to_ascii_lowercase().windows(5).any(|w| w == b"<html" || w == b"<!doc");
    match (page, text) {
        (true, _) => "is a web page".into(),
        (_, true) => "is text".into(),
        _ => {
            let bytes: Vec<String> = head.iter().take(4).map(|b| format!("{b:02x}")).collect();
            format!("begins with the bytes {}", bytes.join(" "))
        }
    }
}
