use std::ops::Range;

use acetate_dsp::{Corner, PowerSpectrum, Prototype, level_db};
use acetate_model::{Audio, Spec, amplitude_db};

use super::ResonanceSettings;

/// The length of a spectrum in seconds, at least; the next is heard half of it later. Long, so that there is room between
/// the partials of a note.
const SPECTRUM_SECONDS: f64 = 0.3;
/// Spectra of a stretch: about a second.
const SPECTRA: usize = 6;
/// Bands per octave.
const PER_OCTAVE: usize = 24;
/// The half width of a band, in octaves; never less than a bin.
const BAND_OCTAVES: f64 = 1.0 / 16.0;
/// How many bands to each side a resonance is compared with.
const AROUND: usize = PER_OCTAVE * 3 / 4;
const WIDTH: usize = 2 * AROUND + 1;
/// Stretches that are remembered, and with how many it begins to act.
const REMEMBERED: usize = 64;
const ENOUGH: usize = 10;
/// A resonance stands out in all but this share of the stretches; of the first ones, in every one.
const PASSING: f64 = 0.15;
const FIRST: usize = 4;
/// The surroundings of a resonance are smooth: within the first of these, in dB, it is trusted, beyond the second not.
const ROUGH_DB: [f64; 2] = [2.6, 3.1];
/// Below this frequency the threshold rises, by so many dB per octave: there one partial fills a band.
const LOW_HZ: f64 = 500.0;
const LOW_DB: f64 = 3.0;
/// By how much more a band is turned down for each dB that it stands out further, until it is level.
const SLOPE: f64 = 6.0;
/// A spectrum this far below the loudest, in dB, or below this level, is not counted.
const SOFT_DB: f32 = 50.0;
const SILENT_DB: f32 = -80.0;
/// The gain for which the shape of a resonance is drawn, in dB.
const SHAPE_DB: f64 = 12.0;
/// Two resonances lie at least so many bands apart.
const APART: usize = PER_OCTAVE / 3;
/// How many are turned down at most.
pub const MOST: usize = 6;

/// A band that stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub hz: f64,
    /// By how much it is turned down.
    pub cut_db: f64,
}

/// What stands out for as long as the sound goes on.
///
/// The mean of levels in dB is taken in each band, not that of powers: a resonance raises everything in its band
/// alike, the soft between the partials too, while a partial is but a line in it. The shape of a bell is fitted to
/// every stretch on a parabola of log frequency; what it finds in nearly all of them is a resonance.
pub struct Statistics {
    frames: usize,
    hop: usize,
    spectrum: PowerSpectrum,
    heard: Vec<Vec<f32>>,
    filled: usize,
    powers: Vec<f32>,
    bands: Vec<Band>,
    fit: Fit,
    threshold_db: f64,
    range_db: f64,
    limits_hz: [f64; 2],
    loudest_db: f32,
    // the sum of levels in this stretch
    sums: Vec<f64>,
    spectra: usize,
    // in a circle: the mean levels of a stretch, and what stands out of them
    levels: Vec<Vec<f64>>,
    stands: Vec<Vec<f64>>,
    stretches: usize,
    sorted: Vec<f64>,
    mean: Vec<f64>,
    cuts: Vec<f64>,
    found: Vec<Found>,
}

struct Band {
    hz: f64,
    first: usize,
    weights: Vec<f32>,
}

