//! Files in and out: stems and mixes to audio, audio to deliverables.
//!
//! Whatever a file claims in its header, memory is taken by the block only; nothing reads a whole file.

mod checksum;
mod compressed;
mod error;
mod kind;
mod mp4;
mod output;
mod paths;
mod reader;
mod scan;
mod scratch;
mod stem;
mod text;
mod wav;

use std::ops::RangeInclusive;

pub use checksum::{CHECKSUMS, Checksums, sha256_file};
pub use error::FileError;
pub use output::OutputFolder;
pub use paths::{absolute, locate, refuse_existing, remove};
pub use reader::{Reader, open};
pub use scan::{Delivery, DeliveryFile, PassedOver, scan};
pub use scratch::{Scratch, ScratchReader};
pub use stem::{Resampled, StemReader};
pub use text::{read_text, write_text};
pub use wav::{FinishedWav, WavBits, WavSpec, WavWriter};

/// The rates that are read, in Hz.
pub const RATES_HZ: RangeInclusive<u32> = 8_000..=192_000;

/// The most channels that are read.
pub const MAX_CHANNELS: usize = 2;
