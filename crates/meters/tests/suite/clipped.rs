//! Clipped runs: found where peaks were cut off, and only there.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Value, amplitude};

use crate::signals::{RATE_HZ, centre, frames, read, scalar, sine, stereo};

fn runs(audio: &Audio) -> f64 {
    scalar(audio, Quantity::ClippedRuns)
}

fn driven(hz: f64, drive_db: f64, ceiling: f64, seconds: f64) -> Audio {
    let step = 2.0 * PI * hz / f64::from(RATE_HZ);
    let sample = |n: usize| (amplitude(drive_db) * libm::sin(step * (n as f64 + 0.37))).clamp(-1.0, 1.0);
    centre(frames(seconds), |n| ceiling * sample(n))
}

fn quantised(mut audio: Audio, bits: i32) -> Audio {
    let steps = libm::exp2f((bits - 1) as f32);
    audio.channels.iter_mut().flatten().for_each(|x| *x = (*x * steps).round() / steps);
    audio
}

#[test]
fn each_cut_crest_is_one_run() {
    for (hz, drive_db) in [(50.0, 1.0), (100.0, 0.5), (440.0, 3.0), (1000.0, 6.0)] {
        for ceiling in [1.0, 0.5, 0.3] {
            let expected = 2.0 * 2.0 * hz * 2.0;
            let found = runs(&driven(hz, drive_db, ceiling, 2.0));
            assert_eq!(found, expected, "{hz} Hz driven by {drive_db} dB into {ceiling}");
        }
    }
}

#[test]
fn clean_tones_have_none() {
    for hz in [20.0, 31.5, 63.0, 100.0, 440.0, 997.0, 8000.0, 12_000.0, 16_000.0] {
        for peak_dbfs in [0.0, -1.0, -6.0, -11.0] {
            for bits in [16, 24] {
                let found = runs(&quantised(sine(hz, peak_dbfs, 2.0), bits));
                assert_eq!(found, 0.0, "{hz} Hz at {peak_dbfs} dBFS in {bits} bits");
            }
        }
    }
}

#[test]
fn a_quiet_file_was_not_clipped() {
    assert_eq!(runs(&driven(440.0, 6.0, 0.2, 1.0)), 0.0);
}

#[test]
fn cut_crests_below_the_highest_level_of_the_file_do_not_count() {
    let mut later_louder = driven(440.0, 6.0, 0.6, 1.0);
    later_louder.channels[1].extend(&sine(440.0, -1.0, 1.0).channels[0]);
    later_louder.channels[0].resize(frames(2.0), 0.0);
    assert_eq!(runs(&later_louder), 0.0);
    let sides = [driven(440.0, 6.0, 0.6, 1.0), driven(440.0, 6.0, 0.9, 1.0)];
    let one_side_lower =
        stereo(frames(1.0), |n| [f64::from(sides[0].channels[0][n]), f64::from(sides[1].channels[0][n])]);
    assert_eq!(runs(&one_side_lower), 880.0);
}

#[test]
fn two_equal_samples_are_no_run_and_three_are() {
    for (equal, expected) in [(2, 0.0), (3, 2.0)] {
        let audio = centre(4800, |n| if (100..100 + equal).contains(&n) { 1.0 } else { 0.1 });
        assert_eq!(runs(&audio), expected);
    }
}

#[test]
fn a_run_at_the_very_end_counts() {
    assert_eq!(runs(&centre(4800, |n| if n > 4790 { -0.9 } else { 0.0 })), 2.0);
}

#[test]
fn the_timeline_says_when() {
    let audio = centre(frames(2.0), |n| if (50_000..50_010).contains(&n) { 1.0 } else { 0.0 });
    let readings = read(&audio);
    let Some(Value::Timeline { start_ms, hop_ms, values }) =
        readings.get(&Place::Master, Quantity::ClippedAt)
    else {
        panic!()
    };
    assert_eq!((*start_ms, *hop_ms, values.len()), (0.0, 100.0, 20));
    let expected: Vec<Option<f32>> = (0..20).map(|hop| Some(if hop == 10 { 2.0 } else { 0.0 })).collect();
    assert_eq!(*values, expected);
}
