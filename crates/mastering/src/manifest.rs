//! What lies in a delivered folder, for other programs.

use acetate_model::{CodecCheck, Deliverable, Kept, Levels, Playback, Session, Sum, Tags, Verdict};
use serde::Serialize;

use crate::SESSION_FILE;

/// The name of the manifest within an output folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// Everything about a delivered folder that its receiver needs to know.
#[derive(Serialize)]
struct Manifest<'a> {
    made_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    /// From which all files can be made again.
    session: Record<'a>,
    stems: Vec<Record<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a Verdict>,
    files: Vec<Entry<'a>>,
    sums: &'a [Sum],
    codecs: &'a [CodecCheck],
    playback: &'a [Playback],
    /// Whether every promise was kept.
    kept: bool,
}

#[derive(Serialize)]
struct Record<'a> {
    file: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    /// For people: `FLAC 24 bit`.
    what: String,
    sha256: &'a str,
    rate_hz: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kbps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    turned_down_db: Option<f64>,
    frames: u64,
    seconds: f64,
    levels: &'a Levels,
    promises: &'a [Kept],
}

/// The manifest of a rendered session whose file has this SHA-256.
pub(crate) fn text(session: &Session, sha256: &str) -> String {
    let outcome = session.outcome.as_ref();
    let files = outcome.iter().flat_map(|o| &o.deliverables).map(entry);
    let manifest = Manifest {
        made_by: &session.made_by,
        title: session.brief.title.as_deref(),
        tags: &session.brief.tags,
        session: Record { file: SESSION_FILE, sha256 },
        stems: session
            .stems
            .iter()
            .map(|s| Record { file: &s.source.path, sha256: &s.source.sha256 })
            .collect(),
        verdict: session.verdict.as_ref(),
        files: files.collect(),
        sums: outcome.map_or(&[], |o| &o.sums),
        codecs: outcome.map_or(&[], |o| &o.codecs),
        playback: outcome.map_or(&[], |o| &o.playback),
        kept: outcome.is_some_and(acetate_model::Outcome::kept),
    };
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    text
}

fn entry(of: &Deliverable) -> Entry<'_> {
    Entry {
        file: &of.file,
        what: of.words(),
        sha256: &of.sha256,
        rate_hz: of.rate_hz,
        bits: Some(of.bits).filter(|bits| *bits > 0),
        kbps: of.kbps,
        turned_down_db: of.turned_down_db,
        frames: of.frames,
        seconds: of.frames as f64 / f64::from(of.rate_hz.max(1)),
        levels: &of.levels,
        promises: &of.promises,
    }
}
