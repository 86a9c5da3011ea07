//! Files in and out: stems and mixes to audio, audio to deliverables.
//!
//! Whatever a file claims in its header, memory is taken by the block only; nothing reads a whole file.

mod archive;
mod checksum;
mod compressed;
mod encode;
mod error;
mod finished;
mod input;
mod kind;
mod mp4;
mod output;
mod pair;
mod paths;
mod positioned;
mod reader;
mod scan;
mod scratch;
mod side_by_side;
mod stem;
mod stem_file;
mod text;
mod wav;

use std::ops::RangeInclusive;

pub use checksum::{CHECKSUMS, Checksums, sha256_file};
pub use encode::{About, AudioWriter, Cover, Decoded, StemTrack, encoder_of, join_tracks, name_stems};
pub use error::FileError;
pub use finished::FinishedFile;
pub use input::Input;
pub use output::OutputFolder;
pub use paths::{absolute, locate, refuse_existing, remove};
pub use reader::{Reader, open};
pub use scan::{Delivery, DeliveryFile, PassedOver, scan};
pub use scratch::{Scratch, ScratchReader};
pub use stem::{Resampled, StemReader};
pub use stem_file::{StemFile, reopen};
pub use text::{read_text, write_text};
pub use wav::{WavBits, WavSpec, WavWriter};

/// The rates that are read, in Hz.
pub const RATES_HZ: RangeInclusive<u32> = 8_000..=192_000;

/// The most channels of a stem.
pub const MAX_CHANNELS: usize = 2;

/// The most channels of a file that holds several stems.
pub const MAX_TRACKS: usize = 64;
