//! Clicks: found where a sample is wrong or a cut was made, and not where waveforms have edges.

use std::f64::consts::PI;

use acetate_model::{Audio, Quantity, Value};

use crate::signals::{Noise, RATE_HZ, centre, frames, read, scalar};

fn clicks(audio: &Audio) -> f64 {
    scalar(audio, Quantity::Clicks)
}

/// A chord with some noise, peaks at about half of full scale.
fn chord(seconds: f64) -> Audio {
    let mut noise = Noise(3);
    let noise: Vec<f64> = (0..frames(seconds)).map(|_| noise.next()).collect();
    centre(noise.len(), |n| {
        let t = n as f64 / f64::from(RATE_HZ);
        let notes = [110.0, 164.8, 220.0, 277.2, 659.3].iter().map(|hz| libm::sin(2.0 * PI * hz * t));
        0.1 * notes.sum::<f64>() + 0.002 * noise[n]
    })
}

const TIMES: [f64; 4] = [0.5, 1.23, 2.71, 3.4];

#[test]
fn spikes_are_found_at_each_size_and_where_they_are() {
    for size in [0.1, 0.3, 1.0] {
        let mut audio = chord(4.0);
        for seconds in TIMES {
            audio.channels[0][frames(seconds)] += size;
        }
        assert_eq!(clicks(&audio), 4.0, "spikes of {size}");
        let readings = read(&audio);
        let at = readings.get(&acetate_model::Place::Master, Quantity::ClicksAt);
        let Some(Value::Timeline { hop_ms, values, .. }) = at else { panic!("{at:?}") };
        let hops: Vec<usize> =
            (0..values.len()).filter(|&hop| values[hop].is_some_and(|v| v > 0.0)).collect();
        let expected = TIMES.map(|seconds| (1000.0 * seconds / hop_ms) as usize);
        assert_eq!(hops, expected);
    }
}

/// What a cut without a fade leaves: the wave goes on elsewhere.
#[test]
fn cuts_are_found_at_each_size() {
    for step in [0.1, 0.3, 1.0] {
        let mut audio = centre(frames(4.0), |n| 0.5 * libm::sin(2.0 * PI * 110.0 * n as f64 / 48_000.0));
        for seconds in TIMES {
            // to where the wave is `step` times its peak from here, on its way back
            let angle = PI - libm::asin(step / 2.0);
            let from = frames(seconds);
            for channel in &mut audio.channels {
                let length = channel.len();
                for (n, x) in channel[from..length].iter_mut().enumerate() {
                    let phase = if n == 0 { angle } else { angle + 2.0 * PI * 110.0 * n as f64 / 48_000.0 };
                    *x = (0.5 * libm::sin(phase) * if step > 0.5 { -1.0 } else { 1.0 }) as f32;
                }
            }
        }
        assert_eq!(clicks(&audio), 4.0, "cuts of {step}");
    }
}

fn wave(shape: impl Fn(f64) -> f64, hz: f64) -> Audio {
    centre(frames(4.0), |n| 0.5 * shape((hz * n as f64 / f64::from(RATE_HZ)).fract()))
}

#[test]
fn edges_of_every_period_are_none() {
    for hz in [27.5, 41.2, 110.0, 440.0, 1760.0] {
        assert_eq!(clicks(&wave(|turn| 2.0 * turn - 1.0, hz)), 0.0, "sawtooth at {hz} Hz");
        assert_eq!(clicks(&wave(|turn| if turn < 0.5 { 1.0 } else { -1.0 }, hz)), 0.0, "square at {hz} Hz");
        let pulse = |turn: f64| if turn < 0.1 { 1.0 } else { -0.1 };
        assert_eq!(clicks(&wave(pulse, hz)), 0.0, "pulse at {hz} Hz");
    }
}

#[test]
fn crushed_and_clipped_waves_have_none() {
    let crushed = |turn: f64| (8.0 * libm::sin(2.0 * PI * turn)).round() / 8.0;
    let clipped = |turn: f64| (2.0 * libm::sin(2.0 * PI * turn)).clamp(-0.9, 0.9);
    for hz in [41.2, 110.0, 440.0] {
        assert_eq!(clicks(&wave(crushed, hz)), 0.0, "crushed at {hz} Hz");
        assert_eq!(clicks(&wave(clipped, hz)), 0.0, "clipped at {hz} Hz");
    }
}

#[test]
fn notes_and_drums_that_begin_at_once_are_none() {
    let mut noise = Noise(5);
    let noise: Vec<f64> = (0..frames(4.0)).map(|_| noise.next()).collect();
    let drums = centre(noise.len(), |n| {
        let t = (n % frames(0.5)) as f64 / f64::from(RATE_HZ);
        libm::exp(-30.0 * t) * (0.5 * noise[n] + 0.4 * libm::cos(2.0 * PI * 60.0 * t))
    });
    assert_eq!(clicks(&drums), 0.0, "drums");
    let notes = centre(frames(4.0), |n| {
        let t = (n % frames(0.5)) as f64 / f64::from(RATE_HZ);
        if t < 0.3 { 0.5 * libm::cos(2.0 * PI * 55.0 * t) } else { 0.0 }
    });
    assert_eq!(clicks(&notes), 0.0, "notes");
}

#[test]
fn a_bend_far_below_the_peaks_is_none() {
    let mut audio = chord(4.0);
    audio.channels[1][frames(2.0)] += 0.001;
    assert_eq!(clicks(&audio), 0.0);
}
