//! The clipper's gates: aliases, what it leaves alone, its curve against closed formulas, and the stems it clips.

mod common;
mod harmonics;
mod signals;

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Db, Dbfs, Percent, Processor, Settings, Spec, amplitude};
use acetate_processors::ClipperSettings;
use common::db;
use harmonics::*;

fn settings(drive_db: f64, ceiling_dbfs: f64, softness: f64) -> ClipperSettings {
    ClipperSettings {
        drive_db: Db(drive_db),
        ceiling_dbfs: Dbfs(ceiling_dbfs),
        softness_percent: Percent(softness),
    }
}

/// The output of two channels, aligned with the input.
fn clipped(settings: &ClipperSettings, x: &Audio) -> Audio {
    let mut clipper = settings.build(&Spec::new(x.rate_hz, 2, 4096));
    let mut padded = x.clone();
    padded.resize(x.frames() + clipper.latency());
    let mut y = common::run(&mut clipper, &Block::of(padded), 4096).main;
    y.channels.iter_mut().for_each(|channel| drop(channel.drain(..clipper.latency())));
    y
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn aliases_are_far_below() {
    for softness in [0.0, 30.0, 100.0] {
        for hz in [5003, 9001, 12_007] {
            let aliases = aliases_dbc(&steady(&settings(6.0, 0.0, softness), hz as f64, 1.0), hz);
            println!("softness {softness} %, {hz} Hz: aliases {aliases:.1} dBc");
            assert!(aliases <= -95.0);
        }
    }
}

#[test]
fn a_hard_clipped_sine_has_the_amplitudes_of_the_formula() {
    for over_db in [1.0, 6.0, 20.0] {
        let second = steady(&settings(over_db, 0.0, 0.0), 101.0, 1.0);
        // a sine of amplitude a, cut at 1: the Fourier series of odd order, with sin θ = 1/a
        let a = amplitude(over_db);
        let (theta, cut) = (libm::asin(1.0 / a), 1.0 / a);
        let first = 2.0 * a / PI * (theta + cut * (1.0 - cut * cut).sqrt());
        let error = db(line(&second, 101) / first);
        let third = harmonic(3, |x| (a * x).clamp(-1.0, 1.0));
        let error3 = db(line(&second, 303) / third);
        println!("{over_db} dB over: {error:.5} dB, third {error3:.5} dB");
        assert!(error.abs() < 0.01 && error3.abs() < 0.01);
    }
}

#[test]
fn a_soft_curve_is_met_sample_by_sample() {
    let (ceiling, width) = (amplitude(-3.0), amplitude(-3.0) * 0.6);
    let curve = |x: f64| {
        let over = x.abs() - (ceiling - width / 2.0);
        if over <= 0.0 {
            x
        } else if over < width {
            (x.abs() - over * over / (2.0 * width)).copysign(x)
        } else {
            ceiling.copysign(x)
        }
    };
    let x = common::sine(44_100, 44_100, 50.0, 0.9);
    let y = clipped(&settings(4.0, -3.0, 60.0), &x);
    let worst = (2000..40_000)
        .map(|n| {
            let shall = curve(f64::from(x.channels[0][n]) * amplitude(4.0));
            (f64::from(y.channels[0][n]) - shall).abs()
        })
        .fold(0.0, f64::max);
    println!("{:.1} dBFS off, {:.6} dB", db(worst), db(1.0 + worst / ceiling));
    assert!(db(1.0 + worst / ceiling) < 0.01);
}

#[test]
fn what_stays_below_the_bend_passes_bit_for_bit() {
    let mut x = signals::music(3.0);
    // a loud part in the middle, whose ends lie within hops of the processor
    for channel in &mut x.channels {
        channel[50_000..60_100].iter_mut().for_each(|x| *x *= 4.0);
        channel[7] = -0.0;
    }
    let y = clipped(&settings(0.0, 0.0, 0.0), &x);
    for (x, y) in x.channels.iter().zip(&y.channels) {
        assert!(bits(&x[..49_800]) == bits(&y[..49_800]) && bits(&x[60_300..]) == bits(&y[60_300..]));
        assert!(x[50_000..60_100] != y[50_000..60_100]);
        let same = x[50_000..60_100].iter().zip(&y[50_000..60_100]).filter(|(x, y)| x == y).count();
        println!("{same} of 10100 samples of the loud part are the same");
    }
    let driven = clipped(&settings(3.0, 0.0, 20.0), &signals::music(1.0));
    for (x, y) in signals::music(1.0).channels.iter().zip(&driven.channels) {
        assert!(x.iter().zip(y).all(|(x, y)| x * amplitude(3.0) as f32 == *y));
    }
}

#[test]
fn peaks_stand_little_above_the_ceiling() {
    let sine = common::sine(44_100, 44_100, 997.0, 1.0);
    let square = signals::stereo(44_100, 1.0, |_, t| if (t * 441.0).fract() < 0.5 { 0.9 } else { -0.9 });
    let cases = [
        ("sine 997 Hz", sine, 0.35),
        ("square", square, 1.1),
        ("music", signals::music(4.0), 2.0),
        ("white noise", signals::white_noise(1.0), 5.0),
    ];
    for (name, x, most) in cases {
        for softness in [0.0, 50.0] {
            let y = clipped(&settings(6.0, -1.0, softness), &x);
            let over = db(f64::from(acetate_dsp::highest_sample(&y.channels.concat()))) + 1.0;
            println!("{name}, softness {softness} %: {over:.2} dB over the ceiling");
            assert!(over <= most);
        }
    }
}

#[test]
fn stems_add_up_and_the_soft_ones_stay_clean() {
    let input = band(4.0);
    let output = bent(&settings(0.0, -4.0, 0.0), &input);
    let worst = worst_sum_dbfs(&output);
    println!("stems against the sum: {worst:.1} dBFS");
    assert!(worst <= -120.0);
    let names = ["kick", "snare", "hats", "bass", "chords", "pad", "lead", "air"];
    let sdr = sdr_of_shares_and_ratio(&input, &output);
    for (name, [shared, ratio]) in names.iter().zip(&sdr) {
        println!("{name}: SDR {shared:.1} dB by shares, {ratio:.1} dB by ratio");
    }
    for soft in [4, 5, 7] {
        assert!(sdr[soft][0] > sdr[soft][1] + 6.0, "{}", names[soft]);
    }
    assert!(sdr[0][0] > sdr[0][1] - 3.0);
}

#[test]
fn reductions_are_those_of_the_peaks() {
    let x = common::sine(44_100, 44_100, 997.0, 1.0);
    let mut clipper = settings(6.0, -1.0, 0.0).build(&Spec::new(44_100, 2, 44_100));
    clipper.process(&mut Block::of(x));
    let reduction = clipper.reductions()[0];
    println!("{reduction:?}");
    assert!((f64::from(reduction.max_db) - 7.0).abs() < 0.05);
    assert!((f64::from(reduction.mean_db) - 7.0).abs() < 0.2);
    let mut quiet = Block::of(common::sine(44_100, 44_100, 997.0, 0.2));
    clipper.reset();
    clipper.process(&mut quiet);
    assert_eq!(clipper.reductions()[0].max_db, 0.0);
}

#[test]
fn aliases_stay_away_at_every_rate() {
    for rate_hz in [48_000, 96_000, 192_000] {
        let frames = rate_hz as usize;
        let hz = 9001.0;
        let x = common::signal(rate_hz, 1, 2 * frames, |_, n| {
            libm::sin(2.0 * PI * hz * n as f64 / f64::from(rate_hz))
        });
        let mut clipper = settings(6.0, 0.0, 0.0).build(&Spec::new(rate_hz, 1, 4096));
        let y = common::run(&mut clipper, &Block::of(x), 4096).main;
        let second = &y.channels[0][frames..];
        let at = |hz: f64| common::tone(second, rate_hz, hz);
        let power: f64 = (1..=100)
            .map(|order| (f64::from(order) * hz) % f64::from(rate_hz))
            .map(|folded| folded.min(f64::from(rate_hz) - folded))
            .filter(|folded| *folded < 20_000.0 && folded % hz != 0.0)
            .map(|folded| at(folded) * at(folded))
            .sum();
        let aliases = db(power.sqrt() / at(hz));
        println!("{rate_hz} Hz: aliases {aliases:.1} dBc, latency {} frames", clipper.latency());
        assert!(aliases <= -95.0);
    }
}
