//! The equaliser with linear and with mixed phase.

mod analogue;
mod common;

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Map, Spec};
use acetate_processors::find;
use analogue::*;
use common::*;
use serde_json::json;

const DIRAC: f64 = 0.25;
const DIRAC_AT: usize = 1 << 16;
/// Twice as far, so that each bin's phase of the Dirac is 0 or π.
const FRAMES: usize = 2 * DIRAC_AT;

fn eq(phase: &str, bands: &[Band]) -> Map {
    let bands: Vec<_> = bands.iter().map(Band::json).collect();
    map(&json!({ "bands": bands, "phase": phase }))
}

/// The impulse response of the left channel, with the Dirac in the middle.
fn impulse(settings: &Map, rate_hz: u32) -> Vec<f32> {
    let dirac = signal(rate_hz, 2, FRAMES, |_, n| if n == DIRAC_AT { DIRAC } else { 0.0 });
    heard(find("eq").expect("it is listed"), settings, &dirac).channels.swap_remove(0)
}

/// Level in dB and phase of an impulse response, at the bin next to a frequency, which is told.
struct Response {
    rate_hz: u32,
    bins: Vec<(f64, f64)>,
}

impl Response {
    fn new(rate_hz: u32, impulse: &[f32]) -> Self {
        Self { rate_hz, bins: spectrum(impulse) }
    }

    fn at(&self, hz: f64) -> (f64, f64, f64) {
        let width = f64::from(self.rate_hz) / FRAMES as f64;
        let bin = libm::round(hz / width) as usize;
        let (re, im) = self.bins[bin];
        let sign = if bin.is_multiple_of(2) { 1.0 } else { -1.0 };
        (bin as f64 * width, db(libm::hypot(re, im) / DIRAC), libm::atan2(sign * im, sign * re))
    }
}

/// The energy that comes more than 5 ms before the largest sample, re the whole.
fn echo_ahead_db(impulse: &[f32], rate_hz: u32) -> f64 {
    let main = (0..impulse.len()).max_by(|&a, &b| impulse[a].abs().total_cmp(&impulse[b].abs()));
    let ahead = main.expect("it is not empty") - (0.005 * f64::from(rate_hz)) as usize;
    let energy = |part: &[f32]| part.iter().map(|&h| f64::from(h) * f64::from(h)).sum::<f64>();
    10.0 * libm::log10(energy(&impulse[..ahead]) / energy(impulse))
}

/// A null of magnitude has a corner, which no filter of linear phase and some length has: it is not looked at.
const NULL_DB: f64 = -20.0;

/// The worst distance from the models, and the worst phase, where the models are above −60 dB.
fn worst(phase: &str, bands: &[Band], rate_hz: u32) -> (f64, f64, f64) {
    let impulse = impulse(&eq(phase, bands), rate_hz);
    let response = Response::new(rate_hz, &impulse);
    let (mut off_db, mut off_rad) = (0.0f64, 0.0f64);
    for hz in audible_hz(rate_hz) {
        let (hz, is_db, is_rad) = response.at(hz);
        let shall_db = sum_db(bands, hz);
        let in_null = bands.iter().any(|b| b.shape == "notch" && b.shall_db(hz) < NULL_DB);
        if shall_db > -60.0 && !in_null {
            off_db = off_db.max((is_db - shall_db).abs());
            off_rad = off_rad.max(is_rad.abs());
        }
    }
    (off_db, off_rad, echo_ahead_db(&impulse, rate_hz))
}

#[test]
fn linear_bands_follow_their_models_and_have_no_phase() {
    let (mut most_db, mut most_rad) = (0.0f64, 0.0f64);
    for rate_hz in RATES {
        for seed in 0..2 {
            let (off_db, off_rad, _) = worst("linear", &random_bands(seed, 60.0, 4.0), rate_hz);
            println!("{rate_hz} Hz, seed {seed}: {off_db:.5} dB, {off_rad:.2e} rad");
            (most_db, most_rad) = (most_db.max(off_db), most_rad.max(off_rad));
        }
    }
    println!("linear: {most_db:.5} dB, {most_rad:.2e} rad");
    assert!(most_db <= 0.01 && most_rad < 1e-4, "{most_db} dB, {most_rad} rad");
}

