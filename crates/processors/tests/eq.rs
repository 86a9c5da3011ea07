//! The equaliser against its analogue models.

mod analogue;
mod common;

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Json, Map, Spec};
use acetate_processors::{PROCESSORS, find};
use analogue::*;
use common::*;
use serde_json::json;

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

#[test]
fn random_settings_follow_the_analogue_models_within_a_hundredth_of_a_decibel() {
    let mut worst = 0.0f64;
    for rate_hz in RATES {
        for seed in 0..12 {
            let bands = random_bands(seed, 30.0, 6.0);
            let settings = eq(&bands.iter().map(Band::json).collect::<Vec<_>>());
            let bins = spectrum(&response(&settings, rate_hz, DIRAC, DIRAC).channels[0]);
            let width = f64::from(rate_hz) / (2 * (bins.len() - 1)) as f64;
            for hz in audible_hz(rate_hz) {
                let bin = libm::round(hz / width);
                let (hz, (re, im)) = (bin * width, bins[bin as usize]);
                let shall = sum_db(&bands, hz);
                let off = db(libm::hypot(re, im) / DIRAC) - shall;
                // so far below, single precision has its own noise
                if shall > -60.0 {
                    assert!(off.abs() <= 0.01, "{rate_hz} Hz, seed {seed}: {off} dB at {hz} Hz");
                    worst = worst.max(off.abs());
                }
            }
        }
    }
    println!("worst: {worst:.5} dB");
}

#[test]
fn every_shape_follows_its_model() {
    let mut worst = 0.0f64;
    for rate_hz in RATES {
        for (shape, freq_hz, gain_db, q) in [
            ("bell", 12_000.0, 12.0, 2.0),
            ("bell", 17_000.0, -15.0, 0.5),
            ("bell", 40.0, 18.0, 4.0),
            ("low_shelf", 200.0, 12.0, 0.71),
            ("low_shelf", 9000.0, -12.0, 1.5),
            ("high_shelf", 3000.0, 12.0, 0.71),
            ("high_shelf", 15_000.0, -12.0, 0.71),
            ("tilt", 900.0, 6.0, 0.71),
            ("tilt", 10_000.0, -6.0, 0.71),
            ("low_cut", 30.0, 0.0, 0.71),
            ("low_cut", 300.0, 0.0, 2.0),
            ("high_cut", 16_000.0, 0.0, 0.71),
            ("high_cut", 5000.0, 0.0, 3.0),
            ("notch", 1500.0, 0.0, 8.0),
            ("notch", 12_000.0, 0.0, 2.0),
        ] {
            let band = Band { shape, freq_hz, gain_db, q };
            let output = response(&eq(&[band.json()]), rate_hz, DIRAC, DIRAC);
            // the frequency of the band is where it matters most
            let points = audible_hz(rate_hz).step_by(5).chain([freq_hz]);
            for hz in points.filter(|&hz| band.shall_db(hz) > -60.0) {
                let off = (measured_db(&output.channels[0], rate_hz, hz) - band.shall_db(hz)).abs();
                assert!(off <= 0.01, "{band:?} at {rate_hz} Hz rate: {off} dB at {hz} Hz");
                worst = worst.max(off);
            }
        }
    }
    println!("worst: {worst:.5} dB");
}

/// Butterworth's high-pass of 8th order at 4 kHz as sections by the bilinear transform, in double precision.
fn above_4_khz(rate_hz: u32, x: &[f32]) -> Vec<f64> {
    let t = libm::tan(PI * 4000.0 / f64::from(rate_hz));
    let mut y: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
    for k in 0..4 {
        let damping = 2.0 * libm::sin(PI * f64::from(2 * k + 1) / 16.0);
        let a0 = 1.0 + damping * t + t * t;
        let (a1, a2) = (2.0 * (t * t - 1.0) / a0, (1.0 - damping * t + t * t) / a0);
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in &mut y {
            let x = *sample;
            let out = (x - 2.0 * x1 + x2) / a0 - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, x, y1, out);
            *sample = out;
        }
    }
    y
}

/// A host that sweeps a bell: for each change a new equaliser is built, hears the recent past, and fades in while the
/// old one fades out, both with gains that add up to one.
fn swept(input: &Audio, freq_hz: impl Fn(f64) -> f64, from: usize, frames: usize) -> Vec<f32> {
    const FADE: usize = 480;
    const PAST: usize = 48_000;
    let spec = Spec::new(input.rate_hz, 1, PAST);
    let entry = find("eq").expect("it is listed");
    let part = |from: usize, to: usize| {
        Block::of(Audio { rate_hz: input.rate_hz, channels: vec![input.channels[0][from..to].to_vec()] })
    };
    let warmed_up = |at: usize, seconds: f64| {
        let bell = json!({ "freq_hz": freq_hz(seconds), "gain_db": 12.0, "q": 2.0 });
        let mut eq = build(entry, &eq(&[bell]), &spec);
        eq.process(&mut part(at - PAST, at));
        eq
    };
    let mut old = warmed_up(from, 0.0);
    let mut output = Vec::new();
    for at in (from..from + frames).step_by(FADE) {
        let seconds = (at + FADE - from) as f64 / f64::from(input.rate_hz);
        let mut new = warmed_up(at, seconds);
        let (mut going, mut coming) = (part(at, at + FADE), part(at, at + FADE));
        old.process(&mut going);
        new.process(&mut coming);
        output.extend((0..FADE).map(|n| {
            let share = 0.5 - 0.5 * libm::cos(PI * (n as f64 + 0.5) / FADE as f64);
            let [x, y] = [&going, &coming].map(|block| f64::from(block.main.channels[0][n]));
            (x + share * (y - x)) as f32
        }));
        old = new;
    }
    output
}

#[test]
fn a_swept_bell_does_not_click() {
    let rate_hz = 48_000;
    let second = rate_hz as usize;
    let mut input = sine(rate_hz, 3 * second, 150.0, acetate_model::amplitude(-6.0));
    input.channels.truncate(1);
    let sweep = |seconds: f64| 20.0 * libm::pow(1000.0, seconds.min(1.0));
    let residue = |output: &[f32]| {
        let above = above_4_khz(rate_hz, output);
        above[2000..].iter().fold(0.0f64, |most, y| most.max(y.abs()))
    };
    let output = swept(&input, sweep, second, second);
    // the sweep is heard
    assert!(output.iter().fold(0.0f32, |most, y| most.max(y.abs())) > 1.9);
    let smooth = db(residue(&output));
    // and the measure hears a click: the same bell, not faded but switched
    let mut switched = swept(&input, |_| 100.0, second, second / 2);
    switched.extend(swept(&input, |_| 200.0, second + second / 2, second / 2));
    let click = db(residue(&switched));
    println!("residue: {smooth:.1} dBFS, of a click {click:.1} dBFS");
    assert!(smooth < -80.0 && click > -40.0, "{smooth} dBFS, {click} dBFS");
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
