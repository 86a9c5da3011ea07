//! Readings and brief to moves: what would do the song good, why, and how much of it is allowed.
//!
//! An advisor is one file and one line in [`ADVISORS`]. It sees a [`Case`](acetate_model::Case) and so rests on readings alone. Its
//! moves are small: outside a corridor only, a part of the way back, up to a limit ([`norms`]); and they grow
//! from nothing at the corridor's edge, so that a tiny change of the input is a tiny change of the plan.

mod align;
mod balance;
mod bus;
mod dynamics;
mod hum;
mod limiter;
mod low_width;
mod moves;
pub mod norms;
mod overcooked;
mod owner;
mod propose;
mod reference;
mod resonance;
mod ride;
pub mod roles;
mod rumble;
pub mod scene;
mod sibilance;
mod stem_tone;
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
    ride::ADVISOR,
    hum::ADVISOR,
    rumble::ADVISOR,
    low_width::ADVISOR,
    reference::same_song::ADVISOR,
    resonance::ADVISOR,
    sibilance::ADVISOR,
    stem_tone::ADVISOR,
    balance::ADVISOR,
    unmask::ADVISOR,
    overcooked::ADVISOR,
    reference::ADVISOR,
    tone::ADVISOR,
    dynamics::ADVISOR,
    width::ADVISOR,
    limiter::ADVISOR,
];
