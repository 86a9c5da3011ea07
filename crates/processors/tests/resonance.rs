//! The suppressor of resonances against a bell that was laid over a clean signal.

mod common;
mod songs;

use std::f64::consts::PI;

use acetate_model::{Audio, Map};
use acetate_processors::find;
use common::{heard, map, noise, signal};
use serde_json::json;
use songs::{difference, power, spectral_distance};

const RATE_HZ: u32 = 48_000;
/// From here on the resonance is known, in seconds.
const SETTLED: f64 = 15.0;

fn settings() -> Map {
    map(&json!({ "range_db": 12.0 }))
}

fn suppressed(x: &Audio, settings: &Map) -> Audio {
    heard(find("resonance").expect("it is listed"), settings, x)
}

/// The bell of R. Bristow-Johnson's cookbook, 12 dB high with Q 8.
fn ringing(x: &Audio, hz: f64) -> Audio {
    let (a, q) = (libm::pow(10.0, 12.0 / 40.0), 8.0);
    let (sin, cos) = libm::sincos(2.0 * PI * hz / f64::from(x.rate_hz));
    let alpha = sin / (2.0 * q);
    let a0 = 1.0 + alpha / a;
    let [b0, b1, b2] = [1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a].map(|b| b / a0);
    let [a1, a2] = [-2.0 * cos, 1.0 - alpha / a].map(|a| a / a0);
    let mut y = x.clone();
    for channel in &mut y.channels {
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in channel {
            let input = f64::from(*x);
            let y = b0 * input + s1;
            s1 = b1 * input - a1 * y + s2;
            s2 = b2 * input - a2 * y;
            *x = y as f32;
        }
    }
    y
}

/// By how much more `y` has than `x` within a sixth of an octave around `hz`, once settled, in dB.
fn excess_db(y: &Audio, x: &Audio, hz: f64) -> f64 {
    const FRAMES: usize = 8192;
    let mut spectrum = acetate_dsp::PowerSpectrum::new(FRAMES);
    let bin = |hz: f64| (hz * FRAMES as f64 / f64::from(x.rate_hz)).round() as usize;
    let mut band = |x: &Audio| -> f64 {
        let mut power = vec![0.0; spectrum.bins()];
        let first = (SETTLED * f64::from(x.rate_hz)).max(0.7 * x.frames() as f64) as usize;
        for channel in &x.channels {
            channel[first..].chunks_exact(FRAMES).for_each(|part| spectrum.add(part, &mut power));
        }
        let (from, to) = (bin(hz * libm::exp2(-1.0 / 12.0)), bin(hz * libm::exp2(1.0 / 12.0)));
        power[from..=to].iter().map(|&p| f64::from(p)).sum()
    };
    10.0 * libm::log10(band(y) / band(x))
}

/// A voice that glides over an octave, with formants that move, and breath.
fn voice(seconds: f64) -> Audio {
    let rate = f64::from(RATE_HZ);
    let mut phase = 0.0;
    let mut mono = Vec::new();
    for n in 0..(seconds * rate) as usize {
        let t = n as f64 / rate;
        let hz =
            160.0 * libm::exp2(0.5 * libm::sin(2.0 * PI * 0.31 * t) + 0.2 * libm::sin(2.0 * PI * 1.7 * t));
        phase += 2.0 * PI * hz / rate;
        let (vowel, tongue) = (libm::sin(2.0 * PI * 0.9 * t), libm::sin(2.0 * PI * 0.57 * t));
        let formants = [
            (550.0 + 250.0 * vowel, 200.0, 1.0),
            (1500.0 + 500.0 * tongue, 400.0, 0.4),
            (2900.0, 1500.0, 0.2),
        ];
        let syllable = (0.55 + 0.45 * libm::sin(2.0 * PI * 2.7 * t)).max(0.0);
        // sin hφ by the recurrence of Chebyshev
        let (sin, cos) = libm::sincos(phase);
        let (mut before, mut now, mut sum) = (0.0, sin, 0.0);
        for h in 1..=30 {
            let at = hz * f64::from(h);
            let gain: f64 =
                formants.iter().map(|(f, wide, g)| g / (1.0 + ((at - f) / wide) * ((at - f) / wide))).sum();
            sum += gain * now;
            (before, now) = (now, 2.0 * cos * now - before);
        }
        mono.push(0.1 * syllable * (sum + 0.05 * noise(n as u64)));
    }
    signal(RATE_HZ, 2, mono.len(), |_, n| mono[n])
}

