//! Nothing is allocated while sound flows.

mod common;

use acetate_model::{Block, Spec};
use acetate_processors::PROCESSORS;
use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use common::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn no_processor_allocates_in_process() {
    for entry in PROCESSORS {
        let main = swinging_noise(RATE_HZ, 2, 4096, 0.9);
        let linked = vec![swinging_noise(RATE_HZ, 2, 4096, 0.45); 2];
        let mut block = Block { main, linked, key: None };
        let spec = Spec { linked: 2, ..Spec::new(RATE_HZ, 2, 4096) };
        let mut processor = build(entry, &(entry.example)(), &spec);
        for key in [None, Some(swinging_noise(RATE_HZ, 2, 4096, 0.5))] {
            block.key = key;
            for _ in 0..10 {
                assert_no_alloc(|| processor.process(&mut block));
            }
        }
        assert_no_alloc(|| processor.reset());
    }
}
