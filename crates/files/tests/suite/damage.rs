//! Small valid files with bits turned and ends cut: an error or finite sound, in bounded time and length.

use std::{fs, path::Path, time::Instant};

use acetate_files::{WavBits, WavSpec, WavWriter};
use tempfile::tempdir;

use crate::help::{have, load, run, songs, tone};

/// A linear congruential generator (Knuth, MMIX): the same damage every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

const FRAMES: usize = 6000;
/// Lost parts may become silence, by the reader's budget for it, at most once per file.
const MOST_FRAMES: usize = 70 * 192_000;

fn injure(whole: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    // Headers are where lies do harm, so half of the blows fall there.
    let reach = if dice.roll(2) == 0 { bytes.len().min(200) } else { bytes.len() };
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(reach);
        bytes[at] = match dice.roll(4) {
            0 => 0xff,
            1 => 0,
            2 => bytes[at] ^ (1 << dice.roll(8)),
            _ => dice.roll(256) as u8,
        };
    }
    if dice.roll(3) == 0 {
        bytes.truncate(dice.roll(whole.len()));
    }
    bytes
}

fn batter(name: &str, whole: &[u8], folder: &Path, rounds: usize) {
    let mut dice = Dice(whole.len() as u64);
    let path = folder.join("hurt").with_extension(name.rsplit('.').next().unwrap_or("wav"));
    for round in 0..rounds {
        fs::write(&path, injure(whole, &mut dice)).expect("written");
        let started = Instant::now();
        if let Ok((_, audio)) = load(&path) {
            assert!(audio.channels.iter().flatten().all(|s| s.is_finite()), "{name}, round {round}");
            assert!(audio.frames() <= MOST_FRAMES, "{name}, round {round}: {} frames", audio.frames());
        }
        assert!(started.elapsed().as_secs() < 5, "{name}, round {round}: {:?}", started.elapsed());
    }
}

#[test]
fn damage_never_brings_it_down() {
    let folder = tempdir().expect("a folder");
    let wav = folder.path().join("a.wav");
    for bits in [WavBits::Int16, WavBits::Int24, WavBits::Float32] {
        let spec = WavSpec { rate_hz: 44100, channels: 2, bits };
        let mut writer = WavWriter::create(&wav, spec).expect("created");
        writer.write(&tone(44100, FRAMES, 16)).expect("written");
        writer.finish().expect("finished").persist().expect("in place");
        batter("a.wav", &fs::read(&wav).expect("there"), folder.path(), 400);
    }
    if !have("ffmpeg") {
        return;
    }
    for name in ["b.flac", "c.aiff", "d.caf", "e.m4a", "f.mp3", "g.ogg", "h.mka", "i.w64", "j.aac"] {
        let path = folder.path().join(name);
        run("ffmpeg", &[&"-v", &"error", &"-i", &wav, &path]);
        batter(name, &fs::read(&path).expect("there"), folder.path(), 200);
    }
}

#[test]
fn a_hole_in_a_flac_file_becomes_silence_in_place() {
    if !have("flac") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let (wav, flac) = (folder.path().join("a.wav"), folder.path().join("a.flac"));
    let audio = tone(44100, 40960, 16);
    let spec = WavSpec { rate_hz: 44100, channels: 2, bits: WavBits::Int16 };
    let mut writer = WavWriter::create(&wav, spec).expect("created");
    writer.write(&audio).expect("written");
    writer.finish().expect("finished").persist().expect("in place");
    run("flac", &[&"--silent", &"--no-padding", &"-b", &"4096", &"-o", &flac, &wav]);
    let mut bytes = fs::read(&flac).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&flac, bytes).expect("written");

    let (reader, read) = load(&flac).expect("readable");
    assert_eq!(read.frames(), audio.frames());
    let wrong: Vec<usize> =
        (0..audio.frames()).filter(|n| read.channels[0][*n] != audio.channels[0][*n]).collect();
    assert!(!wrong.is_empty() && wrong.iter().all(|n| read.channels[0][*n] == 0.0), "noise came out");
    assert!(wrong[wrong.len() - 1] - wrong[0] < 2 * 4096, "more was lost than the hole");
    assert_eq!(reader.info().notes.len(), 1);
}

#[test]
fn a_lying_name_is_seen_through() {
    let Some(songs) = songs() else { return };
    let folder = songs.join("torture/generated");
    let (reader, _) = load(&folder.join("flac_named_as.wav")).expect("readable");
    let note = format!("{:?}", reader.info().notes);
    assert!(note.contains("Misnamed") && note.contains("FLAC"), "{note}");
}
