use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    FileError,
    wav::{FinishedWav, WavSpec, WavWriter},
};

/// Temporaries are `.acetate-….part`, hidden and recognisable, so that those of a killed run can be cleared away.
const PREFIX: &str = ".acetate-";
const SUFFIX: &str = ".part";

/// A folder that gets all of its new files at once, or none.
///
/// Files are staged under temporary names within the folder; `commit` renames them. Dropped without, it leaves
/// nothing behind, not even a folder that it made.
#[derive(Debug)]
pub struct OutputFolder {
    dir: PathBuf,
    force: bool,
    /// Folders that were made for this, the innermost first.
    made: Vec<PathBuf>,
    claimed: Vec<String>,
    staged: Vec<(NamedTempFile, PathBuf)>,
    committed: bool,
}

impl OutputFolder {
    /// Makes the folder where needed and tries whether it can be written to. With `force`, files that exist will be
    /// replaced.
    pub fn create(dir: &Path, force: bool) -> Result<Self, FileError> {
        if dir.exists() && !dir.is_dir() {
            return Err(FileError::NotAFolder { path: dir.to_owned() });
        }
        let missing = |d: &&Path| !d.as_os_str().is_empty() && !d.exists();
        let made: Vec<PathBuf> = dir.ancestors().take_while(missing).map(Path::to_owned).collect();
        let folder = Self {
            dir: dir.to_owned(),
            force,
            made,
            claimed: Vec::new(),
            staged: Vec::new(),
            committed: false,
        };
        fs::create_dir_all(dir).map_err(FileError::io(dir, "make this folder"))?;
        remove_stale(dir);
        temporary_beside(&dir.join("probe"))?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Says early that a file of this name will be written, and returns its path; refuses where it exists already.
    pub fn claim(&mut self, name: &str) -> Result<PathBuf, FileError> {
        let plain = Path::new(name).file_name().is_some_and(|f| f == name) && !name.starts_with(PREFIX);
        if !plain {
            return Err(FileError::Name { name: name.to_owned() });
        }
        let path = self.dir.join(name);
        if path.is_dir() || (!self.force && path.exists()) {
            return Err(FileError::Exists { path });
        }
        if !self.claimed.iter().any(|c| c == name) {
            self.claimed.push(name.to_owned());
        }
        Ok(path)
    }

    /// A WAV file of this folder; give it back to `stage_wav` when it is written.
    pub fn create_wav(&mut self, name: &str, spec: WavSpec) -> Result<WavWriter, FileError> {
        WavWriter::create(&self.claim(name)?, spec)
    }

    /// Keeps a written file until `commit`, and returns the temporary path under which it can be read till then.
    pub fn stage_wav(&mut self, wav: FinishedWav) -> PathBuf {
        let (file, target) = wav.into_parts();
        self.stage(file, target)
    }

    /// Writes a text file, to be kept until `commit`, and returns its temporary path.
    pub fn stage_text(&mut self, name: &str, text: &str) -> Result<PathBuf, FileError> {
        let target = self.claim(name)?;
        let mut file = temporary_beside(&target)?;
        file.write_all(text.as_bytes()).map_err(FileError::io(&target, "write it"))?;
        Ok(self.stage(file, target))
    }

    /// Puts every staged file in its place, in the order of staging, and returns their paths. A name that was
    /// staged twice gets the later file.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, FileError> {
        let mut placed: Vec<PathBuf> = Vec::new();
        for (file, target) in std::mem::take(&mut self.staged) {
            if let Err(error) = persist(file, &target) {
                // Without `force` nothing stood here before, so nothing may stand here now.
                if !self.force {
                    for path in &placed {
                        drop(fs::remove_file(path));
                    }
                }
                return Err(error);
            }
            placed.push(target);
        }
        self.committed = true;
        Ok(placed)
    }

    fn stage(&mut self, file: NamedTempFile, target: PathBuf) -> PathBuf {
        let path = file.path().to_owned();
        self.staged.retain(|(_, t)| *t != target);
        self.staged.push((file, target));
        path
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        self.staged.clear();
        if !self.committed {
            for dir in &self.made {
                // Fails where someone else has put something inside, and then rightly so.
                drop(fs::remove_dir(dir));
            }
        }
    }
}

/// A temporary file in the folder of `target`, locked as long as this run lives.
pub(crate) fn temporary_beside(target: &Path) -> Result<NamedTempFile, FileError> {
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: for all, less what the user's mask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder).map_err(FileError::io(folder, "write into it"))?;
    // Where the file system knows no locks, only the clearing away of leftovers is lost.
    drop(file.as_file().try_lock());
    Ok(file)
}

/// Renames a temporary over `target`.
pub(crate) fn persist(file: NamedTempFile, target: &Path) -> Result<(), FileError> {
    file.persist(target).map(drop).map_err(|e| FileError::io(target, "put it in place")(e.error))
}

/// Removes the temporaries of runs that were killed: nobody holds their lock any more.
fn remove_stale(dir: &Path) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for path in entries.map(|e| e.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(PREFIX)
            && name.ends_with(SUFFIX)
            && File::open(&path).is_ok_and(|file| file.try_lock().is_ok())
        {
            drop(fs::remove_file(&path));
        }
    }
}
