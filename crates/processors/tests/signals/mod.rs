//! Test signals after published stress tests of limiters, and referees that share no code with the project.
#![allow(dead_code, unreachable_pub)]

use std::f64::consts::PI;

use acetate_model::{Audio, amplitude};

pub const RATE_HZ: u32 = 44_100;
const RATE: f64 = RATE_HZ as f64;

pub fn db(ratio: f64) -> f64 {
    20.0 * libm::log10(ratio)
}

pub fn db_up(db: f64) -> f64 {
    amplitude(db)
}

pub fn stereo(rate_hz: u32, seconds: f64, sample: impl Fn(usize, f64) -> f64) -> Audio {
    let frames = (seconds * f64::from(rate_hz)) as usize;
    let channel = |c: usize| (0..frames).map(|n| sample(c, n as f64 / f64::from(rate_hz)) as f32).collect();
    Audio { rate_hz, channels: vec![channel(0), channel(1)] }
}

/// White and Gaussian enough (a sum of four uniform numbers), variance 1/3, a function of the index.
fn noise(index: u64) -> f64 {
    let mut sum = 0.0;
    for part in 0..4u64 {
        let mut z = (index * 4 + part).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        sum += ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
    }
    sum
}

pub fn white_noise(seconds: f64) -> Audio {
    stereo(RATE_HZ, seconds, |c, t| 0.5 * noise((t * RATE + 0.5) as u64 * 2 + c as u64))
}

fn fade(t: f64, seconds: f64) -> f64 {
    (t / 0.5).min((seconds - t) / 0.5).min(1.0)
}

const TONE_SECONDS: f64 = 8.0;

/// The sum of sines of a frequency and amplitude each, with fades.
pub fn tones(parts: &[(f64, f64)]) -> Audio {
    stereo(RATE_HZ, TONE_SECONDS, |_, t| {
        let sum: f64 = parts.iter().map(|(hz, amplitude)| amplitude * libm::sin(2.0 * PI * hz * t)).sum();
        sum * fade(t, TONE_SECONDS)
    })
}

/// Four bars round: kick, snare, hats with content up to half the rate, bass, detuned chords. Peaks at −4 dBFS.
pub fn music(seconds: f64) -> Audio {
    music_at(RATE_HZ, seconds)
}

pub fn music_at(rate_hz: u32, seconds: f64) -> Audio {
    let beat = 60.0 / 112.0;
    let mut music = stereo(rate_hz, seconds, |c, t| {
        let since = |every: f64, offset: f64| (t - offset).rem_euclid(every);
        let index = (t * f64::from(rate_hz) + 0.5) as u64 * 2 + c as u64;
        let hiss = noise(index);
        // the mean of two samples falls off towards half the rate, as a snare does
        let soft_hiss = 0.5 * (hiss + noise(index + 2));
        let k = since(2.0 * beat, 0.0);
        let kick = libm::sin(2.0 * PI * (45.0 * k + 110.0 / 35.0 * (1.0 - libm::exp(-35.0 * k))))
            * libm::exp(-9.0 * k);
        let s = since(2.0 * beat, beat);
        let snare =
            soft_hiss * libm::exp(-18.0 * s) + 0.5 * libm::sin(2.0 * PI * 190.0 * s) * libm::exp(-25.0 * s);
        let hat = hiss * libm::exp(-60.0 * since(beat / 4.0, 0.0));
        let root = [110.0, 87.31, 130.81, 98.0][(t / (4.0 * beat)) as usize % 4];
        let b = since(beat / 2.0, 0.0);
        let pluck = (b / 0.004).min(1.0) * libm::exp(-2.2 * b);
        let bass: f64 = (1..9).map(f64::from).map(|h| libm::sin(PI * root * h * t) / h).sum();
        let detune = 1.0 + 0.0018 * (1.0 - 2.0 * c as f64);
        let chord: f64 = [1.0, 1.2, 1.5, 2.0]
            .iter()
            .flat_map(|note| (1..10).map(move |h| (note, f64::from(h))))
            .map(|(note, h)| libm::sin(4.0 * PI * root * note * detune * h * t + h) / h)
            .sum();
        0.42 * kick + 0.3 * snare + 0.06 * hat + 0.13 * bass * pluck + 0.022 * chord
    });
    let highest = acetate_dsp::highest_sample(&music.channels.concat());
    music.channels.iter_mut().flatten().for_each(|sample| *sample *= 0.63 / highest);
    music
}

