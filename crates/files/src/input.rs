use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use symphonia::core::io::MediaSource;

use crate::{FileError, archive::Archive, checksum::sha256_of, positioned::read_at};

/// A file to be read: one on disk, or an archive's entry, which was unpacked into a temporary file without a name.
///
/// Clones share the unpacked bytes, which are gone with the last of them.
#[derive(Clone)]
pub struct Input(Arc<Held>);

struct Held {
    path: PathBuf,
    entry: Option<String>,
    unpacked: Option<Unpacked>,
    sha256: OnceLock<String>,
}

/// An entry's bytes.
#[derive(Debug)]
pub(crate) struct Unpacked {
    pub file: File,
    pub bytes: u64,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl Input {
    /// A file on disk; nothing is read yet.
    pub fn file(path: &Path) -> Self {
        let (path, sha256) = (path.to_owned(), OnceLock::new());
        Self(Arc::new(Held { path, entry: None, unpacked: None, sha256 }))
    }

    /// An entry of the ZIP archive at `path`, unpacked now.
    pub fn entry(path: &Path, entry: &str) -> Result<Self, FileError> {
        let mut archive = Archive::open(path)?;
        let unpacked = archive.unpack_named(entry)?;
        Ok(Self::unpacked(path, entry, unpacked))
    }

    /// An entry that was unpacked.
    pub(crate) fn unpacked(path: &Path, entry: &str, unpacked: Unpacked) -> Self {
        let sha256 = OnceLock::from(unpacked.sha256.clone());
        let (path, entry) = (path.to_owned(), Some(entry.to_owned()));
        Self(Arc::new(Held { path, entry, unpacked: Some(unpacked), sha256 }))
    }

    /// Where the file is, or the archive that holds it.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The name within the archive.
    pub fn name_in_archive(&self) -> Option<&str> {
        self.0.entry.as_deref()
    }

    /// The path for people and for messages: an archive is shown like a folder.
    pub fn shown(&self) -> PathBuf {
        self.0.entry.as_ref().map_or_else(|| self.0.path.clone(), |entry| self.0.path.join(entry))
    }

    /// The SHA-256 (FIPS 180-4) of the bytes, in lower-case hexadecimal; they are read once only.
    pub fn sha256(&self) -> Result<String, FileError> {
        if let Some(known) = self.0.sha256.get() {
            return Ok(known.clone());
        }
        let found = sha256_of(&self.shown(), &mut self.bytes()?)?;
        Ok(self.0.sha256.get_or_init(|| found).clone())
    }

    /// The bytes, from the first.
    pub(crate) fn bytes(&self) -> Result<Bytes, FileError> {
        if self.0.unpacked.is_some() {
            return Ok(Bytes(Place::Unpacked { held: self.clone(), at: 0 }));
        }
        let path = &self.0.path;
        let file = File::open(path).map_err(FileError::io(path, "open it"))?;
        let meta = file.metadata().map_err(FileError::io(path, "read it"))?;
        if meta.is_dir() {
            return Err(FileError::NotAudio { path: path.clone(), found: "is a folder".into() });
        }
        Ok(Bytes(Place::Disk { file, bytes: meta.len() }))
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.path, &self.0.entry) == (&other.0.path, &other.0.entry)
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_tuple("Input").field(&self.shown()).finish()
    }
}

/// The bytes of an input, with a place of its own.
#[derive(Debug)]
pub(crate) struct Bytes(Place);

#[derive(Debug)]
enum Place {
    Disk { file: File, bytes: u64 },
    Unpacked { held: Input, at: u64 },
}

impl Bytes {
    /// How many there are.
    pub fn length(&self) -> u64 {
        match &self.0 {
            Place::Disk { bytes, .. } => *bytes,
            Place::Unpacked { held, .. } => held.0.unpacked.as_ref().map_or(0, |u| u.bytes),
        }
    }
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.length();
        match &mut self.0 {
            Place::Disk { file, .. } => file.read(into),
            Place::Unpacked { held, at } => {
                let wanted = (length.saturating_sub(*at)).min(into.len() as u64) as usize;
                if let Some(unpacked) = &held.0.unpacked {
                    read_at(&unpacked.file, &mut into[..wanted], *at)?;
                }
                *at += wanted as u64;
                Ok(wanted)
            }
        }
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let length = self.length();
        match &mut self.0 {
            Place::Disk { file, .. } => file.seek(to),
            Place::Unpacked { at, .. } => {
                let (from, by) = match to {
                    SeekFrom::Start(to) => (to, 0),
                    SeekFrom::End(by) => (length, by),
                    SeekFrom::Current(by) => (*at, by),
                };
                *at = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
                Ok(*at)
            }
        }
    }
}

impl MediaSource for Bytes {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length())
    }
}
