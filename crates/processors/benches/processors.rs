//! What each processor costs: time per block, and per stereo frame as throughput; alone, and with eight linked stems.
//!
//! Beside the kernels of a machine with AVX2 and FMA in wide lanes (0.31 ns for a section of one lane in double
//! precision, 0.34 ns for ballistics), these stand at two to three times as much for all that recurs: the build is for
//! every x86-64, whose registers hold two doubles, and a product and a sum are two instructions, so that the bits are the
//! same everywhere.

#[path = "../tests/common/mod.rs"]
mod common;

use acetate_model::{Block, Json, Map, Spec};
use acetate_processors::{PROCESSORS, find};
use common::{build, map, swinging_noise};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

const RATE_HZ: u32 = 44_100;
const FRAMES: usize = 1 << 16;

fn cases() -> Vec<(&'static str, &'static str, Map)> {
    let band = |hz: f64| json!({ "freq_hz": hz, "gain_db": 3.0, "q": 1.0 });
    let four: Vec<Json> = [80.0, 400.0, 3000.0, 12_000.0].map(band).into();
    let low: Vec<Json> = [40.0, 80.0, 160.0, 320.0].map(band).into();
    let bands = |working: &[usize]| -> Map {
        let bands: Vec<Json> = [120.0, 600.0, 3000.0, 20_000.0]
            .into_iter()
            .enumerate()
            .map(|(n, to_hz)| {
                if working.contains(&n) {
                    json!({ "to_hz": to_hz, "threshold_db": -30.0, "ratio": 2.0 })
                } else {
                    json!({ "to_hz": to_hz })
                }
            })
            .collect();
        map(&json!({ "bands": bands }))
    };
    // the example of delay: a long interpolator in double precision, two samples to a register
    let examples = PROCESSORS.iter().map(|entry| (entry.id, "its example", (entry.example)()));
    let more = [
        ("high_pass", "24 dB/oct", map(&json!({ "cutoff_hz": 25.0 }))),
        ("eq", "4 bands, corrected", map(&json!({ "bands": four }))),
        // as overlap-save in double precision: both transforms, once for each half of a window
        ("eq", "4 bands, linear phase", map(&json!({ "bands": four, "phase": "linear" }))),
        ("eq", "4 low bands", map(&json!({ "bands": low }))),
        ("ducker", "all of it", map(&json!({ "depth_db": 3.0 }))),
        ("multiband", "4 of 4 bands", bands(&[0, 1, 2, 3])),
        ("multiband", "1 of 4 bands", bands(&[0])),
        ("dither", "flat", map(&json!({ "bits": 16 }))),
        ("multiband", "4 of 4 bands, low latency", {
            let mut settings = bands(&[0, 1, 2, 3]);
            settings.insert("crossover".into(), "low_latency".into());
            settings
        }),
        ("compressor", "peak", map(&json!({ "threshold_db": -30, "ratio": 2, "detector": "peak" }))),
        (
            "compressor",
            "each channel alone",
            map(&json!({ "threshold_db": -30, "ratio": 2, "link_percent": 0 })),
        ),
        ("compressor", "program", map(&json!({ "threshold_db": -30, "ratio": 2, "times": "program" }))),
        // a crest factor and two time constants are worked out anew for each frame, in double precision
        ("compressor", "auto", map(&json!({ "threshold_db": -30, "ratio": 2, "times": "auto" }))),
        (
            "compressor",
            "looks ahead, high-pass",
            map(&json!({ "threshold_db": -30, "ratio": 2, "look_ahead_ms": 5,
            "side_chain_high_pass_hz": 100 })),
        ),
        ("stereo", "width", map(&json!({ "width_percent": 120.0 }))),
        ("stereo", "mono bass", map(&json!({ "mono_below_hz": 120.0 }))),
    ];
    examples.chain(more).collect()
}

fn processors(criterion: &mut Criterion) {
    for linked in [0, 8] {
        let mut group = criterion.benchmark_group(format!("{linked} linked"));
        group.throughput(Throughput::Elements(FRAMES as u64)).sample_size(10);
        for (id, name, settings) in cases() {
            let spec = Spec { linked, ..Spec::new(RATE_HZ, 2, FRAMES) };
            let mut processor = build(find(id).expect("it is listed"), &settings, &spec);
            let main = swinging_noise(RATE_HZ, 2, FRAMES, 0.5);
            let mut block = Block { linked: vec![main.clone(); linked], main: main.clone(), key: None };
            // without one a ducker only waits. It costs two transforms of each channel, and a dynamic equaliser twice an
            // equaliser: a filter that hears and one that works, and a level, a logarithm and a power for each band
            block.key = (id == "ducker").then(|| main.clone());
            group.bench_function(format!("{id}: {name}"), |bencher| {
                bencher.iter(|| {
                    block.main.copy_from(&main);
                    block.linked.iter_mut().for_each(|signal| signal.copy_from(&main));
                    processor.process(&mut block);
                });
            });
        }
    }
}

criterion_group!(benches, processors);
criterion_main!(benches);
