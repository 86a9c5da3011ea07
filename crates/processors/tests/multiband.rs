//! The multiband compressor against published formulas and gates.

mod common;

use acetate_model::{Audio, Block, Json, Map, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn multiband(bands: &[Json], detector: &str) -> Map {
    map(&json!({ "bands": bands, "detector": detector }))
}

fn output(settings: &Map, input: &Audio) -> Audio {
    heard(find("multiband").expect("it is listed"), settings, input)
}

/// The soft knee of Giannoulis, Massberg and Reiss (2012), eq. 4.
fn steady_db(level: f64, threshold: f64, ratio: f64, knee: f64) -> f64 {
    let over = level - threshold;
    if 2.0 * over >= knee {
        threshold + over / ratio
    } else if 2.0 * over > -knee {
        level + (1.0 / ratio - 1.0) * (over + knee / 2.0) * (over + knee / 2.0) / (2.0 * knee)
    } else {
        level
    }
}

#[test]
fn the_static_curve_is_the_formula() {
    let rate_hz = 16_000;
    for detector in ["rms", "peak"] {
        for ratio in [1.5, 2.0, 4.0, 10.0] {
            for knee in [0.0, 6.0, 12.0] {
                let band = json!({ "threshold_db": -20.0, "ratio": ratio, "knee_db": knee, "range_db": 48.0,
                    "attack_ms": 10.0, "release_ms": 300.0 });
                for level in (-60..=0).step_by(4).map(f64::from) {
                    let input = sine(rate_hz, 2 * rate_hz as usize, 1000.0, amplitude(level));
                    let out = output(&multiband(std::slice::from_ref(&band), detector), &input);
                    let steady = &out.channels[0][rate_hz as usize * 3 / 2..][..rate_hz as usize / 4];
                    let off = db(tone(steady, rate_hz, 1000.0)) - steady_db(level, -20.0, ratio, knee);
                    assert!(
                        off.abs() <= 0.05,
                        "{detector} {ratio}:1, knee {knee} dB, at {level} dBFS: {off} dB"
                    );
                }
            }
        }
    }
}

/// A tone that jumps from −30 to −8 dBFS and back a second later: the gain over time.
fn burst_gain_db(attack_ms: f64, release_ms: f64) -> Vec<f64> {
    let band = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 0.0,
        "attack_ms": attack_ms, "release_ms": release_ms });
    let second = RATE_HZ as usize;
    let level = |n: usize| amplitude(if (second..2 * second).contains(&n) { -8.0 } else { -30.0 });
    // a square wave has the same level at every frame, so the gain can be read at every frame
    let input = signal(RATE_HZ, 2, 4 * second, |_, n| level(n) * if n / 24 % 2 == 0 { 1.0 } else { -1.0 });
    let out = output(&multiband(&[band], "peak"), &input);
    out.channels[0].iter().zip(&input.channels[0]).map(|(y, x)| db(f64::from(y / x))).collect()
}

#[test]
fn attack_and_release_are_what_they_are_called() {
    let second = RATE_HZ as usize;
    for (attack_ms, release_ms) in [(1.0, 50.0), (10.0, 100.0), (30.0, 200.0)] {
        let gain = burst_gain_db(attack_ms, release_ms);
        let deepest = gain[2 * second - 1];
        assert!((deepest + 9.0).abs() < 0.05, "{deepest}");
        let ms = |frames: usize| frames as f64 / f64::from(RATE_HZ) * 1000.0;
        let down = gain[second..].iter().position(|&g| g <= 0.632_12 * deepest).expect("it goes down");
        let up = gain[2 * second..].iter().position(|&g| g >= 0.367_88 * deepest).expect("it comes up");
        assert!((ms(down) / attack_ms - 1.0).abs() <= 0.05, "attack {attack_ms}: {}", ms(down));
        let release = 0.95 * release_ms..=1.05 * (release_ms + attack_ms);
        assert!(release.contains(&ms(up)), "release {release_ms}: {}", ms(up));
    }
}

