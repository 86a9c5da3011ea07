//! What every processor of the list promises.

mod common;

use acetate_model::{
    Audio, Block, Curve, Json, Kind, Map, Param, Process, ProcessorEntry, Spec, has_amounts,
};
use acetate_processors::{PROCESSORS, find, settings_of};
use common::*;

/// Why a law does not hold for a processor by its nature.
const EXEMPT: &[(&str, &str, &str)] = &[
    ("dc_blocker", "neutral", "it has no setting at which it does nothing"),
    ("high_pass", "neutral", "it has no setting at which it does nothing"),
    ("low_pass", "neutral", "it has no setting at which it does nothing"),
    ("low_pass", "latency", "what it lets pass is late as behind its analogue model, by its phase"),
    ("dither", "neutral", "it rounds"),
    ("dynamic_eq", "curve", "it is drawn at full action, and measured there in its own test"),
    ("deesser", "curve", "it is drawn at full action, and measured there in its own test"),
    ("ducker", "curve", "it is drawn at full action, and measured there in its own test"),
    ("high_pass", "scaled to nothing", "it goes below hearing, and is tested to do nothing above"),
    ("low_pass", "scaled to nothing", "it goes above hearing, and is tested to do nothing below"),
    ("dither", "linked", "each signal has a noise of its own"),
];

fn held_by(law: &str) -> impl Iterator<Item = &'static ProcessorEntry> {
    PROCESSORS.iter().filter(move |entry| !EXEMPT.iter().any(|(id, from, _)| *id == entry.id && *from == law))
}

fn bits(audio: &Audio) -> Vec<Vec<u32>> {
    audio.channels.iter().map(|channel| channel.iter().map(|x| x.to_bits()).collect()).collect()
}

fn peak(audio: &Audio) -> f32 {
    audio.channels.iter().flatten().fold(0.0, |peak: f32, x| peak.max(x.abs()))
}

/// Eight signals and their sum.
fn linked(rate_hz: u32, frames: usize) -> Block {
    let linked: Vec<Audio> = (0..8)
        .map(|stem| {
            let noise = swinging_noise(rate_hz, 2, frames + stem * 1000, 0.1);
            Audio { rate_hz, channels: noise.channels.iter().map(|c| c[stem * 1000..].to_vec()).collect() }
        })
        .collect();
    let main =
        signal(rate_hz, 2, frames, |c, n| linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum());
    Block { main, linked, key: None }
}

/// Without and with a signal that steers: what some processors do nothing without.
fn keys(frames: usize) -> [Option<Audio>; 2] {
    let key = swinging_noise(RATE_HZ, 2, frames + 777, 0.5);
    let later = |channel: &Vec<f32>| channel[777..].to_vec();
    [None, Some(Audio { rate_hz: RATE_HZ, channels: key.channels.iter().map(later).collect() })]
}

#[test]
fn ids_are_unique_and_found() {
    for (n, entry) in PROCESSORS.iter().enumerate() {
        assert!(PROCESSORS[..n].iter().all(|other| other.id != entry.id), "{}", entry.id);
        assert_eq!(find(entry.id).map(|found| found.about), Some(entry.about));
        assert!(!entry.about.is_empty());
        let example = (entry.example)();
        assert!((entry.complete)(&example).is_ok(), "the example of {}", entry.id);
    }
    assert!(find("reverb").is_none());
}

#[test]
fn the_block_size_changes_nothing() {
    for entry in PROCESSORS {
        let [none, some] = keys(40_000);
        let cases = [(Map::new(), none.clone()), ((entry.example)(), none), ((entry.example)(), some)];
        for (settings, key) in cases {
            let mut input = Block { key, ..linked(RATE_HZ, 40_000) };
            input.linked.truncate(2);
            let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, 40_000) };
            let whole = run(&mut *build(entry, &settings, &spec), &input, 40_000);
            for frames in [1, 17, 64, 1000, 8192] {
                let mut parts = run(&mut *build(entry, &settings, &spec), &input, frames);
                for (part, shall) in parts.signals().zip(whole.clone().signals()) {
                    assert!(bits(part) == bits(shall), "{} in blocks of {frames}", entry.id);
                }
            }
        }
    }
}

