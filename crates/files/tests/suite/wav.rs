//! WAV in and out, against ffmpeg and against bytes written by hand.

use std::fs;

use acetate_files::{FileError, WavBits, WavSpec, WavWriter, open};
use acetate_model::{Audio, Source, SourceNote};
use tempfile::tempdir;

use crate::help::{ffmpeg_raw, have, load, run, tone};

fn write(path: &std::path::Path, audio: &Audio, bits: WavBits) {
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: audio.channels.len(), bits };
    let mut writer = WavWriter::create(path, spec).expect("created");
    for block in audio.blocks(777) {
        writer.write(&block).expect("written");
    }
    writer.finish().expect("finished").persist().expect("in place");
}

#[test]
fn what_is_written_is_what_another_program_reads() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    for (bits, grid, raw) in
        [(WavBits::Int16, 16, "s16le"), (WavBits::Int24, 24, "s24le"), (WavBits::Float32, 24, "f32le")]
    {
        for channels in [1, 2] {
            let mut audio = tone(48000, 10_001, grid);
            audio.channels.truncate(channels);
            write(&path, &audio, bits);
            let mut expected = Vec::new();
            for frame in 0..audio.frames() {
                for channel in &audio.channels {
                    let whole = (f64::from(channel[frame]) * f64::from(1 << (grid - 1))) as i32;
                    match bits {
                        WavBits::Int16 => expected.extend_from_slice(&whole.to_le_bytes()[..2]),
                        WavBits::Int24 => expected.extend_from_slice(&whole.to_le_bytes()[..3]),
                        WavBits::Float32 => expected.extend_from_slice(&channel[frame].to_le_bytes()),
                    }
                }
            }
            assert!(ffmpeg_raw(&path, raw) == expected, "{bits:?}, {channels} channels");
            let (reader, again) = load(&path).expect("readable");
            assert_eq!(again, audio);
            assert_eq!(reader.info().bits, Some(bits.count()));
        }
    }
}

#[test]
fn what_another_program_writes_is_read_to_the_bit() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let source = folder.path().join("source.wav");
    let audio = tone(44100, 5003, 24);
    write(&source, &audio, WavBits::Float32);
    let of_grid = |bits: u32| tone(44100, 5003, bits);
    for (codec, name, words, grid) in [
        ("pcm_s24le", "a.wav", "WAV 24 bit", 24),
        ("pcm_s32le", "b.wav", "WAV 32 bit", 24),
        ("pcm_f32le", "c.wav", "WAV 32 bit float", 24),
        ("pcm_f64le", "d.wav", "WAV 64 bit float", 24),
        ("pcm_s24be", "e.aiff", "AIFF 24 bit", 24),
        ("pcm_s24le", "f.caf", "CAF 24 bit", 24),
        ("pcm_s16le", "g.wav", "WAV 16 bit", 16),
        ("flac", "h.flac", "FLAC 16 bit", 16),
        ("alac", "i.m4a", "MP4 ALAC 16 bit", 16),
    ] {
        let path = folder.path().join(name);
        write(&source, &of_grid(grid), WavBits::Float32);
        let format: &[&str] = if grid == 16 && name != "g.wav" { &["-sample_fmt", "s16"] } else { &[] };
        let format = if codec == "alac" { &["-sample_fmt", "s16p"][..] } else { format };
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> =
            vec![&"-v", &"error", &"-i", &source, &"-c:a", &codec];
        arguments.extend(format.iter().map(|f| f as &dyn AsRef<std::ffi::OsStr>));
        arguments.push(&path);
        run("ffmpeg", &arguments);
        let (reader, read) = load(&path).expect("readable");
        assert!(read == of_grid(grid), "{codec}");
        assert_eq!(reader.info().coding, words);
        assert_eq!(reader.info().notes, []);
        assert_eq!(reader.frames(), Some(5003));
    }
}

/// A WAV file from its parts.
fn bytes(tag: u16, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    for word in [tag, channels] {
        file.extend(word.to_le_bytes());
    }
    file.extend(44100_u32.to_le_bytes());
    file.extend((44100 * u32::from(frame)).to_le_bytes());
    for word in [frame, bits] {
        file.extend(word.to_le_bytes());
    }
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

#[test]
fn the_corners_of_every_coding() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let f32s = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let f64s = |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let one_24 = 1.0 / 8388608.0;
    let cases: [(u16, u16, Vec<u8>, Vec<f32>); 7] = [
        (1, 8, vec![0, 128, 255, 129], vec![-1.0, 0.0, 127.0 / 128.0, 1.0 / 128.0]),
        (
            1,
            16,
            vec![0, 0x80, 0xff, 0x7f, 1, 0, 0xff, 0xff],
            vec![-1.0, 32767.0 / 32768.0, 1.0 / 32768.0, -1.0 / 32768.0],
        ),
        (
            1,
            24,
            vec![0, 0, 0x80, 0xff, 0xff, 0x7f, 1, 0, 0, 0xff, 0xff, 0xff],
            vec![-1.0, 1.0 - one_24, one_24, -one_24],
        ),
        (1, 32, vec![0, 0, 0, 0x80, 0, 0, 0, 0x40, 1, 0, 0, 0], vec![-1.0, 0.5, 1.0 / 2147483648.0]),
        (3, 32, f32s(&[20.0, -0.25, f32::NAN, f32::INFINITY]), vec![20.0, -0.25, 0.0, 0.0]),
        (3, 64, f64s(&[0.1, -2.0, 1e300]), vec![0.1, -2.0, 0.0]),
        (3, 64, f64s(&[f64::NEG_INFINITY]), vec![0.0]),
    ];
    for (tag, bits, data, expected) in cases {
        fs::write(&path, bytes(tag, 1, bits, &data)).expect("written");
        let (reader, read) = load(&path).expect("readable");
        assert_eq!(read.channels, [expected], "{bits} bit");
        let odd = read.channels[0].iter().filter(|s| **s == 0.0).count() as u64;
        let notes = if tag == 3 && odd > 0 { vec![SourceNote::NonFinite { samples: odd }] } else { vec![] };
        assert_eq!(reader.info().notes, notes);
    }
}

