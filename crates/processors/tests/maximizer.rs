//! The maximizer's gates: the ceiling, what it leaves alone, and what its clipper is for.

mod common;
mod signals;

use acetate_model::{Audio, Block, Db, Dbtp, Percent, Processor, Settings, Spec, amplitude};
use acetate_processors::{ClipperSettings, LimiterSettings, MaximizerSettings, Style};
use signals::*;

fn settings(drive_db: f64, clip_above_db: f64) -> MaximizerSettings {
    MaximizerSettings {
        drive_db: Db(drive_db),
        clip_above_db: Db(clip_above_db),
        ..MaximizerSettings::default()
    }
}

/// The whole output, aligned with the input.
fn through(settings: &impl Settings, x: &Audio) -> Audio {
    let mut processor = settings.build(&Spec::new(x.rate_hz, x.channels.len(), 4096));
    let mut padded = x.clone();
    padded.resize(x.frames() + processor.latency());
    let mut y = common::run(&mut processor, &Block::of(padded), 4096).main;
    y.channels.iter_mut().for_each(|channel| drop(channel.drain(..processor.latency())));
    y
}

#[test]
fn no_point_exceeds_the_ceiling() {
    for (name, drive_db, mut x) in stress() {
        if (name, drive_db) == ("music", 10.0) {
            continue; // it comes again with more drive
        }
        // what was clipped last rings on behind the end of the signal
        x.resize(x.frames().min(3 * RATE_HZ as usize));
        x.resize(x.frames() + 4096);
        let both: &[f64] = if drive_db > 12.0 { &[0.0, 3.0] } else { &[0.0] };
        for &above_db in both {
            let y = through(&settings(drive_db, above_db), &x);
            let over = db(our_peak(&y).max(ebur128_peak(&y)) / amplitude(-1.0));
            println!("{name}, {drive_db} dB, clipped {above_db} dB above: {over:.4} dB");
            assert!(over <= 0.0);
        }
    }
}

#[test]
fn what_stays_below_passes_bit_for_bit() {
    let x = music(2.0);
    for above_db in [0.0, 3.0] {
        let settings = MaximizerSettings { softness_percent: Percent(100.0), ..settings(0.0, above_db) };
        assert!(through(&settings, &x) == x);
    }
}

#[test]
fn its_latency_and_its_reductions_are_those_of_both() {
    let spec = Spec::new(RATE_HZ, 2, 1 << 16);
    let mut maximizer = settings(10.0, 2.0).build(&spec);
    let parts = [
        ClipperSettings::default().build(&spec).latency(),
        LimiterSettings::default().build(&spec).latency(),
    ];
    assert_eq!(maximizer.latency(), parts[0] + parts[1]);
    maximizer.process(&mut Block::of(music(1.4)));
    let reductions = maximizer.reductions();
    println!("{reductions:?}");
    assert!(reductions.len() == 2 && reductions[0].max_db > 1.0 && reductions[1].max_db > 1.0);
}

#[test]
fn the_limiter_turns_down_by_little_more_than_it_was_left() {
    for above_db in [1.0, 3.0] {
        let settings = MaximizerSettings { softness_percent: Percent(0.0), ..settings(14.0, above_db) };
        let mut maximizer = settings.build(&Spec::new(RATE_HZ, 2, 1 << 18));
        maximizer.process(&mut Block::of(tones(&[(110.0, 0.5), (997.0, 0.3)])));
        let [clipper, limiter] = maximizer.reductions() else { panic!("two") };
        println!(
            "{above_db} dB left: clipper {:.2}, limiter {:.2} dB at most",
            clipper.max_db, limiter.max_db
        );
        // the corners of what was cut ring a little between the samples
        assert!(f64::from(limiter.max_db) < above_db + 1.5 && clipper.max_db > 5.0);
    }
}

/// The deep tone that is left of bass under drums, and what of it is distortion.
fn bass_and_drums() -> Audio {
    let x = tones(&[(60.0, 0.25)]);
    let mut drums = music(8.0);
    for (drum, bass) in drums.channels.iter_mut().zip(&x.channels) {
        drum.iter_mut().zip(bass).for_each(|(drum, bass)| *drum = 0.6 * *drum + bass);
    }
    drums
}

#[test]
fn it_is_louder_than_its_limiter_alone_at_the_same_drive() {
    for (name, x) in [("music", music(6.0)), ("bass and drums", bass_and_drums())] {
        let limiter = LimiterSettings { drive_db: Db(10.0), ..LimiterSettings::default() };
        let alone = lufs(&through(&limiter, &x));
        let both = [0.5, 2.0, 4.0].map(|above| lufs(&through(&settings(10.0, above), &x)));
        println!("{name}: limiter alone {alone:.2} LUFS, with a clipper {both:.2?} LUFS");
        assert!(both[0] > alone + 0.3 && both[0] > both[1] && both[1] > both[2]);
        assert!(both[2] >= alone - 0.01);
    }
}

/// How much the gain at 60 Hz is swung by drums: the side bands around a steady tone, in dBc.
fn side_bands(y: &Audio) -> f64 {
    let power: f64 = (1..=16)
        .flat_map(|n| [60.0 - f64::from(n), 60.0 + f64::from(n)])
        .map(|hz| amplitude_at(y, hz))
        .map(|a| a * a)
        .sum();
    db(power.sqrt() / amplitude_at(y, 60.0))
}

#[test]
fn bass_is_swung_less_at_the_same_loudness() {
    // clicks four times a second over a steady deep tone
    let x = stereo(RATE_HZ, 6.1, |_, t| {
        let since = t.rem_euclid(0.25);
        let click = libm::sin(2.0 * std::f64::consts::PI * 2000.0 * since) * libm::exp(-400.0 * since);
        0.25 * libm::sin(2.0 * std::f64::consts::PI * 60.0 * t) + 0.7 * click
    });
    let limiter = |drive_db: f64| LimiterSettings {
        drive_db: Db(drive_db),
        ceiling_dbtp: Dbtp(-1.0),
        style: Style::Transparent,
        ..LimiterSettings::default()
    };
    let both = through(&settings(8.0, 1.0), &x);
    let loudness = lufs(&both);
    // the drive at which the limiter alone is as loud
    let (mut low, mut high) = (6.0, 16.0);
    for _ in 0..6 {
        let middle = f64::midpoint(low, high);
        if lufs(&through(&limiter(middle), &x)) < loudness { low = middle } else { high = middle }
    }
    let alone = through(&limiter(high), &x);
    let (by_both, by_one) = (side_bands(&both), side_bands(&alone));
    println!(
        "at {loudness:.2} LUFS: with a clipper {by_both:.1} dBc, limiter alone ({high:.1} dB) {by_one:.1} dBc"
    );
    assert!(by_both < by_one - 3.0);
}
