use acetate_dsp::PowerSpectrum;
use acetate_model::{Spec, power_db};

use super::HALF_DECIMATED;

/// Frames of a spectrum, at the low rate: more than a second, no longer than a rest of a bass.
const FRAMES: usize = 4096;
/// How many spectra are looked at together, one from each hop. Notes come and go, hum stays: so it stands in the
/// quiet ones, too.
const SPECTRA: usize = 32;
/// With so many it begins to decide.
const ENOUGH: usize = 14;
/// The share of spectra that are softer than what is taken for lasting.
const QUIET: f64 = 0.2;
/// How far a line stands above what is around it, in dB.
const PROMINENT_DB: f64 = 9.0;
/// How far mains stray from their nominal frequency, as a share of it.
const STRAY: f64 = 0.008;
/// How far around a line its neighbours lie, in Hz.
const NEIGHBOURS_HZ: [f64; 2] = [2.0, 7.0];
/// By how much harmonics may seem to stand off their multiple, in bins.
const OFF_BINS: f64 = 0.75;
/// A sample below this is silence, and a line below that power, -115 dBFS, is no matter.
const SILENCE: f32 = 1e-7;
const NOTHING: f64 = 3e-12;
/// A hum has this many prominent harmonics at least, and one of the first two among them.
const FEWEST_LINES: usize = 2;
/// And they stand out by so much together, in dB: two alone have to be clearer than three.
const TOGETHER_DB: f64 = 27.0;

/// Looks for tones that stay: a hum's harmonics.
pub struct Search {
    nominal_hz: &'static [f64],
    harmonics: usize,
    bin_hz: f64,
    spectrum: PowerSpectrum,
    // per channel, the newest frames at the low rate
    heard: Vec<Vec<f32>>,
    // the newest spectra, in a circle
    powers: Vec<Vec<f32>>,
    hops: usize,
    lasting: Vec<f32>,
    sorted: Vec<f32>,
}

impl Search {
    pub fn new(spec: &Spec, half: usize, nominal_hz: &'static [f64], harmonics: usize) -> Self {
        let rate = spec.rate() * HALF_DECIMATED as f64 / half as f64;
        let spectrum = PowerSpectrum::new(FRAMES);
        Self {
            nominal_hz,
            harmonics,
            bin_hz: rate / FRAMES as f64,
            heard: vec![vec![0.0; FRAMES]; spec.channels],
            powers: vec![vec![0.0; spectrum.bins()]; SPECTRA],
            hops: 0,
            lasting: vec![0.0; spectrum.bins()],
            sorted: vec![0.0; SPECTRA],
            spectrum,
        }
    }

    pub fn reset(&mut self) {
        self.heard.iter_mut().for_each(|x| x.fill(0.0));
        self.hops = 0;
    }

