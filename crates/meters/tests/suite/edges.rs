//! How files begin and end, holes in them, and overs between samples.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Value};

use crate::signals::{Noise, assert_near, centre, frames, read, scalar, sine};

fn times(audio: &Audio, quantity: Quantity) -> Vec<usize> {
    match read(audio).get(&Place::Master, quantity) {
        Some(Value::Timeline { values, .. }) => {
            (0..values.len()).filter(|&hop| values[hop].is_some_and(|count| count > 0.0)).collect()
        }
        _ => Vec::new(),
    }
}

/// Four seconds of a chord.
fn chord() -> Audio {
    let tone = |hz: f64, n: usize| libm::sin(2.0 * PI * hz * n as f64 / 48_000.0);
    centre(frames(4.0), |n| 0.2 * (tone(220.3, n) + tone(277.7, n) + tone(1330.1, n)))
}

fn tear(audio: &mut Audio, channels: usize, from_s: f64, ms: f64) {
    let (from, length) = (frames(from_s), frames(ms / 1000.0));
    for channel in audio.channels.iter_mut().take(channels) {
        channel[from..from + length].fill(0.0);
    }
}

#[test]
fn holes_are_counted_where_they_begin() {
    let mut torn = chord();
    assert_near(scalar(&torn, Quantity::Holes), 0.0, 0.0, "a whole chord");
    tear(&mut torn, 2, 1.05, 2.0);
    tear(&mut torn, 1, 2.25, 30.0);
    tear(&mut torn, 2, 3.05, 500.0);
    assert_near(scalar(&torn, Quantity::Holes), 3.0, 0.0, "three holes, one of them on the left only");
    assert_near(scalar(&torn, Quantity::LongestHole), 500.0, 0.1, "the longest");
    assert_eq!(times(&torn, Quantity::HolesAt), [10, 22, 30]);
}

#[test]
fn rests_and_fades_are_no_holes() {
    let mut rests = chord();
    for (n, s) in rests.channels.iter_mut().flat_map(|c| c.iter_mut().enumerate()) {
        // each second fades to zero within its last fifth, and begins again at once
        let phase = (n % 48_000) as f64 / 48_000.0;
        let gain = ((0.9 - phase) / 0.2).clamp(0.0, 1.0);
        *s *= gain as f32;
    }
    assert_near(scalar(&rests, Quantity::Holes), 0.0, 0.0, "rests");
    let mut short = chord();
    tear(&mut short, 2, 1.0, 0.5);
    assert_near(scalar(&short, Quantity::Holes), 0.0, 0.0, "half a millisecond");
}

#[test]
fn an_end_in_the_middle_has_its_level_and_a_step() {
    // a sine of 100 Hz at its crest: RMS 3 dB below it, and a step as high as the crest over those of the sine
    let cut = |phase: f64| {
        centre(frames(2.0), |n| 0.5 * libm::sin(2.0 * PI * (100.0 * n as f64 / 48_000.0 + phase)))
    };
    assert_near(scalar(&cut(0.0), Quantity::EndLevel), -9.03, 0.05, "RMS of the end");
    let own_steps_db = 20.0 * libm::log10(1.0 / (2.0 * PI * 100.0 / 48_000.0));
    assert_near(scalar(&cut(0.25), Quantity::StartStep), own_steps_db, 0.1, "from silence to the crest");
    assert_near(scalar(&cut(0.25), Quantity::StartLevel), -6.02, 0.01, "the crest");
    let faded = sine(100.0, -6.0, 2.0);
    let length = faded.frames() as f64;
    let faded = centre(faded.frames(), |n| {
        f64::from(faded.channels[0][n]) * libm::pow(10.0, -5.0 * n as f64 / length)
    });
    assert!(scalar(&faded, Quantity::EndLevel) < -90.0);
}

#[test]
fn overs_between_samples_have_times() {
    // a quarter of the rate, sampled beside its crests: each sample 3 dB below them
    let burst = |crest: f64| {
        let mut noise = Noise(3);
        let mut audio = centre(frames(2.0), |_| 0.0);
        for (n, s) in audio.channels[0].iter_mut().enumerate() {
            let window = if (48_000..52_800).contains(&n) {
                0.5 - 0.5 * libm::cos(2.0 * PI * (n - 48_000) as f64 / 4800.0)
            } else {
                0.0
            };
            *s = (crest * window * libm::sin(PI / 4.0 + PI / 2.0 * n as f64) + 0.01 * noise.next()) as f32;
        }
        audio
    };
    for crest in [1.1, 1.2, 1.35] {
        assert_eq!(times(&burst(crest), Quantity::OversAt), [10], "a crest of {crest}");
    }
    assert!(times(&burst(0.95), Quantity::OversAt).is_empty());
}
