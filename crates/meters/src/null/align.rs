use acetate_model::Audio;
use realfft::num_complex::Complex64;

use super::fit::Gram;
use super::fourier::{Fourier, hann, slope};

/// How far apart mix and stems are looked for.
const FARTHEST_S: usize = 10;
/// How much of the song is heard for it.
const HEARD_S: usize = 30;
/// Frames that are taken together for the first, coarse look.
const COARSE: usize = 8;
/// By how much a spectrum is whitened: a sharp peak is wanted, yet not one of the noise in empty bands.
const WHITE: f64 = 0.8;
/// A place without delay is kept if it is nearly as good as the best: loops repeat.
const NEARLY: f64 = 0.8;
/// Frames of the windows of the second look, and how many there are.
const WINDOW: usize = 1 << 15;
const WINDOWS: usize = 10;
/// By how many frames windows may disagree and still mean the same delay.
const SAME: i64 = 2;
/// Below this mean power (−70 dBFS) a window holds nothing to compare.
const SILENT: f64 = 1e-7;
/// A fraction of a frame is believed if it leaves this share of what is left without it (10 dB less).
const BELIEVED: f64 = 0.1;
/// A fraction below this is none: what it leaves is below −60 dB even in the highest octave.
const SMALLEST: f64 = 5e-4;

/// By how much a mix is later than the stems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Whole frames.
    pub frames: i64,
    /// What is left, from 0 to below 1.
    pub fraction: f64,
    /// The share of the places listened to that agree.
    pub agree: f64,
}

impl Alignment {
    /// In frames, whole and not.
    pub fn delay(&self) -> f64 {
        self.frames as f64 + self.fraction
    }
}

/// The beginning of a song, in which the mix is looked for.
#[derive(Debug, Clone)]
pub struct Beginning {
    rate: usize,
    // the middle of left and right
    sum: Vec<f32>,
    mix: Vec<f32>,
    // of each stem, thinned
    stems: Vec<Vec<f32>>,
}

impl Beginning {
    /// Of silence.
    pub fn new(rate_hz: u32, stems: usize) -> Self {
        Self { rate: rate_hz as usize, sum: Vec::new(), mix: Vec::new(), stems: vec![Vec::new(); stems] }
    }

    /// How many frames it takes.
    pub fn frames(rate_hz: u32) -> u64 {
        (HEARD_S * rate_hz as usize) as u64
    }

    /// Hears the next block of all. What has ended is shorter.
    pub fn push(&mut self, stems: &[Audio], sum: &Audio, mix: &Audio) {
        let frames = sum.frames().max(mix.frames());
        let begin = self.sum.len();
        for (thin, stem) in self.stems.iter_mut().zip(stems) {
            thin.resize((begin + frames).div_ceil(COARSE), 0.0);
            for (n, x) in middle(stem).enumerate() {
                thin[(begin + n) / COARSE] += x;
            }
        }
        for (to, block) in [(&mut self.sum, sum), (&mut self.mix, mix)] {
            to.extend(middle(block));
            to.resize(begin + frames, 0.0);
        }
    }

    /// Where the mix lies; `None` where there is nothing to compare.
    pub fn alignment(&self) -> Option<Alignment> {
        let coarse = self.coarse().map(|lag| if self.is_better_at_once(lag) { 0 } else { lag })?;
        let mut fourier = Fourier::new(WINDOW);
        let window = hann(WINDOW);
        let last = self.sum.len().checked_sub(WINDOW)?;
        let pairs = |delay: i64| {
            (0..WINDOWS).filter_map(move |k| {
                let at = last * k / (WINDOWS - 1);
                let there = usize::try_from(at as i64 + delay).ok()?;
                let (sum, mix) = (self.sum.get(at..at + WINDOW)?, self.mix.get(there..there + WINDOW)?);
                let power = |x: &[f32]| super::dot::dot(x, x) / WINDOW as f64;
                (power(sum) > SILENT && power(mix) > SILENT).then_some([sum, mix])
            })
        };
        let mut all = vec![Complex64::ZERO; WINDOW / 2 + 1];
        let mut lags = Vec::new();
        for pair in pairs(coarse) {
            let mut cross = Spectra::of(&mut fourier, &window, pair).cross();
            whiten(&mut cross);
            all.iter_mut().zip(&cross).for_each(|(all, one)| *all += one);
            lags.push(peak(fourier.back(&mut cross), WINDOW / 4).0);
        }
        if lags.is_empty() {
            return None;
        }
        let shift = peak(fourier.back(&mut all), 3 * COARSE).0;
        let agree =
            lags.iter().filter(|lag| (**lag - shift).abs() <= SAME).count() as f64 / lags.len() as f64;
        let whole = coarse + shift;
        let fraction = pairs(whole)
            .map(|pair| Spectra::of(&mut fourier, &window, pair))
            .reduce(|all, one| all.plus(&one));
        let exact = whole as f64 + fraction.map_or(0.0, |spectra| spectra.fraction());
        let frames = exact.floor();
        Some(Alignment { frames: frames as i64, fraction: exact - frames, agree })
    }

