//! Sessions as pages for people. Every number comes from the session.

mod client;
mod files;
mod findings;
mod guide;
mod letters;
mod markdown;
mod moves;
mod proof;
mod spark;

pub use client::letter;
pub use guide::stems_guide;
pub use letters::{amount, moment};
pub use markdown::{limits, markdown, precise};
pub use moves::settings;
