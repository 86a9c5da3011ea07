//! Tones of the mains that keep their phase from end to end, found below music that never rests.

use std::f64::consts::PI;

use realfft::num_complex::{Complex32, Complex64};

const NOMINAL_HZ: [f64; 2] = [50.0, 60.0];
/// How far mains stray from their nominal frequency, as a share of it: 0.2 Hz in 50.
const STRAY: f64 = 0.004;
/// Harmonics that are taken out, and those that tell whether there is a hum.
const HARMONICS: usize = 8;
const TELLING: usize = 6;
/// So far around a line nothing else that keeps its phase comes near it, in Hz and as power: a piece that repeats exactly
/// has such lines, too, but many, and closer together than mains.
const LONE_HZ: [f64; 2] = [2.5, 20.0];
const LONE: f64 = 2.0;
/// A line that is softer beside the strongest, as power, is none.
const SOFTEST: f64 = 1e-4;
/// A hum has so many lines that are certain and alone, at least.
const FEWEST: usize = 2;
/// The power of a line over that of its error from which it is certain, and from which it begins to be taken out: in
/// part, so that an error costs no more than it brings.
const CERTAIN: f64 = 30.0;
const TAKEN: f64 = 4.0;
/// A line counts no more than this towards the choice of the frequency.
const COUNTED: f64 = 200.0;
/// Frequencies are tried so close that nothing turns by more from end to end, in turns.
const TURNS: f64 = 0.15;
/// How many frequencies are looked at closely.
const LOOKED_AT: usize = 4;
/// Rounds of weighing.
const ROUNDS: usize = 4;
/// What disturbs a measurement is taken to have at least this share of the line's power.
const ALIKE: f64 = 0.01;
/// A measurement is doubted that stands off the mean by this many times the power of what disturbs it.
const DOUBTFUL: f64 = 4.0;
/// Where what disturbs a line is heard, in bins.
const BESIDE: [isize; 4] = [-4, -3, 3, 4];
/// Neighbouring windows share half of what they hear.
const SHARED: f64 = 1.5;
/// A mean is worth that many measurements that count alike, at least.
const WORTH: f64 = 4.0;
/// The song is cut into so many parts, and in each of them the lines stand alike, by this share.
const PARTS: usize = 4;
const STANDS: f64 = 0.6;
const NOTHING: f64 = 1e-14;

/// Complex spectra under Hann windows, `[bin from the first][window]`, of the middle and of the sides; a full-scale sine
/// reads 1.
pub struct Windows<'a> {
    pub mid: &'a [Vec<Complex32>],
    pub side: &'a [Vec<Complex32>],
    pub first_bin: usize,
    pub bin_hz: f64,
    /// From one window to the next, in seconds.
    pub hop_s: f64,
    /// When each window begins, in hops.
    pub starts: &'a [u32],
}

/// A tone as it is at the first frame: the amplitudes of a cosine.
pub struct SteadyTone {
    pub hz: f64,
    pub mid: Complex64,
    pub side: Complex64,
}

/// The measurements in a bin, each over the power of what disturbs it.
struct Weighed {
    bin: usize,
    seen: Vec<Complex64>,
    /// Σ of their powers.
    squares: f64,
    /// Σ of the weights.
    whole: f64,
}

/// One line, as far as its measurements agree.
#[derive(Clone, Copy)]
struct Fitted {
    amplitude: Complex64,
    /// The power of its error.
    error: f64,
}

/// Nothing is known.
const UNKNOWN: Fitted = Fitted { amplitude: Complex64::ZERO, error: f64::INFINITY };

impl Fitted {
    /// The power over that of the error.
    fn certainty(&self) -> f64 {
        self.amplitude.norm_sqr() / self.error
    }
}

