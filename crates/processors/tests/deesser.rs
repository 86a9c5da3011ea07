//! The de-esser against its gates, on a voice made of formulas and on real ones.

mod common;

use std::f64::consts::PI;
use std::path::{Path, PathBuf};
use std::process::Command;

use acetate_model::{Audio, Block, Curve, Map, Spec, amplitude};
use acetate_processors::find;
use common::*;
use serde_json::json;

/// How much louder than it should be the s is.
const EXCESS_DB: f64 = 8.0;
/// Where it is.
const S_HZ: [f64; 2] = [5000.0, 9000.0];
const VOWELS_HZ: [f64; 2] = [200.0, 4000.0];

fn output(settings: &Map, input: &Audio) -> Audio {
    heard(find("deesser").expect("it is listed"), settings, input)
}

/// Only a band, without phase: the difference of two windowed sines over their arguments.
fn band(x: &[f32], rate_hz: u32, [from_hz, to_hz]: [f64; 2]) -> Vec<f32> {
    const HALF: i32 = 100;
    let taps: Vec<f64> = (-HALF..=HALF)
        .map(|n| {
            let low_pass = |hz: f64| {
                let w = 2.0 * PI * hz / f64::from(rate_hz);
                if n == 0 { w / PI } else { libm::sin(w * f64::from(n)) / (PI * f64::from(n)) }
            };
            let window = libm::cos(PI / 2.0 * f64::from(n) / f64::from(HALF + 1));
            (low_pass(to_hz) - low_pass(from_hz)) * window * window
        })
        .collect();
    let padded: Vec<f64> =
        [vec![0.0; HALF as usize], x.iter().map(|&x| f64::from(x)).collect(), vec![0.0; HALF as usize]]
            .concat();
    padded
        .windows(taps.len())
        .map(|part| part.iter().zip(&taps).map(|(x, h)| x * h).sum::<f64>() as f32)
        .collect()
}

/// A vowel: pulses at a pitch that wavers, through four formants.
fn vowels(rate_hz: u32, frames: usize) -> Vec<f64> {
    let rate = f64::from(rate_hz);
    let mut phase = 0.0;
    let mut voice: Vec<f64> = (0..frames)
        .map(|n| {
            phase += (140.0 + 8.0 * libm::sin(2.0 * PI * 5.0 * n as f64 / rate)) / rate;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= pulse;
            pulse + 0.002 * noise(n as u64)
        })
        .collect();
    for (hz, width_hz) in [(650.0, 80.0), (1150.0, 100.0), (2500.0, 140.0), (3400.0, 200.0)] {
        let radius = libm::exp(-PI * width_hz / rate);
        let (a1, a2) = (2.0 * radius * libm::cos(2.0 * PI * hz / rate), -radius * radius);
        let (mut y1, mut y2) = (0.0, 0.0);
        for x in &mut voice {
            let y = (1.0 - a1 - a2) * *x + a1 * y1 + a2 * y2;
            (y2, y1) = (y1, y);
            *x = y;
        }
    }
    let power: f64 = voice.iter().map(|x| x * x).sum::<f64>() / frames as f64;
    voice.iter().map(|x| 0.1 * x / power.sqrt()).collect()
}

/// Where an s sounds: for 90 ms behind each vowel of 300 ms, with soft ends.
fn s_gate(rate_hz: u32, n: usize) -> f64 {
    let ms = (n as f64 / f64::from(rate_hz) * 1000.0) % 400.0 - 305.0;
    (ms / 5.0).clamp(0.0, 1.0) * ((90.0 - ms) / 5.0).clamp(0.0, 1.0)
}

/// A voice whose s lies this far from its vowels, in dB.
fn voice(rate_hz: u32, seconds: usize, s_db: f64, level_db: f64) -> Audio {
    let frames = seconds * rate_hz as usize;
    let hiss: Vec<f32> = (0..frames).map(|n| noise(n as u64 + 1_000_000) as f32).collect();
    let hiss = band(&hiss, rate_hz, S_HZ);
    let power: f64 = hiss.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / frames as f64;
    let vowels = vowels(rate_hz, frames);
    let scale = 0.1 * amplitude(s_db) / power.sqrt();
    signal(rate_hz, 2, frames, |_, n| {
        let ms = (n as f64 / f64::from(rate_hz) * 1000.0) % 400.0;
        let sung = (ms / 20.0).clamp(0.0, 1.0) * ((300.0 - ms) / 20.0).clamp(0.0, 1.0);
        amplitude(level_db) * (sung * vowels[n] + s_gate(rate_hz, n) * scale * f64::from(hiss[n]))
    })
}

