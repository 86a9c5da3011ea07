use std::{fs, path::Path};

use crate::FileError;

/// A picture of the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    pub(super) bytes: Vec<u8>,
}

/// More than any service takes.
const MOST_BYTES: u64 = 20_000_000;

impl Cover {
    /// Reads a JPEG or PNG file.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let size = fs::metadata(path).map_err(FileError::io(path, "read it"))?.len();
        let wrong = |found: String| Err(FileError::NotAPicture { path: path.to_owned(), found });
        if size > MOST_BYTES {
            return wrong(format!("{} MB, which no service takes", size / 1_000_000));
        }
        let bytes = fs::read(path).map_err(FileError::io(path, "read it"))?;
        if bytes.starts_with(b"\xff\xd8\xff") || bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self { bytes });
        }
        wrong(if bytes.is_empty() { "an empty file".into() } else { "something else".into() })
    }
}
