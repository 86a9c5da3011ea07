use std::{
    collections::HashSet,
    fs::File,
    io::{BufReader, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipArchive, read::ZipFile, result::ZipError};

use crate::{FileError, checksum::hexadecimal, input::Unpacked};

/// More entries are no song; a list of them would take memory without end.
const MAX_ENTRIES: usize = 10_000;
/// A hundred stems of ten minutes at 192 kHz in 32 bit, stereo, are less.
const MAX_BYTES: u64 = 128 << 30;
/// Up to here nothing is called a bomb: one silent stem alone may shrink a thousandfold.
const HARMLESS_BYTES: u64 = 50 << 20;
/// Of a whole archive. Real music shrinks to a half, and to a tenth with long rests; DEFLATE ends at about 1030.
const MAX_RATIO: u64 = 200;
const BLOCK_BYTES: usize = 1 << 17;
/// What is enough to tell what an entry is.
const HEAD_BYTES: u64 = 512;

/// A ZIP archive. Nothing of it is ever written under a name that it brings along.
pub(crate) struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    bytes: u64,
}

/// One entry, as the archive lists it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub index: usize,
    /// With `/` between folders.
    pub name: String,
    pub bytes: u64,
    pub kind: EntryKind,
}

/// What an entry is, before anything of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    Link,
    /// Its name leads out of the archive.
    Outside,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let file = File::open(path).map_err(FileError::io(path, "open it"))?;
        let bytes = file.metadata().map_err(FileError::io(path, "read it"))?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|error| failed(path, error))?;
        if zip.len() > MAX_ENTRIES {
            let what = format!("{} entries, where {MAX_ENTRIES} are the most", zip.len());
            return Err(FileError::Bomb { path: path.to_owned(), what });
        }
        let archive = Self { path: path.to_owned(), zip, bytes };
        if archive.zip.has_duplicate_names() {
            return Err(archive.twice(""));
        }
        Ok(archive)
    }

    /// What it holds, in its own order.
    pub fn entries(&self) -> Result<Vec<Entry>, FileError> {
        let entries: Vec<Entry> =
            (0..self.zip.len()).map(|index| self.describe(index)).collect::<Result<_, _>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = entries.iter().find(|e| !names.insert(e.name.as_str())) {
            return Err(self.twice(&twice.name));
        }
        Ok(entries)
    }

    /// Refuses a bomb before anything is unpacked. No entry gives more than it says, so the sum holds afterwards.
    pub fn admit<'a>(&self, entries: impl IntoIterator<Item = &'a Entry>) -> Result<(), FileError> {
        let limit = MAX_BYTES.min(HARMLESS_BYTES.max(self.bytes.saturating_mul(MAX_RATIO)));
        let sum = entries.into_iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.bytes));
        if sum <= limit {
            return Ok(());
        }
        let what = format!("{} MB out of {} kB", sum.div_ceil(1 << 20), self.bytes.div_ceil(1 << 10));
        Err(FileError::Bomb { path: self.path.clone(), what })
    }

    fn describe(&self, index: usize) -> Result<Entry, FileError> {
        let entry = self.zip.by_index_data(index).map_err(|e| failed(&self.path, e))?;
        let name = match std::str::from_utf8(entry.name_raw()) {
            // many programs write UTF-8 without saying so
            Ok(name) => name.to_owned(),
            Err(_) => entry.name().map_err(|e| failed(&self.path, e))?.into_owned(),
        };
        // some programs for Windows write backslashes
        let name = name.replace('\\', "/");
        let kind = match () {
            () if leads_outside(&name) => EntryKind::Outside,
            () if entry.is_symlink() => EntryKind::Link,
            () if entry.is_dir() || name.ends_with('/') => EntryKind::Folder,
            () => EntryKind::File,
        };
        Ok(Entry { index, name, bytes: entry.size(), kind })
    }

    /// The first bytes of an entry.
    pub fn head(&mut self, entry: &Entry) -> Result<Vec<u8>, FileError> {
        let (label, packed) = self.begin(entry)?;
        let mut head = Vec::new();
        packed.take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| broken(&label))?;
        Ok(head)
    }

    /// The text of a small entry.
    pub fn text(&mut self, entry: &Entry) -> Result<String, FileError> {
        let (label, packed) = self.begin(entry)?;
        let mut text = String::new();
        packed.take(entry.bytes).read_to_string(&mut text).map_err(|_| broken(&label))?;
        Ok(text)
    }

    /// Unpacks the entry of this name.
    pub fn unpack_named(&mut self, name: &str) -> Result<Unpacked, FileError> {
        let entry = self.entries()?.into_iter().find(|e| e.name == name && e.kind == EntryKind::File);
        let entry = entry.ok_or_else(|| FileError::Missing { path: self.path.join(name) })?;
        self.admit([&entry])?;
        self.unpack(&entry)
    }

    /// Unpacks an entry into a temporary file without a name. What comes out is counted, whatever the archive says.
    pub fn unpack(&mut self, entry: &Entry) -> Result<Unpacked, FileError> {
        let (label, mut packed) = self.begin(entry)?;
        inflate(&label, &mut packed, entry.bytes)
    }

    /// An entry, and what it is called in messages.
    fn begin(&mut self, entry: &Entry) -> Result<(PathBuf, ZipFile<'_, BufReader<File>>), FileError> {
        let path = self.path.join(&entry.name);
        let data = self.zip.by_index_data(entry.index).map_err(|e| failed(&path, e))?;
        if data.encrypted() {
            let (found, way_out) = ("locked with a password".into(), "unpack it, and name the folder");
            return Err(FileError::Unsupported { path, found, way_out });
        }
        let method = data.compression();
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            let found = format!("packed by {method}");
            let way_out = "unpack it and name the folder, or pack it as ordinary ZIP";
            return Err(FileError::Unsupported { path, found, way_out });
        }
        let packed = self.zip.by_index(entry.index).map_err(|e| failed(&path, e))?;
        Ok((path, packed))
    }

    fn twice(&self, name: &str) -> FileError {
        let what =
            format!("it holds two files of the same name{}{name}", if name.is_empty() { "" } else { ", " });
        FileError::Damaged { path: self.path.clone(), kind: "ZIP", what }
    }
}

