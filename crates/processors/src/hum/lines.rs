use std::f64::consts::PI;

use acetate_dsp::Complex64;
use acetate_model::Spec;

use super::HALF_DECIMATED;
use acetate_dsp::Decimator;

/// Measurements that are remembered, one from each hop.
const REMEMBERED: usize = 64;
/// By how much a measurement counts less than the one behind it.
const AGEING: f64 = 0.97;
/// With fewer measurements nothing is subtracted.
const ENOUGH: usize = 8;
/// The power of a harmonic over that of its error from which it begins to be subtracted, and from which it is wholly.
const BEGINS: f64 = 8.0;
const WHOLE: f64 = 25.0;
/// How far mains stray from where they were found, as a share.
const STRAY: f64 = 0.02;
/// By how much of the phase seen the phase, the frequency and its drift are corrected, for a clear hum: a loop of the
/// third order, which follows an even drift without falling behind.
const GAINS: [f64; 3] = [0.5, 0.14, 0.02];
/// A hum is clear where a single measurement has this much of its power over that of what disturbs it.
const CLEAR: f64 = 1.0;
/// A hum has this many harmonics at least that are certain.
const FEWEST_LINES: usize = 2;
/// A mean is worth that many measurements that count alike, at least.
const WORTH: f64 = 3.0;
/// What disturbs a measurement is taken to have at least this share of the harmonic's power.
const ALIKE: f64 = 0.01;
/// Where what disturbs a harmonic is heard: so many bins of the window away, where the harmonic itself leaves nothing.
const BESIDE: [f64; 4] = [-3.0, -2.0, 2.0, 3.0];
/// A measurement is doubted that stands off the mean by this many times the power of what disturbs it.
const DOUBTFUL: f64 = 4.0;
/// A sample below this is silence, and a power below that is nothing.
const SILENCE: f64 = 1e-7;
const NOTHING: f64 = 1e-14;

/// A hum: the frequency of mains, and each harmonic's amplitude in each channel.
///
/// Every hop each harmonic is measured under a Hann window. A hum is the same in all of them, so the mean over some
/// seconds is taken, in which a measurement counts by how little it stands off the others (in the main signal). Linked
/// signals are averaged with the same weights: that is linear, and they add up.
pub struct Lines {
    main_channels: usize,
    harmonics: usize,
    hop: f64,
    depth: f64,
    window: Vec<f64>,
    is_running: bool,
    // in radians per frame, by how much that grows with a hop, and at the centre of the newest window
    step: f64,
    drift: f64,
    phase: f64,
    // radians per frame from centre to centre of the last two windows
    between: f64,
    // where it was found, and what one hertz is
    found: f64,
    hertz: f64,
    hops: usize,
    // [age][channel][harmonic], the newest first
    measured: Vec<Vec<Complex64>>,
    // how much each measurement counts at most: nothing in silence, and less with age
    ages: [f64; REMEMBERED],
    // [harmonic][age]
    weights: Vec<[f64; REMEMBERED]>,
    // [harmonic][age]: what disturbs a measurement, as power
    beside: Vec<[f64; REMEMBERED]>,
    // [channel][harmonic]: the mean, and what is subtracted at both ends of the hop
    mean: Vec<Complex64>,
    ends: Vec<[Complex64; 2]>,
    is_silent: bool,
}

