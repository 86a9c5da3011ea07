use std::path::{Path, PathBuf};

use crate::FileError;

/// A path that means the same from any folder.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Where a file is now: at its path, or at that path or by that name in the folder `beside`. Its path if nowhere.
pub fn locate(path: &Path, beside: &Path) -> PathBuf {
    let near =
        [Some(path.to_owned()), Some(beside.join(path)), path.file_name().map(|name| beside.join(name))];
    near.into_iter().flatten().find(|p| p.exists()).unwrap_or_else(|| path.to_owned())
}

/// Removes files of ours that are of no use, and their folders as far as those are empty then.
pub fn remove(files: &[PathBuf]) {
    for file in files {
        // what cannot be removed stays: there is nothing better to do
        drop(std::fs::remove_file(file));
        for folder in file.ancestors().skip(1).take(2) {
            drop(std::fs::remove_dir(folder));
        }
    }
}

/// An error where a file of that name exists.
pub fn refuse_existing(path: &Path) -> Result<(), FileError> {
    if path.exists() { Err(FileError::Exists { path: path.to_owned() }) } else { Ok(()) }
}
