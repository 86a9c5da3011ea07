//! Other rates, one channel, other constellations of the sides, and files with hardly anything in them.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Readings, Value};

use crate::signals::{assert_near, frames, read, scalar, sine, stereo};

fn tone(rate_hz: u32, hz: f64, channels: usize, seconds: f64) -> Audio {
    let step = 2.0 * PI * hz / f64::from(rate_hz);
    let count = (seconds * f64::from(rate_hz)) as usize;
    let channel: Vec<f32> = (0..count).map(|n| libm::sin(step * n as f64) as f32).collect();
    Audio { rate_hz, channels: vec![channel; channels] }
}

/// BS.1770-5, Annex 1: a full-scale 997 Hz sine in one channel reads -3.01 LKFS.
#[test]
fn loudness_is_the_same_at_every_rate() {
    let rates = [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
    for rate_hz in rates {
        for (channels, lufs) in [(1, -3.01), (2, 0.0)] {
            let found = scalar(&tone(rate_hz, 997.0, channels, 4.0), Quantity::Integrated);
            assert_near(found, lufs, 0.1, format!("{rate_hz} Hz, {channels} channels"));
        }
    }
}

#[test]
fn short_files_read_what_can_be_read() {
    for count in [0, 1, 2, 100, 4800, 24_000, 100_000] {
        for channels in [1, 2] {
            let mut audio = tone(48_000, 440.0, channels, 3.0);
            audio.resize(count);
            let readings = read(&audio);
            for reading in &readings.0 {
                let finite = match &reading.value {
                    Value::Scalar(value) => value.is_finite(),
                    Value::Timeline { values, .. } => values.iter().flatten().all(|v| v.is_finite()),
                    Value::Spectrum { db, .. } => db.iter().flatten().all(|v| v.is_finite()),
                    Value::Cells(cells) => cells.powers().iter().all(|p| p.is_finite()),
                    Value::Undefined(why) => !why.is_empty(),
                };
                assert!(finite, "{count} frames: {reading:?}");
            }
        }
    }
}

#[test]
fn a_tenth_of_a_second_has_a_spectrum_but_no_loudness() {
    let readings = read(&sine(1000.0, -20.0, 0.1));
    let get = |quantity| readings.get(&Place::Master, quantity).cloned();
    let bands = readings.spectrum(&Place::Master, Quantity::Spectrum).unwrap();
    let loudest = bands.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_near(loudest.0, 1000.0, 0.1, "band");
    assert_near(loudest.1, -23.01, 0.1, "level");
    assert_eq!(get(Quantity::Integrated), Some(Value::Undefined("shorter than 400 ms".into())));
    assert_eq!(get(Quantity::LoudnessRange), Some(Value::Undefined("shorter than 3 s".into())));
    assert_near(scalar(&sine(1000.0, -20.0, 0.1), Quantity::Rms), -23.01, 0.01, "RMS");
}

fn sides(left: f64, right: f64, right_phase: f64) -> Readings {
    let step = 2.0 * PI * 60.0 / 48_000.0;
    read(&stereo(frames(4.0), |n| {
        [left * libm::sin(step * n as f64), right * libm::sin(step * n as f64 + right_phase)]
    }))
}

#[test]
fn sides_compare_as_their_formulas_say() {
    let cases = [(0.5, 0.5, 0.0, 0.0, 1.0), (0.5, 0.25, PI / 3.0, 6.0206, 0.5), (0.5, 0.5, PI, 0.0, -1.0)];
    for (left, right, phase, balance_db, correlation) in cases {
        let readings = sides(left, right, phase);
        let scalar = |quantity| readings.scalar(&Place::Master, quantity).unwrap();
        assert_near(scalar(Quantity::Balance), balance_db, 0.001, "balance");
        assert_near(scalar(Quantity::Correlation), correlation, 0.001, "correlation");
        assert_near(scalar(Quantity::LowCorrelation), correlation, 0.001, "correlation of 60 Hz");
    }
    let side_to_mid = sides(0.5, 0.25, 0.0).scalar(&Place::Master, Quantity::SideToMid);
    assert_near(side_to_mid.unwrap(), -9.5424, 0.001, "a third of the mid");
    let mono = sides(0.5, 0.5, 0.0);
    let side = mono.get(&Place::Master, Quantity::SideToMid);
    assert_eq!(side, Some(&Value::Undefined("mono: no side".into())));
}

#[test]
fn correlation_of_the_bass_does_not_hear_the_treble() {
    let step = 2.0 * PI / 48_000.0;
    let audio = stereo(frames(4.0), |n| {
        let (bass, treble) = (libm::sin(step * 60.0 * n as f64), libm::sin(step * 5000.0 * n as f64));
        [0.1 * bass + 0.5 * treble, 0.1 * bass - 0.5 * treble]
    });
    assert_near(scalar(&audio, Quantity::LowCorrelation), 1.0, 0.001, "bass");
    assert!(scalar(&audio, Quantity::Correlation) < -0.9);
}

#[test]
fn an_offset_is_found() {
    let audio = stereo(frames(1.0), |n| [0.001, if n % 2 == 0 { 0.3 } else { -0.3 }]);
    assert_near(scalar(&audio, Quantity::Dc), -60.0, 0.001, "left side");
}

#[test]
fn crest_of_a_sine_is_that_of_a_sine_whatever_silence_surrounds_it() {
    let mut audio = sine(997.0, -6.0, 4.0);
    audio.resize(frames(10.0));
    assert_near(scalar(&audio, Quantity::Crest), 3.0103, 0.001, "√2");
    assert_near(scalar(&audio, Quantity::Rms), -9.0103, 0.001, "RMS");
    assert_near(scalar(&audio, Quantity::Activity), 41.0, 2.0, "4 of 10 seconds, and blocks across the end");
    assert_near(scalar(&audio, Quantity::PeakToShortTerm), 0.0, 0.01, "PSR of a tone on both sides");
}
