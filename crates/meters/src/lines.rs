use acetate_dsp::PowerSpectrum;
use acetate_model::power_db;
use realfft::num_complex::Complex32;

use crate::coherent::Windows;

/// Frames of a spectrum at the low rate: two seconds, no longer than a rest of a bass.
const FRAMES: usize = 4096;
/// So many spectra are remembered, one from each half of their length: ten minutes.
const MOST_SPECTRA: usize = 600;
/// With fewer nothing is said.
const FEWEST_SPECTRA: usize = 7;
/// Where hum lies, with what is around it.
const HEARD_HZ: [f64; 2] = [40.0, 640.0];
/// Notes come and go, hum stays: so it stands in the quiet spectra, too. The share that is softer than what counts.
const QUIET: f64 = 0.2;
/// What stands still differs little between these shares; of a noise they lie 6 dB apart, and of notes more.
const STEADY: [f64; 2] = [0.05, 0.2];
const STEADY_DB: f64 = 3.5;
const NOMINAL_HZ: [f64; 2] = [50.0, 60.0];
const HARMONICS: usize = 10;
/// How far mains stray from their nominal frequency, as a share of it: 0.2 Hz in 50.
const STRAY: f64 = 0.004;
/// How far a line stands above what is around it, in dB.
const PROMINENT_DB: f64 = 9.0;
/// How far around a line its neighbours lie, in Hz.
const NEIGHBOURS_HZ: [f64; 2] = [2.0, 7.0];
/// So far around a line nothing else that stands still comes near it, in Hz and dB: the beat of a rhythm that repeats
/// exactly makes lines, too, but many, and closer together than mains.
const LONE_HZ: [f64; 2] = [2.5, 20.0];
const LONE_DB: f64 = 6.0;
/// How far a line may seem to be off, in bins.
const OFF_BINS: f64 = 0.6;
/// A hum has this many lines at least, and one of the first of them.
const FEWEST_LINES: usize = 2;
const ANCHORS: usize = 3;
/// And they stand out by so much together, in dB: two alone have to be clearer than three.
const TOGETHER_DB: f64 = 30.0;
/// A spectrum with a part below this is silence somewhere, and a line below that power is no matter.
const SILENCE: f32 = 1e-7;
const NOTHING: f64 = 1e-12;
const PARTS: usize = 16;

/// Looks for tones that stay: a hum's harmonics.
pub struct Lines {
    bin_hz: f64,
    hop_s: f64,
    spectrum: PowerSpectrum,
    // what waits of middle and side
    heard: [Vec<f32>; 2],
    // [middle, side][bin from the first][spectrum]; no sides before there is something
    spectra: [Vec<Vec<Complex32>>; 2],
    // when each begins, in hops, and how many hops were heard
    starts: Vec<u32>,
    hops: u32,
}

/// A steady tone.
pub struct Line {
    pub hz: f64,
    /// Re a full-scale square wave.
    pub power: f64,
    prominence_db: f64,
}

impl Lines {
    pub fn new(rate_hz: f64) -> Self {
        let spectrum = PowerSpectrum::new(FRAMES);
        let bin_hz = rate_hz / FRAMES as f64;
        let bins = ((HEARD_HZ[1] - HEARD_HZ[0]) / bin_hz) as usize;
        Self {
            bin_hz,
            hop_s: FRAMES as f64 / 2.0 / rate_hz,
            heard: [Vec::with_capacity(FRAMES), Vec::with_capacity(FRAMES)],
            spectra: [vec![Vec::new(); bins], Vec::new()],
            starts: Vec::new(),
            hops: 0,
            spectrum,
        }
    }

    /// Hears the next frames of middle and side, of which some lengths make up half a spectrum.
    pub fn push(&mut self, mid: &[f64], side: Option<&[f64]>) {
        if self.count() == MOST_SPECTRA {
            return;
        }
        self.heard[0].extend(mid.iter().map(|&x| x as f32));
        match side {
            Some(side) => self.heard[1].extend(side.iter().map(|&x| x as f32)),
            None => self.heard[1].resize(self.heard[0].len(), 0.0),
        }
        if self.heard[0].len() < FRAMES {
            return;
        }
        let mut parts = self.heard[0].chunks(FRAMES / PARTS);
        if parts.all(|part| part.iter().any(|x| x.abs() >= SILENCE)) {
            self.remember();
            self.starts.push(self.hops);
        }
        self.hops += 1;
        self.heard.iter_mut().for_each(|heard| drop(heard.drain(..FRAMES / 2)));
    }

    fn remember(&mut self) {
        let (first, count) = (self.first_bin(), self.count());
        for (heard, spectra) in self.heard.iter().zip(&mut self.spectra) {
            let is_silent = heard.iter().all(|x| *x == 0.0);
            if is_silent && spectra.is_empty() {
                continue;
            }
            let spectrum = self.spectrum.spectrum(heard);
            let bins = ((HEARD_HZ[1] - HEARD_HZ[0]) / self.bin_hz) as usize;
            spectra.resize_with(bins, || vec![Complex32::ZERO; count]);
            for (bin, x) in spectra.iter_mut().zip(&spectrum[first..]) {
                bin.push(*x);
            }
        }
    }

