use std::{
    io::{BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use acetate_model::Audio;
use tempfile::NamedTempFile;

use crate::{FileError, finished::FinishedFile, output::temporary_beside};

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WavBits {
    /// 16-bit integers.
    Int16,
    /// 24-bit integers.
    Int24,
    /// 32-bit floats.
    Float32,
}

impl WavBits {
    /// Bits per sample.
    pub fn count(self) -> u32 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }
}

/// What a WAV file shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavSpec {
    /// Frames per second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: usize,
    /// The coding of a sample.
    pub bits: WavBits,
}

/// RIFF, `WAVE`, `JUNK` or `ds64`, `fmt `, `fact` and the head of `data`, for floats; integers have no `fact`.
const DS64_BYTES: u32 = 28;
/// The most that fits the 32-bit sizes of RIFF.
const RIFF_LIMIT_BYTES: u64 = u32::MAX as u64;
const BUFFER_BYTES: usize = 1 << 18;

/// Writes one WAV file, block by block, beside its target, and puts it in place at the end.
///
/// Beyond 4 GiB it becomes RF64 (EBU Tech 3306, 3.3): the `JUNK` chunk reserved at the start turns into `ds64`.
/// A writer that is dropped leaves nothing behind.
#[derive(Debug)]
pub struct WavWriter {
    target: PathBuf,
    spec: WavSpec,
    out: BufWriter<NamedTempFile>,
    bytes: Vec<u8>,
    data_bytes: u64,
    expected_bytes: Option<u64>,
    limit_bytes: u64,
    /// The body of the `bext` chunk, where there is one.
    bext: Option<Vec<u8>>,
}

impl WavWriter {
    /// A file that will appear at `target`; its folder must exist.
    pub fn create(target: &Path, spec: WavSpec) -> Result<Self, FileError> {
        Self::build(target, spec, RIFF_LIMIT_BYTES, None)
    }

    /// The same as a Broadcast Wave (EBU Tech 3285), with what it says about itself.
    pub(crate) fn broadcast(target: &Path, spec: WavSpec, bext: Vec<u8>) -> Result<Self, FileError> {
        Self::build(target, spec, RIFF_LIMIT_BYTES, Some(bext))
    }

    /// RF64 from `limit_bytes` on.
    fn build(
        target: &Path,
        spec: WavSpec,
        limit_bytes: u64,
        bext: Option<Vec<u8>>,
    ) -> Result<Self, FileError> {
        let file = temporary_beside(target)?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, file);
        let mut writer = Self {
            target: target.to_owned(),
            spec,
            out,
            bytes: Vec::new(),
            data_bytes: 0,
            expected_bytes: None,
            limit_bytes,
            bext,
        };
        let header = writer.header();
        writer.put(&header)?;
        Ok(writer)
    }

    /// Says how long the file will be, so that a full disk can be told with what was needed.
    pub fn expect_frames(&mut self, frames: u64) {
        self.expected_bytes = Some(frames.saturating_mul(self.frame_bytes()));
    }

    /// Appends a block. Integers are rounded to the nearest and saturate; floats are written as they are.
    ///
    /// # Panics
    /// When the block has other channels than the file.
    pub fn write(&mut self, block: &Audio) -> Result<(), FileError> {
        assert_eq!(block.channels.len(), self.spec.channels, "a block has the channels of its file");
        let mut bytes = std::mem::take(&mut self.bytes);
        match self.spec.bits {
            WavBits::Int16 => interleave(block, &mut bytes, |s| (integer(s, 32768.0) as i16).to_le_bytes()),
            WavBits::Int24 => interleave(block, &mut bytes, |s| {
                let [a, b, c, _] = integer(s, 8388608.0).to_le_bytes();
                [a, b, c]
            }),
            WavBits::Float32 => interleave(block, &mut bytes, f32::to_le_bytes),
        }
        self.data_bytes += bytes.len() as u64;
        let written = self.put(&bytes);
        self.bytes = bytes;
        written
    }

    /// Completes the file, still beside its target.
    pub fn finish(mut self) -> Result<FinishedFile, FileError> {
        if self.data_bytes % 2 == 1 {
            self.put(&[0])?;
        }
        let header = self.header();
        self.out.seek(SeekFrom::Start(0)).map_err(|e| self.failed(e))?;
        self.put(&header)?;
        self.out.flush().map_err(|e| self.failed(e))?;
        let file =
            self.out.into_inner().map_err(|e| FileError::io(&self.target, "write it")(e.into_error()))?;
        Ok(FinishedFile::new(file, self.target))
    }

    /// Frames written so far.
    pub fn frames(&self) -> u64 {
        self.data_bytes / self.frame_bytes()
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.out.write_all(bytes).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: std::io::Error) -> FileError {
        match FileError::io(&self.target, "write it")(error) {
            FileError::DiskFull { folder, .. } => {
                FileError::DiskFull { folder, needed_bytes: self.expected_bytes }
            }
            other => other,
        }
    }

    fn frame_bytes(&self) -> u64 {
        u64::from(self.spec.bits.count() / 8) * self.spec.channels as u64
    }

    fn header(&self) -> Vec<u8> {
        let WavSpec { rate_hz, channels, bits } = self.spec;
        let float = bits == WavBits::Float32;
        let about = self.bext.as_ref().map_or(0, |bext| 8 + bext.len() as u64);
        let before_data: u64 =
            4 + 8 + u64::from(DS64_BYTES) + about + 8 + if float { 18 + 12 } else { 16 } + 8;
        let riff_bytes = before_data + self.data_bytes.next_multiple_of(2);
        let long = riff_bytes > self.limit_bytes;
        let short = |size: u64| if long { u32::MAX } else { size as u32 }.to_le_bytes();

        let mut head = Vec::with_capacity(128);
        head.extend(if long { b"RF64" } else { b"RIFF" });
        head.extend(short(riff_bytes));
        head.extend(b"WAVE");
        head.extend(if long { b"ds64" } else { b"JUNK" });
        head.extend(DS64_BYTES.to_le_bytes());
        for size in [riff_bytes, self.data_bytes, self.frames()] {
            head.extend(if long { size } else { 0 }.to_le_bytes());
        }
        head.extend(0_u32.to_le_bytes()); // no table of further long chunks
        if let Some(bext) = &self.bext {
            head.extend(b"bext");
            head.extend((bext.len() as u32).to_le_bytes());
            head.extend(bext);
        }
        head.extend(b"fmt ");
        head.extend(if float { 18_u32 } else { 16 }.to_le_bytes());
        head.extend(if float { 3_u16 } else { 1 }.to_le_bytes());
        head.extend((channels as u16).to_le_bytes());
        head.extend(rate_hz.to_le_bytes());
        head.extend(
            (u64::from(rate_hz) * self.frame_bytes()).min(u64::from(u32::MAX)).to_le_bytes()[..4].iter(),
        );
        head.extend((self.frame_bytes() as u16).to_le_bytes());
        head.extend((bits.count() as u16).to_le_bytes());
        if float {
            head.extend(0_u16.to_le_bytes());
            head.extend(b"fact");
            head.extend(4_u32.to_le_bytes());
            head.extend(short(self.frames()));
        }
        head.extend(b"data");
        head.extend(short(self.data_bytes));
        head
    }
}