/// The worst cases: a name, a drive in dB, the signal.
pub fn stress() -> Vec<(&'static str, f64, Audio)> {
    let quarter = |t: f64, fade: f64| db_up(5.0) * fade * libm::sin(0.5 * PI * (t * RATE).round() + PI / 4.0);
    let train = |c: usize, t: f64| {
        let click = match ((t * RATE).round() as u64 + 5000) % 9000 {
            0 => 1.6,
            1 => -1.9,
            2 => 1.5,
            _ => 0.0,
        };
        if c == 0 { click + 0.05 * libm::sin(2.0 * PI * 220.0 * t) } else { 0.0 }
    };
    let square =
        |_: usize, t: f64| if ((t * RATE).round() as u64 / 50).is_multiple_of(2) { 1.0 } else { -1.0 };
    let sweep = |_: usize, t: f64| libm::sin(2.0 * PI * 20.0 * (libm::exp(t * 1.38) - 1.0) / 1.38);
    // EBU Tech 3341 cases 16 to 19: tones at a quarter, a sixth and an eighth of the rate, begun off their crests
    let burst = |part: f64, degrees: f64| {
        stereo(RATE_HZ, 1.0, move |_, t| {
            let n = (t * RATE).round();
            let on = (0.3..0.7).contains(&t);
            let loud = if on { 1.41 } else { 0.5 };
            loud * libm::sin(2.0 * PI * n / part + degrees.to_radians())
        })
    };
    vec![
        ("fs/4 at 45 degrees", 0.0, stereo(RATE_HZ, 3.0, |_, t| quarter(t, fade(t, 3.0)))),
        ("fs/4 begun at once", 0.0, stereo(RATE_HZ, 1.0, |_, t| quarter(t, 1.0))),
        ("fs/3", 6.0, stereo(RATE_HZ, 2.0, |_, t| libm::sin(2.0 * PI * (t * RATE).round() / 3.0 + 0.5))),
        ("white noise", 20.0, white_noise(3.0)),
        ("Dirac train", 0.0, stereo(RATE_HZ, 3.0, train)),
        ("music", 10.0, music(8.0)),
        ("music", 16.0, music(8.0)),
        ("full-scale square", 0.0, stereo(RATE_HZ, 2.0, square)),
        ("sweep", 6.0, stereo(RATE_HZ, 5.0, sweep)),
        ("Tech 3341 #16", 3.0, burst(4.0, 0.0)),
        ("Tech 3341 #17", 3.0, burst(4.0, 45.0)),
        ("Tech 3341 #18", 3.0, burst(6.0, 60.0)),
        ("Tech 3341 #19", 3.0, burst(8.0, 67.5)),
    ]
}

pub fn our_peak(y: &Audio) -> f64 {
    let mut meter = acetate_dsp::TruePeakMeter::new(y.channels.len());
    meter.push(y);
    meter.peak()
}

pub fn ebur128_peak(y: &Audio) -> f64 {
    let mut referee = ebur128::EbuR128::new(2, y.rate_hz, ebur128::Mode::TRUE_PEAK).unwrap();
    referee.add_frames_planar_f32(&[&y.channels[0], &y.channels[1]]).unwrap();
    (0..2).map(|c| referee.true_peak(c).unwrap()).fold(0.0, f64::max)
}

pub fn lufs(y: &Audio) -> f64 {
    let mut referee = ebur128::EbuR128::new(2, y.rate_hz, ebur128::Mode::I).unwrap();
    referee.add_frames_planar_f32(&[&y.channels[0], &y.channels[1]]).unwrap();
    referee.loudness_global().unwrap()
}