    /// Whether the stems, each at its own gain, explain the mix at least as well without a delay. Where a loud stem was
    /// turned over, the sum may go better with a mix that is late by some bars.
    fn is_better_at_once(&self, lag: i64) -> bool {
        let mix = thinned(&self.mix);
        let left = |lag: i64| {
            let [of_stems, of_mix] = [(-lag).max(0), lag.max(0)].map(|skip| skip as usize);
            let length = mix.len().saturating_sub(of_stems.max(of_mix));
            let mix = &mix[of_mix.min(mix.len() - length)..][..length];
            let stems: Vec<&[f32]> =
                self.stems.iter().map(|stem| &stem[of_stems.min(stem.len() - length)..][..length]).collect();
            let heard: Vec<&&[f32]> = stems.iter().filter(|stem| super::dot::dot(stem, stem) > 0.0).collect();
            let row = |a: &[f32]| heard.iter().map(|b| super::dot::dot(a, b)).collect();
            let gram = Gram {
                parts: heard.iter().map(|a| row(a)).collect(),
                mix: row(mix),
                whole: super::dot::dot(mix, mix),
            };
            gram.left(&gram.gains(gram.common()))
        };
        lag == 0 || left(0) <= left(lag / COARSE as i64)
    }

    /// Within some frames, from the lower octaves of all that was heard.
    fn coarse(&self) -> Option<i64> {
        let (sum, mix) = (thinned(&self.sum), thinned(&self.mix));
        let reach = (FARTHEST_S * self.rate / COARSE).min(sum.len() / 2);
        let mut fourier = Fourier::new((sum.len() + reach).next_power_of_two().max(2));
        let (mut of_sum, mut of_mix) = (fourier.spectrum(), fourier.spectrum());
        fourier.forward(sum.into_iter().map(f64::from), &mut of_sum);
        fourier.forward(mix.into_iter().map(f64::from), &mut of_mix);
        of_mix.iter_mut().zip(&of_sum).for_each(|(mix, sum)| *mix *= sum.conj());
        whiten(&mut of_mix);
        let correlation = fourier.back(&mut of_mix);
        let (lag, best) = peak(correlation, reach);
        let (near, here) = peak(correlation, 1);
        (best > 0.0).then_some(COARSE as i64 * if here >= NEARLY * best { near } else { lag })
    }
}

/// The middle of left and right.
fn middle(block: &Audio) -> impl Iterator<Item = f32> + '_ {
    let sides = [block.channels.first(), block.channels.last()];
    let [left, right] = sides.map(|side| side.map_or(&[][..], Vec::as_slice));
    left.iter().zip(right).map(|(l, r)| 0.5 * (l + r))
}

fn thinned(x: &[f32]) -> Vec<f32> {
    x.chunks(COARSE).map(|part| part.iter().sum()).collect()
}

fn whiten(cross: &mut [Complex64]) {
    for bin in cross {
        let size = bin.norm();
        *bin = if size > 1e-20 { *bin / libm::pow(size, WHITE) } else { Complex64::ZERO };
    }
}

/// The lag of the highest correlation up to `reach` to each side, of either sign, and its size.
fn peak(correlation: &[f64], reach: usize) -> (i64, f64) {
    let n = correlation.len() as i64;
    let reach = (reach as i64).min(n / 2 - 1);
    let size = |lag: &i64| correlation[lag.rem_euclid(n) as usize].abs();
    // among equals the nearest to no delay
    let lags =
        (-reach..=reach).max_by(|a, b| size(a).total_cmp(&size(b)).then_with(|| b.abs().cmp(&a.abs())));
    lags.map_or((0, 0.0), |lag| (lag, size(&lag)))
}

/// Of two signals under a window.
struct Spectra {
    cross: Vec<Complex64>,
    powers: [f64; 2],
}

impl Spectra {
    fn of(fourier: &mut Fourier, window: &[f64], pair: [&[f32]; 2]) -> Self {
        let [sum, mut mix] = pair.map(|x| {
            let mut spectrum = fourier.spectrum();
            fourier.forward(x.iter().zip(window).map(|(x, w)| f64::from(*x) * w), &mut spectrum);
            spectrum
        });
        let power = |x: &[Complex64]| x.iter().map(Complex64::norm_sqr).sum();
        let powers = [power(&sum), power(&mix)];
        mix.iter_mut().zip(&sum).for_each(|(mix, sum)| *mix *= sum.conj());
        Self { cross: mix, powers }
    }

    fn cross(self) -> Vec<Complex64> {
        self.cross
    }

    fn plus(mut self, other: &Self) -> Self {
        self.cross.iter_mut().zip(&other.cross).for_each(|(a, b)| *a += b);
        self.powers.iter_mut().zip(other.powers).for_each(|(a, b)| *a += b);
        self
    }

    /// The second later by a part of a frame, if that says much more than none.
    fn fraction(&self) -> f64 {
        let in_phase: f64 = self.cross.iter().map(|bin| bin.re).sum();
        let upright: Vec<Complex64> = self.cross.iter().map(|bin| bin * in_phase.signum()).collect();
        let mut fraction = 0.0;
        for _ in 0..3 {
            fraction += slope(&turned(&upright, fraction));
        }
        let left = |fraction: f64| {
            let in_phase: f64 = turned(&upright, fraction).iter().map(|bin| bin.re).sum();
            self.powers[1] - in_phase * in_phase / self.powers[0].max(f64::MIN_POSITIVE)
        };
        let believed = fraction.abs() > SMALLEST && fraction.abs() < 1.0;
        if believed && left(fraction) < BELIEVED * left(0.0) { fraction } else { 0.0 }
    }
}

/// With a delay taken out.
pub(super) fn turned(cross: &[Complex64], frames: f64) -> Vec<Complex64> {
    let step = std::f64::consts::PI / (cross.len() - 1) as f64 * frames;
    let turn = |k: usize| {
        let (sin, cos) = libm::sincos(step * k as f64);
        Complex64::new(cos, sin)
    };
    cross.iter().enumerate().map(|(k, bin)| bin * turn(k)).collect()
}
