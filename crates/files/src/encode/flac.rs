use std::{
    fmt,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use acetate_model::Audio;
use flac_codec::encode::{FlacSampleWriter, Options};
use tempfile::NamedTempFile;

use crate::{FileError, finished::FinishedFile, output::temporary_beside, wav::integer};

const BUFFER_BYTES: usize = 1 << 18;

/// Writes a FLAC file (RFC 9639), with the MD5 of its samples.
pub struct FlacWriter {
    target: PathBuf,
    file: NamedTempFile,
    encoder: FlacSampleWriter<BufWriter<File>>,
    full_scale: f64,
    /// Interleaved.
    samples: Vec<i32>,
}

impl FlacWriter {
    pub(super) fn create(target: &Path, rate_hz: u32, channels: usize, bits: u32) -> Result<Self, FileError> {
        let file = temporary_beside(target)?;
        let handle = file.reopen().map_err(FileError::io(target, "write it"))?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, handle);
        let options = Options::default();
        let encoder = FlacSampleWriter::new(out, options, rate_hz, bits, channels as u8, None);
        let encoder = encoder.map_err(|e| failed(target, e))?;
        let full_scale = f64::from(1_u32 << (bits - 1));
        Ok(Self { target: target.to_owned(), file, encoder, full_scale, samples: Vec::new() })
    }

    pub(super) fn write(&mut self, block: &Audio) -> Result<(), FileError> {
        let channels = block.channels.len();
        self.samples.resize(block.frames() * channels, 0);
        for (c, channel) in block.channels.iter().enumerate() {
            for (to, from) in self.samples.iter_mut().skip(c).step_by(channels).zip(channel) {
                *to = integer(*from, self.full_scale);
            }
        }
        self.encoder.write(&self.samples).map_err(|e| failed(&self.target, e))
    }

    pub(super) fn finish(self) -> Result<FinishedFile, FileError> {
        self.encoder.finalize().map_err(|e| failed(&self.target, e))?;
        Ok(FinishedFile::new(self.file, self.target))
    }
}

fn failed(target: &Path, error: flac_codec::Error) -> FileError {
    match error {
        flac_codec::Error::Io(error) => FileError::io(target, "write it")(error),
        other => FileError::Encoder { path: target.to_owned(), format: "FLAC", what: other.to_string() },
    }
}

impl fmt::Debug for FlacWriter {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("FlacWriter").field("target", &self.target).finish_non_exhaustive()
    }
}
