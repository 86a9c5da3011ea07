use super::{
    Violation,
    tree::{File, Tree},
};

/// A file that is longer is two files.
const LINES: usize = 500;
const TEST_LINES: usize = 800;

/// Names that stand for work that is not done.
const UNDONE: [&str; 4] = ["todo!", "unimplemented!", "dbg!", "#[ignore]"];

/// The same in comments, in halves so that this file stays clean.
const UNDONE_WORDS: [&str; 3] = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];

/// Folders of one machine.
const MACHINE: [&str; 5] = ["home", "root", "tmp", "work", "Users"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let rust = || tree.files.iter().filter(|file| file.is_rust());
    let lengths = rust().filter_map(length);
    let undone = rust().flat_map(|file| undone(file).chain(undone_words(file)));
    lengths.chain(undone).chain(tree.files.iter().flat_map(outside)).collect()
}

fn length(file: &File) -> Option<Violation> {
    let limit = if file.is_test() { TEST_LINES } else { LINES };
    let lines = file.text.lines().count();
    (lines > limit).then(|| {
        let why = format!("{lines} lines, where {limit} are the most");
        file.violation(limit + 1, why, "split it where a reader would turn the page")
    })
}

fn undone(file: &File) -> impl Iterator<Item = Violation> + '_ {
    let found = file.code.names.iter().filter(|name| UNDONE.contains(&name.path.as_str()));
    found.map(|n| {
        file.violation(n.line, format!("`{}` is not finished work", n.path), "do it, or open an issue")
    })
}

fn undone_words(file: &File) -> impl Iterator<Item = Violation> + '_ {
    let comments =
        file.text.lines().enumerate().filter_map(|(at, line)| Some((at, line.split_once("//")?.1)));
    let found = comments.filter_map(|(at, comment)| {
        let mut words = comment.split(|c: char| !c.is_alphanumeric());
        Some((at, words.find(|word| UNDONE_WORDS.contains(word))?))
    });
    found.map(|(at, word)| {
        file.violation(at + 1, format!("`{word}` is not finished work"), "do it, or open an issue")
    })
}

/// Paths that exist on one machine only, or lie outside the project. Tests make paths up.
fn outside(file: &File) -> Vec<Violation> {
    let folders = file.path.split('/').count() - 1;
    let shipped = |at: &usize| !file.is_test() && !file.code.is_test(at + 1);
    let lines = file.text.lines().enumerate().filter(|(at, _)| shipped(at));
    lines
        .filter_map(|(at, line)| {
            let climbs = line.match_indices("../").count();
            let path =
                MACHINE.iter().map(|folder| format!("/{folder}/")).find(|path| is_absolute(line, path));
            let path = path.or_else(|| (climbs > folders).then(|| "../".repeat(climbs)))?;
            let why = format!("`{path}` leads out of the project");
            Some(file.violation(at + 1, why, "take the path as an argument, or keep the file in the project"))
        })
        .collect()
}

/// Whether a path begins here, rather than going on: a folder in the middle of one is none.
fn is_absolute(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !"_-.}/~".contains(c))
    })
}
