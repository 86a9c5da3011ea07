//! The ride against closed forms.

mod common;

use std::f64::consts::PI;

use acetate_processors::find;
use common::*;
use serde_json::json;

fn level_db(points: &serde_json::Value, seconds: usize) -> Vec<f64> {
    let ones = signal(RATE_HZ, 2, seconds * RATE_HZ as usize, |_, _| 0.25);
    let output = heard(find("ride").expect("it is listed"), &map(&json!({ "points": points })), &ones);
    output.channels[1].iter().map(|x| db(f64::from(*x) / 0.25)).collect()
}

#[test]
fn a_sine_of_decibels_goes_through_its_turning_points() {
    let (rate_hz, depth_db) = (0.3, 4.0);
    let turns = (-1..8).map(|n| {
        let at_ms = 1000.0 * (0.25 + 0.5 * f64::from(n)) / rate_hz;
        json!({ "at_ms": at_ms, "gain_db": if n % 2 == 0 { depth_db } else { -depth_db } })
    });
    for (n, is) in level_db(&turns.collect(), 10).into_iter().enumerate() {
        let shall = depth_db * libm::sin(2.0 * PI * rate_hz * n as f64 / f64::from(RATE_HZ));
        assert!((is - shall).abs() < 1e-3, "{is} dB in frame {n}, {shall} wanted");
    }
}

#[test]
fn beyond_its_points_the_fader_rests_and_their_order_is_free() {
    let points = json!([{ "at_ms": 2000, "gain_db": -3 }, { "at_ms": 1000, "gain_db": 2 }]);
    let levels = level_db(&points, 3);
    let at = |ms: usize| levels[ms * RATE_HZ as usize / 1000];
    for (ms, shall) in [(0, 2.0), (999, 2.0), (1500, -0.5), (2000, -3.0), (2999, -3.0)] {
        assert!((at(ms) - shall).abs() < 0.01, "{} dB at {ms} ms, {shall} wanted", at(ms));
    }
}
