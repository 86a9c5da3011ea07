//! The crate against real files, other programs, and damage.

mod alignment;
mod archive;
mod damage;
mod delivery;
mod encode;
mod help;
mod output;
mod scan;
mod scratch;
mod starts;
mod stem;
mod torture;
mod tracks;
mod wav;
