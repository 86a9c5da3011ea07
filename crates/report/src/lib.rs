//! Sessions as pages for people. Every number comes from the session.

mod findings;
mod letters;
mod markdown;
mod moves;
mod spark;

pub use letters::{amount, moment};
pub use markdown::{limits, markdown, precise};
pub use moves::settings;
