//! Width, mono bass and balance.

mod common;

use acetate_model::{Audio, Json};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn output(settings: &Json, input: &Audio) -> Audio {
    heard(find("stereo").expect("it is listed"), &map(settings), input)
}

fn mid_and_side(audio: &Audio) -> [Vec<f32>; 2] {
    let pairs = || audio.channels[0].iter().zip(&audio.channels[1]);
    [pairs().map(|(l, r)| (l + r) / 2.0).collect(), pairs().map(|(l, r)| (l - r) / 2.0).collect()]
}

/// Different sines left and right, in whole periods over the part that is looked at.
fn wide(rate_hz: u32, hz: f64) -> Audio {
    signal(rate_hz, 2, 3 * rate_hz as usize, |c, n| {
        let phase = 2.0 * std::f64::consts::PI * hz * n as f64 / f64::from(rate_hz) + 1.5 * c as f64;
        0.4 * libm::sin(phase)
    })
}

fn levels(audio: &Audio, hz: f64) -> [f64; 2] {
    let rate_hz = audio.rate_hz as usize;
    mid_and_side(audio).map(|part| tone(&part[rate_hz..2 * rate_hz], audio.rate_hz, hz))
}

#[test]
fn the_bass_becomes_mono_and_the_middle_stays() {
    for rate_hz in [44_100, 96_000] {
        let settings = json!({ "mono_below_hz": 100.0 });
        for hz in [25.0, 40.0, 60.0, 80.0, 95.0] {
            let input = wide(rate_hz, hz);
            let [mid, side] = levels(&output(&settings, &input), hz);
            assert!(db(side / mid) <= -40.0, "{hz} Hz: side {} dB under mid", db(side / mid));
        }
        for hz in [250.0, 1000.0, 10_000.0] {
            let input = wide(rate_hz, hz);
            let (is, was) = (levels(&output(&settings, &input), hz), levels(&input, hz));
            assert!(db(is[1] / was[1]).abs() < 0.01, "{hz} Hz: {} dB", db(is[1] / was[1]));
        }
        let input = swinging_noise(rate_hz, 2, 100_000, 0.9);
        let ([is, _], [was, _]) = (mid_and_side(&output(&settings, &input)), mid_and_side(&input));
        let worst = is.iter().zip(&was).map(|(is, was)| f64::from(is - was).abs()).fold(0.0, f64::max);
        assert!(db(worst) <= -120.0, "mid changed by {} dBFS", db(worst));
    }
}

#[test]
fn a_centred_tone_is_flat_through_the_slope() {
    for hz in [50.0, 100.0, 141.0, 200.0, 300.0] {
        let input = sine(RATE_HZ, 3 * RATE_HZ as usize, hz, 0.5);
        let [mid, side] = levels(&output(&json!({ "mono_below_hz": 100.0 }), &input), hz);
        assert!(db(mid / 0.5).abs() < 1e-4 && side < 1e-7, "{hz} Hz: {mid} {side}");
    }
}

#[test]
fn width_is_the_level_of_the_sides() {
    let input = wide(RATE_HZ, 1000.0);
    let was = levels(&input, 1000.0);
    for percent in [0.0, 50.0, 150.0, 200.0] {
        let is = levels(&output(&json!({ "width_percent": percent }), &input), 1000.0);
        assert!((is[0] / was[0] - 1.0).abs() < 1e-6);
        assert!((is[1] / was[1] - percent / 100.0).abs() < 1e-6, "{percent} %: {}", is[1] / was[1]);
    }
}

#[test]
fn balance_is_the_left_over_the_right() {
    let input = sine(RATE_HZ, 2 * RATE_HZ as usize, 1000.0, 0.25);
    let out = output(&json!({ "balance_db": 3.0 }), &input);
    let [left, right] = [0, 1].map(|c| tone(&out.channels[c][..RATE_HZ as usize], RATE_HZ, 1000.0));
    assert!((db(left / right) - 3.0).abs() < 1e-4, "{}", db(left / right));
    assert!((db(left * right) - 2.0 * db(0.25)).abs() < 1e-4);
}

#[test]
fn at_rest_no_bit_changes() {
    let input = swinging_noise(44_100, 2, 20_000, 0.9);
    assert!(output(&json!({}), &input) == input);
    assert!(output(&json!({ "width_percent": 100.0, "mono_below_hz": 5.0 }), &input) == input);
    let mono = sine(44_100, 20_000, 50.0, 0.5);
    assert!(output(&json!({ "mono_below_hz": 120.0 }), &mono) == mono);
}