#[test]
fn reset_equals_new() {
    for entry in PROCESSORS {
        let spec = Spec { linked: 8, ..Spec::new(RATE_HZ, 2, 512) };
        let mut processor = build(entry, &(entry.example)(), &spec);
        for key in keys(30_000) {
            let input = Block { key, ..linked(RATE_HZ, 30_000) };
            processor.reset();
            let first = run(&mut *processor, &input, 512);
            processor.reset();
            let mut again = run(&mut *processor, &input, 512);
            for (again, first) in again.signals().zip(first.clone().signals()) {
                assert!(bits(again) == bits(first), "{}", entry.id);
            }
        }
    }
}

#[test]
fn silence_stays_silence() {
    for entry in PROCESSORS {
        for settings in corners(entry.params) {
            if settings.get("auto_blank") == Some(&Json::Bool(false)) {
                continue; // asked to make noise
            }
            let silent = heard(entry, &settings, &Audio::silence(RATE_HZ, 2, 5000));
            assert_eq!(peak(&silent), 0.0, "{} with {settings:?}", entry.id);
        }
    }
}

#[test]
fn sound_ends_in_silence() {
    for entry in PROCESSORS {
        let spec = Spec::new(RATE_HZ, 2, 4096);
        let mut processor = build(entry, &(entry.example)(), &spec);
        run(&mut *processor, &Block::of(swinging_noise(RATE_HZ, 2, 20_000, 0.9)), 4096);
        let silence = Block::of(Audio::silence(RATE_HZ, 2, RATE_HZ as usize));
        let silent = (0..30).any(|_| peak(&run(&mut *processor, &silence, 4096).main) == 0.0);
        assert!(silent, "{} is not silent after half a minute", entry.id);
    }
}

#[test]
fn every_corner_is_finite() {
    for entry in PROCESSORS {
        for settings in corners(entry.params) {
            check_finite(entry, &settings, RATE_HZ);
        }
    }
}

/// Rates at the ends of what is read.
#[test]
fn examples_are_finite_at_every_rate() {
    for entry in PROCESSORS {
        for rate_hz in [8000, 11_025, 22_050, 32_000, 192_000, 384_000] {
            for settings in [Map::new(), (entry.example)()] {
                check_finite(entry, &settings, rate_hz);
            }
        }
    }
}

fn check_finite(entry: &ProcessorEntry, settings: &Map, rate_hz: u32) {
    let mut processor = build(entry, settings, &Spec::new(rate_hz, 2, 1024));
    let frames = processor.latency() + 4096;
    for (name, input) in [
        ("noise", signal(rate_hz, 2, frames, |c, n| noise((2 * n + c) as u64))),
        ("Dirac", signal(rate_hz, 2, frames, |_, n| f64::from(u8::from(n == 100)))),
        ("square", signal(rate_hz, 2, frames, |_, n| if n / 50 % 2 == 0 { 1.0 } else { -1.0 })),
        ("silence", Audio::silence(rate_hz, 2, frames)),
    ] {
        let output = run(&mut *processor, &Block::of(input), 1024).main;
        let finite = output.channels.iter().flatten().all(|x| x.is_finite() && x.abs() < 1e4);
        assert!(finite, "{} at {rate_hz} Hz on {name} with {settings:?}", entry.id);
    }
}

#[test]
fn one_channel_works_too() {
    for entry in PROCESSORS {
        let mono = heard(entry, &(entry.example)(), &swinging_noise(RATE_HZ, 1, 10_000, 0.5));
        assert!(mono.channels.len() == 1 && peak(&mono) > 0.0, "{}", entry.id);
    }
}

/// Where input and output match best.
fn delay(input: &[f32], output: &[f32], around: usize) -> usize {
    let similar = |late: usize| -> f64 {
        input.iter().zip(&output[late..]).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>().abs()
    };
    (around.saturating_sub(40)..around + 40)
        .max_by(|&a, &b| similar(a).total_cmp(&similar(b)))
        .expect("the range is not empty")
}

/// By how many frames a processor makes a signal late on purpose, beyond its latency, to the nearest.
fn delay_meant(entry: &ProcessorEntry, settings: &Map, rate_hz: u32) -> usize {
    let meant_ms = settings.get("delay_ms").filter(|_| entry.id == "delay").and_then(Json::as_f64);
    libm::round(meant_ms.unwrap_or(0.0) * f64::from(rate_hz) / 1000.0) as usize
}

