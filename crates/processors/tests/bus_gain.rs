//! A gain that was taken from a signal is given to it again.

mod common;

use acetate_model::{Audio, Block, Map, Spec};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn music(frames: usize) -> Audio {
    swinging_noise(RATE_HZ, 2, frames, 0.5)
}

/// Moves by 6 dB five times a second.
fn gain(n: usize) -> f64 {
    let turn = 10.0 * std::f64::consts::PI * n as f64 / f64::from(RATE_HZ);
    acetate_model::amplitude(-3.0 + 3.0 * libm::cos(turn))
}

fn with(audio: &Audio, gain: impl Fn(usize) -> f64) -> Audio {
    signal(audio.rate_hz, 2, audio.frames(), |c, n| gain(n) * f64::from(audio.channels[c][n]))
}

/// Later by frames.
fn late(audio: &Audio, frames: usize) -> Audio {
    signal(audio.rate_hz, 2, audio.frames(), |c, n| {
        n.checked_sub(frames).map_or(0.0, |n| f64::from(audio.channels[c][n]))
    })
}

/// What is left of the wanted signal, in dB, beyond the first half second.
fn left_db(is: &Audio, shall: &Audio) -> f64 {
    let frames = is.frames().min(shall.frames());
    let pairs = || (0..2).flat_map(|c| (24_000..frames - 2000).map(move |n| (c, n)));
    let value = |audio: &Audio, (c, n): (usize, usize)| f64::from(audio.channels[c][n]);
    let left: f64 = pairs().map(|at| value(is, at) - value(shall, at)).map(|x| x * x).sum();
    10.0 * libm::log10(left / pairs().map(|at| value(shall, at)).map(|x| x * x).sum::<f64>())
}

/// With the latency taken out, as a graph does.
fn followed(settings: &Map, input: &Audio, key: Option<&Audio>) -> Audio {
    let mut processor =
        build(find("bus_gain").expect("it is listed"), settings, &Spec::new(RATE_HZ, 2, 1024));
    let latency = processor.latency();
    let mut block = Block { key: key.cloned(), ..Block::of(input.clone()) };
    let frames = input.frames() + latency;
    block.resize(frames);
    block.key.iter_mut().for_each(|key| key.resize(frames));
    let mut output = run(&mut *processor, &block, 1024).main;
    output.channels.iter_mut().for_each(|channel| {
        channel.drain(..latency);
    });
    output
}

#[test]
fn a_gain_that_moves_is_given_again() {
    let (input, settings) = (music(200_000), map(&json!({ "range_db": 12 })));
    let shall = with(&input, gain);
    let left = left_db(&followed(&settings, &input, Some(&shall)), &shall);
    println!("{left:.1} dB");
    assert!(left < -60.0, "{left}");
}

#[test]
fn a_mix_that_is_late_or_early_is_followed_at_the_time_of_the_signal() {
    let input = music(200_000);
    let shall = with(&input, gain);
    for frames in [480, 37] {
        let offset_ms = 1000.0 * frames as f64 / f64::from(RATE_HZ);
        let settings = map(&json!({ "range_db": 12, "offset_ms": offset_ms }));
        let left = left_db(&followed(&settings, &input, Some(&late(&shall, frames))), &shall);
        assert!(left < -60.0, "{left} with a mix late by {frames}");
        let settings = map(&json!({ "range_db": 12, "offset_ms": -offset_ms }));
        let behind = late(&input, frames);
        let left = left_db(&followed(&settings, &behind, Some(&shall)), &late(&shall, frames));
        assert!(left < -60.0, "{left} with a mix early by {frames}");
    }
}

#[test]
fn the_gain_stays_within_its_range_and_rests_without_a_mix() {
    let input = music(100_000);
    let settings = map(&json!({ "range_db": 3, "gain_db": -2 }));
    let louder = with(&input, |_| 4.0);
    let shall = with(&input, |_| acetate_model::amplitude(1.0));
    let left = left_db(&followed(&settings, &input, Some(&louder)), &shall);
    assert!(left < -80.0, "{left}");
    let shall = with(&input, |_| acetate_model::amplitude(-2.0));
    for key in [None, Some(&Audio::silence(RATE_HZ, 2, input.frames()))] {
        let left = left_db(&followed(&settings, &input, key), &shall);
        assert!(left < -100.0, "{left}");
    }
}
