//! What a curve without memory does to tones and stems, for the tests of those that bend.
#![allow(dead_code, unreachable_pub)]

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Params, Processor, Settings, Spec};

use crate::common::{db, fourier, noise, run, signal};

/// A second at the lowest usual rate, so that each bin is 1 Hz wide and every whole frequency fits exactly.
pub const RATE_HZ: u32 = 44_100;
const SECOND: usize = RATE_HZ as usize;

/// The steady second behind two others, from a mono sine of this amplitude.
pub fn steady(settings: &impl Settings, hz: f64, amplitude: f64) -> Vec<f32> {
    let x = signal(RATE_HZ, 1, 3 * SECOND, |_, n| amplitude * libm::sin(2.0 * PI * hz * n as f64 / 44_100.0));
    let mut processor = settings.build(&Spec::new(RATE_HZ, 1, 4096));
    let y = run(&mut processor, &Block::of(x), 4096).main;
    y.channels[0][2 * SECOND..].to_vec()
}

/// The amplitude at a whole number of Hz in a second.
pub fn line(second: &[f32], hz: usize) -> f64 {
    let (cosine, sine) = fourier(second, RATE_HZ, hz as f64);
    2.0 * libm::hypot(cosine, sine) / SECOND as f64
}

/// All that a tone of a whole, odd frequency folds down to under 20 kHz, against the tone.
///
/// The rate and such a frequency have no divisor in common, so each folded harmonic has a bin of its own.
pub fn aliases_dbc(second: &[f32], hz: usize) -> f64 {
    let folded = |order: usize| {
        let at = order * hz % SECOND;
        at.min(SECOND - at)
    };
    let highest = SECOND / 2 / hz;
    let power: f64 = (highest + 1..=160)
        .map(folded)
        .filter(|&at| at > 0 && at < 20_000 && (1..=highest).all(|order| at != order * hz))
        .map(|at| line(second, at) * line(second, at))
        .sum();
    db(power.sqrt() / line(second, hz))
}

/// The amplitude of a harmonic that a curve makes of a sine: cosine and sine part.
pub fn harmonic(order: u32, curve: impl Fn(f64) -> f64) -> f64 {
    const POINTS: u32 = 1 << 14;
    let (mut re, mut im) = (0.0, 0.0);
    for n in 0..POINTS {
        let turn = 2.0 * PI * (f64::from(n) + 0.5) / f64::from(POINTS);
        let y = curve(libm::sin(turn));
        re += y * libm::cos(turn * f64::from(order));
        im += y * libm::sin(turn * f64::from(order));
    }
    2.0 * libm::hypot(re, im) / f64::from(POINTS)
}

/// A small band: kick, snare, hats, bass, chords, pad, lead and air, each a mono stem, and their sum.
pub fn band(seconds: f64) -> Block {
    let rate = f64::from(RATE_HZ);
    let frames = (seconds * rate) as usize;
    let sine = |hz: f64, t: f64| libm::sin(2.0 * PI * hz * t);
    let stem = |which: usize, n: usize| {
        let t = n as f64 / rate;
        let since = |every: f64, offset: f64| (t - offset).rem_euclid(every);
        let hiss = noise((which * frames + n) as u64);
        match which {
            0 => {
                let k = since(0.5, 0.0);
                0.8 * sine(50.0 + 60.0 * libm::exp(-30.0 * k), k) * libm::exp(-8.0 * k)
            }
            1 => 0.5 * hiss * libm::exp(-20.0 * since(1.0, 0.5)),
            2 => 0.1 * hiss * libm::exp(-60.0 * since(0.125, 0.0)),
            3 => 0.3 * (sine(55.0, t) + 0.5 * sine(110.0, t)),
            4 => [220.0, 277.2, 329.6].iter().map(|hz| 0.05 * sine(*hz, t)).sum(),
            5 => 0.03 * (sine(440.0, t) + sine(441.5, t)),
            6 => 0.12 * sine(659.3 + 3.0 * sine(5.0, t) / 5.0, t),
            _ => 0.01 * hiss,
        }
    };
    let linked: Vec<Audio> = (0..8).map(|which| signal(RATE_HZ, 1, frames, |_, n| stem(which, n))).collect();
    let main = signal(RATE_HZ, 1, frames, |_, n| linked.iter().map(|s| f64::from(s.channels[0][n])).sum());
    Block { main, linked, key: None }
}

/// The band through a processor, aligned with it.
pub fn bent<S: Settings + Params>(settings: &S, band: &Block) -> Block {
    let spec = Spec { linked: band.linked.len(), ..Spec::new(RATE_HZ, 1, 4096) };
    let mut processor = settings.build(&spec);
    let (late, frames) = (processor.latency(), band.frames());
    let mut padded = band.clone();
    padded.resize(frames + late);
    let mut output = run(&mut processor, &padded, 4096);
    output.signals().for_each(|signal| drop(signal.channels[0].drain(..late)));
    output
}

/// How far the stems are from adding up to the main signal, at worst.
pub fn worst_sum_dbfs(block: &Block) -> f64 {
    let error = |n: usize| {
        let sum: f64 = block.linked.iter().map(|stem| f64::from(stem.channels[0][n])).sum();
        (sum - f64::from(block.main.channels[0][n])).abs()
    };
    db((0..block.frames()).map(error).fold(0.0, f64::max))
}

/// Signal over distortion in dB: what `y` holds of `x` at its best gain, against the rest.
pub fn sdr(x: &[f32], y: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let gain = dot(x, y) / dot(x, x);
    let rest: f64 = x.iter().zip(y).map(|(x, y)| f64::from(*y) - gain * f64::from(*x)).map(|e| e * e).sum();
    10.0 * libm::log10(gain * gain * dot(x, x) / rest.max(1e-30))
}

/// For each stem: its cleanness as it is, and if it were turned by the ratio of the main signal's samples instead.
pub fn sdr_of_shares_and_ratio(input: &Block, output: &Block) -> Vec<[f64; 2]> {
    let (m, y) = (&input.main.channels[0], &output.main.channels[0]);
    input
        .linked
        .iter()
        .zip(&output.linked)
        .map(|(stem, shared)| {
            let x = &stem.channels[0];
            let by_ratio: Vec<f32> = x
                .iter()
                .zip(m.iter().zip(y))
                .map(|(x, (m, y))| if m.abs() > 1e-6 { x * (y / m) } else { *x })
                .collect();
            [sdr(x, &shared.channels[0]), sdr(x, &by_ratio)]
        })
        .collect()
}