/// 10 ms of a signal, and how far its spectrum lies from another's: the root mean square of dB over frequencies.
fn distance_db(x: &[f32], y: &[f32], rate_hz: u32) -> f64 {
    let power = |x: &[f32], hz: f64| {
        let (cosine, sine) = fourier(x, rate_hz, hz);
        cosine * cosine + sine * sine + 1e-12
    };
    let squares: Vec<f64> = (1..=80)
        .map(|k| 10.0 * libm::log10(power(y, 200.0 * f64::from(k)) / power(x, 200.0 * f64::from(k))))
        .map(|db| db * db)
        .collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

struct Heard {
    removed_percent: f64,
    elsewhere_db: f64,
}

/// What was done about an excess in the frames of `is_s`, and to the others, in steps of 10 ms.
fn judge(plain: &Audio, much: &Audio, out: &Audio, is_s: &dyn Fn(usize) -> Option<bool>) -> Heard {
    let (rate_hz, step) = (plain.rate_hz, plain.rate_hz as usize / 100);
    let within = [plain, much, out].map(|audio| band(&audio.channels[0], rate_hz, S_HZ));
    let (mut powers, mut distances) = ([0.0; 3], Vec::new());
    for from in (0..plain.frames() - step).step_by(step) {
        match is_s(from) {
            Some(true) => {
                for (power, x) in powers.iter_mut().zip(&within) {
                    *power += x[from..from + step].iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
                }
            }
            Some(false) => {
                let part = |audio: &Audio| audio.channels[0][from..from + step].to_vec();
                distances.push(distance_db(&part(much), &part(out), rate_hz));
            }
            None => {}
        }
    }
    let [plain, much, out] = powers.map(|power| 10.0 * libm::log10(power));
    Heard {
        removed_percent: 100.0 * (much - out) / (much - plain),
        elsewhere_db: distances.iter().sum::<f64>() / distances.len().max(1) as f64,
    }
}

fn removed_db(input: &Audio, out: &Audio) -> f64 {
    let pairs = || input.channels.iter().flatten().zip(out.channels.iter().flatten());
    let changed: f64 = pairs().map(|(x, y)| f64::from(y - x) * f64::from(y - x)).sum();
    let all: f64 = pairs().map(|(x, _)| f64::from(*x) * f64::from(*x)).sum();
    10.0 * libm::log10(changed / all)
}

#[test]
fn an_s_that_is_too_loud_is_brought_back_and_the_voice_is_left_alone() {
    for (rate_hz, shape) in
        [(44_100, "high_shelf"), (48_000, "high_shelf"), (48_000, "band"), (96_000, "high_shelf")]
    {
        let settings = map(&json!({ "threshold_db": -9, "range_db": 8, "shape": shape }));
        // what is usual is a decibel below the threshold
        let (plain, much) = (voice(rate_hz, 4, -10.0, 0.0), voice(rate_hz, 4, -10.0 + EXCESS_DB, 0.0));
        let out = output(&settings, &much);
        let heard = judge(&plain, &much, &out, &|from| {
            let gates = [from, from + rate_hz as usize / 100 - 1].map(|n| s_gate(rate_hz, n));
            match gates {
                // it first has to hear the voice
                _ if from < rate_hz as usize => None,
                [1.0, 1.0] => Some(true),
                [0.0, 0.0] => Some(false),
                _ => None,
            }
        });
        let left = removed_db(&plain, &output(&settings, &plain));
        println!(
            "{rate_hz} Hz, {shape}: {:.0} % of the excess removed, elsewhere {:.2} dB, of a plain voice {left:.1} dB",
            heard.removed_percent, heard.elsewhere_db
        );
        assert!((60.0..=110.0).contains(&heard.removed_percent), "{}", heard.removed_percent);
        assert!(heard.elsewhere_db <= 0.3, "{}", heard.elsewhere_db);
        assert!(left < -30.0, "{left}");
    }
}

#[test]
fn a_soft_voice_gets_what_a_loud_one_gets() {
    let settings = map(&json!({ "threshold_db": -9, "range_db": 8 }));
    let (soft, loud) = (voice(RATE_HZ, 3, -2.0, -30.0), voice(RATE_HZ, 3, -2.0, 0.0));
    let (soft_out, loud_out) = (output(&settings, &soft), output(&settings, &loud));
    let scaled =
        signal(RATE_HZ, 2, soft.frames(), |c, n| f64::from(soft_out.channels[c][n]) * amplitude(30.0));
    let off = removed_db(&loud_out, &scaled);
    println!(
        "30 dB softer differs by {off:.1} dB of it, changed were {:.1} dB",
        removed_db(&loud, &loud_out)
    );
    assert!(off < -110.0 && removed_db(&loud, &loud_out) > -25.0, "{off}");
}

/// The noise that the laws are tested with is no voice.
#[test]
fn the_laws_hold_while_it_works() {
    let entry = find("deesser").expect("it is listed");
    let settings = map(&json!({ "threshold_db": -15, "range_db": 8 }));
    let main = voice(RATE_HZ, 2, -2.0, 0.0);
    let share = |c: usize, n: usize| 0.5 + 0.5 * noise((2 * n + c) as u64);
    let stem = |of: &dyn Fn(f64) -> f64| {
        signal(RATE_HZ, 2, main.frames(), |c, n| f64::from(main.channels[c][n]) * of(share(c, n)))
    };
    let linked = vec![stem(&|share| share), stem(&|share| 1.0 - share)];
    let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, main.frames()) };
    let mut processor = build(entry, &settings, &spec);
    let block = Block { main, linked, key: None };
    let whole = run(&mut *processor, &block, block.frames());
    for frames in [1, 63, 1000] {
        processor.reset();
        assert!(run(&mut *processor, &block, frames) == whole, "in blocks of {frames}");
    }
    let late = processor.latency();
    let mut input = block.main.clone();
    input.channels.iter_mut().for_each(|channel| {
        channel.rotate_right(late);
        channel[..late].fill(0.0);
    });
    assert!(removed_db(&input, &whole.main) > -20.0);
    let mut worst = 0.0f64;
    for (c, channel) in whole.main.channels.iter().enumerate() {
        for (n, &y) in channel.iter().enumerate() {
            let sum: f64 = whole.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            worst = worst.max((sum - f64::from(y)).abs());
        }
    }
    println!("the sum is off by {:.1} dBFS", db(worst));
    assert!(db(worst) <= -120.0, "{worst}");
}