#[test]
fn the_latency_told_is_the_latency_measured() {
    for entry in held_by("latency") {
        for rate_hz in [44_100, 48_000, 96_000, 192_000] {
            for settings in [Map::new(), (entry.example)()] {
                let mut processor = build(entry, &settings, &Spec::new(rate_hz, 2, 4096));
                let told = processor.latency();
                let input = swinging_noise(rate_hz, 2, 8000 + told, 0.5);
                let output = run(&mut *processor, &Block::of(input.clone()), 4096).main;
                let mut output = output.channels[0].clone();
                output.resize(output.len() + 8100, 0.0);
                let meant = delay_meant(entry, &settings, rate_hz);
                let measured = delay(&input.channels[0][..8000], &output, told + meant);
                assert_eq!(measured, told + meant, "{} at {rate_hz} Hz", entry.id);
            }
        }
    }
}

#[test]
fn neutral_settings_change_no_bit() {
    for entry in held_by("neutral") {
        for rate_hz in [44_100, 96_000] {
            let input = swinging_noise(rate_hz, 2, 30_000, 0.1);
            let output = heard(entry, &Map::new(), &input);
            assert!(bits(&output) == bits(&input), "{} at {rate_hz} Hz", entry.id);
        }
    }
}

#[test]
fn the_curve_is_what_is_measured() {
    for entry in held_by("curve") {
        for rate_hz in [44_100, 96_000, 192_000] {
            for settings in [Map::new(), (entry.example)()] {
                let curve =
                    (entry.curve)(&settings, &Spec::new(rate_hz, 2, 1024)).expect("settings are right");
                match curve {
                    // noise is measured where its size is known: with the dither
                    Curve::None | Curve::Noise(_) => {}
                    Curve::Response(response) => check_response(entry, &settings, rate_hz, &response),
                    Curve::Transfer(transfer) => check_transfer(entry, &settings, rate_hz, &transfer),
                }
            }
        }
    }
}

const DIRAC_AT: usize = 1 << 15;

/// Responses are those of a signal in the centre; that of the stereo processor is that of the sides.
fn check_response(entry: &ProcessorEntry, settings: &Map, rate_hz: u32, response: &dyn Fn(f64) -> f64) {
    let right = if entry.id == "stereo" { -0.25 } else { 0.25 };
    let dirac = signal(rate_hz, 2, 1 << 17, |c, n| match (n, c) {
        (DIRAC_AT, 0) => 0.25,
        (DIRAC_AT, _) => right,
        _ => 0.0,
    });
    let output = heard(entry, settings, &dirac);
    for hz in log_points(20.0, 0.45 * f64::from(rate_hz).min(44_100.0), 41) {
        let parts = output.channels.iter().map(|channel| fourier(channel, rate_hz, hz));
        let power: f64 = parts.map(|(cosine, sine)| cosine * cosine + sine * sine).sum();
        let (is, shall) = (10.0 * libm::log10(power / 2.0) - db(0.25), response(hz));
        // so far below, single precision has its own noise
        let right = if shall < -60.0 { is < -60.0 } else { (is - shall).abs() < 0.02 };
        assert!(right, "{} at {rate_hz} Hz rate: {is} dB at {hz} Hz, drawn {shall}", entry.id);
    }
}

fn check_transfer(entry: &ProcessorEntry, settings: &Map, rate_hz: u32, transfer: &dyn Fn(f64) -> f64) {
    for level in (-60..=0).step_by(6) {
        let level = f64::from(level);
        let input = sine(rate_hz, 2 * rate_hz as usize, 1000.0, acetate_model::amplitude(level));
        let output = heard(entry, settings, &input);
        let steady = &output.channels[0][rate_hz as usize..][..rate_hz as usize / 2];
        let (is, shall) = (db(tone(steady, rate_hz, 1000.0)), transfer(level));
        assert!((is - shall).abs() < 0.1, "{} at {level} dBFS: {is} dBFS, drawn {shall}", entry.id);
    }
}

