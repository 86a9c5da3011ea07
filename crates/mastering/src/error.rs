use std::path::PathBuf;

use acetate_files::FileError;
use acetate_model::{ParamError, SourceError};
use acetate_render::RenderError;

/// Why a verb could not do its work. A delivery that is read but refused is no error: it is a finding.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A stem could not be read to its end.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The plan cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A setting given by hand does not fit.
    #[error("`{key}`: {error}")]
    Setting {
        /// As it was given.
        key: String,
        /// What is wrong with it.
        error: Box<ParamError>,
    },
    /// A setting given by hand cannot be understood.
    #[error("`{given}`: expected {expected}")]
    BadSetting {
        /// As it was given.
        given: String,
        /// What would have been right.
        expected: String,
    },
    /// A wish that cannot be fulfilled.
    #[error("`{given}`: {error}")]
    BadWish {
        /// Which.
        given: String,
        /// What was expected, and what was found.
        error: String,
    },
    /// A reference cannot serve as one.
    #[error("{path}: expected a mastered song as reference, found {found}\n  {hint}")]
    Reference {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
        /// What to do.
        hint: &'static str,
    },
    /// A session or brief cannot be understood.
    #[error("{path}: {error}\n  {hint}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        error: String,
        /// What to do.
        hint: &'static str,
    },
    /// A stem is not what it was when the session was written.
    #[error(
        "{path}: the stem `{stem}` is not the file that this session was made from (its SHA-256 differs)\n  \
         run `acetate plan` on the new files, or put the old one back"
    )]
    Changed {
        /// The stem.
        stem: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The song was refused by its findings; only a plan that is not rendered may hold them.
    #[error("this delivery cannot be mastered: {0}")]
    Rejected(String),
    /// The brief of a session was edited, and its plan does not follow it.
    #[error(
        "session.json: the brief asks for {brief} and the limiter's move for {plan}\n  \
         change the promises and settings of master/limiter too, or run `acetate plan` again with the new wish"
    )]
    Contradiction {
        /// What the brief asks for.
        brief: String,
        /// What the plan does.
        plan: String,
    },
    /// A person stopped it.
    #[error("stopped; nothing was written")]
    Cancelled,
}

impl Error {
    /// Whether a person stopped the work.
    pub fn is_cancelled(&self) -> bool {
        match self {
            Self::Cancelled => true,
            Self::Render(RenderError::Sink(error)) => {
                error.downcast_ref::<Self>().is_some_and(Self::is_cancelled)
            }
            _ => false,
        }
    }
}
