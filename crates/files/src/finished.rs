use std::{
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::FileError;

/// A complete file under a temporary name, beside its place.
#[derive(Debug)]
pub struct FinishedFile {
    file: NamedTempFile,
    target: PathBuf,
}

impl FinishedFile {
    pub(crate) fn new(file: NamedTempFile, target: PathBuf) -> Self {
        Self { file, target }
    }

    /// Puts the file in its place, whole or not at all, over whatever was there.
    pub fn persist(self) -> Result<(), FileError> {
        crate::output::persist(self.file, &self.target)
    }

    pub(crate) fn into_parts(self) -> (NamedTempFile, PathBuf) {
        (self.file, self.target)
    }

    /// Takes the bytes of another; its own are gone then.
    pub fn replace_by(&mut self, other: Self) {
        self.file = other.file;
    }

    /// The temporary file, for reading it before it is in place.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Where it will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The file itself, to be read and changed, from its beginning.
    pub(crate) fn rewound(&mut self) -> Result<&mut std::fs::File, FileError> {
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(0)).map_err(FileError::io(&self.target, "read it again"))?;
        Ok(file)
    }

    /// Writes over what stands at a place.
    pub(crate) fn overwrite(&mut self, at: u64, bytes: &[u8]) -> Result<(), FileError> {
        let file = self.file.as_file_mut();
        let written = file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(bytes));
        written.map_err(FileError::io(&self.target, "write it"))
    }
}
