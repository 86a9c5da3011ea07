use std::collections::BTreeSet;

use acetate_mastering::{ADVISORS, CHECKS, COMPARISONS, METERS, PROCESSORS, model::Quantity};
use acetate_meters::DERIVED;

use super::text::{GENERATED, first_sentence, one_line, paragraphs};

/// The way into the reference.
pub(super) fn index() -> String {
    let mut text = format!(
        "{GENERATED}\n# Reference\n\n\
         - [Brief](brief.md): the wish, written by hand\n\
         - [Meters](meters.md): what is measured\n\
         - [Checks](checks.md): what is found\n\
         - [Advisors](advisors.md): what is done about it\n\
         - [Profiles](profiles.md): what is handed over\n\n\
         Forms, for editors: [session.schema.json](session.schema.json), [brief.schema.json](brief.schema.json)\n\n\
         ## Processors\n\n| Processor | What it does |\n|---|---|\n"
    );
    for entry in PROCESSORS {
        text += &format!(
            "| [{id}](processors/{id}.md) | {about} |\n",
            id = entry.id,
            about = first_sentence(entry.about)
        );
    }
    text
}

/// What is handed over for each purpose.
pub(super) fn profiles() -> String {
    let mut text = format!(
        "{GENERATED}\n# Profiles\n\nA profile says what is handed over for one purpose: `--deliver cd,stems`. One of your own is a TOML \
         file of the same form: `--deliver mine.toml`.\n"
    );
    for (name, profile) in acetate_mastering::profiles() {
        text += &format!("\n## {name}\n\n{}\n\n", profile.about);
        if let Some(lufs) = profile.loudness_lufs {
            text += &format!("- loudness {lufs:.1}\n");
        }
        if let Some(ceiling) = profile.ceiling_dbtp {
            text += &format!("- true peak at most {ceiling:.1}\n");
        }
        for file in &profile.files {
            let rate = file.rate_hz.map_or("the rate of the session".to_owned(), |hz| format!("{hz} Hz"));
            text += &format!("- `{name}/{}`: {}, {rate}\n", file.name(), file.words());
        }
        if let Some(stems) = &profile.stems {
            text += &format!("- the mastered stems: {}\n", stems.words());
        }
        if profile.stem_mp4 {
            text += &format!(
                "- `{name}/master.stem.mp4`: the master and four groups of stems that add up to it\n"
            );
        }
        for version in &profile.versions {
            text += &format!("- the version `{version}`\n");
        }
        for codec in &profile.codecs {
            text += &format!("- checked as {}\n", codec.words());
        }
    }
    text
}

pub(super) fn meters() -> String {
    let mut text = format!("{GENERATED}\n# Meters\n\nA meter hears audio and gives readings.\n");
    for entry in METERS {
        text += &format!(
            "\n## {}\n\n{}\n\nReads {}.\n",
            entry.id,
            paragraphs(entry.about),
            keys(entry.quantities)
        );
    }
    text += "\n## Comparisons\n\nA comparison hears all stems side by side and reads how they relate.\n";
    for entry in COMPARISONS {
        text += &format!(
            "\n### {}\n\n{}\n\nReads {}.\n",
            entry.id,
            paragraphs(entry.about),
            keys(entry.quantities)
        );
    }
    text += "\n## Derived\n\nWhat follows from other readings.\n\n";
    for entry in DERIVED {
        text += &format!("- `{}` from {}\n", entry.quantity, keys(entry.from));
    }
    text + "\n## Quantities\n\n" + &quantities()
}

fn quantities() -> String {
    let mut text =
        "| Key in a session | Name | Unit | What it says | Read by |\n|---|---|---|---|---|\n".to_owned();
    for &quantity in Quantity::ALL {
        let (label, unit, about) = (quantity.label(), quantity.symbol(), one_line(quantity.about()));
        text += &format!("| `{quantity}` | {label} | {unit} | {about} | {} |\n", readers(quantity));
    }
    text
}

/// The meters that read a quantity; the rest is read where files are written.
fn readers(quantity: Quantity) -> String {
    let meters = METERS.iter().filter(|entry| entry.quantities.contains(&quantity)).map(|entry| entry.id);
    let comparisons = COMPARISONS.iter().filter(|entry| entry.quantities.contains(&quantity));
    let derived = DERIVED.iter().filter(|entry| entry.quantity == quantity).map(|entry| entry.id);
    let ids: BTreeSet<&str> = meters.chain(comparisons.map(|entry| entry.id)).chain(derived).collect();
    if ids.is_empty() { "verification".to_owned() } else { ids.into_iter().collect::<Vec<_>>().join(", ") }
}

fn keys(quantities: &[Quantity]) -> String {
    quantities.iter().map(|quantity| format!("`{quantity}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn checks() -> String {
    let mut text = format!(
        "{GENERATED}\n# Checks\n\n\
         A check reads readings and gives findings: on the delivery before anything is done, and on the master.\n"
    );
    for check in CHECKS {
        text += &format!("\n## {}\n\n{}\n", check.code, paragraphs(check.about));
    }
    text
}

pub(super) fn advisors() -> String {
    let mut text = format!(
        "{GENERATED}\n# Advisors\n\n\
         An advisor reads readings and the brief and proposes moves. Each move can be muted by its id, which ends in \
         the advisor's.\n"
    );
    for advisor in ADVISORS {
        text += &format!("\n## {}\n\n{}\n", advisor.id, paragraphs(advisor.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_says_what_it_is_about() {
        let abouts = METERS.iter().map(|e| (e.id, e.about));
        let abouts = abouts.chain(COMPARISONS.iter().map(|e| (e.id, e.about)));
        let abouts = abouts.chain(CHECKS.iter().map(|e| (e.code, e.about)));
        let abouts = abouts.chain(ADVISORS.iter().map(|e| (e.id, e.about)));
        for (id, about) in abouts.chain(PROCESSORS.iter().map(|e| (e.id, e.about))) {
            assert!(
                about.trim().ends_with(['.', ')']) && about.split_whitespace().count() > 4,
                "{id}: {about:?}"
            );
        }
    }

    #[test]
    fn every_id_is_unique_in_its_list() {
        let lists: [Vec<&str>; 5] = [
            METERS.iter().map(|e| e.id).collect(),
            COMPARISONS.iter().map(|e| e.id).collect(),
            CHECKS.iter().map(|e| e.code).collect(),
            ADVISORS.iter().map(|e| e.id).collect(),
            PROCESSORS.iter().map(|e| e.id).collect(),
        ];
        for ids in lists {
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
        }
    }

    #[test]
    fn the_page_of_meters_names_every_quantity() {
        let page = meters();
        for quantity in Quantity::ALL {
            assert!(page.contains(&format!("| `{quantity}` | {} |", quantity.label())), "{quantity}");
        }
    }
}
