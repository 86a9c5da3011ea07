//! The noise floor: what is left in pauses, and nothing that dies away or is played.

use std::f64::consts::PI;

use acetate_meters::lufs;
use acetate_model::{Audio, Place, Quantity, Value, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, frames, read, stereo};

const SECONDS: f64 = 16.0;

/// Phrases of two seconds with a second of pause, over whatever is given.
fn phrases(rest: impl Fn(usize) -> [f64; 2]) -> Audio {
    stereo(frames(SECONDS), |n| {
        let t = n as f64 / f64::from(RATE_HZ);
        let plays = if t % 3.0 < 2.0 { 0.2 } else { 0.0 };
        let tone = [220.0, 440.0, 660.0].iter().map(|hz| libm::sin(2.0 * PI * hz * t)).sum::<f64>();
        rest(n).map(|rest| plays * tone + rest)
    })
}

/// White noise of this RMS, different on both sides.
fn hiss(dbfs: f64) -> Vec<[f64; 2]> {
    let (mut left, mut right) = (Noise(21), Noise(22));
    let scale = amplitude(dbfs) * 3f64.sqrt();
    (0..frames(SECONDS)).map(|_| [scale * left.next(), scale * right.next()]).collect()
}

fn floor(audio: &Audio) -> Value {
    read(audio).get(&Place::Master, Quantity::NoiseFloor).cloned().unwrap()
}

/// The loudness of the hiss alone, which the loudness meter reads, is that of the floor.
#[test]
fn hiss_in_pauses_is_found_with_its_loudness() {
    for dbfs in [-75.0, -65.0, -55.0] {
        let noise = hiss(dbfs);
        let Value::Scalar(found) = floor(&phrases(|n| noise[n])) else { panic!("hiss of {dbfs} dBFS") };
        // below the gate of the meter, so 40 dB up and down again
        let louder = hiss(dbfs + 40.0);
        let alone = read(&stereo(louder.len(), |n| louder[n])).scalar(&Place::Master, Quantity::Integrated);
        // what lies above 16 kHz, a third, is not heard by it, and it takes the softest frames
        assert_near(found, alone.unwrap() - 40.0, 3.0, format!("hiss of {dbfs} dBFS"));
        assert!(found > lufs(libm::pow(10.0, dbfs / 10.0)).unwrap());
    }
}

#[test]
fn digital_silence_is_no_noise() {
    let found = floor(&phrases(|_| [0.0; 2]));
    assert!(matches!(found, Value::Undefined(_)), "{found:?}");
}

#[test]
fn a_tail_of_noise_that_dies_away_is_no_floor() {
    let noise = hiss(-20.0);
    for seconds in [0.3, 1.0, 3.0] {
        let found = floor(&phrases(|n| {
            let t = (n as f64 / f64::from(RATE_HZ)) % 3.0;
            noise[n].map(|x| x * libm::pow(10.0, -3.0 * t / seconds))
        }));
        assert!(matches!(found, Value::Undefined(_)), "a reverberation of {seconds} s: {found:?}");
    }
}

#[test]
fn a_soft_pad_is_no_noise() {
    let found = floor(&phrases(|n| {
        let t = n as f64 / f64::from(RATE_HZ);
        let partials = (1..30).map(|k| libm::sin(2.0 * PI * 130.8 * f64::from(k) * t) / f64::from(k));
        [0.002 * partials.sum::<f64>(); 2]
    }));
    assert!(matches!(found, Value::Undefined(_)), "{found:?}");
}

#[test]
fn noise_that_is_all_there_is_is_what_plays() {
    let noise = hiss(-40.0);
    let found = floor(&stereo(noise.len(), |n| noise[n]));
    assert!(matches!(found, Value::Undefined(_)), "{found:?}");
}
