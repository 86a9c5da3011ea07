//! What a move rests on, and how to change it.

use std::path::{Path, PathBuf};

use acetate_mastering::model::{
    By, Evidence, Json, Kept, Kind, Map, Move, Param, Place, Session, Standing, has_amounts,
};
use acetate_mastering::{
    Error, SESSION_FILE, amount, find_processor, limits, moment, nearest, precise, read_session, settings,
    works_with,
};
use console::style;
use serde_json::json;

use crate::print::Printer;

/// The session that is written by the commands which are offered, where the session is that of finished files.
const ANOTHER: &str = "again.json";

/// Prints everything about a move.
pub(crate) fn why(id: &str, given: &Path, printer: &Printer) -> Result<bool, Error> {
    let path = session_at(given)?;
    let session = read_session(&path)?;
    let Some(m) = session.plan.iter().find(|m| m.id == id) else { return Err(unknown(id, &session)) };
    let told = Told { m, session: &session, path: &path };
    if printer.is_json() {
        printer.json(&told.json());
    } else {
        told.print(printer);
    }
    Ok(true)
}

/// The session's file, of a file or a folder.
pub(crate) fn session_at(given: &Path) -> Result<PathBuf, Error> {
    let path = if given.is_dir() { given.join(SESSION_FILE) } else { given.to_owned() };
    let path = path.strip_prefix(".").map_or(path.clone(), Path::to_owned);
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::BadSetting {
        given: given.display().to_string(),
        expected: format!(
            "a session or a folder with a {SESSION_FILE}, as `acetate plan` and `acetate master` write them"
        ),
    })
}

fn unknown(id: &str, session: &Session) -> Error {
    let known: Vec<&str> = session.plan.iter().map(|m| m.id.as_str()).collect();
    let near = nearest(id, &known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let expected = if known.is_empty() {
        "a move of the plan, which has none".into()
    } else {
        format!("one of the plan's moves: {}{near}", known.join(", "))
    };
    Error::BadSetting { given: id.to_owned(), expected }
}

/// A move and the session that it stands in.
struct Told<'a> {
    m: &'a Move,
    session: &'a Session,
    path: &'a Path,
}

impl Told<'_> {
    fn is_known(&self) -> bool {
        find_processor(&self.m.process.kind).is_some()
    }

    /// What was measured of its promises on the first file.
    fn kept(&self) -> Vec<&Kept> {
        let files = self.session.outcome.iter().filter_map(|outcome| outcome.deliverables.first());
        files.flat_map(|file| &file.promises).filter(|kept| self.m.promises.contains(&kept.promise)).collect()
    }

    fn json(&self) -> Json {
        let worked = self.session.outcome.iter().flat_map(|o| &o.worked).find(|w| w.id == self.m.id);
        let change: Map =
            self.commands().into_iter().map(|(what, _, command)| (what.to_owned(), command.into())).collect();
        json!({
            "move": self.m,
            "applied": self.is_known() && self.m.standing == Standing::Active,
            "works_with": works_with(&self.m.process),
            "measured": self.kept(),
            "worked": worked,
            "change": change,
        })
    }

    fn print(&self, printer: &Printer) {
        let m = self.m;
        printer.line(&format!("{}  {}", printer.strong(&m.id), style(self.standing()).dim()));
        head(printer, "Why");
        printer.wrapped(&m.because, style);
        head(printer, "What");
        let steered = m.process.key.as_ref().map_or(String::new(), |key| format!(", steered by {key}"));
        printer.wrapped(
            &format!("{} at {}{steered}: {}", m.process.kind, m.at, settings(&works_with(&self.m.process))),
            style,
        );
        if m.process.amount != 1.0 {
            let part = format!("{:.0} % of what it was made for", 100.0 * m.process.amount);
            printer
                .wrapped(&format!("({part}, {})", settings(&m.process.settings)), |line| style(line).dim());
        }
        head(printer, "Evidence");
        if m.evidence.is_empty() {
            printer.line("  none: it was asked for");
        }
        table(printer, &self.evidence());
        self.promises(printer);
        head(printer, "To change it");
        for (_, what, command) in self.commands() {
            printer.line(&format!("  {}  {command}", style(format!("{what:<28}")).dim()));
        }
    }

    fn standing(&self) -> String {
        let by = match &self.m.by {
            By::Advisor(advisor) => format!("by the advisor `{advisor}`"),
            By::Human(name) => format!("by hand ({name})"),
        };
        match &self.m.standing {
            Standing::Muted(why) => format!("{by}; muted, {why}"),
            Standing::Active if !self.is_known() => {
                format!("{by}; not applied, since this version has no `{}`", self.m.process.kind)
            }
            Standing::Active => by,
        }
    }

    /// The evidence as a table, with its head; what was measured on the master stands beside it.
    fn evidence(&self) -> Vec<Vec<String>> {
        if self.m.evidence.is_empty() {
            return Vec::new();
        }
        let head =
            ["quantity", "of", "measured", "usual", "where", "on the master"].map(str::to_owned).to_vec();
        let rows = self.m.evidence.iter().map(|e| {
            let of = e.against.as_ref().map_or(e.of.to_string(), |other| format!("{} beside {other}", e.of));
            vec![
                e.quantity.label().to_owned(),
                of,
                amount(e.quantity, e.value),
                e.usual.map_or("–".into(), |usual| limits(e.quantity, usual)),
                place_in_sound(e),
                self.after(e),
            ]
        });
        [head].into_iter().chain(rows).collect()
    }

    fn after(&self, e: &Evidence) -> String {
        let outcome = self.session.outcome.as_ref().filter(|_| {
            e.of == Place::Master && e.against.is_none() && e.at_hz.is_none() && e.at_ms.is_none()
        });
        let after = outcome.and_then(|outcome| outcome.readings.scalar(&e.of, e.quantity));
        after.map_or("–".into(), |value| amount(e.quantity, value))
    }

    fn promises(&self, printer: &Printer) {
        if self.m.promises.is_empty() {
            return;
        }
        head(printer, "Promises");
        let kept = self.kept();
        let rows = self.m.promises.iter().map(|promise| {
            let quantity = promise.quantity;
            let asked = limits(quantity, promise.within);
            let label = format!("{} of {}", quantity.label(), promise.of);
            let measured = kept.iter().find(|kept| kept.promise == *promise).map_or(String::new(), |kept| {
                let found = kept.measured.map_or("undefined".into(), |value| precise(quantity, value));
                let said = if kept.kept { "kept" } else { "not kept" };
                let note = kept.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
                format!("{said}, {found}{note}")
            });
            vec![label, asked, measured]
        });
        table(printer, &rows.collect::<Vec<_>>());
    }

    /// Commands that change it: the name, in words, and to be copied.
    fn commands(&self) -> Vec<(&'static str, String, String)> {
        let (m, path) = (self.m, quoted(&self.path.display().to_string()));
        let finished = self.session.outcome.is_some();
        let (to, next) = match (finished, self.path == Path::new(SESSION_FILE)) {
            (true, _) => (format!(" -o {ANOTHER}"), ANOTHER.to_owned()),
            (false, true) => (String::new(), path.clone()),
            (false, false) => (format!(" -o {path}"), path.clone()),
        };
        let plan = |flag: &str, value: String| format!("acetate plan {path} --{flag} {}{to}", quoted(&value));
        let mut commands = vec![("mute", "leave it out".to_owned(), plan("mute", m.id.clone()))];
        if find_processor(&m.process.kind).is_some_and(|entry| has_amounts(entry.params)) {
            commands.push(("scale", "do half of it".into(), plan("scale", format!("{}=0.5", m.id))));
        }
        let params = find_processor(&m.process.kind).map_or(&[][..], |entry| entry.params);
        let set = setting(&m.process.settings, params, true)
            .or_else(|| setting(&m.process.settings, params, false));
        if let Some((key, value)) = set {
            let set = plan("set", format!("{}.{key}={value}", m.id));
            commands.push(("set", "set it otherwise".into(), set));
        }
        if matches!(m.by, By::Advisor(_)) {
            let what = format!("no move at {} unasked", m.at);
            commands.push(("lock", what, plan("lock", m.at.to_string())));
        }
        commands.push(("render", "then render it".into(), format!("acetate render {next} -o again/")));
        commands
    }
}

