//! The multiband compressor against published formulas and gates.

mod common;

use acetate_model::{Audio, Block, Json, Map, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn multiband(bands: &[Json], detector: &str) -> Map {
    map(&json!({ "bands": bands, "detector": detector }))
}

fn output(settings: &Map, input: &Audio) -> Audio {
    heard(find("multiband").expect("it is listed"), settings, input)
}

/// The soft knee of Giannoulis, Massberg and Reiss (2012), eq. 4.
fn steady_db(level: f64, threshold: f64, ratio: f64, knee: f64) -> f64 {
    let over = level - threshold;
    if 2.0 * over >= knee {
        threshold + over / ratio
    } else if 2.0 * over > -knee {
        level + (1.0 / ratio - 1.0) * (over + knee / 2.0) * (over + knee / 2.0) / (2.0 * knee)
    } else {
        level
    }
}

#[test]
fn the_static_curve_is_the_formula() {
    let rate_hz = 16_000;
    for detector in ["rms", "peak"] {
        for ratio in [1.5, 2.0, 4.0, 10.0] {
            for knee in [0.0, 6.0, 12.0] {
                let band = json!({ "threshold_db": -20.0, "ratio": ratio, "knee_db": knee, "range_db": 48.0,
                    "attack_ms": 10.0, "release_ms": 300.0 });
                for level in (-60..=0).step_by(4).map(f64::from) {
                    let input = sine(rate_hz, 2 * rate_hz as usize, 1000.0, amplitude(level));
                    let out = output(&multiband(std::slice::from_ref(&band), detector), &input);
                    let steady = &out.channels[0][rate_hz as usize * 3 / 2..][..rate_hz as usize / 4];
                    let off = db(tone(steady, rate_hz, 1000.0)) - steady_db(level, -20.0, ratio, knee);
                    assert!(
                        off.abs() <= 0.05,
                        "{detector} {ratio}:1, knee {knee} dB, at {level} dBFS: {off} dB"
                    );
                }
            }
        }
    }
}

/// A tone that jumps from −30 to −8 dBFS and back a second later: the gain over time.
fn burst_gain_db(attack_ms: f64, release_ms: f64) -> Vec<f64> {
    let band = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 0.0,
        "attack_ms": attack_ms, "release_ms": release_ms });
    let second = RATE_HZ as usize;
    let level = |n: usize| amplitude(if (second..2 * second).contains(&n) { -8.0 } else { -30.0 });
    // a square wave has the same level at every frame, so the gain can be read at every frame
    let input = signal(RATE_HZ, 2, 4 * second, |_, n| level(n) * if n / 24 % 2 == 0 { 1.0 } else { -1.0 });
    let out = output(&multiband(&[band], "peak"), &input);
    out.channels[0].iter().zip(&input.channels[0]).map(|(y, x)| db(f64::from(y / x))).collect()
}

#[test]
fn attack_and_release_are_what_they_are_called() {
    let second = RATE_HZ as usize;
    for (attack_ms, release_ms) in [(1.0, 50.0), (10.0, 100.0), (30.0, 200.0)] {
        let gain = burst_gain_db(attack_ms, release_ms);
        let deepest = gain[2 * second - 1];
        assert!((deepest + 9.0).abs() < 0.05, "{deepest}");
        let ms = |frames: usize| frames as f64 / f64::from(RATE_HZ) * 1000.0;
        let down = gain[second..].iter().position(|&g| g <= 0.632_12 * deepest).expect("it goes down");
        let up = gain[2 * second..].iter().position(|&g| g >= 0.367_88 * deepest).expect("it comes up");
        assert!((ms(down) / attack_ms - 1.0).abs() <= 0.05, "attack {attack_ms}: {}", ms(down));
        let release = 0.95 * release_ms..=1.05 * (release_ms + attack_ms);
        assert!(release.contains(&ms(up)), "release {release_ms}: {}", ms(up));
    }
}

#[test]
fn a_low_tone_stays_clean() {
    for (detector, limit) in [("peak", -75.0), ("rms", -90.0)] {
        let band = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 6.0,
            "attack_ms": 30.0, "release_ms": 300.0 });
        let input = sine(RATE_HZ, 5 * RATE_HZ as usize, 60.0, amplitude(-8.0));
        let out = output(&multiband(&[band], detector), &input);
        let steady = &out.channels[0][4 * RATE_HZ as usize..];
        let harmonics: f64 =
            (2..=20).map(|h| tone(steady, RATE_HZ, 60.0 * f64::from(h))).map(|a| a * a).sum();
        let thd = db(harmonics.sqrt() / tone(steady, RATE_HZ, 60.0));
        println!("{detector}: {thd:.1} dB");
        assert!(thd <= limit, "{detector}: {thd} dB");
    }
}

const CROSSOVERS: [f64; 3] = [100.0, 800.0, 6400.0];

