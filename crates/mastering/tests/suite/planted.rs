//! What may have happened between stems and mix, each by the plainest means there is.

use std::f64::consts::PI;

use acetate_mastering::model::Audio;

/// In double precision, `[channel][frame]`.
pub type Wave = [Vec<f64>; 2];

pub fn sum(stems: &[Audio]) -> Wave {
    let frames = stems.iter().map(Audio::frames).max().unwrap_or(0);
    let mut sum = [vec![0.0; frames], vec![0.0; frames]];
    for stem in stems {
        add(&mut sum, stem, 1.0);
    }
    sum
}

pub fn add(sum: &mut Wave, stem: &Audio, factor: f64) {
    for (sum, stem) in sum.iter_mut().zip(&stem.channels) {
        sum.iter_mut().zip(stem).for_each(|(sum, x)| *sum += factor * f64::from(*x));
    }
}

pub fn scaled(mut wave: Wave, factor: f64) -> Wave {
    wave.iter_mut().flatten().for_each(|x| *x *= factor);
    wave
}

pub fn audio(wave: &Wave, rate_hz: u32) -> Audio {
    Audio { rate_hz, channels: wave.iter().map(|c| c.iter().map(|x| *x as f32).collect()).collect() }
}

pub fn wave(audio: &Audio) -> Wave {
    [0, 1].map(|c| audio.channels[c].iter().map(|x| f64::from(*x)).collect())
}

pub fn peak(wave: &Wave) -> f64 {
    wave.iter().flatten().fold(0.0, |peak, x| x.abs().max(peak))
}

pub fn rms(wave: &Wave) -> f64 {
    (wave.iter().flatten().map(|x| x * x).sum::<f64>() / (2 * wave[0].len()).max(1) as f64).sqrt()
}

/// What is left of the second without the first, in dB re the second.
pub fn left_db(first: &Wave, second: &Wave) -> f64 {
    let pairs = || first.iter().flatten().zip(second.iter().flatten());
    let left: f64 = pairs().map(|(x, y)| (x - y) * (x - y)).sum();
    10.0 * libm::log10((left / pairs().map(|(_, y)| y * y).sum::<f64>()).max(1e-20))
}

/// Later by frames and parts of one, by a sinc of 128 frames under a Blackman window.
pub fn delayed(x: &Wave, frames: f64) -> Wave {
    let whole = frames.floor();
    let fraction = frames - whole;
    let reach = 64i64;
    let taps: Vec<f64> = (-reach..reach)
        .map(|k| {
            let t = k as f64 - fraction;
            let sinc = if t == 0.0 { 1.0 } else { libm::sin(PI * t) / (PI * t) };
            let place = PI * t / reach as f64;
            sinc * (0.42 + 0.5 * libm::cos(place) + 0.08 * libm::cos(2.0 * place)).max(0.0)
        })
        .collect();
    let one = |x: &Vec<f64>| {
        let at = |n: i64| usize::try_from(n).ok().and_then(|n| x.get(n)).copied().unwrap_or(0.0);
        if fraction == 0.0 {
            return (0..x.len() as i64).map(|n| at(n - whole as i64)).collect();
        }
        let heard = |n: i64| (-reach..reach).zip(&taps).map(|(k, h)| h * at(n - whole as i64 - k)).sum();
        (0..x.len() as i64).map(heard).collect()
    };
    [one(&x[0]), one(&x[1])]
}

