//! The low-pass against the Butterworth formula.

mod common;

use acetate_processors::find;
use common::*;
use serde_json::json;

const RATES: [u32; 4] = [44_100, 48_000, 88_200, 96_000];
const ORDERS: [(&str, u32); 6] =
    [("db6", 1), ("db12", 2), ("db18", 3), ("db24", 4), ("db36", 6), ("db48", 8)];

/// |H|² = 1/(1 + (f/f꜀)^2N), of the analogue filter.
fn shall_db(hz: f64, cutoff_hz: f64, order: u32) -> f64 {
    -10.0 * libm::log10(1.0 + libm::pow(hz / cutoff_hz, 2.0 * f64::from(order)))
}

/// How far it is from its model: the worst where that is above −60 dB, and from there down to −90 dB.
fn worst_db(rate_hz: u32, cutoff_hz: f64, slope: &str, order: u32) -> [f64; 2] {
    let settings = map(&json!({ "cutoff_hz": cutoff_hz, "slope": slope }));
    let dirac = signal(rate_hz, 2, 1 << 13, |_, n| if n == 0 { 0.5 } else { 0.0 });
    let out = heard(find("low_pass").expect("it is listed"), &settings, &dirac);
    let mut worst = [0.0f64; 2];
    for hz in log_points(20.0, f64::min(20_000.0, 0.45 * f64::from(rate_hz)), 101) {
        let shall = shall_db(hz, cutoff_hz, order);
        let (cosine, sine) = fourier(&out.channels[1], rate_hz, hz);
        let off = (db(libm::hypot(cosine, sine) / 0.5) - shall).abs();
        if shall > -90.0 {
            let deep = usize::from(shall < -60.0);
            worst[deep] = worst[deep].max(off);
        }
    }
    worst
}

#[test]
fn it_follows_the_analogue_filter_to_the_top_of_hearing() {
    let mut worst = [0.0f64; 2];
    for rate_hz in RATES {
        for (slope, order) in ORDERS {
            for cutoff_hz in [200.0, 1000.0, 5000.0, 9000.0, 12_000.0, 16_000.0, 20_000.0, 30_000.0] {
                let off = worst_db(rate_hz, cutoff_hz, slope, order);
                println!("{slope} of {cutoff_hz} Hz at {rate_hz} Hz rate: {off:.4?} dB");
                worst = [worst[0].max(off[0]), worst[1].max(off[1])];
            }
        }
    }
    println!("worst: {worst:.5?} dB");
    assert!(worst[0] <= 0.01, "{} dB", worst[0]);
}

#[test]
fn what_lies_below_passes() {
    let settings = map(&json!({ "cutoff_hz": 20000.0, "slope": "db24" }));
    let input = sine(RATE_HZ, 2 * RATE_HZ as usize, 1000.0, 0.5);
    let out = heard(find("low_pass").expect("it is listed"), &settings, &input);
    let steady = &out.channels[0][RATE_HZ as usize..];
    assert!(db(tone(steady, RATE_HZ, 1000.0) / 0.5).abs() < 1e-4);
}

/// Σ nhₙ/Σ hₙ is the delay at frequency 0; of the analogue filter Σ 1/(Q 2πf꜀) over its sections. Without the endless
/// band above half the rate, and of least phase, it is a little less.
#[test]
fn it_has_no_latency_and_is_not_later_than_its_model() {
    let settings = map(&json!({ "cutoff_hz": 2000.0, "slope": "db24" }));
    let dirac = signal(RATE_HZ, 2, 4096, |_, n| if n == 0 { 1.0 } else { 0.0 });
    let out = heard(find("low_pass").expect("it is listed"), &settings, &dirac);
    let (sum, moment) = out.channels[0]
        .iter()
        .enumerate()
        .fold((0.0, 0.0), |(sum, moment), (n, &h)| (sum + f64::from(h), moment + n as f64 * f64::from(h)));
    let angles = [1.0, 3.0].map(|k| libm::sin(k * std::f64::consts::PI / 8.0));
    let shall = angles.iter().map(|sin| 2.0 * sin).sum::<f64>() / (2.0 * std::f64::consts::PI * 2000.0);
    let is = moment / sum / f64::from(RATE_HZ);
    println!("late by {:.2} µs, the model by {:.2} µs", is * 1e6, shall * 1e6);
    assert!(out.channels[0][0] != 0.0 && is > 0.8 * shall && is <= shall, "{is} s for {shall} s");
}
