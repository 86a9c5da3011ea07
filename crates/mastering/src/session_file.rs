use std::path::Path;

use acetate_files::{CHECKSUMS, Checksums, OutputFolder, RATES_HZ};
use acetate_model::{
    Brief, Json, MAX_START_SECONDS, ParamError, Place, Profile, SESSION_FORMAT, Session, Severity,
};
use acetate_processors::settings_of;

use crate::{Error, MANIFEST_FILE, hand, manifest, position};

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
    let mut put = |name: &str, text: &str| -> Result<String, Error> {
        let sha256 = acetate_files::sha256_file(folder.stage_text(name, text)?)?;
        sums.add(name, sha256.clone());
        Ok(sha256)
    };
    let of_session = put(SESSION_FILE, &session_text(session))?;
    put(REPORT_FILE, &acetate_report::markdown(session))?;
    put(MANIFEST_FILE, &manifest::text(session, &of_session))?;
    folder.stage_text(CHECKSUMS, &sums.to_text())?;
    Ok(())
}

/// Writes a text file whole or not at all.
pub fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    Ok(acetate_files::write_text(path, text)?)
}

/// What to do about a session that cannot be read.
const SESSION_HINT: &str =
    "the form of a session is printed by `acetate schema`; `acetate plan` writes a new one";
/// What to do about a session that says what cannot be.
const MEND_HINT: &str = "mend it there, or make a new one with `acetate plan`";
/// What to do about a brief that cannot be read.
const BRIEF_HINT: &str = "`acetate schema brief` prints the form of a brief; an empty one is fine";
/// What to do about a profile that cannot be read.
const PROFILE_HINT: &str =
    "`acetate list profiles` names those that are known; a profile is a list of `[[files]]`";
/// What to do about a wish that does not fit the song.
const WISH_HINT: &str = "change it there; `acetate explain NAME` says what a setting takes";

/// What tells a session from others.
#[derive(serde::Deserialize)]
struct Head {
    format: Option<Json>,
}

/// Reads a session; an error names the line, the column and the key.
pub fn read_session(path: &Path) -> Result<Session, Error> {
    let unreadable = |error: String, hint| Error::Unreadable { path: path.to_owned(), error, hint };
    let text = acetate_files::read_text(path)?;
    let head: Head =
        serde_json::from_str(&text).map_err(|e| unreadable(json_error(&text, &e), SESSION_HINT))?;
    if head.format.as_ref().and_then(Json::as_u64) != Some(u64::from(SESSION_FORMAT)) {
        let at = position::told(&text, position::in_json(&text, &["format".to_owned()]));
        let found = head.format.map_or("none".into(), |found| found.to_string());
        let error = format!("{at}format: expected {SESSION_FORMAT}, found {found}");
        return Err(unreadable(
            error,
            "this version reads no other form: make a new one with `acetate plan`",
        ));
    }
    let session: Session =
        serde_json::from_str(&text).map_err(|e| unreadable(json_error(&text, &e), SESSION_HINT))?;
    let Some((way, error)) = wrong(&session) else { return Ok(session) };
    let at = position::told(&text, position::in_json(&text, &way));
    Err(unreadable(format!("{at}{error}"), MEND_HINT))
}

/// A parser's complaint with the place first: line, column and the way to the value.
fn json_error(text: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    let begin: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let way = position::path_in_json(text, begin + column.saturating_sub(1));
    let way = if way.is_empty() { way } else { format!("{way}: ") };
    format!("line {line}, column {column}: {way}{said}")
}

/// What a rendering could not work with, if anything: the way to it, and what is wrong.
fn wrong(session: &Session) -> Option<(Vec<String>, String)> {
    let at = |way: &str, error: String| {
        let way: Vec<String> = way.split('/').map(str::to_owned).collect();
        let error = format!("{}: {error}", position::written(&way));
        Some((way, error))
    };
    let (low, high) = (RATES_HZ.start(), RATES_HZ.end());
    if !RATES_HZ.contains(&session.rate_hz) {
        return at("rate_hz", format!("expected {low} to {high}, found {}", session.rate_hz));
    }
    if session.stems.is_empty() {
        return at("stems", "expected at least one, found none".into());
    }
    for (n, stem) in session.stems.iter().enumerate() {
        if session.stems[..n].iter().any(|s| s.name == stem.name) {
            let error = format!("expected a name of its own, found `{}` again", stem.name);
            return at(&format!("stems/{n}/name"), error);
        }
        let latest = MAX_START_SECONDS * u64::from(stem.source.rate_hz);
        let start = stem.source.part.start_frames;
        if start > latest {
            let error = format!("expected 0 to {latest}, found {start}");
            return at(&format!("stems/{n}/source/part/start_frames"), error);
        }
    }
    if let Err(error) = session.brief.validate() {
        let way = ["brief".to_owned()].into_iter().chain(error.path.clone()).collect();
        return Some((way, format!("brief.{error}")));
    }
    wrong_move(session).and_then(|(way, error)| at(&way, error))
}