impl Lines {
    pub fn new(spec: &Spec, half: usize, harmonics: usize, depth: f64) -> Self {
        let all = spec.channels * (1 + spec.linked) * harmonics;
        let frames = 4 * HALF_DECIMATED;
        let hann = |n: usize| 1.0 - libm::cos(2.0 * PI * (n as f64 + 0.5) / frames as f64);
        Self {
            main_channels: spec.channels,
            harmonics,
            hop: 2.0 * half as f64,
            depth,
            window: (0..frames).map(|n| 2.0 * hann(n) / frames as f64).collect(),
            is_running: false,
            step: 0.0,
            drift: 0.0,
            phase: 0.0,
            between: 0.0,
            found: 0.0,
            hertz: 2.0 * PI / spec.rate(),
            hops: 0,
            measured: vec![vec![Complex64::ZERO; all]; REMEMBERED],
            ages: [0.0; REMEMBERED],
            weights: vec![[0.0; REMEMBERED]; harmonics],
            beside: vec![[0.0; REMEMBERED]; harmonics],
            mean: vec![Complex64::ZERO; all],
            ends: vec![[Complex64::ZERO; 2]; all],
            is_silent: true,
        }
    }

    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// Whether nothing is subtracted.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Radians per frame from the centre of the window before to that of the newest.
    pub fn step_between(&self) -> f64 {
        self.between
    }

    /// Of the mains at the centre of the newest window.
    pub fn phase(&self) -> f64 {
        self.phase
    }

    /// What is subtracted of a harmonic at both ends of the hop.
    pub fn amplitudes(&self, channel: usize, harmonic: usize) -> Option<[Complex64; 2]> {
        let ends = self.ends[channel * self.harmonics + harmonic];
        (ends != [Complex64::ZERO; 2]).then_some(ends)
    }

    /// The mean power of what is subtracted from the main signal.
    pub fn power(&self) -> f64 {
        let main = &self.ends[..self.main_channels * self.harmonics];
        main.iter().map(|[_, to]| 0.5 * to.norm_sqr()).sum()
    }

    pub fn start(&mut self, hz: f64) {
        self.stop();
        self.is_running = true;
        self.found = hz * self.hertz;
        self.step = self.found;
    }

    pub fn stop(&mut self) {
        self.is_running = false;
        self.is_silent = true;
        (self.phase, self.drift) = (0.0, 0.0);
        self.hops = 0;
        self.ages.fill(0.0);
        self.ends.fill([Complex64::ZERO; 2]);
    }

    /// Hears the next window of each channel at the low rate.
    pub fn follow(&mut self, windows: &[Vec<f64>], decimator: &Decimator) {
        self.between = self.step + 0.5 * self.drift;
        self.step += self.drift;
        self.phase = (self.phase + self.between * self.hop).rem_euclid(2.0 * PI);
        self.hops += 1;
        self.ends.iter_mut().for_each(|[from, to]| *from = *to);
        // the first window of a linked signal holds old sound in its older half
        if self.hops < 2 {
            return;
        }
        self.measured.rotate_right(1);
        self.ages.rotate_right(1);
        self.beside.iter_mut().for_each(|beside| beside.rotate_right(1));
        self.ages.iter_mut().for_each(|age| *age *= AGEING);
        self.measure(windows, decimator);
        let main = &windows[..self.main_channels];
        let is_silent = main
            .iter()
            .all(|window| window.chunks(window.len() / 8).any(|part| part.iter().all(|x| x.abs() < SILENCE)));
        self.ages[0] = if is_silent { 0.0 } else { 1.0 };
        if is_silent {
            return;
        }
        self.correct();
        let count = (self.hops - 1).min(REMEMBERED);
        for harmonic in 0..self.harmonics {
            self.weigh(harmonic, count);
        }
        let channels = self.mean.len() / self.harmonics;
        self.straighten(count);
        (0..self.harmonics).for_each(|harmonic| self.average(harmonic, count, channels));
        let heard = self.ages.iter().filter(|age| **age > 0.0).count();
        let share = |certainty: f64| ((certainty - BEGINS) / (WHOLE - BEGINS)).clamp(0.0, 1.0);
        let certain =
            (0..self.harmonics).filter(|&harmonic| self.certainty(harmonic, count) >= BEGINS).count();
        let is_hum = heard >= ENOUGH && certain >= FEWEST_LINES.min(self.harmonics);
        self.is_silent = true;
        for harmonic in 0..self.harmonics {
            let share = if is_hum { share(self.certainty(harmonic, count)) } else { 0.0 };
            for at in (harmonic..self.mean.len()).step_by(self.harmonics) {
                self.ends[at][1] = self.mean[at] * (share * self.depth);
                self.is_silent &= self.ends[at] == [Complex64::ZERO; 2];
            }
        }
    }