#[test]
fn a_low_tone_stays_clean() {
    for (detector, limit) in [("peak", -75.0), ("rms", -90.0)] {
        let band = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 6.0,
            "attack_ms": 30.0, "release_ms": 300.0 });
        let input = sine(RATE_HZ, 5 * RATE_HZ as usize, 60.0, amplitude(-8.0));
        let out = output(&multiband(&[band], detector), &input);
        let steady = &out.channels[0][4 * RATE_HZ as usize..];
        let harmonics: f64 =
            (2..=20).map(|h| tone(steady, RATE_HZ, 60.0 * f64::from(h))).map(|a| a * a).sum();
        let thd = db(harmonics.sqrt() / tone(steady, RATE_HZ, 60.0));
        println!("{detector}: {thd:.1} dB");
        assert!(thd <= limit, "{detector}: {thd} dB");
    }
}

const CROSSOVERS: [f64; 3] = [100.0, 800.0, 6400.0];

fn four_bands(change: impl Fn(usize) -> Json) -> Map {
    let bands: Vec<Json> = (0..4)
        .map(|band| {
            let mut settings = map(&change(band));
            if let Some(&to_hz) = CROSSOVERS.get(band) {
                settings.insert("to_hz".into(), to_hz.into());
            }
            Json::Object(settings)
        })
        .collect();
    multiband(&bands, "rms")
}

/// Bands that work but are never reached give back what came in.
#[test]
fn bands_that_turn_nothing_down_change_no_bit() {
    let input = swinging_noise(44_100, 2, 60_000, 0.5);
    for settings in [four_bands(|_| json!({})), four_bands(|_| json!({ "ratio": 4.0, "threshold_db": 0.0 }))]
    {
        assert!(output(&settings, &input) == input);
    }
}

#[test]
fn the_same_gain_in_every_band_is_a_gain() {
    let input = swinging_noise(RATE_HZ, 2, 60_000, 0.5);
    let out = output(&four_bands(|_| json!({ "gain_db": -6.0 })), &input);
    let factor = amplitude(-6.0);
    let pairs = out.channels.iter().flatten().zip(input.channels.iter().flatten());
    let worst = pairs.map(|(&y, &x)| (f64::from(y) - factor * f64::from(x)).abs()).fold(0.0, f64::max);
    assert!(db(worst) <= -120.0, "{} dBFS", db(worst));
}

#[test]
fn a_band_can_be_turned_without_its_neighbours() {
    let out = |settings: &Map, hz: f64| {
        let input = sine(RATE_HZ, 96_000, hz, 0.1);
        db(tone(&output(settings, &input).channels[0][24_000..72_000], RATE_HZ, hz) / 0.1)
    };
    for (band, centre) in [(0, 40.0), (1, 280.0), (2, 2260.0), (3, 14_000.0)] {
        let settings = four_bands(|b| if b == band { json!({ "gain_db": -6.0 }) } else { json!({}) });
        assert!((out(&settings, centre) + 6.0).abs() < 0.1, "band {band}: {} dB", out(&settings, centre));
        for (other, hz) in [(0, 40.0), (1, 280.0), (2, 2260.0), (3, 14_000.0)] {
            let leak = if other == band { 0.0 } else { out(&settings, hz) };
            assert!(leak.abs() < 0.1, "band {band} at {hz} Hz: {leak} dB");
        }
    }
}

/// At a crossover both bands are at half: with one of them off by −12 dB, half of it is gone.
#[test]
fn crossovers_lie_where_they_are_set() {
    for (n, hz) in CROSSOVERS.into_iter().enumerate() {
        let settings = four_bands(|b| if b <= n { json!({ "gain_db": -12.0 }) } else { json!({}) });
        let input = sine(RATE_HZ, 96_000, hz, 0.1);
        let is = tone(&output(&settings, &input).channels[0][24_000..72_000], RATE_HZ, hz) / 0.1;
        let share = (1.0 - is) / (1.0 - amplitude(-12.0));
        assert!((db(share) + 6.02).abs() < 0.1, "{hz} Hz: {} dB", db(share));
    }
}

