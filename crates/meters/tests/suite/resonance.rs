//! Resonances and sibilance of signals that are known: a bell on noise, on a melody, on nothing; an s of a known level.

use std::f64::consts::PI;

use acetate_dsp::{Cascade, Corner, Prototype};
use acetate_model::{Audio, Place, Quantity, Value};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, read, scalar, spectrum};

fn at(n: usize) -> f64 {
    n as f64 / f64::from(RATE_HZ)
}

fn noise(seconds: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise(seed);
    (0..frames(seconds)).map(|_| 0.1 * noise.next()).collect()
}

/// Notes of a third of a second, each with partials that fall by 6 dB per octave.
fn melody(notes: &[i32], seconds: f64) -> Vec<f64> {
    let step = 1.0 / 3.0;
    let sample = |n: usize| {
        let (note, t) = ((at(n) / step) as usize, at(n) % step);
        let hz = 110.0 * libm::exp2(f64::from(notes[note % notes.len()]) / 12.0);
        let partial = |k: usize| libm::sin(2.0 * PI * hz * k as f64 * t) / k as f64;
        let fade = (100.0 * t).min(1.0) * (100.0 * (step - t)).min(1.0);
        0.1 * fade * (1..=60).map(partial).sum::<f64>()
    };
    (0..frames(seconds)).map(sample).collect()
}

/// Through an analogue bell, sample by sample.
fn through_bell(samples: &[f64], hz: f64, gain_db: f64, q: f64) -> Audio {
    let section = [Prototype::Bell(Corner { hz, gain_db, q }).matched(RATE_HZ)];
    let mut bell = Cascade::new(&section, &section);
    let mut pairs: Vec<wide::f64x2> = samples.iter().map(|&x| wide::f64x2::splat(x)).collect();
    bell.run(&mut pairs);
    centre(pairs.len(), |n| pairs[n].to_array()[0])
}

/// How high the surest resonance is and where it is highest, and how much of that is sure.
fn surest(audio: &Audio) -> (f64, f64, f64) {
    let top = |bands: Vec<(f64, f64)>| bands.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("bands");
    let (at_hz, sure_db) = top(spectrum(audio, Quantity::ResonancesSure));
    let beside = |(hz, _): &(f64, f64)| (24.0 * libm::log2(hz / at_hz)).abs() < 3.5;
    let (hz, height_db) = top(spectrum(audio, Quantity::Resonances).into_iter().filter(beside).collect());
    (hz, height_db, sure_db)
}

#[test]
fn a_bell_on_noise_reads_its_frequency_and_its_height() {
    for (hz, gain_db, q) in [(300.0, 9.0, 10.0), (1000.0, 6.0, 9.0), (1350.0, 9.0, 10.0), (3700.0, 12.0, 9.0)]
    {
        let rings = through_bell(&noise(30.0, 5), hz, gain_db, q);
        let (found_hz, height_db, sure_db) = surest(&rings);
        assert_near(24.0 * libm::log2(found_hz / hz), 0.0, 1.0, format!("{hz} Hz, in quarter tones"));
        assert_near(height_db, gain_db, 2.5, format!("{gain_db} dB at {hz} Hz"));
        assert!((2.0..=gain_db).contains(&sure_db), "{gain_db} dB at {hz} Hz: {sure_db} sure");
        assert_eq!(scalar(&rings, Quantity::Resonance), sure_db);
    }
}

#[test]
fn a_resonance_stays_while_the_pitch_moves() {
    let chromatic: Vec<i32> = (0..48).map(|n| n * 7 % 24).collect();
    let tune = melody(&chromatic, 32.0);
    let clean = centre(tune.len(), |n| tune[n]);
    assert!(surest(&clean).2 < 2.5, "{:?}", surest(&clean));
    for hz in [900.0, 1500.0, 2600.0] {
        let (found_hz, height_db, sure_db) = surest(&through_bell(&tune, hz, 12.0, 9.0));
        assert_near(24.0 * libm::log2(found_hz / hz), 0.0, 1.5, format!("{hz} Hz, in quarter tones"));
        // partials hit the bell here and there, so that it looks lower
        assert!((6.0..13.0).contains(&height_db), "{hz} Hz: {height_db} dB");
        assert!(sure_db > 2.5, "{hz} Hz: {sure_db} dB");
    }
}

#[test]
fn a_note_is_no_resonance_however_often_it_is_played() {
    for notes in [&[0][..], &[0, 0, 7], &[0, 5, 7, 12]] {
        let tune = melody(notes, 20.0);
        let sure = read(&centre(tune.len(), |n| tune[n]));
        let sure_db = sure.scalar(&Place::Master, Quantity::Resonance);
        assert!(sure_db.is_none_or(|db| db < 1.0), "{notes:?}: {sure_db:?}");
    }
}

#[test]
fn what_is_short_says_so() {
    let short = read(&centre(frames(0.5), |n| 0.1 * libm::sin(at(n) * 3000.0)));
    for quantity in
        [Quantity::Resonances, Quantity::ResonancesSure, Quantity::Resonance, Quantity::SibilantLevel]
    {
        assert!(matches!(short.get(&Place::Master, quantity), Some(Value::Undefined(_))), "{quantity}");
    }
}

/// A vowel of 300 Hz and 600 Hz for 0.3 s, then noise from 5 to 10 kHz for 0.1 s, `s_db` over it.
fn syllables(s_db: f64) -> Audio {
    let corner = |hz: f64| Corner { hz, gain_db: 0.0, q: 0.71 };
    let edges = [Prototype::HighPass(corner(5000.0)), Prototype::LowPass(corner(10_000.0))];
    let sections: Vec<_> = [edges, edges].concat().iter().map(|edge| edge.matched(RATE_HZ)).collect();
    let mut band = Cascade::new(&sections, &sections);
    let mut hiss: Vec<wide::f64x2> = noise(20.0, 7).iter().map(|&x| wide::f64x2::splat(x)).collect();
    band.run(&mut hiss);
    let hiss: Vec<f64> = hiss.iter().map(|pair| pair.to_array()[0]).collect();
    let power = hiss.iter().map(|x| x * x).sum::<f64>() / hiss.len() as f64;
    // two sines of 0.1 have a power of 0.01
    let gain = libm::sqrt(0.01 * libm::exp10(s_db / 10.0) / power);
    centre(hiss.len(), |n| {
        let vowel = [300.0, 600.0].map(|hz| 0.1 * libm::sin(2.0 * PI * hz * at(n))).iter().sum::<f64>();
        if at(n) % 0.4 < 0.3 { vowel } else { gain * hiss[n] }
    })
}

/// The level of a noise of 5 kHz in frames of 20 ms scatters by about 1 dB, and the skirts of the band lie outside it.
#[test]
fn the_level_of_an_s_is_read_over_the_vowels() {
    for s_db in [-15.0, -8.0, -3.0, 4.0] {
        assert_near(scalar(&syllables(s_db), Quantity::SibilantLevel), s_db, 1.5, s_db);
    }
    let louder =
        scalar(&syllables(4.0), Quantity::SibilantLevel) - scalar(&syllables(-3.0), Quantity::SibilantLevel);
    assert_near(louder, 7.0, 0.2, "7 dB more");
}
