//! The character of signals that are known: tones, noise, strokes, glides.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Value, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, read, scalar, sine};

fn at(n: usize) -> f64 {
    n as f64 / f64::from(RATE_HZ)
}

/// A tone with twelve partials, each softer in proportion to its number.
fn rich(phase: f64) -> f64 {
    (1..=12).map(|k| 0.1 / f64::from(k) * libm::sin(f64::from(k) * phase)).sum()
}

fn noise(seconds: f64, shape: impl Fn(f64) -> f64) -> Audio {
    let mut noise = Noise(3);
    let samples: Vec<f64> = (0..frames(seconds)).map(|n| 0.3 * noise.next() * shape(at(n))).collect();
    centre(samples.len(), |n| samples[n])
}

#[test]
fn a_tone_reads_its_pitch_from_a_bass_to_a_soprano() {
    for hz in [41.2, 55.0, 82.4, 110.0, 220.0, 261.6, 440.0, 880.0, 1000.0] {
        let audio = centre(frames(4.0), |n| rich(2.0 * PI * hz * at(n)));
        for quantity in [Quantity::PitchLow, Quantity::Pitch, Quantity::PitchHigh] {
            // a quarter of a semitone
            assert_near(1200.0 * libm::log2(scalar(&audio, quantity) / hz), 0.0, 25.0, format!("{hz} Hz"));
        }
        // the higher the pitch, the fewer lags a period has to be found between
        assert_near(scalar(&audio, Quantity::Periodicity), 1.0, 0.05, hz);
        assert_near(scalar(&audio, Quantity::Pitched), 100.0, 0.0, hz);
        assert_near(scalar(&audio, Quantity::Glide), 0.0, 0.0, hz);
        assert_near(scalar(&audio, Quantity::Sibilance), 0.0, 0.0, hz);
    }
}

/// Boersma 1993: the periodicity is h / (1 + h) where h is the power of the tone over that of the noise in its band.
#[test]
fn noise_takes_the_periodicity_away_as_the_formula_says() {
    for ratio in [0.5, 1.0, 3.0, 10.0] {
        // white noise in the 5 kHz that are heard, of 24 kHz
        let tone_power = 0.5 * 0.1 * 0.1;
        let noise_power = tone_power / ratio * 24.0 / 5.09;
        let (mut source, gain) = (Noise(9), f64::sqrt(3.0 * noise_power));
        let samples: Vec<f64> = (0..frames(30.0))
            .map(|n| 0.1 * libm::sin(2.0 * PI * 200.0 * at(n)) + gain * source.next())
            .collect();
        let audio = centre(samples.len(), |n| samples[n]);
        assert_near(scalar(&audio, Quantity::Periodicity), ratio / (1.0 + ratio), 0.06, ratio);
    }
}

/// The expected logarithm of the power of one bin of noise lies 2.51 dB under that of its mean (Euler's constant).
#[test]
fn white_noise_is_flat_and_sibilant_and_has_no_pitch() {
    let audio = noise(20.0, |_| 1.0);
    assert_near(scalar(&audio, Quantity::Flatness), -2.51, 0.3, "flatness");
    assert_near(scalar(&audio, Quantity::Sibilance), 100.0, 5.0, "5 kHz of noise over 3.9 kHz");
    assert!(scalar(&audio, Quantity::Periodicity) < 0.4);
    assert!(scalar(&audio, Quantity::Pitched) < 5.0);
    assert!(scalar(&sine(500.0, -12.0, 4.0), Quantity::Flatness) < -40.0);
}

#[test]
fn strokes_are_counted_whether_or_not_there_is_silence_between() {
    for (rest, rate) in [(0.0, 2.0), (0.0, 4.0), (0.02, 2.0), (0.02, 3.0)] {
        let period = 1.0 / rate;
        let audio = noise(20.0, |t| rest + libm::exp(-25.0 * (t % period)));
        let bank = read(&audio);
        let onsets = bank.scalar(&Place::Master, Quantity::Onsets).unwrap();
        // in each second that sounds
        assert!((0.9 * rate..3.0 * rate).contains(&onsets), "{rate} strokes: {onsets}");
        if rest > 0.0 {
            assert_near(onsets, rate, 0.15 * rate, "strokes over noise");
        }
        assert!(bank.scalar(&Place::Master, Quantity::Attack).unwrap() > 6.0);
    }
    let steady = read(&noise(20.0, |_| 1.0));
    assert!(steady.scalar(&Place::Master, Quantity::Onsets).unwrap() < 0.3);
}

#[test]
fn vibrato_glides_and_a_scale_does_not() {
    // ±50 cents, five times a second
    let depth = 50.0 / 1200.0 * std::f64::consts::LN_2;
    let sung = centre(frames(8.0), |n| {
        let swing = 2.0 * PI * 5.0;
        rich(2.0 * PI * 220.0 * (at(n) - depth / swing * libm::cos(swing * at(n))))
    });
    let scale = centre(frames(8.0), |n| {
        let step = (2.0 * at(n)).floor() as usize % 8;
        let semitones = [0, 2, 4, 5, 7, 9, 11, 12][step];
        rich(2.0 * PI * 220.0 * libm::exp2(f64::from(semitones) / 12.0) * at(n))
    });
    assert!(scalar(&sung, Quantity::Glide) > 60.0, "{}", scalar(&sung, Quantity::Glide));
    assert!(scalar(&scale, Quantity::Glide) < 10.0, "{}", scalar(&scale, Quantity::Glide));
    assert!(scalar(&sung, Quantity::Colour) < 1.5);
}

#[test]
fn one_long_tone_begins_once_and_what_is_short_says_so() {
    // 99 steps of a twentieth of a second
    assert_near(scalar(&sine(440.0, -20.0, 5.0), Quantity::Onsets), 1.0 / 4.95, 1e-9, "onsets");
    let short = read(&sine(440.0, -20.0, 0.5));
    assert!(matches!(short.get(&Place::Master, Quantity::Pitch), Some(Value::Undefined(_))));
}

#[test]
fn the_rate_of_the_file_does_not_matter() {
    let tone = |rate_hz: u32| {
        let wave = |n: usize| rich(2.0 * PI * 147.0 * n as f64 / f64::from(rate_hz)) * amplitude(6.0);
        let channel: Vec<f32> = (0..4 * rate_hz as usize).map(|n| wave(n) as f32).collect();
        Audio { rate_hz, channels: vec![channel; 2] }
    };
    for rate_hz in [8000, 22_050, 44_100, 48_000, 96_000, 192_000] {
        assert_near(scalar(&tone(rate_hz), Quantity::Pitch), 147.0, 1.0, rate_hz);
        assert_near(scalar(&tone(rate_hz), Quantity::Periodicity), 1.0, 0.03, rate_hz);
    }
}
