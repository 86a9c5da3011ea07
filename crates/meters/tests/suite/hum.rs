//! Hum: found at the mains, and not where notes are near them.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Value, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, read, stereo};

const SECONDS: f64 = 20.0;
/// Amplitudes of the harmonics of a usual hum.
const HARMONICS: [f64; 5] = [1.0, 0.5, 0.4, 0.15, 0.25];

/// A hum of this RMS.
fn hum(hz: f64, dbfs: f64) -> impl Fn(usize) -> f64 {
    let rms = HARMONICS.iter().map(|a| a * a / 2.0).sum::<f64>().sqrt();
    move |n| {
        let turn = |k: usize| 2.0 * PI * (hz * (k + 1) as f64 * n as f64 / f64::from(RATE_HZ)).fract();
        let lines = HARMONICS.iter().enumerate().map(|(k, a)| a * libm::sin(turn(k) + k as f64));
        amplitude(dbfs) / rms * lines.sum::<f64>()
    }
}

/// Notes of half a second, six and then a rest of ten, over a faint noise.
fn bass(notes_hz: &'static [f64]) -> impl Fn(usize) -> f64 {
    let mut noise = Noise(9);
    let noise: Vec<f64> = (0..frames(SECONDS)).map(|_| noise.next()).collect();
    move |n| {
        let (note, t) = (n / frames(0.5), (n % frames(0.5)) as f64 / f64::from(RATE_HZ));
        let hz = notes_hz[note % notes_hz.len()];
        let level = if note % 16 < 6 { 0.4 } else { 0.0 };
        let tone = |k: f64| libm::sin(2.0 * PI * hz * k * t) / k;
        level * libm::exp(-3.0 * t) * (tone(1.0) + tone(2.0) + tone(3.0) + tone(4.0)) + 1e-4 * noise[n]
    }
}

fn level(audio: &Audio) -> Value {
    read(audio).get(&Place::Master, Quantity::HumLevel).cloned().unwrap()
}

#[test]
fn hum_under_a_bass_is_found_at_each_level() {
    for mains in [50.0, 50.07, 60.0, 59.95] {
        for dbfs in [-70.0, -60.0, -50.0] {
            let (hum, bass) = (hum(mains, dbfs), bass(&[41.2, 55.0, 49.0, 61.7]));
            let readings = read(&centre(frames(SECONDS), |n| hum(n) + bass(n)));
            let scalar = |quantity| readings.scalar(&Place::Master, quantity);
            let found = scalar(Quantity::HumLevel).unwrap_or_else(|| panic!("{mains} Hz at {dbfs} dBFS"));
            assert_near(found, dbfs, 1.5, format!("level of {mains} Hz"));
            assert_near(scalar(Quantity::HumFrequency).unwrap(), mains, 0.02, "frequency");
            let lines = readings.spectrum(&Place::Master, Quantity::HumLines).unwrap();
            assert!(lines.len() >= 2, "{lines:?}");
        }
    }
}

#[test]
fn a_bass_near_the_mains_is_no_hum() {
    for notes in [&[49.0][..], &[61.735], &[49.0, 61.735], &[98.0, 123.5, 49.0], &[51.9, 58.3]] {
        let bass = bass(Box::leak(notes.to_vec().into_boxed_slice()));
        let found = level(&centre(frames(SECONDS), bass));
        assert!(matches!(found, Value::Undefined(_)), "{notes:?}: {found:?}");
    }
}

#[test]
fn drones_and_rhythms_are_no_hum() {
    // a drone an octave and a fifth above G, near but not at the mains; and a click in every 8th and 12th of a second
    for hz in [49.0, 61.735, 48.5, 51.5] {
        let found = level(&centre(frames(SECONDS), hum(hz, -40.0)));
        assert!(matches!(found, Value::Undefined(_)), "a drone of {hz} Hz: {found:?}");
    }
    for beats in [8, 10, 12] {
        let period = RATE_HZ as usize / beats;
        let found = level(&centre(frames(SECONDS), |n| {
            let t = (n % period) as f64 / f64::from(RATE_HZ);
            0.5 * libm::exp(-60.0 * t) * libm::sin(2.0 * PI * 200.0 * t)
        }));
        assert!(matches!(found, Value::Undefined(_)), "{beats} beats a second: {found:?}");
    }
}

