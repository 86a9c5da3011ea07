//! The repair of cut-off peaks against the signal before it was cut.

mod common;
mod signals;

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Map, Spec, amplitude};
use acetate_processors::find;
use common::{RATE_HZ, build, db, heard, noise, run, signal, sine};

fn declip(input: &Audio) -> Audio {
    heard(find("declip").expect("it is listed"), &Map::new(), input)
}

/// A gliding voice: harmonics under formants, with breath.
fn voice(seconds: f64) -> Audio {
    let rate = f64::from(RATE_HZ);
    let formants = [(600.0, 90.0, 1.0), (1300.0, 120.0, 0.5), (2700.0, 200.0, 0.25)];
    let mut voice = signal(RATE_HZ, 2, (seconds * rate) as usize, |c, n| {
        let t = n as f64 / rate;
        // 150 Hz with vibrato: its phase is the integral
        let phase = 2.0 * PI * 150.0 * t - 1.5 * libm::cos(2.0 * PI * 5.0 * t);
        let syllable = 0.6 + 0.4 * libm::sin(2.0 * PI * 3.0 * t + c as f64);
        let sound: f64 = (1..20)
            .map(|h| {
                let hz = 150.0 * f64::from(h);
                let gain: f64 = formants
                    .iter()
                    .map(|(at, wide, g)| g / (1.0 + ((hz - at) / wide) * ((hz - at) / wide)))
                    .sum();
                gain * libm::sin(f64::from(h) * phase + f64::from(h * h))
            })
            .sum();
        syllable * (sound + 0.01 * noise((2 * n + c) as u64))
    });
    let highest = voice.channels.iter().flatten().fold(0.0f32, |a, b| a.max(b.abs()));
    voice.channels.iter_mut().flatten().for_each(|x| *x *= 0.9 / highest);
    voice
}

/// Plucked chords over a bass.
fn chords(seconds: f64) -> Audio {
    let rate = f64::from(RATE_HZ);
    signal(RATE_HZ, 2, (seconds * rate) as usize, |c, n| {
        let t = n as f64 / rate;
        let since = t % 0.25;
        let pluck = (since / 0.003).min(1.0) * libm::exp(-6.0 * since);
        let tone = |hz: f64| -> f64 {
            (1..8).map(|h| libm::sin(2.0 * PI * hz * f64::from(h) * t) / f64::from(h)).sum()
        };
        let root = [110.0, 130.81, 98.0, 146.83][(t / 0.5) as usize % 4];
        let chord: f64 =
            [2.0, 2.52, 3.0].iter().map(|times| tone(root * times * (1.0 + 0.001 * c as f64))).sum();
        0.15 * pluck * (chord + 1.5 * tone(root)) + 0.001 * noise((2 * n + c) as u64)
    })
}

fn clipped(x: &Audio, by_db: f64) -> Audio {
    let mut y = x.clone();
    for channel in &mut y.channels {
        let level = channel.iter().fold(0.0f32, |a, b| a.max(b.abs())) * amplitude(-by_db) as f32;
        for x in channel.iter_mut() {
            *x = x.clamp(-level, level);
        }
    }
    y
}

/// The ratio of signal to error over the samples that were cut off, in dB.
fn sdr(truth: &Audio, cut: &Audio, y: &Audio) -> f64 {
    let (mut signal, mut error) = (0.0, 0.0);
    for ((truth, cut), y) in truth.channels.iter().zip(&cut.channels).zip(&y.channels) {
        for ((&truth, _), &y) in truth.iter().zip(cut).zip(y).filter(|((truth, cut), _)| truth != cut) {
            signal += f64::from(truth) * f64::from(truth);
            error += (f64::from(truth) - f64::from(y)) * (f64::from(truth) - f64::from(y));
        }
    }
    10.0 * libm::log10(signal / error)
}

#[test]
fn cut_off_peaks_come_back() {
    // the tops of hiss cannot be foretold, so the mix with loud cymbals gains less
    let mix = signals::music_at(RATE_HZ, 2.0);
    for (name, truth, gates) in [
        ("voice", voice(2.0), [12.0, 12.0]),
        ("music", chords(2.0), [12.0, 8.0]),
        ("hissing mix", mix, [2.0, 1.0]),
    ] {
        for (by_db, gate) in [3.0, 6.0].into_iter().zip(gates) {
            let cut = clipped(&truth, by_db);
            let y = declip(&cut);
            let [before, behind] = [sdr(&truth, &cut, &cut), sdr(&truth, &cut, &y)];
            println!("{name} cut by {by_db} dB: SDR {before:.1} to {behind:.1} dB");
            assert!(behind - before >= gate, "{name} cut by {by_db} dB");
            for ((cut, y), truth) in cut.channels.iter().zip(&y.channels).zip(&truth.channels) {
                let kept = cut.iter().zip(y).zip(truth).filter(|((cut, _), truth)| cut == truth);
                assert!(kept.map(|(both, _)| both).all(|(cut, y)| cut.to_bits() == y.to_bits()));
                assert!(cut.iter().zip(y).all(|(cut, y)| y.abs() >= cut.abs()));
            }
        }
    }
}

