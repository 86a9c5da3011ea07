use std::{
    fmt::Write,
    fs::{self, File},
    io::Read,
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::FileError;

/// The usual name of the list within an output folder.
pub const CHECKSUMS: &str = "checksums.sha256";

const BLOCK_BYTES: usize = 1 << 18;

/// The SHA-256 (FIPS 180-4) of a file, in lower-case hexadecimal.
pub fn sha256_file(path: impl AsRef<Path>) -> Result<String, FileError> {
    let path = path.as_ref();
    let mut file = File::open(path).map_err(FileError::io(path, "open it"))?;
    sha256_of(path, &mut file)
}

/// The SHA-256 of everything that is still to be read; `path` is for messages.
pub(crate) fn sha256_of(path: &Path, from: &mut impl Read) -> Result<String, FileError> {
    let mut block = vec![0; BLOCK_BYTES];
    let mut hasher = Sha256::new();
    loop {
        match from.read(&mut block).map_err(FileError::io(path, "read it"))? {
            0 => break,
            read => hasher.update(&block[..read]),
        }
    }
    Ok(hexadecimal(&hasher.finalize()))
}

/// Bytes as lower-case digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // writing to a string does not fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Names of files with their SHA-256, in the form that `sha256sum -c` reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checksums {
    /// `(name, lower-case hexadecimal)`, in order.
    pub entries: Vec<(String, String)>,
}

impl Checksums {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, sha256: impl Into<String>) {
        self.entries.push((name.into(), sha256.into()));
    }

    /// The text of the list.
    pub fn to_text(&self) -> String {
        self.entries.iter().fold(String::new(), |text, (name, sha256)| text + sha256 + "  " + name + "\n")
    }

    /// Reads a list.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::parse(path, &fs::read_to_string(path).map_err(FileError::io(path, "read it"))?)
    }

    /// Understands a list; `path` is for messages.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let entry = |(number, line): (usize, &str)| {
            let (sha256, name) = line.split_at_checked(64).unwrap_or_default();
            let name = name.strip_prefix("  ").or(name.strip_prefix(" *")).unwrap_or_default();
            if name.is_empty() || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                let found = line.chars().take(80).collect();
                return Err(FileError::ChecksumLine { path: path.to_owned(), line: number + 1, found });
            }
            Ok((name.to_owned(), sha256.to_lowercase()))
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Self { entries: lines.map(entry).collect::<Result<_, _>>()? })
    }

    /// Compares every file in `folder` with the list; the first that differs or is missing is the error.
    pub fn verify(&self, folder: &Path) -> Result<(), FileError> {
        self.entries.iter().try_for_each(|(name, expected)| {
            let path = folder.join(name);
            let found = sha256_file(&path)?;
            if found == *expected {
                return Ok(());
            }
            Err(FileError::Checksum { path, expected: expected.clone(), found })
        })
    }
}
