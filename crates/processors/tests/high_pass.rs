//! The high-pass against the Butterworth formula.

mod common;

use acetate_processors::find;
use common::*;
use serde_json::json;

/// |H|² = 1/(1 + (f꜀/f)^2N): far below half the rate the bilinear transform is the analogue filter.
#[test]
fn it_falls_by_the_slope_it_is_called_by() {
    for (slope, order) in [("db6", 1), ("db12", 2), ("db18", 3), ("db24", 4), ("db36", 6), ("db48", 8)] {
        for rate_hz in [44_100, 192_000] {
            let settings = map(&json!({ "cutoff_hz": 80.0, "slope": slope }));
            let dirac = signal(rate_hz, 2, 1 << 17, |_, n| if n == 0 { 0.5 } else { 0.0 });
            let out = heard(find("high_pass").expect("it is listed"), &settings, &dirac);
            for hz in log_points(30.0, 1000.0, 40) {
                let (cosine, sine) = fourier(&out.channels[1], rate_hz, hz);
                let is = db(libm::hypot(cosine, sine) / 0.5);
                let shall = -10.0 * libm::log10(1.0 + libm::pow(80.0 / hz, 2.0 * f64::from(order)));
                assert!(
                    (is - shall).abs() < 0.02,
                    "{slope} at {rate_hz} Hz: {is} dB at {hz} Hz, not {shall}"
                );
            }
        }
    }
}

#[test]
fn what_lies_above_passes() {
    let settings = map(&json!({ "cutoff_hz": 20.0, "slope": "db24" }));
    let input = sine(RATE_HZ, 3 * RATE_HZ as usize, 100.0, 0.5);
    let out = heard(find("high_pass").expect("it is listed"), &settings, &input);
    let steady = &out.channels[0][RATE_HZ as usize..2 * RATE_HZ as usize];
    assert!(db(tone(steady, RATE_HZ, 100.0) / 0.5).abs() < 1e-3);
}

#[test]
fn a_constant_offset_goes() {
    let settings = map(&json!({ "cutoff_hz": 20.0 }));
    let input = signal(RATE_HZ, 2, 5 * RATE_HZ as usize, |_, _| 0.5);
    let out = heard(find("high_pass").expect("it is listed"), &settings, &input);
    let last = &out.channels[0][4 * RATE_HZ as usize..];
    assert!(last.iter().all(|x| x.abs() < 1e-7), "{}", last[0]);
}