    /// Hears the newest half of each channel's window; tells a hum's frequency once it is sure.
    pub fn hear(&mut self, windows: &[Vec<f64>]) -> Option<f64> {
        for (heard, window) in self.heard.iter_mut().zip(windows) {
            let new = &window[window.len() / 2..];
            heard.copy_within(new.len().., 0);
            let from = heard.len() - new.len();
            heard[from..].iter_mut().zip(new).for_each(|(to, &x)| *to = x as f32);
        }
        self.hops += 1;
        let before_full = FRAMES / (2 * HALF_DECIMATED);
        if self.hops < before_full || self.is_mostly_silent() {
            self.hops = self.hops.min(before_full);
            return None;
        }
        let power = &mut self.powers[(self.hops - before_full) % SPECTRA];
        power.fill(0.0);
        for heard in &self.heard {
            self.spectrum.add(heard, power);
        }
        let count = (self.hops - before_full + 1).min(SPECTRA);
        if count < ENOUGH {
            return None;
        }
        self.find_lasting(count);
        let hums = self.nominal_hz.iter().filter_map(|&hz| self.hum(hz));
        hums.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(hz, _)| hz)
    }

    fn is_mostly_silent(&self) -> bool {
        let parts = self.heard.iter().flat_map(|heard| heard.chunks(2 * HALF_DECIMATED));
        let silent = parts.filter(|part| part.iter().all(|x| x.abs() < SILENCE)).count();
        2 * silent > self.heard.len() * FRAMES / (2 * HALF_DECIMATED)
    }

    /// The power that stays in each bin near a harmonic.
    fn find_lasting(&mut self, count: usize) {
        let quiet = (QUIET * count as f64) as usize;
        for &hz in self.nominal_hz {
            for harmonic in 1..=self.harmonics {
                let middle = hz * harmonic as f64;
                let reach = middle * STRAY + NEIGHBOURS_HZ[1] + 2.0 * self.bin_hz;
                for bin in self.bins(middle - reach, middle + reach) {
                    let sorted = &mut self.sorted[..count];
                    sorted.iter_mut().zip(&self.powers).for_each(|(to, power)| *to = power[bin]);
                    self.lasting[bin] = *sorted.select_nth_unstable_by(quiet, f32::total_cmp).1;
                }
            }
        }
    }

    fn bins(&self, from_hz: f64, to_hz: f64) -> std::ops::Range<usize> {
        let bin = |hz: f64| (hz / self.bin_hz + 0.5).max(1.0) as usize;
        bin(from_hz)..(bin(to_hz) + 1).min(self.lasting.len() - 1)
    }

    /// The frequency of a hum near this one, and how prominent its lines are together.
    fn hum(&mut self, nominal_hz: f64) -> Option<(f64, f64)> {
        let mut best: Option<(f64, f64)> = None;
        // where one harmonic is all that is looked for, it has to do
        let lone_db = if self.harmonics == 1 { PROMINENT_DB } else { f64::INFINITY };
        for anchor in 1..=self.harmonics.min(2) {
            let middle = nominal_hz * anchor as f64;
            let (from, to) = (middle * (1.0 - STRAY), middle * (1.0 + STRAY));
            let Some((hz, prominence)) = self.line(from, to).filter(|(hz, _)| (from..=to).contains(hz))
            else {
                continue;
            };
            let first = hz / anchor as f64;
            let (mut lines, mut sum) = (1, prominence);
            // the frequency from the highest harmonic is the most exact
            let mut exact = first;
            for harmonic in (1..=self.harmonics).filter(|&harmonic| harmonic != anchor) {
                let near = exact * harmonic as f64;
                let off = OFF_BINS * self.bin_hz * (harmonic as f64 / anchor as f64).clamp(1.0, 2.0);
                let Some((hz, prominence)) = self.line(near - off, near + off) else { continue };
                lines += 1;
                sum += prominence;
                if harmonic > anchor {
                    exact = hz / harmonic as f64;
                }
            }
            let is_sure = lines >= FEWEST_LINES.min(self.harmonics) && sum >= TOGETHER_DB.min(lone_db);
            if is_sure && best.is_none_or(|(_, other)| sum > other) {
                best = Some((exact, sum));
            }
        }
        best
    }

    /// The frequency and prominence in dB of the highest bin in a range, if it is a line.
    fn line(&mut self, from_hz: f64, to_hz: f64) -> Option<(f64, f64)> {
        let peak = self.bins(from_hz, to_hz).max_by(|&a, &b| self.lasting[a].total_cmp(&self.lasting[b]))?;
        let [below, power, above] = [peak - 1, peak, peak + 1].map(|bin| f64::from(self.lasting[bin]));
        if power < NOTHING || power < below || power < above {
            return None;
        }
        let [near, far] = NEIGHBOURS_HZ.map(|hz| (hz / self.bin_hz) as usize);
        // no more than the room in `sorted` holds, on both sides
        let step = ((far - near) * 2 / self.sorted.len() + 1).max(1);
        let mut count = 0;
        for distance in (near..far).step_by(step) {
            for bin in [peak.saturating_sub(distance), peak + distance] {
                self.sorted[count] = self.lasting[bin.min(self.lasting.len() - 1)];
                count += 1;
            }
        }
        let middle = count / 2;
        let around = *self.sorted[..count].select_nth_unstable_by(middle, f32::total_cmp).1;
        let db = |power: f64| power_db(power.max(1e-30)).unwrap_or(-300.0);
        let prominence = db(power) - db(f64::from(around));
        let [low, high, far] = [db(below), db(above), db(power)];
        let bend = low - 2.0 * far + high;
        let place = if bend < 0.0 { 0.5 * (low - high) / bend } else { 0.0 };
        (prominence >= PROMINENT_DB).then_some(((peak as f64 + place) * self.bin_hz, prominence))
    }
}
