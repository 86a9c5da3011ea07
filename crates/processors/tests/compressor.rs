//! The compressor against published formulas, a plain model in double precision, and gates.

mod common;

use acetate_model::{Audio, Block, Json, Map, Processor, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

fn compressor(settings: &Json, spec: &Spec) -> Box<dyn Processor> {
    build(find("compressor").expect("it is listed"), &map(settings), spec)
}

fn output(settings: &Json, input: &Audio) -> Audio {
    heard(find("compressor").expect("it is listed"), &map(settings), input)
}

/// The soft knee of Giannoulis, Massberg and Reiss (2012), eq. 4: by how much a level is turned down.
fn attenuation_db(over: f64, ratio: f64, knee: f64) -> f64 {
    let slope = 1.0 - 1.0 / ratio;
    if 2.0 * over >= knee {
        slope * over
    } else if 2.0 * over > -knee {
        slope * (over + knee / 2.0) * (over + knee / 2.0) / (2.0 * knee)
    } else {
        0.0
    }
}

/// How much louder a steady sine of 1 kHz leaves.
fn steady_gain_db(settings: &Json, level: f64) -> f64 {
    let rate_hz = 16_000;
    let input = sine(rate_hz, 2 * rate_hz as usize, 1000.0, amplitude(level));
    let out = output(settings, &input);
    let steady = &out.channels[0][rate_hz as usize * 3 / 2..][..rate_hz as usize / 4];
    db(tone(steady, rate_hz, 1000.0)) - level
}

#[test]
fn the_static_curve_is_the_formula() {
    let mut worst = 0.0f64;
    for detector in ["rms", "peak"] {
        for ratio in [1.5, 2.0, 4.0, 10.0] {
            for knee in [0.0, 6.0, 12.0] {
                let settings = json!({ "threshold_db": -20.0, "ratio": ratio, "knee_db": knee,
                    "attack_ms": 10.0, "release_ms": 300.0, "detector": detector });
                for level in (-60..=0).step_by(4).map(f64::from) {
                    let off = steady_gain_db(&settings, level) + attenuation_db(level + 20.0, ratio, knee);
                    worst = worst.max(off.abs());
                    assert!(off.abs() <= 0.05, "{detector} {ratio}:1, knee {knee}, {level} dBFS: {off} dB");
                }
            }
        }
    }
    println!("static curve within {worst:.4} dB");
}

#[test]
fn the_highest_ratio_limits_and_the_range_holds() {
    let base = json!({ "threshold_db": -20.0, "ratio": 100.0, "knee_db": 0.0, "release_ms": 300.0 });
    assert!((steady_gain_db(&base, -4.0) + 16.0).abs() < 0.05);
    let mut ranged = base;
    ranged["range_db"] = json!(3.0);
    assert!((steady_gain_db(&ranged, -4.0) + 3.0).abs() < 0.001);
}

/// A tone that jumps from −30 to −8 dBFS and back a second later: the gain over time.
fn burst_gain_db(settings: &Json) -> Vec<f64> {
    let second = RATE_HZ as usize;
    let level = |n: usize| amplitude(if (second..2 * second).contains(&n) { -8.0 } else { -30.0 });
    // a square wave has the same level at every frame, so the gain can be read at every frame
    let input = signal(RATE_HZ, 2, 5 * second, |_, n| level(n) * if n / 24 % 2 == 0 { 1.0 } else { -1.0 });
    gains(&input, &output(settings, &input)).map(db).collect()
}

fn gains(input: &Audio, output: &Audio) -> impl Iterator<Item = f64> {
    output.channels[0].iter().zip(&input.channels[0]).map(|(y, x)| f64::from(*y) / f64::from(*x))
}

fn ms(frames: usize) -> f64 {
    frames as f64 / f64::from(RATE_HZ) * 1000.0
}

#[test]
fn attack_and_release_are_what_they_are_called() {
    let second = RATE_HZ as usize;
    for (attack_ms, release_ms) in [(1.0, 50.0), (10.0, 100.0), (30.0, 200.0)] {
        for (detector, slower_ms) in [("peak", 0.0), ("rms", 5.0)] {
            let gain = burst_gain_db(&json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 0.0,
                "attack_ms": attack_ms, "release_ms": release_ms, "detector": detector, "rms_ms": 5.0 }));
            let deepest = gain[2 * second - 1];
            let down = gain[second..].iter().position(|&g| g <= 0.632_12 * deepest).map(ms);
            let up = gain[2 * second..].iter().position(|&g| g >= 0.367_88 * deepest).map(ms);
            let (down, up) = (down.expect("it goes down"), up.expect("it comes up"));
            println!("{detector} {attack_ms}/{release_ms} ms: {down:.2}/{up:.2} ms");
            let attack = 0.95 * attack_ms..=1.05 * (attack_ms + 2.0 * slower_ms);
            assert!(attack.contains(&down), "{detector} attack {attack_ms}: {down}");
            // a mean falls by 22 dB in five of its times, and out of the knee in less
            let release = 0.95 * release_ms..=1.05 * (release_ms + attack_ms) + 5.0 * slower_ms;
            assert!(release.contains(&up), "{detector} release {release_ms}: {up}");
        }
    }
}

