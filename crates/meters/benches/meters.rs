//! What each meter costs: the throughput shown is stereo frames a second; for comparisons, frames of all stems.

use acetate_meters::{COMPARISONS, METERS, MeterBank};
use acetate_model::{Audio, Comparison, ComparisonEntry, Ensemble, Meter, MeterEntry, Place, Spec};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const RATE_HZ: u32 = 44_100;
const SECONDS: usize = 10;
const BLOCK_FRAMES: usize = 4096;

/// A loud, wide piece: a decaying low note every half second under noise, and different noise on each side.
fn music() -> Audio {
    let frames = SECONDS * RATE_HZ as usize;
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    let mut audio = Audio::silence(RATE_HZ, 2, frames);
    for n in 0..frames {
        let beat = (n % (RATE_HZ as usize / 2)) as f64 / f64::from(RATE_HZ);
        let note = libm::exp(-8.0 * beat) * libm::sin(340.0 * beat);
        for channel in &mut audio.channels {
            channel[n] = (0.6 * note + 0.1 * noise()) as f32;
        }
    }
    audio
}

fn meters(criterion: &mut Criterion) {
    let audio = music();
    let blocks: Vec<Audio> = audio.blocks(BLOCK_FRAMES).collect();
    let spec = Spec::new(RATE_HZ, 2, BLOCK_FRAMES);
    let mut group = criterion.benchmark_group("meters");
    group.throughput(Throughput::Elements(audio.frames() as u64));
    group.sample_size(10);
    for MeterEntry { id, build, .. } in METERS {
        let hear = |mut meter: Box<dyn Meter>| {
            for block in &blocks {
                meter.push(block);
            }
            meter.read()
        };
        group.bench_function(*id, |b| b.iter_batched(|| build(&spec), hear, BatchSize::LargeInput));
    }
    let hear = |mut bank: MeterBank| {
        for block in &blocks {
            bank.push(block);
        }
        bank.readings(&Place::Master)
    };
    group.bench_function("all", |b| b.iter_batched(|| MeterBank::new(&spec), hear, BatchSize::LargeInput));
    group.finish();
}

/// Some stems with noise of their own, for long enough that every comparison has judged them.
const STEMS: usize = 8;
const COMPARED_SECONDS: usize = 60;

fn comparisons(criterion: &mut Criterion) {
    let frames = COMPARED_SECONDS * RATE_HZ as usize;
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let mut blocks = Vec::new();
    for _ in (0..frames).step_by(BLOCK_FRAMES) {
        let mut stem = || {
            let channel: Vec<f32> = (0..BLOCK_FRAMES).map(|_| 0.1 * noise()).collect();
            Audio { rate_hz: RATE_HZ, channels: vec![channel.clone(), channel] }
        };
        blocks.push((0..STEMS).map(|_| stem()).collect::<Vec<Audio>>());
    }
    let sum = Audio::silence(RATE_HZ, 2, BLOCK_FRAMES);
    let places: Vec<Place> = (0..STEMS).map(|nth| Place::stem(&nth.to_string())).collect();
    let spec = Spec::new(RATE_HZ, 2, BLOCK_FRAMES);
    let mut group = criterion.benchmark_group("comparisons");
    group.throughput(Throughput::Elements((blocks.len() * BLOCK_FRAMES * STEMS) as u64));
    group.sample_size(10);
    for ComparisonEntry { id, build, .. } in COMPARISONS {
        let hear = |mut comparison: Box<dyn Comparison>| {
            for stems in &blocks {
                comparison.push(&Ensemble { stems, sum: &sum });
            }
            comparison.read()
        };
        group.bench_function(*id, |b| b.iter_batched(|| build(&spec, &places), hear, BatchSize::LargeInput));
    }
    group.finish();
}

criterion_group!(benches, meters, comparisons);
criterion_main!(benches);