impl Windows<'_> {
    /// The frequency and the tones of a hum that is the same from end to end.
    pub fn hum(&self) -> Option<(f64, Vec<SteadyTone>)> {
        let layers = [self.mid, self.side].map(|bins| Layer { bins, windows: self });
        let hums = layers.iter().flat_map(|layer| NOMINAL_HZ.iter().filter_map(|&hz| layer.hum(hz)));
        let (hz, _) = hums.max_by(|a, b| a.1.cmp(&b.1))?;
        let tone = |harmonic: usize| {
            let hz = hz * harmonic as f64;
            let [mid, side] = layers.each_ref().map(|layer| {
                let fitted = layer.fit(hz, |_| true);
                fitted.amplitude * (1.0 - TAKEN / fitted.certainty().max(TAKEN))
            });
            (mid != Complex64::ZERO || side != Complex64::ZERO).then_some(SteadyTone { hz, mid, side })
        };
        Some((hz, (1..=HARMONICS).filter_map(tone).collect()))
    }
}

/// The middle or the sides.
struct Layer<'a> {
    bins: &'a [Vec<Complex32>],
    windows: &'a Windows<'a>,
}

impl Layer<'_> {
    /// The frequency of a hum near this one, with how many lines tell of it.
    fn hum(&self, nominal_hz: f64) -> Option<(f64, usize)> {
        self.lines(nominal_hz).filter(|(hz, lines)| *lines >= FEWEST && self.stays(*hz))
    }

    /// The frequency near this one whose harmonics agree best, and how many of them are certain and alone.
    fn lines(&self, nominal_hz: f64) -> Option<(f64, usize)> {
        let step = TURNS / self.seconds()?;
        let mut tried = self.tried(nominal_hz, step);
        tried.sort_by(|a, b| b.0.total_cmp(&a.0));
        let near = |&(_, middle): &(f64, f64)| (-5..=5).map(move |n| middle + 0.1 * step * f64::from(n));
        let telling = |hz: f64| (1..=TELLING).map(move |k| hz * k as f64);
        let exact = tried.iter().take(LOOKED_AT).flat_map(near).map(|hz| {
            let agree = telling(hz).map(|hz| libm::log(1.0 + self.fit(hz, |_| true).certainty()));
            (agree.sum::<f64>(), hz)
        });
        let (_, hz) = exact.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let hz = self.refined(self.refined(hz));
        let fits: Vec<(f64, Fitted)> = telling(hz).map(|hz| (hz, self.fit(hz, |_| true))).collect();
        let strongest = fits.iter().map(|(_, line)| line.amplitude.norm_sqr()).fold(0.0, f64::max);
        let certain =
            |line: &Fitted| line.certainty() >= CERTAIN && line.amplitude.norm_sqr() > SOFTEST * strongest;
        let found: Vec<f64> = fits.iter().filter(|(_, line)| certain(line)).map(|(hz, _)| *hz).collect();
        if found.len() < FEWEST {
            return None;
        }
        let lone = found.into_iter().filter(|hz| self.is_lone(*hz, 2.0 * step));
        Some((hz, lone.count()))
    }

    /// The frequency at which the lines do not turn from the first half of the song to the second.
    fn refined(&self, hz: f64) -> f64 {
        let half = self.windows.starts.len() / 2;
        let (mut turned, mut whole) = (0.0, 0.0);
        for harmonic in (1..=TELLING).map(|k| k as f64) {
            let at = hz * harmonic;
            let [first, second] = [self.fit(at, |n| n < half), self.fit(at, |n| n >= half)];
            let certainty = first.certainty().min(second.certainty());
            if certainty >= TAKEN {
                let turns = (second.amplitude * first.amplitude.conj()).arg() / (2.0 * PI);
                turned += harmonic * certainty * turns;
                whole += harmonic * harmonic * certainty;
            }
        }
        match self.seconds() {
            Some(seconds) if whole > 0.0 => hz + turned / whole / (0.5 * seconds),
            _ => hz,
        }
    }

    /// Whether nothing around a line keeps its phase and is nearly as strong.
    fn is_lone(&self, hz: f64, step: f64) -> bool {
        let Some((bin, _)) = self.bin(hz) else { return false };
        let own = self.coherent(&self.weighed(bin), hz);
        let [near, far] = LONE_HZ;
        [hz - far, hz + near].into_iter().all(|from| {
            let mut weighed: Option<Weighed> = None;
            let tried = (0..((far - near) / step) as usize).map(|n| from + step * n as f64);
            tried.filter_map(|hz| Some((self.bin(hz)?.0, hz))).all(|(bin, hz)| {
                if weighed.as_ref().is_none_or(|w| w.bin != bin) {
                    weighed = Some(self.weighed(bin));
                }
                weighed.as_ref().is_some_and(|w| LONE * self.coherent(w, hz) < own)
            })
        })
    }

    /// The power of what keeps its phase.
    fn coherent(&self, weighed: &Weighed, hz: f64) -> f64 {
        self.turned_sum(weighed, hz).norm_sqr() / (weighed.whole * weighed.whole).max(f64::MIN_POSITIVE)
    }

    fn turned_sum(&self, weighed: &Weighed, hz: f64) -> Complex64 {
        let mut turning = Turning::new(hz * self.windows.hop_s, self.windows.starts);
        weighed.seen.iter().enumerate().map(|(n, seen)| seen * turning.at(n)).sum()
    }

    fn seconds(&self) -> Option<f64> {
        let (first, last) = (self.windows.starts.first()?, self.windows.starts.last()?);
        (last > first).then_some(f64::from(last - first) * self.windows.hop_s)
    }

    /// How well the harmonics of each frequency near this one agree, at a first look: the power of the weighted sum of
    /// the measurements over that of as many that have nothing to do with each other.
    fn tried(&self, nominal_hz: f64, step: f64) -> Vec<(f64, f64)> {
        let far = (STRAY * nominal_hz / step) as i32;
        let mut tried: Vec<(f64, f64)> =
            (-far..=far).map(|n| (0.0, nominal_hz + step * f64::from(n))).collect();
        for harmonic in 1..=TELLING {
            let mut weighed: Option<Weighed> = None;
            for (score, hz) in &mut tried {
                let at = *hz * harmonic as f64;
                let Some((bin, _)) = self.bin(at) else { continue };
                if weighed.as_ref().is_none_or(|w| w.bin != bin) {
                    weighed = Some(self.weighed(bin));
                }
                let Some(weighed) = &weighed else { continue };
                let agree = self.turned_sum(weighed, at).norm_sqr() / weighed.squares.max(f64::MIN_POSITIVE);
                *score += libm::log(1.0 + agree.min(COUNTED));
            }
        }
        tried
    }

    fn weighed(&self, bin: usize) -> Weighed {
        let weights: Vec<f64> =
            (0..self.bins[bin].len()).map(|n| 1.0 / (beside(self.bins, bin, n) + NOTHING)).collect();
        let weigh = |(x, weight): (&Complex32, &f64)| Complex64::new(x.re.into(), x.im.into()) * weight;
        let seen: Vec<Complex64> = self.bins[bin].iter().zip(&weights).map(weigh).collect();
        let squares = seen.iter().map(Complex64::norm_sqr).sum();
        Weighed { bin, seen, squares, whole: weights.iter().sum() }
    }

    fn bin(&self, hz: f64) -> Option<(usize, f64)> {
        let at = hz / self.windows.bin_hz;
        let bin = (libm::round(at) as usize).checked_sub(self.windows.first_bin)?;
        let far = BESIDE[3] as usize;
        (bin >= far && bin + far < self.bins.len()).then(|| (bin, at - libm::round(at)))
    }

    /// The amplitude at the first frame of a tone that is the same in all wanted windows: a mean in which a measurement
    /// counts by how little disturbs it and how little it stands off the others.
    fn fit(&self, hz: f64, wanted: impl Fn(usize) -> bool) -> Fitted {
        let Some((bin, off)) = self.bin(hz) else { return UNKNOWN };
        let mut turning = Turning::new(hz * self.windows.hop_s, self.windows.starts);
        let measure = |(n, x): (usize, &Complex32)| {
            let turn = turning.at(n);
            let measured = Complex64::new(x.re.into(), x.im.into()) * turn;
            wanted(n).then(|| (measured, beside(self.bins, bin, n)))
        };
        let seen: Vec<(Complex64, f64)> = self.bins[bin].iter().enumerate().filter_map(measure).collect();
        let (mut mean, mut spread) = (Complex64::ZERO, 0.0);
        for round in 0..ROUNDS {
            let (mut whole, mut squares, mut sum) = (0.0, 0.0, Complex64::ZERO);
            let weights: Vec<f64> = seen
                .iter()
                .map(|(measured, beside)| {
                    let disturbed = beside + ALIKE * mean.norm_sqr() + NOTHING;
                    let off = (measured - mean).norm_sqr() / (DOUBTFUL * disturbed);
                    1.0 / (disturbed * if round == 0 { 1.0 } else { 1.0 + off * off })
                })
                .collect();
            for ((measured, _), weight) in seen.iter().zip(&weights) {
                whole += weight;
                squares += weight * weight;
                sum += measured * weight;
            }
            if whole <= 0.0 || (round + 1 == ROUNDS && whole * whole < WORTH * squares) {
                return UNKNOWN;
            }
            mean = sum / whole;
            let squares: f64 = seen
                .iter()
                .zip(&weights)
                .map(|((m, _), weight)| weight * weight * (m - mean).norm_sqr())
                .sum();
            spread = SHARED * squares / (whole * whole) + NOTHING;
        }
        // a sine between two bins reads lower, and turned
        let (sin, cos) = libm::sincos(-PI * off);
        let gain = hann(off);
        Fitted { amplitude: mean * Complex64::new(cos, sin) / gain, error: spread / (gain * gain) }
    }

    /// Whether the lines of a hum stand in every part of the song as in the whole: one that was switched on in the
    /// middle would be added where it was not.
    fn stays(&self, hz: f64) -> bool {
        let count = self.windows.starts.len();
        let part = |n: usize| n * PARTS / count.max(1);
        let (mut off, mut whole) = ([0.0; PARTS], 0.0);
        for harmonic in 1..=TELLING {
            let at = hz * harmonic as f64;
            let all = self.fit(at, |_| true);
            if all.certainty() < CERTAIN {
                continue;
            }
            whole += all.amplitude.norm_sqr();
            for (k, off) in off.iter_mut().enumerate() {
                let here = self.fit(at, |n| part(n) == k);
                // a part that says nothing surely says nothing against it
                *off += ((here.amplitude - all.amplitude).norm_sqr() - 4.0 * here.error).max(0.0);
            }
        }
        whole > 0.0 && off.iter().all(|off| *off < STANDS * STANDS * whole)
    }
}