#[test]
fn a_low_tone_stays_clean() {
    for (detector, limit) in [("peak", -75.0), ("rms", -90.0)] {
        let settings = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 6.0, "attack_ms": 30.0,
            "release_ms": 300.0, "detector": detector });
        let out = output(&settings, &sine(RATE_HZ, 5 * RATE_HZ as usize, 60.0, amplitude(-8.0)));
        let steady = &out.channels[0][4 * RATE_HZ as usize..];
        let powers = (2..=20).map(|h| tone(steady, RATE_HZ, 60.0 * f64::from(h))).map(|a| a * a);
        let thd = db(powers.sum::<f64>().sqrt() / tone(steady, RATE_HZ, 60.0));
        println!("THD at 60 Hz, {detector}: {thd:.1} dB");
        assert!(thd <= limit, "{detector}: {thd} dB");
    }
}

/// A tone whose harmonics would fold back: what is left once it and its own harmonics are taken out.
#[test]
fn a_high_tone_does_not_alias() {
    let mut worst = f64::NEG_INFINITY;
    for (rate_hz, hz) in [(44_100, 12_000.0), (48_000, 12_000.0), (48_000, 11_919.0)] {
        for (detector, attack_ms, release_ms) in [
            ("peak", 0.1, 200.0),
            ("peak", 0.1, 1000.0),
            ("peak", 1.0, 200.0),
            ("peak", 10.0, 200.0),
            ("rms", 0.1, 50.0),
        ] {
            let settings = json!({ "threshold_db": -20.0, "ratio": 4.0, "attack_ms": attack_ms,
                "release_ms": release_ms, "detector": detector });
            let out = output(&settings, &sine(rate_hz, 4 * rate_hz as usize, hz, amplitude(-8.0)));
            let steady = &out.channels[0][3 * rate_hz as usize..];
            let (cosine, sine) = fourier(steady, rate_hz, hz);
            let scale = 2.0 / steady.len() as f64;
            let rest = steady.iter().enumerate().map(|(n, &y)| {
                let at =
                    2.0 * std::f64::consts::PI * (hz * n as f64 % f64::from(rate_hz)) / f64::from(rate_hz);
                f64::from(y) - scale * (cosine * libm::cos(at) + sine * libm::sin(at))
            });
            let power: f64 = rest.map(|y| y * y).sum();
            let off = db((power * scale).sqrt() / (scale * libm::hypot(cosine, sine)));
            println!("{hz} Hz at {rate_hz} Hz, {detector} {attack_ms}/{release_ms} ms: {off:.1} dBc");
            worst = worst.max(off);
        }
    }
    assert!(worst < -90.0, "{worst} dBc");
}

