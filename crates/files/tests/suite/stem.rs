//! Files as stems of a session.

use acetate_files::{StemReader, WavBits, WavSpec, WavWriter, open};
use acetate_model::{Audio, Source, SourceNote};
use tempfile::{TempDir, tempdir};

use crate::help::{read_all, tone};

fn stem(audio: &Audio, rate_hz: u32) -> (TempDir, StemReader) {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: audio.channels.len(), bits: WavBits::Float32 };
    let mut writer = WavWriter::create(&path, spec).expect("created");
    writer.write(audio).expect("written");
    writer.finish().expect("finished").persist().expect("in place");
    let stem = StemReader::new(open(&path).expect("readable"), rate_hz);
    (folder, stem)
}

#[test]
fn a_mono_file_sounds_the_same_on_both_sides() {
    let mut audio = tone(44100, 5000, 24);
    audio.channels.truncate(1);
    let (_folder, mut stem) = stem(&audio, 44100);
    let read = read_all(&mut stem, 700);
    assert_eq!(read.channels, [audio.channels[0].clone(), audio.channels[0].clone()]);
    assert_eq!(stem.info().notes, [SourceNote::MonoToStereo]);
    assert_eq!((stem.channels(), stem.frames()), (2, Some(5000)));
}

#[test]
fn another_rate_keeps_pitch_place_and_length() {
    let (_folder, mut stem) = stem(&tone(44100, 44101, 24), 96000);
    let read = read_all(&mut stem, 4096);
    let wanted = (44101_usize * 96000).div_ceil(44100);
    assert_eq!((read.frames(), stem.frames()), (wanted, Some(wanted as u64)));
    assert_eq!(read.rate_hz, 96000);
    assert_eq!(stem.info().notes, [SourceNote::Resampled { to_hz: 96000 }]);
    let ideal = tone(96000, wanted, 24);
    for (channel, ideal) in read.channels.iter().zip(&ideal.channels) {
        let inner = 2000..wanted - 2000;
        let worst = inner.fold(0.0_f32, |worst, n| worst.max((channel[n] - ideal[n]).abs()));
        // both ends are rounded to 24 bit or to f32
        assert!(worst < 3e-7, "{worst}");
    }
}

#[test]
fn blocks_and_second_readings_change_nothing() {
    let (_folder, mut stem) = stem(&tone(48000, 20000, 24), 44100);
    let whole = read_all(&mut stem, 1 << 20);
    stem.rewind().expect("rewound");
    assert!(read_all(&mut stem, 333) == whole);
    stem.rewind().expect("rewound");
    stem.read(&mut Audio::default(), 10).expect("readable");
    stem.rewind().expect("rewound");
    assert!(read_all(&mut stem, 8192) == whole);
}
