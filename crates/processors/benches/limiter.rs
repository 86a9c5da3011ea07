//! What the limiter costs a stereo frame, at several drives.
#![allow(missing_docs)]

#[path = "../tests/signals/mod.rs"]
mod signals;

use acetate_model::{Block, Db, Processor, Settings, Spec};
use acetate_processors::LimiterSettings;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn limiter(criterion: &mut Criterion) {
    let x = signals::music(10.0);
    let mut group = criterion.benchmark_group("limiter");
    group.throughput(Throughput::Elements(x.frames() as u64)).sample_size(10);
    for drive_db in [0.0, 6.0, 12.0] {
        let settings = LimiterSettings { drive_db: Db(drive_db), ..LimiterSettings::default() };
        let mut limiter = settings.build(&Spec::new(x.rate_hz, 2, 4096));
        group.bench_function(format!("{drive_db} dB"), |bencher| {
            bencher.iter_batched_ref(
                || x.blocks(4096).map(Block::of).collect::<Vec<_>>(),
                |blocks| blocks.iter_mut().for_each(|block| limiter.process(block)),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, limiter);
criterion_main!(benches);
