use std::{
    io::{BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use acetate_model::Audio;
use tempfile::NamedTempFile;

use crate::{
    FileError,
    finished::FinishedFile,
    output::temporary_beside,
    wav::{integer, interleave},
};

/// `FORM`, `AIFF`, `COMM` with 18 bytes, and the head of `SSND` with its offset and block size.
const COMM_BYTES: u32 = 18;
const HEAD_BYTES: u64 = 12 + 8 + COMM_BYTES as u64 + 8 + 8;
const BUFFER_BYTES: usize = 1 << 18;

/// Writes an AIFF file (Audio Interchange File Format, version 1.3): big-endian integers.
#[derive(Debug)]
pub struct AiffWriter {
    target: PathBuf,
    out: BufWriter<NamedTempFile>,
    rate_hz: u32,
    channels: usize,
    bits: u32,
    bytes: Vec<u8>,
    data_bytes: u64,
}

impl AiffWriter {
    pub(super) fn create(target: &Path, rate_hz: u32, channels: usize, bits: u32) -> Result<Self, FileError> {
        let out = BufWriter::with_capacity(BUFFER_BYTES, temporary_beside(target)?);
        let mut writer = Self {
            target: target.to_owned(),
            out,
            rate_hz,
            channels,
            bits,
            bytes: Vec::new(),
            data_bytes: 0,
        };
        let head = writer.head();
        writer.put(&head)?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, block: &Audio) -> Result<(), FileError> {
        let mut bytes = std::mem::take(&mut self.bytes);
        if self.bits == 16 {
            interleave(block, &mut bytes, |s| (integer(s, 32768.0) as i16).to_be_bytes());
        } else {
            interleave(block, &mut bytes, |s| {
                let [_, a, b, c] = integer(s, 8388608.0).to_be_bytes();
                [a, b, c]
            });
        }
        self.data_bytes += bytes.len() as u64;
        let written = self.put(&bytes);
        self.bytes = bytes;
        written
    }

    pub(super) fn finish(mut self) -> Result<FinishedFile, FileError> {
        if HEAD_BYTES + self.data_bytes > u64::from(u32::MAX) {
            let what = "over 4 GiB, which AIFF cannot hold; deliver WAV or FLAC instead".into();
            return Err(FileError::Encoder { path: self.target, format: "AIFF", what });
        }
        if self.data_bytes % 2 == 1 {
            self.put(&[0])?;
        }
        let head = self.head();
        self.out.seek(SeekFrom::Start(0)).map_err(FileError::io(&self.target, "write it"))?;
        self.put(&head)?;
        self.out.flush().map_err(FileError::io(&self.target, "write it"))?;
        let file = self.out.into_inner();
        let file = file.map_err(|e| FileError::io(&self.target, "write it")(e.into_error()))?;
        Ok(FinishedFile::new(file, self.target))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.out.write_all(bytes).map_err(FileError::io(&self.target, "write it"))
    }

    fn head(&self) -> Vec<u8> {
        let frame_bytes = u64::from(self.bits / 8) * self.channels as u64;
        let frames = self.data_bytes / frame_bytes.max(1);
        let mut head = Vec::with_capacity(HEAD_BYTES as usize);
        head.extend(b"FORM");
        head.extend(((HEAD_BYTES - 8 + self.data_bytes.next_multiple_of(2)) as u32).to_be_bytes());
        head.extend(b"AIFFCOMM");
        head.extend(COMM_BYTES.to_be_bytes());
        head.extend((self.channels as u16).to_be_bytes());
        head.extend((frames as u32).to_be_bytes());
        head.extend((self.bits as u16).to_be_bytes());
        head.extend(extended(self.rate_hz));
        head.extend(b"SSND");
        head.extend(((8 + self.data_bytes) as u32).to_be_bytes());
        head.extend([0; 8]);
        head
    }
}

/// A whole number as 80-bit extended float (IEEE 754): 15 bits of exponent, then the digits with the leading one.
fn extended(value: u32) -> [u8; 10] {
    let shift = value.leading_zeros();
    let exponent = (16383 + 31 - shift) as u16;
    let digits = u64::from(value << shift) << 32;
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&exponent.to_be_bytes());
    bytes[2..].copy_from_slice(&digits.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_apple_wrote_them() {
        // Inside Macintosh: 22050 is 400D AC44 0000 0000 0000, 44100 is 400E AC44 0000 0000 0000
        assert_eq!(extended(44_100), [0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
        assert_eq!(extended(22_050), [0x40, 0x0d, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    }
}
