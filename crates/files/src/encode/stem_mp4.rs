//! Stems for DJ software (Native Instruments, Stems file format): an MP4 with the mix and four stems as tracks, and a box
//! that names them.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::json;

use super::program::PROGRAM;
use crate::{FileError, finished::FinishedFile, output::temporary_beside};

/// A stem as players show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StemTrack {
    /// Its name.
    pub name: String,
    /// Its colour, like `#009E73`.
    pub colour: &'static str,
}

/// Joins files of one length, the mix first, into one of several tracks of Apple Lossless, as deep as they are.
pub fn join_tracks(target: &Path, tracks: &[FinishedFile], rate_hz: u32) -> Result<FinishedFile, FileError> {
    let file = temporary_beside(target)?;
    let mut command = Command::new(PROGRAM);
    command.args(["-hide_banner", "-nostdin", "-v", "error", "-y"]);
    for track in tracks {
        command.arg("-i").arg(track.path());
    }
    for n in 0..tracks.len() {
        command.args(["-map", &format!("{n}:a:0")]);
        command.args([format!("-disposition:a:{n}").as_str(), if n == 0 { "default" } else { "0" }]);
    }
    command.args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-threads", "1"]);
    command.args(["-c:a", "alac", "-movie_timescale", &rate_hz.to_string(), "-f", "mp4"]).arg(file.path());
    let failed = |what| FileError::Encoder { path: target.to_owned(), format: "ALAC", what };
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let ended = ended.map_err(|e| FileError::NoEncoder { format: "ALAC", what: e.to_string() })?;
    if !ended.status.success() {
        return Err(failed(String::from_utf8_lossy(&ended.stderr).trim().to_owned()));
    }
    Ok(FinishedFile::new(file, target.to_owned()))
}

/// Writes the names of the stems into a file of their tracks. Players are asked to leave the sound alone: the stems are
/// mastered already.
pub fn name_stems(file: &mut FinishedFile, stems: &[StemTrack]) -> Result<(), FileError> {
    let named: Vec<_> = stems.iter().map(|s| json!({ "name": s.name, "color": s.colour })).collect();
    let told = json!({
        "mastering_dsp": {
            "compressor": {
                "enabled": false, "input_gain": 0.0, "output_gain": 0.0, "threshold": 0.0, "dry_wet": 0.0,
                "attack": 0.003, "release": 0.3, "ratio": 1.0, "hp_cutoff": 20.0,
            },
            "limiter": { "enabled": false, "threshold": 0.0, "ceiling": 0.0, "release": 0.05 },
        },
        "stems": named,
        "version": 1,
    });
    let target = file.target().to_owned();
    let odd = || FileError::Encoder {
        path: target.clone(),
        format: "ALAC",
        what: format!("{PROGRAM} put the movie box somewhere else than at the end"),
    };
    let mut bytes = Vec::new();
    let (at, movie) = {
        let handle = file.rewound()?;
        let at = find_last(handle, *b"moov").ok_or_else(odd)?;
        let read = handle.seek(SeekFrom::Start(at)).and_then(|_| handle.read_to_end(&mut bytes));
        read.map_err(FileError::io(&target, "read it again"))?;
        (at, with_stems(&bytes, told.to_string().as_bytes()).ok_or_else(odd)?)
    };
    file.overwrite(at, &movie)
}

/// Where a box begins that is the last of a file.
fn find_last(file: &mut (impl Read + Seek), kind: [u8; 4]) -> Option<u64> {
    let end = file.seek(SeekFrom::End(0)).ok()?;
    let mut at = 0;
    while at + 8 <= end {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8]).ok()?;
        let short = u64::from(u32::from_be_bytes(head[..4].try_into().ok()?));
        let size = match short {
            0 => end - at,
            1 => {
                file.read_exact(&mut head[8..]).ok()?;
                u64::from_be_bytes(head[8..].try_into().ok()?)
            }
            size => size,
        };
        if head[4..8] == kind {
            return (at + size == end).then_some(at);
        }
        at = at.checked_add(size.max(8))?;
    }
    None
}

/// The movie box with `udta/stem` in it; what the user data held before stays.
fn with_stems(movie: &[u8], told: &[u8]) -> Option<Vec<u8>> {
    let stem = boxed(*b"stem", told);
    let body = movie.get(8..)?;
    let mut at = 0;
    while at + 8 <= body.len() {
        let size = u32::from_be_bytes(body[at..at + 4].try_into().ok()?) as usize;
        if &body[at + 4..at + 8] == b"udta" && size >= 8 && at + size <= body.len() {
            let told = [&body[at + 8..at + size], &stem].concat();
            let whole = [&body[..at], &boxed(*b"udta", &told), &body[at + size..]].concat();
            return Some(boxed(*b"moov", &whole));
        }
        at += size.max(8);
    }
    Some(boxed(*b"moov", &[body, &boxed(*b"udta", &stem)].concat()))
}

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (8 + body.len()) as u32;
    [&size.to_be_bytes(), &kind[..], body].concat()
}
