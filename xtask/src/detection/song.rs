use std::path::{Path, PathBuf};

use acetate_files::{WavBits, WavSpec, WavWriter, open};
use acetate_mastering::{
    model::{Audio, Source},
    scan,
};
use anyhow::Result;

/// The stems of a song, to be spoilt.
#[derive(Clone)]
pub(super) struct Song {
    pub title: String,
    pub stems: Vec<Part>,
}

/// One stem in memory.
#[derive(Clone)]
pub(super) struct Part {
    pub name: String,
    pub audio: Audio,
    /// How it is written if it was touched.
    pub bits: WavBits,
    /// Where it lies as it came, until it is touched.
    path: Option<PathBuf>,
}

/// A song on disk; what was touched vanishes with it.
pub(super) struct Written {
    pub paths: Vec<PathBuf>,
    _folder: tempfile::TempDir,
}

const READ_FRAMES: usize = 1 << 16;

impl Song {
    pub fn read(folder: &Path) -> Result<Self> {
        let files = scan(&[folder.to_owned()], None)?.stems;
        let stems = files
            .into_iter()
            .map(|file| {
                let path = file.file.shown();
                Ok(Part { name: file.name, audio: read(&path)?, bits: WavBits::Int24, path: Some(path) })
            })
            .collect::<Result<_>>()?;
        let title = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { title, stems })
    }

    pub fn name_of(&self, at: usize) -> String {
        self.stems[at].name.clone()
    }

    pub fn rate(&self) -> f64 {
        self.stems.first().map_or(0.0, |s| f64::from(s.audio.rate_hz))
    }

    /// A stem to be changed.
    pub fn part(&mut self, at: usize) -> &mut Part {
        self.stems[at].path = None;
        &mut self.stems[at]
    }

    /// A stem's samples to be changed, `[channel][frame]`.
    pub fn channels(&mut self, at: usize) -> &mut Vec<Vec<f32>> {
        &mut self.part(at).audio.channels
    }

    /// One more stem.
    pub fn add(&mut self, name: &str, audio: Audio) {
        self.stems.push(Part { name: name.to_owned(), audio, bits: WavBits::Int24, path: None });
    }

    /// Writes what was touched; the rest is read where it lies.
    pub fn write(&self) -> Result<Written> {
        let folder = tempfile::tempdir()?;
        let paths = self
            .stems
            .iter()
            .map(|part| match &part.path {
                Some(path) => Ok(path.clone()),
                None => part.write(folder.path()),
            })
            .collect::<Result<_>>()?;
        Ok(Written { paths, _folder: folder })
    }
}

impl Part {
    fn write(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join(format!("{}.wav", self.name));
        let spec =
            WavSpec { rate_hz: self.audio.rate_hz, channels: self.audio.channels.len(), bits: self.bits };
        let mut writer = WavWriter::create(&path, spec)?;
        writer.write(&self.audio)?;
        writer.finish()?.persist()?;
        Ok(path)
    }
}

/// A whole file in stereo.
fn read(path: &Path) -> Result<Audio> {
    let mut file = open(path)?;
    let mut whole = Audio::silence(file.rate_hz(), file.channels(), 0);
    let mut block = Audio::default();
    while file.read(&mut block, READ_FRAMES)? > 0 {
        for (all, new) in whole.channels.iter_mut().zip(&block.channels) {
            all.extend_from_slice(new);
        }
    }
    if let [mono] = &whole.channels[..] {
        whole.channels = vec![mono.clone(); 2];
    }
    Ok(whole)
}
