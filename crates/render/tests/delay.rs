//! A delayed stem sounds later, or earlier, than the others: aligning them does not undo it.

use std::convert::Infallible;

use acetate_model::{Audio, By, Json, Map, Move, Place, Process, Standing};
use acetate_render::{Graph, Lane, Shape};

const RATE_HZ: u32 = 48_000;
const FRAMES: usize = 12_000;

/// Where the second stem has its only sample.
const MARK: usize = 5000;

/// A slope, which shows a shift of any part of a frame.
fn slope_at(frame: f64) -> f64 {
    frame / FRAMES as f64 / 2.0
}

fn stem(sample: impl Fn(usize) -> f64) -> Audio {
    let channel: Vec<f32> = (0..FRAMES).map(|n| sample(n) as f32).collect();
    Audio { rate_hz: RATE_HZ, channels: vec![channel.clone(), channel] }
}

/// A slope that is delayed and a mark that is not, added up.
fn rendered(delay_ms: f64) -> Vec<f32> {
    let delay = Move {
        id: "stem/0/delay".into(),
        at: Place::Stem("0".into()),
        process: Process::new("delay", Map::from_iter([("delay_ms".to_owned(), Json::from(delay_ms))])),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    };
    let stems = [stem(|n| slope_at(n as f64)), stem(|n| if n == MARK { 0.5 } else { 0.0 })];
    let lane =
        |(at, audio): (usize, Audio)| Lane { name: at.to_string(), source: Box::new(audio.into_source()) };
    let lanes = stems.into_iter().enumerate().map(lane).collect();
    let mut graph = Graph::build(&[delay], lanes, Shape { block_frames: 1000, linked: false }).unwrap();
    let mut whole = Vec::new();
    graph
        .run(|block| {
            whole.extend_from_slice(&block.main.channels[0]);
            Ok::<(), Infallible>(())
        })
        .unwrap();
    whole
}

#[test]
fn a_delayed_stem_is_late_by_what_was_asked_for_beside_one_that_is_not() {
    for delay_ms in [0.0, 10.0, -10.0, 0.004, -0.004, 7.7777, -33.3] {
        let whole = rendered(delay_ms);
        assert_eq!(whole.len(), FRAMES);
        let late = delay_ms * f64::from(RATE_HZ) / 1000.0;
        for (n, &y) in whole.iter().enumerate().take(FRAMES - 2000).skip(2000) {
            let shall = slope_at(n as f64 - late) + if n == MARK { 0.5 } else { 0.0 };
            assert!((f64::from(y) - shall).abs() < 1e-7, "{delay_ms} ms, frame {n}: {y} for {shall}");
        }
    }
}
