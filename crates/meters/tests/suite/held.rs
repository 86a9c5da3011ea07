//! Peaks that are held at one level: of limited music, and not of equal notes.

use std::f64::consts::PI;

use acetate_model::{Audio, Quantity};

use crate::signals::{Noise, RATE_HZ, centre, frames, scalar};

/// Bursts of different lengths, pitches and levels over a bed, four a second.
fn lively(seconds: f64) -> Vec<f64> {
    let mut noise = Noise(7);
    let mut samples = vec![0.0; frames(seconds)];
    let hit = frames(0.25);
    for hit in samples.chunks_mut(hit) {
        let [level, decay, pitch] = [noise.next(), noise.next(), noise.next()].map(|x| 0.5 + 0.5 * x);
        for (n, sample) in hit.iter_mut().enumerate() {
            let seconds = n as f64 / f64::from(RATE_HZ);
            let fall = libm::exp(-seconds * (3.0 + 40.0 * decay));
            let tone = libm::sin(2.0 * PI * (60.0 + 400.0 * pitch) * seconds) + 0.4 * noise.next();
            *sample = libm::pow(10.0, -0.9 * level) * 0.7 * fall * tone;
        }
    }
    samples
}

/// The gain of each stretch of 20 ms follows its peak: what a fast limiter leaves.
fn limited(mut samples: Vec<f64>, ceiling: f64) -> Audio {
    for part in samples.chunks_mut(frames(0.02)) {
        let peak = part.iter().fold(0f64, |peak, x| peak.max(x.abs()));
        for x in part {
            *x *= (ceiling / peak).min(1.0) * 0.7;
        }
    }
    centre(samples.len(), |n| samples[n])
}

fn readings(audio: &Audio) -> [f64; 3] {
    [Quantity::HeldPeaks, Quantity::HeldOver, Quantity::HeldVariety].map(|quantity| scalar(audio, quantity))
}

#[test]
fn a_limiter_holds_peaks_of_different_sounds() {
    let mut last = 0.0;
    for ceiling in [0.4, 0.25, 0.15] {
        let [percent, over, variety_db] = readings(&limited(lively(40.0), ceiling));
        println!("{ceiling}: {percent} % {over} {variety_db} dB");
        assert!(percent > last && percent > 5.0 && over > 2.5 && variety_db > 2.2);
        last = percent;
    }
}

#[test]
fn peaks_of_music_are_few_at_the_top() {
    let [percent, ..] = readings(&limited(lively(40.0), 9.0));
    assert!(percent < 5.0, "{percent} %");
}

#[test]
fn equal_notes_are_held_but_do_not_differ() {
    let notes = |pitches: &[f64]| {
        centre(frames(40.0), |n| {
            let (note, at) = (n / frames(0.2), n % frames(0.2));
            let seconds = at as f64 / f64::from(RATE_HZ);
            let phase = pitches[note % pitches.len()] * seconds;
            0.5 * libm::exp(-6.0 * seconds) * (2.0 * (phase + 0.01 - (phase + 0.01).floor()) - 1.0)
        })
    };
    for pitches in [&[55.0][..], &[55.0, 73.4, 82.4, 110.0], &[220.0, 261.6, 329.6, 392.0]] {
        let [_, _, variety_db] = readings(&notes(pitches));
        assert!(variety_db < 1.5, "{pitches:?}: {variety_db} dB");
    }
    let [percent, _, variety_db] = readings(&centre(frames(20.0), |n| 0.5 * libm::sin(0.01 * n as f64)));
    assert!(percent > 90.0 && variety_db < 1.5, "{percent} %, {variety_db} dB");
}
