//! The metric reads known changes of synthetic stems back out of the sum, as it is and through a mastering chain.

use std::f64::consts::TAU;

use acetate_mastering::model::{Audio, Block, Role, Spec, amplitude};
use acetate_processors::find;

use crate::flaws::FLAWS;
use crate::projection::{Fit, Stems};
use crate::scores::{errors, late_ms, rest_db, turned};
use crate::song::{Part, Song};

const RATE_HZ: u32 = 48_000;
const SECONDS: usize = 8;
const VOX: usize = 0;
const CHORDS: usize = 1;
const BASS: usize = 2;
const DRUMS: usize = 3;

/// Noise from -1 to 1 by an index.
fn noise(n: usize) -> f64 {
    let mut x = (n as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn partials(t: f64, hz: f64, count: usize) -> f64 {
    (1..=count).map(|k| libm::sin(TAU * hz * k as f64 * t) / k as f64).sum()
}

/// Vox, chords, bass and drums.
fn song() -> Song {
    let stem = |at: usize| {
        let sample = |n: usize, channel: usize| {
            let t = n as f64 / f64::from(RATE_HZ);
            let side = if channel == 0 { 1.0 } else { 0.7 };
            let hiss = noise(n + 1_000_003 * (at * 2 + 1));
            let (beat, note) = (t % 0.5, [1.0, 1.25, 1.5, 1.125][(t / 0.5) as usize % 4]);
            let sample = match at {
                VOX => 0.15 * partials(t + 0.001 * libm::sin(TAU * 5.0 * t), 220.0 * note, 30) + 0.03 * hiss,
                CHORDS => {
                    let chord: f64 = [131.3, 164.9, 196.7].iter().map(|hz| partials(t, hz * note, 40)).sum();
                    0.06 * side * chord + 0.03 * side * hiss
                }
                BASS => 0.2 * partials(t, 55.7 * note, 8) + 0.004 * hiss,
                _ => libm::exp(-beat * 18.0) * (0.35 * hiss + 0.5 * libm::sin(TAU * 60.0 * beat)),
            };
            (0.5 * sample) as f32
        };
        let channel = |c: usize| (0..SECONDS * RATE_HZ as usize).map(|n| sample(n, c)).collect();
        let audio = Audio { rate_hz: RATE_HZ, channels: vec![channel(0), channel(1)] };
        Part { name: ["vox", "chords", "bass", "drums"][at].into(), role: Role::Unknown, audio }
    };
    Song { title: "verification".into(), rate_hz: RATE_HZ, stems: (0..4).map(stem).collect() }
}

/// What a file is made of the sum.
type Chain = fn(&Audio) -> Audio;

/// Nothing, and an equaliser with 8 dB into a limiter.
const CHAINS: [(&str, Chain); 2] = [("identity", Audio::clone), ("chain", chain)];

fn chain(sum: &Audio) -> Audio {
    let bands = r#"{"bands": [{"shape": "low_shelf", "freq_hz": 120, "gain_db": -1.5},
        {"shape": "high_shelf", "freq_hz": 6000, "gain_db": 2}]}"#;
    let limit = format!(r#"{{"drive_db": {}, "ceiling_dbtp": -1}}"#, 8.0 - peak_db(sum));
    let mut block = Block::of(sum.clone());
    let mut late = 0;
    for (kind, settings) in [("eq", bands), ("limiter", limit.as_str())] {
        let settings = serde_json::from_str(settings).unwrap();
        let spec = Spec::new(RATE_HZ, 2, block.frames());
        let mut processor = (find(kind).unwrap().build)(&settings, &spec).unwrap();
        late += processor.latency();
        processor.process(&mut block);
    }
    for channel in &mut block.main.channels {
        channel.rotate_left(late);
    }
    block.main
}

fn peak_db(audio: &Audio) -> f64 {
    let peak = audio.channels.iter().flatten().fold(0.0f32, |m, x| m.max(x.abs()));
    20.0 * libm::log10(f64::from(peak))
}

struct Read {
    audio: Audio,
    fit: Fit,
}

fn read(stems: &Stems, song: &Song, through: Chain) -> Read {
    let audio = through(&song.sum());
    Read { fit: stems.fit(&audio), audio }
}

fn spoilt(song: &Song, stem: usize, flaw: &str, level: f64, case: usize) -> Song {
    let mut song = song.clone();
    let flaw = FLAWS.iter().find(|f| f.id == flaw).expect("it is in the list");
    (flaw.inject)(&mut song.stems[stem], level, case);
    song
}

#[test]
fn known_changes_are_read_back() {
    let song = song();
    let stems = Stems::new(&song.stems.iter().map(|s| &s.audio).collect::<Vec<_>>());
    for (name, through) in CHAINS {
        let clean = read(&stems, &song, through);
        // a limiter takes from one stem what another gave it to do
        let slack = if name == "identity" { 0.05 } else { 0.4 };
        let of = |stem, flaw, level, case| {
            let read = read(&stems, &spoilt(&song, stem, flaw, level, case), through);
            let errors = errors(&stems, &read.fit, &clean.fit);
            (read, errors)
        };
        if name == "identity" {
            assert!(rest_db(&clean.fit) < -45.0, "{}", rest_db(&clean.fit));
        }
        for (stem, db, case, said) in [(VOX, 4.0, 0, 4.0), (CHORDS, 5.0, 1, -5.0)] {
            let (_, errors) = of(stem, "LVL", db, case);
            assert!((errors[stem].level - said).abs() < slack, "{name}: {} for {said}", errors[stem].level);
            for (n, other) in errors.iter().enumerate().filter(|(n, _)| *n != stem) {
                assert!(other.level.abs() < slack, "{name}: {n} by {}", other.level);
            }
        }
        for (stem, flaw, level) in [(VOX, "RES", 12.0), (CHORDS, "DULL", 8.0)] {
            let (_, errors) = of(stem, flaw, level, 1);
            assert!((0.6..4.5).contains(&errors[stem].shape), "{name} {flaw}: {}", errors[stem].shape);
            assert!(errors[BASS].shape < 1.2, "{name} {flaw}: {}", errors[BASS].shape);
        }
        let (ridden, errors) = of(VOX, "DYN", 6.0, 0);
        assert!((2.0..5.0).contains(&errors[VOX].ride), "{name}: {}", errors[VOX].ride);
        assert!(rest_db(&ridden.fit) < -15.0, "a slow ride is no artefact");
        let (turned_over, _) = of(BASS, "POL", 1.0, 0);
        assert!(turned(&stems, BASS, &turned_over.fit, &clean.fit) > 0.95, "{name}");
        assert!(turned(&stems, VOX, &turned_over.fit, &clean.fit) < 0.05, "{name}");
        let (clipped, _) = of(DRUMS, "CLIP", 9.0, 0);
        assert!(rest_db(&clipped.fit) > rest_db(&clean.fit) + if name == "identity" { 10.0 } else { 0.5 });
        let (late, _) = of(DRUMS, "DLY", 10.0, 0);
        let mut others = song.clone();
        others.stems.remove(DRUMS);
        let scale = if name == "identity" { 1.0 } else { amplitude(8.0) };
        let ms = late_ms(&song.stems[DRUMS].audio, &late.audio, &clean.audio, &others.sum(), scale);
        assert!((ms - 10.0).abs() < 0.1, "{name}: {ms} ms");
    }
}