#[test]
fn both_channels_get_the_gain_of_the_louder_one() {
    let input = signal(RATE_HZ, 2, 96_000, |c, n| {
        let loud = 0.5 * libm::sin(0.05 * n as f64);
        if c == 0 { loud } else { loud / 16.0 }
    });
    let settings = multiband(&[json!({ "threshold_db": -30.0, "ratio": 4.0, "attack_ms": 1.0 })], "peak");
    let out = output(&settings, &input);
    assert!(out.channels[0].iter().zip(&input.channels[0]).any(|(y, x)| y.abs() < 0.5 * x.abs()));
    for (l, r) in out.channels[0].iter().zip(&out.channels[1]) {
        assert!((l / 16.0 - r).abs() <= f32::EPSILON * r.abs(), "{l} {r}");
    }
}

#[test]
fn each_band_reports_what_it_turned_down() {
    let settings = four_bands(|b| {
        if b == 1 { json!({ "threshold_db": -26.0, "ratio": 4.0, "knee_db": 0.0 }) } else { json!({}) }
    });
    let mut processor =
        build(find("multiband").expect("it is listed"), &settings, &Spec::new(RATE_HZ, 2, 4800));
    let input = sine(RATE_HZ, 2 * RATE_HZ as usize, 280.0, amplitude(-10.0));
    run(&mut *processor, &Block::of(input), 4800);
    let reductions = processor.reductions();
    assert_eq!(reductions.len(), 4);
    for (band, reduction) in reductions.iter().enumerate() {
        let shall = if band == 1 { 12.0 } else { 0.0 };
        assert!(
            (reduction.mean_db - shall).abs() < 0.1 && (reduction.max_db - shall).abs() < 0.1,
            "{reductions:?}"
        );
    }
}

fn low_latency(bands: &[Json]) -> Map {
    map(&json!({ "bands": bands, "crossover": "low_latency" }))
}

/// Bands that work, but not at these levels, split at `CROSSOVERS`.
fn waiting() -> Map {
    let mut settings = four_bands(|_| json!({ "ratio": 4.0, "threshold_db": 0.0, "knee_db": 0.0 }));
    settings.insert("crossover".into(), "low_latency".into());
    settings
}

/// Place of a tone re a crossover after the bilinear transform.
fn place(hz: f64, crossover_hz: f64) -> f64 {
    let turned = |hz: f64| libm::tan(std::f64::consts::PI * hz / f64::from(RATE_HZ));
    turned(hz) / turned(crossover_hz)
}

/// S. Linkwitz and R. Riley (1976): both sides of a crossover add up to (1 − Ω² − j√2Ω)/(1 − Ω² + j√2Ω).
#[test]
fn bands_without_latency_add_up_to_the_product_of_all_passes() {
    let at = 1000;
    let dirac = signal(RATE_HZ, 2, 1 << 16, |_, n| if n == at { 0.25 } else { 0.0 });
    let spec = Spec::new(RATE_HZ, 2, 1024);
    let entry = find("multiband").expect("it is listed");
    assert_eq!(build(entry, &waiting(), &spec).latency(), 0);
    let out = output(&waiting(), &dirac);
    assert!(out.channels[0][..at].iter().all(|&y| y == 0.0) && out.channels[0][at] != 0.0);
    let (mut worst_db, mut worst_rad) = (0.0f64, 0.0f64);
    for hz in log_points(20.0, 20_000.0, 200) {
        let (cosine, sine) = fourier(&out.channels[0][at..], RATE_HZ, hz);
        let shall: f64 = CROSSOVERS
            .iter()
            .map(|&crossover| place(hz, crossover))
            .map(|w| -2.0 * libm::atan2(std::f64::consts::SQRT_2 * w, 1.0 - w * w))
            .sum();
        worst_db = worst_db.max(db(libm::hypot(cosine, sine) / 0.25).abs());
        let off = libm::remainder(libm::atan2(-sine, cosine) - shall, 2.0 * std::f64::consts::PI);
        worst_rad = worst_rad.max(off.abs());
    }
    println!("within {worst_db:.2e} dB and {worst_rad:.2e} rad of the all-passes");
    assert!(worst_db <= 0.001 && worst_rad <= 1e-6, "{worst_db} dB, {worst_rad} rad");
}

