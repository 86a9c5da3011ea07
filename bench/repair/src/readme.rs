//! Tables written into the README, so that the figures there are those of the command that stands beside them.

use std::path::Path;

use anyhow::{Context, Result};

/// Writes a table between its two markers, with the command that made it.
pub(crate) fn write(name: &str, table: &str) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let page = with(&page, name, &format!("{}\n\n{table}", command(std::env::args().skip(1))))?;
    std::fs::write(&path, page).with_context(|| path.display().to_string())
}

/// The page with the text between the markers of a name replaced.
fn with(page: &str, name: &str, text: &str) -> Result<String> {
    let [from, to] = [format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->")];
    let split = |page: &str| {
        let (before, rest) = page.split_once(&from)?;
        let (_, after) = rest.split_once(&to)?;
        Some(format!("{before}{from}\n{}\n\n{to}{after}", text.trim_end()))
    };
    split(page).with_context(|| format!("expected the markers {} and {to} in the README", from.trim_end()))
}

/// What was asked, with names in place of this machine's folders.
fn command(arguments: impl Iterator<Item = String>) -> String {
    let mut words = vec!["acetate-repair".to_owned()];
    let mut after = String::new();
    for word in arguments {
        words.push(match after.as_str() {
            "--peers" => "VENV".to_owned(),
            _ if Path::new(&word).is_dir() => "SONGS".to_owned(),
            _ if word.contains(' ') => format!("'{word}'"),
            _ => word.clone(),
        });
        after = word;
    }
    format!("By `{}`:", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one() {
        let page = "# Title\n<!-- repairs -->\n\nold\n\n<!-- end of repairs -->\nbelow\n<!-- labels -->\n<!-- end of labels -->\n";
        let new = with(page, "repairs", "new\n").unwrap();
        let said = "# Title\n<!-- repairs -->\n\nnew\n\n<!-- end of repairs -->\nbelow\n<!-- labels -->\n<!-- end of labels -->\n";
        assert_eq!(new, said);
        assert_eq!(with(&new, "repairs", "new\n").unwrap(), said);
        assert!(with("# Title\n", "repairs", "new").is_err());
    }

    #[test]
    fn the_readme_has_a_place_for_each() {
        let page = include_str!("../README.md");
        for name in ["repairs", "labels", "monotone"] {
            assert!(with(page, name, "new").unwrap().contains("\nnew\n"), "{name}");
        }
    }

    #[test]
    fn no_folder_of_this_machine_is_written() {
        let folder = std::env::temp_dir().display().to_string();
        let words = [folder.as_str(), "--quick", "--peers", "/somewhere/venv", "--way", "sum and limiter"];
        let said = command(words.into_iter().map(str::to_owned));
        assert_eq!(said, "By `acetate-repair SONGS --quick --peers VENV --way 'sum and limiter'`:");
    }
}
