//! What is left of a flaw, and what else changed, from how the stems stand in two files.

use std::f64::consts::PI;

use acetate_mastering::model::Audio;

use crate::flaws::HUM_LINES;
use crate::projection::{Fit, Stems};
use crate::touched::middle;

/// What tells how much of a flaw is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    /// The stem's level beside the others.
    Level,
    /// Its level over frequency and time, without the mean.
    Shape,
    /// How much of the file no stem explains, in dB over the clean one.
    Artefact,
    /// Its level over time.
    Ride,
    /// Its polarity: 1 turned, 0 upright.
    Polarity,
    /// Its delay, in ms.
    Delay,
    /// How far the sides below 150 Hz are over what they were, in dB.
    LowWidth,
    /// The amplitude of the lines of the hum.
    Hum,
}

/// How one stem comes out of a flawed delivery re a clean one, in dB.
pub(crate) struct Errors {
    /// Mean level.
    pub level: f64,
    /// The rest of the error over cells.
    pub shape: f64,
    /// All of it.
    pub total: f64,
    /// The spread of the level over time.
    pub ride: f64,
}

/// The level of each stem's gain re that in another fit, `[stem]`, with what all have in common taken away.
pub(crate) fn errors(stems: &Stems, flawed: &Fit, clean: &Fit) -> Vec<Errors> {
    let of = |stem: usize| -> Vec<(usize, f64, f64)> {
        (0..stems.cells())
            .filter_map(|cell| {
                let (f, c) = (flawed.gains[cell][stem]?, clean.gains[cell][stem]?);
                let db = 20.0 * libm::log10(f.norm().max(1e-6) / c.norm().max(1e-6));
                Some((cell, stems.weight(cell, stem), db))
            })
            .collect()
    };
    let cells: Vec<_> = (0..stems.count()).map(of).collect();
    let own: Vec<f64> = cells.iter().map(|c| mean(c, |db| db)).collect();
    let common = middle(own.clone()).unwrap_or(0.0);
    let bands = stems.bands();
    cells
        .iter()
        .zip(own)
        .map(|(cells, level)| {
            let level = level - common;
            let total = mean(cells, |db| (db - common) * (db - common)).sqrt();
            let shape = (total * total - level * level).max(0.0).sqrt();
            Errors { level, shape, total, ride: ride(cells, bands) }
        })
        .collect()
}

fn mean(cells: &[(usize, f64, f64)], of: impl Fn(f64) -> f64) -> f64 {
    let weight: f64 = cells.iter().map(|c| c.1).sum();
    cells.iter().map(|c| c.1 * of(c.2)).sum::<f64>() / weight.max(1e-9)
}

/// The standard deviation of the level over segments.
fn ride(cells: &[(usize, f64, f64)], bands: usize) -> f64 {
    let segments = cells.iter().map(|c| c.0 / bands).max().map_or(0, |last| last + 1);
    let levels: Vec<f64> = (0..segments)
        .filter_map(|segment| {
            let inside: Vec<_> = cells.iter().filter(|c| c.0 / bands == segment).copied().collect();
            (!inside.is_empty()).then(|| mean(&inside, |db| db))
        })
        .collect();
    let mean = levels.iter().sum::<f64>() / (levels.len() as f64).max(1.0);
    (levels.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / (levels.len() as f64).max(1.0)).sqrt()
}

/// Whether a stem stands upside down beside the others: from 0, as in the clean output, to 1.
pub(crate) fn turned(stems: &Stems, stem: usize, flawed: &Fit, clean: &Fit) -> f64 {
    let turn = |stem: usize| {
        let cells = (0..stems.cells()).filter_map(|cell| {
            let (f, c) = (flawed.gains[cell][stem]?, clean.gains[cell][stem]?);
            Some(stems.weight(cell, stem) * f * c.conj())
        });
        let sum: realfft::num_complex::Complex64 = cells.sum();
        sum.arg().abs() / PI
    };
    turn(stem)
}