#[test]
fn what_was_not_clipped_changes_no_bit() {
    let seconds = |t: f64| (t * f64::from(RATE_HZ)) as usize;
    let rate = f64::from(RATE_HZ);
    let two_at_full_scale =
        signal(
            RATE_HZ,
            2,
            seconds(2.0),
            |_, n| {
                if n % 4800 < 2 { 1.0 } else { 0.5 * libm::sin(0.01 * n as f64) }
            },
        );
    let rounded = |peak: f64, hz: f64| {
        let mut x = sine(RATE_HZ, seconds(2.0), hz, peak);
        x.channels.iter_mut().flatten().for_each(|x| *x = (*x * 32_767.0).round() / 32_767.0);
        x
    };
    let pulse = |share: f64, hz: f64| {
        signal(RATE_HZ, 2, seconds(2.0), move |_, n| {
            if (n as f64 * hz / rate).fract() < share { 0.8 } else { -0.8 * share }
        })
    };
    let stairs = signal(RATE_HZ, 2, seconds(2.0), |_, n| {
        libm::round(8.0 * libm::sin(0.02 * (n / 6 * 6) as f64)) / 8.0
    });
    let limited = {
        let settings = common::map(&serde_json::json!({ "drive_db": 12.0, "ceiling_dbtp": -1.0 }));
        let y = heard(find("limiter").expect("it is listed"), &settings, &signals::music_at(RATE_HZ, 2.0));
        let mut rounded = y.clone();
        rounded.channels.iter_mut().flatten().for_each(|x| *x = (*x * 32_768.0).round() / 32_768.0);
        [y, rounded]
    };
    let [limited, limited_16] = limited;
    for (name, x) in [
        ("voice", voice(2.0)),
        ("music", signals::music_at(RATE_HZ, 2.0)),
        ("two samples at full scale", two_at_full_scale),
        ("a low sine in 16 bits", rounded(0.999, 50.0)),
        ("a lower sine in 16 bits", rounded(0.5, 20.0)),
        ("a square", pulse(0.5, 1000.0)),
        ("a pulse", pulse(0.1, 440.0)),
        ("a low pulse", pulse(0.02, 110.0)),
        ("stairs", stairs),
        ("a limited master", limited),
        ("a limited master in 16 bits", limited_16),
        ("full scale", signal(RATE_HZ, 2, seconds(1.0), |_, _| 1.0)),
        ("noise", signal(RATE_HZ, 2, seconds(1.0), |c, n| noise((2 * n + c) as u64))),
    ] {
        let y = declip(&x);
        let changed = x.channels.iter().flatten().zip(y.channels.iter().flatten()).filter(|(x, y)| x != y);
        assert_eq!(changed.count(), 0, "{name}");
    }
}

#[test]
fn the_change_goes_to_the_signal_that_caused_it() {
    let loud = voice(2.0);
    let quiet = signal(RATE_HZ, 2, loud.frames(), |c, n| 0.001 * noise((2 * n + c) as u64));
    let sum = signal(RATE_HZ, 2, loud.frames(), |c, n| {
        f64::from(loud.channels[c][n]) + f64::from(quiet.channels[c][n])
    });
    let main = clipped(&sum, 3.0);
    let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, 1000) };
    let mut processor = build(find("declip").expect("it is listed"), &Map::new(), &spec);
    // the stems of a clipped sum: the loud one has been clipped
    let cut = signal(RATE_HZ, 2, loud.frames(), |c, n| {
        f64::from(main.channels[c][n]) - f64::from(quiet.channels[c][n])
    });
    let late = processor.latency();
    let y = run(&mut *processor, &Block { main, linked: vec![cut, quiet.clone()], key: None }, 1000);
    let (mut worst, mut moved) = (0.0f64, 0.0f64);
    for c in 0..2 {
        for n in 0..loud.frames() {
            let stems: f64 = y.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            worst = worst.max((stems - f64::from(y.main.channels[c][n])).abs());
            if n >= late {
                moved =
                    moved.max(f64::from((y.linked[1].channels[c][n] - quiet.channels[c][n - late]).abs()));
            }
        }
    }
    println!("sum off by {:.1} dBFS, the quiet signal by {:.1} dBFS", db(worst), db(moved));
    assert!(db(worst) <= -120.0 && db(moved) < -80.0);
}
