use std::{
    fs::{self, File},
    io::Write,
    path::{Component, Path, PathBuf},
};

use acetate_model::FileForm;
use tempfile::NamedTempFile;

use crate::{
    About, AudioWriter, FileError,
    finished::FinishedFile,
    wav::{WavSpec, WavWriter},
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
        let made = missing(dir);
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
        let within = Path::new(name);
        let plain = |part: Component| match part {
            Component::Normal(part) => !part.to_string_lossy().starts_with(PREFIX),
            _ => false,
        };
        if name.is_empty() || !within.components().all(plain) {
            return Err(FileError::Name { name: name.to_owned() });
        }
        let path = self.dir.join(within);
        if path.is_dir() || (!self.force && path.exists()) {
            return Err(FileError::Exists { path });
        }
        if !self.claimed.iter().any(|c| c == name) {
            if let Some(folder) = path.parent() {
                self.make(folder)?;
            }
            self.claimed.push(name.to_owned());
        }
        Ok(path)
    }

    /// Makes a folder within this one.
    fn make(&mut self, folder: &Path) -> Result<(), FileError> {
        let missing: Vec<PathBuf> = missing(folder);
        if !missing.is_empty() {
            fs::create_dir_all(folder).map_err(FileError::io(folder, "make this folder"))?;
            // the innermost first, so that they can be taken away again
            self.made.splice(0..0, missing);
        }
        remove_stale(folder);
        Ok(())
    }

    /// A WAV file of this folder; give it back to `stage_file` when it is written.
    pub fn create_wav(&mut self, name: &str, spec: WavSpec) -> Result<WavWriter, FileError> {
        WavWriter::create(&self.claim(name)?, spec)
    }

    /// A file of audio, by its path within this folder; give it back to `stage_file` when it is written.
    pub fn create_audio(
        &mut self,
        name: &str,
        form: &FileForm,
        spec: (u32, usize),
        about: &About,
    ) -> Result<AudioWriter, FileError> {
        AudioWriter::create(&self.claim(name)?, form, spec, about)
    }

    /// Keeps a written file until `commit`, and returns the temporary path under which it can be read till then.
    pub fn stage_file(&mut self, finished: FinishedFile) -> PathBuf {
        let (file, target) = finished.into_parts();
        self.stage(file, target)
    }

    /// Under which path a staged file can be read until `commit`.
    pub fn staged(&self, name: &str) -> Option<PathBuf> {
        let target = self.dir.join(name);
        self.staged.iter().find(|(_, t)| *t == target).map(|(file, _)| file.path().to_owned())
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

/// The folders that are to be made for this one, the innermost first.
fn missing(dir: &Path) -> Vec<PathBuf> {
    let missing = |d: &&Path| !d.as_os_str().is_empty() && !d.exists();
    dir.ancestors().take_while(missing).map(Path::to_owned).collect()
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
