//! Plan to graph to audio: stems through their chains, aligned, summed, through the master chain.
//!
//! Nothing is decided here, and nothing is measured but what the processors say of themselves. The stems of
//! one block are worked on side by side, and the master chain works on the block before at the same time;
//! sums have a fixed order, so the samples do not depend on the number of threads.

mod align;
mod chain;
mod graph;
mod tap;

pub use chain::Chain;
pub use graph::{Graph, Lane, Shape, add_up};
pub use tap::{Deaf, Ear};

use acetate_model::{ParamError, SourceError};

/// Why a plan cannot be rendered, or a rendering stopped.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A move names a processor that does not exist.
    #[error("move `{id}`: there is no processor `{kind}`; `acetate list processors` names them all")]
    UnknownProcessor {
        /// The move.
        id: String,
        /// The processor it names.
        kind: String,
    },
    /// A move names a place that does not exist.
    #[error("move `{id}`: there is no `{place}` in this session; the places are {places}")]
    UnknownPlace {
        /// The move.
        id: String,
        /// The place it names.
        place: String,
        /// The places there are.
        places: String,
    },
    /// A move is steered by a stem that does not exist, or that is not heard any more where the move works.
    #[error("move `{id}`: `{key}` cannot steer it: {}", why(keys))]
    UnknownKey {
        /// The move.
        id: String,
        /// What shall steer it.
        key: String,
        /// What could.
        keys: String,
    },
    /// A setting does not fit.
    #[error("move `{id}`: {error}")]
    Setting {
        /// The move.
        id: String,
        /// What is wrong.
        error: Box<ParamError>,
    },
    /// A stem could not be read to its end.
    #[error("{stem}: {error}")]
    Source {
        /// The stem.
        stem: String,
        /// What the reader said.
        error: SourceError,
    },
    /// The receiver of the audio stopped.
    #[error(transparent)]
    Sink(Box<dyn std::error::Error + Send + Sync>),
}

fn why(keys: &str) -> String {
    if keys.is_empty() {
        "from the limiter on no stem is heard any more; take the key away, or put the move before the limiter"
            .into()
    } else {
        format!("expected one of {keys}")
    }
}
