//! The crate against real files, other programs, and damage.

mod alignment;
mod damage;
mod help;
mod output;
mod scan;
mod scratch;
mod stem;
mod torture;
mod wav;
