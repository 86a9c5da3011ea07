//! Recordings in memory and on disk.

use std::thread;

use acetate_files::Scratch;
use acetate_model::{Audio, Source};
use tempfile::tempdir;

use crate::help::{read_all, tone};

/// From all in memory over some of each to all on disk.
const LIMITS_BYTES: [usize; 4] = [usize::MAX, 300_000, 140_000, 0];

fn record(audio: &Audio, limit_bytes: usize, block: usize) -> acetate_files::ScratchReader {
    let folder = tempdir().expect("a folder");
    let mut scratch = Scratch::new(audio.rate_hz, audio.channels.len(), limit_bytes, folder.path());
    for block in audio.blocks(block) {
        scratch.push(&block).expect("kept");
    }
    assert_eq!(scratch.frames(), audio.frames() as u64);
    scratch.into_reader()
}

#[test]
fn what_comes_out_is_what_went_in() {
    for frames in [0, 1, 16384, 16385, 100_001] {
        let audio = tone(48000, frames, 24);
        for limit in LIMITS_BYTES {
            for block in [100, 16384, 70_000] {
                let mut reader = record(&audio, limit, block);
                assert_eq!(reader.frames(), Some(frames as u64));
                assert!(
                    read_all(&mut reader, 1000) == audio,
                    "{frames} frames, limit {limit}, block {block}"
                );
                reader.rewind().expect("rewound");
                assert!(read_all(&mut reader, 40_000) == audio);
            }
        }
    }
}

#[test]
fn many_read_at_once() {
    let audio = tone(48000, 200_000, 24);
    let reader = record(&audio, 140_000, 4096);
    thread::scope(|scope| {
        for block in [64, 999, 16384, 50_000] {
            let (mut reader, audio) = (reader.clone(), &audio);
            scope.spawn(move || assert!(read_all(&mut reader, block) == *audio));
        }
    });
}