/// What a band has of a tone shows in what a change of it changes; relative to all bands together it has no phase.
fn share_db(settings: impl Fn(Json) -> Map, hz: f64) -> f64 {
    let input = sine(RATE_HZ, 96_000, hz, 0.1);
    let part = |gain_db: f64| {
        let out = output(&settings(json!({ "gain_db": gain_db })), &input);
        let (cosine, sine) = fourier(&out.channels[0][24_000..72_000], RATE_HZ, hz);
        [cosine, sine]
    };
    // nothing changes at 10⁻⁶ dB, but the bands are there
    let (whole, changed) = (part(1e-6), part(-12.0));
    let change = libm::hypot(whole[0] - changed[0], whole[1] - changed[1]);
    db(change / libm::hypot(whole[0], whole[1]) / (1.0 - amplitude(-12.0)))
}

#[test]
fn both_kinds_of_crossovers_are_at_half_where_they_are_set() {
    for (n, hz) in CROSSOVERS.into_iter().enumerate() {
        for crossover in ["linear_phase", "low_latency"] {
            let settings = |change: Json| {
                let mut settings = four_bands(|b| if b <= n { change.clone() } else { json!({}) });
                settings.insert("crossover".into(), crossover.into());
                settings
            };
            let is = share_db(settings, hz);
            println!("{crossover} at {hz} Hz: {is:.4} dB");
            assert!((is + 6.0206).abs() <= 0.01, "{crossover} at {hz} Hz: {is} dB");
        }
    }
}

/// A band is 1/(1 + Ω⁴) below its upper crossover times Ω⁴/(1 + Ω⁴) above its lower one, re the whole.
#[test]
fn a_step_of_one_band_without_latency_is_the_closed_form() {
    for (band, hz) in [(0, 40.0), (1, 280.0), (2, 2260.0), (3, 14_000.0), (1, 120.0)] {
        let fourth = |crossover: f64| libm::pow(place(hz, crossover), 4.0);
        let below = CROSSOVERS.get(band).map_or(1.0, |&at| 1.0 / (1.0 + fourth(at)));
        let above = if band == 0 { 1.0 } else { 1.0 - 1.0 / (1.0 + fourth(CROSSOVERS[band - 1])) };
        let mut settings = four_bands(|b| if b == band { json!({ "gain_db": -6.0 }) } else { json!({}) });
        settings.insert("crossover".into(), "low_latency".into());
        let out = output(&settings, &sine(RATE_HZ, 96_000, hz, 0.1));
        let is = db(tone(&out.channels[0][24_000..72_000], RATE_HZ, hz) / 0.1);
        let shall = db(1.0 - (1.0 - amplitude(-6.0)) * below * above);
        println!("band {band} by -6 dB at {hz} Hz: {is:.3} dB");
        assert!((is - shall).abs() < 0.001, "band {band} at {hz} Hz: {is} for {shall}");
    }
}

#[test]
fn without_work_there_is_neither_latency_nor_phase() {
    let input = swinging_noise(RATE_HZ, 2, 30_000, 0.5);
    assert!(output(&low_latency(&[json!({ "to_hz": 200.0 }), json!({})]), &input) == input);
}