#[test]
fn one_line_alone_is_no_hum() {
    let tone = level(&centre(frames(SECONDS), |n| 0.01 * libm::sin(2.0 * PI * 50.0 * n as f64 / 48_000.0)));
    assert!(matches!(tone, Value::Undefined(_)), "{tone:?}");
}

/// Chords of half a second that follow each other without a rest, each a little off the one before, over a noise.
fn chords() -> impl Fn(usize) -> f64 {
    let mut noise = Noise(5);
    let noise: Vec<f64> = (0..frames(2.0 * SECONDS)).map(|_| noise.next()).collect();
    let mut pitch = Noise(77);
    let hz: Vec<[f64; 4]> = (0..80).map(|_| [0; 4].map(|_| 150.0 * libm::exp2(1.3 * pitch.next()))).collect();
    move |n| {
        let note = n / frames(0.5) % hz.len();
        let t = n as f64 / f64::from(RATE_HZ);
        let tones: f64 = hz[note].iter().map(|hz| libm::sin(2.0 * PI * hz * t)).sum();
        0.1 * tones + 0.02 * noise[n]
    }
}

/// What is left of a hum when its tones are subtracted as they are read, re what it was, in dB, left and right.
fn left_db(audio: &Audio, hum: [&dyn Fn(usize) -> f64; 2]) -> [f64; 2] {
    let readings = read(audio);
    let spectrum = |quantity| readings.spectrum(&Place::Master, quantity).unwrap_or_default();
    let sides = [(Quantity::HumLeft, Quantity::HumLeftPhase), (Quantity::HumRight, Quantity::HumRightPhase)];
    [0, 1].map(|side| {
        let (levels, phases) = (spectrum(sides[side].0), spectrum(sides[side].1));
        let told = |n: usize| -> f64 {
            let tone = |((hz, dbfs), (_, degrees)): (&(f64, f64), &(f64, f64))| {
                let turns = hz * n as f64 / f64::from(RATE_HZ) + degrees / 360.0;
                amplitude(*dbfs) * libm::cos(2.0 * PI * turns.fract())
            };
            levels.iter().zip(&phases).map(tone).sum()
        };
        let (mut before, mut after) = (1e-20, 0.0);
        for n in (0..audio.frames()).step_by(7) {
            let truth = hum[side](n);
            before += truth * truth;
            after += (truth - told(n)) * (truth - told(n));
        }
        10.0 * libm::log10(after / before)
    })
}

#[test]
fn hum_below_music_that_never_rests_is_read_with_its_phases() {
    for (mains, dbfs, most_db) in [(50.0, -45.0, -18.0), (59.93, -45.0, -18.0), (50.11, -50.0, -15.0)] {
        let (hum, music) = (hum(mains, dbfs), chords());
        let none = |_: usize| 0.0;
        let both = centre(frames(2.0 * SECONDS), |n| hum(n) + music(n));
        let found = level(&both);
        assert!(matches!(found, Value::Scalar(db) if (db - dbfs).abs() < 0.5), "{mains} Hz: {found:?}");
        let left = left_db(&both, [&hum, &hum]);
        assert!(left.iter().all(|db| *db < most_db), "{mains} Hz at {dbfs} dBFS: {left:?}");
        let one = stereo(frames(2.0 * SECONDS), |n| [hum(n) + music(n), music(n)]);
        let left = left_db(&one, [&hum, &none]);
        assert!(left[0] < most_db, "on the left only: {left:?}");
    }
}

#[test]
fn what_hums_in_half_of_the_song_is_not_taken_for_steady() {
    let (hum, music) = (hum(50.0, -45.0), chords());
    let from = frames(SECONDS);
    let audio = centre(frames(2.0 * SECONDS), |n| if n >= from { hum(n) + music(n) } else { music(n) });
    let told = read(&audio).get(&Place::Master, Quantity::HumLeft).cloned().unwrap();
    assert!(matches!(told, Value::Undefined(_)), "{told:?}");
}

#[test]
fn music_that_never_rests_does_not_hum() {
    let music = chords();
    let found = level(&centre(frames(2.0 * SECONDS), &music));
    assert!(matches!(found, Value::Undefined(_)), "{found:?}");
}
