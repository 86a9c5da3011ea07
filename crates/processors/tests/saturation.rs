//! The saturation's gates: aliases, harmonics against the published curves, offsets, and the stems it bends.

mod common;
mod harmonics;

use std::f64::consts::PI;

use acetate_model::{Block, Db, Percent, Processor, Settings, Spec, amplitude};
use acetate_processors::{Circuit, SaturationSettings};
use common::db;
use harmonics::*;

const CIRCUITS: [Circuit; 3] = [Circuit::Tape, Circuit::Tube, Circuit::Transformer];

fn settings(circuit: Circuit, drive_db: f64) -> SaturationSettings {
    SaturationSettings { circuit, drive_db: Db(drive_db), mix_percent: Percent(100.0), auto_gain: true }
}

/// The curves as they are documented, for a drive of 1.
fn curve(circuit: Circuit, x: f64) -> f64 {
    match circuit {
        Circuit::Tape => libm::tanh(x),
        // with a working point of atanh 0.2: (tanh(x + β) − tanh β)/sech² β
        Circuit::Tube => {
            let beta = libm::atanh(0.2);
            (libm::tanh(x + beta) - 0.2) / (1.0 - 0.04)
        }
        Circuit::Transformer => (8.0 * libm::tanh(x / 2.0) - libm::tanh(x)) / 3.0,
    }
}

/// The gain of the emphasis: a first-order shelf between two corners, by the bilinear transform.
fn emphasis(circuit: Circuit, hz: f64) -> f64 {
    let tan = |hz: f64| libm::tan(PI * hz / f64::from(RATE_HZ));
    let ratio =
        |hz: f64, [zero, pole]: [f64; 2]| libm::hypot(tan(hz), tan(zero)) / libm::hypot(tan(hz), tan(pole));
    match circuit {
        Circuit::Tape => ratio(hz, [5000.0, 10_000.0]) / ratio(0.0, [5000.0, 10_000.0]),
        Circuit::Tube => 1.0,
        Circuit::Transformer => ratio(hz, [130.0, 50.0]),
    }
}

#[test]
fn aliases_are_far_below() {
    for circuit in CIRCUITS {
        for hz in [5003, 9001, 12_007] {
            let aliases = aliases_dbc(&steady(&settings(circuit, 6.0), hz as f64, 1.0), hz);
            println!("{circuit:?}, {hz} Hz: aliases {aliases:.1} dBc");
            assert!(aliases <= if hz > 10_000 { -95.0 } else { -120.0 });
        }
    }
}

#[test]
fn harmonics_are_those_of_the_curve() {
    for circuit in CIRCUITS {
        for (hz, drive_db) in [(41, 0.0), (101, 6.0), (997, 6.0), (1999, 12.0)] {
            let second = steady(&settings(circuit, drive_db), hz as f64, 0.8);
            let drive = amplitude(drive_db);
            let driven = 0.8 * drive * emphasis(circuit, hz as f64);
            let mut worst = 0f64;
            for order in 1..=7u32 {
                let at = hz * order as usize;
                let made = harmonic(order, |x| curve(circuit, driven * x));
                let shall = made / drive / emphasis(circuit, at as f64);
                let is = line(&second, at);
                if db(shall) > -90.0 {
                    worst = worst.max(db(is / shall).abs());
                } else {
                    assert!(db(is) < -89.0, "{circuit:?} {order}: {}", db(is));
                }
            }
            println!("{circuit:?}, {hz} Hz, {drive_db} dB: harmonics within {worst:.4} dB");
            assert!(worst < 0.01);
        }
    }
}

#[test]
fn a_tube_has_even_harmonics_and_tape_only_odd_ones() {
    let second_dbc = |circuit: Circuit| {
        let y = steady(&settings(circuit, 6.0), 997.0, 0.5);
        db(line(&y, 1994) / line(&y, 997))
    };
    let found = CIRCUITS.map(second_dbc);
    println!("second harmonic of tape, tube and transformer: {found:.1?} dBc");
    assert!(found[0] < -120.0 && found[1] > -40.0 && found[2] < -120.0);
}

