//! Readings and brief to moves: what would do the song good, why, and how much of it is allowed.
//!
//! An advisor is one file and one line in [`ADVISORS`]. It sees a [`Case`] and so rests on readings alone. Its
//! moves are small: outside a corridor only, a part of the way back, up to a limit ([`norms`]); and they grow
//! from nothing at the corridor's edge, so that a tiny change of the input is a tiny change of the plan.

mod align;
mod bus;
mod dynamics;
mod limiter;
mod moves;
pub mod norms;
pub mod roles;
mod rumble;
mod tone;
mod verdict;
mod width;

use acetate_model::{Advisor, Case, Move};

pub use verdict::verdict;

/// All advisors, in the order in which their moves are processed.
pub const ADVISORS: &[Advisor] = &[
    align::ADVISOR,
    bus::ADVISOR,
    rumble::ADVISOR,
    tone::ADVISOR,
    dynamics::ADVISOR,
    width::ADVISOR,
    limiter::ADVISOR,
];

/// Asks every advisor: the stems' moves in the order of the stems, then the master's; within a place in
/// processing order.
pub fn plan(case: &Case) -> Vec<Move> {
    let mut moves: Vec<Move> = ADVISORS.iter().flat_map(|advisor| (advisor.run)(case)).collect();
    let rank = |m: &Move| case.stems.iter().position(|s| m.at == moves::place(s)).unwrap_or(case.stems.len());
    moves.sort_by_key(rank);
    moves
}
