use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use acetate_mastering::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows each stage as a bar on the terminal, and stops the work on Ctrl-C.
pub(crate) struct Watch {
    bar: Mutex<ProgressBar>,
    shown: bool,
    stopped: Arc<AtomicBool>,
}

impl Watch {
    /// Bars are drawn on a terminal only, and not where `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        // without a handler Ctrl-C ends the program at once, which leaves nothing half-written either
        let _ = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(crate::STOPPED));
            }
        });
        Self { bar: Mutex::new(ProgressBar::hidden()), shown: !quiet, stopped }
    }

    fn with_bar(&self, work: impl FnOnce(&mut ProgressBar)) {
        work(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Watch {
    fn begin(&self, stage: &str, frames: Option<u64>) {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let (length, form) = match frames {
            Some(frames) => (frames, "{msg:24} {bar:32.cyan} {percent:>3} %  {eta} left"),
            None => (0, "{msg:24} {spinner}"),
        };
        let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style.progress_chars("━╸ "));
        bar.set_message(stage.to_owned());
        self.with_bar(|old| {
            old.finish_and_clear();
            *old = bar;
        });
    }

    fn advance(&self, frames: u64) {
        self.with_bar(|bar| bar.inc(frames));
    }

    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.with_bar(|bar| bar.finish_and_clear());
    }
}