#[test]
fn a_whistle_is_no_s() {
    let settings = map(&json!({ "threshold_db": -20, "range_db": 8 }));
    for hz in [5200.0, 6400.0, 8000.0] {
        let plain = voice(RATE_HZ, 3, -60.0, 0.0);
        let whistled = signal(RATE_HZ, 2, plain.frames(), |c, n| {
            let whistle = libm::sin(2.0 * PI * hz * n as f64 / f64::from(RATE_HZ));
            f64::from(plain.channels[c][n]) + 0.1 * s_gate(RATE_HZ, n) * whistle
        });
        let changed = removed_db(&whistled, &output(&settings, &whistled));
        println!("{hz} Hz: {changed:.1} dB");
        assert!(changed < -30.0, "{hz} Hz: {changed}");
    }
}

#[test]
fn the_curve_is_what_is_measured_in_a_loud_s() {
    let entry = find("deesser").expect("it is listed");
    for shape in ["high_shelf", "band"] {
        let settings = map(&json!({ "threshold_db": -30, "range_db": 6, "shape": shape }));
        let spec = Spec::new(RATE_HZ, 2, 1024);
        let Ok(Curve::Response(response)) = (entry.curve)(&settings, &spec) else {
            panic!("it has a response")
        };
        // a voice as the key brings about the whole range, and a Dirac in its last s measures it
        let key = voice(RATE_HZ, 2, 0.0, 0.0);
        let at = (RATE_HZ as f64 * 1.97) as usize;
        let dirac = signal(RATE_HZ, 2, key.frames(), |_, n| if n == at { 0.25 } else { 0.0 });
        let mut processor = build(entry, &settings, &spec);
        let out = run(&mut *processor, &Block { key: Some(key), ..Block::of(dirac) }, 1024).main;
        for hz in log_points(100.0, 20_000.0, 31) {
            let (cosine, sine) = fourier(&out.channels[0], RATE_HZ, hz);
            let off = db(libm::hypot(cosine, sine) / 0.25) - response(hz);
            assert!(off.abs() < 0.02, "{shape}: {off} dB at {hz} Hz");
        }
    }
}

/// The first words of the lead vocals of the songs in the folder that `ACETATE_SONGS` names, as ffmpeg reads them.
fn songs() -> Vec<(PathBuf, Audio)> {
    let Some(root) = std::env::var_os("ACETATE_SONGS") else {
        println!("skipped: ACETATE_SONGS is not set");
        return Vec::new();
    };
    let entries = std::fs::read_dir(root).expect("ACETATE_SONGS names a folder");
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path().join("vocals_lead.flac")).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files.into_iter().filter_map(|path| Some((path.clone(), read(&path)?))).collect()
}

