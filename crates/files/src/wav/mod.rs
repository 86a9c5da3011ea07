//! WAV, RF64, BW64, RIFX, Wave64 and AU.

mod au;
mod header;
mod ixml;
mod read;
mod samples;
mod write;

pub(crate) use header::{TimeReference, WavHeader, read_header};
pub(crate) use read::WavReader;
pub use write::{WavBits, WavSpec, WavWriter};
pub(crate) use write::{integer, interleave};
