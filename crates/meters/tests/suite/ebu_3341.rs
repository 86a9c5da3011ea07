//! EBU Tech 3341 v4, table 1. Case 6 has five channels, which stems have not; 7 and 8 are recorded programmes; 20 to
//! 23 are in `songs`, since only the EBU has their signal.

use std::f64::consts::PI;

use acetate_model::{Audio, Quantity, Readings, Value};

use crate::signals::{assert_near, centre, read, scalar, steps};

const TOLERANCE_LU: f64 = 0.1;

fn tone(peak_dbfs: f64, seconds: f64) -> (Option<f64>, f64) {
    (Some(peak_dbfs), seconds)
}

fn silence(seconds: f64) -> (Option<f64>, f64) {
    (None, seconds)
}

#[test]
fn cases_1_and_2_steady_tones() {
    for lufs in [-23.0, -33.0] {
        let audio = steps([tone(lufs, 20.0)]);
        for quantity in [Quantity::Integrated, Quantity::MaxMomentary, Quantity::MaxShortTerm] {
            assert_near(scalar(&audio, quantity), lufs, TOLERANCE_LU, quantity);
        }
    }
}

#[test]
fn cases_3_to_5_gating() {
    let cases = [
        vec![tone(-36.0, 10.0), tone(-23.0, 60.0), tone(-36.0, 10.0)],
        vec![tone(-72.0, 10.0), tone(-36.0, 10.0), tone(-23.0, 60.0), tone(-36.0, 10.0), tone(-72.0, 10.0)],
        vec![tone(-26.0, 20.0), tone(-20.0, 20.1), tone(-26.0, 20.0)],
    ];
    for (n, case) in cases.into_iter().enumerate() {
        assert_near(
            scalar(&steps(case), Quantity::Integrated),
            -23.0,
            TOLERANCE_LU,
            format!("case {}", n + 3),
        );
    }
}

#[test]
fn case_9_short_term_is_steady() {
    let audio = steps([tone(-20.0, 1.34), tone(-30.0, 1.66)].repeat(5));
    let readings = read(&audio);
    let timeline = timeline(&readings, Quantity::ShortTerm);
    assert_eq!(timeline.len(), 121);
    for (n, value) in timeline.into_iter().enumerate() {
        assert_near(value, -23.0, TOLERANCE_LU, format!("step {n}"));
    }
    assert_near(scalar(&audio, Quantity::MaxShortTerm), -23.0, TOLERANCE_LU, "maximum");
}

#[test]
fn case_10_loudest_short_term_wherever_it_lies() {
    for i in 0..20 {
        let audio = steps([silence(0.15 * f64::from(i)), tone(-23.0, 3.0), silence(1.0)]);
        assert_near(scalar(&audio, Quantity::MaxShortTerm), -23.0, TOLERANCE_LU, format!("file {i}"));
    }
}

/// Each segment alone is louder than those before, so the highest of the first `i` is that of segment `i`.
#[test]
fn case_11_loudest_short_term_of_a_rising_series() {
    let mut series = Vec::new();
    for i in 0..20 {
        let (before, level) = (0.15 * f64::from(i), -38.0 + f64::from(i));
        series.extend([silence(before), tone(level, 3.0), silence(3.0 - before)]);
        assert_near(scalar(&steps(series.clone()), Quantity::MaxShortTerm), level, TOLERANCE_LU, i);
    }
}

/// Within ±0.1 LU at any time means that the highest is, for the series from any point on.
#[test]
fn case_12_momentary_is_steady() {
    let audio = steps([tone(-20.0, 0.18), tone(-30.0, 0.22)].repeat(25));
    for seconds in 1..9 {
        let from = seconds * audio.rate_hz as usize;
        let part = |channel: &Vec<f32>| channel[from..from + 24_000].to_vec();
        let part = Audio { rate_hz: audio.rate_hz, channels: audio.channels.iter().map(part).collect() };
        assert_near(scalar(&part, Quantity::MaxMomentary), -23.0, TOLERANCE_LU, format!("from {seconds} s"));
    }
}

#[test]
fn case_13_loudest_momentary_wherever_it_lies() {
    for i in 0..20 {
        let audio = steps([silence(0.02 * f64::from(i)), tone(-23.0, 0.4), silence(1.0)]);
        assert_near(scalar(&audio, Quantity::MaxMomentary), -23.0, TOLERANCE_LU, format!("file {i}"));
    }
}

#[test]
fn case_14_loudest_momentary_of_a_rising_series() {
    let mut series = Vec::new();
    for i in 0..20 {
        let (before, level) = (0.02 * f64::from(i), -38.0 + f64::from(i));
        series.extend([silence(before), tone(level, 0.4), silence(0.4 - before)]);
        assert_near(scalar(&steps(series.clone()), Quantity::MaxMomentary), level, TOLERANCE_LU, i);
    }
}

#[test]
fn cases_15_to_19_true_peak() {
    let cases = [
        (15, 4.0, 0.0, 0.5, -6.0),
        (16, 4.0, 45.0, 0.5, -6.0),
        (17, 6.0, 60.0, 0.5, -6.0),
        (18, 8.0, 67.5, 0.5, -6.0),
        (19, 4.0, 45.0, 1.41, 3.0),
    ];
    for (case, divisor, degrees, amplitude, dbtp) in cases {
        let audio = centre(96_000, |n| {
            let fade = 1f64.min(n.min(96_000 - n) as f64 / 12_000.0);
            let soft = 0.5 - 0.5 * libm::cos(PI * fade);
            soft * amplitude * libm::sin(2.0 * PI * n as f64 / divisor + PI * degrees / 180.0)
        });
        let off = scalar(&audio, Quantity::TruePeak) - dbtp;
        assert!((-0.4..=0.2).contains(&off), "case {case}: {off} dB off");
    }
}

fn timeline(readings: &Readings, quantity: Quantity) -> Vec<f64> {
    match readings.0.iter().find(|r| r.quantity == quantity).map(|r| &r.value) {
        Some(Value::Timeline { values, .. }) => {
            values.iter().map(|v| f64::from(v.unwrap_or(f32::NEG_INFINITY))).collect()
        }
        other => panic!("{quantity}: expected a timeline, found {other:?}"),
    }
}