#[test]
fn mixed_bands_follow_their_models_and_are_not_heard_ahead() {
    let (mut most_db, mut loudest_db) = (0.0f64, f64::NEG_INFINITY);
    for rate_hz in RATES {
        for seed in 0..2 {
            let (off_db, off_rad, ahead_db) = worst("mixed", &random_bands(seed, 60.0, 4.0), rate_hz);
            println!("{rate_hz} Hz, seed {seed}: {off_db:.5} dB, {off_rad:.2} rad, ahead {ahead_db:.1} dB");
            (most_db, loudest_db) = (most_db.max(off_db), loudest_db.max(ahead_db));
        }
    }
    println!("mixed: {most_db:.5} dB, ahead {loudest_db:.1} dB");
    assert!(most_db <= 0.01 && loudest_db <= -60.0, "{most_db} dB, ahead {loudest_db} dB");
}

#[test]
fn mixed_is_linear_where_that_is_not_heard_ahead_and_else_between() {
    let rate_hz = 48_000;
    let bell = |freq_hz| [Band { shape: "bell", freq_hz, gain_db: 6.0, q: 1.0 }];
    assert!(impulse(&eq("mixed", &bell(4000.0)), rate_hz) == impulse(&eq("linear", &bell(4000.0)), rate_hz));
    let (_, _, linear_db) = worst("linear", &bell(80.0), rate_hz);
    let (_, mixed_rad, mixed_db) = worst("mixed", &bell(80.0), rate_hz);
    let (_, least_rad, least_db) = worst("minimum", &bell(80.0), rate_hz);
    println!("80 Hz, ahead: linear {linear_db:.1}, mixed {mixed_db:.1}, minimum {least_db:.1} dB");
    assert!(linear_db > -50.0 && mixed_db <= -60.0 && least_db == f64::NEG_INFINITY);
    assert!(mixed_rad > 0.01 && mixed_rad < 0.99 * least_rad, "{mixed_rad} of {least_rad} rad");
}

/// What is too long for a filter comes out broader: by so much.
#[test]
fn the_lowest_and_sharpest_bands_keep_most_of_their_shape() {
    for (freq_hz, q, at_most_db) in [(30.0, 2.0, 0.01), (30.0, 6.0, 0.01), (20.0, 18.0, 0.6)] {
        let bell = [Band { shape: "bell", freq_hz, gain_db: 6.0, q }];
        let (off_db, ..) = worst("linear", &bell, 44_100);
        let (mixed_db, _, ahead_db) = worst("mixed", &bell, 44_100);
        println!("{freq_hz} Hz, Q {q}: {off_db:.4} dB, mixed {mixed_db:.4} dB, ahead {ahead_db:.1} dB");
        assert!(off_db.max(mixed_db) <= at_most_db, "{freq_hz} Hz, Q {q}: {off_db} dB, mixed {mixed_db} dB");
        assert!(ahead_db <= -60.0, "{freq_hz} Hz, Q {q}: {ahead_db} dB ahead");
    }
}

#[test]
fn without_gain_no_bit_changes_in_any_phase() {
    let input = swinging_noise(44_100, 2, 20_000, 0.9);
    let flat = Band { shape: "bell", freq_hz: 5000.0, gain_db: 0.0, q: 1.0 };
    for phase in ["minimum", "mixed", "linear"] {
        for bands in [&[][..], &[flat; 24]] {
            let entry = find("eq").expect("it is listed");
            let latency = build(entry, &eq(phase, bands), &Spec::new(44_100, 2, 64)).latency();
            assert_eq!(latency, 0);
            assert!(heard(entry, &eq(phase, bands), &input) == input);
        }
    }
}

/// Bells on every part.
fn everywhere(phase: &str) -> Map {
    let bell = |on: &str, hz: f64| json!({ "freq_hz": hz, "gain_db": -6.0, "q": 1.0, "on": on });
    let bands = [bell("stereo", 300.0), bell("left", 900.0), bell("mid", 2500.0), bell("side", 7000.0)];
    map(&json!({ "bands": bands, "phase": phase }))
}

