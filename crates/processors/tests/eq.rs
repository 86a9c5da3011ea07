//! The equaliser against its analogue models.

mod common;

use acetate_dsp::{Corner, Prototype};
use acetate_model::{Audio, Json, Map, Spec};
use acetate_processors::{PROCESSORS, find};
use common::*;
use serde_json::json;

const RATES: [u32; 4] = [44_100, 48_000, 88_200, 96_000];
const DIRAC: f64 = 0.25;

fn eq(bands: &[Json]) -> Map {
    map(&json!({ "bands": bands }))
}

/// The impulse response in both channels to a Dirac in `left` and `right`.
fn response(settings: &Map, rate_hz: u32, left: f64, right: f64) -> Audio {
    let dirac = signal(rate_hz, 2, 1 << 16, |c, n| match (n, c) {
        (0, 0) => left,
        (0, _) => right,
        _ => 0.0,
    });
    heard(find("eq").expect("it is listed"), settings, &dirac)
}

fn measured_db(channel: &[f32], rate_hz: u32, hz: f64) -> f64 {
    let (cosine, sine) = fourier(channel, rate_hz, hz);
    db(libm::hypot(cosine, sine) / DIRAC)
}

/// Eight bands from 30 Hz to 18 kHz, Q 0.5 to 6, ±9 dB, and their models.
fn random_bands(seed: u64) -> (Vec<Json>, Vec<Prototype>) {
    let random = |n: u64, from: f64, to: f64| {
        let place = f64::midpoint(noise(seed * 1000 + n), 1.0);
        from * libm::pow(to / from, place)
    };
    (0..8)
        .map(|band| {
            let corner = Corner {
                hz: random(band * 3, 30.0, 18_000.0),
                gain_db: 9.0 * noise(seed * 1000 + band * 3 + 1),
                q: random(band * 3 + 2, 0.5, 6.0),
            };
            let (shape, prototype) = match band {
                0 => ("low_shelf", Prototype::LowShelf(corner)),
                1 => ("high_shelf", Prototype::HighShelf(corner)),
                2 => ("tilt", Prototype::Tilt(corner)),
                _ => ("bell", Prototype::Bell(corner)),
            };
            let Corner { hz, gain_db, q } = corner;
            (json!({ "shape": shape, "freq_hz": hz, "gain_db": gain_db, "q": q }), prototype)
        })
        .unzip()
}

#[test]
fn random_settings_follow_the_analogue_models_within_a_hundredth_of_a_decibel() {
    let mut worst = 0.0f64;
    for rate_hz in RATES {
        let to_hz = f64::min(20_000.0, 0.45 * f64::from(rate_hz));
        for seed in 0..10 {
            let (bands, prototypes) = random_bands(seed);
            let output = response(&eq(&bands), rate_hz, DIRAC, DIRAC);
            for hz in log_points(20.0, to_hz, 401) {
                let shall: f64 = prototypes.iter().map(|p| db(p.response(hz).norm())).sum();
                let off = measured_db(&output.channels[0], rate_hz, hz) - shall;
                assert!(off.abs() <= 0.01, "{rate_hz} Hz, seed {seed}: {off} dB at {hz} Hz");
                worst = worst.max(off.abs());
            }
        }
    }
    println!("worst: {worst:.5} dB");
}

#[test]
fn cuts_and_notches_follow_their_models() {
    for rate_hz in RATES {
        for (shape, hz, q) in [
            ("low_cut", 30.0, 0.71),
            ("low_cut", 300.0, 2.0),
            ("high_cut", 16_000.0, 0.71),
            ("high_cut", 5000.0, 3.0),
            ("notch", 1500.0, 8.0),
            ("notch", 12_000.0, 2.0),
        ] {
            let corner = Corner { hz, gain_db: 0.0, q };
            let prototype = match shape {
                "low_cut" => Prototype::HighPass(corner),
                "high_cut" => Prototype::LowPass(corner),
                _ => Prototype::Notch(corner),
            };
            let output =
                response(&eq(&[json!({ "shape": shape, "freq_hz": hz, "q": q })]), rate_hz, DIRAC, DIRAC);
            for at in log_points(20.0, f64::min(20_000.0, 0.45 * f64::from(rate_hz)), 201) {
                let shall = db(prototype.response(at).norm());
                let off = measured_db(&output.channels[0], rate_hz, at) - shall;
                assert!(
                    off.abs() <= 0.01 || shall < -40.0,
                    "{shape} of {hz} Hz at {rate_hz}: {off} dB at {at} Hz"
                );
            }
        }
    }
}

#[test]
fn without_gain_no_bit_changes() {
    let input = swinging_noise(44_100, 2, 20_000, 0.9);
    let flat = json!({ "freq_hz": 5000.0, "gain_db": 0.0 });
    for bands in [vec![], vec![flat.clone()], vec![flat; 24]] {
        let output = heard(find("eq").expect("it is listed"), &eq(&bands), &input);
        assert!(output == input);
    }
}

#[test]
fn bands_work_on_the_part_they_are_meant_for() {
    let rate_hz = 48_000;
    let on = |part: &str| eq(&[json!({ "freq_hz": 2000.0, "gain_db": -6.0, "q": 1.0, "on": part })]);
    let levels = |part: &str, left: f64, right: f64| -> [f64; 2] {
        let output = response(&on(part), rate_hz, left, right);
        [0, 1].map(|c| measured_db(&output.channels[c], rate_hz, 2000.0))
    };
    let near =
        |is: [f64; 2], shall: [f64; 2]| is.iter().zip(shall).all(|(is, shall)| (is - shall).abs() < 0.01);
    for (part, left, right, shall) in [
        ("stereo", DIRAC, DIRAC, [-6.0, -6.0]),
        ("left", DIRAC, DIRAC, [-6.0, 0.0]),
        ("right", DIRAC, DIRAC, [0.0, -6.0]),
        ("mid", DIRAC, DIRAC, [-6.0, -6.0]),
        ("mid", DIRAC, -DIRAC, [0.0, 0.0]),
        ("side", DIRAC, DIRAC, [0.0, 0.0]),
        ("side", DIRAC, -DIRAC, [-6.0, -6.0]),
    ] {
        let is = levels(part, left, right);
        assert!(near(is, shall), "{part}: {is:?} for {shall:?}");
    }
    let untouched = response(&on("left"), rate_hz, 0.3, 0.7);
    assert!(untouched.channels[1][0] == 0.7 && untouched.channels[1][1..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_wrong_band_is_named() {
    let settings = eq(&[json!({}), json!({ "gain_db": 40.0 })]);
    let error = (PROCESSORS.iter().find(|p| p.id == "eq").expect("it is listed").build)(
        &settings,
        &Spec::new(48_000, 2, 64),
    );
    let text = error.err().expect("40 dB is too much").to_string();
    assert!(text.starts_with("eq.bands[1].gain_db: expected a number from -24 to 24 dB, found 40"), "{text}");
}
