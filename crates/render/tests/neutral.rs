//! A graph without moves is the sum of its stems, bit for bit.

use std::convert::Infallible;

use acetate_model::{Audio, By, Map, Move, Place, Process, Standing};
use acetate_render::{Graph, Lane, Shape};

const FRAMES: usize = 10_000;

/// Noise well under full scale, different for each seed.
fn stem(seed: u64) -> Audio {
    let mut state = seed;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 24) as f32 * 0.2 - 0.1
    };
    Audio { rate_hz: 48_000, channels: (0..2).map(|_| (0..FRAMES).map(|_| noise()).collect()).collect() }
}

fn rendered(plan: &[Move], stems: &[Audio], block_frames: usize) -> Audio {
    let lane = |(at, audio): (usize, &Audio)| Lane {
        name: at.to_string(),
        source: Box::new(audio.clone().into_source()),
    };
    let lanes = stems.iter().enumerate().map(lane).collect();
    let mut whole = Audio::silence(48_000, 2, 0);
    let mut graph = Graph::build(plan, lanes, Shape { block_frames, linked: false }).unwrap();
    graph
        .run(|block| {
            for (all, new) in whole.channels.iter_mut().zip(&block.main.channels) {
                all.extend_from_slice(new);
            }
            Ok::<(), Infallible>(())
        })
        .unwrap();
    whole
}

#[test]
fn nothing_to_do_is_the_sum_bit_for_bit() {
    let stems = [stem(1), stem(2), stem(3)];
    let limiter = Move {
        id: "master/limiter".into(),
        at: Place::Master,
        process: Process::new("limiter", Map::new()),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    };
    for plan in [&[][..], &[limiter]] {
        for block_frames in [64, 1000, 8192] {
            let whole = rendered(plan, &stems, block_frames);
            assert_eq!(whole.frames(), FRAMES);
            for (at, channel) in whole.channels.iter().enumerate() {
                for (frame, y) in channel.iter().enumerate() {
                    let sum: f64 = stems.iter().map(|s| f64::from(s.channels[at][frame])).sum();
                    assert_eq!(y.to_bits(), (sum as f32).to_bits(), "frame {frame}, {} moves", plan.len());
                }
            }
        }
    }
}
