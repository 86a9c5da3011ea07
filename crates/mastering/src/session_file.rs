use std::path::Path;

use acetate_files::{CHECKSUMS, Checksums, OutputFolder, RATES_HZ};
use acetate_model::{Brief, MAX_START_SECONDS, SESSION_FORMAT, Session, Severity};

use crate::Error;

/// The name of the session within an output folder.
pub const SESSION_FILE: &str = "session.json";

/// The name of the report within an output folder.
pub const REPORT_FILE: &str = "report.md";

/// Puts the session, the report and the checksums beside the audio.
pub(crate) fn stage(session: &Session, folder: &mut OutputFolder) -> Result<(), Error> {
    let mut sums = Checksums::default();
    for file in session.outcome.iter().flat_map(|o| &o.deliverables) {
        sums.add(&file.file, &file.sha256);
    }
    for (name, text) in
        [(SESSION_FILE, session_text(session)), (REPORT_FILE, acetate_report::markdown(session))]
    {
        let staged = folder.stage_text(name, &text)?;
        sums.add(name, acetate_files::sha256_file(staged)?);
    }
    folder.stage_text(CHECKSUMS, &sums.to_text())?;
    Ok(())
}

/// Writes a text file whole or not at all.
pub fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    Ok(acetate_files::write_text(path, text)?)
}

/// Reads a session; an error names the line and column.
pub fn read_session(path: &Path) -> Result<Session, Error> {
    let unreadable = |error: String, hint| Error::Unreadable { path: path.to_owned(), error, hint };
    let text = acetate_files::read_text(path)?;
    let session: Session = serde_json::from_str(&text).map_err(|e| {
        unreadable(
            e.to_string(),
            "the form of a session is printed by `acetate schema`; `acetate plan` writes a new one",
        )
    })?;
    if session.format != SESSION_FORMAT {
        return Err(unreadable(
            format!("expected session format {SESSION_FORMAT}, found {}", session.format),
            "make a new one with `acetate plan`",
        ));
    }
    wrong(&session)
        .map_or(Ok(session), |error| Err(unreadable(error, "mend it, or make a new one with `acetate plan`")))
}

/// What a rendering could not work with, if anything.
fn wrong(session: &Session) -> Option<String> {
    let (low, high) = (RATES_HZ.start(), RATES_HZ.end());
    if !RATES_HZ.contains(&session.rate_hz) {
        return Some(format!("rate_hz: expected {low} to {high}, found {}", session.rate_hz));
    }
    if session.stems.is_empty() {
        return Some("stems: expected at least one, found none".into());
    }
    for (at, stem) in session.stems.iter().enumerate() {
        if session.stems[..at].iter().any(|s| s.name == stem.name) {
            return Some(format!(
                "stems[{at}].name: expected a name of its own, found `{}` again",
                stem.name
            ));
        }
        let latest = MAX_START_SECONDS * u64::from(stem.source.rate_hz);
        let start = stem.source.part.start_frames;
        if start > latest {
            return Some(format!(
                "stems[{at}].source.part.start_frames: expected 0 to {latest}, found {start}"
            ));
        }
    }
    session.brief.validate().err().map(|error| format!("brief.{error}"))
}

/// Reads a brief; an error names the line and column.
pub fn read_brief(path: &Path) -> Result<Brief, Error> {
    let unreadable = |error: String| Error::Unreadable {
        path: path.to_owned(),
        error,
        hint: "`acetate schema brief` prints the form of a brief; an empty one is fine",
    };
    let text = acetate_files::read_text(path)?;
    let brief: Brief = toml::from_str(&text).map_err(|e| unreadable(e.to_string().trim_end().to_owned()))?;
    brief.validate().map_err(unreadable)?;
    Ok(brief)
}

/// The session as it stands on disk.
pub fn session_text(session: &Session) -> String {
    let mut text =
        serde_json::to_string_pretty(session).unwrap_or_else(|e| format!("{{\"error\": \"{e}\"}}"));
    text.push('\n');
    text
}

/// Whether a finding forbids to master this delivery.
pub fn is_rejected(session: &Session) -> bool {
    session.findings.iter().any(|f| f.severity == Severity::Error)
}
