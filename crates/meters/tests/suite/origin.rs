//! Where spectra end, and which bits are in use.

use std::f64::consts::PI;

use acetate_dsp::Resampler;
use acetate_model::{Audio, Quantity};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, scalar, sine, stereo};

/// Even noise on each side.
fn noise(seconds: f64) -> Audio {
    let (mut a, mut b) = (Noise(1), Noise(2));
    let samples: Vec<[f64; 2]> = (0..frames(seconds)).map(|_| [0.3 * a.next(), 0.3 * b.next()]).collect();
    stereo(samples.len(), |n| samples[n])
}

/// Rounded to a depth with dither.
fn quantised(mut audio: Audio, bits: i32) -> Audio {
    let steps = libm::exp2f((bits - 1) as f32);
    let mut dither = Noise(3);
    for sample in audio.channels.iter_mut().flatten() {
        *sample = (*sample * steps + 0.5 * (dither.next() + dither.next()) as f32).round() / steps;
    }
    audio
}

/// Through a symmetric windowed sinc of 401 taps: at 48 kHz its slope is 660 Hz wide (Blackman: 5.5 / 401 of the rate).
fn cut_off(audio: &Audio, hz: f64) -> Audio {
    let half = 200;
    let of_rate = hz / f64::from(audio.rate_hz);
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let x = f64::from(n);
            let turn = PI * x / f64::from(half);
            let window = 0.42 + 0.5 * libm::cos(turn) + 0.08 * libm::cos(2.0 * turn);
            let sinc = if n == 0 { 2.0 * of_rate } else { libm::sin(2.0 * PI * of_rate * x) / (PI * x) };
            window * sinc
        })
        .collect();
    let mut filtered = audio.clone();
    for (to, from) in filtered.channels.iter_mut().zip(&audio.channels) {
        for (n, sample) in to.iter_mut().enumerate() {
            let first = n.saturating_sub(taps.len() - 1);
            let heard = from[first..=n].iter().rev().zip(&taps);
            *sample = heard.map(|(x, tap)| f64::from(*x) * tap).sum::<f64>() as f32;
        }
    }
    filtered
}

fn fall_and_end(audio: &Audio) -> [f64; 2] {
    [Quantity::SpectrumFall, Quantity::SpectrumEnd].map(|quantity| scalar(audio, quantity))
}

#[test]
fn the_shelf_of_an_encoder_is_found_where_it_is() {
    let noise = noise(2.0);
    for hz in [16_000.0, 17_000.0, 19_200.0] {
        let [fall_db, end_hz] = fall_and_end(&quantised(cut_off(&noise, hz), 16));
        // noise of -15.2 dBFS, dither of 16 bits 98.1 - 4.8 dB below full scale, both even over frequency
        assert_near(fall_db, 78.0, 5.0, hz);
        assert_near(end_hz, hz + 300.0, 250.0, hz);
    }
}

#[test]
fn what_falls_off_like_a_filter_or_not_at_all_has_no_shelf() {
    let [white_db, _] = fall_and_end(&noise(2.0));
    assert!(white_db < 3.0, "white noise: {white_db}");
    // a one-pole at 4 kHz, four times: 24 dB an octave
    let mut dull = noise(2.0);
    for channel in &mut dull.channels {
        for _ in 0..4 {
            let mut state = 0.0f64;
            for sample in channel.iter_mut() {
                state += (f64::from(*sample) - state) * (1.0 - libm::exp(-2.0 * PI * 4000.0 / 48_000.0));
                *sample = state as f32;
            }
        }
    }
    let [dull_db, _] = fall_and_end(&quantised(dull, 16));
    assert!(dull_db < 10.0, "a filter of 24 dB an octave: {dull_db}");
    // one line far above its surroundings lies in one band of those before a cliff
    let [line_db, _] = fall_and_end(&quantised(sine(15_700.0, -20.0, 2.0), 16));
    assert!(line_db < 30.0, "a line: {line_db}");
    let [bass_db, _] = fall_and_end(&quantised(sine(50.0, -6.0, 2.0), 16));
    assert!(bass_db < 10.0, "a bass: {bass_db}");
}

#[test]
fn a_converted_file_ends_below_half_of_its_former_rate() {
    for (from_hz, to_hz) in [(44_100, 48_000), (44_100, 96_000), (48_000, 96_000), (22_050, 44_100)] {
        let mut before = noise(2.0);
        before.rate_hz = from_hz;
        let mut resampler = Resampler::new(from_hz, to_hz, 2);
        let mut after = Audio::silence(to_hz, 2, 0);
        resampler.process(&before, &mut after);
        let [fall_db, end_hz] = fall_and_end(&quantised(after, 24));
        assert!(fall_db > 60.0, "{from_hz} to {to_hz}: {fall_db}");
        assert_near(end_hz / (0.5 * f64::from(from_hz)), 0.99, 0.02, format!("{from_hz} to {to_hz}"));
    }
}

#[test]
fn the_bits_in_use_are_those_of_the_grid() {
    for bits in [8, 12, 16, 20, 24] {
        assert_eq!(scalar(&quantised(noise(0.5), bits), Quantity::BitsInUse), f64::from(bits));
    }
    let float = centre(frames(0.5), |n| 0.7 * libm::sin(0.01 * n as f64));
    assert!(scalar(&float, Quantity::BitsInUse) > 24.0);
    let square = centre(RATE_HZ as usize, |n| if n % 100 < 50 { 1.0 } else { -1.0 });
    assert_eq!(scalar(&square, Quantity::BitsInUse), 1.0);
    // one fine sample is enough
    let mut spoilt = quantised(noise(0.5), 16);
    spoilt.channels[1][17] += libm::exp2f(-23.0);
    assert_eq!(scalar(&spoilt, Quantity::BitsInUse), 24.0);
    // over full scale
    let loud = centre(1000, |n| if n == 500 { -1.5 } else { 0.25 });
    assert_eq!(scalar(&loud, Quantity::BitsInUse), 3.0);
}
