//! What every compressor is made of: a law for levels, followed over time by one detector for up to four signals.

mod broadband;
mod ear;
mod follower;
mod law;

use acetate_model::Choice;

pub use broadband::{Broadband, Plan};
pub use ear::SideChain;
pub use follower::{Follower, Hearing, LANES, Link, sum_and_max};
pub use law::{Action, Law, Motion, slope};

/// What a detector hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Detector {
    /// The mean power over some milliseconds: evens levels out.
    Rms,
    /// The samples: catches peaks.
    Peak,
}

/// Which levels a compressor changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Mode {
    /// Those above the threshold become softer.
    Downward,
    /// Those below the threshold become louder, down to a floor.
    Upward,
}

/// Where attack and release come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Times {
    /// As they are set.
    Manual,
    /// As they are set, but what lasts is let go much more slowly than a single peak.
    Program,
    /// From the crest factor of the signal: the peakier, the faster. What is set does not count.
    Auto,
}
