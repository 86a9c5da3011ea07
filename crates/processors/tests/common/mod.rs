//! Signals, settings and measures for tests over every processor.
#![allow(dead_code, unreachable_pub)]

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Json, Kind, Map, Param, Processor, ProcessorEntry, Spec};

pub const RATE_HZ: u32 = 48_000;

/// A JSON object as settings.
pub fn map(json: &Json) -> Map {
    json.as_object().cloned().unwrap_or_default()
}

/// Uniform noise in ±1, a function of its index.
pub fn noise(index: u64) -> f64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// A signal from a function of channel and frame.
pub fn signal(rate_hz: u32, channels: usize, frames: usize, sample: impl Fn(usize, usize) -> f64) -> Audio {
    let channel = |c: usize| (0..frames).map(|n| sample(c, n) as f32).collect();
    Audio { rate_hz, channels: (0..channels).map(channel).collect() }
}

/// Noise of this peak whose level swings by 12 dB ten times a second, different in each channel.
pub fn swinging_noise(rate_hz: u32, channels: usize, frames: usize, peak: f64) -> Audio {
    signal(rate_hz, channels, frames, |c, n| {
        let swing = 0.625 + 0.375 * libm::sin(20.0 * PI * n as f64 / f64::from(rate_hz));
        peak * swing * noise((c * frames + n) as u64)
    })
}

/// The same sine in every channel.
pub fn sine(rate_hz: u32, frames: usize, hz: f64, peak: f64) -> Audio {
    signal(rate_hz, 2, frames, |_, n| peak * libm::sin(2.0 * PI * hz * n as f64 / f64::from(rate_hz)))
}

/// Built, or a panic that says why not.
pub fn build(entry: &ProcessorEntry, settings: &Map, spec: &Spec) -> Box<dyn Processor> {
    (entry.build)(settings, spec).unwrap_or_else(|error| panic!("{}: {error}", entry.id))
}

/// Everything through a processor, block by block; as long as the input.
pub fn run(processor: &mut dyn Processor, input: &Block, frames: usize) -> Block {
    let mut output =
        Block { main: empty(&input.main), linked: input.linked.iter().map(empty).collect(), key: None };
    for from in (0..input.frames()).step_by(frames) {
        let to = (from + frames).min(input.frames());
        let mut block = Block {
            main: cut(&input.main, from, to),
            linked: input.linked.iter().map(|signal| cut(signal, from, to)).collect(),
            key: input.key.as_ref().map(|key| cut(key, from, to)),
        };
        processor.process(&mut block);
        for (all, part) in output.signals().zip(block.signals()) {
            all.channels.iter_mut().zip(&part.channels).for_each(|(all, part)| all.extend_from_slice(part));
        }
    }
    output
}

fn empty(like: &Audio) -> Audio {
    Audio::silence(like.rate_hz, like.channels.len(), 0)
}

fn cut(audio: &Audio, from: usize, to: usize) -> Audio {
    Audio { rate_hz: audio.rate_hz, channels: audio.channels.iter().map(|c| c[from..to].to_vec()).collect() }
}

/// A signal through a processor with these settings, with its latency taken out and its tail kept.
pub fn heard(entry: &ProcessorEntry, settings: &Map, input: &Audio) -> Audio {
    let spec = Spec::new(input.rate_hz, input.channels.len(), 1024);
    let mut processor = build(entry, settings, &spec);
    let late = processor.latency();
    let mut padded = input.clone();
    padded.resize(input.frames() + late);
    let mut output = run(&mut *processor, &Block::of(padded), spec.max_frames).main;
    output.channels.iter_mut().for_each(|channel| {
        channel.drain(..late);
    });
    output
}

/// The complex amplitude of a frequency in a signal, as (cosine, sine) parts of its sum over all frames.
pub fn fourier(x: &[f32], rate_hz: u32, hz: f64) -> (f64, f64) {
    let step = libm::sincos(2.0 * PI * hz / f64::from(rate_hz));
    let mut turn = (0.0, 1.0);
    let (mut cosine, mut sine) = (0.0, 0.0);
    for &x in x {
        cosine += f64::from(x) * turn.1;
        sine += f64::from(x) * turn.0;
        turn = (turn.0 * step.1 + turn.1 * step.0, turn.1 * step.1 - turn.0 * step.0);
    }
    (cosine, sine)
}

