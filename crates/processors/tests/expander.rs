//! The expander against closed formulas.

mod common;

use acetate_model::{Audio, Block, Json, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn output(settings: &Json, input: &Audio) -> Audio {
    heard(find("expander").expect("it is listed"), &map(settings), input)
}

/// Below the threshold a level falls by `ratio` dB per dB, with the knee of Giannoulis, Massberg and Reiss (2012),
/// sec. 2.2, and by no more than the range.
fn attenuation_db(under: f64, ratio: f64, knee: f64, range: f64) -> f64 {
    let wanted = if 2.0 * under >= knee {
        (ratio - 1.0) * under
    } else if 2.0 * under > -knee {
        (ratio - 1.0) * (under + knee / 2.0) * (under + knee / 2.0) / (2.0 * knee)
    } else {
        0.0
    };
    wanted.min(range)
}

#[test]
fn the_static_curve_is_the_formula() {
    let rate_hz = 16_000;
    let mut worst = 0.0f64;
    for detector in ["peak", "rms"] {
        for ratio in [1.5, 2.0, 4.0, 10.0] {
            for knee in [0.0, 6.0, 12.0] {
                let settings = json!({ "threshold_db": -30.0, "ratio": ratio, "knee_db": knee, "range_db": 40.0,
                    "detector": detector, "rms_ms": 100.0 });
                for level in (-60..=0).step_by(4).map(f64::from) {
                    let input = sine(rate_hz, 2 * rate_hz as usize, 1000.0, amplitude(level));
                    let steady = &output(&settings, &input).channels[0][rate_hz as usize * 3 / 2..][..4000];
                    let shall = level - attenuation_db(-30.0 - level, ratio, knee, 40.0);
                    let off = db(tone(steady, rate_hz, 1000.0)) - shall;
                    worst = worst.max(off.abs());
                    assert!(off.abs() <= 0.05, "{detector} {ratio}:1, knee {knee}, {level} dBFS: {off} dB");
                }
            }
        }
    }
    println!("static curve within {worst:.4} dB");
}

/// −10 dBFS for half a second between −50 dBFS, as a square wave, of which the gain can be read at every frame.
fn burst() -> Audio {
    let level = |n: usize| amplitude(if (24_000..48_000).contains(&n) { -10.0 } else { -50.0 });
    signal(RATE_HZ, 2, 4 * 48_000, |_, n| level(n) * if n / 24 % 2 == 0 { 1.0 } else { -1.0 })
}

fn burst_gain_db(settings: &Json) -> Vec<f64> {
    let input = burst();
    let out = output(settings, &input);
    out.channels[0].iter().zip(&input.channels[0]).map(|(y, x)| db(f64::from(*y) / f64::from(*x))).collect()
}

#[test]
fn it_opens_holds_and_closes_in_its_times() {
    let (attack_ms, release_ms, hold_ms) = (5.0, 100.0, 40.0);
    let gain =
        burst_gain_db(&json!({ "threshold_db": -30.0, "ratio": 2.0, "knee_db": 0.0, "attack_ms": attack_ms,
        "release_ms": release_ms, "hold_ms": hold_ms }));
    // 20 dB under the threshold by 2:1
    assert!(
        (gain[23_999] + 20.0).abs() < 0.05 && gain[47_999].abs() < 0.05,
        "{} {}",
        gain[23_999],
        gain[47_999]
    );
    let ms = |frames: usize| frames as f64 / 48.0;
    let open = ms(gain[24_000..].iter().position(|g| *g >= -20.0 * 0.367_88).expect("it opens"));
    let close = ms(gain[48_000..].iter().position(|g| *g <= -20.0 * 0.632_12).expect("it closes"));
    println!("opens in {open:.2} ms, closes in {close:.1} ms");
    assert!((open / attack_ms - 1.0).abs() <= 0.05, "{open}");
    assert!((0.95..=1.05).contains(&((close - hold_ms - attack_ms) / release_ms)), "{close}");
    assert!(gain[48_000..48_000 + 40 * 48 - 1].iter().all(|g| g.abs() < 0.05), "it stays open");
}

#[test]
fn a_gate_that_looks_ahead_cuts_no_onset() {
    let first_db = |look_ahead_ms: f64| {
        let gain =
            burst_gain_db(&json!({ "threshold_db": -30.0, "ratio": 20.0, "range_db": 60.0, "attack_ms": 0.5,
            "look_ahead_ms": look_ahead_ms }));
        assert!((gain[20_000] + 60.0).abs() < 0.05, "{}", gain[20_000]);
        gain[24_000]
    };
    let (without, with) = (first_db(0.0), first_db(5.0));
    println!("first frame {without:.1} dB without, {with:.3} dB with look-ahead");
    assert!(without < -20.0 && with > -0.1, "{without} {with}");
}

#[test]
fn both_channels_open_together_and_a_key_opens_too() {
    let spec = Spec { linked: 1, ..Spec::new(RATE_HZ, 2, 512) };
    let settings = json!({ "threshold_db": -30.0, "ratio": 4.0 });
    let input = signal(RATE_HZ, 2, 48_000, |c, n| if c == 0 { 0.001 } else { 0.5 } * noise(n as u64));
    let stem = signal(RATE_HZ, 2, 48_000, |_, n| 0.1 * noise(n as u64 + 5));
    let entry = find("expander").expect("it is listed");
    let block = Block { main: input.clone(), linked: vec![stem.clone()], key: None };
    let out = run(&mut *build(entry, &map(&settings), &spec), &block, 512);
    assert!(out.linked[0].channels[0] == out.linked[0].channels[1]);
    let mut keyed = Block {
        main: stem.clone(),
        linked: vec![stem.clone()],
        key: Some(Audio::silence(RATE_HZ, 2, 48_000)),
    };
    build(entry, &map(&settings), &Spec { max_frames: 48_000, ..spec }).process(&mut keyed);
    for (y, x) in keyed.main.channels[0].iter().zip(&stem.channels[0]) {
        // shut by its whole range
        assert!((y - x * amplitude(-24.0) as f32).abs() < 1e-6);
    }
}

#[test]
fn loud_things_pass_unchanged() {
    let input = signal(RATE_HZ, 2, 96_000, |_, n| libm::sin(0.1 * n as f64));
    let out = output(&json!({ "threshold_db": -50.0, "ratio": 4.0 }), &input);
    assert!(out.channels[0][48_000..] == input.channels[0][48_000..]);
}