    /// What was heard, with its phases.
    pub fn windows(&self) -> Windows<'_> {
        let [mid, side] = &self.spectra;
        Windows {
            mid,
            side,
            first_bin: self.first_bin(),
            bin_hz: self.bin_hz,
            hop_s: self.hop_s,
            starts: &self.starts,
        }
    }

    pub fn is_enough(&self) -> bool {
        self.count() >= FEWEST_SPECTRA
    }

    /// The frequency of the mains and the lines of the hum, if there is one.
    pub fn hum(&self) -> Option<(f64, Vec<Line>)> {
        let lasting: Vec<f64> = self.spectra[0].iter().map(|bin| quantile(bin, QUIET)).collect();
        let clarity = |lines: &[Line]| lines.iter().map(|line| line.prominence_db).sum::<f64>();
        let hums = NOMINAL_HZ.iter().flat_map(|&hz| (1..=ANCHORS).map(move |anchor| (hz, anchor)));
        hums.filter_map(|(hz, anchor)| self.hum_at(&lasting, hz, anchor))
            .filter(|(_, lines)| lines.len() >= FEWEST_LINES && clarity(lines) >= TOGETHER_DB)
            .max_by(|a, b| clarity(&a.1).total_cmp(&clarity(&b.1)))
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    fn first_bin(&self) -> usize {
        (HEARD_HZ[0] / self.bin_hz) as usize
    }

    fn hum_at(&self, lasting: &[f64], nominal_hz: f64, anchor: usize) -> Option<(f64, Vec<Line>)> {
        let middle = nominal_hz * anchor as f64;
        let first = self.line(lasting, middle, middle * STRAY)?;
        // that of the highest line is the most exact
        let (mut exact, mut highest) = (first.hz / anchor as f64, anchor);
        let mut lines = vec![first];
        for harmonic in (1..=HARMONICS).filter(|&harmonic| harmonic != anchor) {
            let far = (harmonic as f64 / highest as f64).clamp(1.0, 2.0);
            let off_hz = OFF_BINS * self.bin_hz * far;
            let Some(line) = self.line(lasting, exact * harmonic as f64, off_hz) else { continue };
            if harmonic > highest {
                (exact, highest) = (line.hz / harmonic as f64, harmonic);
            }
            lines.push(line);
        }
        lines.sort_by(|a, b| a.hz.total_cmp(&b.hz));
        Some((exact, lines))
    }

    /// The steady line that stands out near a frequency.
    fn line(&self, lasting: &[f64], near_hz: f64, off_hz: f64) -> Option<Line> {
        let first = self.first_bin();
        let bin = |hz: f64| ((hz / self.bin_hz).round() as usize).saturating_sub(first);
        let (from, to) = (bin(near_hz - off_hz).max(1), bin(near_hz + off_hz).min(lasting.len() - 2));
        let peak = (from..=to).max_by(|&a, &b| lasting[a].total_cmp(&lasting[b]))?;
        let [below, power, above] = [peak - 1, peak, peak + 1].map(|bin| lasting[bin]);
        if power < NOTHING || power < below || power < above {
            return None;
        }
        let [near, far] = NEIGHBOURS_HZ.map(|hz| (hz / self.bin_hz) as usize);
        let sides = (near..far).flat_map(|off| [peak.checked_sub(off), Some(peak + off)]).flatten();
        let mut around: Vec<f64> = sides.filter_map(|bin| lasting.get(bin).copied()).collect();
        let middle = around.len() / 2;
        let around = *around.select_nth_unstable_by(middle, f64::total_cmp).1;
        let db = |power: f64| power_db(power.max(NOTHING * NOTHING)).unwrap_or(f64::NEG_INFINITY);
        let prominence_db = db(power) - db(around);
        let [soft, loud] = STEADY.map(|share| db(quantile(&self.spectra[0][peak], share)));
        if prominence_db < PROMINENT_DB || loud - soft > STEADY_DB {
            return None;
        }
        let [near, far] = LONE_HZ.map(|hz| (hz / self.bin_hz) as usize);
        let sides = (near..far).flat_map(|off| [peak.checked_sub(off), Some(peak + off)]).flatten();
        let other = sides.filter_map(|bin| lasting.get(bin).copied()).fold(0.0, f64::max);
        if db(power) - db(other) < LONE_DB {
            return None;
        }
        let bend = db(below) - 2.0 * db(power) + db(above);
        let place = if bend < 0.0 { 0.5 * (db(below) - db(above)) / bend } else { 0.0 };
        let hz = ((first + peak) as f64 + place) * self.bin_hz;
        // a sine between two bins reads lower by up to 1.4 dB; its peak is that of the parabola
        let crest_db = db(power) - 0.25 * (db(below) - db(above)) * place;
        let power = 0.5 * acetate_model::amplitude(2.0 * crest_db);
        ((hz - near_hz).abs() <= off_hz).then_some(Line { hz, power, prominence_db })
    }
}

/// The power below which this share lies.
fn quantile(bin: &[Complex32], share: f64) -> f64 {
    let mut sorted: Vec<f32> = bin.iter().map(Complex32::norm_sqr).collect();
    let rank = (share * bin.len().saturating_sub(1) as f64).round() as usize;
    if sorted.is_empty() { 0.0 } else { f64::from(*sorted.select_nth_unstable_by(rank, f32::total_cmp).1) }
}