#[test]
fn integers_are_rounded_and_saturate() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let step = 1.0 / 32768.0;
    let audio =
        Audio { rate_hz: 8000, channels: vec![vec![1.0, 2.0, -2.0, 0.6 * step, -0.6 * step, 0.4 * step]] };
    write(&path, &audio, WavBits::Int16);
    let (_, read) = load(&path).expect("readable");
    let top = 32767.0 / 32768.0;
    assert_eq!(read.channels, [vec![top, top, -1.0, step, -step, 0.0]]);
}

#[test]
fn an_odd_length_is_padded_and_the_padding_is_no_sound() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let mut audio = tone(44100, 1001, 24);
    audio.channels.truncate(1);
    write(&path, &audio, WavBits::Int24);
    assert_eq!(fs::metadata(&path).expect("there").len() % 2, 0);
    let (reader, read) = load(&path).expect("readable");
    assert_eq!(read, audio);
    assert_eq!(reader.info().notes, []);
}

#[test]
fn reading_again_gives_the_same() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let audio = tone(44100, 3000, 16);
    write(&path, &audio, WavBits::Int16);
    let mut reader = open(&path).expect("readable");
    let mut part = Audio::default();
    assert_eq!(reader.read(&mut part, 100).expect("readable"), 100);
    reader.rewind().expect("rewound");
    assert_eq!(crate::help::read_all(&mut reader, 64), audio);
    reader.rewind().expect("rewound");
    assert_eq!(crate::help::read_all(&mut reader, 4096), audio);
    assert_eq!(reader.info().frames, 3000);
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let folder = tempdir().expect("a folder");
    let spec = WavSpec { rate_hz: 44100, channels: 2, bits: WavBits::Int24 };
    let mut writer = WavWriter::create(&folder.path().join("a.wav"), spec).expect("created");
    writer.write(&tone(44100, 1000, 24)).expect("written");
    assert_eq!(writer.frames(), 1000);
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn a_missing_folder_is_an_error_that_names_it() {
    let spec = WavSpec { rate_hz: 44100, channels: 2, bits: WavBits::Int24 };
    let error = WavWriter::create("/no/such/folder/a.wav".as_ref(), spec).expect_err("no folder");
    assert!(matches!(&error, FileError::Missing { path } if path.ends_with("folder")), "{error}");
}

#[test]
fn au_files_are_read_in_every_coding_that_holds_samples_as_they_are() {
    let head = |size: u32, coding: u32, channels: u32| {
        let words = [28, size, coding, 48000, channels];
        [b".snd".to_vec(), words.iter().flat_map(|w| w.to_be_bytes()).collect(), vec![0; 4]].concat()
    };
    let (folder, values) = (tempfile::tempdir().expect("a folder"), [0.5_f64, -0.25, 0.125, -1.0]);
    let path = folder.path().join("a.au");
    for (coding, bits) in [(3_u32, 16_u32), (4, 24), (5, 32), (6, 0), (7, 1)] {
        let sample = |v: &f64| match coding {
            6 => (*v as f32).to_be_bytes().to_vec(),
            7 => v.to_be_bytes().to_vec(),
            _ => ((v * 2_147_483_648.0) as i32).to_be_bytes()[..bits as usize / 8].to_vec(),
        };
        let body: Vec<u8> = values.iter().flat_map(sample).collect();
        for size in [body.len() as u32, u32::MAX] {
            std::fs::write(&path, [head(size, coding, 2), body.clone()].concat()).expect("written");
            let (reader, audio) = crate::help::load(&path).expect("readable");
            assert_eq!(audio.channels, [[0.5, 0.125], [-0.25, -1.0]]);
            assert_eq!((audio.rate_hz, reader.info().notes.len()), (48000, 0));
        }
    }
    for (bytes, word) in [
        (head(4, 1, 2), "coding 1"),
        (head(4, 3, 0), "0"),
        (head(4, 3, 70_000), "70000"),
        (head(0, 3, 2), "no audio"),
        (head(4, 3, 2)[..20].to_vec(), "cut off"),
    ] {
        std::fs::write(&path, bytes).expect("written");
        let message = acetate_files::open(&path).expect_err("refused").to_string();
        assert!(message.contains(word) && message.contains("a.au"), "{message}");
    }
}
