//! Readings and brief to moves: what would do the song good, why, and how much of it is allowed.
//!
//! An advisor is one file and one line in [`ADVISORS`]. It sees a [`Case`] and so rests on readings alone. Its
//! moves are small: outside a corridor only, a part of the way back, up to a limit ([`norms`]); and they grow
//! from nothing at the corridor's edge, so that a tiny change of the input is a tiny change of the plan.

mod align;
mod balance;
mod bus;
mod dynamics;
mod limiter;
mod moves;
pub mod norms;
mod propose;
pub mod roles;
mod rumble;
pub mod scene;
mod tone;
mod unmask;
mod verdict;
mod width;

use acetate_model::Advisor;

pub use propose::{Proposal, faults, propose, weight};

/// All advisors, in the order in which their moves are processed.
pub const ADVISORS: &[Advisor] = &[
    align::ADVISOR,
    bus::ADVISOR,
    rumble::ADVISOR,
    balance::ADVISOR,
    unmask::ADVISOR,
    tone::ADVISOR,
    dynamics::ADVISOR,
    width::ADVISOR,
    limiter::ADVISOR,
];