    /// Every harmonic in every channel, as a complex amplitude at the centre of the window.
    fn measure(&mut self, windows: &[Vec<f64>], decimator: &Decimator) {
        let low_step = self.step * decimator.factor() as f64;
        // from the centre of the window to the first frame at the low rate
        let first = -(self.hop - (decimator.factor() - 1) as f64) - decimator.delay();
        for harmonic in 0..self.harmonics {
            let times = (harmonic + 1) as f64;
            let scale = 1.0 / decimator.gain(self.step * times);
            let (turn_sin, turn_cos) = libm::sincos(-low_step * times);
            let (mut sin, mut cos) = libm::sincos(-times * (self.phase + self.step * first));
            for (channel, _) in windows.iter().enumerate() {
                self.measured[0][channel * self.harmonics + harmonic] = Complex64::ZERO;
            }
            for (n, window) in self.window.iter().enumerate() {
                let turn = Complex64::new(cos, sin) * (window * scale);
                for (x, sum) in
                    windows.iter().zip(self.measured[0][harmonic..].iter_mut().step_by(self.harmonics))
                {
                    *sum += turn * x[n];
                }
                (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
            }
            let powers = BESIDE.map(|bins| {
                let bin = 2.0 * PI * bins / self.window.len() as f64;
                self.power_at(&windows[..self.main_channels], low_step * times + bin)
            });
            self.beside[harmonic][0] = scale * scale * powers.iter().sum::<f64>() / BESIDE.len() as f64;
        }
    }

    /// The power of one frequency in some windows, in radians per frame at the low rate.
    fn power_at(&self, windows: &[Vec<f64>], step: f64) -> f64 {
        let (turn_sin, turn_cos) = libm::sincos(step);
        windows
            .iter()
            .map(|x| {
                let (mut sin, mut cos, mut sum) = (0.0, 1.0, Complex64::ZERO);
                for (x, window) in x.iter().zip(&self.window) {
                    sum += Complex64::new(cos, sin) * (x * window);
                    (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
                }
                sum.norm_sqr()
            })
            .sum()
    }

    /// How far each measurement of the main signal stands off the mean, and from that how much it counts.
    fn weigh(&mut self, harmonic: usize, count: usize) {
        for round in 0..3 {
            for age in 0..count {
                let disturbed = self.beside[harmonic][age] + ALIKE * self.power_of(harmonic) + NOTHING;
                let off = if round == 0 { 0.0 } else { self.off(harmonic, age) / (DOUBTFUL * disturbed) };
                self.weights[harmonic][age] = self.ages[age] / (disturbed * (1.0 + off * off));
            }
            self.average(harmonic, count, self.main_channels);
        }
    }

    /// The power of a harmonic in the main signal.
    fn power_of(&self, harmonic: usize) -> f64 {
        let main = (harmonic..self.main_channels * self.harmonics).step_by(self.harmonics);
        main.map(|at| self.mean[at].norm_sqr()).sum()
    }

    /// The squared distance of a measurement of the main signal from its mean.
    fn off(&self, harmonic: usize, age: usize) -> f64 {
        let main = (harmonic..self.main_channels * self.harmonics).step_by(self.harmonics);
        main.map(|at| (self.measured[age][at] - self.mean[at]).norm_sqr()).sum()
    }

    /// The weighted mean of a harmonic in so many channels.
    fn average(&mut self, harmonic: usize, count: usize, channels: usize) {
        let weights = &self.weights[harmonic][..count];
        let whole: f64 = weights.iter().sum();
        for at in (harmonic..channels * self.harmonics).step_by(self.harmonics) {
            let sum: Complex64 =
                self.measured.iter().zip(weights).map(|(all, weight)| all[at] * *weight).sum();
            self.mean[at] = sum / whole.max(f64::MIN_POSITIVE);
        }
    }

    /// The power of a harmonic over that of its mean's error; nothing where too few agree.
    fn certainty(&self, harmonic: usize, count: usize) -> f64 {
        let weights = &self.weights[harmonic][..count];
        let whole: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        if squares <= 0.0 || whole * whole < WORTH * squares {
            return 0.0;
        }
        let error: f64 = weights.iter().enumerate().map(|(age, w)| w * w * self.off(harmonic, age)).sum();
        // neighbouring windows share half of what they hear
        self.power_of(harmonic) / (2.0 * error / (whole * whole) + NOTHING)
    }

    /// Follows the mains by how far the newest measurement is turned against the mean: each harmonic by its number.
    fn correct(&mut self) {
        // before there is a mean, there is nothing to be off from
        if self.hops < 3 {
            return;
        }
        let (mut turned, mut whole) = (0.0, 0.0);
        for harmonic in 0..self.harmonics {
            let power = self.power_of(harmonic) + NOTHING;
            let main = (harmonic..self.main_channels * self.harmonics).step_by(self.harmonics);
            let (product, here) = main.fold((0.0, 0.0), |(product, here), at| {
                let now = self.measured[0][at];
                (product + (now * self.mean[at].conj()).im, here + now.norm_sqr())
            });
            let times = (harmonic + 1) as f64;
            let disturbed = self.beside[harmonic][0] + ALIKE * power;
            let loud = (here / (power + disturbed)).max(1.0);
            let clear = power / disturbed / (loud * loud);
            turned += clear * times * (product / power).clamp(-1.0, 1.0);
            whole += clear * times * times;
        }
        let share = whole / (whole + CLEAR);
        let off = if whole > 0.0 { turned / whole } else { 0.0 };
        let [phase, step, drift] = GAINS;
        let ahead = phase * share * off;
        self.phase += ahead;
        self.between += ahead / self.hop;
        self.step += step * share * share * off / self.hop;
        self.drift += drift * share * share * share * off / self.hop;
        let stray = STRAY * self.found;
        self.step = self.step.clamp(self.found - stray, self.found + stray);
        for (at, now) in self.measured[0].iter_mut().enumerate() {
            let (sin, cos) = libm::sincos(-ahead * (at % self.harmonics + 1) as f64);
            *now *= Complex64::new(cos, sin);
        }
    }

    /// Takes out of what is remembered a turning that goes on through all of it: the frequency was off by as much.
    fn straighten(&mut self, count: usize) {
        let (mut moved, mut whole) = (0.0, 0.0);
        for harmonic in 0..self.harmonics {
            if self.certainty(harmonic, count) < BEGINS {
                continue;
            }
            let weights = &self.weights[harmonic][..count];
            let power = self.power_of(harmonic);
            let (times, sum) = ((harmonic + 1) as f64, weights.iter().sum::<f64>());
            let middle = weights.iter().enumerate().map(|(age, w)| w * age as f64).sum::<f64>() / sum;
            // weights are per power already
            for (age, weight) in weights.iter().enumerate() {
                let main = (harmonic..self.main_channels * self.harmonics).step_by(self.harmonics);
                let product: f64 = main.map(|at| (self.measured[age][at] * self.mean[at].conj()).im).sum();
                // ages count backwards
                let since = middle - age as f64;
                moved += weight * power * times * since * (product / power).clamp(-1.0, 1.0);
                whole += weight * power * times * times * since * since;
            }
        }
        let ahead = if whole > 0.0 { moved / whole } else { 0.0 };
        self.step += ahead / self.hop;
        for (age, all) in self.measured[..count].iter_mut().enumerate() {
            for harmonic in 0..self.harmonics {
                let (sin, cos) = libm::sincos(ahead * (harmonic + 1) as f64 * age as f64);
                let turn = Complex64::new(cos, sin);
                all.iter_mut().skip(harmonic).step_by(self.harmonics).for_each(|x| *x *= turn);
            }
        }
    }
}
