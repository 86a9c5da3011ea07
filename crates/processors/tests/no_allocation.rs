//! Nothing is allocated while sound flows.

mod common;

use acetate_model::{Block, Kind, Map, ProcessorEntry, Spec};
use acetate_processors::{PROCESSORS, find};
use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use common::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// The example, and the example with each name of each choice: what is chosen may work another way.
fn examples(entry: &ProcessorEntry) -> impl Iterator<Item = Map> {
    let chosen = entry.params.iter().flat_map(|param| match param.kind {
        Kind::Choice { options, .. } => options.iter().map(|option| (param.name, option.name)).collect(),
        _ => Vec::new(),
    });
    let changed = chosen.map(|(name, option)| {
        let mut settings = (entry.example)();
        settings.insert(name.into(), option.into());
        settings
    });
    std::iter::once((entry.example)()).chain(changed)
}

#[test]
fn no_processor_allocates_in_process() {
    for (entry, settings) in PROCESSORS.iter().flat_map(|entry| examples(entry).map(move |s| (entry, s))) {
        let main = swinging_noise(RATE_HZ, 2, 4096, 0.9);
        let linked = vec![swinging_noise(RATE_HZ, 2, 4096, 0.45); 2];
        let mut block = Block { main, linked, key: None };
        let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, 4096) };
        let mut processor = build(entry, &settings, &spec);
        for key in [None, Some(swinging_noise(RATE_HZ, 2, 4096, 0.5))] {
            block.key = key;
            for _ in 0..10 {
                assert_no_alloc(|| processor.process(&mut block));
            }
        }
        assert_no_alloc(|| processor.reset());
    }
}

/// A repair has to find something first: hum, tops that are cut off, and noise that rings.
#[test]
fn repairs_at_work_do_not_allocate() {
    let main = trouble(16);
    let spec = Spec { linked: 1, ..Spec::new(RATE_HZ, 2, 4096) };
    for id in REPAIRS {
        let entry = find(id).expect("it is listed");
        let mut processor = build(entry, &(entry.example)(), &spec);
        let late = processor.latency();
        let (mut output, mut at) = (Vec::new(), 0);
        for part in main.blocks(4096) {
            let mut block = Block { linked: vec![part.clone()], main: part, key: None };
            assert_no_alloc(|| processor.process(&mut block));
            output.extend_from_slice(&block.main.channels[0]);
            at += block.frames();
        }
        let changed = output[late..].iter().zip(&main.channels[0]).any(|(y, x)| y != x);
        assert!(at == main.frames() && changed, "{id} has not worked");
    }
}
