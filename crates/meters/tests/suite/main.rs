//! The meters against published signals, closed formulas and other people's meters.

mod bands;
mod character;
mod clipped;
mod ebu_3341;
mod ebu_3342;
mod held;
mod laws;
mod origin;
mod short;
mod signals;
mod songs;