/// The first move that cannot be made. One of an unknown kind is kept and not made.
fn wrong_move(session: &Session) -> Option<(String, String)> {
    let places = hand::places(session);
    for (n, m) in session.plan.iter().enumerate() {
        if session.plan[..n].iter().any(|other| other.id == m.id) {
            return Some((
                format!("plan/{n}/id"),
                format!("expected an id of its own, found `{}` again", m.id),
            ));
        }
        if !places.contains(&m.at) && acetate_processors::find(&m.process.kind).is_some() {
            let known = places.iter().map(Place::to_string).collect::<Vec<_>>().join(", ");
            return Some((format!("plan/{n}/at"), format!("expected one of {known}, found `{}`", m.at)));
        }
        if let Err(error) = settings_of(&m.process) {
            let key = error.key.split_once('.').map_or("", |(_, key)| key);
            let within = if key == "amount" { "" } else { "settings/" };
            let way = key.replace(['.', '['], "/").replace(']', "");
            let ParamError { expected, found, hint, .. } = error;
            let error = format!("expected {expected}, found {found}{hint}");
            return Some((format!("plan/{n}/process/{within}{way}"), error));
        }
    }
    None
}

/// Reads a brief; an error names the line and column.
pub fn read_brief(path: &Path) -> Result<Brief, Error> {
    let unreadable = |error| Error::Unreadable { path: path.to_owned(), error, hint: BRIEF_HINT };
    let text = acetate_files::read_text(path)?;
    let brief: Brief = toml::from_str(&text).map_err(|e| unreadable(e.to_string().trim_end().to_owned()))?;
    let Err(error) = brief.validate() else { return Ok(brief) };
    let at = position::told(&text, position::in_toml(&text, &error.path));
    Err(unreadable(format!("{at}{error}")))
}

/// Reads a profile; its name is that of the file. An error names the line and column.
pub fn read_profile(path: &Path) -> Result<(String, Profile), Error> {
    let unreadable = |error| Error::Unreadable { path: path.to_owned(), error, hint: PROFILE_HINT };
    let text = acetate_files::read_text(path)?;
    let profile: Profile =
        toml::from_str(&text).map_err(|e| unreadable(e.to_string().trim_end().to_owned()))?;
    if let Some((way, error)) = profile.wrong() {
        let at = position::told(&text, position::in_toml(&text, &way));
        return Err(unreadable(format!("{at}{}: {error}", way.join("."))));
    }
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    Ok((name.unwrap_or_default(), profile))
}

/// The same error with the line and column of the brief or session that it came from, if it came from there.
pub fn point_at(error: Error, file: &Path) -> Error {
    let given = match &error {
        Error::Setting { key, .. } => key.as_str(),
        Error::BadSetting { given, .. } => given.split_once('=').map_or(given.as_str(), |(key, _)| key),
        _ => return error,
    };
    let Some(text) = acetate_files::read_text(file).ok() else { return error };
    let is_json = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let find = |table: &str, key: &str| {
        let way = [table, key].map(str::to_owned);
        if is_json {
            position::in_json(&text, &[&["brief".to_owned()], &way[..]].concat())
        } else {
            position::in_toml(&text, &way)
        }
    };
    let keyed = ["set", "scale", "roles"].into_iter().find_map(|table| find(table, given));
    let entry = |list: &str| {
        let mut entries = (0..).map_while(|n: usize| find(list, &n.to_string()));
        let quoted = |at: &usize| {
            let rest = text.get(at + 1..).and_then(|rest| rest.strip_prefix(given));
            rest.is_some_and(|rest| rest.starts_with(['"', '\'']))
        };
        entries.find(quoted)
    };
    match keyed.or_else(|| ["mute", "lock", "reference"].into_iter().find_map(entry)) {
        None => error,
        at => {
            let error = format!("{}{error}", position::told(&text, at));
            Error::Unreadable { path: file.to_owned(), error, hint: WISH_HINT }
        }
    }
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
