use std::path::Path;

use acetate_model::Audio;
use symphonia::core::audio::GenericAudioBufferRef;

use crate::{FileError, MAX_TRACKS, RATES_HZ};

/// Frames that were decoded and not yet handed out. The first block decides the rate and the channels.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub rate_hz: u32,
    /// `[channel][frame]`, of which those before `at` are gone; no channel before the first block.
    channels: Vec<Vec<f32>>,
    at: usize,
    /// Frames that came in, be they decoded or replaced by silence.
    pub position: u64,
    block: Vec<Vec<f32>>,
}

impl Decoded {
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Frames that wait.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len) - self.at
    }

    /// Forgets all frames, not the rate and channels.
    pub fn restart(&mut self) {
        self.channels.iter_mut().for_each(Vec::clear);
        (self.at, self.position) = (0, 0);
    }

    /// Appends a decoded block.
    pub fn append(&mut self, path: &Path, buffer: &GenericAudioBufferRef) -> Result<(), FileError> {
        if buffer.frames() == 0 {
            return Ok(());
        }
        let (rate_hz, channels) = (buffer.spec().rate(), buffer.num_planes());
        if self.channels.is_empty() {
            self.begin(path, rate_hz, channels)?;
        }
        if (rate_hz, channels) != (self.rate_hz, self.channels.len()) {
            let found = format!(
                "a file that changes from {} Hz and {} channels to {rate_hz} Hz and {channels} channels midway",
                self.rate_hz,
                self.channels.len()
            );
            let way_out = "export it again as one WAV";
            return Err(FileError::Unsupported { path: path.to_owned(), found, way_out });
        }
        self.make_room();
        buffer.copy_to_vecs_planar(&mut self.block);
        for (to, from) in self.channels.iter_mut().zip(&self.block) {
            to.extend_from_slice(from);
        }
        self.position += buffer.frames() as u64;
        Ok(())
    }

    /// Appends silence; before the first block it is owed until that tells the channels.
    pub fn append_silence(&mut self, frames: u64) {
        for channel in &mut self.channels {
            channel.extend(std::iter::repeat_n(0.0, frames as usize));
        }
        self.position += frames;
    }

    /// Moves up to `frames` frames of the channels `wanted` to `into` and returns how many.
    pub fn take(&mut self, into: &mut Audio, wanted: &[usize], frames: usize) -> usize {
        let count = self.frames().min(frames);
        for (to, from) in into.channels.iter_mut().zip(wanted) {
            let from = self.channels.get(*from).map_or(&[][..], |c| &c[self.at..self.at + count]);
            to.extend_from_slice(from);
        }
        self.at += count;
        count
    }

    /// Drops up to `frames` frames and returns how many.
    pub fn skip(&mut self, frames: u64) -> u64 {
        let count = (self.frames() as u64).min(frames);
        self.at += count as usize;
        count
    }

    fn begin(&mut self, path: &Path, rate_hz: u32, channels: usize) -> Result<(), FileError> {
        if !(1..=MAX_TRACKS).contains(&channels) {
            return Err(FileError::Tracks { path: path.to_owned(), channels });
        }
        if !RATES_HZ.contains(&rate_hz) {
            return Err(FileError::Rate { path: path.to_owned(), rate_hz });
        }
        self.rate_hz = rate_hz;
        self.channels = vec![vec![0.0; self.position as usize]; channels];
        Ok(())
    }

    /// Forgets what was handed out.
    fn make_room(&mut self) {
        self.channels.iter_mut().for_each(|c| drop(c.drain(..self.at)));
        self.at = 0;
    }
}
