use std::path::{Path, PathBuf};

use acetate_model::{Part, SourceInfo, SourceNote};

use crate::{FileError, Input, Reader, absolute, locate, side_by_side::side_by_side};

/// Where a stem's sound is: a file or two, and which part of them.
#[derive(Debug, Clone, PartialEq)]
pub struct StemFile {
    /// The file; of two mono files the left one.
    pub input: Input,
    /// The right one.
    pub right: Option<Input>,
    /// Which part, and where in the song it begins.
    pub part: Part,
    /// What is known beforehand and belongs to the stem's record.
    pub notes: Vec<SourceNote>,
}

impl StemFile {
    /// The whole of a file.
    pub fn whole(path: &Path) -> Self {
        Self::of(Input::file(path))
    }

    pub(crate) fn of(input: Input) -> Self {
        let part = Part { entry: input.name_in_archive().map(str::to_owned), ..Part::default() };
        Self { input, right: None, part, notes: Vec::new() }
    }

    /// The path for people and for messages.
    pub fn shown(&self) -> PathBuf {
        self.input.shown()
    }

    /// Opens it.
    pub fn open(&self) -> Result<Reader, FileError> {
        let mut reader = Reader::open(&self.input, self.right.as_ref(), &self.part)?;
        self.notes.iter().for_each(|note| reader.note(note.clone()));
        Ok(reader)
    }

    /// Writes down where the sound is and the checksums of the files, so that it is found again.
    pub fn identify(&self, source: &mut SourceInfo) -> Result<(), FileError> {
        source.path = absolute(self.input.path()).display().to_string();
        source.sha256 = self.input.sha256()?;
        source.part = self.part.clone();
        if let (Some(half), Some(right)) = (&mut source.part.right, &self.right) {
            half.sha256 = right.sha256()?;
            if right.name_in_archive().is_none() {
                half.path = absolute(right.path()).display().to_string();
            }
        }
        Ok(())
    }

    /// Whether the files are those that a session was made from.
    pub fn is_unchanged(&self, source: &SourceInfo) -> Result<bool, FileError> {
        let right = match (&self.right, &source.part.right) {
            (Some(file), Some(half)) => file.sha256()? == half.sha256,
            _ => true,
        };
        Ok(right && self.input.sha256()? == source.sha256)
    }
}

/// Finds the sounds of a session again, at their paths or in the folder `beside`. What several share is unpacked once.
pub fn reopen<'a>(
    sources: impl IntoIterator<Item = &'a SourceInfo>,
    beside: &Path,
) -> Result<Vec<StemFile>, FileError> {
    let sources: Vec<&SourceInfo> = sources.into_iter().collect();
    let mut keys: Vec<Key> = sources.iter().flat_map(|s| files_of(s, beside)).collect();
    keys.sort();
    keys.dedup();
    let inputs: Vec<Input> = side_by_side(&keys, Key::open).into_iter().collect::<Result<_, FileError>>()?;
    let input = |key: &Key| {
        let at = keys.binary_search(key).map_err(|_| FileError::Missing { path: key.path.clone() })?;
        Ok(inputs[at].clone())
    };
    let stem = |source: &&SourceInfo| {
        let mut parts = files_of(source, beside).into_iter();
        let left = parts.next().ok_or(FileError::NoInput)?;
        let right = parts.next().as_ref().map(input).transpose()?;
        Ok(StemFile { input: input(&left)?, right, part: source.part.clone(), notes: Vec::new() })
    };
    sources.iter().map(stem).collect()
}

/// A file, or an archive's entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: PathBuf,
    entry: Option<String>,
}

impl Key {
    fn open(&self) -> Result<Input, FileError> {
        match &self.entry {
            Some(entry) => Input::entry(&self.path, entry),
            None => Ok(Input::file(&self.path)),
        }
    }
}

/// The stem's own file, then that of its right channel if it has one.
fn files_of(source: &SourceInfo, beside: &Path) -> Vec<Key> {
    let path = locate(Path::new(&source.path), beside);
    let right = source.part.right.as_ref().map(|half| match source.part.entry {
        Some(_) => Key { path: path.clone(), entry: Some(half.path.clone()) },
        None => Key { path: locate(Path::new(&half.path), beside), entry: None },
    });
    [Some(Key { path, entry: source.part.entry.clone() }), right].into_iter().flatten().collect()
}
