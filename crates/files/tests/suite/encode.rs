//! Every format that is written, against ffmpeg, ffprobe and `flac`.

use std::{fs, path::Path, process::Command};

use acetate_files::{About, AudioWriter, Cover, Decoded, encoder_of};
use acetate_model::{Audio, FileForm, Format, Levels, Source, Tags};
use tempfile::tempdir;

use crate::help::{ffmpeg_raw, have, load, tone};

const RATE_HZ: u32 = 48_000;
const FRAMES: usize = 50_001;

/// The smallest PNG: one grey pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01\x48\xaf\xa4\x71\0\0\0\0IEND\xaeB`\x82";

fn about(folder: &Path) -> About {
    let cover = folder.join("cover.png");
    fs::write(&cover, PNG).expect("written");
    About {
        title: Some("Träume & <more>".into()),
        tags: Tags {
            artist: Some("Zoë".into()),
            album: Some("Acetates".into()),
            track: Some(3),
            genre: Some("Electronic".into()),
            date: Some("2026-11-25".into()),
            isrc: Some("us-rc1-76-07839".into()),
            upc: Some("036000291452".into()),
            cover: None,
        },
        cover: Some(Cover::read(&cover).expect("a picture")),
        made_by: "acetate".into(),
    }
}

const LEVELS: Levels = Levels {
    integrated_lufs: Some(-14.03),
    loudness_range_lu: Some(5.5),
    true_peak_dbtp: Some(-1.0),
    max_momentary_lufs: Some(-9.25),
    max_short_term_lufs: None,
};

fn write(path: &Path, form: &FileForm, audio: &Audio, about: &About) {
    let spec = (audio.rate_hz, audio.channels.len());
    let mut writer = AudioWriter::create(path, form, spec, about).expect("created");
    for block in audio.blocks(4096) {
        writer.write(&block).expect("written");
    }
    let mut file = writer.finish().expect("finished");
    about.write_into(&mut file, form.format, &LEVELS).expect("tagged");
    file.persist().expect("in place");
}

fn ffprobe(path: &Path) -> serde_json::Value {
    let args = ["-v", "error", "-show_format", "-show_streams", "-of", "json"];
    let probed = Command::new("ffprobe").args(args).arg(path).output().expect("ffprobe starts");
    serde_json::from_slice(&probed.stdout).expect("JSON")
}

/// A tag of the container or of its first stream, whatever the case of its name.
fn tag(probed: &serde_json::Value, name: &str) -> Option<String> {
    let places = [&probed["format"]["tags"], &probed["streams"][0]["tags"]];
    let mut all = places.into_iter().filter_map(|p| p.as_object()).flatten();
    all.find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, v)| v.as_str().map(str::to_owned))
}

#[test]
fn lossless_files_come_back_to_the_bit_in_another_program() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let about = about(folder.path());
    for format in [Format::Wav, Format::Aiff, Format::Flac, Format::Alac] {
        if encoder_of(format).is_err() {
            println!("skipped {format:?}: its encoder is not installed");
            continue;
        }
        for &bits in format.bits() {
            let form = FileForm { format, bits: Some(bits), ..FileForm::default() };
            let path = folder.path().join(form.name());
            let audio = tone(RATE_HZ, FRAMES, bits.min(24));
            write(&path, &form, &audio, &about);
            let raw = ffmpeg_raw(&path, "f32le");
            let samples: Vec<f32> = raw.as_chunks::<4>().0.iter().map(|s| f32::from_le_bytes(*s)).collect();
            let (frames, _) = samples.as_chunks::<2>();
            assert_eq!(frames.len(), FRAMES, "{}", form.words());
            let same = frames.iter().zip(audio.channels[0].iter().zip(&audio.channels[1]));
            assert!(same.into_iter().all(|([l, r], (x, y))| l == x && r == y), "{}", form.words());
            let (_, again) = load(&path).expect("readable");
            assert!(again == audio, "{} by our own reader", form.words());
            fs::remove_file(path).expect("there");
        }
    }
}