#[test]
fn linked_signals_still_add_up() {
    for entry in held_by("linked") {
        let [none, some] = keys(100_000);
        let cases = [(Map::new(), none.clone()), ((entry.example)(), none), ((entry.example)(), some)];
        for (settings, key) in cases {
            let spec = Spec { linked: 8, ..Spec::new(RATE_HZ, 2, 1024) };
            let input = Block { key, ..linked(RATE_HZ, 100_000) };
            let output = run(&mut *build(entry, &settings, &spec), &input, 1024);
            let mut worst = 0.0f64;
            for (c, channel) in output.main.channels.iter().enumerate() {
                for (n, &y) in channel.iter().enumerate() {
                    let sum: f64 = output.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
                    worst = worst.max((sum - f64::from(y)).abs());
                }
            }
            println!("{}: {:.1} dBFS", entry.id, db(worst));
            assert!(db(worst) <= -120.0, "{}: {} dBFS", entry.id, db(worst));
        }
    }
}

/// The same two laws where a repair has something to do.
#[test]
fn repairs_at_work_keep_the_sum_and_know_no_blocks() {
    let main = trouble(12);
    let part = |share: f32| {
        let mut part = main.clone();
        part.channels.iter_mut().flatten().for_each(|x| *x *= share);
        part
    };
    let input = Block { linked: vec![part(0.25), part(0.75)], main: main.clone(), key: None };
    for entry in REPAIRS.map(|id| find(id).expect("it is listed")) {
        let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, input.frames()) };
        let whole = run(&mut *build(entry, &(entry.example)(), &spec), &input, input.frames());
        for frames in [17, 1000] {
            let parts = run(&mut *build(entry, &(entry.example)(), &spec), &input, frames);
            assert!(bits(&parts.main) == bits(&whole.main), "{} in blocks of {frames}", entry.id);
        }
        let sums = (0..2).flat_map(|c| (0..input.frames()).map(move |n| (c, n)));
        let off = |(c, n): (usize, usize)| -> f64 {
            let sum: f64 = whole.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            (sum - f64::from(whole.main.channels[c][n])).abs()
        };
        let worst = sums.map(off).fold(0.0, f64::max);
        println!("{}: {:.1} dBFS", entry.id, db(worst));
        assert!(db(worst) <= -120.0, "{}: {} dBFS", entry.id, db(worst));
    }
}

#[test]
fn settings_survive_json() {
    for entry in PROCESSORS {
        for settings in corners(entry.params) {
            let complete = (entry.complete)(&settings).expect("a corner is within the limits");
            let text = serde_json::to_string(&complete).expect("settings are plain");
            let read: Map = serde_json::from_str(&text).expect("what was written can be read");
            assert_eq!((entry.complete)(&read).as_ref(), Ok(&complete), "{}", entry.id);
        }
        assert_eq!((entry.complete)(&Map::new()), Ok((entry.defaults)()));
    }
}

#[test]
fn wrong_settings_are_refused_by_name_and_range() {
    for entry in PROCESSORS {
        refuse(entry, entry.params, entry.id, &|settings| settings);
        let unknown = Map::from_iter([("colour".to_owned(), Json::from(1))]);
        let error = (entry.complete)(&unknown).expect_err("no processor has a colour").to_string();
        assert!(error.contains("colour") && error.contains(entry.params[0].name), "{error}");
    }
}

fn refuse(entry: &ProcessorEntry, params: &'static [Param], path: &str, wrap: &dyn Fn(Map) -> Map) {
    for param in params {
        let wrong: Json = match param.kind {
            Kind::Number { max, .. } => (max + 1.0).into(),
            Kind::Whole { max, .. } => (u64::from(max) + 1).into(),
            Kind::Choice { .. } | Kind::Flag { .. } => "purple".into(),
            Kind::List { of, max } => {
                let first = format!("{path}.{}[0]", param.name);
                let within = |map| {
                    wrap(Map::from_iter([(param.name.to_owned(), Json::Array(vec![Json::Object(map)]))]))
                };
                refuse(entry, of, &first, &within);
                vec![Json::Object(Map::new()); max + 1].into()
            }
        };
        let settings = wrap(Map::from_iter([(param.name.to_owned(), wrong)]));
        let error = (entry.complete)(&settings).expect_err("out of range").to_string();
        let key = format!("{path}.{}", param.name);
        assert!(error.starts_with(&key) && error.contains(&param.expected()), "{key}: {error}");
        assert!((entry.build)(&settings, &Spec::new(RATE_HZ, 2, 64)).is_err(), "{key}");
    }
}