/// The first number that could be set otherwise, only an amount if asked so: the way to it, and its value.
fn setting(map: &Map, params: &[Param], amount: bool) -> Option<(String, Json)> {
    params.iter().find_map(|param| match (param.kind, map.get(param.name)?) {
        (Kind::List { of, .. }, Json::Array(entries)) => {
            let (key, value) = setting(entries.first()?.as_object()?, of, amount)?;
            Some((format!("{}[0].{key}", param.name), value))
        }
        (_, value @ Json::Number(_)) if param.amount.is_some() || !amount => {
            Some((param.name.to_owned(), value.clone()))
        }
        _ => None,
    })
}

fn place_in_sound(e: &Evidence) -> String {
    let hz = e.at_hz.map(|hz| format!("{hz:.0} Hz"));
    let ms = e.at_ms.map(|[from, to]| format!("{} to {}", moment(from), moment(to)));
    let parts: Vec<String> = hz.into_iter().chain(ms).collect();
    if parts.is_empty() { "–".into() } else { parts.join(", ") }
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn head(printer: &Printer, title: &str) {
    printer.line(&format!("\n{}", style(title).cyan()));
}

/// Rows whose columns are as wide as they need to be.
fn table(printer: &Printer, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width));
        printer.line(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_copied_into_a_shell() {
        assert_eq!(quoted("stem/lead.v2/tone=0.5"), "stem/lead.v2/tone=0.5");
        assert_eq!(quoted("stem/it's loud/tone"), "'stem/it'\\''s loud/tone'");
        assert_eq!(quoted("master/eq.bands[0].q=1"), "'master/eq.bands[0].q=1'");
    }

    #[test]
    fn the_setting_to_change_is_an_amount_if_there_is_one() {
        let found = |kind: &str, text: &str, amount| {
            let params = find_processor(kind).map_or(&[][..], |entry| entry.params);
            setting(&serde_json::from_str(text).unwrap(), params, amount).map(|(key, _)| key)
        };
        let bands = r#"{"bands": [{"shape": "bell", "freq_hz": 300, "gain_db": -2}]}"#;
        assert_eq!(found("eq", bands, true), Some("bands[0].gain_db".into()));
        assert_eq!(found("limiter", r#"{"ceiling_dbtp": -1}"#, true), None);
        assert_eq!(found("limiter", r#"{"ceiling_dbtp": -1}"#, false), Some("ceiling_dbtp".into()));
    }
}
