use acetate_mastering::model::{Intent, Kind, Param, Quantity};
use acetate_mastering::{ADVISORS, CHECKS, COMPARISONS, Error, METERS, PROCESSORS, find_processor, profiles};

use crate::print::Printer;

/// What can be listed.
pub(crate) const KINDS: [&str; 8] =
    ["processors", "meters", "comparisons", "checks", "advisors", "quantities", "intents", "profiles"];

/// Everything of a kind: its name and the first line about it.
fn entries(kind: &str) -> Vec<(String, String)> {
    let line = |about: &str| {
        about.replace('\n', " ").split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
    };
    match kind {
        "processors" => PROCESSORS.iter().map(|p| (p.id.into(), line(p.about))).collect(),
        "meters" => METERS.iter().map(|m| (m.id.into(), line(m.about))).collect(),
        "comparisons" => COMPARISONS.iter().map(|c| (c.id.into(), line(c.about))).collect(),
        "checks" => CHECKS.iter().map(|c| (c.code.into(), line(c.about))).collect(),
        "advisors" => ADVISORS.iter().map(|a| (a.id.into(), line(a.about))).collect(),
        "quantities" => Quantity::ALL.iter().map(|q| (q.key().into(), q.about().into())).collect(),
        "profiles" => profiles().map(|(name, profile)| (name.into(), profile.about)).collect(),
        _ => Intent::ALL.iter().map(|i| (i.name().into(), format!("{:.1}", i.loudness()))).collect(),
    }
}

/// Prints the names of a kind.
pub(crate) fn list(kind: &str, printer: &Printer) {
    let entries = entries(kind);
    let width = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, about) in entries {
        printer.line(&format!("{:width$}  {about}", printer.strong(&name)));
    }
}

/// Prints everything about a name, which may be a processor's, a meter's, a comparison's, a check's and an advisor's at once.
pub(crate) fn explain(name: &str, printer: &Printer) -> Result<bool, Error> {
    let head = |kind: &str| printer.line(&format!("{} ({kind})\n", printer.strong(name)));
    let mut found = false;
    if let Some(entry) = find_processor(name) {
        head("processor");
        printer.line(&format!("{}\n", entry.about));
        params(entry.params, 1, printer);
        found = true;
    }
    let known = METERS.iter().map(|m| ("meter", m.id, m.about));
    let known = known.chain(COMPARISONS.iter().map(|c| ("comparison", c.id, c.about)));
    let known = known.chain(CHECKS.iter().map(|c| ("check", c.code, c.about)));
    let known = known.chain(ADVISORS.iter().map(|a| ("advisor", a.id, a.about)));
    let known = known.chain(Quantity::ALL.iter().map(|q| ("quantity", q.key(), q.about())));
    for (kind, _, about) in known.filter(|(_, known, _)| *known == name) {
        if found {
            printer.line("");
        }
        head(kind);
        printer.line(about);
        found = true;
    }
    if let Some((_, profile)) = profiles().find(|(known, _)| *known == name) {
        head("profile");
        printer.line(&profile.about);
        let files = profile.files.iter().map(|form| (form.name(), form.words(), form.rate_hz));
        for (file, words, rate_hz) in files {
            let rate = rate_hz.map_or("the rate of the session".into(), |hz| format!("{hz} Hz"));
            printer.line(&format!("  {}  {words}, {rate}", printer.strong(&file)));
        }
        found = true;
    }
    if found {
        return Ok(true);
    }
    let mut names: Vec<String> = KINDS.iter().flat_map(|kind| entries(kind)).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    Err(Error::BadSetting { given: name.into(), expected: format!("one of {}", names.join(", ")) })
}

fn params(table: &[Param], depth: usize, printer: &Printer) {
    let indent = "  ".repeat(depth);
    for param in table {
        let (values, default) = match param.kind {
            Kind::Number { unit, default, min, max, .. } => {
                (format!("{min} … {max} {unit}").trim_end().to_owned(), format!("default {default}"))
            }
            Kind::Whole { default, min, max } => (format!("{min} … {max}"), format!("default {default}")),
            Kind::Choice { default, options } => {
                (options.iter().map(|o| o.name).collect::<Vec<_>>().join(" | "), format!("default {default}"))
            }
            Kind::Flag { default } => ("true | false".into(), format!("default {default}")),
            Kind::List { max, .. } => (format!("a list of up to {max}"), "empty by default".into()),
        };
        let amount = if param.amount.is_some() { "; an amount, which --scale reaches" } else { "" };
        printer.line(&format!("{indent}{}  {values}  ({default}{amount})", printer.strong(param.name)));
        for line in param.about.lines() {
            printer.line(&format!("{indent}    {line}"));
        }
        match param.kind {
            Kind::Choice { options, .. } => {
                for option in options.iter().filter(|o| !o.about.is_empty()) {
                    printer.line(&format!(
                        "{indent}    {}: {}",
                        option.name,
                        option.about.replace('\n', " ")
                    ));
                }
            }
            Kind::List { of, .. } => params(of, depth + 2, printer),
            _ => {}
        }
    }
}
