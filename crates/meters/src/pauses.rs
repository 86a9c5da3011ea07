use std::ops::Range;

use acetate_dsp::{PowerSpectrum, k_sections};
use acetate_model::{Audio, power_db};

use crate::sums::{energy, pair};

/// A frame lasts at least this long, so that a second has more than twenty.
const FRAME_MS: f64 = 35.0;
/// Parts of a frame that are compared with each other.
const PARTS: usize = 8;
/// The loudest part of an even frame over the softest, as power: 3.5 dB.
const EVEN: f32 = 2.24;
/// A louder frame is no pause: mean power of a step from sample to sample, -35 dB.
const LOUDEST_STEP: f32 = 3.2e-4;
/// Of frames that might be noise one in so many is looked at closely.
const ONE_IN: usize = 3;
/// Bands in which the spectrum of a noise is flat: third octaves up to here.
pub const BANDS: usize = 18;
const HIGHEST_BAND_HZ: f64 = 16_000.0;
const BAND: f64 = 1.259_921_049_894_873_2;
/// No band is wider than this share of the rate reaches.
const HIGHEST_OF_RATE: f64 = 0.4;
/// The geometric mean over the mean of a noise's powers is 0.56 (e to the minus Euler's constant); less is a tone.
const NOISY: f64 = 0.40;

/// Listens for frames in which nothing but a noise is heard.
pub struct Pauses {
    frame_ms: f64,
    length: usize,
    waiting: [Vec<f32>; 2],
    spectrum: PowerSpectrum,
    power: Vec<f32>,
    weights: Vec<f32>,
    bands: [Range<usize>; BANDS],
    since: usize,
    /// The level of steps from sample to sample of each frame that is nowhere silent.
    pub levels_db: Vec<f32>,
    /// Its mean power in both channels together.
    pub powers: Vec<f32>,
    /// The frames that sound like a noise.
    pub noises: Vec<Noise>,
    frames: usize,
}

/// A frame that was looked at closely.
#[derive(Clone, Copy)]
pub struct Noise {
    pub frame: usize,
    pub level_db: f32,
    /// K-weighted, of both channels, in each band.
    pub bands: [f32; BANDS],
    /// Whether it has no tones.
    pub has_no_tones: bool,
}

impl Pauses {
    pub fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        let length = ((FRAME_MS * rate / 1000.0) as usize).next_power_of_two().max(16 * PARTS);
        let spectrum = PowerSpectrum::new(length);
        let bin_hz = rate / length as f64;
        // the spectrum reads the square of a sine's amplitude, and a Hann window is 1.5 bins wide
        let scale = 0.5 / 1.5;
        let weight = |bin: usize| {
            let gain: f64 =
                k_sections(rate_hz).iter().map(|s| s.gain(rate_hz, bin as f64 * bin_hz)).product();
            (scale * gain * gain) as f32
        };
        let bin = |hz: f64| ((hz / bin_hz) as usize).min(spectrum.bins() - 1);
        let highest = HIGHEST_BAND_HZ.min(HIGHEST_OF_RATE * rate);
        let edge = |band: usize| bin(highest / libm::pow(BAND, (BANDS - band) as f64));
        Self {
            frame_ms: 1000.0 * length as f64 / rate,
            length,
            waiting: [Vec::with_capacity(length), Vec::with_capacity(length)],
            power: vec![0.0; spectrum.bins()],
            weights: (0..spectrum.bins()).map(weight).collect(),
            bands: std::array::from_fn(|band| edge(band)..edge(band + 1)),
            spectrum,
            since: ONE_IN,
            levels_db: Vec::new(),
            powers: Vec::new(),
            noises: Vec::new(),
            frames: 0,
        }
    }

    pub fn frame_ms(&self) -> f64 {
        self.frame_ms
    }

    pub fn push(&mut self, block: &Audio) {
        let Some((mut left, mut right)) = pair(block) else { return };
        while !left.is_empty() {
            let fits = left.len().min(self.length - self.waiting[0].len());
            let (l, r) = (left.split_at(fits), right.split_at(fits));
            self.waiting[0].extend_from_slice(l.0);
            self.waiting[1].extend_from_slice(r.0);
            (left, right) = (l.1, r.1);
            if self.waiting[0].len() == self.length {
                self.hear();
                self.waiting.iter_mut().for_each(Vec::clear);
                self.frames += 1;
            }
        }
    }

    fn hear(&mut self) {
        let [left, right] = &self.waiting;
        let mut parts = [0f32; PARTS];
        let length = self.length / PARTS;
        for ((part, left), right) in parts.iter_mut().zip(left.chunks(length)).zip(right.chunks(length)) {
            *part = steps(left) + steps(right);
        }
        let (softest, loudest) =
            parts.iter().fold((f32::MAX, 0f32), |(low, high), &p| (low.min(p), high.max(p)));
        if softest <= 0.0 {
            return;
        }
        let step_power = parts.iter().sum::<f32>() / (2 * self.length) as f32;
        let level_db = power_db(step_power.into()).map_or(f32::MIN, |db| db as f32);
        self.levels_db.push(level_db);
        self.powers.push(((energy(left) + energy(right)) / self.length as f64) as f32);
        self.since += 1;
        if loudest > EVEN * softest || step_power > LOUDEST_STEP || self.since < ONE_IN {
            return;
        }
        self.since = 0;
        self.power.fill(0.0);
        for channel in &self.waiting {
            self.spectrum.add(channel, &mut self.power);
        }
        let has_no_tones = flatness(&self.power, &self.bands) >= NOISY;
        let bands = self.bands.each_ref().map(|band| {
            let powers = self.power[band.clone()].iter().zip(&self.weights[band.clone()]);
            powers.map(|(p, w)| p * w).sum()
        });
        self.noises.push(Noise { frame: self.frames, level_db, bands, has_no_tones });
    }
}

/// Σ(x[n] - x[n-1])²
fn steps(x: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    let (now, before) = (&x[1..], &x[..x.len() - 1]);
    let (a, a_rest) = now.as_chunks::<8>();
    let (b, b_rest) = before.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += (a - b) * (a - b);
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
}

/// The mean over bands of the geometric mean of the powers over their mean.
fn flatness(powers: &[f32], bands: &[Range<usize>]) -> f64 {
    let flat = |band: &Range<usize>| {
        let powers = &powers[band.clone()];
        let mean = powers.iter().map(|&p| f64::from(p)).sum::<f64>() / powers.len() as f64;
        let log =
            powers.iter().map(|&p| libm::log(f64::from(p).max(1e-30))).sum::<f64>() / powers.len() as f64;
        libm::exp(log) / mean.max(1e-30)
    };
    bands.iter().map(flat).sum::<f64>() / bands.len().max(1) as f64
}