#[test]
fn both_channels_get_the_very_same_gain() {
    // nothing on the left, and linked to it a stem that has something on both sides
    let input = signal(RATE_HZ, 2, 48_000, |c, n| if c == 0 { 0.0 } else { 0.7 * noise(n as u64) });
    let stem = signal(RATE_HZ, 2, 48_000, |_, n| 0.5 * noise(n as u64 + 9));
    let spec = Spec { linked: 1, ..Spec::new(RATE_HZ, 2, 512) };
    for times in ["manual", "program", "auto"] {
        let settings = json!({ "threshold_db": -30.0, "ratio": 4.0, "attack_ms": 1.0, "times": times });
        let block = Block { main: input.clone(), linked: vec![stem.clone()], key: None };
        let out = run(&mut *compressor(&settings, &spec), &block, 512);
        let [left, right] = &out.linked[0].channels[..] else { panic!("it is stereo") };
        assert!(left == right, "{times}");
        assert!(left.iter().zip(&stem.channels[0]).any(|(y, x)| y.abs() < 0.5 * x.abs()));
        assert!(out.main.channels[0].iter().all(|&y| y == 0.0));
    }
}

#[test]
fn what_does_nothing_changes_no_bit() {
    let input = swinging_noise(RATE_HZ, 2, 30_000, 0.9);
    for settings in [
        json!({ "threshold_db": -60.0, "look_ahead_ms": 5.0 }),
        json!({ "threshold_db": -60.0, "ratio": 8.0, "mix_percent": 0.0, "gain_db": 3.0 }),
        json!({ "threshold_db": -60.0, "ratio": 8.0, "range_db": 0.0, "times": "auto" }),
        json!({ "threshold_db": 0.0, "knee_db": 0.0, "ratio": 8.0, "look_ahead_ms": 1.0, "detector": "peak" }),
    ] {
        assert!(output(&settings, &input) == input, "{settings}");
    }
}

/// Everything between a level and a gain, written out in double precision.
struct Model {
    settings: Map,
    rate: f64,
}

impl Model {
    fn number(&self, key: &str) -> f64 {
        self.settings[key].as_f64().expect("it is a number")
    }

    fn keep(&self, ms: f64) -> f64 {
        libm::exp(-1000.0 / (ms * self.rate))
    }

    /// The smooth decoupled detector, eq. 17.
    fn decoupled(wanted: &[f64], keep: impl Fn(usize) -> [f64; 2]) -> Vec<f64> {
        let (mut held, mut smooth) = (0.0f64, 0.0);
        let step = |(n, &c): (usize, &f64)| {
            let [attack, release] = keep(n);
            held = c.max(release * held + (1.0 - release) * c);
            smooth = attack * smooth + (1.0 - attack) * held;
            smooth
        };
        wanted.iter().enumerate().map(step).collect()
    }

    fn one_pole(&self, x: impl Iterator<Item = f64>, ms: f64) -> Vec<f64> {
        let keep = self.keep(ms);
        x.scan(0.0, |mean, x| {
            *mean = keep * *mean + (1.0 - keep) * x;
            Some(*mean)
        })
        .collect()
    }

    /// Giannoulis, Massberg and Reiss (2013): 2·80 ms/C² and 2·1 s/C² − attack.
    fn automatic(&self, x: &[f32]) -> Vec<[f64; 2]> {
        let keep = self.keep(200.0);
        let (mut peak, mut mean) = (0.0f64, 0.0);
        let times = |x: &f32| {
            let power = f64::from(*x) * f64::from(*x);
            peak = power.max(keep * peak + (1.0 - keep) * power);
            mean = keep * mean + (1.0 - keep) * power;
            let crest = (peak / mean).clamp(1.0, 1600.0);
            let attack_ms = 160.0 / crest;
            [self.keep(attack_ms), self.keep(2000.0 / crest - attack_ms)]
        };
        x.iter().map(times).collect()
    }

