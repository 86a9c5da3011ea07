//! The clean stems of a song: its loudest half minute, in stereo and at one rate.

use std::path::{Path, PathBuf};

use acetate_files::{StemReader, WavBits, WavSpec, WavWriter, open};
use acetate_mastering::{
    model::{Audio, Role, Source, SourceInfo, Stem},
    scan,
};
use anyhow::Result;

/// The length of the excerpt, in seconds.
const EXCERPT_S: usize = 30;

const READ_FRAMES: usize = 1 << 16;

/// A clean song.
#[derive(Clone)]
pub(crate) struct Song {
    pub title: String,
    pub rate_hz: u32,
    pub stems: Vec<Part>,
}

/// One stem.
#[derive(Clone)]
pub(crate) struct Part {
    pub name: String,
    pub role: Role,
    pub audio: Audio,
}

impl Part {
    pub fn is_voice(&self) -> bool {
        matches!(self.role, Role::LeadVocal | Role::BackingVocal)
    }
}

impl Song {
    /// The half minute in which the song is loudest.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Self::whole(folder)?.loudest(|_| true))
    }

    /// The half minute in which the voices are loudest, if there are any.
    pub fn read_sung(folder: &Path) -> Result<Option<Self>> {
        let whole = Self::whole(folder)?;
        let is_sung = whole.stems.iter().any(Part::is_voice);
        Ok(is_sung.then(|| whole.loudest(Part::is_voice)))
    }

    fn whole(folder: &Path) -> Result<Self> {
        let files = scan(&[folder.to_owned()], None)?.stems;
        let rates = files.iter().map(|f| Ok(f.file.open()?.rate_hz())).collect::<Result<Vec<_>>>()?;
        let rate_hz = rates.into_iter().max().unwrap_or(44_100);
        let stems = files
            .into_iter()
            .map(|file| {
                let audio = read(StemReader::new(file.file.open()?, rate_hz))?;
                let stem = Stem::new(&file.name, file.role, SourceInfo::default());
                Ok(Part { role: stem.trusted_role(), name: file.name, audio })
            })
            .collect::<Result<Vec<_>>>()?;
        let title = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { title, rate_hz, stems })
    }

    /// The half minute with the most power in the sum of these stems.
    fn loudest(mut self, of: impl Fn(&Part) -> bool) -> Self {
        let longest = self.stems.iter().map(|s| s.audio.frames()).max().unwrap_or(0);
        self.stems.iter_mut().for_each(|stem| stem.audio.resize(longest));
        let (second, length) = (self.rate_hz as usize, EXCERPT_S * self.rate_hz as usize);
        let sum = self.sum_of(of);
        let power: Vec<f64> = (0..longest / second)
            .map(|s| {
                let part = |c: &Vec<f32>| {
                    c[s * second..(s + 1) * second].iter().map(|x| f64::from(x * x)).sum::<f64>()
                };
                sum.channels.iter().map(part).sum()
            })
            .collect();
        let starts = 0..=power.len().saturating_sub(EXCERPT_S);
        let loudness = |from: usize| power[from..(from + EXCERPT_S).min(power.len())].iter().sum::<f64>();
        let from = starts.max_by(|a, b| loudness(*a).total_cmp(&loudness(*b))).unwrap_or(0) * second;
        for stem in &mut self.stems {
            for channel in &mut stem.audio.channels {
                let to = (from + length).min(channel.len());
                *channel = channel[from..to].to_vec();
            }
        }
        self
    }

    /// The plain sum.
    pub fn sum(&self) -> Audio {
        self.sum_of(|_| true)
    }

    fn sum_of(&self, of: impl Fn(&Part) -> bool) -> Audio {
        let frames = self.stems.first().map_or(0, |s| s.audio.frames());
        let mut sum = Audio::silence(self.rate_hz, 2, frames);
        for stem in self.stems.iter().filter(|stem| of(stem)) {
            for (to, from) in sum.channels.iter_mut().zip(&stem.audio.channels) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            }
        }
        sum
    }

    /// Writes the stems into a folder; returns their paths.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        self.stems
            .iter()
            .map(|stem| {
                let path = folder.join(format!("{}.wav", stem.name));
                write(&path, &stem.audio)?;
                Ok(path)
            })
            .collect()
    }
}

/// Writes a file of 32-bit floats.
pub(crate) fn write(path: &Path, audio: &Audio) -> Result<()> {
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: audio.channels.len(), bits: WavBits::Float32 };
    let mut file = WavWriter::create(path, spec)?;
    file.write(audio)?;
    file.finish()?.persist()?;
    Ok(())
}

/// A file in stereo, whole.
pub(crate) fn read_file(path: &Path) -> Result<Audio> {
    let rate_hz = open(path)?.rate_hz();
    read_file_at(path, rate_hz)
}

/// The same at a rate.
pub(crate) fn read_file_at(path: &Path, rate_hz: u32) -> Result<Audio> {
    read(StemReader::new(open(path)?, rate_hz))
}

fn read(mut reader: impl Source) -> Result<Audio> {
    let mut whole = Audio::silence(reader.rate_hz(), 2, 0);
    let mut block = Audio::default();
    while reader.read(&mut block, READ_FRAMES)? > 0 {
        for (to, from) in whole.channels.iter_mut().zip(&block.channels) {
            to.extend_from_slice(from);
        }
    }
    Ok(whole)
}