fn read(path: &Path) -> Option<Audio> {
    const LOUD: f32 = 0.01;
    const SECONDS: usize = 15;
    let options = ["-ac", "1", "-ar", "48000", "-f", "f32le", "-"];
    let output = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path).args(options).output().ok()?;
    let (samples, _) = output.stdout.as_chunks::<4>();
    let samples = samples.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let samples = samples.skip_while(|x| x.abs() < LOUD).take(SECONDS * RATE_HZ as usize).collect();
    Some(Audio { rate_hz: RATE_HZ, channels: vec![samples] })
}

#[test]
fn real_voices_pass_the_same_gates() {
    for (path, plain) in songs() {
        let step = RATE_HZ as usize / 100;
        let treble = band(&plain.channels[0], RATE_HZ, S_HZ);
        let vowels = band(&plain.channels[0], RATE_HZ, VOWELS_HZ);
        let powers = |x: &[f32]| -> Vec<f64> {
            let power = |part: &[f32]| part.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            x.chunks(step).map(power).collect()
        };
        let (treble_powers, vowel_powers) = (powers(&treble), powers(&vowels));
        let usual = vowel_powers.iter().map(|p| p * p).sum::<f64>() / vowel_powers.iter().sum::<f64>();
        // plainly an s: more treble than vowel, and not as soft as a breath
        let is_s: Vec<bool> = (treble_powers.iter().zip(&vowel_powers))
            .map(|(treble, vowel)| treble > &(2.0 * vowel) && *treble > usual * 0.003)
            .collect();
        let mut levels: Vec<f64> = (treble_powers.iter().zip(&is_s))
            .filter(|(_, is_s)| **is_s)
            .map(|(power, _)| 10.0 * libm::log10(power / usual))
            .collect();
        levels.sort_by(f64::total_cmp);
        let &median = levels.get(levels.len() / 2).expect("there is an s in every song");
        let name = path.parent().and_then(Path::file_name).unwrap_or_default().display().to_string();
        println!(
            "{name}: {} frames of s, median {median:.1}, loudest {:.1} dB",
            levels.len(),
            levels[levels.len() - 1]
        );
        let default = output(&map(&json!({ "range_db": 6 })), &plain);
        let loudest = levels[levels.len() - 1];
        let left = output(&map(&json!({ "threshold_db": loudest, "range_db": 6 })), &plain);
        println!(
            "  with the default threshold {:.1} dB changed, with that of the loudest s {:.1} dB",
            removed_db(&plain, &default),
            removed_db(&plain, &left)
        );
        assert!(removed_db(&plain, &left) < -30.0, "{name}");

        let gate = |n: usize| {
            let at = (n as f64 / step as f64 - 0.5).max(0.0);
            let flag = |k: usize| f64::from(u8::from(is_s.get(k).copied().unwrap_or(false)));
            let (k, part) = (at as usize, at - libm::floor(at));
            flag(k) * (1.0 - part) + flag(k + 1) * part
        };
        let more = amplitude(EXCESS_DB) - 1.0;
        let much = signal(RATE_HZ, 1, plain.frames(), |_, n| {
            f64::from(plain.channels[0][n]) + more * gate(n) * f64::from(treble[n])
        });
        // an engineer's setting: the s of this voice pass
        let settings = map(&json!({ "threshold_db": median.clamp(-30.0, 12.0), "range_db": 8 }));
        let out = output(&settings, &much);
        let near = |k: usize, fits: bool| {
            (k.saturating_sub(1)..=k + 1).all(|k| is_s.get(k).is_some_and(|s| *s == fits))
        };
        let heard = judge(&plain, &much, &out, &|from| {
            // it first has to hear the voice
            let k = Some(from / step).filter(|_| from >= RATE_HZ as usize)?;
            if near(k, true) { Some(true) } else { (near(k, false) && k % 8 == 0).then_some(false) }
        });
        println!(
            "  {:.0} % of the excess removed, elsewhere {:.2} dB",
            heard.removed_percent, heard.elsewhere_db
        );
        assert!(heard.removed_percent >= 60.0, "{name}: {}", heard.removed_percent);
        assert!(heard.elsewhere_db <= 0.3, "{name}: {}", heard.elsewhere_db);
    }
}