    /// What a channel wants to be turned down by.
    fn wanted(&self, x: &[f32]) -> Vec<f64> {
        let squares = x.iter().map(|x| f64::from(*x) * f64::from(*x));
        let powers = match self.settings["detector"].as_str() {
            Some("peak") => squares.collect(),
            _ => self.one_pole(squares.map(|x| 2.0 * x), self.number("rms_ms")),
        };
        let over = |power: f64| 10.0 * libm::log10(power.max(1e-20)) - self.number("threshold_db");
        powers
            .iter()
            .map(|&p| attenuation_db(over(p), self.number("ratio"), self.number("knee_db")))
            .collect()
    }

    fn attenuation(&self, wanted: &[f64], x: &[f32]) -> Vec<f64> {
        let (attack, release) = (self.number("attack_ms"), self.number("release_ms"));
        let fixed = [self.keep(attack), self.keep(release)];
        // a peak stays for a fiftieth of the release, up to 4 ms
        let is_peak = self.settings["detector"].as_str() == Some("peak");
        let hold =
            if is_peak { libm::round((release / 50.0).min(4.0) * self.rate / 1000.0) as usize } else { 0 };
        let held: Vec<f64> = (0..wanted.len())
            .map(|n| wanted[n.saturating_sub(hold)..=n].iter().copied().fold(0.0, f64::max))
            .collect();
        let wanted = &held;
        match self.settings["times"].as_str() {
            Some("auto") => {
                let keep = self.automatic(x);
                Self::decoupled(wanted, |n| keep[n])
            }
            Some("program") => {
                let lasting = self.one_pole(wanted.iter().copied(), 100.0);
                let slow = Self::decoupled(&lasting, |_| [fixed[0], self.keep(10.0 * release)]);
                let fast = Self::decoupled(wanted, |_| fixed);
                slow.into_iter().zip(fast).map(|(a, b)| a.max(b)).collect()
            }
            _ => Self::decoupled(wanted, |_| fixed),
        }
    }
}

#[test]
fn every_frame_is_that_of_a_plain_model() {
    let second = RATE_HZ as usize;
    // bursts of noise between something softer
    let input = signal(RATE_HZ, 2, 3 * second, |c, n| {
        let peak = if n / 7000 % 3 == c { 0.9 } else { 0.03 };
        peak * noise((n + 70_000 * c) as u64)
    });
    for (times, detector, share) in [
        ("manual", "peak", 1.0),
        ("manual", "rms", 0.4),
        ("program", "rms", 0.0),
        ("program", "peak", 0.5),
        ("auto", "rms", 0.0),
        ("auto", "peak", 0.0),
    ] {
        let settings = json!({ "threshold_db": -24.0, "ratio": 3.0, "knee_db": 8.0, "attack_ms": 5.0, "release_ms": 80.0,
            "rms_ms": 20.0, "times": times, "detector": detector, "link_percent": 100.0 * share });
        let out = output(&settings, &input);
        let model = Model { settings: map(&settings), rate: f64::from(RATE_HZ) };
        let wanted: Vec<Vec<f64>> = input.channels.iter().map(|x| model.wanted(x)).collect();
        let mut worst = 0.0f64;
        for (c, x) in input.channels.iter().enumerate() {
            let linked = wanted[c]
                .iter()
                .zip(&wanted[1 - c])
                .map(|(own, other)| share * own.max(*other) + (1.0 - share) * own);
            let attenuation = model.attenuation(&linked.collect::<Vec<_>>(), x);
            for ((y, x), shall) in out.channels[c].iter().zip(x).zip(attenuation) {
                if x.abs() > 1e-3 {
                    worst = worst.max((db(f64::from(*y) / f64::from(*x)) + shall).abs());
                }
            }
        }
        println!("{times}, {detector}, linked by {share}: within {worst:.5} dB");
        assert!(worst < 0.005, "{times}, {detector}, linked by {share}: {worst} dB");
    }
}