/// A shelf by R. Bristow-Johnson's cookbook, with a slope of 1.
pub fn shelf(x: &Wave, rate_hz: u32, hz: f64, gain_db: f64, high: bool) -> Wave {
    let a = libm::pow(10.0, gain_db / 40.0);
    let (sin, cos) = libm::sincos(2.0 * PI * hz / f64::from(rate_hz));
    let alpha = sin / 2.0 * 2.0f64.sqrt();
    let s = if high { 1.0 } else { -1.0 };
    let root = 2.0 * a.sqrt() * alpha;
    let b = [
        a * ((a + 1.0) + s * (a - 1.0) * cos + root),
        -2.0 * s * a * ((a - 1.0) + s * (a + 1.0) * cos),
        a * ((a + 1.0) + s * (a - 1.0) * cos - root),
    ];
    let c = [
        (a + 1.0) - s * (a - 1.0) * cos + root,
        2.0 * s * ((a - 1.0) - s * (a + 1.0) * cos),
        (a + 1.0) - s * (a - 1.0) * cos - root,
    ];
    let one = |x: &Vec<f64>| {
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        x.iter()
            .map(|&x0| {
                let y0 = (b[0] * x0 + b[1] * x1 + b[2] * x2 - c[1] * y1 - c[2] * y2) / c[0];
                (x2, x1, y2, y1) = (x1, x0, y1, y0);
                y0
            })
            .collect()
    };
    [one(&x[0]), one(&x[1])]
}

fn with_gain(x: &Wave, gain: &[f64]) -> Wave {
    x.each_ref().map(|x| x.iter().zip(gain).map(|(x, g)| x * g).collect())
}

/// Of both channels together, by a mean power of 5 ms, attack 10 ms and release 120 ms.
pub fn compressed(x: &Wave, rate_hz: u32, threshold: f64, ratio: f64) -> Wave {
    let keep = |ms: f64| libm::exp(-1000.0 / (ms * f64::from(rate_hz)));
    let (mut power, mut held_db) = (0.0, 0.0);
    let gain: Vec<f64> = (0..x[0].len())
        .map(|n| {
            let now = f64::max(x[0][n] * x[0][n], x[1][n] * x[1][n]);
            power = keep(5.0) * power + (1.0 - keep(5.0)) * now;
            let over_db = (10.0 * libm::log10(power.max(1e-12)) - 20.0 * libm::log10(threshold)).max(0.0);
            let wanted_db = over_db * (1.0 - 1.0 / ratio);
            let k = if wanted_db > held_db { keep(10.0) } else { keep(120.0) };
            held_db = k * held_db + (1.0 - k) * wanted_db;
            libm::pow(10.0, -held_db / 20.0)
        })
        .collect();
    with_gain(x, &gain)
}

/// A brick wall: the gain that each peak needs, from 2 ms ahead of it, and back with 60 ms.
pub fn limited(x: &Wave, rate_hz: u32, ceiling: f64) -> Wave {
    let ahead = rate_hz as usize / 500;
    let frames = x[0].len();
    let need: Vec<f64> =
        (0..frames).map(|n| (ceiling / x[0][n].abs().max(x[1][n].abs()).max(1e-9)).min(1.0)).collect();
    let keep = libm::exp(-1000.0 / (60.0 * f64::from(rate_hz)));
    let mut held = 1.0;
    let lowest: Vec<f64> = (0..frames + ahead)
        .map(|n| {
            let now = need[n.saturating_sub(ahead).min(frames)..(n + 1).min(frames)]
                .iter()
                .copied()
                .fold(1.0, f64::min);
            held = f64::min(now, 1.0 - (1.0 - held) * keep);
            held
        })
        .collect();
    // the mean over the look-ahead leads down to each peak without a step
    let mut sums = vec![0.0];
    for gain in &lowest {
        sums.push(sums[sums.len() - 1] + gain);
    }
    let gain: Vec<f64> = (0..frames).map(|n| (sums[n + ahead] - sums[n]) / ahead as f64).collect();
    with_gain(x, &gain)
}

pub fn bent(x: &Wave, drive: f64) -> Wave {
    x.each_ref().map(|x| x.iter().map(|x| libm::tanh(drive * x) / drive).collect())
}

/// Rounded to bits with triangular dither.
pub fn dithered(x: &Wave, bits: i32) -> Wave {
    let step = libm::exp2(f64::from(1 - bits));
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    x.each_ref().map(|x| x.iter().map(|x| ((x / step) + random() - random()).round() * step).collect())
}

/// Rounded to bits, plainly.
pub fn rounded(x: &Wave, bits: i32) -> Wave {
    let step = libm::exp2(f64::from(1 - bits));
    x.each_ref().map(|x| x.iter().map(|x| (x / step).round() * step).collect())
}