impl Statistics {
    pub fn new(spec: &Spec, settings: &ResonanceSettings) -> Self {
        let frames = ((SPECTRUM_SECONDS * spec.rate()) as usize).next_power_of_two();
        let spectrum = PowerSpectrum::new(frames);
        let bin_hz = spec.rate() / frames as f64;
        let step = |n: f64| libm::exp2(n / PER_OCTAVE as f64);
        let limits_hz = [settings.from_hz.0, settings.to_hz.0.min(0.25 * spec.rate())];
        let lowest = limits_hz[0] / step(AROUND as f64 + 1.0);
        let octaves = libm::log2(limits_hz[1] / limits_hz[0]).max(0.0);
        let count = (octaves * PER_OCTAVE as f64) as usize + 2 * AROUND + 3;
        let bands: Vec<Band> =
            (0..count).map(|n| Band::new(lowest * step(n as f64), bin_hz, spectrum.bins())).collect();
        Self {
            frames,
            hop: frames / 2,
            heard: vec![vec![0.0; frames]; spec.channels],
            filled: 0,
            powers: vec![0.0; spectrum.bins()],
            spectrum,
            fit: Fit::new(settings.sharpness_q.0),
            threshold_db: settings.threshold_db.0,
            range_db: settings.range_db.0,
            limits_hz,
            loudest_db: SILENT_DB,
            sums: vec![0.0; count],
            spectra: 0,
            levels: vec![vec![0.0; count]; REMEMBERED],
            stands: vec![vec![0.0; count]; REMEMBERED],
            stretches: 0,
            sorted: vec![0.0; REMEMBERED],
            mean: vec![0.0; count],
            cuts: vec![0.0; count],
            found: Vec::with_capacity(MOST),
            bands,
        }
    }

    pub fn reset(&mut self) {
        self.heard.iter_mut().for_each(|x| x.fill(0.0));
        self.sums.fill(0.0);
        (self.filled, self.spectra, self.stretches) = (0, 0, 0);
        self.loudest_db = SILENT_DB;
        self.found.clear();
    }

    /// What stands out, the lowest frequency first.
    pub fn resonances(&self) -> &[Found] {
        &self.found
    }

    /// Hears on; says whether it knows something new.
    pub fn hear(&mut self, audio: &Audio, part: Range<usize>) -> bool {
        let mut is_new = false;
        let mut from = part.start;
        while from < part.end {
            let taken = (part.end - from).min(self.hop - self.filled);
            let at = self.frames - self.hop + self.filled;
            for (heard, channel) in self.heard.iter_mut().zip(&audio.channels) {
                heard[at..at + taken].copy_from_slice(&channel[from..from + taken]);
            }
            from += taken;
            self.filled += taken;
            if self.filled == self.hop {
                is_new |= self.add_spectrum();
                self.heard.iter_mut().for_each(|heard| heard.copy_within(self.hop.., 0));
                self.filled = 0;
            }
        }
        is_new
    }

    fn add_spectrum(&mut self) -> bool {
        self.powers.fill(0.0);
        for heard in &self.heard {
            self.spectrum.add(heard, &mut self.powers);
        }
        let mut whole = [self.powers.iter().sum::<f32>()];
        level_db(&mut whole);
        self.loudest_db = self.loudest_db.max(whole[0]);
        if whole[0] < (self.loudest_db - SOFT_DB).max(SILENT_DB) {
            return false;
        }
        level_db(&mut self.powers);
        for (sum, band) in self.sums.iter_mut().zip(&self.bands) {
            let levels = &self.powers[band.first..];
            *sum += f64::from(band.weights.iter().zip(levels).map(|(w, level)| w * level).sum::<f32>());
        }
        self.spectra += 1;
        if self.spectra < SPECTRA {
            return false;
        }
        self.end_stretch();
        true
    }

    fn end_stretch(&mut self) {
        let at = self.stretches % REMEMBERED;
        for (level, sum) in self.levels[at].iter_mut().zip(&mut self.sums) {
            *level = *sum / self.spectra as f64;
            *sum = 0.0;
        }
        self.spectra = 0;
        for (stands, levels) in self.stands[at][AROUND..].iter_mut().zip(self.levels[at].windows(WIDTH)) {
            *stands = self.fit.of(levels).0;
        }
        self.stretches += 1;
        self.found.clear();
        if self.stretches >= ENOUGH {
            self.find();
        }
    }

