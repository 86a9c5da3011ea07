//! Where a spectrum was cut off, and how many bits are in use: against signals that were cut and rounded by formula.

use acetate_model::{Audio, Place, Quantity, Value};
use realfft::{RealFftPlanner, num_complex::Complex};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, read, scalar, sine, stereo};

/// Noise of which each bin of one long transform is weighted by a function of its frequency.
fn shaped(seconds: f64, weight: impl Fn(f64) -> f64) -> Audio {
    let length = frames(seconds);
    let mut noise = Noise(3);
    let mut input: Vec<f64> = (0..length).map(|_| 0.3 * noise.next()).collect();
    let mut planner = RealFftPlanner::<f64>::new();
    let mut bins = vec![Complex::default(); length / 2 + 1];
    planner.plan_fft_forward(length).process(&mut input, &mut bins).unwrap();
    for (bin, value) in bins.iter_mut().enumerate() {
        *value *= weight(bin as f64 / seconds) / length as f64;
    }
    planner.plan_fft_inverse(length).process(&mut bins, &mut input).unwrap();
    let mut dither = Noise(5);
    let floor: Vec<f64> = (0..length).map(|_| 1e-5 * dither.next()).collect();
    centre(length, |n| input[n] + floor[n])
}

fn edge(audio: &Audio) -> (f64, f64) {
    (scalar(audio, Quantity::BandEdge), scalar(audio, Quantity::EdgeDrop))
}

/// A fall of 6 dB in an octave from 1 kHz, as music has it.
fn slope(hz: f64) -> f64 {
    (1000.0 / hz.max(1.0)).min(1.0)
}

#[test]
fn a_cut_is_read_where_it_is() {
    for cut_hz in [11_000.0, 16_000.0, 17_500.0, 19_000.0, 20_500.0, 22_050.0] {
        let (hz, drop_db) = edge(&shaped(8.0, |hz| if hz < cut_hz { slope(hz) } else { 0.0 }));
        assert_near(hz, cut_hz, 150.0, "edge");
        assert!(drop_db > 40.0, "{cut_hz} Hz: {drop_db} dB");
    }
}

#[test]
fn filters_of_instruments_are_no_cut() {
    let none = (0.5 * f64::from(RATE_HZ), 0.0);
    assert_eq!(edge(&shaped(8.0, slope)), none);
    // 24, 48 and 96 dB in an octave
    for order in [4.0, 8.0, 16.0] {
        let low_pass = |hz: f64| slope(hz) / (1.0 + libm::pow(hz / 11_000.0, 2.0 * order)).sqrt();
        assert_eq!(edge(&shaped(8.0, low_pass)), none, "order {order}");
    }
    let highs_only_to = |hz: f64| if hz < 16_000.0 { slope(hz) * libm::pow(10.0, -hz / 5000.0) } else { 0.0 };
    assert_eq!(edge(&shaped(8.0, highs_only_to)), none);
    assert_eq!(edge(&sine(12_000.0, -6.0, 8.0)), none);
}

#[test]
fn a_cut_that_moves_is_none() {
    let step_hz = 60.0;
    let harmonics = |n: usize| {
        let seconds = n as f64 / f64::from(RATE_HZ);
        let moving = 8000.0 + 12_000.0 * (1.0 - (seconds / 3.0 % 2.0 - 1.0).abs());
        let phase = 2.0 * std::f64::consts::PI * step_hz * seconds;
        let count = (moving / step_hz).floor();
        // the closed sum of `count` cosines
        let half = 0.5 * phase;
        let sine = libm::sin(half);
        if sine.abs() < 1e-9 {
            0.002 * count
        } else {
            0.002 * libm::sin((count + 0.5) * phase) / (2.0 * sine)
        }
    };
    assert_eq!(edge(&centre(frames(12.0), harmonics)).1, 0.0);
}

#[test]
fn a_few_seconds_are_not_enough_for_an_edge() {
    let readings = read(&shaped(2.0, |hz| if hz < 16_000.0 { 1.0 } else { 0.0 }));
    assert!(matches!(readings.get(&Place::Master, Quantity::BandEdge), Some(Value::Undefined(_))));
}

#[test]
fn bits_are_counted_exactly() {
    let mut noise = Noise(9);
    let values: Vec<f64> = (0..48_000).map(|_| 0.9 * noise.next()).collect();
    for bits in [8, 12, 14, 16, 20, 23, 24] {
        let steps = f64::from(1 << (bits - 1));
        let rounded = stereo(48_000, |n| [0.0, (values[n] * steps).round() / steps]);
        assert_eq!(scalar(&rounded, Quantity::BitsInUse), f64::from(bits));
    }
}

#[test]
fn one_sample_or_a_gain_needs_all_bits() {
    let steps = 32_768.0;
    let mut audio = sine(440.0, -6.0, 1.0);
    audio.channels.iter_mut().flatten().for_each(|s| *s = (*s * steps).round() / steps);
    assert_eq!(scalar(&audio, Quantity::BitsInUse), 16.0);
    let mut one = audio.clone();
    one.channels[1][40_000] += 1.0 / 8_388_608.0;
    assert_eq!(scalar(&one, Quantity::BitsInUse), 24.0);
    audio.channels.iter_mut().flatten().for_each(|s| *s *= 0.7);
    assert_eq!(scalar(&audio, Quantity::BitsInUse), 24.0);
}