fn inflate(label: &Path, packed: &mut ZipFile<impl Read>, expected: u64) -> Result<Unpacked, FileError> {
    let temporary = |e| FileError::io(&std::env::temp_dir().join("a temporary file"), "write it")(e);
    let mut file = tempfile::tempfile().map_err(temporary)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut bytes = 0;
    loop {
        // a wrong checksum and broken data end here
        let read = packed.read(&mut block).map_err(|_| broken(label))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        if bytes > expected {
            return Err(lies(label, expected, "more"));
        }
        hasher.update(&block[..read]);
        file.write_all(&block[..read]).map_err(temporary)?;
    }
    if bytes < expected {
        return Err(lies(label, expected, &bytes.to_string()));
    }
    Ok(Unpacked { file, bytes, sha256: hexadecimal(&hasher.finalize()) })
}

fn lies(label: &Path, expected: u64, found: &str) -> FileError {
    let what = format!("the archive says {expected} bytes, and {found} came out");
    FileError::Damaged { path: label.to_owned(), kind: "packed", what }
}

fn broken(label: &Path) -> FileError {
    let what = "it does not unpack to what was packed".into();
    FileError::Damaged { path: label.to_owned(), kind: "packed", what }
}

/// Whether a name would land elsewhere if it was written beneath a folder, or could not be written at all.
fn leads_outside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with('/')
        || drive
        || name.chars().any(char::is_control)
        || name.split('/').any(|folder| folder == "..")
}

fn failed(path: &Path, error: ZipError) -> FileError {
    let path = path.to_owned();
    let what = match error {
        ZipError::UnsupportedArchive(what) => {
            let found = format!("a ZIP archive of an unusual kind ({what})");
            return FileError::Unsupported { path, found, way_out: "unpack it, and name the folder" };
        }
        ZipError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => {
            return FileError::io(&path, "read it")(error);
        }
        ZipError::Io(_) => "it ends too early".into(),
        ZipError::InvalidArchive(what) => format!("{what}; it may have been cut off on the way"),
        other => other.to_string(),
    };
    FileError::Damaged { path, kind: "ZIP", what }
}
