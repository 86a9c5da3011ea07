//! How each stem stands in a finished stereo file: the clean stems are fitted to it, cell by cell of time and frequency.

use std::f64::consts::PI;

use acetate_mastering::model::Audio;
use rayon::prelude::*;
use realfft::{RealFftPlanner, num_complex::Complex64};

const LENGTH: usize = 4096;
const STEP: usize = 1024;
const BANDS: usize = 24;
const EDGES_HZ: [f64; 2] = [40.0, 18_000.0];
/// The pull to no stem at all, as a share of each stem's power in a cell.
const PULL: f64 = 1e-6;
/// A stem with a smaller share of the power of a cell is left out of it.
const PRESENT: f64 = 1e-4;

/// Spectra of left and right, `[frame][channel][bin]`.
type Spectra = Vec<[Vec<Complex64>; 2]>;

/// The clean stems, ready to be fitted.
pub(crate) struct Stems {
    rate_hz: u32,
    spectra: Vec<Spectra>,
    edges: Vec<usize>,
    frames_a_segment: usize,
    /// The power of each stem in each cell, `[cell][stem]`.
    powers: Vec<Vec<f64>>,
    /// The same over that of all.
    shares: Vec<Vec<f64>>,
}

/// What was fitted to one file.
#[derive(Clone)]
pub(crate) struct Fit {
    /// The gain of each stem in each cell, `[cell][stem]`; none where the stem is not there.
    pub gains: Vec<Vec<Option<Complex64>>>,
    /// What no stem explains, as a share of the power of each cell.
    pub rest: Vec<f64>,
}

impl Stems {
    pub fn new(stems: &[&Audio]) -> Self {
        let rate_hz = stems[0].rate_hz;
        let spectra: Vec<Spectra> = stems.par_iter().map(|stem| spectra(stem)).collect();
        let mut new = Self {
            rate_hz,
            spectra,
            edges: edges(rate_hz),
            frames_a_segment: (f64::from(rate_hz) / STEP as f64) as usize,
            powers: Vec::new(),
            shares: Vec::new(),
        };
        new.powers = (0..new.cells()).map(|cell| new.powers_in(cell)).collect();
        new.shares = new.powers.iter().map(|powers| shares(powers)).collect();
        new
    }

    pub fn count(&self) -> usize {
        self.spectra.len()
    }

    pub fn bands(&self) -> usize {
        self.edges.len() - 1
    }

    fn segments(&self) -> usize {
        self.spectra[0].len() / self.frames_a_segment
    }

    /// `segment × band`.
    pub fn cells(&self) -> usize {
        self.segments() * self.bands()
    }

    /// The root of a stem's share of the power in a cell: how much it can be heard there.
    pub fn weight(&self, cell: usize, stem: usize) -> f64 {
        self.shares[cell][stem].sqrt()
    }

    pub fn power(&self, cell: usize, stem: usize) -> f64 {
        self.powers[cell][stem]
    }

    /// The power of a stem in each band.
    pub fn powers_of(&self, stem: usize) -> Vec<f64> {
        let of_band =
            |band| (band..self.cells()).step_by(self.bands()).map(|cell| self.power(cell, stem)).sum();
        (0..self.bands()).map(of_band).collect()
    }

    /// The middle of each band.
    pub fn centres_hz(&self) -> Vec<f64> {
        let hz = |bin: usize| bin as f64 * f64::from(self.rate_hz) / LENGTH as f64;
        self.edges.windows(2).map(|edges| (hz(edges[0]) * hz(edges[1])).sqrt()).collect()
    }

    /// Fits the stems to a file of the same length and rate.
    pub fn fit(&self, audio: &Audio) -> Fit {
        debug_assert_eq!(audio.rate_hz, self.rate_hz);
        let heard = spectra(audio);
        let cells: Vec<(Vec<Option<Complex64>>, f64)> =
            (0..self.cells()).into_par_iter().map(|cell| self.fit_cell(&heard, cell)).collect();
        let (gains, rest) = cells.into_iter().unzip();
        Fit { gains, rest }
    }

