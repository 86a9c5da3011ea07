//! The dynamic equaliser against formulas and gates.

mod common;

use acetate_model::{Audio, Block, Curve, Json, Map, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn bands(bands: &[Json]) -> Map {
    map(&json!({ "bands": bands }))
}

fn output(settings: &Map, input: &Audio) -> Audio {
    heard(find("dynamic_eq").expect("it is listed"), settings, input)
}

/// The gain of a steady sine.
fn steady_gain_db(settings: &Map, rate_hz: u32, hz: f64, level_dbfs: f64) -> f64 {
    let input = sine(rate_hz, 3 * rate_hz as usize / 2, hz, amplitude(level_dbfs));
    let out = output(settings, &input);
    let from = rate_hz as usize;
    db(tone(&out.channels[0][from..], rate_hz, hz) / tone(&input.channels[0][from..], rate_hz, hz))
}

/// The soft knee of Giannoulis, Massberg and Reiss (2012), eq. 4, as attenuation of at most `range`.
fn action_db(over: f64, ratio: f64, knee: f64, range: f64) -> f64 {
    let slope = 1.0 - 1.0 / ratio;
    let action = if 2.0 * over >= knee {
        slope * over
    } else if 2.0 * over > -knee {
        slope * (over + knee / 2.0) * (over + knee / 2.0) / (2.0 * knee)
    } else {
        0.0
    };
    action.min(range)
}

#[test]
fn the_gain_at_the_centre_is_the_formula() {
    let mut worst = 0.0f64;
    for (hz, q) in [(60.0, 1.0), (1000.0, 0.7), (1000.0, 4.0), (7000.0, 2.0)] {
        for (range, when) in [(-8.0, "over"), (6.0, "over"), (6.0, "below"), (-6.0, "below")] {
            for (ratio, knee, rest) in [(2.0, 6.0, 0.0), (4.0, 0.0, 2.0)] {
                let settings = bands(&[json!({ "freq_hz": hz, "q": q, "range_db": range, "when": when,
                    "threshold_db": -30.0, "ratio": ratio, "knee_db": knee, "gain_db": rest,
                    "attack_ms": 20.0, "release_ms": 100.0 })]);
                for level in [-50.0, -40.0, -31.0, -27.0, -20.0, -10.0] {
                    let over = if when == "over" { level + 30.0 } else { -30.0 - level };
                    let action = action_db(over, ratio, knee, f64::abs(range));
                    let shall = rest + f64::signum(range) * action;
                    let off = steady_gain_db(&settings, 32_000, hz, level) - shall;
                    worst = worst.max(off.abs());
                    assert!(
                        off.abs() <= 0.05,
                        "{when} {range} dB at {hz} Hz, {level} dBFS: {off} dB off {shall}"
                    );
                }
            }
        }
    }
    println!("worst static gain: {worst:.4} dB");
}

/// Loud noise as a key brings every band to full action, and a Dirac then measures it.
#[test]
fn the_curve_is_what_is_measured_at_full_action() {
    let entry = find("dynamic_eq").expect("it is listed");
    let settings = bands(&[
        json!({ "shape": "low_shelf", "freq_hz": 120, "q": 0.7, "range_db": -4, "threshold_db": -60, "attack_ms": 1 }),
        json!({ "freq_hz": 500, "q": 2, "gain_db": 3, "range_db": -6, "threshold_db": -60, "attack_ms": 1 }),
        json!({ "freq_hz": 800, "q": 1, "range_db": 6, "threshold_db": -60, "attack_ms": 1 }),
        json!({ "freq_hz": 6000, "q": 0.7, "range_db": -9, "threshold_db": -60, "attack_ms": 1 }),
        json!({ "shape": "high_shelf", "freq_hz": 9000, "q": 0.9, "range_db": 5, "threshold_db": -60, "attack_ms": 1 }),
        json!({ "freq_hz": 2000, "q": 1, "gain_db": -3 }),
    ]);
    let mut worst = 0.0f64;
    for rate_hz in [44_100, 96_000] {
        let at = 1 << 14;
        let main = signal(rate_hz, 2, 1 << 16, |_, n| if n == at { 0.25 } else { 0.0 });
        let key = Some(swinging_noise(rate_hz, 2, 1 << 16, 1.0));
        let spec = Spec::new(rate_hz, 2, 4096);
        let block = Block { key, ..Block::of(main) };
        let out = run(&mut *build(entry, &settings, &spec), &block, 4096).main;
        let Ok(Curve::Response(response)) = (entry.curve)(&settings, &spec) else {
            panic!("it has a response")
        };
        for hz in log_points(20.0, 0.45 * f64::from(rate_hz).min(44_100.0), 41) {
            let (cosine, sine) = fourier(&out.channels[0], rate_hz, hz);
            let off = db(libm::hypot(cosine, sine) / 0.25) - response(hz);
            worst = worst.max(off.abs());
            assert!(off.abs() < 0.02, "{off} dB at {hz} Hz");
        }
    }
    println!("worst of the curve: {worst:.5} dB");
}

/// The gain of a tone over time while its level jumps up for a second: a sine's envelope by its quadrature.
fn burst_gain_db(settings: &Map, hz: f64, levels: [f64; 2]) -> Vec<f64> {
    let second = RATE_HZ as usize;
    let quarter = (f64::from(RATE_HZ) / hz / 4.0) as usize;
    let level = |n: usize| amplitude(levels[usize::from((second..2 * second).contains(&n))]);
    let wave = sine(RATE_HZ, 4 * second, hz, 1.0);
    let input = signal(RATE_HZ, 2, 4 * second, |c, n| level(n) * f64::from(wave.channels[c][n]));
    let envelope = |x: &[f32], n: usize| libm::hypot(f64::from(x[n]), f64::from(x[n - quarter]));
    let out = output(settings, &input);
    (quarter..4 * second)
        .map(|n| db(envelope(&out.channels[0], n) / envelope(&input.channels[0], n)))
        .collect()
}

#[test]
fn attack_and_release_are_what_they_are_called() {
    let second = RATE_HZ as usize;
    for (attack_ms, release_ms, when) in
        [(5.0, 60.0, "over"), (10.0, 100.0, "over"), (30.0, 300.0, "over"), (30.0, 200.0, "below")]
    {
        // wide, so that the band itself takes no time
        let settings = bands(&[json!({ "freq_hz": 6000.0, "q": 0.5, "range_db": -6.0, "when": when,
            "threshold_db": -20.0, "ratio": 20.0, "knee_db": 0.0, "attack_ms": attack_ms, "release_ms": release_ms })]);
        let [quiet, loud] = [-34.0, -6.0];
        let levels = if when == "over" { [quiet, loud] } else { [loud, quiet] };
        let gain = burst_gain_db(&settings, 6000.0, levels);
        let deepest = gain[2 * second - 1000];
        assert!((deepest + 6.0).abs() < 0.05, "{deepest}");
        // while the level jumps, its envelope says nothing
        let settled = RATE_HZ as usize / 1000;
        let ms = |frames: usize| frames as f64 / f64::from(RATE_HZ) * 1000.0;
        let after = |from: usize, fits: &dyn Fn(f64) -> bool| {
            let rest = &gain[from + settled..];
            ms(settled + rest.iter().position(|&g| fits(g)).expect("it gets there"))
        };
        let down = after(second, &|g| g <= 0.632_12 * deepest);
        let up = after(2 * second, &|g| g >= 0.367_88 * deepest);
        println!("{when} {attack_ms}/{release_ms} ms: {down:.2}/{up:.2} ms");
        // a mean power over a tenth of the attack falls by a decibel in each 0.23 of its time: from the one level to
        // where the whole range is due
        let detector_ms = if when == "below" { 0.1 * attack_ms * 0.23 * (14.0 + 6.0 / 0.95) } else { 0.0 };
        let attack = 0.95 * attack_ms..=1.05 * attack_ms + detector_ms;
        assert!(attack.contains(&down), "attack {attack_ms}: {down}");
        let release = 0.95 * release_ms..=1.05 * (release_ms + attack_ms);
        assert!(release.contains(&up), "release {release_ms}: {up}");
    }
}

#[test]
fn below_the_threshold_no_bit_changes() {
    let band = |hz: f64, shape: &str| json!({ "shape": shape, "freq_hz": hz, "range_db": -12.0, "threshold_db": -10.0, "knee_db": 3.0 });
    let settings = bands(&[band(100.0, "low_shelf"), band(1000.0, "bell"), band(8000.0, "high_shelf")]);
    let input = swinging_noise(RATE_HZ, 2, 48_000, 0.1);
    assert!(output(&settings, &input) == input);
    let loud = swinging_noise(RATE_HZ, 2, 48_000, 0.9);
    assert!(output(&settings, &loud) != loud);
}

#[test]
fn a_relative_band_hears_the_balance_and_not_the_level() {
    for (when, range) in [("over", -6.0), ("over", 4.0), ("below", 6.0)] {
        let settings = bands(&[json!({ "freq_hz": 3000.0, "q": 1.5, "range_db": range, "when": when,
            "threshold": "relative", "threshold_db": -12.0 })]);
        let tones = |n: usize, hz: f64| libm::sin(2.0 * std::f64::consts::PI * hz * n as f64 / 48_000.0);
        let at = |level: f64| {
            let input = signal(RATE_HZ, 2, 96_000, |c, n| {
                let swell = libm::fabs(tones(n, 1.5));
                let sum = tones(n, 110.0) + swell * tones(n, 3000.0) + 0.2 * noise((2 * n + c) as u64);
                amplitude(level) * 0.3 * sum
            });
            (output(&settings, &input), input)
        };
        let ((soft, soft_in), (loud, loud_in)) = (at(-26.0), at(-6.0));
        let gain = |out: &Audio, input: &Audio, from: usize| {
            let part = |audio: &Audio| tone(&audio.channels[0][from..from + 1600], RATE_HZ, 3000.0);
            db(part(out) / part(input))
        };
        let (mut worst, mut most) = (0.0f64, 0.0f64);
        for from in (16_000..94_000).step_by(1600) {
            let (one, other) = (gain(&soft, &soft_in, from), gain(&loud, &loud_in, from));
            worst = worst.max((one - other).abs());
            most = most.max(one.abs());
        }
        println!("{when} {range}: up to {most:.2} dB, 20 dB louder differs by {worst:.6} dB");
        assert!(most > 2.0 && worst < 0.001, "{when}: {worst} dB of {most}");
    }
}

#[test]
fn the_key_is_heard_instead() {
    let entry = find("dynamic_eq").expect("it is listed");
    let settings = bands(&[json!({ "freq_hz": 1000.0, "range_db": -6.0, "threshold_db": -30.0 })]);
    let main = sine(RATE_HZ, 48_000, 1000.0, 0.5);
    let with = |key: Audio| {
        let block = Block { key: Some(key), ..Block::of(main.clone()) };
        run(&mut *build(entry, &settings, &Spec::new(RATE_HZ, 2, 512)), &block, 512).main
    };
    assert!(with(Audio::silence(RATE_HZ, 2, 48_000)) == main);
    let out = with(sine(RATE_HZ, 48_000, 1000.0, 1.0));
    let gain = db(tone(&out.channels[0][24_000..], RATE_HZ, 1000.0) / 0.5);
    assert!((gain + 6.0).abs() < 0.01, "{gain}");
}

#[test]
fn a_band_that_moves_at_full_speed_makes_no_noise() {
    let entry = find("dynamic_eq").expect("it is listed");
    let settings = bands(&[json!({ "freq_hz": 6000.0, "q": 1.0, "range_db": -12.0, "threshold_db": -40.0,
        "attack_ms": 0.5, "release_ms": 5.0, "ratio": 20.0 })]);
    let second = RATE_HZ as usize;
    let main = sine(RATE_HZ, 2 * second, 150.0, 0.5);
    // bursts of the key let the band swing all the way, twenty times a second
    let wave = sine(RATE_HZ, 2 * second, 6000.0, 1.0);
    let key =
        signal(
            RATE_HZ,
            2,
            2 * second,
            |c, n| {
                if n / 1200 % 2 == 0 { f64::from(wave.channels[c][n]) } else { 0.0 }
            },
        );
    let block = Block { key: Some(key), ..Block::of(main) };
    let out = run(&mut *build(entry, &settings, &Spec::new(RATE_HZ, 2, 512)), &block, 512).main;
    // everything repeats ten times in a second, so all there is lies at multiples of 10 Hz
    let steady = &out.channels[0][second..];
    let power: f64 = (400..2400)
        .map(|k| tone(steady, RATE_HZ, 10.0 * f64::from(k)))
        .map(|amplitude| amplitude * amplitude / 2.0)
        .sum();
    let residue = 10.0 * libm::log10(power);
    println!("residue above 4 kHz: {residue:.1} dBFS");
    assert!(residue < -80.0, "{residue} dBFS");
}
