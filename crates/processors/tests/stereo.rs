//! Width, mono bass and balance.

mod common;

use acetate_model::{Audio, Block, Json, Spec};
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
            println!("{rate_hz} Hz rate, {hz} Hz: side {:.1} dB under mid", db(side / mid));
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
fn each_band_has_its_own_width() {
    let settings = json!({ "width_percent": 120.0, "bands": [
        { "to_hz": 20000.0, "width_percent": 140.0 },
        { "to_hz": 250.0, "width_percent": 25.0 },
        { "to_hz": 3000.0, "width_percent": 80.0 },
    ] });
    for rate_hz in [44_100, 96_000] {
        for (hz, percent) in [(60.0, 25.0), (100.0, 25.0), (866.0, 80.0), (8000.0, 140.0), (15_000.0, 140.0)]
        {
            let input = wide(rate_hz, hz);
            let (is, was) = (levels(&output(&settings, &input), hz), levels(&input, hz));
            let [mid, side] = [0, 1].map(|part| db(is[part] / was[part]));
            let off = side - db(1.2 * percent / 100.0);
            println!("{rate_hz} Hz rate, {hz} Hz: side {off:+.4} dB, mid {mid:+.1e} dB");
            assert!(off.abs() < 0.1 && mid.abs() < 1e-5, "{hz} Hz: {off} {mid}");
        }
        let input = swinging_noise(rate_hz, 2, 100_000, 0.9);
        let ([is, _], [was, _]) = (mid_and_side(&output(&settings, &input)), mid_and_side(&input));
        let worst = is.iter().zip(&was).map(|(is, was)| f64::from(is - was).abs()).fold(0.0, f64::max);
        println!("mid unchanged to {:.1} dBFS", db(worst));
        assert!(db(worst) <= -120.0, "mid changed by {} dBFS", db(worst));
    }
}

#[test]
fn bands_of_one_width_are_flat_across_their_crossovers() {
    let band = |to_hz: f64| json!({ "to_hz": to_hz, "width_percent": 150.0 });
    let settings = json!({ "bands": [band(200.0), band(1500.0), band(6000.0), band(20000.0)] });
    for hz in [50.0, 150.0, 200.0, 260.0, 1200.0, 1500.0, 1900.0, 6000.0, 12_000.0] {
        let input = wide(RATE_HZ, hz);
        let (is, was) = (levels(&output(&settings, &input), hz), levels(&input, hz));
        let off = db(is[1] / was[1] / 1.5);
        assert!(off.abs() < 1e-4, "{hz} Hz: {off} dB");
    }
    // halfway between two bands at their crossover
    let settings = json!({ "bands": [{ "to_hz": 500.0, "width_percent": 40.0 }, {}] });
    let input = wide(RATE_HZ, 500.0);
    let (is, was) = (levels(&output(&settings, &input), 500.0), levels(&input, 500.0));
    assert!(db(is[1] / was[1] / 0.7).abs() < 0.1, "{}", is[1] / was[1]);
}

#[test]
fn a_single_band_is_the_whole() {
    let input = swinging_noise(RATE_HZ, 2, 20_000, 0.5);
    let one = output(
        &json!({ "width_percent": 50.0, "bands": [{ "to_hz": 300.0, "width_percent": 150.0 }] }),
        &input,
    );
    assert!(one == output(&json!({ "width_percent": 75.0 }), &input));
}

#[test]
fn middle_and_sides_have_their_levels() {
    let input = wide(RATE_HZ, 1000.0);
    let was = levels(&input, 1000.0);
    let is = levels(&output(&json!({ "mid_db": -2.0, "side_db": 3.5 }), &input), 1000.0);
    assert!((db(is[0] / was[0]) + 2.0).abs() < 1e-4, "{}", db(is[0] / was[0]));
    assert!((db(is[1] / was[1]) - 3.5).abs() < 1e-4, "{}", db(is[1] / was[1]));
}

