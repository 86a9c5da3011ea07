use std::{
    fs,
    path::{Path, PathBuf},
};

use acetate_model::{Role, RoleGuess};

use super::{
    DeliveryFile,
    names::{full_name, label, name},
};
use crate::{FileError, Input, StemFile, wav::TimeReference};

/// A sound on its way to become a stem.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// What it is called.
    pub label: String,
    /// The folders between what was named and the file.
    pub folder: PathBuf,
    pub file: StemFile,
    /// What its header says, for WAV.
    pub header: Option<Header>,
    /// The file itself says that it is the mix.
    pub is_mix: bool,
}

/// What of a WAV file's header matters before anything is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub rate_hz: u32,
    pub channels: usize,
    pub frames: u64,
    pub time_reference: Option<TimeReference>,
}

impl Candidate {
    pub fn new(input: Input, folder: PathBuf) -> Self {
        let label = label(&input.shown());
        Self { label, folder, file: StemFile::of(input), header: None, is_mix: false }
    }

    /// The mix that was named by hand, which is no stem.
    pub fn given_mix(path: &Path, found: &mut Vec<Self>) -> Result<Self, FileError> {
        let real = |path: &Path| fs::canonicalize(path).map_err(FileError::io(path, "read it"));
        let mix = real(path)?;
        found.retain(|c| {
            c.file.input.name_in_archive().is_some() || real(c.file.input.path()).ok().as_ref() != Some(&mix)
        });
        let mut given = Self::new(Input::file(path), PathBuf::new());
        given.is_mix = true;
        Ok(given)
    }

    /// The name of the folder that it lies in, if that is not what was named.
    pub fn folder_name(&self) -> Option<String> {
        Some(full_name(&self.folder)).filter(|name| !name.is_empty())
    }

    /// What the name says, by `guess`, or else the name of the folder. No folder makes a mix.
    fn role(&self, guess: RoleGuess) -> RoleGuess {
        if guess.role != Role::Unknown {
            return guess;
        }
        let folder = self.folder_name().map(|folder| RoleGuess::from_name(&folder));
        folder.filter(|folder| folder.role != Role::Mix).unwrap_or(guess)
    }

    pub fn into_file(self, guess: RoleGuess) -> DeliveryFile {
        let role = self.role(guess);
        DeliveryFile { name: name(&self.label), file: self.file, role }
    }
}