/// What lasts is let go slowly, a single peak quickly.
#[test]
fn a_programmed_release_depends_on_how_long_it_lasted() {
    let half_back_ms = |lasts_ms: f64| {
        let (from, frames) = (RATE_HZ as usize, (lasts_ms * 48.0) as usize);
        let square = |n: usize| if (n / 24).is_multiple_of(2) { 1.0 } else { -1.0 };
        let level = |n: usize| amplitude(if (from..from + frames).contains(&n) { -8.0 } else { -40.0 });
        let input = signal(RATE_HZ, 2, 6 * from, |_, n| level(n) * square(n));
        let settings = json!({ "threshold_db": -20.0, "ratio": 4.0, "knee_db": 0.0, "attack_ms": 1.0,
            "release_ms": 60.0, "detector": "peak", "times": "program" });
        let gain: Vec<f64> = gains(&input, &output(&settings, &input)).map(db).collect();
        let deepest = gain[from + frames - 1];
        ms(gain[from + frames..].iter().position(|g| *g >= deepest / 2.0).expect("it comes back"))
    };
    let (short, long) = (half_back_ms(20.0), half_back_ms(2000.0));
    println!("half back after {short:.0} ms and {long:.0} ms");
    // a single peak by 60 ms · ln 2; what lasts by τ = 600 ms out of a mean that falls with 100 ms: with both, half is
    // left where (600 exp(−t/600) − 100 exp(−t/100)) / 500 = ½, at 525 ms
    assert!((short / 41.6 - 1.0).abs() < 0.08 && (long / 525.0 - 1.0).abs() < 0.01, "{short} {long}");
}

#[test]
fn looking_ahead_lets_no_peak_through() {
    let second = RATE_HZ as usize;
    let level = |n: usize| amplitude(if n >= second { -2.0 } else { -30.0 });
    let input = signal(RATE_HZ, 2, 2 * second, |_, n| level(n) * if n / 24 % 2 == 0 { 1.0 } else { -1.0 });
    let overshoot_db = |look_ahead_ms: f64| {
        let settings = json!({ "threshold_db": -20.0, "ratio": 10.0, "knee_db": 0.0, "attack_ms": 0.5,
            "detector": "peak", "look_ahead_ms": look_ahead_ms });
        let spec = Spec::new(RATE_HZ, 2, 512);
        assert_eq!(compressor(&settings, &spec).latency(), (look_ahead_ms * 48.0) as usize);
        let out = output(&settings, &input);
        let highest = out.channels[0][second..].iter().fold(0.0f32, |peak, y| peak.max(y.abs()));
        db(f64::from(highest)) - (-20.0 + 18.0 / 10.0)
    };
    let (without, with) = (overshoot_db(0.0), overshoot_db(5.0));
    println!("overshoot {without:.2} dB without, {with:.4} dB with");
    assert!(without > 10.0 && with.abs() < 0.05, "{without} {with}");
}

/// The mirrored curve, not above 6 dB or the range, and fading by half a dB per dB above the floor.
#[test]
fn upward_raises_by_the_formula() {
    let mut worst = 0.0f64;
    for detector in ["rms", "peak"] {
        for (ratio, knee, range) in [(1.5, 0.0, 60.0), (2.0, 6.0, 60.0), (4.0, 12.0, 4.0)] {
            let settings = json!({ "threshold_db": -24.0, "ratio": ratio, "knee_db": knee, "range_db": range,
                "mode": "upward", "floor_db": -56.0, "attack_ms": 10.0, "release_ms": 100.0, "detector": detector });
            for level in (-72..=0).step_by(4).map(f64::from) {
                let boost = attenuation_db(-24.0 - level, ratio, knee).min(range).min(6.0);
                let shall = boost.min(0.5 * (level + 56.0)).max(0.0);
                let off = steady_gain_db(&settings, level) - shall;
                worst = worst.max(off.abs());
                assert!(off.abs() <= 0.05, "{detector} {ratio}:1, knee {knee}, {level} dBFS: {off} dB");
            }
        }
    }
    println!("upward within {worst:.4} dB");
}

