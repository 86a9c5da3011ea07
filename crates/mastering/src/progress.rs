use crate::Error;

/// Who watches the work, and may stop it.
pub trait Progress: Sync {
    /// A stage begins; `frames` of work, where it is known.
    fn begin(&self, stage: &str, frames: Option<u64>);
    /// Some frames are done.
    fn advance(&self, frames: u64);
    /// Whether to stop.
    fn cancelled(&self) -> bool;
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _frames: Option<u64>) {}
    fn advance(&self, _frames: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// Counts a block as done, or stops.
pub(crate) fn step(progress: &dyn Progress, frames: usize) -> Result<(), Error> {
    progress.advance(frames as u64);
    if progress.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}