/// The amplitude of a sine of this frequency over whole periods.
pub fn tone(x: &[f32], rate_hz: u32, hz: f64) -> f64 {
    let (cosine, sine) = fourier(x, rate_hz, hz);
    2.0 * libm::hypot(cosine, sine) / x.len() as f64
}

pub fn db(amplitude: f64) -> f64 {
    20.0 * libm::log10(amplitude)
}

/// Frequencies in even ratios.
pub fn log_points(from: f64, to: f64, count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |n| from * libm::pow(to / from, n as f64 / (count - 1) as f64))
}

/// The defaults; each parameter at each end with the others at their defaults; all at one end; ends at random.
pub fn corners(params: &[Param]) -> Vec<Map> {
    let ends: Vec<Vec<Json>> = params.iter().map(ends).collect();
    let mut all = vec![Map::new()];
    for (param, ends) in params.iter().zip(&ends) {
        all.extend(ends.iter().map(|end| Map::from_iter([(param.name.to_owned(), end.clone())])));
    }
    let pick = |which: &dyn Fn(usize) -> usize| -> Map {
        let at = params.iter().zip(&ends).enumerate();
        at.map(|(n, (param, ends))| (param.name.to_owned(), ends[which(n) % ends.len()].clone())).collect()
    };
    all.extend((0..2).map(|end| pick(&|_| end)));
    all.extend((0..4).map(|seed| pick(&|n| (noise(seed * 100 + n as u64) * 1e6).abs() as usize)));
    all
}

/// The extreme values of a parameter.
fn ends(param: &Param) -> Vec<Json> {
    match param.kind {
        Kind::Number { min, max, .. } => vec![min.into(), max.into()],
        Kind::Whole { min, max, .. } => vec![min.into(), max.into()],
        Kind::Choice { options, .. } => options.iter().map(|option| option.name.into()).collect(),
        Kind::Flag { .. } => vec![false.into(), true.into()],
        Kind::List { of, max } => {
            let entries: Vec<Json> = corners(of).into_iter().map(Json::Object).collect();
            let full = entries.iter().cycle().take(max).cloned().collect();
            let singles = entries.into_iter().map(|entry| Json::Array(vec![entry]));
            [Json::Array(full), Json::Array(Vec::new())].into_iter().chain(singles).collect()
        }
    }
}

/// The spectrum of a signal, padded with silence to a power of two of frames: (real, imaginary) at `n * rate / frames`
/// from 0 to half the rate.
pub fn spectrum(x: &[f32]) -> Vec<(f64, f64)> {
    let frames = x.len().next_power_of_two();
    let bits = frames.trailing_zeros();
    let mut z = vec![(0.0, 0.0); frames];
    for (n, &x) in x.iter().enumerate() {
        z[n.reverse_bits() >> (usize::BITS - bits)].0 = f64::from(x);
    }
    let mut half = 1;
    while half < frames {
        let turns: Vec<(f64, f64)> = (0..half).map(|k| libm::sincos(-PI * k as f64 / half as f64)).collect();
        for part in z.chunks_mut(2 * half) {
            let (even, odd) = part.split_at_mut(half);
            for ((a, b), &(sin, cos)) in even.iter_mut().zip(odd).zip(&turns) {
                let turned = (b.0 * cos - b.1 * sin, b.0 * sin + b.1 * cos);
                (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
            }
        }
        half *= 2;
    }
    z.truncate(frames / 2 + 1);
    z
}

/// What has to find something before it works.
pub const REPAIRS: [&str; 3] = ["declip", "hum", "resonance"];

/// Something for every repair to find: hum, tops that are cut off, and noise that rings.
pub fn trouble(seconds: usize) -> Audio {
    let (mut ring, mut before) = (0.0, 0.0);
    let mono: Vec<f64> = (0..seconds * RATE_HZ as usize)
        .map(|n| {
            let white = 0.05 * noise(n as u64);
            // two poles at a fortieth of the rate
            (ring, before) = (1.955 * ring - 0.98 * before + 0.04 * white, ring);
            let turn = 2.0 * PI * 50.0 * n as f64 / f64::from(RATE_HZ);
            (0.5 * libm::sin(turn) + 0.2 * libm::sin(2.0 * turn) + white + ring).clamp(-0.5, 0.5)
        })
        .collect();
    signal(RATE_HZ, 2, mono.len(), |_, n| mono[n])
}
