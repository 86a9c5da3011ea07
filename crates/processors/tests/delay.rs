//! The delay against e^(−jωd).

mod common;

use std::f64::consts::PI;

use acetate_model::{Audio, Spec};
use acetate_processors::find;
use common::*;
use serde_json::json;

/// With the latency taken out, as a graph does: so much later than every other signal.
fn delayed(delay_ms: f64, input: &Audio) -> Audio {
    heard(find("delay").expect("it is listed"), &map(&json!({ "delay_ms": delay_ms })), input)
}

fn latency(delay_ms: f64, rate_hz: u32) -> usize {
    let settings = map(&json!({ "delay_ms": delay_ms }));
    build(find("delay").expect("it is listed"), &settings, &Spec::new(rate_hz, 2, 64)).latency()
}

#[test]
fn a_sine_is_late_by_its_phase_and_as_loud_as_before() {
    const FRAMES: usize = 22_050;
    const FROM: usize = 12_000;
    let (mut worst_db, mut worst_rad) = (0.0f64, 0.0f64);
    for rate_hz in [44_100u32, 48_000, 96_000] {
        let delays = [0.004, -0.004, 0.01, 0.35, 1.0 / 3.0, -7.77, 23.4567, 50.0, -49.999];
        for hz in [20.0, 1000.0, 7000.0, 15_000.0, 20_000.0] {
            // whole periods in the frames that are looked at
            let periods = libm::round(hz * FRAMES as f64 / f64::from(rate_hz));
            let hz = periods * f64::from(rate_hz) / FRAMES as f64;
            let input = sine(rate_hz, FROM + FRAMES + 12_000, hz, 0.5);
            let part = |audio: &Audio| fourier(&audio.channels[1][FROM..FROM + FRAMES], rate_hz, hz);
            let (cosine, sine) = part(&input);
            for delay_ms in delays {
                let (late_cosine, late_sine) = part(&delayed(delay_ms, &input));
                // the ratio of both, turned back by what it shall be turned
                let turned = (libm::atan2(sine, cosine), libm::atan2(late_sine, late_cosine));
                let shall = 2.0 * PI * hz * delay_ms / 1000.0;
                let off = libm::remainder(turned.1 - turned.0 - shall, 2.0 * PI).abs();
                let level = db(libm::hypot(late_cosine, late_sine) / libm::hypot(cosine, sine)).abs();
                (worst_db, worst_rad) = (worst_db.max(level), worst_rad.max(off));
                assert!(off < 1e-5, "{delay_ms} ms at {hz} Hz, {rate_hz} Hz rate: {off} rad");
                assert!(level < 0.01, "{delay_ms} ms at {hz} Hz, {rate_hz} Hz rate: {level} dB");
            }
        }
    }
    println!("worst: {worst_rad:.2e} rad, {worst_db:.6} dB");
}

#[test]
fn whole_frames_change_no_bit() {
    for (rate_hz, delay_ms, frames) in
        [(44_100, 10.0, 441), (44_100, -10.0, -441), (48_000, 50.0, 2400), (192_000, -50.0, -9600)]
    {
        let input = swinging_noise(rate_hz, 2, 20_000, 0.9);
        let output = delayed(delay_ms, &input);
        let later: usize = frames.max(0) as usize;
        let earlier: usize = (-frames).max(0) as usize;
        for (x, y) in input.channels.iter().zip(&output.channels) {
            assert!(y[..later].iter().all(|&y| y == 0.0), "{delay_ms} ms");
            let count = x.len() - later - earlier;
            assert!(y[later..][..count] == x[earlier..][..count], "{delay_ms} ms");
        }
    }
}

#[test]
fn the_latency_is_no_longer_than_it_must_be() {
    assert_eq!(latency(0.0, 48_000), 0);
    assert_eq!(latency(10.0, 48_000), 0);
    assert_eq!(latency(-10.0, 48_000), 480);
    // long delays hold more than the interpolator hears ahead
    assert_eq!(latency(10.01, 48_000), 0);
    assert!((1..100).contains(&latency(0.01, 48_000)));
}