/// By how much later a stem comes in one file than in another, in ms: the peak of the cross-correlation with the clean stem,
/// once the other stems are taken out of the file as they are in the clean output.
pub(crate) fn late_ms(stem: &Audio, flawed: &Audio, clean: &Audio, others: &Audio, scale: f64) -> f64 {
    let rate = f64::from(stem.rate_hz);
    let reach = (0.03 * rate) as isize;
    let voice = |audio: &Audio, n: usize| f64::from(audio.channels[0][n] + audio.channels[1][n]);
    let frames = stem.frames().min(flawed.frames()).min(clean.frames());
    let rest = |audio: &Audio| -> Vec<f64> {
        (0..frames).map(|n| voice(audio, n) - scale * voice(others, n)).collect()
    };
    let peak = |of: &[f64]| {
        let at = |lag: isize| -> f64 {
            let inside = (reach as usize..frames - reach as usize).step_by(3);
            inside.map(|n| voice(stem, n) * of[(n as isize + lag) as usize]).sum()
        };
        (-reach..=reach).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(0)
    };
    (peak(&rest(flawed)) - peak(&rest(clean))) as f64 / rate * 1000.0
}

/// Power of the sides below 150 Hz over that of the middle, in dB.
pub(crate) fn low_width_db(audio: &Audio) -> f64 {
    let step = 1.0 - libm::exp(-2.0 * PI * 100.0 / f64::from(audio.rate_hz));
    let (mut state, mut powers) = ([[0.0_f64; 2]; 2], [1e-12_f64; 2]);
    for (l, r) in audio.channels[0].iter().zip(&audio.channels[1]) {
        for (n, x) in [0.5 * f64::from(l + r), 0.5 * f64::from(l - r)].into_iter().enumerate() {
            state[n][0] += step * (x - state[n][0]);
            state[n][1] += step * (state[n][0] - state[n][1]);
            powers[n] += state[n][1] * state[n][1];
        }
    }
    10.0 * libm::log10(powers[1] / powers[0])
}

/// The amplitude of the lines of a hum in the difference of two files.
pub(crate) fn hum_lines(flawed: &Audio, clean: &Audio, mains_hz: f64) -> f64 {
    let rate = f64::from(flawed.rate_hz);
    let frames = flawed.frames().min(clean.frames());
    let line = |k: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..frames {
            let d = f64::from(flawed.channels[0][n] - clean.channels[0][n]);
            let phase = 2.0 * PI * k * mains_hz * n as f64 / rate;
            re += d * libm::cos(phase);
            im += d * libm::sin(phase);
        }
        (re * re + im * im).sqrt() / frames as f64
    };
    HUM_LINES.iter().map(|(k, _)| line(*k) * line(*k)).sum::<f64>().sqrt()
}

/// What no stem explains, in dB of the whole.
pub(crate) fn rest_db(fit: &Fit) -> f64 {
    10.0 * libm::log10(fit.rest.iter().sum::<f64>().max(1e-9) / fit.rest.len().max(1) as f64)
}

/// How far a clean song comes out otherwise, stem beside stem: RMS over cells of each stem's gain re the mean of all there.
pub(crate) fn harm_db(stems: &Stems, clean: &Fit) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for cell in 0..stems.cells() {
        let heard: Vec<(f64, f64)> = (0..stems.count())
            .filter_map(|n| {
                Some((stems.weight(cell, n), 20.0 * libm::log10(clean.gains[cell][n]?.norm().max(1e-6))))
            })
            .collect();
        let weight: f64 = heard.iter().map(|h| h.0).sum();
        let mean = heard.iter().map(|(w, db)| w * db).sum::<f64>() / weight.max(1e-9);
        sum += heard.iter().map(|(w, db)| w * (db - mean) * (db - mean)).sum::<f64>();
        weights += weight;
    }
    (sum / f64::max(weights, 1e-9)).sqrt()
}
