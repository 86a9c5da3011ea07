use acetate_mastering::model::{Kind, Param};

/// Says that a page is not to be edited.
pub(super) const GENERATED: &str = "<!-- Written by `cargo xtask generate` from the declarations. -->\n";

/// A doc comment as paragraphs of one line each.
pub(super) fn paragraphs(about: &str) -> String {
    about.split("\n\n").map(one_line).collect::<Vec<_>>().join("\n\n")
}

/// Words with single spaces between them, fit for a cell of a table.
pub(super) fn one_line(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The first sentence.
pub(super) fn first_sentence(about: &str) -> String {
    let line = one_line(about);
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    line[..end].to_owned()
}

/// The parameters as a table, then what their choices mean, then the tables of their lists.
pub(super) fn parameters(params: &[Param]) -> String {
    let mut text = "| Setting | Default | Range | What it does |\n|---|---|---|---|\n".to_owned();
    for param in params {
        let (default, range) = limits(param);
        let amount = if param.amount.is_some() { " An amount: `--scale` reaches it." } else { "" };
        let about = one_line(param.about);
        text += &format!("| `{}` | {default} | {range} | {about}{amount} |\n", param.name);
    }
    for param in params {
        if let Kind::Choice { options, .. } = param.kind {
            text += &format!("\n`{}` is one of\n\n", param.name);
            for option in options {
                text += &format!("- `{}`: {}\n", option.name, one_line(option.about));
            }
        }
    }
    for param in params {
        if let Kind::List { of, .. } = param.kind {
            text += &format!("\n### Each of `{}`\n\n{}", param.name, parameters(of));
        }
    }
    text
}

/// The default and the range, for people.
fn limits(param: &Param) -> (String, String) {
    match param.kind {
        Kind::Number { unit, default, min, max, .. } => {
            let least = if unit.starts_with(':') { with_unit(&number(min), unit) } else { number(min) };
            (with_unit(&number(default), unit), format!("{least} to {}", with_unit(&number(max), unit)))
        }
        Kind::Whole { default, min, max } => (default.to_string(), format!("{min} to {max}, whole")),
        Kind::Choice { options, default } => (
            format!("`{default}`"),
            options.iter().map(|o| format!("`{}`", o.name)).collect::<Vec<_>>().join(", "),
        ),
        Kind::Flag { default } => (format!("`{default}`"), "`true`, `false`".to_owned()),
        Kind::List { max, .. } => ("none".to_owned(), format!("up to {max} tables")),
    }
}

/// A number as it is typeset, with a minus rather than a hyphen.
pub(super) fn number(value: f64) -> String {
    value.to_string().replace('-', "−")
}

fn with_unit(number: &str, unit: &str) -> String {
    match unit {
        "" => number.to_owned(),
        unit if unit.starts_with(':') => format!("{number}{unit}"),
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_mastering::model::{Amount, Opt};

    const BANDS: &[Param] = &[Param {
        name: "ratio",
        about: "How many dB in\ngive one dB out.",
        kind: Kind::Number { unit: ":1", suffix: "ratio", default: 1.0, min: 1.0, max: 20.0, log: true },
        amount: None,
    }];

    #[test]
    fn a_table_says_unit_default_and_range() {
        let gain = Param {
            name: "gain_db",
            about: "Louder | softer.",
            kind: Kind::Number { unit: "dB", suffix: "db", default: -0.5, min: -24.0, max: 24.0, log: false },
            amount: Some(Amount::From(0.0)),
        };
        assert!(parameters(&[gain]).contains(
            "| `gain_db` | −0.5 dB | −24 to 24 dB | Louder \\| softer. An amount: `--scale` reaches it. |\n"
        ));
    }

    #[test]
    fn choices_and_lists_are_told_below() {
        let options: &[Opt] = &[Opt { name: "soft", about: "Rounds\nover." }];
        let shape = Param {
            name: "shape",
            about: "How.",
            kind: Kind::Choice { options, default: "soft" },
            amount: None,
        };
        let bands =
            Param { name: "bands", about: "All.", kind: Kind::List { of: BANDS, max: 6 }, amount: None };
        let text = parameters(&[shape, bands]);
        assert!(text.contains("`shape` is one of\n\n- `soft`: Rounds over.\n"), "{text}");
        assert!(text.contains("| `bands` | none | up to 6 tables | All. |"), "{text}");
        assert!(text.contains("### Each of `bands`\n\n| Setting"), "{text}");
        assert!(text.contains("| `ratio` | 1:1 | 1:1 to 20:1 | How many dB in give one dB out. |"), "{text}");
    }

    #[test]
    fn sentences_and_paragraphs() {
        assert_eq!(first_sentence("Turns it\nup, by 1.5 dB. Or down."), "Turns it up, by 1.5 dB.");
        assert_eq!(paragraphs("a\nb\n\nc"), "a b\n\nc");
    }
}
