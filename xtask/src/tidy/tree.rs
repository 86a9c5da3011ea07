use std::{fs, path::Path};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};
use walkdir::{DirEntry, WalkDir};

use super::{Violation, code::Code};

/// A workspace as the rules see it.
pub(super) struct Tree {
    pub crates: Vec<Crate>,
    pub files: Vec<File>,
}

pub(super) struct Crate {
    pub name: String,
    /// The folder below the root: `crates/model`.
    pub folder: String,
    /// What it is built from; tests may need more.
    pub needs: Vec<String>,
}

pub(super) struct File {
    /// The path below the root, with `/`.
    pub path: String,
    pub text: String,
    /// Only of Rust sources.
    pub code: Code,
}

/// Folders that hold nothing of ours, and the generated reference.
const PASSED_OVER: [&str; 4] = [".git", "target", "out", "reference"];

const READ: [&str; 5] = ["rs", "toml", "md", "yml", "sh"];

impl Tree {
    pub fn read(root: &Path) -> Result<Self> {
        let metadata =
            MetadataCommand::new().current_dir(root).no_deps().other_options(["--offline".into()]).exec()?;
        let crates = metadata.packages.iter().map(|package| {
            let folder = package
                .manifest_path
                .strip_prefix(&metadata.workspace_root)
                .unwrap_or(&package.manifest_path);
            Crate {
                name: package.name.to_string(),
                folder: folder.parent().map(|f| f.as_str().replace('\\', "/")).unwrap_or_default(),
                needs: package
                    .dependencies
                    .iter()
                    .filter(|d| d.kind != DependencyKind::Development)
                    .map(|d| d.name.clone())
                    .collect(),
            }
        });
        Ok(Self { crates: crates.collect(), files: files(root)? })
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The sources of a crate, without its tests and benches.
    pub fn sources(&self, krate: &Crate) -> impl Iterator<Item = &File> {
        let within = format!("{}/src/", krate.folder);
        self.files.iter().filter(move |f| f.is_rust() && !f.is_test() && f.path.starts_with(&within))
    }

    /// What is wrong at the line of a crate's manifest that names `word`.
    pub fn in_manifest(&self, krate: &Crate, word: &str, why: String, remedy: &'static str) -> Violation {
        let file = format!("{}/Cargo.toml", krate.folder);
        let text = self.file(&file).map_or("", |f| &f.text);
        let line = text.lines().position(|line| line.starts_with(word)).map_or(1, |at| at + 1);
        Violation { file, line, why, remedy }
    }
}

impl File {
    pub fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// Whether it is compiled for tests or benches only, by its place or name.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.split('/').any(|part| ["tests", "benches"].contains(&part))
    }

    pub fn violation(&self, line: usize, why: String, remedy: &'static str) -> Violation {
        Violation { file: self.path.clone(), line, why, remedy }
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn files(root: &Path) -> Result<Vec<File>> {
    let ours = |entry: &DirEntry| !PASSED_OVER.iter().any(|name| entry.file_name() == *name);
    let mut files = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(ours) {
        let path = entry?.into_path();
        if path.extension().is_some_and(|e| READ.iter().any(|read| e == *read)) {
            files.push(file(root, &path)?);
        }
    }
    Ok(files)
}

fn file(root: &Path, path: &Path) -> Result<File> {
    let below = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).with_context(|| format!("reading {below}"))?;
    let code = if has_extension(&below, "rs") {
        Code::read(&text).with_context(|| below.clone())?
    } else {
        Code::default()
    };
    Ok(File { path: below, text, code })
}
