//! What is listened to: files whose role their name tells, and what is made of them.

use std::path::{Path, PathBuf};

use acetate_files::StemReader;
use acetate_mastering::{
    demo,
    model::{Audio, Place, Readings, Role, RoleGuess, Source, Spec},
};
use acetate_meters::MeterBank;
use anyhow::{Context, Result};

/// The longest that is heard of a file.
const LONGEST_SECONDS: f64 = 240.0;
/// The length of an excerpt.
const EXCERPT_SECONDS: f64 = 12.0;
const BLOCK_FRAMES: usize = 4096;
/// A name that says less tells no truth to measure against.
const UNSAID: f64 = 0.55;

/// Something with a known role, measured.
pub(super) struct Piece {
    /// Which song it is of.
    pub song: String,
    pub name: String,
    pub role: Role,
    pub readings: Readings,
}

/// A file with its true role.
struct Heard {
    song: String,
    name: String,
    role: Role,
    audio: Audio,
}

impl Heard {
    fn piece(&self, what: &str, audio: &Audio) -> Piece {
        let name = if what.is_empty() { self.name.clone() } else { format!("{} {what}", self.name) };
        Piece { song: self.song.clone(), name, role: self.role, readings: measure(audio) }
    }
}

/// The folders of songs within a folder.
pub(super) fn songs(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{}: cannot be read", folder.display()))?;
    let mut songs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    songs.retain(|path| path.join("song.json").is_file());
    songs.sort();
    Ok(songs)
}

/// Every stem of a song as it is; excerpts, softer, darker and faster ones; and sums of some or all.
pub(super) fn of_song(folder: &Path) -> Result<[Vec<Piece>; 2]> {
    let heard = read_folder(folder)?;
    let stems: Vec<&Heard> = heard.iter().filter(|h| h.role != Role::Mix).collect();
    let mut whole: Vec<Piece> = heard.iter().map(|h| h.piece("", &h.audio)).collect();
    let mut made = Vec::new();
    for stem in &stems {
        made.extend(
            excerpts(&stem.audio)
                .iter()
                .enumerate()
                .map(|(n, part)| stem.piece(&format!("part {}", n + 1), part)),
        );
        made.push(stem.piece("12 dB softer, dull", &dull(&stem.audio)));
        made.push(stem.piece("one semitone up", &faster(&stem.audio)));
    }
    let song = heard.first().map_or(String::new(), |h| h.song.clone());
    let sum = |name: &str, role, keep: &dyn Fn(Role) -> bool| {
        let parts: Vec<&Audio> = stems.iter().filter(|s| keep(s.role)).map(|s| &s.audio).collect();
        (parts.len() >= 3).then(|| Heard {
            song: song.clone(),
            name: name.into(),
            role,
            audio: add_up(&parts),
        })
    };
    let is_voice = |role| matches!(role, Role::LeadVocal | Role::BackingVocal);
    if let Some(mix) = sum("sum of all", Role::Mix, &|_| true) {
        whole.push(mix.piece("", &mix.audio));
        made.extend(excerpts(&mix.audio).iter().map(|part| mix.piece("part", part)));
    }
    if stems.iter().any(|s| is_voice(s.role))
        && let Some(music) = sum("sum without voices", Role::Music, &|role| !is_voice(role))
    {
        whole.push(music.piece("", &music.audio));
    }
    Ok([whole, made])
}

/// The stems of the demo song.
pub(super) fn of_the_demo() -> Vec<Piece> {
    demo::compose(44_100)
        .into_iter()
        .map(|(name, audio)| {
            // the demo's lead is a synthesiser
            let heard = Heard { song: "demo".into(), role: Role::from_name(&name), name, audio };
            heard.piece("", &heard.audio)
        })
        .collect()
}

/// Every file of a folder whose name tells a role beyond doubt.
pub(super) fn of_folder(folder: &Path) -> Result<Vec<Piece>> {
    Ok(read_folder(folder)?.iter().map(|h| h.piece("", &h.audio)).collect())
}