#[test]
fn a_mix_is_a_sum_in_time() {
    let input = swinging_noise(RATE_HZ, 2, 30_000, 0.9);
    let settings = |mix: f64| json!({ "threshold_db": -40.0, "ratio": 8.0, "look_ahead_ms": 3.0, "gain_db": 6.0, "mix_percent": mix });
    let (all, some) = (output(&settings(100.0), &input), output(&settings(30.0), &input));
    for ((x, all), some) in input.channels[0].iter().zip(&all.channels[0]).zip(&some.channels[0]) {
        assert!((0.7 * x + 0.3 * all - some).abs() < 1e-6, "{x} {all} {some}");
    }
}

#[test]
fn the_side_chain_hears_what_it_is_told_to() {
    let gain_db = |settings: &Json, hz: f64| {
        let out = output(settings, &sine(RATE_HZ, 96_000, hz, amplitude(-10.0)));
        db(tone(&out.channels[0][48_000..96_000], RATE_HZ, hz)) + 10.0
    };
    let with = |key: &str, value: f64| json!({ "threshold_db": -30.0, "ratio": 2.0, "knee_db": 0.0, "rms_ms": 100.0, key: value });
    // a Butterworth high-pass of second order at 200 Hz
    for hz in [50.0, 200.0, 2000.0] {
        let ratio =
            libm::tan(std::f64::consts::PI * 200.0 / 48e3) / libm::tan(std::f64::consts::PI * hz / 48e3);
        let heard = -10.0 - 10.0 * libm::log10(1.0 + libm::pow(ratio, 4.0));
        let (is, shall) =
            (gain_db(&with("side_chain_high_pass_hz", 200.0), hz), -attenuation_db(heard + 30.0, 2.0, 0.0));
        assert!((is - shall).abs() < 0.05, "{hz} Hz: {is} for {shall}");
    }
    let tilt = with("side_chain_tilt_db", 6.0);
    let [low, middle, high] = [50.0, 1000.0, 15_000.0].map(|hz| gain_db(&tilt, hz));
    assert!((low + 8.5).abs() < 0.1 && (middle + 10.0).abs() < 0.05 && (high + 11.5).abs() < 0.1);
}

#[test]
fn a_key_decides_instead() {
    let spec = Spec::new(RATE_HZ, 2, 48_000);
    let settings = json!({ "threshold_db": -30.0, "ratio": 4.0, "knee_db": 0.0 });
    let loud = sine(RATE_HZ, 48_000, 1000.0, amplitude(-10.0));
    let soft = sine(RATE_HZ, 48_000, 1000.0, amplitude(-40.0));
    for (main, key, shall) in [(&soft, &loud, -15.0), (&loud, &soft, 0.0)] {
        let mut block = Block { main: main.clone(), linked: Vec::new(), key: Some(key.clone()) };
        compressor(&settings, &spec).process(&mut block);
        let [before, after] = [main, &block.main].map(|x| tone(&x.channels[1][24_000..], RATE_HZ, 1000.0));
        assert!((db(after / before) - shall).abs() < 0.05, "{} for {shall}", db(after / before));
    }
}

#[test]
fn it_tells_what_it_turned_down() {
    let settings = json!({ "threshold_db": -26.0, "ratio": 4.0, "knee_db": 0.0, "gain_db": 5.0 });
    let mut processor = compressor(&settings, &Spec::new(RATE_HZ, 2, 4800));
    run(&mut *processor, &Block::of(sine(RATE_HZ, 96_000, 1000.0, amplitude(-10.0))), 4800);
    let [told] = processor.reductions() else { panic!("one gain") };
    assert!((told.mean_db - 12.0).abs() < 0.1 && (told.max_db - 12.0).abs() < 0.1, "{told:?}");
}