fn four_bands(change: impl Fn(usize) -> Json) -> Map {
    let bands: Vec<Json> = (0..4)
        .map(|band| {
            let mut settings = map(&change(band));
            if let Some(&to_hz) = CROSSOVERS.get(band) {
                settings.insert("to_hz".into(), to_hz.into());
            }
            Json::Object(settings)
        })
        .collect();
    multiband(&bands, "rms")
}

/// Bands that work but are never reached give back what came in.
#[test]
fn bands_that_turn_nothing_down_change_no_bit() {
    let input = swinging_noise(44_100, 2, 60_000, 0.5);
    for settings in [four_bands(|_| json!({})), four_bands(|_| json!({ "ratio": 4.0, "threshold_db": 0.0 }))]
    {
        assert!(output(&settings, &input) == input);
    }
}

#[test]
fn the_same_gain_in_every_band_is_a_gain() {
    let input = swinging_noise(RATE_HZ, 2, 60_000, 0.5);
    let out = output(&four_bands(|_| json!({ "gain_db": -6.0 })), &input);
    let factor = amplitude(-6.0);
    let pairs = out.channels.iter().flatten().zip(input.channels.iter().flatten());
    let worst = pairs.map(|(&y, &x)| (f64::from(y) - factor * f64::from(x)).abs()).fold(0.0, f64::max);
    assert!(db(worst) <= -120.0, "{} dBFS", db(worst));
}

#[test]
fn a_band_can_be_turned_without_its_neighbours() {
    let out = |settings: &Map, hz: f64| {
        let input = sine(RATE_HZ, 96_000, hz, 0.1);
        db(tone(&output(settings, &input).channels[0][24_000..72_000], RATE_HZ, hz) / 0.1)
    };
    for (band, centre) in [(0, 40.0), (1, 280.0), (2, 2260.0), (3, 14_000.0)] {
        let settings = four_bands(|b| if b == band { json!({ "gain_db": -6.0 }) } else { json!({}) });
        assert!((out(&settings, centre) + 6.0).abs() < 0.1, "band {band}: {} dB", out(&settings, centre));
        for (other, hz) in [(0, 40.0), (1, 280.0), (2, 2260.0), (3, 14_000.0)] {
            let leak = if other == band { 0.0 } else { out(&settings, hz) };
            assert!(leak.abs() < 0.1, "band {band} at {hz} Hz: {leak} dB");
        }
    }
}

/// At a crossover both bands are at half: with one of them off by −12 dB, half of it is gone.
#[test]
fn crossovers_lie_where_they_are_set() {
    for (n, hz) in CROSSOVERS.into_iter().enumerate() {
        let settings = four_bands(|b| if b <= n { json!({ "gain_db": -12.0 }) } else { json!({}) });
        let input = sine(RATE_HZ, 96_000, hz, 0.1);
        let is = tone(&output(&settings, &input).channels[0][24_000..72_000], RATE_HZ, hz) / 0.1;
        let share = (1.0 - is) / (1.0 - amplitude(-12.0));
        assert!((db(share) + 6.02).abs() < 0.1, "{hz} Hz: {} dB", db(share));
    }
}

#[test]
fn both_channels_get_the_gain_of_the_louder_one() {
    let input = signal(RATE_HZ, 2, 96_000, |c, n| {
        let loud = 0.5 * libm::sin(0.05 * n as f64);
        if c == 0 { loud } else { loud / 16.0 }
    });
    let settings = multiband(&[json!({ "threshold_db": -30.0, "ratio": 4.0, "attack_ms": 1.0 })], "peak");
    let out = output(&settings, &input);
    assert!(out.channels[0].iter().zip(&input.channels[0]).any(|(y, x)| y.abs() < 0.5 * x.abs()));
    for (l, r) in out.channels[0].iter().zip(&out.channels[1]) {
        assert!((l / 16.0 - r).abs() <= f32::EPSILON * r.abs(), "{l} {r}");
    }
}

#[test]
fn each_band_reports_what_it_turned_down() {
    let settings = four_bands(|b| {
        if b == 1 { json!({ "threshold_db": -26.0, "ratio": 4.0, "knee_db": 0.0 }) } else { json!({}) }
    });
    let mut processor =
        build(find("multiband").expect("it is listed"), &settings, &Spec::new(RATE_HZ, 2, 4800));
    let input = sine(RATE_HZ, 2 * RATE_HZ as usize, 280.0, amplitude(-10.0));
    run(&mut *processor, &Block::of(input), 4800);
    let reductions = processor.reductions();
    assert_eq!(reductions.len(), 4);
    for (band, reduction) in reductions.iter().enumerate() {
        let shall = if band == 1 { 12.0 } else { 0.0 };
        assert!(
            (reduction.mean_db - shall).abs() < 0.1 && (reduction.max_db - shall).abs() < 0.1,
            "{reductions:?}"
        );
    }
}
