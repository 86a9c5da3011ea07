//! The meters against published signals, closed formulas and other people's meters.

mod bands;
mod character;
mod clicks;
mod clipped;
mod comparisons;
mod ebu_3341;
mod ebu_3342;
mod edges;
mod held;
mod hum;
mod laws;
mod masking;
mod noise_floor;
mod null;
mod origin;
mod resonance;
mod short;
mod signals;
mod songs;
mod stereo;