#[test]
fn bands_work_on_the_part_they_are_meant_for() {
    let rate_hz = 48_000;
    for phase in ["mixed", "linear"] {
        for (right, on, shall) in [
            (DIRAC, "mid", [-6.0, -6.0]),
            (-DIRAC, "mid", [0.0, 0.0]),
            (DIRAC, "side", [0.0, 0.0]),
            (-DIRAC, "side", [-6.0, -6.0]),
            (DIRAC, "left", [-6.0, 0.0]),
            (DIRAC, "right", [0.0, -6.0]),
        ] {
            let bell = json!({ "freq_hz": 2000.0, "gain_db": -6.0, "q": 1.0, "on": on });
            let settings = map(&json!({ "bands": [bell], "phase": phase }));
            let dirac = signal(rate_hz, 2, FRAMES, |c, n| match (n, c) {
                (DIRAC_AT, 0) => DIRAC,
                (DIRAC_AT, _) => right,
                _ => 0.0,
            });
            let output = heard(find("eq").expect("it is listed"), &settings, &dirac);
            for ((channel, dirac), shall) in output.channels.iter().zip(&dirac.channels).zip(shall) {
                let (cosine, sine) = fourier(channel, rate_hz, 2000.0);
                let is = db(libm::hypot(cosine, sine) / DIRAC);
                assert!((is - shall).abs() < 0.01, "{phase}, {on}: {is} dB for {shall}");
                assert!(on == "mid" || on == "side" || shall != 0.0 || channel == dirac, "{phase}, {on}");
            }
        }
    }
}

/// Four signals and their sum.
fn linked(frames: usize) -> Block {
    let linked: Vec<Audio> = (0..4)
        .map(|stem| {
            signal(RATE_HZ, 2, frames, |c, n| 0.2 * noise((stem * 1_000_003 + c * 500_009 + n) as u64))
        })
        .collect();
    let main =
        signal(RATE_HZ, 2, frames, |c, n| linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum());
    Block { main, linked, key: None }
}

#[test]
fn linked_signals_still_add_up_whatever_the_blocks_and_after_a_reset() {
    let input = linked(150_000);
    for phase in ["mixed", "linear"] {
        let spec = Spec { linked: 4, ..Spec::new(RATE_HZ, 2, 150_000) };
        let mut processor = build(find("eq").expect("it is listed"), &everywhere(phase), &spec);
        let output = run(&mut *processor, &input, 150_000);
        let mut worst = 0.0f64;
        for (c, channel) in output.main.channels.iter().enumerate() {
            for (n, &y) in channel.iter().enumerate() {
                let sum: f64 = output.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
                worst = worst.max((sum - f64::from(y)).abs());
            }
        }
        println!("{phase}: {:.1} dBFS", db(worst));
        assert!(db(worst) <= -120.0, "{phase}: {} dBFS", db(worst));
        for frames in [777, 8192] {
            processor.reset();
            assert!(run(&mut *processor, &input, frames) == output, "{phase} in blocks of {frames}");
        }
    }
}

#[test]
fn it_is_as_late_as_it_says_and_ends_in_silence() {
    for phase in ["mixed", "linear"] {
        let spec = Spec::new(RATE_HZ, 1, 4096);
        let mut processor = build(find("eq").expect("it is listed"), &everywhere(phase), &spec);
        let late = processor.latency();
        let hz = 300.0;
        let frames = late + 2 * RATE_HZ as usize;
        let input =
            signal(RATE_HZ, 1, frames, |_, n| libm::sin(2.0 * PI * hz * n as f64 / f64::from(RATE_HZ)));
        let output = run(&mut *processor, &Block::of(input.clone()), 4096).main;
        let second = RATE_HZ as usize;
        let (cosine, sine) = fourier(&output.channels[0][late + second / 2..][..second], RATE_HZ, hz);
        let (shall_cosine, shall_sine) = fourier(&input.channels[0][second / 2..][..second], RATE_HZ, hz);
        let turned = libm::atan2(sine, cosine) - libm::atan2(shall_sine, shall_cosine);
        // at its centre a bell has no phase
        assert!(libm::remainder(turned, 2.0 * PI).abs() < 1e-4, "{phase}: {turned} rad");
        let silence = Block::of(Audio::silence(RATE_HZ, 1, 10 * second));
        let last = run(&mut *processor, &silence, 4096).main.channels.swap_remove(0);
        assert!(last[9 * second..].iter().all(|&y| y == 0.0), "{phase}");
    }
}