/// The true peak at `times` the rate by a Kaiser-windowed sinc of `2 half` samples, in f64. Looks only between samples
/// that a quarter of the points shows to stand within 1.5 dB of the highest.
pub fn kaiser_peak(y: &Audio, times: usize, half: usize, beta: f64) -> f64 {
    let kernel = |at: f64| -> Vec<f64> {
        (0..2 * half)
            .map(|j| {
                let t = at + half as f64 - 1.0 - j as f64;
                let sinc = if t == 0.0 { 1.0 } else { libm::sin(PI * t) / (PI * t) };
                let inside = 1.0 - (t / half as f64) * (t / half as f64);
                sinc * bessel_i0(beta * inside.max(0.0).sqrt()) / bessel_i0(beta)
            })
            .collect()
    };
    let phases: Vec<Vec<f64>> = (0..times).map(|k| kernel(k as f64 / times as f64)).collect();
    let dot = |x: &[f64], h: &[f64]| x.iter().zip(h).map(|(x, h)| x * h).sum::<f64>().abs();
    let mut highest = 0f64;
    for channel in &y.channels {
        let mut x = vec![0.0; 2 * half];
        x.extend(channel.iter().map(|&s| f64::from(s)));
        x.resize(x.len() + 2 * half, 0.0);
        for window in x.windows(2 * half) {
            let ends = window[half - 1].abs().max(window[half].abs());
            if ends < 0.3 * highest {
                continue;
            }
            let coarse = [times / 4, times / 2, 3 * times / 4]
                .map(|k| dot(window, &phases[k]))
                .into_iter()
                .fold(ends, f64::max);
            highest = highest.max(coarse);
            if coarse > 0.84 * highest {
                highest = phases[1..].iter().map(|h| dot(window, h)).fold(highest, f64::max);
            }
        }
    }
    highest
}

fn bessel_i0(x: f64) -> f64 {
    (1..40)
        .scan(1.0, |term, k| {
            *term *= x * x / 4.0 / f64::from(k * k);
            Some(*term)
        })
        .sum::<f64>()
        + 1.0
}

const SETTLED: std::ops::Range<usize> = 2 * RATE_HZ as usize..6 * RATE_HZ as usize;

/// The amplitude of the sine at a whole number of Hz in the steady part.
pub fn amplitude_at(y: &Audio, hz: f64) -> f64 {
    let (re, im) = projection(y, hz);
    (re * re + im * im).sqrt()
}

fn projection(y: &Audio, hz: f64) -> (f64, f64) {
    let (mut re, mut im) = (0.0, 0.0);
    for n in SETTLED {
        let (sin, cos) = libm::sincos(2.0 * PI * hz * n as f64 / RATE);
        re += f64::from(y.channels[0][n]) * cos;
        im += f64::from(y.channels[0][n]) * sin;
    }
    let scale = 2.0 / SETTLED.len() as f64;
    (re * scale, im * scale)
}

/// The amplitude of what is left of the steady part without these tones: a sine's amplitude of the same power.
pub fn residue(y: &Audio, tones: &[(f64, f64)]) -> f64 {
    let found: Vec<_> = tones.iter().map(|&(hz, _)| (hz, projection(y, hz))).collect();
    let power: f64 = SETTLED
        .map(|n| {
            let tones: f64 = found
                .iter()
                .map(|(hz, (re, im))| {
                    let (sin, cos) = libm::sincos(2.0 * PI * hz * n as f64 / RATE);
                    re * cos + im * sin
                })
                .sum();
            let rest = f64::from(y.channels[0][n]) - tones;
            rest * rest
        })
        .sum();
    (2.0 * power / SETTLED.len() as f64).sqrt()
}

/// The highest true peak of each hop, at 4 times the rate.
pub fn hop_peaks(x: &Audio, hop: usize) -> Vec<f32> {
    let kernel = acetate_dsp::Hann4::default();
    let mut peaks = vec![0f32; x.frames().div_ceil(hop)];
    for channel in &x.channels {
        let mut padded = vec![0.0; acetate_dsp::HANN_BEFORE];
        padded.extend_from_slice(channel);
        padded.resize(padded.len() + acetate_dsp::TILE + acetate_dsp::HANN_AFTER, 0.0);
        for from in (0..x.frames()).step_by(acetate_dsp::TILE) {
            for (n, &peak) in kernel.peaks(&padded[from..]).iter().enumerate() {
                if let Some(highest) = peaks.get_mut((from + n) / hop) {
                    *highest = highest.max(peak);
                }
            }
        }
    }
    peaks
}
