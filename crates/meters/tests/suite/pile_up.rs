//! Piles of peaks: found where a limiter was, and not where one sound is repeated.

use std::f64::consts::PI;

use acetate_model::{Audio, Quantity, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, frames, scalar, stereo};

/// Struck strings of ever new pitch, strength and colour, over soft noise.
fn playing(seconds: f64) -> Audio {
    let mut dice = Noise(7);
    let mut samples = vec![[0.0f64; 2]; frames(seconds)];
    let mut from = 0;
    while from < samples.len() {
        let strength = amplitude(-14.0 + 7.0 * dice.next());
        let (hz, colour) = (150.0 * libm::exp2(1.5 * dice.next()), 2.0 + 1.5 * dice.next());
        for (n, [l, r]) in samples[from..].iter_mut().take(frames(0.6)).enumerate() {
            let t = n as f64 / f64::from(RATE_HZ);
            let partial = |k: f64| {
                libm::sin(2.0 * PI * k * hz * t) * libm::exp(-k * colour * t) / libm::pow(k, 0.5 * colour)
            };
            let note = strength * (1..6).map(|k| partial(f64::from(k))).sum::<f64>();
            *l += note;
            *r += 0.8 * note;
        }
        from += frames(0.11 + 0.05 * dice.next());
    }
    stereo(samples.len(), |n| samples[n])
}

/// Through a limiter that looks 2 ms ahead, holds and lets go in 50 ms, then turned down.
fn limited(audio: &Audio, by_db: f64) -> Audio {
    let peak = audio.channels.iter().flatten().fold(0.0f32, |high, s| high.max(s.abs()));
    let ceiling = peak * amplitude(-by_db) as f32;
    let ahead = frames(0.002);
    let wanted: Vec<f32> = (0..audio.frames())
        .map(|n| ceiling / audio.channels.iter().fold(ceiling, |high, c| high.max(c[n].abs())))
        .collect();
    let mut gain = 1.0f32;
    let held: Vec<f32> = (0..wanted.len())
        .map(|n| {
            let lowest = wanted[n..wanted.len().min(n + ahead)].iter().fold(1.0f32, |low, g| low.min(*g));
            gain = lowest.min(gain + (1.0 - gain) / (0.05 * RATE_HZ as f32));
            gain
        })
        .collect();
    let smooth =
        |n: usize| held[n.saturating_sub(ahead - 1)..=n].iter().sum::<f32>() / ahead.min(n + 1) as f32;
    stereo(audio.frames(), |n| {
        let gain = 0.7 * smooth(n);
        [f64::from(gain * audio.channels[0][n]), f64::from(gain * audio.channels[1][n])]
    })
}

fn pile(audio: &Audio) -> [f64; 3] {
    [Quantity::PileUp, Quantity::PileUpPeaks, Quantity::PileUpKinds].map(|quantity| scalar(audio, quantity))
}

#[test]
fn a_limiter_piles_up_peaks_of_many_kinds_at_its_ceiling() {
    let audio = playing(40.0);
    for by_db in [4.0, 6.0, 10.0] {
        let limited = limited(&audio, by_db);
        let [ratio, peaks, kinds] = pile(&limited);
        println!("{by_db} dB: {ratio:.1}, {peaks}, {kinds}");
        assert!(ratio >= 3.0 && peaks >= 20.0 && kinds >= 10.0, "{by_db} dB: {ratio}, {peaks}, {kinds}");
        let highest = scalar(&limited, Quantity::SamplePeak);
        assert_near(scalar(&limited, Quantity::PileUpLevel), highest, 0.5, by_db);
    }
}

#[test]
fn unlimited_playing_has_no_pile() {
    let [ratio, peaks, kinds] = pile(&playing(40.0));
    assert!(ratio < 3.0 || peaks < 20.0, "{ratio}, {peaks}, {kinds}");
}

#[test]
fn equal_peaks_of_one_sound_are_of_few_kinds() {
    let saw = |n: usize| 0.5 * (2.0 * ((n as f64 * 110.0 / f64::from(RATE_HZ)) % 1.0) - 1.0);
    let kick = |n: usize| {
        let t = (n % 22_050) as f64 / f64::from(RATE_HZ);
        0.9 * libm::exp(-9.0 * t) * libm::sin(60.0 * (1.0 - libm::exp(-8.0 * t)))
    };
    let sub = |n: usize| 0.8 * libm::sin(2.0 * PI * 45.0 * n as f64 / f64::from(RATE_HZ));
    let sounds: [(&str, &dyn Fn(usize) -> f64); 3] = [("saw", &saw), ("kick", &kick), ("sub", &sub)];
    for (name, sound) in sounds {
        let [_, peaks, kinds] = pile(&stereo(frames(40.0), |n| [sound(n); 2]));
        println!("{name}: {peaks} peaks of {kinds} kinds");
        assert!(kinds < 10.0, "{name}: {kinds}");
    }
}
