//! The DC blocker against the formulas of a first-order high-pass.

mod common;

use std::f64::consts::PI;

use acetate_model::{Audio, Map};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn blocked(cutoff_hz: f64, input: &Audio) -> Audio {
    heard(find("dc_blocker").expect("it is listed"), &map(&json!({ "cutoff_hz": cutoff_hz })), input)
}

/// |H|² = 1/(1 + (f꜀/f)²): far below half the rate the bilinear transform is the analogue filter.
#[test]
fn it_is_the_analogue_first_order_high_pass() {
    let mut worst = 0.0f64;
    for rate_hz in [44_100, 192_000] {
        for cutoff_hz in [1.0, 5.0, 20.0] {
            let dirac = signal(rate_hz, 2, 1 << 19, |_, n| if n == 0 { 0.5 } else { 0.0 });
            let out = blocked(cutoff_hz, &dirac);
            for hz in log_points(2.0, 1000.0, 24) {
                let (cosine, sine) = fourier(&out.channels[1], rate_hz, hz);
                let shall = -10.0 * libm::log10(1.0 + (cutoff_hz / hz) * (cutoff_hz / hz));
                worst = worst.max((db(libm::hypot(cosine, sine) / 0.5) - shall).abs());
            }
        }
    }
    println!("worst: {worst:.5} dB");
    assert!(worst < 0.001, "{worst} dB");
}

/// A step decays as e^(−2πf꜀t).
#[test]
fn an_offset_decays_as_it_must_and_leaves_nothing() {
    let second = RATE_HZ as usize;
    for cutoff_hz in [1.0, 5.0, 20.0] {
        let out = blocked(cutoff_hz, &signal(RATE_HZ, 2, 20 * second, |_, _| 0.5));
        for n in (0..second).step_by(1000) {
            let shall = 0.5 * libm::exp(-2.0 * PI * cutoff_hz * n as f64 / f64::from(RATE_HZ));
            let is = f64::from(out.channels[0][n]);
            assert!((is - shall).abs() < 0.002, "{cutoff_hz} Hz, frame {n}: {is} for {shall}");
        }
        let left = out.channels.iter().flat_map(|c| &c[19 * second..]).fold(0.0, |m: f32, x| m.max(x.abs()));
        println!("{cutoff_hz} Hz leaves {left:e}");
        assert!(left < 1e-12, "{cutoff_hz} Hz: {left}");
    }
}

/// Of 20 Hz, the lowest that is heard, 10 lg(1 + (5/20)²) = 0.26 dB go.
#[test]
fn music_on_an_offset_comes_out_without_it() {
    let second = RATE_HZ as usize;
    let on_offset = signal(RATE_HZ, 2, 4 * second, |c, n| {
        let t = n as f64 / f64::from(RATE_HZ);
        0.3 * libm::sin(2.0 * PI * 20.0 * t) + if c == 0 { 0.2 } else { -0.1 }
    });
    let out = heard(find("dc_blocker").expect("it is listed"), &Map::new(), &on_offset);
    for channel in &out.channels {
        let steady = &channel[3 * second..];
        let mean: f64 = steady.iter().map(|&x| f64::from(x)).sum::<f64>() / steady.len() as f64;
        let lost = db(tone(steady, RATE_HZ, 20.0) / 0.3);
        println!("mean {mean:e}, 20 Hz {lost:.3} dB");
        assert!(mean.abs() < 1e-7, "{mean}");
        assert!((lost + 0.263).abs() < 0.002, "{lost} dB");
    }
}
