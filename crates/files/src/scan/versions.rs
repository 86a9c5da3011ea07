//! The same stems twice: other rates, other formats, an older version.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{
    mix::MIX_NAMES,
    names::{full_name, label, natural},
    passed::PassedOver,
    tree::Item,
};

/// Words in a folder's name that tell of a version, so that one file is enough to call it that.
const VERSION_WORDS: [&str; 14] = [
    "wav", "wave", "aiff", "flac", "mp3", "old", "alt", "backup", "copy", "version", "hd", "lossless", "bit",
    "khz",
];

/// Two folders may each hold a `room.wav` and be parts of one song.
const MIN_SHARED: usize = 2;

/// Keeps one of several folders that hold stems of the same names: the one with the fewest folders around it, then
/// the one with the most bytes. Adding them all up would be the song twice.
pub(super) fn keep_one(items: Vec<Item>, passed_over: &mut Vec<PassedOver>) -> Vec<Item> {
    let mut folders = folders(&items);
    folders.sort_by(|a, b| {
        let depth = |f: &Folder| f.path.components().count();
        let size = |f: &Folder| std::cmp::Reverse(f.bytes);
        let name = |a: &Folder, b: &Folder| natural(&a.path.to_string_lossy(), &b.path.to_string_lossy());
        depth(a).cmp(&depth(b)).then_with(|| size(a).cmp(&size(b))).then_with(|| name(a, b))
    });
    let mut kept: Vec<(Vec<String>, PathBuf)> = Vec::new();
    let mut dropped: Vec<(PathBuf, PathBuf)> = Vec::new();
    for folder in folders {
        if dropped.iter().any(|(path, _)| folder.path.starts_with(path)) {
            continue;
        }
        let alone = folder.all.len() == 1 && names_a_version(&folder.path);
        match kept.iter().find(|(names, _)| are_alike(names, &folder.all, alone)) {
            Some((_, other)) => dropped.push((folder.path, other.clone())),
            None => kept.extend([folder.direct, folder.all].map(|names| (names, folder.path.clone()))),
        }
    }
    let (away, items) =
        items.into_iter().partition(|i| dropped.iter().any(|(path, _)| i.inner.starts_with(path)));
    let away: Vec<Item> = away;
    for (path, other) in dropped {
        let other =
            if other.as_os_str().is_empty() { "beside it".into() } else { format!("in {}", other.display()) };
        let reason = format!(
            "stems of the same names as those {other}, which were taken; name this folder to use these"
        );
        let within = away.iter().filter(|i| i.inner.starts_with(&path));
        passed_over.extend(within.map(|i| PassedOver { path: i.shown(), reason: reason.clone() }));
    }
    items
}

struct Folder {
    path: PathBuf,
    /// The names directly within, and all beneath with their folders; sorted.
    direct: Vec<String>,
    all: Vec<String>,
    bytes: u64,
}

fn folders(items: &[Item]) -> Vec<Folder> {
    let mut folders: HashMap<&Path, Folder> = HashMap::new();
    for item in items {
        let name = label(&item.inner).to_lowercase();
        if MIX_NAMES.contains(&name.as_str()) {
            continue;
        }
        for (height, path) in item.inner.ancestors().skip(1).enumerate() {
            let folder = folders.entry(path).or_insert_with(|| Folder {
                path: path.to_owned(),
                direct: Vec::new(),
                all: Vec::new(),
                bytes: 0,
            });
            folder.bytes += item.bytes;
            if height == 0 {
                folder.direct.push(name.clone());
            }
            let inner = item.inner.strip_prefix(path).unwrap_or(&item.inner).with_file_name(&name);
            folder.all.push(inner.to_string_lossy().to_lowercase());
        }
    }
    let mut folders: Vec<Folder> = folders.into_values().collect();
    for folder in &mut folders {
        folder.direct.sort();
        folder.all.sort();
    }
    folders
}

/// Whether two sorted lists of names are one song: they share two names at least, and two thirds of the longer. A
/// single name that they share counts only where the folder calls itself a version.
fn are_alike(kept: &[String], names: &[String], alone: bool) -> bool {
    let longer = kept.len().max(names.len());
    if alone || longer < MIN_SHARED {
        return alone && kept == names;
    }
    if 3 * kept.len().min(names.len()) < 2 * longer {
        return false;
    }
    let shared = names.iter().filter(|name| kept.binary_search(name).is_ok()).count();
    shared >= MIN_SHARED && 3 * shared >= 2 * longer
}

fn names_a_version(path: &Path) -> bool {
    let name = full_name(path).to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|w| !w.is_empty());
    words.any(|word| {
        let digits = word.trim_start_matches('v');
        let number = digits.trim_end_matches(|c: char| c.is_alphabetic());
        let unit = &digits[number.len()..];
        let counts = number.parse::<f64>().is_ok() && ["", "k", "khz", "hz", "bit", "b"].contains(&unit);
        counts || VERSION_WORDS.contains(&word)
    })
}