#[test]
fn tags_codes_and_pictures_are_found_by_another_program() {
    if !have("ffprobe") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let about = about(folder.path());
    let audio = tone(RATE_HZ, FRAMES, 24);
    for format in Format::all().filter(|format| encoder_of(*format).is_ok()) {
        let form = FileForm { format, ..FileForm::default() };
        let path = folder.path().join(form.name());
        write(&path, &form, &audio, &about);
        let probed = ffprobe(&path);
        let found = |name: &str| tag(&probed, name);
        assert_eq!(found("title").as_deref(), Some("Träume & <more>"), "{format:?}: {probed:#}");
        assert_eq!(found("artist").as_deref(), Some("Zoë"), "{format:?}");
        assert_eq!(found("album").as_deref(), Some("Acetates"), "{format:?}");
        assert!(found("date").is_some_and(|d| d.starts_with("2026")), "{format:?}: {probed:#}");
        let isrc = found("TSRC").or_else(|| found("isrc")).or_else(|| found("originator_reference"));
        assert_eq!(isrc.as_deref(), Some("USRC17607839"), "{format:?}: {probed:#}");
        let pictures = probed["streams"].as_array().expect("streams").iter();
        let pictures = pictures.filter(|s| s["codec_type"] == "video").count();
        assert_eq!(pictures, 1, "{format:?}: {probed:#}");
        if format != Format::Wav {
            assert_eq!(found("REPLAYGAIN_TRACK_GAIN").as_deref(), Some("-3.97 dB"), "{format:?}: {probed:#}");
        }
        fs::remove_file(path).expect("there");
    }
}

#[test]
fn a_broadcast_wave_tells_its_levels() {
    if !have("ffprobe") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let about = about(folder.path());
    let path = folder.path().join("master.wav");
    write(&path, &FileForm::default(), &tone(RATE_HZ, FRAMES, 24), &about);
    let probed = ffprobe(&path);
    // ffmpeg writes out neither the version nor the levels: those are read where EBU Tech 3285 puts them
    let bytes = fs::read(&path).expect("there");
    let at = bytes.windows(4).position(|w| w == b"bext").expect("a chunk") + 8;
    let level = |n: usize| i16::from_le_bytes([bytes[at + 412 + 2 * n], bytes[at + 413 + 2 * n]]);
    assert_eq!([0, 1, 2, 3, 4].map(level), [-1403, 550, -100, -925, 0x7fff]);
    assert_eq!(bytes[at + 346], 2);
    assert_eq!(tag(&probed, "originator_reference").as_deref(), Some("USRC17607839"), "{probed:#}");
    assert_eq!(tag(&probed, "encoded_by").as_deref(), Some("acetate"), "{probed:#}");
}

#[test]
fn lossy_files_come_back_with_all_frames_and_little_error() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let about = about(folder.path());
    let audio = tone(RATE_HZ, FRAMES, 24);
    for format in [Format::Mp3, Format::Aac, Format::Opus, Format::Vorbis] {
        if encoder_of(format).is_err() {
            println!("skipped {format:?}: its encoder is not installed");
            continue;
        }
        let form = FileForm { format, ..FileForm::default() };
        let path = folder.path().join(form.name());
        write(&path, &form, &audio, &about);
        let mut decoded = Decoded::open(&path, RATE_HZ, 2).expect("decodes");
        let mut again = Audio::default();
        let frames = decoded.read(&mut again, 2 * FRAMES).expect("decodes");
        // ffmpeg plays the last packet of an AAC file to its end, whatever the length that the file tells
        let padded = if format == Format::Aac { 1023 } else { 0 };
        assert!((FRAMES..=FRAMES + padded).contains(&frames), "{format:?}: {frames}");
        let duration = ffprobe(&path)["streams"][0]["duration"].as_str().and_then(|d| d.parse::<f64>().ok());
        let told = duration.map(|seconds| (seconds * f64::from(RATE_HZ)).round());
        assert!(told.is_some_and(|told| (told - FRAMES as f64).abs() < 2000.0), "{format:?}: {told:?}");
        let power = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>();
        let (was, is) = (&audio.channels[0], &again.channels[0]);
        let error = power(&mut was.iter().zip(is).map(|(x, y)| f64::from(*x) - f64::from(*y)));
        let signal = power(&mut was.iter().map(|x| f64::from(*x)));
        assert!(error < 0.05 * signal, "{format:?}: {error} of {signal}");
        fs::remove_file(path).expect("there");
    }
}

#[test]
fn the_same_audio_gives_the_same_file() {
    let folder = tempdir().expect("a folder");
    let about = about(folder.path());
    let audio = tone(RATE_HZ, FRAMES, 24);
    for format in [Format::Wav, Format::Aiff, Format::Flac, Format::Mp3, Format::Aac, Format::Opus] {
        if encoder_of(format).is_err() {
            continue;
        }
        let form = FileForm { format, ..FileForm::default() };
        let written = ["a", "b"].map(|name| {
            let path = folder.path().join(name);
            write(&path, &form, &audio, &about);
            fs::read(path).expect("there")
        });
        assert!(written[0] == written[1], "{format:?}");
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cover.jpg");
    fs::write(&path, "no picture").expect("written");
    let error = Cover::read(&path).expect_err("no picture").to_string();
    assert!(error.contains("cover.jpg: expected a picture, JPEG or PNG"), "{error}");
}