    /// Every bin of a cell in all its frames and both channels.
    fn bins<'a>(&self, of: &'a Spectra, cell: usize) -> impl Iterator<Item = &'a Complex64> + use<'a> {
        let (segment, band) = (cell / self.bands(), cell % self.bands());
        let from = segment * self.frames_a_segment;
        let inside = self.edges[band]..self.edges[band + 1];
        let frames = &of[from..(from + self.frames_a_segment).min(of.len())];
        frames.iter().flat_map(move |frame| {
            frame.iter().flat_map({
                let inside = inside.clone();
                move |channel| channel[inside.clone()].iter()
            })
        })
    }

    fn powers_in(&self, cell: usize) -> Vec<f64> {
        let power = |of: &Spectra| self.bins(of, cell).map(Complex64::norm_sqr).sum::<f64>();
        self.spectra.iter().map(power).collect()
    }

    fn fit_cell(&self, heard: &Spectra, cell: usize) -> (Vec<Option<Complex64>>, f64) {
        let present: Vec<usize> = (0..self.count()).filter(|n| self.shares[cell][*n] > PRESENT).collect();
        let mut gains = vec![None; self.count()];
        let y: Vec<Complex64> = self.bins(heard, cell).copied().collect();
        let power: f64 = y.iter().map(Complex64::norm_sqr).sum();
        let x: Vec<Vec<Complex64>> =
            present.iter().map(|n| self.bins(&self.spectra[*n], cell).copied().collect()).collect();
        let dot =
            |a: &[Complex64], b: &[Complex64]| a.iter().zip(b).map(|(a, b)| a.conj() * b).sum::<Complex64>();
        let mut matrix: Vec<Vec<Complex64>> =
            x.iter().map(|a| x.iter().map(|b| dot(a, b)).collect()).collect();
        for (n, row) in matrix.iter_mut().enumerate() {
            row[n] *= 1.0 + PULL;
        }
        let right: Vec<Complex64> = x.iter().map(|a| dot(a, &y)).collect();
        let Some(solved) = solve(matrix, right) else { return (gains, 1.0) };
        let mut rest = 0.0;
        for (k, y) in y.iter().enumerate() {
            let told: Complex64 = solved.iter().zip(&x).map(|(a, x)| a * x[k]).sum();
            rest += (y - told).norm_sqr();
        }
        present.iter().zip(&solved).for_each(|(n, gain)| gains[*n] = Some(*gain));
        (gains, if power > SILENT { rest / power } else { 0.0 })
    }
}

fn shares(powers: &[f64]) -> Vec<f64> {
    let all: f64 = powers.iter().sum();
    powers.iter().map(|power| if all > SILENT { power / all } else { 0.0 }).collect()
}

/// Less power than this in a cell is silence.
const SILENT: f64 = 1e-9;

/// Gauss with the largest pivot; none where stems are as good as the same there.
fn solve(mut matrix: Vec<Vec<Complex64>>, mut right: Vec<Complex64>) -> Option<Vec<Complex64>> {
    /// A pivot that lost so much of its diagonal means a condition past 100.
    const WORST: f64 = 0.01;
    let count = right.len();
    let diagonal: Vec<f64> = (0..count).map(|n| matrix[n][n].re).collect();
    for n in 0..count {
        if matrix[n][n].re <= WORST * diagonal[n] {
            return None;
        }
        for m in n + 1..count {
            let factor = matrix[m][n] / matrix[n][n];
            let above = matrix[n].clone();
            matrix[m].iter_mut().zip(above).skip(n).for_each(|(below, above)| *below -= factor * above);
            let above = right[n];
            right[m] -= factor * above;
        }
    }
    for n in (0..count).rev() {
        for m in n + 1..count {
            let known = right[m];
            right[n] -= matrix[n][m] * known;
        }
        right[n] /= matrix[n][n];
    }
    Some(right)
}

fn spectra(audio: &Audio) -> Spectra {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(LENGTH);
    let hann: Vec<f64> =
        (0..LENGTH).map(|n| 0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / LENGTH as f64)).collect();
    let of = |channel: &[f32], from: usize| {
        let mut input: Vec<f64> =
            channel[from..from + LENGTH].iter().zip(&hann).map(|(x, w)| f64::from(*x) * w).collect();
        let mut output = fft.make_output_vec();
        let done = fft.process(&mut input, &mut output);
        debug_assert!(done.is_ok());
        output
    };
    let starts = (0..=audio.frames().saturating_sub(LENGTH)).step_by(STEP);
    starts.map(|from| [of(&audio.channels[0], from), of(&audio.channels[1], from)]).collect()
}

/// The first bin of each band, and the end of the last: evenly spaced on the scale of equivalent rectangular bandwidths
/// (Glasberg and Moore, 1990).
fn edges(rate_hz: u32) -> Vec<usize> {
    let scale = |hz: f64| 21.4 * libm::log10(1.0 + 0.00437 * hz);
    let back = |erb: f64| (libm::exp10(erb / 21.4) - 1.0) / 0.00437;
    let [low, high] = EDGES_HZ.map(scale);
    let bin = |n: usize| {
        let hz = back(low + (high - low) * n as f64 / BANDS as f64);
        libm::round(hz * LENGTH as f64 / f64::from(rate_hz)) as usize
    };
    let mut edges: Vec<usize> = (0..=BANDS).map(bin).collect();
    edges.dedup();
    edges
}
