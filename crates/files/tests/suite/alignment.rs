//! Compressed stems arrive in step with the WAV they were made from.

use std::{f64::consts::TAU, path::Path};

use acetate_files::{WavBits, WavSpec, WavWriter};
use acetate_model::Audio;
use tempfile::tempdir;

use crate::help::{have, load, run, songs};

/// A sweep with a slow swell: no two of its moments look alike, so that only lag zero fits.
fn sweep(frames: usize) -> Audio {
    let wave: Vec<f32> = (0..frames)
        .map(|n| {
            let t = n as f64 / 44100.0;
            let swell = 0.4 + 0.2 * libm::sin(TAU * 3.0 * t);
            (swell * libm::sin(TAU * (200.0 * t + 900.0 * t * t))) as f32
        })
        .collect();
    Audio { rate_hz: 44100, channels: vec![wave.clone(), wave] }
}

/// The level of the difference below that of the source, in dB.
fn difference_db(source: &Audio, decoded: &Audio) -> f64 {
    let (mut difference, mut level) = (0.0, 0.0);
    for (s, d) in source.channels.iter().flatten().zip(decoded.channels.iter().flatten()) {
        difference += f64::from(s - d) * f64::from(s - d);
        level += f64::from(*s) * f64::from(*s);
    }
    10.0 * libm::log10(difference / level)
}

fn write(path: &Path, audio: &Audio) {
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: 2, bits: WavBits::Int24 };
    let mut writer = WavWriter::create(path, spec).expect("created");
    writer.write(audio).expect("written");
    writer.finish().expect("finished").persist().expect("in place");
}

#[test]
fn encoders_delay_nothing() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let wav = folder.path().join("source.wav");
    // neither a multiple of a codec's block nor of a millisecond
    let audio = sweep(100_003);
    write(&wav, &audio);
    for (name, arguments) in [
        ("a.m4a", &["-c:a", "aac", "-b:a", "256k"][..]),
        ("a.mov", &["-c:a", "aac", "-b:a", "256k"]),
        ("b.m4a", &["-c:a", "alac"]),
        ("c.mp3", &["-c:a", "libmp3lame", "-b:a", "320k"]),
        ("d.ogg", &["-c:a", "libvorbis", "-q:a", "8"]),
        ("e.flac", &["-c:a", "flac"]),
    ] {
        let path = folder.path().join(name);
        let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"-v", &"error", &"-i", &wav];
        all.extend(arguments.iter().map(|a| a as &dyn AsRef<std::ffi::OsStr>));
        all.push(&path);
        run("ffmpeg", &all);
        let (reader, decoded) = load(&path).expect("readable");
        assert_eq!(decoded.frames(), audio.frames(), "{name}");
        let level_db = difference_db(&audio, &decoded);
        assert!(level_db < -25.0, "{name}: difference {level_db} dB");
        assert_eq!(reader.info().notes, [], "{name}");
    }
}

#[test]
fn an_edit_that_begins_late_becomes_silence() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let (wav, path) = (folder.path().join("source.wav"), folder.path().join("late.m4a"));
    let audio = sweep(44100);
    write(&wav, &audio);
    run("ffmpeg", &[&"-v", &"error", &"-itsoffset", &"0.5", &"-i", &wav, &"-c:a", &"alac", &path]);
    let (_, decoded) = load(&path).expect("readable");
    assert_eq!(decoded.frames(), 22050 + 44100);
    assert!(decoded.channels[0][..22050].iter().all(|s| *s == 0.0));
    let rest =
        Audio { rate_hz: 44100, channels: decoded.channels.iter().map(|c| c[22050..].to_vec()).collect() };
    assert!(difference_db(&audio, &rest) < -80.0);
}

#[test]
fn an_aac_file_of_another_encoder_keeps_step_too() {
    let Some(songs) = songs() else { return };
    let folder = songs.join("torture/generated");
    let (_, wav) = load(&folder.join("wav_pcm16.wav")).expect("readable");
    let (_, aac) = load(&folder.join("aac.m4a")).expect("readable");
    assert_eq!(aac.frames(), wav.frames());
    let level_db = difference_db(&wav, &aac);
    assert!(level_db < -10.0, "{level_db} dB");
}
