use std::path::{Path, PathBuf};

use acetate_render::Shape;

use crate::{CHECKSUMS, DELIVERABLES, Error, MANIFEST_FILE, REPORT_FILE, SESSION_FILE};

/// How the work is done. Nothing here changes a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Threads; 0 takes as many as the machine has processors.
    pub threads: usize,
    /// Frames in each block.
    pub block_frames: usize,
    /// Whether files of an earlier run are replaced.
    pub force: bool,
    /// Where the stems of a session are looked for when they are not at their paths.
    pub beside: PathBuf,
    /// Audio that is longer is kept in a temporary file.
    pub memory_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 0, block_frames: 8192, force: false, beside: PathBuf::new(), memory_bytes: 256 << 20 }
    }
}

impl Options {
    pub(crate) fn shape(&self) -> Shape {
        Shape { block_frames: self.block_frames, linked: false }
    }

    /// Runs with this many threads.
    pub(crate) fn in_pool<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        match rayon::ThreadPoolBuilder::new().num_threads(self.threads).build() {
            Ok(pool) => pool.install(work),
            // without more threads the work goes on in this one
            Err(_) => work(),
        }
    }

    /// Fails before any work is done if the work would end in a refusal.
    pub(crate) fn refuse_to_overwrite(&self, out: &Path, more: &[String]) -> Result<(), Error> {
        let files =
            DELIVERABLES.iter().map(|d| d.file).chain([SESSION_FILE, REPORT_FILE, MANIFEST_FILE, CHECKSUMS]);
        let files = files.chain(more.iter().map(String::as_str));
        if !self.force {
            for file in files {
                acetate_files::refuse_existing(&out.join(file))?;
            }
        }
        Ok(())
    }
}