/// The example of a processor, done by this much.
fn example_scaled(entry: &ProcessorEntry, amount: f64) -> Map {
    let process = Process { amount, ..Process::new(entry.id, (entry.example)()) };
    settings_of(&process).unwrap_or_else(|error| panic!("{}: {error}", entry.id))
}

fn with_amounts() -> impl Iterator<Item = &'static ProcessorEntry> {
    PROCESSORS.iter().filter(|entry| has_amounts(entry.params))
}

#[test]
fn the_whole_of_a_move_is_the_move_and_none_of_it_is_nothing() {
    for entry in PROCESSORS {
        assert_eq!(Ok(example_scaled(entry, 1.0)), (entry.complete)(&(entry.example)()), "{}", entry.id);
    }
    let [none, some] = keys(60_000);
    for entry in with_amounts().filter(|e| held_by("scaled to nothing").any(|other| other.id == e.id)) {
        for key in [none.clone(), some.clone()] {
            let input = Block { key, ..Block::of(swinging_noise(RATE_HZ, 2, 60_000, 0.4)) };
            let output = late(entry, &example_scaled(entry, 0.0), &input);
            assert!(bits(&output) == bits(&input.main), "{}", entry.id);
        }
    }
    let entry = find("high_pass").expect("it is listed");
    let curve = (entry.curve)(&example_scaled(entry, 0.0), &Spec::new(RATE_HZ, 2, 1024));
    let Ok(Curve::Response(response)) = curve else { panic!("it has a response") };
    for hz in log_points(20.0, 200.0, 11) {
        assert!(response(hz).abs() < 0.2, "{} dB at {hz} Hz", response(hz));
    }
}

/// Everything through a processor, with its latency taken out.
fn late(entry: &ProcessorEntry, settings: &Map, input: &Block) -> Audio {
    let mut processor = build(entry, settings, &Spec::new(RATE_HZ, 2, 1024));
    let (late, frames) = (processor.latency(), input.frames());
    let mut padded = input.clone();
    padded.main.resize(frames + late);
    if let Some(key) = &mut padded.key {
        key.resize(frames + late);
    }
    let output = run(&mut *processor, &padded, 1024).main;
    let cut = |c: &Vec<f32>| c[late..].to_vec();
    Audio { rate_hz: RATE_HZ, channels: output.channels.iter().map(cut).collect() }
}

/// The more of a move, the more it changes.
#[test]
fn half_of_a_move_changes_less_and_twice_of_it_no_less() {
    let key = keys(120_000)[1].clone();
    let input = Block { key, ..Block::of(swinging_noise(RATE_HZ, 2, 120_000, 0.7)) };
    for entry in with_amounts() {
        let change = |amount: f64| -> f64 {
            let output = late(entry, &example_scaled(entry, amount), &input);
            let pairs = output.channels.iter().flatten().zip(input.main.channels.iter().flatten());
            pairs.map(|(y, x)| f64::from(y - x) * f64::from(y - x)).sum()
        };
        let [half, whole, twice] = [0.5, 1.0, 2.0].map(change);
        println!("{}: {half:.3} {whole:.3} {twice:.3}", entry.id);
        // what waits for a fault in the sound has nothing to do in noise
        assert!(half < whole || whole == 0.0, "{}: {half} of {whole}", entry.id);
        assert!(whole <= twice, "{}: {whole} of {twice}", entry.id);
    }
}

#[test]
fn what_has_no_amount_cannot_be_halved() {
    for entry in PROCESSORS.iter().filter(|entry| !has_amounts(entry.params)) {
        let half = Process { amount: 0.5, ..Process::new(entry.id, (entry.example)()) };
        let error = settings_of(&half).expect_err("there is nothing to scale").to_string();
        assert!(error.contains("in full or not at all"), "{error}");
    }
    let thrice = Process { amount: 3.0, ..Process::new("gain", Map::new()) };
    assert!(settings_of(&thrice).expect_err("out of range").to_string().contains("from 0 to 2"));
}
