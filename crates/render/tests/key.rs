//! A stem steers what works on another, at the right time.

use std::convert::Infallible;

use acetate_model::{Audio, By, Map, Move, Place, Process, Standing};
use acetate_render::{Graph, Lane, RenderError, Shape};
use serde_json::json;

const RATE_HZ: u32 = 48_000;
const FRAMES: usize = 48_000;
/// When the voice begins.
const BEGINS: usize = 24_000;
const DEPTH_DB: f64 = 12.0;

fn stem(sample: impl Fn(usize) -> f64) -> Audio {
    let channel: Vec<f32> = (0..FRAMES).map(|n| sample(n) as f32).collect();
    Audio { rate_hz: RATE_HZ, channels: vec![channel.clone(), channel] }
}

fn a_move(at: Place, kind: &str, settings: &serde_json::Value, key: Option<&str>) -> Move {
    let settings: Map = settings.as_object().cloned().unwrap();
    let process = Process { key: key.map(Place::stem), ..Process::new(kind, settings) };
    Move {
        id: format!("{at}/{kind}"),
        at,
        process,
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    }
}

fn ducker(at: Place, key: Option<&str>) -> Move {
    let settings = json!({ "depth_db": DEPTH_DB, "threshold_db": -40.0, "look_ahead_ms": 1.0, "attack_ms": 0.1,
        "hold_ms": 0.0, "release_ms": 100.0 });
    a_move(at, "ducker", &settings, key)
}

/// The sum of a steady tone and a voice that begins later.
fn rendered(plan: &[Move]) -> Result<Vec<f32>, RenderError> {
    let tone = |n: usize| libm::sin(2.0 * std::f64::consts::PI * 1000.0 * n as f64 / f64::from(RATE_HZ));
    let music = stem(|n| 0.25 * tone(n));
    let voice = stem(|n| if n < BEGINS { 0.0 } else { 0.1 * libm::cos(0.9 * n as f64) });
    let lanes = [("music", music), ("voice", voice)]
        .map(|(name, audio)| Lane { name: name.into(), source: Box::new(audio.into_source()) });
    let mut graph = Graph::build(plan, lanes.into(), Shape { block_frames: 1000, linked: false })?;
    let mut whole = Vec::new();
    graph.run(|block| {
        whole.extend_from_slice(&block.main.channels[0]);
        Ok::<(), Infallible>(())
    })?;
    Ok(whole)
}

/// The level of the tone over whole periods from `from` on.
fn tone_db(x: &[f32], from: usize) -> f64 {
    let step = 2.0 * std::f64::consts::PI * 1000.0 / f64::from(RATE_HZ);
    let part = |wave: fn(f64) -> f64| -> f64 {
        x[from..from + 480].iter().enumerate().map(|(n, x)| f64::from(*x) * wave(step * n as f64)).sum()
    };
    20.0 * libm::log10(libm::hypot(part(libm::sin), part(libm::cos)) / 240.0)
}

#[test]
fn a_stem_gives_way_to_another_just_when_that_begins() {
    let untouched = rendered(&[]).unwrap();
    // a filter with a long latency comes before: the key has to wait for as long
    let linear = json!({ "phase": "linear", "bands": [{ "freq_hz": 100.0, "gain_db": 0.01, "q": 1.0 }] });
    let eq = a_move(Place::stem("music"), "eq", &linear, None);
    for plan in [
        vec![ducker(Place::stem("music"), Some("voice"))],
        vec![eq, ducker(Place::stem("music"), Some("voice"))],
    ] {
        let ducked = rendered(&plan).unwrap();
        let before = tone_db(&ducked, BEGINS - 1000) - tone_db(&untouched, BEGINS - 1000);
        let after = tone_db(&ducked, BEGINS + 480) - tone_db(&untouched, BEGINS + 480);
        assert!(before.abs() < 0.01, "{before} dB before");
        assert!((after + DEPTH_DB).abs() < 0.5, "{after} dB behind, with {} moves", plan.len());
    }
    assert_eq!(rendered(&[ducker(Place::stem("music"), None)]).unwrap(), untouched);
}

#[test]
fn the_master_can_be_steered_too() {
    let (untouched, ducked) =
        (rendered(&[]).unwrap(), rendered(&[ducker(Place::Master, Some("voice"))]).unwrap());
    let change = |from: usize| tone_db(&ducked, from) - tone_db(&untouched, from);
    assert!(change(BEGINS - 1000).abs() < 0.01);
    assert!((change(BEGINS + 480) + DEPTH_DB).abs() < 0.5, "{}", change(BEGINS + 480));
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let error = rendered(&[ducker(Place::stem("music"), Some("choir"))]).unwrap_err().to_string();
    for word in ["stem/music/ducker", "stem/choir", "stem/voice"] {
        assert!(error.contains(word), "{error}");
    }
}

/// The mix as a key: it steers and is not heard itself, to the very end, whatever the size of a block.
#[test]
fn the_mix_beside_the_stems_steers_and_is_not_heard() {
    let music = || stem(|n| 0.25 * libm::sin(0.1 * n as f64));
    let gain = |n: usize| 0.75 + 0.25 * libm::cos(0.0005 * n as f64);
    let mix = || stem(|n| gain(n) * 0.25 * libm::sin(0.1 * n as f64));
    let key = Some(Place::Bus("mix".into()));
    let mut follow = a_move(Place::Master, "bus_gain", &json!({ "range_db": 12.0 }), None);
    follow.process.key = key;
    let run = |plan: &[Move], block_frames: usize| {
        let lane =
            |name: &str, audio: Audio| Lane { name: name.into(), source: Box::new(audio.into_source()) };
        let shape = Shape { block_frames, linked: false };
        let (lanes, beside) = (vec![lane("music", music())], vec![lane("mix", mix())]);
        let mut graph = Graph::build_beside(plan, lanes, beside, shape).unwrap();
        let mut whole = Vec::new();
        graph
            .run(|block| {
                whole.extend_from_slice(&block.main.channels[0]);
                Ok::<(), Infallible>(())
            })
            .unwrap();
        whole
    };
    assert!(run(&[], 1000) == music().channels[0], "the mix is heard");
    let followed = run(std::slice::from_ref(&follow), 1000);
    for (n, (is, shall)) in followed.iter().zip(&mix().channels[0]).enumerate().skip(4800) {
        assert!((is - shall).abs() < 1e-3, "frame {n}: {is} for {shall}");
    }
    assert!(run(&[follow.clone()], 317) == followed, "the size of a block is heard");
    // what is done to a stem before does not mislead it
    let softer = a_move(Place::stem("music"), "gain", &json!({ "gain_db": -6.0 }), None);
    let factor = libm::pow(10.0, -0.3) as f32;
    for (n, (is, shall)) in run(&[softer, follow], 1000).iter().zip(&mix().channels[0]).enumerate().skip(4800)
    {
        assert!((is - factor * shall).abs() < 1e-3, "frame {n}: {is} for {shall}, softer");
    }
}
