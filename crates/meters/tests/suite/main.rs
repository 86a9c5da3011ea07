//! The meters against published signals, closed formulas and other people's meters.

mod bands;
mod clipped;
mod ebu_3341;
mod ebu_3342;
mod laws;
mod null;
mod short;
mod signals;
mod songs;