/// Plucked chords that change, with vibrato, hits, and the hiss of a room.
fn music(seconds: f64) -> Audio {
    let rate = f64::from(RATE_HZ);
    let notes = [0, 3, 5, 7, 10, 2, 8, 12];
    let mono: Vec<f64> = (0..(seconds * rate) as usize)
        .map(|n| {
            let t = n as f64 / rate;
            let beat = (t / 0.3) as u64;
            let since = t % 0.3;
            let pluck = (since / 0.004).min(1.0) * libm::exp(-5.0 * since);
            let tone = |voice: u64| -> f64 {
                let pick = (1e6 * noise(beat * 7 + voice)).abs() as usize % notes.len();
                let hz = 110.0 * libm::exp2((f64::from(notes[pick]) + 12.0 * voice as f64) / 12.0);
                // five times a second by a third of a semitone
                let vibrato = 0.02 * hz / 5.0 * libm::sin(2.0 * PI * 5.0 * t);
                let (sin, cos) = libm::sincos(2.0 * PI * hz * t + vibrato);
                let (mut before, mut now, mut sum) = (0.0, sin, 0.0);
                for h in 1..=20 {
                    sum += now / f64::from(h);
                    (before, now) = (now, 2.0 * cos * now - before);
                }
                sum
            };
            let hit = noise(n as u64) * libm::exp(-30.0 * (t % 0.6));
            0.08 * pluck * (tone(0) + tone(1) + tone(2)) + 0.08 * hit + 0.003 * noise(n as u64 + (1 << 40))
        })
        .collect();
    signal(RATE_HZ, 2, mono.len(), |_, n| mono[n])
}

fn check(name: &str, x: &Audio) -> Vec<(f64, f64)> {
    [400.0, 1200.0, 3000.0]
        .map(|hz| {
            let rings = ringing(x, hz);
            let (before, left) =
                (excess_db(&rings, x, hz), excess_db(&suppressed(&rings, &settings()), x, hz));
            println!("{name}, {hz} Hz: {before:.1} dB, {left:.1} dB left");
            (before, left)
        })
        .into()
}

#[test]
fn a_resonance_goes_and_the_clean_signal_stays() {
    let hits = signal(RATE_HZ, 2, 22 * RATE_HZ as usize, |c, n| {
        let since = n as f64 / f64::from(RATE_HZ) % 0.35;
        (0.3 * libm::exp(-12.0 * since) + 0.003) * noise((2 * n + c) as u64)
    });
    // notes of fixed pitch have gaps between their partials in which a resonance hides: only the highest is found; and
    // not every sound of a voice rings at its lowest
    for (name, x, from) in [("voice", voice(22.0), 1), ("hits", hits, 0), ("music", music(22.0), 2)] {
        let clean = suppressed(&x, &settings());
        let removed = 10.0 * libm::log10(power(&difference(&clean, &x)) / power(&x) + 1e-20);
        let distance = spectral_distance(&x, &clean);
        println!("{name}: clean {removed:.1} dB, {distance:.3} dB apart");
        assert!(removed < -30.0 && distance <= 0.3, "{name}: {removed} dB, {distance} dB");
        for (before, left) in check(name, &x).into_iter().skip(from) {
            assert!(before > 8.0 && (-4.0..=4.0).contains(&left), "{name}: {left} dB of {before}");
        }
    }
}

#[test]
fn a_held_tone_and_noise_are_no_resonance() {
    let frames = 14 * RATE_HZ as usize;
    let white = signal(RATE_HZ, 2, frames, |c, n| 0.1 * noise((2 * n + c) as u64));
    assert!(suppressed(&white, &settings()) == white);
    let held = signal(RATE_HZ, 2, frames, |c, n| {
        0.1 * libm::sin(2.0 * PI * 1000.0 * n as f64 / f64::from(RATE_HZ)) + 0.001 * noise((2 * n + c) as u64)
    });
    let removed =
        10.0 * libm::log10(power(&difference(&suppressed(&held, &settings()), &held)) / power(&held) + 1e-20);
    println!("held tone: {removed:.1} dB");
    assert!(removed < -30.0);
}

#[test]
fn real_stems() {
    let names = [
        "01-eif-francium/vocals_lead",
        "01-eif-francium/music",
        "01-eif-francium/drums",
        "02-eif-sodium/vocals_lead",
        "03-mdn-funk/bass",
        "03-mdn-funk/horns",
        "03-mdn-funk/drums",
        "04-sectoid-escape-from-chaosland/band_rest",
        "05-lmms-reggaetry/drums",
        "07-kira-dynamic/drums",
    ];
    let mut all = Vec::new();
    for (name, x) in songs::stems(&names, 0, 60) {
        let clean = suppressed(&x, &settings());
        let removed = 10.0 * libm::log10(power(&difference(&clean, &x)) / power(&x) + 1e-20);
        let gentle = suppressed(&x, &Map::new());
        let gently = 10.0 * libm::log10(power(&difference(&gentle, &x)) / power(&x) + 1e-20);
        let [distance, gentle] = [&clean, &gentle].map(|y| spectral_distance(&x, y));
        println!(
            "{name}: clean {removed:.1} dB, {distance:.3} dB apart; by default {gently:.1} dB, {gentle:.3} dB"
        );
        // bands that are played nearly all the time can pass for a resonance: what that takes away is bounded
        assert!(removed < -24.0 && distance <= 0.3, "{name}: {removed} dB, {distance} dB");
        all.extend(check(&name, &x));
    }
    // a resonance among notes that lie closely cannot be told from them, so not every one goes
    let gone = all.iter().filter(|(_, left)| *left <= 4.0).count();
    println!("{gone} of {} are gone", all.len());
    assert!(2 * gone >= all.len());
}

#[test]
fn linked_signals_still_add_up_while_it_works() {
    let (voice, music) = (ringing(&voice(14.0), 1200.0), music(14.0));
    songs::check_linked("resonance", &settings(), &[voice, music]);
}
