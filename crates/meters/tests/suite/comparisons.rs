//! What holds for every comparison in the list, and what they read of stems with a known relation.

use std::f64::consts::PI;

use acetate_meters::{COMPARISONS, ComparisonBank};
use acetate_model::{Audio, Ensemble, Place, Quantity, Readings, Spec, Value, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, frames, stereo};

const NAMES: [&str; 3] = ["drums", "voice", "keys"];

/// Notes in a rhythm: noise and a tone, both of its own, that die away, with pauses.
fn part(seed: u64, hz: f64, every_s: f64, seconds: f64) -> Audio {
    let mut noise = Noise(seed);
    let hiss: Vec<f64> = (0..frames(seconds)).map(|_| noise.next()).collect();
    stereo(hiss.len(), |n| {
        let time = n as f64 / f64::from(RATE_HZ);
        let (beat, since) = (libm::floor(time / every_s), time % every_s);
        let tone = libm::sin(2.0 * PI * hz * (1.0 + 0.1 * (beat % 5.0)) * time + 3.0 * seed as f64);
        let sample = 0.3 * libm::exp(-9.0 * since) * (0.7 * tone + 0.5 * hiss[n]);
        [sample, 0.8 * sample]
    })
}

fn song(seconds: f64) -> Vec<Audio> {
    vec![part(1, 190.0, 0.5, seconds), part(2, 520.0, 0.75, seconds), part(3, 331.0, 0.25, seconds)]
}

/// Adds one stem to another at a gain, later by some frames.
fn add(stems: &mut [Audio], to: usize, from: usize, gain: f64, later: usize) {
    let source = stems[from].clone();
    for (to, from) in stems[to].channels.iter_mut().zip(&source.channels) {
        to[later..].iter_mut().zip(from).for_each(|(to, from)| *to += gain as f32 * from);
    }
}

fn scale(audio: &mut Audio, gain: f32) {
    audio.channels.iter_mut().flatten().for_each(|sample| *sample *= gain);
}

fn places() -> Vec<Place> {
    NAMES.iter().map(|name| Place::stem(name)).collect()
}

fn read(stems: &[Audio], block_frames: usize) -> Readings {
    read_at(stems, &places(), block_frames)
}

fn read_at(stems: &[Audio], places: &[Place], block_frames: usize) -> Readings {
    let mut bank = ComparisonBank::new(&Spec::new(RATE_HZ, 2, block_frames), places);
    let length = stems.iter().map(Audio::frames).max().unwrap_or(0);
    for from in (0..length).step_by(block_frames) {
        let cut = |audio: &Audio| {
            let part = |c: &Vec<f32>| c[from.min(c.len())..(from + block_frames).min(c.len())].to_vec();
            Audio { rate_hz: RATE_HZ, channels: audio.channels.iter().map(part).collect() }
        };
        let blocks: Vec<Audio> = stems.iter().map(cut).collect();
        let sum = Audio::silence(RATE_HZ, 2, block_frames.min(length - from));
        bank.push(&Ensemble { stems: &blocks, sum: &sum });
    }
    Readings(bank.readings())
}

fn number(readings: &Readings, of: usize, against: usize, quantity: Quantity) -> Option<f64> {
    match readings.between(&places()[of], &places()[against], quantity)? {
        Value::Scalar(value) => Some(*value),
        other => panic!("{quantity}: {other:?}"),
    }
}

/// Some of everything that is compared: bleed, and onsets beside each other.
fn related(seconds: f64) -> Vec<Audio> {
    let mut stems = song(seconds);
    add(&mut stems, 1, 0, 0.1, 100);
    stems
}

#[test]
fn blocks_change_no_bit() {
    let mut stems = related(40.0);
    stems[2].resize(frames(31.3));
    let whole = read(&stems, frames(40.0));
    assert!(!whole.0.is_empty());
    for block in [997, 4096, 70_000] {
        assert_eq!(read(&stems, block), whole, "blocks of {block}");
    }
}

#[test]
fn silence_is_like_nothing() {
    let silent = vec![Audio::silence(RATE_HZ, 2, frames(20.0)); 3];
    for reading in read(&silent, 4096).0 {
        assert!(matches!(reading.value, Value::Undefined(_)), "{reading:?}");
    }
    let mut one = related(30.0);
    one[0] = Audio::silence(RATE_HZ, 2, frames(30.0));
    let readings = read(&one, 4096);
    let of_silence = |p: &Place| *p == places()[0];
    assert!(readings.0.iter().all(|r| !of_silence(&r.of) && !r.against.as_ref().is_some_and(of_silence)));
}

#[test]
fn a_common_gain_changes_nothing() {
    let stems = related(40.0);
    let mut soft = stems.clone();
    for stem in &mut soft {
        scale(stem, 0.5);
    }
    near(&read(&stems, 4096), &read(&soft, 4096));
}

#[test]
fn another_order_changes_no_relation() {
    let stems = related(40.0);
    let mut turned = (stems.clone(), places());
    turned.0.rotate_left(1);
    turned.1.rotate_left(1);
    near(&read(&stems, 4096), &read_at(&turned.0, &turned.1, 4096));
}