/// Adding and taking away 1.5 · 2^52 leaves a double rounded to the nearest integer, ties to even.
const ROUNDER: f64 = 6755399441055744.0;

/// Round to the nearest and keep within the integers of `full_scale`.
pub(crate) fn integer(sample: f32, full_scale: f64) -> i32 {
    let scaled = (f64::from(sample) * full_scale).clamp(-full_scale, full_scale - 1.0);
    ((scaled + ROUNDER) - ROUNDER) as i32
}

pub(crate) fn interleave<const N: usize>(
    block: &Audio,
    bytes: &mut Vec<u8>,
    sample: impl Fn(f32) -> [u8; N],
) {
    let channels = block.channels.len();
    bytes.resize(block.frames() * channels * N, 0);
    if let [left, right] = block.channels.as_slice() {
        let (samples, _) = bytes.as_chunks_mut::<N>();
        let (frames, _) = samples.as_chunks_mut::<2>();
        for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right)) {
            *frame = [sample(*l), sample(*r)];
        }
        return;
    }
    for (c, channel) in block.channels.iter().enumerate() {
        let (samples, _) = bytes.as_chunks_mut::<N>();
        for (to, from) in samples.iter_mut().skip(c).step_by(channels).zip(channel) {
            *to = sample(*from);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use acetate_model::Source;

    use super::*;
    use crate::open;

    const SPEC: WavSpec = WavSpec { rate_hz: 48000, channels: 2, bits: WavBits::Int24 };

    fn write(frames: usize, limit_bytes: u64) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.wav");
        let mut writer = WavWriter::build(&path, SPEC, limit_bytes, None).expect("created");
        writer.write(&Audio::silence(48000, 2, frames)).expect("written");
        writer.finish().expect("finished").persist().expect("in place");
        let mut reader = open(&path).expect("readable");
        let mut block = Audio::default();
        assert_eq!(reader.read(&mut block, frames + 1).expect("readable"), frames);
        assert_eq!(reader.info().notes, []);
        fs::read(&path).expect("there")
    }

    #[test]
    fn beyond_the_limit_it_is_rf64() {
        let (frames, data) = (1000, 6000_u64);
        let short = write(frames, u64::from(u32::MAX));
        let riff = short.len() as u64 - 8;
        let long = write(frames, riff - 1);
        assert_eq!(short.len(), long.len());
        assert_eq!(
            (&short[..4], &short[12..16], &long[..4], &long[12..16]),
            (&b"RIFF"[..], &b"JUNK"[..], &b"RF64"[..], &b"ds64"[..])
        );
        let number =
            |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
        let short_number = |bytes: &[u8], at: usize| {
            u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four")))
        };
        assert_eq!(
            (short_number(&short, 4), short_number(&short, short.len() - data as usize - 4)),
            (riff, data)
        );
        // EBU Tech 3306: both 32-bit sizes are -1; `ds64` holds the sizes of the file and the data, and the frames
        assert_eq!(
            (short_number(&long, 4), short_number(&long, long.len() - data as usize - 4)),
            (0xffff_ffff, 0xffff_ffff)
        );
        assert_eq!([20, 28, 36].map(|at| number(&long, at)), [riff, data, frames as u64]);
        assert_eq!(write(frames, riff), short);
    }
}