fn read_folder(folder: &Path) -> Result<Vec<Heard>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{}: cannot be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| {
        path.extension().is_some_and(|e| ["flac", "wav", "mp3", "ogg"].iter().any(|known| e == *known))
    });
    files.sort();
    let text = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let song = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let heard = files.iter().filter_map(|file| {
        let name = text(file);
        let RoleGuess { role, confidence, .. } = RoleGuess::from_name(&name);
        // a stem named `lead` or `arp` is a synthesiser, and no name here is a trap
        (role != Role::Unknown && confidence > UNSAID)
            .then(|| Ok(Heard { song: song.clone(), name, role, audio: read(file)? }))
    });
    heard.collect()
}

fn read(file: &Path) -> Result<Audio> {
    let reader = acetate_files::open(file)?;
    let rate_hz = reader.rate_hz();
    let mut reader = StemReader::new(reader, rate_hz);
    let mut audio = Audio::silence(rate_hz, 2, 0);
    let mut block = Audio::silence(rate_hz, 2, 0);
    while (audio.frames() as f64) < LONGEST_SECONDS * f64::from(rate_hz)
        && reader.read(&mut block, BLOCK_FRAMES)? > 0
    {
        for (whole, part) in audio.channels.iter_mut().zip(&block.channels) {
            whole.extend_from_slice(part);
        }
    }
    Ok(audio)
}

fn measure(audio: &Audio) -> Readings {
    let mut bank = MeterBank::new(&Spec::new(audio.rate_hz, audio.channels.len(), BLOCK_FRAMES));
    for block in audio.blocks(BLOCK_FRAMES) {
        bank.push(&block);
    }
    Readings(bank.readings(&Place::Master))
}

/// Three parts of a signal.
fn excerpts(audio: &Audio) -> Vec<Audio> {
    let length = ((EXCERPT_SECONDS * f64::from(audio.rate_hz)) as usize).min(audio.frames());
    let cut = |n: usize| {
        let from = (audio.frames() - length) * n / 2;
        let channels = audio.channels.iter().map(|c| c[from..from + length].to_vec()).collect();
        Audio { rate_hz: audio.rate_hz, channels }
    };
    (0..3).map(cut).collect()
}

/// 12 dB softer, and 6 dB per octave less above 6 kHz.
fn dull(audio: &Audio) -> Audio {
    let a = 1.0 - libm::exp(-2.0 * std::f64::consts::PI * 6000.0 / f64::from(audio.rate_hz));
    let mut dull = audio.clone();
    for channel in &mut dull.channels {
        let mut y = 0.0;
        for sample in channel {
            y += a * (0.25 * f64::from(*sample) - y);
            *sample = y as f32;
        }
    }
    dull
}

/// Played a semitone faster, by straight lines between the samples.
fn faster(audio: &Audio) -> Audio {
    let ratio = libm::exp2(1.0 / 12.0);
    let frames = ((audio.frames().saturating_sub(1)) as f64 / ratio) as usize;
    let at = |channel: &[f32], n: usize| {
        let x = n as f64 * ratio;
        let share = (x - x.floor()) as f32;
        channel[x as usize] * (1.0 - share) + channel[x as usize + 1] * share
    };
    let channels = audio.channels.iter().map(|c| (0..frames).map(|n| at(c, n)).collect()).collect();
    Audio { rate_hz: audio.rate_hz, channels }
}

fn add_up(parts: &[&Audio]) -> Audio {
    let frames = parts.iter().map(|p| p.frames()).max().unwrap_or(0);
    let mut sum = Audio::silence(parts.first().map_or(44_100, |p| p.rate_hz), 2, frames);
    for part in parts {
        for (to, from) in sum.channels.iter_mut().zip(&part.channels) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }
    sum
}