#[test]
fn equal_power_keeps_the_power_of_both_together() {
    for w in [0.0, 0.5, 1.5, 2.0] {
        let settings = json!({ "equal_power": true, "width_percent": 100.0, "bands": [
            { "to_hz": 1000.0, "width_percent": 100.0 * w }, { "to_hz": 20000.0, "width_percent": 50.0 },
        ] });
        for (hz, w) in [(300.0, w), (4000.0, 0.5)] {
            let input = wide(RATE_HZ, hz);
            let (is, was) = (levels(&output(&settings, &input), hz), levels(&input, hz));
            let [mid, side] = [is[0] / was[0], is[1] / was[1]];
            assert!(
                (f64::midpoint(mid * mid, side * side) - 1.0).abs() < 0.003,
                "{w} at {hz} Hz: {mid} {side}"
            );
            assert!((side - w * mid).abs() < 0.003, "{w} at {hz} Hz: {mid} {side}");
        }
    }
    let whole = levels(
        &output(&json!({ "equal_power": true, "width_percent": 200.0 }), &wide(RATE_HZ, 700.0)),
        700.0,
    );
    let was = levels(&wide(RATE_HZ, 700.0), 700.0);
    assert!((whole[0] / was[0] - (2.0f64 / 5.0).sqrt()).abs() < 1e-6);
    assert!((whole[1] / was[1] - 2.0 * (2.0f64 / 5.0).sqrt()).abs() < 1e-6);
}

#[test]
fn rotation_moves_the_image() {
    let input = sine(RATE_HZ, 2 * RATE_HZ as usize, 1000.0, 0.25);
    for degrees in [-45.0, -20.0, 10.0, 45.0] {
        let out = output(&json!({ "rotation_degrees": degrees }), &input);
        let [left, right] = [0, 1].map(|c| tone(&out.channels[c][..RATE_HZ as usize], RATE_HZ, 1000.0));
        // the law of tangents, from the centre on
        let angle = f64::to_radians(45.0 + degrees);
        let radius = 0.25 * std::f64::consts::SQRT_2;
        assert!((left - radius * libm::cos(angle)).abs() < 1e-7, "{degrees}: {left}");
        assert!((right - radius * libm::sin(angle)).abs() < 1e-7, "{degrees}: {right}");
    }
    // power stays, and turning back restores everything
    let input = swinging_noise(RATE_HZ, 2, 50_000, 0.5);
    let turned = output(&json!({ "rotation_degrees": 33.0 }), &input);
    let power =
        |audio: &Audio| audio.channels.iter().flatten().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    assert!((power(&turned) / power(&input) - 1.0).abs() < 1e-7);
    let back = output(&json!({ "rotation_degrees": -33.0 }), &turned);
    let pairs = back.channels.iter().flatten().zip(input.channels.iter().flatten());
    let worst = pairs.map(|(is, was)| f64::from(is - was).abs()).fold(0.0, f64::max);
    assert!(db(worst) < -135.0, "{} dBFS", db(worst));
}

#[test]
fn linked_signals_follow_every_setting() {
    let settings = json!({
        "width_percent": 130.0, "equal_power": true, "mono_below_hz": 90.0, "mid_db": 1.0, "side_db": -2.0,
        "rotation_degrees": 7.0, "balance_db": -1.0,
        "bands": [{ "to_hz": 300.0, "width_percent": 60.0 }, { "to_hz": 5000.0 }, { "width_percent": 150.0 }],
    });
    let linked: Vec<Audio> = (0..6)
        .map(|stem| signal(RATE_HZ, 2, 60_000, |c, n| 0.1 * noise((n * 12 + 2 * stem + c) as u64)))
        .collect();
    let main =
        signal(RATE_HZ, 2, 60_000, |c, n| linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum());
    let spec = Spec { linked: 6, ..Spec::new(RATE_HZ, 2, 1024) };
    let mut processor = build(find("stereo").expect("it is listed"), &map(&settings), &spec);
    let out = run(&mut *processor, &Block { main, linked, key: None }, 1024);
    let mut worst = 0.0f64;
    for c in 0..2 {
        for (n, &y) in out.main.channels[c].iter().enumerate() {
            let sum: f64 = out.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            worst = worst.max((sum - f64::from(y)).abs());
        }
    }
    println!("stems against their sum: {:.1} dBFS", db(worst));
    assert!(db(worst) <= -120.0, "{} dBFS", db(worst));
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
    let nothing = json!({ "equal_power": true, "bands": [{ "to_hz": 200.0 }, { "to_hz": 900.0 }, {}] });
    assert!(output(&nothing, &input) == input);
    let mono = sine(44_100, 20_000, 50.0, 0.5);
    assert!(output(&json!({ "mono_below_hz": 120.0 }), &mono) == mono);
}
