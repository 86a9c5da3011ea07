//! Audio to files of every format that is delivered.

mod aiff;
mod broadcast;
mod cover;
mod flac;
mod program;
mod stem_mp4;
mod tagging;

use std::path::Path;

use acetate_model::{Audio, FileForm, Format};

use crate::{
    FileError,
    finished::FinishedFile,
    wav::{WavBits, WavSpec, WavWriter},
};

pub use cover::Cover;
pub use program::{Decoded, encoder_of};
pub use stem_mp4::{StemTrack, join_tracks, name_stems};
pub use tagging::About;

/// Writes one file of audio, block by block, beside its place. Dropped before its end, it leaves nothing behind.
#[derive(Debug)]
pub enum AudioWriter {
    /// WAV.
    Wav(Box<WavWriter>),
    /// AIFF.
    Aiff(Box<aiff::AiffWriter>),
    /// FLAC.
    Flac(Box<flac::FlacWriter>),
    /// What another program encodes.
    Program(Box<program::ProgramWriter>),
}

impl AudioWriter {
    /// A file that will appear at `target`; its folder must exist.
    pub fn create(
        target: &Path,
        form: &FileForm,
        (rate_hz, channels): (u32, usize),
        about: &About,
    ) -> Result<Self, FileError> {
        let bits = form.sample_bits().unwrap_or(0);
        Ok(match form.format {
            Format::Wav => {
                let bits = match bits {
                    ..=16 => WavBits::Int16,
                    17..=24 => WavBits::Int24,
                    _ => WavBits::Float32,
                };
                let spec = WavSpec { rate_hz, channels, bits };
                Self::Wav(Box::new(WavWriter::broadcast(target, spec, broadcast::chunk(about))?))
            }
            Format::Aiff => Self::Aiff(Box::new(aiff::AiffWriter::create(target, rate_hz, channels, bits)?)),
            Format::Flac => Self::Flac(Box::new(flac::FlacWriter::create(target, rate_hz, channels, bits)?)),
            _ => Self::Program(Box::new(program::ProgramWriter::create(target, form, rate_hz, channels)?)),
        })
    }

    /// Says how long the file will be, so that a full disk can be told with what was needed.
    pub fn expect_frames(&mut self, frames: u64) {
        if let Self::Wav(wav) = self {
            wav.expect_frames(frames);
        }
    }

    /// Appends a block: `[channel][frame]`, as many channels as the file has. Integers are rounded to the nearest and
    /// saturate.
    pub fn write(&mut self, block: &Audio) -> Result<(), FileError> {
        match self {
            Self::Wav(wav) => wav.write(block),
            Self::Aiff(aiff) => aiff.write(block),
            Self::Flac(flac) => flac.write(block),
            Self::Program(program) => program.write(block),
        }
    }

    /// Completes the file, still beside its place.
    pub fn finish(self) -> Result<FinishedFile, FileError> {
        match self {
            Self::Wav(wav) => wav.finish(),
            Self::Aiff(aiff) => aiff.finish(),
            Self::Flac(flac) => flac.finish(),
            Self::Program(program) => program.finish(),
        }
    }
}
