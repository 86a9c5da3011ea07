//! Stems of real songs, from the folder that `ACETATE_SONGS` names, decoded by ffmpeg where it is there.
#![allow(dead_code, unreachable_pub)]

use std::path::Path;
use std::process::Command;

use acetate_model::Audio;

/// The named stems, by song folder and stem, that can be read: so many seconds of each from one on, at 48 kHz.
pub fn stems(names: &[&str], from: u32, seconds: u32) -> Vec<(String, Audio)> {
    let Some(folder) = std::env::var_os("ACETATE_SONGS") else {
        println!("skipped: ACETATE_SONGS is not set");
        return Vec::new();
    };
    let path = |name: &str| Path::new(&folder).join(name).with_extension("flac");
    let read = names.iter().filter_map(|name| {
        let audio = decoded(&path(name), from, seconds);
        if audio.is_none() {
            println!("skipped: {name} could not be decoded; ffmpeg is needed for that");
        }
        Some(((*name).to_owned(), audio?))
    });
    read.filter(|(_, audio)| audio.frames() > 24 * 48_000 && power(audio) > 1e-8).collect()
}

fn decoded(path: &Path, from: u32, seconds: u32) -> Option<Audio> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-ss", &from.to_string(), "-i"]).arg(path).args(["-t", &seconds.to_string()]);
    let output = ffmpeg.args(["-f", "f32le", "-ac", "2", "-ar", "48000", "-"]).output().ok()?;
    let samples: Vec<f32> =
        output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let channel = |c: usize| samples.iter().skip(c).step_by(2).copied().collect();
    (!samples.is_empty()).then(|| Audio { rate_hz: 48_000, channels: vec![channel(0), channel(1)] })
}

/// The mean power of all samples.
pub fn power(x: &Audio) -> f64 {
    let all = x.channels.iter().flatten();
    all.clone().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / all.count().max(1) as f64
}

/// What `y` has more than `x`.
pub fn difference(y: &Audio, x: &Audio) -> Audio {
    let channel = |(y, x): (&Vec<f32>, &Vec<f32>)| y.iter().zip(x).map(|(y, x)| y - x).collect();
    Audio { rate_hz: x.rate_hz, channels: y.channels.iter().zip(&x.channels).map(channel).collect() }
}

/// How far the third-octave levels of two signals lie apart over seconds: root mean square over bands, mean over
/// seconds, in dB; bands more than 60 dB below the loudest are not counted.
pub fn spectral_distance(x: &Audio, y: &Audio) -> f64 {
    let [levels_x, levels_y] = [x, y].map(band_levels);
    let highest = levels_x.iter().flatten().fold(f64::MIN, |a, &b| a.max(b));
    let mut distances = Vec::new();
    for (x, y) in levels_x.iter().zip(&levels_y) {
        let loud = x.iter().zip(y).filter(|(x, _)| **x > highest - 60.0);
        let squares: Vec<f64> = loud.map(|(x, y)| (x - y) * (x - y)).collect();
        if !squares.is_empty() {
            distances.push((squares.iter().sum::<f64>() / squares.len() as f64).sqrt());
        }
    }
    distances.iter().sum::<f64>() / distances.len().max(1) as f64
}

fn band_levels(x: &Audio) -> Vec<Vec<f64>> {
    const FRAMES: usize = 8192;
    let mut spectrum = acetate_dsp::PowerSpectrum::new(FRAMES);
    let seconds = x.frames() / x.rate_hz as usize;
    let edges: Vec<usize> = (0..28)
        .map(|n| 31.5 * libm::exp2(f64::from(n) / 3.0) * FRAMES as f64 / f64::from(x.rate_hz))
        .map(|bin| (bin as usize).min(FRAMES / 2))
        .collect();
    (0..seconds)
        .map(|second| {
            let mut power = vec![0.0; spectrum.bins()];
            for part in 0..8 {
                let from = second * x.rate_hz as usize + part * (x.rate_hz as usize - FRAMES) / 7;
                x.channels.iter().for_each(|channel| spectrum.add(&channel[from..from + FRAMES], &mut power));
            }
            let level = |ends: &[usize]| {
                let sum: f64 = power[ends[0]..ends[1].max(ends[0] + 1)].iter().map(|&p| f64::from(p)).sum();
                10.0 * libm::log10(sum + 1e-14)
            };
            edges.windows(2).map(level).collect()
        })
        .collect()
}

/// By how much the linked signals miss their sum after a processor that acts, in dBFS, and whether every block size
/// gives the same bits.
pub fn check_linked(id: &str, settings: &acetate_model::Map, stems: &[Audio]) {
    use acetate_model::{Block, Spec};
    let (rate_hz, frames) = (stems[0].rate_hz, stems[0].frames());
    let sum = |c: usize, n: usize| stems.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
    let main = super::common::signal(rate_hz, 2, frames, sum);
    let input = Block { main, linked: stems.to_vec(), key: None };
    let spec = Spec { linked: stems.len(), ..Spec::new(rate_hz, 2, 1 << 16) };
    let entry = acetate_processors::find(id).expect("it is listed");
    let mut processor = super::common::build(entry, settings, &spec);
    let late = processor.latency();
    let y = super::common::run(&mut *processor, &input, 1 << 16);
    processor.reset();
    assert!(super::common::run(&mut *processor, &input, 777) == y, "{id}: other blocks, after a reset");
    let (mut worst, mut changed) = (0.0f64, 0.0f64);
    for c in 0..2 {
        for n in late..frames {
            let sum: f64 = y.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            worst = worst.max((sum - f64::from(y.main.channels[c][n])).abs());
            changed =
                changed.max(f64::from((y.main.channels[c][n] - input.main.channels[c][n - late]).abs()));
        }
    }
    let [worst, changed] = [worst, changed].map(|x| 20.0 * libm::log10(x));
    println!(
        "{id}: linked signals miss their sum by {worst:.1} dBFS; the most it changed is {changed:.1} dBFS"
    );
    assert!(worst <= -120.0 && changed > -50.0, "{id}: {worst} dBFS, {changed} dBFS");
}