/// Each band follows the same law as the compressor, whichever crossover: on a tone in its middle.
#[test]
fn bands_have_the_law_of_the_compressor() {
    let half_open = |over: f64| 0.75 * over;
    for crossover in ["linear_phase", "low_latency"] {
        for (band, hz) in [(0, 20.0), (3, 18_000.0)] {
            let mut settings = four_bands(|b| {
                let law =
                    json!({ "threshold_db": -26.0, "ratio": 4.0, "knee_db": 0.0, "release_ms": 2000.0 });
                if b == band { law } else { json!({}) }
            });
            settings.insert("crossover".into(), crossover.into());
            settings.insert("rms_ms".into(), 100.0.into());
            let out = output(&settings, &sine(RATE_HZ, 144_000, hz, amplitude(-10.0)));
            let is = db(tone(&out.channels[0][96_000..144_000], RATE_HZ, hz)) + 10.0;
            assert!((is + half_open(16.0)).abs() < 0.25, "{crossover}, band {band}: {is} dB");
        }
    }
    // raised, but not above 6 dB
    let band = json!({ "mode": "upward", "threshold_db": -20.0, "ratio": 2.0, "knee_db": 0.0 });
    for (level, shall) in [(-28.0, 4.0), (-40.0, 6.0), (-58.0, 1.0), (-10.0, 0.0)] {
        let input = sine(RATE_HZ, 96_000, 1000.0, amplitude(level));
        let out = output(&multiband(std::slice::from_ref(&band), "rms"), &input);
        let is = db(tone(&out.channels[0][48_000..96_000], RATE_HZ, 1000.0)) - level;
        assert!((is - shall).abs() < 0.05, "{level} dBFS: {is} for {shall}");
    }
}

/// Mid and side: what the other part holds is untouched, and linked signals follow.
#[test]
fn a_part_of_the_image_is_worked_on_alone() {
    let mid = sine(RATE_HZ, 60_000, 1000.0, 0.5);
    let input = signal(RATE_HZ, 2, 60_000, |c, n| {
        let side = 0.2 * libm::sin(0.05 * n as f64);
        f64::from(mid.channels[0][n]) + if c == 0 { side } else { -side }
    });
    let parts = |audio: &Audio| -> [Vec<f32>; 2] {
        let [l, r] = &audio.channels[..] else { panic!("it is stereo") };
        let both = |sign: f32| l.iter().zip(r).map(|(l, r)| (l + sign * r) / 2.0).collect();
        [both(1.0), both(-1.0)]
    };
    for crossover in ["linear_phase", "low_latency"] {
        for (on, worked, other) in [("mid", 0, 1), ("side", 1, 0)] {
            let bands = [200.0, 20_000.0]
                .map(|to| json!({ "to_hz": to, "threshold_db": -40.0, "ratio": 4.0, "release_ms": 1000.0 }));
            let settings = |on: &str| map(&json!({ "bands": bands, "crossover": crossover, "on": on }));
            let changed = parts(&output(&settings(on), &input));
            // the other part is what bands that wait make of it
            let waiting = [200.0, 20_000.0]
                .map(|to| json!({ "to_hz": to, "threshold_db": 0.0, "ratio": 4.0, "knee_db": 0.0 }));
            let still = parts(&output(&map(&json!({ "bands": waiting, "crossover": crossover })), &input));
            let worst =
                changed[other].iter().zip(&still[other]).map(|(y, x)| (y - x).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-7, "{crossover}, {on}: {worst}");
            let hz = if worked == 0 { 1000.0 } else { 0.05 * 48e3 / (2.0 * std::f64::consts::PI) };
            let turned = |x: &[f32]| tone(&x[40_000..50_000], RATE_HZ, hz);
            assert!(db(turned(&changed[worked]) / turned(&still[worked])) < -10.0, "{crossover}, {on}");
        }
    }
}

