//! The reference manual: every page follows from the declarations, and none is written by hand.

mod brief;
mod lists;
mod plot;
mod processor;
mod text;

use std::{collections::BTreeMap, fmt, fs, path::Path};

use acetate_mastering::{PROCESSORS, brief_schema, model::Json, session_schema};
use anyhow::{Context, Result};
use walkdir::WalkDir;

/// Where the pages are, below the root.
const FOLDER: &str = "docs/reference";

/// Each file of the reference with its text, by its path below the folder.
type Files = BTreeMap<String, String>;

/// A file on disk that is not what the declarations say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It is not there.
    Missing { file: String },
    /// Nothing declares it any more.
    Left { file: String },
    /// The first line that differs; nothing stands for the end.
    Differs { file: String, line: usize, found: Option<String>, expected: Option<String> },
}

/// Writes the reference and removes what nothing declares any more.
pub(crate) fn write(root: &Path) -> Result<usize> {
    let (folder, files) = (root.join(FOLDER), files()?);
    for file in there(&folder)?.keys().filter(|file| !files.contains_key(*file)) {
        fs::remove_file(folder.join(file)).with_context(|| format!("removing {FOLDER}/{file}"))?;
    }
    for (file, text) in &files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, text).with_context(|| format!("writing {FOLDER}/{file}"))?;
    }
    Ok(files.len())
}

/// What writing would change.
pub(crate) fn stale(root: &Path) -> Result<Vec<Stale>> {
    Ok(compare(&there(&root.join(FOLDER))?, &files()?))
}

fn files() -> Result<Files> {
    let mut files = Files::from([
        ("README.md".to_owned(), lists::index()),
        ("meters.md".to_owned(), lists::meters()),
        ("checks.md".to_owned(), lists::checks()),
        ("advisors.md".to_owned(), lists::advisors()),
        ("profiles.md".to_owned(), lists::profiles()),
        ("brief.md".to_owned(), brief::page(&brief_schema())),
        ("brief.schema.json".to_owned(), pretty(&brief_schema())),
        ("session.schema.json".to_owned(), pretty(&session_schema())),
    ]);
    for entry in PROCESSORS {
        let page = processor::page(entry).with_context(|| format!("the page of `{}`", entry.id))?;
        files.insert(format!("processors/{}.md", entry.id), page.text);
        if let Some(drawing) = page.drawing {
            files.insert(format!("processors/{}.svg", entry.id), drawing);
        }
    }
    Ok(files)
}

/// The files that are in a folder now; none where there is no folder.
fn there(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in WalkDir::new(folder) {
        let path = entry?.into_path();
        if path.is_file() {
            let below = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).with_context(|| format!("reading {FOLDER}/{below}"))?;
            files.insert(below, text);
        }
    }
    Ok(files)
}

fn compare(found: &Files, expected: &Files) -> Vec<Stale> {
    let missing = expected.keys().filter(|file| !found.contains_key(*file));
    let missing = missing.map(|file| Stale::Missing { file: file.clone() });
    let others = found.iter().filter_map(|(file, found)| match expected.get(file) {
        None => Some(Stale::Left { file: file.clone() }),
        Some(expected) => differs(file, found, expected),
    });
    missing.chain(others).collect()
}

fn differs(file: &str, found: &str, expected: &str) -> Option<Stale> {
    if found == expected {
        return None;
    }
    let (mut old, mut new) = (found.split('\n'), expected.split('\n'));
    for line in 1.. {
        let (found, expected) = (old.next(), new.next());
        if found != expected || found.is_none() {
            let (found, expected) = (found.map(str::to_owned), expected.map(str::to_owned));
            return Some(Stale::Differs { file: file.to_owned(), line, found, expected });
        }
    }
    None
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "{FOLDER}/{file}: missing; run `cargo xtask generate`"),
            Self::Left { file } => {
                write!(f, "{FOLDER}/{file}: nothing declares it any more; run `cargo xtask generate`")
            }
            Self::Differs { file, line, found, expected } => {
                writeln!(f, "{FOLDER}/{file}:{line}: stale; run `cargo xtask generate`")?;
                writeln!(f, "  - {}", found.as_deref().unwrap_or("(the end)"))?;
                write!(f, "  + {}", expected.as_deref().unwrap_or("(the end)"))
            }
        }
    }
}

fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_stale_is_named_with_its_first_difference() {
        let found = files(&[("a.md", "same\n"), ("b.md", "one\nold\n"), ("d.md", "")]);
        let expected = files(&[("a.md", "same\n"), ("b.md", "one\nnew\n"), ("c.md", "")]);
        let said: Vec<String> = compare(&found, &expected).iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("docs/reference/c.md: missing"), "{}", said[0]);
        assert_eq!(said[1], "docs/reference/b.md:2: stale; run `cargo xtask generate`\n  - old\n  + new");
        assert!(said[2].starts_with("docs/reference/d.md: nothing declares it"), "{}", said[2]);
    }

    #[test]
    fn a_line_that_is_gone_is_a_difference() {
        let gone = differs("a.md", "one\ntwo", "one").map(|stale| stale.to_string());
        assert_eq!(
            gone.as_deref(),
            Some("docs/reference/a.md:2: stale; run `cargo xtask generate`\n  - two\n  + (the end)")
        );
        assert_eq!(differs("a.md", "one\n", "one\n"), None);
    }

    #[test]
    fn what_was_written_is_not_stale_until_it_is_touched() {
        let root = tempfile::tempdir().expect("a folder");
        let count = write(root.path()).expect("the reference");
        assert!(count > PROCESSORS.len());
        assert_eq!(stale(root.path()).expect("the reference"), []);
        let page = root.path().join(FOLDER).join("checks.md");
        fs::write(&page, "by hand").expect("a page");
        fs::write(page.with_file_name("stray.md"), "").expect("a page");
        assert_eq!(stale(root.path()).expect("the reference").len(), 2);
        write(root.path()).expect("the reference");
        assert_eq!(stale(root.path()).expect("the reference"), []);
    }

    #[test]
    fn links_within_the_reference_lead_somewhere() {
        let files = super::files().expect("the reference");
        for (file, text) in files.iter().filter(|(file, _)| file.ends_with("md")) {
            let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            for target in
                text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
            {
                let target = target.split('#').next().unwrap_or(target);
                let path = target.strip_prefix("../").map_or(format!("{folder}{target}"), str::to_owned);
                assert!(target.is_empty() || files.contains_key(&path), "{file} leads to {target}");
            }
        }
    }
}
