//! Stems carried through the master chain beside their sum still add up to it, whatever the chain.

use std::convert::Infallible;

use acetate_model::{Audio, By, Map, Move, Place, Process, Standing, amplitude_db};
use acetate_processors::{PROCESSORS, find};
use acetate_render::{Graph, Lane, Shape};
use ebur128::{EbuR128, Mode};

const RATE_HZ: u32 = 48_000;
const SECONDS: usize = 6;
const STEMS: usize = 8;
/// Each signal has a dither of its own.
const NOT_LINKED: &[&str] = &["dither"];

/// A note and some noise, louder and softer at a pace of its own.
fn stem(at: usize) -> Audio {
    let mut state = at as u64 + 1;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1u32 << 23) - 1.0
    };
    let channel = |phase: f64, noise: &mut dyn FnMut() -> f64| -> Vec<f32> {
        let turns = |hz: f64, n: usize| 2.0 * std::f64::consts::PI * hz * n as f64 / f64::from(RATE_HZ);
        (0..SECONDS * RATE_HZ as usize)
            .map(|n| {
                let swing = 0.6 + 0.4 * libm::sin(turns(0.7 + 0.3 * at as f64, n));
                let note = libm::sin(turns(55.0 * (at + 1) as f64, n) + phase);
                (swing * (0.08 * note + 0.03 * noise())) as f32
            })
            .collect()
    };
    Audio { rate_hz: RATE_HZ, channels: vec![channel(0.0, &mut noise), channel(0.4, &mut noise)] }
}

fn on_master(kind: &str, settings: Map) -> Move {
    Move {
        id: format!("master/{kind}"),
        at: Place::Master,
        process: Process::new(kind, settings),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    }
}

/// The master and the sum of the mastered stems.
fn rendered(plan: &[Move]) -> (Audio, Audio) {
    let lanes = (0..STEMS)
        .map(|at| Lane { name: at.to_string(), source: Box::new(stem(at).into_source()) })
        .collect();
    let mut graph = Graph::build(plan, lanes, Shape { block_frames: 4096, linked: true }).unwrap();
    let (mut master, mut sum) = (Audio::silence(RATE_HZ, 2, 0), Audio::silence(RATE_HZ, 2, 0));
    graph
        .run(|block| {
            for channel in 0..2 {
                master.channels[channel].extend_from_slice(&block.main.channels[channel]);
                let frames = 0..block.main.frames();
                let add =
                    |n: usize| block.linked.iter().map(|s| f64::from(s.channels[channel][n])).sum::<f64>();
                sum.channels[channel].extend(frames.map(|n| add(n) as f32));
            }
            Ok::<(), Infallible>(())
        })
        .unwrap();
    (master, sum)
}

fn lufs(audio: &Audio) -> f64 {
    let mut meter = EbuR128::new(2, RATE_HZ, Mode::I).unwrap();
    meter.add_frames_planar_f32(&[&audio.channels[0], &audio.channels[1]]).unwrap();
    meter.loudness_global().unwrap()
}

#[test]
fn every_processor_and_the_chain_of_them_all_keep_the_sum() {
    let linkable = || PROCESSORS.iter().map(|p| p.id).filter(|id| !NOT_LINKED.contains(id));
    let example = |id: &str| on_master(id, (find(id).unwrap().example)());
    let mut chains: Vec<Vec<Move>> = linkable().map(|id| vec![example(id)]).collect();
    chains.push(linkable().map(example).collect());
    for chain in chains {
        let name = chain.iter().map(|m| m.process.kind.as_str()).collect::<Vec<_>>().join(" > ");
        let (master, sum) = rendered(&chain);
        let pairs = master.channels.iter().flatten().zip(sum.channels.iter().flatten());
        let worst = pairs.map(|(m, s)| f64::from((m - s).abs())).fold(0.0, f64::max);
        let worst_dbfs = amplitude_db(worst).unwrap_or(-300.0);
        let off_lu = lufs(&sum) - lufs(&master);
        println!("{name}: {worst_dbfs:.1} dBFS, {off_lu:.5} LU");
        assert!(worst_dbfs <= -120.0, "{name}: {worst_dbfs:.1} dBFS");
        assert!(off_lu.abs() <= 0.01, "{name}: {off_lu} LU");
    }
}
