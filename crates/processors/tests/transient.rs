//! The transient shaper against its closed formula and gates.

mod common;

use acetate_model::{Audio, Map, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

const SECOND: usize = RATE_HZ as usize;

fn settings(attack_db: f64, sustain_db: f64) -> Map {
    map(&json!({ "attack_db": attack_db, "sustain_db": sustain_db }))
}

fn output(settings: &Map, input: &Audio) -> Audio {
    heard(find("transient").expect("it is listed"), settings, input)
}

fn frames(ms: f64) -> usize {
    (ms / 1000.0 * f64::from(RATE_HZ)) as usize
}

fn energy_db(x: &[f32]) -> f64 {
    10.0 * libm::log10(x.iter().map(|&x| f64::from(x) * f64::from(x)).sum())
}

/// Four bursts a second of noise that decay by 60 dB in a third of a second, at this peak level.
fn beats(level_dbfs: f64) -> Audio {
    signal(RATE_HZ, 2, 2 * SECOND, |c, n| {
        let at = n % (SECOND / 4);
        let decay = libm::pow(10.0, -3.0 * at as f64 / (SECOND as f64 / 3.0));
        amplitude(level_dbfs) * decay * noise((2 * n + c) as u64)
    })
}

/// The amount, as long as 10 lg (1/(1 − exp(−t/28 ms))) is above 4 dB, and down to nothing at 1.5 dB.
fn onset_db(amount_db: f64, ms: f64) -> f64 {
    let difference = -10.0 * libm::log10(1.0 - libm::exp(-ms / 28.0));
    amount_db * ((difference - 1.5) / 2.5).clamp(0.0, 1.0)
}

#[test]
fn the_beginning_of_a_tone_rises_by_the_formula_and_the_rest_not_at_all() {
    for amount_db in [6.0, 12.0, -6.0] {
        let start = SECOND / 2;
        let input = signal(RATE_HZ, 2, SECOND, |_, n| {
            let t = n as f64 / f64::from(RATE_HZ);
            if n < start { 0.0 } else { 0.2 * libm::sin(2.0 * std::f64::consts::PI * 2000.0 * t) }
        });
        let out = output(&settings(amount_db, 0.0), &input);
        let gain = |from: f64, to: f64| {
            let part =
                |audio: &Audio| energy_db(&audio.channels[0][start + frames(from)..start + frames(to)]);
            part(&out) - part(&input)
        };
        let mut worst = 0.0f64;
        for ms in 1..40 {
            let ms = f64::from(ms);
            // a millisecond of smoothing, early by as much, is centred half a millisecond ahead
            worst = worst.max((gain(ms, ms + 0.5) - onset_db(amount_db, ms + 0.75)).abs());
        }
        println!("{amount_db} dB: first 15 ms {:.2} dB, off the formula {worst:.3} dB", gain(0.0, 15.0));
        assert!(worst < 0.25, "{worst}");
        assert!((gain(0.0, 15.0) - amount_db).abs() < 0.5, "{}", gain(0.0, 15.0));
        let tail = start + frames(40.0);
        assert!(out.channels[0][tail..] == input.channels[0][tail..]);
    }
}

#[test]
fn beats_get_their_attack_and_keep_their_tail() {
    let input = beats(-6.0);
    for amount_db in [4.0, 9.0, -6.0] {
        let out = output(&settings(amount_db, 0.0), &input);
        for beat in 1..8 {
            let at = beat * SECOND / 4;
            let gain = |from: f64, to: f64| {
                let part = |audio: &Audio| energy_db(&audio.channels[0][at + frames(from)..at + frames(to)]);
                part(&out) - part(&input)
            };
            println!(
                "{amount_db} dB, beat {beat}: {:.2} dB, tail {:.3} dB",
                gain(0.0, 15.0),
                gain(60.0, 240.0)
            );
            assert!((gain(0.0, 15.0) - amount_db).abs() <= 0.5, "{}", gain(0.0, 15.0));
            assert!(gain(60.0, 240.0).abs() < 0.01);
        }
    }
}

#[test]
fn sustain_lifts_what_decays_and_leaves_the_beat() {
    let input = beats(-6.0);
    for amount_db in [6.0, -6.0] {
        let out = output(&settings(0.0, amount_db), &input);
        let at = 4 * SECOND / 4;
        let gain = |from: f64, to: f64| {
            let part = |audio: &Audio| energy_db(&audio.channels[0][at + frames(from)..at + frames(to)]);
            part(&out) - part(&input)
        };
        println!("{amount_db} dB: beat {:.2} dB, decay {:.2} dB", gain(0.0, 10.0), gain(90.0, 200.0));
        assert!(gain(0.0, 10.0).abs() < 0.1);
        assert!((gain(90.0, 200.0) - amount_db).abs() < 0.1, "{}", gain(90.0, 200.0));
    }
}

#[test]
fn a_steady_tone_is_left_alone() {
    for hz in [45.0, 100.0, 1000.0, 9999.0] {
        let input = sine(RATE_HZ, 3 * SECOND, hz, 0.5);
        let out = output(&settings(12.0, 12.0), &input);
        assert!(out.channels[0][SECOND..2 * SECOND] == input.channels[0][SECOND..2 * SECOND], "{hz} Hz");
    }
}

#[test]
fn soft_beats_get_what_loud_ones_get() {
    let (loud, soft) = (beats(0.0), beats(-40.0));
    let outs = [&loud, &soft].map(|input| output(&settings(6.0, -4.0), input));
    let mut worst = 0.0f64;
    for from in (0..2 * SECOND - 480).step_by(480) {
        let gain = |out: &Audio, input: &Audio| {
            let part = |audio: &Audio| energy_db(&audio.channels[1][from..from + 480]);
            part(out) - part(input)
        };
        worst = worst.max((gain(&outs[0], &loud) - gain(&outs[1], &soft)).abs());
    }
    println!("40 dB softer differs by {worst:.5} dB");
    assert!(worst < 0.02, "{worst}");
}

#[test]
fn steady_noise_has_hardly_any_beginnings() {
    // the sum of twelve uniform numbers is nearly normal, and its peaks are never the same
    let input = signal(RATE_HZ, 2, 4 * SECOND, |c, n| {
        0.1 * (0..12).map(|k| noise(((2 * n + c) * 12 + k) as u64)).sum::<f64>() / 2.0
    });
    let out = output(&settings(12.0, 12.0), &input);
    let steady = |audio: &Audio| energy_db(&audio.channels[0][SECOND..]);
    let louder = steady(&out) - steady(&input);
    println!("noise gets {louder:.3} dB louder");
    assert!(louder.abs() < 0.1, "{louder}");
}
