//! The invariants of docs/architecture.md, checked over `cargo metadata` and the sources.

mod arrows;
mod code;
mod lists;
mod reach;
mod shape;
#[cfg(test)]
mod tests;
mod tree;

use std::{fmt, path::Path};

use anyhow::Result;

use tree::Tree;

/// One broken invariant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    file: String,
    line: usize,
    why: String,
    remedy: &'static str,
}

/// Everything that is wrong below a workspace's root, in the order of the files.
pub(crate) fn run(root: &Path) -> Result<Vec<Violation>> {
    let tree = Tree::read(root)?;
    let rules = [arrows::check, reach::check, shape::check, lists::check];
    let mut violations: Vec<Violation> = rules.iter().flat_map(|rule| rule(&tree)).collect();
    violations.sort();
    Ok(violations)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {}\n    {}", self.file, self.line, self.why, self.remedy)
    }
}
