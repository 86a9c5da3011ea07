use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use acetate_model::{Audio, Source, SourceError};

use crate::{FileError, positioned::read_at};

/// Frames are kept in chunks of this many, planar within.
const CHUNK_FRAMES: usize = 1 << 14;
const SAMPLE_BYTES: usize = size_of::<f32>();

/// Audio that is written once, front to back, and read often: in memory up to a limit, beyond it in a temporary
/// file without a name, which is gone with the program.
#[derive(Debug)]
pub struct Scratch {
    store: Store,
    /// The chunk that is being filled.
    last: Vec<Vec<f32>>,
    memory_chunks: usize,
    folder: PathBuf,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Store {
    rate_hz: u32,
    channels: usize,
    frames: u64,
    /// `[chunk][channel][frame]`; the first chunks.
    memory: Vec<Vec<Vec<f32>>>,
    /// The chunks between those in memory and the unfinished last one: channel after channel, little-endian.
    file: Option<File>,
    chunks_in_file: usize,
    /// The unfinished chunk at the end: `[channel][frame]`.
    last: Vec<Vec<f32>>,
}

impl Scratch {
    /// An empty recording. Beyond about `memory_limit_bytes` it goes to a file in `folder`.
    pub fn new(rate_hz: u32, channels: usize, memory_limit_bytes: usize, folder: &Path) -> Self {
        let chunk_bytes = (CHUNK_FRAMES * channels * SAMPLE_BYTES).max(1);
        Self {
            store: Store {
                rate_hz,
                channels,
                frames: 0,
                memory: Vec::new(),
                file: None,
                chunks_in_file: 0,
                last: Vec::new(),
            },
            last: empty_chunk(channels),
            memory_chunks: memory_limit_bytes / chunk_bytes,
            folder: folder.to_owned(),
            bytes: Vec::new(),
        }
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.store.frames
    }

    /// Appends a block.
    ///
    /// # Panics
    /// When the block has other channels than the recording.
    pub fn push(&mut self, block: &Audio) -> Result<(), FileError> {
        assert_eq!(block.channels.len(), self.store.channels, "a block has the channels of its recording");
        let mut from = 0;
        while from < block.frames() {
            let filled = self.last.first().map_or(0, Vec::len);
            let to = block.frames().min(from + CHUNK_FRAMES - filled);
            for (last, channel) in self.last.iter_mut().zip(&block.channels) {
                last.extend_from_slice(&channel[from..to]);
            }
            if filled + to - from == CHUNK_FRAMES {
                self.put_away()?;
            }
            from = to;
        }
        self.store.frames += block.frames() as u64;
        Ok(())
    }

    /// The end of writing: a reader at the first frame, to be cloned for each further reader.
    pub fn into_reader(mut self) -> ScratchReader {
        self.store.last = self.last;
        ScratchReader { store: Arc::new(self.store), at: 0, bytes: Vec::new() }
    }

    /// Moves the full chunk into memory or the file.
    fn put_away(&mut self) -> Result<(), FileError> {
        if self.store.memory.len() < self.memory_chunks {
            let full = std::mem::replace(&mut self.last, empty_chunk(self.store.channels));
            self.store.memory.push(full);
        } else {
            let failed = |e| FileError::io(&self.folder.join("a temporary file"), "write it")(e);
            let mut file = match self.store.file.take() {
                Some(file) => file,
                None => tempfile::tempfile_in(&self.folder).map_err(failed)?,
            };
            for channel in &mut self.last {
                self.bytes.resize(channel.len() * SAMPLE_BYTES, 0);
                let (samples, _) = self.bytes.as_chunks_mut::<SAMPLE_BYTES>();
                for (to, from) in samples.iter_mut().zip(channel.drain(..)) {
                    *to = from.to_le_bytes();
                }
                file.write_all(&self.bytes).map_err(failed)?;
            }
            self.store.file = Some(file);
            self.store.chunks_in_file += 1;
        }
        Ok(())
    }
}

fn empty_chunk(channels: usize) -> Vec<Vec<f32>> {
    (0..channels).map(|_| Vec::with_capacity(CHUNK_FRAMES)).collect()
}

/// Reads a finished recording. Clones are cheap and read on their own, at once if need be.
#[derive(Debug)]
pub struct ScratchReader {
    store: Arc<Store>,
    at: u64,
    bytes: Vec<u8>,
}

impl Clone for ScratchReader {
    /// Another reader of the same recording, at its first frame.
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), at: 0, bytes: Vec::new() }
    }
}

impl Store {
    /// Appends frames `from..from + count` of one chunk to `into`.
    fn append(
        &self,
        chunk: usize,
        from: usize,
        count: usize,
        into: &mut Audio,
        bytes: &mut Vec<u8>,
    ) -> io::Result<()> {
        let in_memory = self.memory.len();
        for (c, channel) in into.channels.iter_mut().enumerate() {
            if let Some(samples) = self.memory.get(chunk) {
                channel.extend_from_slice(&samples[c][from..from + count]);
            } else if let Some(file) = self.file.as_ref().filter(|_| chunk < in_memory + self.chunks_in_file)
            {
                let sample = ((chunk - in_memory) * self.channels + c) * CHUNK_FRAMES + from;
                bytes.resize(count * SAMPLE_BYTES, 0);
                read_at(file, bytes, (sample * SAMPLE_BYTES) as u64)?;
                let (samples, _) = bytes.as_chunks::<SAMPLE_BYTES>();
                channel.extend(samples.iter().map(|s| f32::from_le_bytes(*s)));
            } else {
                channel.extend_from_slice(&self.last[c][from..from + count]);
            }
        }
        Ok(())
    }
}

impl Source for ScratchReader {
    fn rate_hz(&self) -> u32 {
        self.store.rate_hz
    }

    fn channels(&self) -> usize {
        self.store.channels
    }

    fn frames(&self) -> Option<u64> {
        Some(self.store.frames)
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        into.rate_hz = self.store.rate_hz;
        into.channels.resize_with(self.store.channels, Vec::new);
        into.channels.iter_mut().for_each(Vec::clear);
        let wanted = (self.store.frames - self.at).min(frames as u64) as usize;
        let mut read = 0;
        while read < wanted {
            let (chunk, from) = ((self.at / CHUNK_FRAMES as u64) as usize, self.at as usize % CHUNK_FRAMES);
            let count = (wanted - read).min(CHUNK_FRAMES - from);
            self.store
                .append(chunk, from, count, into, &mut self.bytes)
                .map_err(FileError::io(Path::new("temporary recording"), "read it"))?;
            self.at += count as u64;
            read += count;
        }
        Ok(read)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.at = 0;
        Ok(())
    }
}
