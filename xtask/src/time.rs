//! Times one processor on a file of samples, so that a script can set it beside other programs.

use std::{fs, path::Path, time::Instant};

use acetate_mastering::{
    PROCESSORS,
    model::{Audio, Block, Json, Map, Spec},
};
use anyhow::{Context, Result, ensure};

const BLOCK_FRAMES: usize = 4096;
const CHANNELS: usize = 2;

/// Runs processors in a row, named `id` or `id={…}` with settings, over interleaved stereo `f32` and prints the seconds
/// of each run and the latency as JSON; reading, building and writing are not counted. The output can be written for a
/// comparison.
pub(crate) fn run(rate_hz: u32, file: &Path, runs: usize, chain: &[&str], out: Option<&Path>) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let samples: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    ensure!(!samples.is_empty(), "{}: expected interleaved stereo f32, found nothing", file.display());
    let channel = |c: usize| samples.iter().skip(c).step_by(CHANNELS).copied().collect();
    let audio = Audio { rate_hz, channels: (0..CHANNELS).map(channel).collect() };
    let mut seconds = Vec::new();
    let (mut last, mut latency) = (Vec::new(), 0);
    for _ in 0..runs {
        let mut processors = chain.iter().map(|one| build(one, rate_hz)).collect::<Result<Vec<_>>>()?;
        let mut blocks: Vec<Block> = audio.blocks(BLOCK_FRAMES).map(Block::of).collect();
        latency = processors.iter().map(|processor| processor.latency()).sum();
        let began = Instant::now();
        for block in &mut blocks {
            for processor in &mut processors {
                processor.process(block);
            }
        }
        seconds.push(began.elapsed().as_secs_f64());
        last = blocks;
    }
    if let Some(out) = out {
        let frames = last.iter().flat_map(|b| b.main.channels[0].iter().zip(&b.main.channels[1]));
        let bytes: Vec<u8> = frames.flat_map(|(l, r)| [*l, *r]).flat_map(f32::to_le_bytes).collect();
        fs::write(out, bytes).with_context(|| format!("{}: cannot be written", out.display()))?;
    }
    let told = Map::from_iter([
        ("frames".to_owned(), Json::from(audio.frames())),
        ("latency".to_owned(), Json::from(latency)),
        ("seconds".to_owned(), Json::from(seconds)),
    ]);
    println!("{}", Json::Object(told));
    Ok(())
}

fn build(one: &str, rate_hz: u32) -> Result<Box<dyn acetate_mastering::model::Processor>> {
    let (id, settings) = one.split_once('=').unwrap_or((one, "{}"));
    let entry = PROCESSORS
        .iter()
        .find(|entry| entry.id == id)
        .with_context(|| format!("there is no processor `{id}`"))?;
    let settings: Map =
        serde_json::from_str(settings).with_context(|| format!("{id}: expected a JSON object"))?;
    Ok((entry.build)(&settings, &Spec::new(rate_hz, CHANNELS, BLOCK_FRAMES))?)
}