#[test]
fn no_offset_is_left() {
    for circuit in CIRCUITS {
        // two tones whose crests lie all on one side
        let x = common::signal(RATE_HZ, 1, 3 * RATE_HZ as usize, |_, n| {
            let turn = 2.0 * PI * 110.0 * n as f64 / f64::from(RATE_HZ);
            0.5 * (libm::cos(turn) + libm::cos(2.0 * turn))
        });
        let mut processor = settings(circuit, 12.0).build(&Spec::new(RATE_HZ, 1, 4096));
        let y = common::run(&mut processor, &Block::of(x), 4096).main;
        let second = &y.channels[0][2 * RATE_HZ as usize..];
        let mean = second.iter().map(|&x| f64::from(x)).sum::<f64>() / second.len() as f64;
        println!("{circuit:?}: offset {:.1} dBFS", db(mean.abs()));
        assert!(db(mean.abs()) < -90.0);
    }
}

#[test]
fn quiet_passages_keep_their_level_unless_it_shall_rise() {
    for circuit in CIRCUITS {
        for auto_gain in [true, false] {
            let settings = SaturationSettings { auto_gain, ..settings(circuit, 9.0) };
            let level = db(line(&steady(&settings, 997.0, 0.001), 997));
            let shall = if auto_gain { -60.0 } else { -51.0 };
            assert!((level - shall).abs() < 0.01, "{circuit:?}: {level}");
        }
    }
}

#[test]
fn without_mix_no_bit_changes_and_nothing_is_late() {
    let settings = SaturationSettings { mix_percent: Percent(0.0), ..settings(Circuit::Tube, 20.0) };
    let x = common::swinging_noise(RATE_HZ, 2, 20_000, 1.0);
    let mut processor = settings.build(&Spec::new(RATE_HZ, 2, 4096));
    assert_eq!(processor.latency(), 0);
    assert!(common::run(&mut processor, &Block::of(x.clone()), 4096).main == x);
}

#[test]
fn half_the_mix_is_half_of_each() {
    let half = SaturationSettings { mix_percent: Percent(50.0), ..settings(Circuit::Tape, 6.0) };
    let x = common::sine(RATE_HZ, 30_000, 3000.0, 0.9);
    let [dry, mixed, wet] = [0.0, 50.0, 100.0].map(|mix| {
        let settings = SaturationSettings { mix_percent: Percent(mix), ..half.clone() };
        let mut processor = settings.build(&Spec::new(RATE_HZ, 2, 4096));
        let late = processor.latency();
        let y = common::run(&mut processor, &Block::of(x.clone()), 4096).main;
        y.channels[0][late..late + 25_000].to_vec()
    });
    for ((dry, mixed), wet) in dry.iter().zip(&mixed).zip(&wet) {
        assert!((mixed - f32::midpoint(*dry, *wet)).abs() < 2e-7);
    }
}

#[test]
fn stems_add_up_and_the_soft_ones_stay_clean() {
    let input = band(4.0);
    for circuit in CIRCUITS {
        let output = bent(&settings(circuit, 3.0), &input);
        let worst = worst_sum_dbfs(&output);
        println!("{circuit:?}, stems against the sum: {worst:.1} dBFS");
        assert!(worst <= -120.0);
        let names = ["kick", "snare", "hats", "bass", "chords", "pad", "lead", "air"];
        let sdr = sdr_of_shares_and_ratio(&input, &output);
        for (name, [shared, ratio]) in names.iter().zip(&sdr) {
            println!("{name}: SDR {shared:.1} dB by shares, {ratio:.1} dB by ratio");
        }
        for soft in [4, 5, 7] {
            assert!(sdr[soft][0] > sdr[soft][1] + 3.0, "{circuit:?} {}", names[soft]);
        }
    }
}