#[track_caller]
fn near(a: &Readings, b: &Readings) {
    assert_eq!(a.0.len(), b.0.len());
    for one in &a.0 {
        let against = one.against.as_ref().unwrap();
        let same = b.between(&one.of, against, one.quantity).or(b.between(against, &one.of, one.quantity));
        match (&one.value, same) {
            (Value::Scalar(a), Some(Value::Scalar(b))) => assert_near(*b, *a, 0.02, one.quantity),
            (Value::Timeline { values: a, .. }, Some(Value::Timeline { values: b, .. })) => {
                for (a, b) in a.iter().zip(b) {
                    assert_eq!(a.is_some(), b.is_some());
                    assert_near(b.unwrap_or(0.0).into(), a.unwrap_or(0.0).into(), 0.1, one.quantity);
                }
            }
            (Value::Spectrum { db: a, .. }, Some(Value::Spectrum { db: b, .. })) => {
                for (a, b) in a.iter().zip(b) {
                    assert_near(b.unwrap_or(0.0), a.unwrap_or(0.0), 0.02, one.quantity);
                }
            }
            (a, b) => panic!("{}: {a:?}, {b:?}", one.quantity),
        }
    }
}

#[test]
fn each_reads_only_what_its_entry_lists() {
    let readings = read(&related(40.0), 4096);
    for reading in &readings.0 {
        let entry = COMPARISONS.iter().find(|e| reading.by == format!("{}@{}", e.id, e.version)).unwrap();
        assert!(entry.quantities.contains(&reading.quantity), "{} {}", entry.id, reading.quantity);
    }
}

#[test]
fn musicians_share_nothing() {
    let readings = read(&song(60.0), 4096);
    assert_eq!(readings.pairs(Quantity::Likeness).count(), 0, "{readings:?}");
}

#[test]
fn bleed_is_read_with_its_level_lag_and_polarity() {
    for (level_db, sign) in [(-12.0, 1.0), (-20.0, -1.0), (-30.0, 1.0)] {
        let mut stems = song(45.0);
        add(&mut stems, 1, 0, sign * amplitude(level_db), 480);
        let readings = read(&stems, 4096);
        let of = |quantity| number(&readings, 1, 0, quantity).unwrap();
        assert_near(of(Quantity::SharedLevel), level_db, 1.5, "level");
        assert_near(of(Quantity::SharedLag), 10.0, 0.02, "lag");
        assert_eq!(of(Quantity::SharedPolarity), sign);
        assert_near(of(Quantity::SharedDrift), 0.0, 1.0, "drift");
        assert_eq!(number(&readings, 0, 1, Quantity::SharedLevel), None, "the other way round");
        assert_eq!(number(&readings, 2, 0, Quantity::SharedLevel), None, "a third");
    }
}

#[test]
fn a_copy_is_like_its_original() {
    let mut stems = song(45.0);
    stems[1] = stems[0].clone();
    scale(&mut stems[1], 0.5);
    let mut noise = Noise(9);
    stems[1].channels.iter_mut().flatten().for_each(|s| *s += 1e-4 * noise.next() as f32);
    let readings = read(&stems, 4096);
    assert!(number(&readings, 1, 0, Quantity::Likeness).unwrap() > 0.99);
    assert_near(number(&readings, 1, 0, Quantity::SharedLevel).unwrap(), -6.02, 0.2, "level");
    assert_near(number(&readings, 0, 1, Quantity::SharedLevel).unwrap(), 6.02, 0.2, "level back");
    assert_near(number(&readings, 1, 0, Quantity::SharedCover).unwrap(), 100.0, 0.5, "cover");
}

/// A clock that is off by some parts in a million, by linear interpolation between frames.
#[test]
fn a_clock_that_is_off_drifts() {
    let mut stems = song(90.0);
    let ppm = 20.0;
    let slow = |c: &Vec<f32>| {
        let at = |n: usize| {
            let x = n as f64 * (1.0 - 1e-6 * ppm);
            let (whole, part) = (x as usize, x.fract() as f32);
            c[whole] * (1.0 - part) + c[(whole + 1).min(c.len() - 1)] * part
        };
        (0..c.len()).map(at).collect::<Vec<f32>>()
    };
    stems[1].channels = stems[0].channels.iter().map(slow).collect();
    let readings = read(&stems, 4096);
    assert_near(number(&readings, 1, 0, Quantity::SharedDrift).unwrap(), ppm, 1.0, "drift");
}

#[test]
fn a_late_stem_lies_beside_the_beat() {
    for late_ms in [0.0, 30.0, 80.0] {
        let mut stems =
            vec![part(1, 190.0, 0.5, 60.0), part(2, 520.0, 0.5, 60.0), part(3, 331.0, 0.25, 60.0)];
        let late = (late_ms * f64::from(RATE_HZ) / 1000.0) as usize;
        for channel in &mut stems[1].channels {
            channel.splice(0..0, std::iter::repeat_n(0.0, late));
        }
        let readings = read(&stems, 4096);
        let value = readings.between(&places()[1], &Place::Master, Quantity::OnsetLag);
        let Some(Value::Scalar(lag)) = value else { panic!("{value:?}") };
        assert_near(*lag, late_ms, 5.0, "lag of the onsets");
    }
}