#[test]
fn the_same_band_of_a_key_decides() {
    let second = RATE_HZ as usize;
    let low = sine(RATE_HZ, 2 * second, 60.0, 0.3);
    let main = sine(RATE_HZ, 2 * second, 8000.0, 0.3);
    for crossover in ["linear_phase", "low_latency"] {
        let turned_db = |key: &Audio, band: usize| {
            let bands = [0, 1].map(|b| {
                let law = json!({ "threshold_db": -40.0, "ratio": 4.0, "knee_db": 0.0 });
                let mut band = map(&if b == band { law } else { json!({}) });
                band.insert("to_hz".into(), [700.0, 20_000.0][b].into());
                Json::Object(band)
            });
            let settings = map(&json!({ "bands": bands, "crossover": crossover }));
            let mut processor = build(
                find("multiband").expect("it is listed"),
                &settings,
                &Spec::new(RATE_HZ, 2, 2 * second),
            );
            let mut block = Block { main: main.clone(), linked: Vec::new(), key: Some(key.clone()) };
            processor.process(&mut block);
            db(tone(&block.main.channels[0][second..2 * second], RATE_HZ, 8000.0) / 0.3)
        };
        // a low key does not move the high band, and a low band has nothing of the high tone
        assert!(turned_db(&low, 1).abs() < 0.01, "{crossover}: {}", turned_db(&low, 1));
        assert!(turned_db(&low, 0).abs() < 0.01, "{crossover}: {}", turned_db(&low, 0));
        let shall = -0.75 * (40.0 + db(0.3));
        assert!((turned_db(&main, 1) - shall).abs() < 0.05, "{crossover}: {}", turned_db(&main, 1));
    }
}

/// Blocks of any length, linked signals, and every way of moving: the same bits, and still a sum.
#[test]
fn everything_at_once_keeps_the_laws() {
    let stems = [1, 2].map(|k| swinging_noise(RATE_HZ, 2, 30_000 + 500 * k, 0.4));
    let stems = stems.map(|stem| Audio {
        rate_hz: RATE_HZ,
        channels: stem.channels.iter().map(|c| c[c.len() - 30_000..].to_vec()).collect(),
    });
    let main =
        signal(RATE_HZ, 2, 30_000, |c, n| stems.iter().map(|stem| f64::from(stem.channels[c][n])).sum());
    let block = Block { main, linked: stems.to_vec(), key: None };
    let law = |extra: Json| {
        let mut law =
            map(&json!({ "threshold_db": -30.0, "ratio": 3.0, "attack_ms": 1.0, "release_ms": 50.0 }));
        law.extend(map(&extra));
        law
    };
    let bands: Vec<Json> = ["manual", "program", "auto", "manual", "manual", "program"]
        .iter()
        .enumerate()
        .map(|(n, times)| {
            let mode = if n == 3 { "upward" } else { "downward" };
            let to_hz = 100.0 * f64::from(1u32 << n);
            law(json!({ "times": times, "mode": mode, "to_hz": to_hz, "mix_percent": 80.0 })).into()
        })
        .collect();
    let mut cases = Vec::new();
    for detector in ["rms", "peak"] {
        for crossover in ["linear_phase", "low_latency"] {
            for on in ["stereo", "side"] {
                cases.push((
                    "multiband",
                    map(&json!({ "bands": bands, "detector": detector, "crossover": crossover, "on": on })),
                ));
            }
        }
        for times in ["manual", "program", "auto"] {
            let extra = json!({ "times": times, "detector": detector, "look_ahead_ms": 3.0, "link_percent": 50.0,
                "side_chain_high_pass_hz": 100.0, "side_chain_tilt_db": 3.0 });
            cases.push(("compressor", law(extra)));
        }
        cases.push(("compressor", law(json!({ "mode": "upward", "detector": detector }))));
        cases.push(("expander", law(json!({ "detector": detector, "look_ahead_ms": 1.0 }))));
    }
    let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, 30_000) };
    for (id, settings) in cases {
        let entry = find(id).expect("it is listed");
        let mut processor = build(entry, &settings, &spec);
        let whole = run(&mut *processor, &block, 30_000);
        let mut worst = 0.0f64;
        for (c, channel) in whole.main.channels.iter().enumerate() {
            for (n, &y) in channel.iter().enumerate() {
                let sum: f64 = whole.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
                worst = worst.max((sum - f64::from(y)).abs());
            }
        }
        assert!(db(worst) <= -120.0, "{id}: {} dBFS with {settings:?}", db(worst));
        processor.reset();
        assert!(run(&mut *processor, &block, 30_000) == whole, "{id} after a reset with {settings:?}");
        for frames in [1, 61, 4096] {
            assert!(
                run(&mut *build(entry, &settings, &spec), &block, frames) == whole,
                "{id} in blocks of {frames} with {settings:?}"
            );
        }
    }
}
