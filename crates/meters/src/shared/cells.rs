//! How much of one stem is in another, once it is known how late it would be.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::lags::hann;

/// Frames of a short spectrum: about a drum hit, so that gaps between hits and words count by themselves.
const FRAME: usize = 1 << 10;

/// Bands that are judged by themselves, in Hz.
const EDGES_HZ: [f64; BANDS + 1] = [100.0, 200.0, 350.0, 600.0, 1000.0, 1700.0, 2800.0, 4500.0];
pub(super) const BANDS: usize = 7;

/// A cell counts where the sound that is looked for stands this far over its mean in the band, as a power.
const LOUD: f32 = 0.5;

/// The softest copy that is looked for, as a power: -60 dB.
const SOFTEST: f32 = 1e-6;

/// How fast a reverb may die away from one frame to the next, as a power: 60 dB in three seconds.
const DECAY_S: f64 = 3.0;

/// What the cells of a band say about a copy.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Copy {
    /// Loud cells.
    pub cells: usize,
    /// Σ of gain over noise.
    re: f64,
    im: f64,
    /// Σ of one over noise.
    weight: f64,
    /// Σ of what is there over noise.
    power: f64,
    /// Σ of the power of the sound looked for.
    pub loudness: f64,
}

/// One band of two stems.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Band {
    /// Of the second in the first, and of the first in the second.
    pub copies: [Copy; 2],
    /// Σ of the cross-power and of both powers.
    pub cross: f64,
    pub powers: [f64; 2],
    /// Σ of each one's power that can be the other or its decay.
    pub covered: [f64; 2],
}

impl Copy {
    /// The share of cells that agree on one gain, from 0 to 1.
    pub fn agreement(&self) -> f64 {
        let most = self.weight * self.power;
        if most > 0.0 { (self.re * self.re + self.im * self.im) / most } else { 0.0 }
    }

    /// The gain as real and imaginary part.
    pub fn gain(&self) -> [f64; 2] {
        if self.weight > 0.0 { [self.re / self.weight, self.im / self.weight] } else { [0.0; 2] }
    }

    /// How soft the other gets where the sound is loud, as a power re that sound: the harmonic mean over the cells,
    /// which is the copy's level where the cells between its own sounds show it.
    pub fn level(&self) -> f64 {
        if self.weight > 0.0 { self.power / self.weight } else { 0.0 }
    }

    fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.re += other.re;
        self.im += other.im;
        self.weight += other.weight;
        self.power += other.power;
        self.loudness += other.loudness;
    }
}

impl Band {
    pub fn add(&mut self, other: &Self) {
        for (to, from) in self.copies.iter_mut().zip(&other.copies) {
            to.add(from);
        }
        self.cross += other.cross;
        for side in 0..2 {
            self.powers[side] += other.powers[side];
            self.covered[side] += other.covered[side];
        }
    }
}

pub(super) struct Cells {
    edges: [usize; BANDS + 1],
    decay: f32,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// The bins of all bands, frame after frame.
    stems: [Vec<Complex<f32>>; 2],
    ramp: Vec<Complex<f32>>,
}

impl Cells {
    /// For signals at a decimated rate in Hz.
    pub fn new(rate: f64) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let bin = |hz: f64| ((hz * FRAME as f64 / rate) as usize).min(FRAME / 2);
        Self {
            edges: EDGES_HZ.map(bin),
            decay: libm::exp10(-6.0 * FRAME as f64 / rate / DECAY_S) as f32,
            window: hann(FRAME),
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            stems: [Vec::new(), Vec::new()],
            ramp: Vec::new(),
        }
    }

    /// Compares a stretch of two stems, the first being later by `lag` decimated frames.
    pub fn compare(&mut self, first: &[f32], second: &[f32], lag: f64) -> [Band; BANDS] {
        let whole = lag.round();
        let (ahead, behind) = ((-whole).max(0.0) as usize, whole.max(0.0) as usize);
        let length = first.len().min(second.len()).saturating_sub(ahead.max(behind));
        self.transform(0, &first[behind..behind + length]);
        self.transform(1, &second[ahead..ahead + length]);
        self.turn(lag - whole);
        let mut bands = [Band::default(); BANDS];
        for (nth, band) in bands.iter_mut().enumerate() {
            self.band(nth, band);
        }
        bands
    }

    fn transform(&mut self, which: usize, samples: &[f32]) {
        self.stems[which].clear();
        for frame in samples.chunks_exact(FRAME) {
            for ((to, sample), window) in self.input.iter_mut().zip(frame).zip(&self.window) {
                *to = sample * window;
            }
            let done = self.fft.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
            debug_assert!(done.is_ok());
            self.stems[which].extend_from_slice(&self.spectrum[self.edges[0]..self.edges[BANDS]]);
        }
    }

    /// Makes up for the part of a frame by which the first is late.
    fn turn(&mut self, frames: f64) {
        let step = 2.0 * std::f64::consts::PI * frames / FRAME as f64;
        let bins = self.edges[0]..self.edges[BANDS];
        self.ramp.clear();
        self.ramp.extend(bins.map(|k| {
            let (sin, cos) = libm::sincos(step * k as f64);
            Complex::new(cos as f32, sin as f32)
        }));
    }

    fn band(&self, nth: usize, band: &mut Band) {
        let width = self.edges[BANDS] - self.edges[0];
        let bins = self.edges[nth] - self.edges[0]..self.edges[nth + 1] - self.edges[0];
        let frames = self.stems[0].len() / width.max(1);
        let power = |which: usize, frame: usize| {
            let cells = &self.stems[which][frame * width..][bins.clone()];
            cells.iter().map(Complex::norm_sqr).sum::<f32>()
        };
        for frame in 0..frames {
            for which in 0..2 {
                band.powers[which] += f64::from(power(which, frame));
            }
        }
        let cells = (frames * bins.len()).max(1) as f64;
        let loud = band.powers.map(|power| LOUD * (power / cells) as f32);
        for frame in 0..frames {
            let of = |which: usize| &self.stems[which][frame * width..][bins.clone()];
            for ((x, y), ramp) in of(0).iter().zip(of(1)).zip(&self.ramp[bins.clone()]) {
                let cross = x * y.conj() * ramp;
                let powers = [x.norm_sqr(), y.norm_sqr()];
                band.cross += f64::from(cross.re);
                if powers[1] > loud[1] {
                    band.copies[0].hear(cross, powers[0], powers[1]);
                }
                if powers[0] > loud[0] {
                    band.copies[1].hear(cross.conj(), powers[1], powers[0]);
                }
            }
        }
        for side in 0..2 {
            let ratio = (band.powers[side] / band.powers[1 - side].max(f64::MIN_POSITIVE)) as f32;
            let mut reach = 0.0f32;
            for frame in 0..frames {
                reach = (reach * self.decay).max(2.0 * ratio * power(1 - side, frame));
                band.covered[side] += f64::from(power(side, frame).min(reach));
            }
        }
    }
}

impl Copy {
    /// Hears a cell of what may hold a copy, and of the sound looked for.
    fn hear(&mut self, cross: Complex<f32>, there: f32, looked_for: f32) {
        let noise = there + SOFTEST * looked_for;
        self.cells += 1;
        self.re += f64::from(cross.re / noise);
        self.im += f64::from(cross.im / noise);
        self.weight += f64::from(looked_for / noise);
        self.power += f64::from(there / noise);
        self.loudness += f64::from(looked_for);
    }
}