    fn find(&mut self) {
        let count = self.stretches.min(REMEMBERED);
        for (band, mean) in self.mean.iter_mut().enumerate() {
            *mean = self.levels[..count].iter().map(|levels| levels[band]).sum::<f64>() / count as f64;
        }
        self.cuts.fill(0.0);
        for (n, levels) in self.mean.windows(WIDTH).enumerate() {
            let band = n + AROUND;
            let (always, rough) = self.fit.of(levels);
            let sorted = &mut self.sorted[..count];
            sorted.iter_mut().zip(&self.stands).for_each(|(to, stands)| *to = stands[band]);
            let mostly =
                *sorted.select_nth_unstable_by((PASSING * (count - FIRST) as f64) as usize, f64::total_cmp).1;
            let stands = always.min(mostly);
            let trust = ((ROUGH_DB[1] - rough) / (ROUGH_DB[1] - ROUGH_DB[0])).clamp(0.0, 1.0);
            let low_db = LOW_DB * libm::log2(LOW_HZ / self.bands[band].hz).max(0.0);
            let over_db = stands - self.threshold_db - low_db;
            self.cuts[band] = trust * (SLOPE * over_db).clamp(0.0, always.max(0.0));
        }
        while self.found.len() < MOST {
            let Some(at) = (0..self.cuts.len()).max_by(|&a, &b| self.cuts[a].total_cmp(&self.cuts[b])) else {
                break;
            };
            let cut_db = self.cuts[at];
            if cut_db <= 0.0 {
                break;
            }
            let hz = self.bands[at].hz;
            if (self.limits_hz[0]..=self.limits_hz[1]).contains(&hz) {
                self.found.push(Found { hz, cut_db: cut_db.min(self.range_db) });
            }
            let last = (at + APART).min(self.cuts.len() - 1);
            self.cuts[at.saturating_sub(APART)..=last].fill(0.0);
        }
        self.found.sort_unstable_by(|a, b| a.hz.total_cmp(&b.hz));
    }
}

impl Band {
    /// A triangle around a frequency, whose weights add up to 1.
    fn new(hz: f64, bin_hz: f64, bins: usize) -> Self {
        let reach = (hz * (libm::exp2(BAND_OCTAVES) - 1.0)).max(bin_hz);
        let first = (((hz - reach) / bin_hz).max(0.0) as usize + 1).min(bins - 1);
        let last = ((hz + reach) / bin_hz).min((bins - 1) as f64) as usize;
        let weight = |bin: usize| (1.0 - (bin as f64 * bin_hz - hz).abs() / reach).max(0.0);
        let weights: Vec<f64> = (first..=last.max(first)).map(weight).collect();
        let sum: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        Self { hz, first, weights: weights.iter().map(|w| (w / sum) as f32).collect() }
    }
}

/// Fits a parabola and the shape of a bell to levels over log frequency, by least squares.
struct Fit {
    // orthonormal: those of the parabola, then what the bell adds to them
    basis: [[f64; WIDTH]; 4],
    bell: f64,
}

impl Fit {
    fn new(q: f64) -> Self {
        let bell = Prototype::Bell(Corner { hz: 1.0, gain_db: SHAPE_DB, q });
        let octaves = |n: usize| (n as f64 - AROUND as f64) / PER_OCTAVE as f64;
        let shape =
            |n: usize| amplitude_db(bell.response(libm::exp2(octaves(n))).norm()).unwrap_or(0.0) / SHAPE_DB;
        let raw: [[f64; WIDTH]; 4] = [
            [1.0; WIDTH],
            std::array::from_fn(octaves),
            std::array::from_fn(|n| octaves(n) * octaves(n)),
            std::array::from_fn(shape),
        ];
        let mut basis = raw;
        let mut length = 1.0;
        for n in 0..4 {
            let (done, rest) = basis.split_at_mut(n);
            for other in &*done {
                let along = dot(other, &rest[0]);
                rest[0].iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
            }
            length = dot(&rest[0], &rest[0]).sqrt();
            rest[0].iter_mut().for_each(|x| *x /= length);
        }
        Self { basis, bell: length }
    }

    /// The height of the bell in dB, and the root mean square of what is left.
    fn of(&self, levels: &[f64]) -> (f64, f64) {
        let along = self.basis.each_ref().map(|vector| dot(vector, levels));
        let left = dot(levels, levels) - along.iter().map(|x| x * x).sum::<f64>();
        (along[3] / self.bell, (left.max(0.0) / WIDTH as f64).sqrt())
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
