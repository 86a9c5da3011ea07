//! What an ear hears behind each move of a stem is that stem, at its own time and as long as it was sent.

use std::convert::Infallible;

use acetate_model::{Audio, Block, By, Map, Move, Place, Process, Standing};
use acetate_render::{Ear, Graph, Lane, Shape};

const RATE_HZ: u32 = 48_000;

/// A ramp that tells every frame by its value.
fn ramp(frames: usize) -> Audio {
    let channel: Vec<f32> = (0..frames).map(value).collect();
    Audio { rate_hz: RATE_HZ, channels: vec![channel.clone(), channel] }
}

fn value(frame: usize) -> f32 {
    (1 + frame) as f32 / 65_536.0
}

#[derive(Default)]
struct Notes {
    heard: Vec<Vec<f32>>,
}

impl Ear for Notes {
    fn hear(&mut self, behind: usize, audio: &Audio) {
        self.heard.resize(self.heard.len().max(behind + 1), Vec::new());
        self.heard[behind].extend(&audio.channels[0]);
    }
}

fn act(stem: &str, n: usize, kind: &str, settings: &str, standing: Standing) -> Move {
    let at = Place::stem(stem);
    let settings: Map = serde_json::from_str(settings).unwrap();
    Move {
        id: format!("{at}/{n}"),
        at,
        process: Process::new(kind, settings),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing,
    }
}

#[test]
fn every_frame_at_its_time_and_no_more() {
    let muted = || Standing::Muted("not heard".into());
    // a linear phase makes the second of them late, and the other stem is longer and later still
    let late = r#"{"phase": "linear", "bands": [{"freq_hz": 20000, "gain_db": 0.01, "q": 10}]}"#;
    let plan = [
        act("short", 0, "gain", r#"{"gain_db": 6.0206}"#, Standing::Active),
        act("short", 1, "gain", r#"{"gain_db": 20}"#, muted()),
        act("short", 2, "eq", late, Standing::Active),
        act("long", 3, "eq", late, Standing::Active),
        act("long", 4, "eq", late, Standing::Active),
    ];
    let (short, long) = (5000, 9000);
    for block_frames in [64, 1000, 16_384] {
        let lane =
            |name: &str, length| Lane { name: name.into(), source: Box::new(ramp(length).into_source()) };
        let lanes = vec![lane("short", short), lane("long", long)];
        let mut graph = Graph::build(&plan, lanes, Shape { block_frames, linked: false }).unwrap();
        let mut ears = [Some(Notes::default()), None];
        let mut summed = 0;
        graph
            .run_heard(&mut ears, |block: &Block| {
                summed += block.frames();
                Ok::<(), Infallible>(())
            })
            .unwrap();
        assert_eq!(summed, long);
        let heard = &ears[0].as_ref().unwrap().heard;
        assert_eq!(heard.len(), 2, "muted moves are not counted");
        for behind in heard {
            assert_eq!(behind.len(), short);
            // away from the ends, where a filter of linear phase rings
            let off = (1500..3500).map(|at| (behind[at] - 2.0 * value(at)).abs()).fold(0.0, f32::max);
            assert!(off < 1e-4, "{off} in blocks of {block_frames}");
        }
    }
}
