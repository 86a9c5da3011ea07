use std::{fs, io::Write, path::Path};

use crate::{
    FileError,
    output::{persist, temporary_beside},
};

/// A whole text file.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(FileError::io(path, "read it as text"))
}

/// Writes a text file beside its place and renames it: whole or not at all, over whatever was there.
pub fn write_text(path: &Path, text: &str) -> Result<(), FileError> {
    let mut file = temporary_beside(path)?;
    file.write_all(text.as_bytes()).map_err(FileError::io(path, "write it"))?;
    persist(file, path)
}
