//! Time references: files that begin at different times.

use acetate_files::{Delivery, StemReader, scan};
use acetate_model::{Source, SourceNote};

use crate::help::{Wav, folder_of, names, read_all};

const MORNING: u64 = 10 * 3600 * 44100;

fn wav(frames: usize, at: Option<u64>) -> Vec<u8> {
    let samples = vec![4096; 2 * frames];
    let wav = Wav::new(2, &samples);
    at.map_or(wav.bytes(), |at| Wav::new(2, &samples).at(at).bytes())
}

fn delivery(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Delivery) {
    let (keep, path) = folder_of(files);
    (keep, scan(&[path], None).expect("stems"))
}

fn starts(delivery: &Delivery) -> Vec<u64> {
    delivery.stems.iter().map(|s| s.file.part.start_frames).collect()
}

#[test]
fn stems_are_put_at_their_places() {
    let files = [("a.wav", wav(3000, Some(MORNING))), ("b.wav", wav(1000, Some(MORNING + 1234)))];
    let (_keep, delivery) = delivery(&files);
    assert_eq!((names(&delivery), starts(&delivery)), (vec!["a", "b"], vec![0, 1234]));
    let mut reader = delivery.stems[1].file.open().expect("opens");
    assert_eq!(reader.frames(), Some(2234));
    let audio = read_all(&mut reader, 500);
    let expected: Vec<f32> = (0..2234).map(|n| if n < 1234 { 0.0 } else { 0.125 }).collect();
    assert_eq!(audio.channels, [expected.clone(), expected]);
    assert_eq!(reader.info().notes, [SourceNote::StartsAt { frames: 1234 }]);
    assert_eq!(reader.info().frames, 1000, "those of the file");
    reader.rewind().expect("rewound");
    assert_eq!(read_all(&mut reader, 1 << 13), audio);
    let mut resampled = StemReader::new(delivery.stems[1].file.open().expect("opens"), 88200);
    assert_eq!(read_all(&mut resampled, 700).frames(), 2 * 2234);
}

#[test]
fn another_rate_counts_in_its_own_frames() {
    let samples = vec![4096; 8000];
    let fast = Wav { rate_hz: 88200, ..Wav::new(2, &samples) }.at(2 * (MORNING + 100)).bytes();
    let (_keep, delivery) = delivery(&[("a.wav", wav(3000, Some(MORNING))), ("b.wav", fast)]);
    assert_eq!(starts(&delivery), [0, 200]);
}

#[test]
fn the_mix_moves_with_its_stems() {
    let (_keep, path) = folder_of(&[
        ("a.wav", wav(3000, Some(MORNING + 500))),
        ("b.wav", wav(2000, Some(MORNING + 700))),
        ("mix.wav", wav(5000, Some(MORNING))),
    ]);
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!(starts(&delivery), [500, 700]);
    assert_eq!(delivery.mix.expect("a mix").file.part.start_frames, 0);
}

#[test]
fn times_that_cannot_be_places_are_told_and_not_used() {
    let hour = 3600 * 44100;
    for (second, word) in [
        (wav(3000, Some(MORNING + 2000)), "equally long"),
        (wav(1000, Some(MORNING + 2 * hour)), "hour"),
        (wav(1000, Some(MORNING + 60 * 44100)), "hole"),
    ] {
        let (_keep, delivery) = delivery(&[("a.wav", wav(3000, Some(MORNING))), ("b.wav", second)]);
        assert_eq!(starts(&delivery), [0, 0]);
        let reader = delivery.stems[1].file.open().expect("opens");
        let [SourceNote::StartIgnored { why, .. }] = reader.info().notes.as_slice() else {
            panic!("{:?}", reader.info().notes);
        };
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn the_time_of_making_is_no_place_in_a_song() {
    let bounced = |seconds: u64, time: &str| {
        let samples = vec![4096; 88200 * 20 + 1000 * seconds as usize];
        Wav::new(2, &samples).made_at((36000 + seconds) * 44100, time).bytes()
    };
    let (_keep, delivery) = delivery(&[("a.wav", bounced(0, "10:00:00")), ("b.wav", bounced(9, "10:00:10"))]);
    assert_eq!(starts(&delivery), [0, 0]);
    let [SourceNote::StartIgnored { why, .. }] = delivery.stems[1].file.notes.as_slice() else {
        panic!("{:?}", delivery.stems[1].file.notes);
    };
    assert!(why.contains("times of day"), "{why}");
}

#[test]
fn equal_times_and_missing_ones_change_nothing() {
    for second in [wav(1000, Some(MORNING)), wav(1000, None)] {
        let (_keep, delivery) = delivery(&[("a.wav", wav(3000, Some(MORNING))), ("b.wav", second)]);
        assert_eq!(starts(&delivery), [0, 0]);
        assert!(delivery.stems.iter().all(|s| s.file.notes.is_empty()));
    }
}