/// What is heard around a bin in a window, as mean power.
fn beside(layer: &[Vec<Complex32>], bin: usize, window: usize) -> f64 {
    let power = |off: &isize| f64::from(layer[bin.wrapping_add_signed(*off)][window].norm_sqr());
    BESIDE.iter().map(power).sum::<f64>() / BESIDE.len() as f64
}

/// What a Hann window reads of a sine that lies so many bins off.
fn hann(off: f64) -> f64 {
    let sinc = if off == 0.0 { 1.0 } else { libm::sin(PI * off) / (PI * off) };
    sinc / (1.0 - off * off)
}

/// Turns what is measured in each window back to the first frame.
struct Turning<'a> {
    /// In a hop.
    turns: f64,
    starts: &'a [u32],
    step: Complex64,
    last: Complex64,
}

/// Products after which the turning is worked out anew.
const ANEW: usize = 64;

impl<'a> Turning<'a> {
    fn new(turns: f64, starts: &'a [u32]) -> Self {
        Self { turns, starts, step: turned(turns), last: Complex64::new(1.0, 0.0) }
    }

    /// Of one window after the other.
    fn at(&mut self, n: usize) -> Complex64 {
        let follows = !n.is_multiple_of(ANEW) && self.starts[n] == self.starts[n - 1] + 1;
        self.last =
            if follows { self.last * self.step } else { turned(self.turns * f64::from(self.starts[n])) };
        self.last
    }
}

/// A turn backwards by so many turns.
fn turned(turns: f64) -> Complex64 {
    let (sin, cos) = libm::sincos(-2.0 * PI * turns.fract());
    Complex64::new(cos, sin)
}
