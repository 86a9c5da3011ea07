//! How left and right relate, second by second and in mono.

use acetate_model::{Audio, Place, Quantity, Value};

use crate::signals::{Noise, assert_near, frames, read, scalar, stereo};

/// Two unrelated noises, mixed so that left and right have this correlation.
fn of_correlation(correlation: f64, seconds: f64) -> Audio {
    let (mut a, mut b) = (Noise(31), Noise(32));
    let noise: Vec<[f64; 2]> = (0..frames(seconds)).map(|_| [0.3 * a.next(), 0.3 * b.next()]).collect();
    let other = (1.0 - correlation * correlation).sqrt();
    stereo(noise.len(), |n| [noise[n][0], correlation * noise[n][0] + other * noise[n][1]])
}

#[test]
fn mono_loses_what_the_formula_says() {
    for correlation in [1.0, 0.5, 0.0, -0.5, -0.9] {
        // of equal powers: 2 / (1 + correlation)
        let expected = 10.0 * libm::log10(2.0 / (1.0 + correlation));
        let found = scalar(&of_correlation(correlation, 5.0), Quantity::MonoLoss);
        assert_near(found, expected, 0.15, format!("correlation {correlation}"));
    }
}

#[test]
fn each_second_has_its_correlation_and_soft_ones_have_none() {
    let mut audio = of_correlation(0.8, 6.0);
    for n in frames(2.0)..frames(3.0) {
        audio.channels[1][n] = -audio.channels[0][n];
    }
    for channel in &mut audio.channels {
        channel[frames(4.0)..frames(5.0)].iter_mut().for_each(|x| *x *= 0.01);
    }
    let readings = read(&audio);
    let Some(Value::Timeline { hop_ms, values, .. }) =
        readings.get(&Place::Master, Quantity::CorrelationOverTime)
    else {
        panic!("no timeline");
    };
    assert_eq!((*hop_ms, values.len()), (1000.0, 6));
    for (second, value) in values.iter().enumerate() {
        let expected = [0.8, 0.8, -1.0, 0.8, f64::NAN, 0.8][second];
        match value {
            Some(found) => assert_near(f64::from(*found), expected, 0.02, format!("second {second}")),
            None => assert_eq!(second, 4),
        }
    }
}
