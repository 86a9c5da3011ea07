use std::fmt::{self, Write};

use acetate_model::{By, Evidence, Json, Map, Move, Reduction, Session, Standing, Worked};

use crate::{
    letters::{amount, moment, plain},
    markdown::limits,
};

/// Every move: what, why, how much, and how to take it back.
pub(crate) fn write(out: &mut String, session: &Session) -> fmt::Result {
    writeln!(out, "## What was done\n")?;
    if session.plan.is_empty() {
        return writeln!(out, "Nothing: the stems are summed as they are.\n");
    }
    if let Some(locked) = session.brief.locked() {
        writeln!(out, "{}\n", plain(&locked))?;
    }
    for m in &session.plan {
        one(out, m, session.outcome.as_ref().map_or(&[], |o| &o.worked))?;
    }
    writeln!(
        out,
        "What a move rests on: `acetate why ID`. To leave it out: `--mute ID`. To do half of it: `--scale ID=0.5`. To \
         change it: `--set ID.setting=value`. To have nothing done at a place: `--lock PLACE`.\n"
    )
}

fn one(out: &mut String, m: &Move, worked: &[Worked]) -> fmt::Result {
    let by = match &m.by {
        By::Advisor(_) => String::new(),
        By::Human(name) => format!(" (by {})", plain(name)),
    };
    match &m.standing {
        Standing::Active => writeln!(out, "### {}{by}\n", plain(&m.id))?,
        Standing::Muted(why) if m.standing.is_withdrawn() => {
            writeln!(out, "### {}{by}: {}\n", plain(&m.id), plain(why))?;
        }
        Standing::Muted(why) => writeln!(out, "### {}{by}: muted, {}\n", plain(&m.id), plain(why))?,
    }
    writeln!(out, "{}\n", plain(&m.because))?;
    writeln!(out, "- **{}**: {}", m.process.kind, settings(&m.process.settings))?;
    if m.process.amount != 1.0 {
        writeln!(out, "- of which {:.0} % is done", 100.0 * m.process.amount)?;
    }
    if let Some(key) = &m.process.key {
        writeln!(out, "- steered by {}", plain(&key.to_string()))?;
    }
    for evidence in &m.evidence {
        writeln!(out, "- {}", proof(evidence))?;
    }
    if let Some(work) = worked.iter().find(|w| w.id == m.id) {
        writeln!(out, "- turned down {}", reductions(&work.reductions))?;
    }
    writeln!(out)
}

fn proof(evidence: &Evidence) -> String {
    let mut text = format!("{} of {}", evidence.quantity.label(), plain(&evidence.of.to_string()));
    if let Some(hz) = evidence.at_hz {
        let _ = write!(text, " at {hz:.0} Hz");
    }
    if let Some([from, to]) = evidence.at_ms {
        let _ = write!(text, " from {} to {}", moment(from), moment(to));
    }
    let _ = write!(text, ": {}", amount(evidence.quantity, evidence.value));
    if let Some(usual) = evidence.usual {
        let _ = write!(text, "; usual is {}", limits(evidence.quantity, usual));
    }
    text
}

fn reductions(bands: &[Reduction]) -> String {
    let one = |r: &Reduction| format!("{:.1} dB on average, {:.1} dB at most", r.mean_db, r.max_db);
    match bands {
        [only] => one(only),
        _ => bands
            .iter()
            .enumerate()
            .map(|(at, r)| format!("band {}: {}", at + 1, one(r)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// Settings as people read them: `drive 5.4 dB, ceiling −1 dBTP`.
pub fn settings(map: &Map) -> String {
    if map.is_empty() {
        return "at its defaults".into();
    }
    map.iter().map(|(key, value)| setting(key, value)).collect::<Vec<_>>().join(", ")
}

fn setting(key: &str, value: &Json) -> String {
    let (name, unit) = key.rsplit_once('_').map_or((key, ""), |(name, suffix)| match suffix {
        "db" => (name, " dB"),
        "dbtp" => (name, " dBTP"),
        "dbfs" => (name, " dBFS"),
        "hz" => (name, " Hz"),
        "ms" => (name, " ms"),
        "percent" => (name, " %"),
        "degrees" => (name, "°"),
        _ => (key, ""),
    });
    let name = name.replace('_', " ");
    match value {
        Json::Array(entries) => {
            let tables =
                entries.iter().filter_map(Json::as_object).map(|entry| format!("({})", settings(entry)));
            format!("{name} {}", tables.collect::<Vec<_>>().join(" "))
        }
        Json::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            format!("{name} {}{unit}", trimmed(number))
        }
        Json::String(text) => format!("{name} {}", text.replace('_', " ")),
        other => format!("{name} {other}"),
    }
}

/// At most two digits, none that is not needed.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
}
