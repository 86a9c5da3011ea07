//! The drawn curve against itself, and its phase against that of an analogue shelf.

mod common;

use acetate_processors::find;
use common::*;
use serde_json::json;

#[test]
fn between_points_it_is_straight_over_the_logarithm_of_the_frequency() {
    let points = json!({ "points": [{ "hz": 8000, "gain_db": 3 }, { "hz": 500, "gain_db": 0 }] });
    let dirac = signal(RATE_HZ, 2, 1 << 16, |_, n| f64::from(u8::from(n == 1 << 14)));
    let output = heard(find("contour").expect("it is listed"), &map(&points), &dirac);
    for (hz, shall) in [(100.0, 0.0), (1000.0, 0.75), (2000.0, 1.5), (4000.0, 2.25), (12_000.0, 3.0)] {
        let (cosine, sine) = fourier(&output.channels[0], RATE_HZ, hz);
        let is = db(libm::hypot(cosine, sine));
        assert!((is - shall).abs() < 0.02, "{is} dB at {hz} Hz, {shall} wanted");
    }
}

#[test]
fn nothing_sounds_ahead_of_its_cause() {
    let points = json!({ "points": [{ "hz": 100, "gain_db": 6 }, { "hz": 1000, "gain_db": -6 }] });
    let at = 1 << 14;
    let dirac = signal(RATE_HZ, 2, 1 << 16, |_, n| f64::from(u8::from(n == at)));
    let output = heard(find("contour").expect("it is listed"), &map(&points), &dirac);
    let ahead = output.channels[0][..at].iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(ahead < 1e-6, "{ahead}");
}
