use std::ops::{Add, Mul};

use libm::exp;
use wide::{f64x2, f64x4};

/// Frames that a detector works on at a time.
pub const DETECTOR_TILE: usize = 128;

/// Four signals side by side, one for each lane of a detector.
pub type Tile = [[f32; DETECTOR_TILE]; 4];

/// Below this power there is silence.
const SILENCE: f32 = 1e-20;
/// Below this attenuation a gain is 1 in single precision.
const NOTHING_DB: f64 = 1e-7;

/// Powers, of a full-scale sine's peak, to levels in dB, in place: 10 log₁₀ within 10⁻⁵ dB. Silence is −200.
///
/// log₂ m = 2/ln 2 · (s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), for m within √½ … √2.
pub fn level_db(powers: &mut [f32]) {
    const SQRT_HALF_BITS: i32 = 0x3f35_04f3;
    const DB_PER_OCTAVE: f32 = 3.010_3;
    const DB_PER_NEPER: f32 = 8.685_89;
    for power in powers {
        let bits = (if *power > SILENCE { *power } else { SILENCE }).to_bits() as i32;
        let octaves = (bits - SQRT_HALF_BITS) >> 23;
        let m = f32::from_bits((bits - (octaves << 23)) as u32);
        let s = (m - 1.0) / (m + 1.0);
        let q = s * s;
        let series = s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q / 9.0))));
        *power = octaves as f32 * DB_PER_OCTAVE + DB_PER_NEPER * series;
    }
}

/// Attenuations in dB to gains, in place: 10^(−x/20) within 2·10⁻⁷, and exactly 1 for 0.
pub fn gain(attenuations: &mut [f32]) {
    const OCTAVES_PER_DB: f32 = -0.166_096_4;
    // added to a small number, this leaves its nearest whole number in the lowest bits
    const ROUND: f32 = 12_582_912.0;
    const LN_2: f32 = std::f32::consts::LN_2;
    for attenuation in attenuations {
        let octaves = *attenuation * OCTAVES_PER_DB;
        let rounded = octaves + ROUND;
        let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
        let x = (octaves - (rounded - ROUND)) * LN_2;
        let tail = 1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x / 5040.0));
        *attenuation = scale * (1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * tail))));
    }
}

/// What a compressor does to a steady level.
///
/// The soft knee of D. Giannoulis, M. Massberg and J. D. Reiss, "Digital Dynamic Range Compressor Design",
/// JAES 60(6), 2012, eq. 4, as attenuation, and not above `range_db`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compression {
    /// Where it begins, in the middle of the knee.
    pub threshold_db: f32,
    /// From where on the knee is straight to where it is straight again; 0 or more.
    pub knee_db: f32,
    /// 1 − 1/ratio.
    pub slope: f32,
    /// The most it does.
    pub range_db: f32,
}

impl Compression {
    /// Up to this level it does nothing.
    pub fn begins_db(&self) -> f32 {
        self.threshold_db - self.knee_db / 2.0
    }

    /// Levels to attenuations, in place.
    pub fn attenuate(&self, levels: &mut [f32]) {
        let Self { knee_db: knee, slope, range_db, .. } = *self;
        let begins = self.begins_db();
        let bend = if knee > 0.0 { 0.5 / knee } else { 0.0 };
        for level in levels {
            let over = *level - begins;
            let over = if over > 0.0 { over } else { 0.0 };
            let within = if over < knee { over } else { knee };
            let attenuation = slope * (within * within * bend + (over - within));
            *level = if attenuation < range_db { attenuation } else { range_db };
        }
    }
}

/// The mean power over about `ms`, for four signals: a one-pole filter.
#[derive(Debug, Clone)]
pub struct MeanPower {
    keep: f64,
    mean: f64x4,
    is_pair: bool,
}

impl MeanPower {
    /// At rest.
    pub fn new(rate_hz: u32, ms: f64) -> Self {
        Self { keep: keep(rate_hz, ms), mean: f64x4::ZERO, is_pair: false }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.mean = f64x4::ZERO;
    }

    /// The same for the first two signals only; the others stay as they are.
    #[must_use]
    pub fn of_pair(self) -> Self {
        Self { is_pair: true, ..self }
    }

    /// The highest mean of any lane.
    pub fn highest(&self) -> f32 {
        self.mean.to_array().into_iter().fold(0.0, f64::max) as f32
    }

    /// Averages in place; what is called tile by tile comes to rest by itself.
    pub fn run(&mut self, tile: &mut Tile, frames: usize) {
        self.advance(tile, frames);
        self.settle();
    }

    /// Averages in place, in parts of any length, if only [`Self::settle`] comes at frames that do not depend on it.
    pub fn advance(&mut self, tile: &mut Tile, frames: usize) {
        let (keep, take) = (f64x4::splat(self.keep), f64x4::splat(1.0 - self.keep));
        if self.is_pair {
            let ([keep, take], mut mean) = ([keep, take].map(first), first(self.mean));
            for_each_pair(tile, frames, |power| {
                mean = keep * mean + take * power;
                mean
            });
            self.mean = widen(mean);
        } else {
            let mut mean = self.mean;
            for_each_frame(tile, frames, |power| {
                mean = keep * mean + take * power;
                mean
            });
            self.mean = mean;
        }
    }

    /// Drops what is so low that it is silence.
    pub fn settle(&mut self) {
        self.mean = without(self.mean, f64::from(SILENCE));
    }
}

/// Attack and release of attenuations, for four signals: the smooth decoupled detector of Giannoulis, Massberg and
/// Reiss (2012), eq. 17. Unlike a branching one it does not fall short on a steady tone.
#[derive(Debug, Clone)]
pub struct Decoupled {
    attack: f64x4,
    release: f64x4,
    held: f64x4,
    smooth: f64x4,
    is_pair: bool,
}

impl Decoupled {
    /// At rest; attack and release in milliseconds, to 63 %.
    pub fn new(rate_hz: u32, times_ms: [[f64; 2]; 4]) -> Self {
        Self {
            attack: f64x4::new(times_ms.map(|[attack, _]| keep(rate_hz, attack))),
            release: f64x4::new(times_ms.map(|[_, release]| keep(rate_hz, release))),
            held: f64x4::ZERO,
            smooth: f64x4::ZERO,
            is_pair: false,
        }
    }

    /// The same for the first two signals only; the others stay as they are.
    #[must_use]
    pub fn of_pair(self) -> Self {
        Self { is_pair: true, ..self }
    }

    /// Whether it attenuates nothing and will not, unless it is told to.
    pub fn is_at_rest(&self) -> bool {
        self.held == f64x4::ZERO && self.smooth == f64x4::ZERO
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        (self.held, self.smooth) = (f64x4::ZERO, f64x4::ZERO);
    }

    /// Smooths in place; what is called tile by tile comes to rest by itself.
    pub fn run(&mut self, tile: &mut Tile, frames: usize) {
        self.advance(tile, frames);
        self.settle();
    }

    /// Smooths in place, in parts of any length, if only [`Self::settle`] comes at frames that do not depend on it.
    pub fn advance(&mut self, tile: &mut Tile, frames: usize) {
        let kept = [self.release, self.attack];
        let all = [kept[0], f64x4::ONE - kept[0], kept[1], f64x4::ONE - kept[1]];
        if self.is_pair {
            let (by, mut state) = (all.map(first), [self.held, self.smooth].map(first));
            for_each_pair(tile, frames, |wanted| {
                state = decoupled(wanted, state, by, f64x2::fast_max);
                state[1]
            });
            [self.held, self.smooth] = state.map(widen);
        } else {
            let mut state = [self.held, self.smooth];
            for_each_frame(tile, frames, |wanted| {
                state = decoupled(wanted, state, all, f64x4::fast_max);
                state[1]
            });
            [self.held, self.smooth] = state;
        }
    }

    /// The same with times that change: what is taken of the new value, frame by frame, in attack and in release.
    pub fn advance_by(&mut self, tile: &mut Tile, [attack, release]: [&Tile; 2], frames: usize) {
        let (mut held, mut smooth) = (self.held, self.smooth);
        let at = |tile: &Tile, n: usize| f64x4::new(std::array::from_fn(|lane| f64::from(tile[lane][n])));
        for n in 0..frames {
            let wanted = at(tile, n);
            held = (held + at(release, n) * (wanted - held)).fast_max(wanted);
            smooth += at(attack, n) * (held - smooth);
            for (lane, smooth) in tile.iter_mut().zip(smooth.to_array()) {
                lane[n] = smooth as f32;
            }
        }
        (self.held, self.smooth) = (held, smooth);
    }

    /// Drops what is so little that it attenuates nothing.
    pub fn settle(&mut self) {
        self.held = without(self.held, NOTHING_DB);
        self.smooth = without(self.smooth, NOTHING_DB);
    }
}

/// What is held and what is smooth after one more frame; `by` is what release and attack keep and take.
#[inline]
fn decoupled<V: Copy + Add<Output = V> + Mul<Output = V>>(
    wanted: V,
    [held, smooth]: [V; 2],
    by: [V; 4],
    max: impl Fn(V, V) -> V,
) -> [V; 2] {
    let held = max(by[0] * held + by[1] * wanted, wanted);
    [held, by[2] * smooth + by[3] * held]
}

/// What a one-pole filter keeps of its last value, for a time to 63 %.
pub(crate) fn keep(rate_hz: u32, ms: f64) -> f64 {
    if ms > 0.0 { exp(-1000.0 / (ms * f64::from(rate_hz))) } else { 0.0 }
}

/// Changes the first `frames` of four signals, frame by frame.
pub(crate) fn for_each_frame(tile: &mut Tile, frames: usize, mut change: impl FnMut(f64x4) -> f64x4) {
    let [a, b, c, d] = tile;
    for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d).take(frames) {
        let changed = change(f64x4::new([*a, *b, *c, *d].map(f64::from)));
        [*a, *b, *c, *d] = changed.to_array().map(|x| x as f32);
    }
}

/// The same for the first two.
fn for_each_pair(tile: &mut Tile, frames: usize, mut change: impl FnMut(f64x2) -> f64x2) {
    let [a, b, ..] = tile;
    for (a, b) in a.iter_mut().zip(b).take(frames) {
        let changed = change(f64x2::new([f64::from(*a), f64::from(*b)]));
        [*a, *b] = changed.to_array().map(|x| x as f32);
    }
}

fn first(values: f64x4) -> f64x2 {
    let [a, b, ..] = values.to_array();
    f64x2::new([a, b])
}

fn widen(values: f64x2) -> f64x4 {
    let [a, b] = values.to_array();
    f64x4::new([a, b, 0.0, 0.0])
}

pub(crate) fn without(values: f64x4, nothing: f64) -> f64x4 {
    f64x4::new(values.to_array().map(|v| if v < nothing { 0.0 } else { v }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_gains_equal_libm() {
        for n in 0..20_000 {
            let db = -190.0 + 0.0125 * f64::from(n);
            let power = libm::pow(10.0, db / 10.0) as f32;
            let mut level = [power];
            level_db(&mut level);
            let shall = 10.0 * libm::log10(f64::from(power));
            assert!((f64::from(level[0]) - shall).abs() < 1e-5 + 1e-7 * shall.abs(), "{shall} dB: {level:?}");
        }
        for n in -24_000..100_000 {
            let db = 0.001 * n as f32;
            let mut factor = [db];
            gain(&mut factor);
            let shall = libm::pow(10.0, f64::from(db) / -20.0);
            let octaves = f64::from(db).abs() / 6.0;
            assert!(
                (f64::from(factor[0]) / shall - 1.0).abs() < 2e-7 + 6e-8 * octaves,
                "{db} dB: {factor:?}"
            );
        }
        let mut ends = [0.0, -0.0];
        level_db(&mut ends);
        assert!(ends.iter().all(|db| (db + 200.0).abs() < 1e-4), "{ends:?}");
        let mut one = [0.0, -0.0];
        gain(&mut one);
        assert_eq!(one, [1.0, 1.0]);
    }

    #[test]
    fn the_curve_is_the_published_formula() {
        for (ratio, knee_db) in [(1.5, 0.0), (2.0, 6.0), (4.0, 12.0), (10.0, 6.0)] {
            let law = Compression { threshold_db: -20.0, knee_db, slope: 1.0 - 1.0 / ratio, range_db: 100.0 };
            for level in -60..=0 {
                let over = level as f32 + 20.0;
                let shall = if 2.0 * over >= knee_db {
                    over - over / ratio
                } else if 2.0 * over > -knee_db {
                    let bent = over + knee_db / 2.0;
                    -(1.0 / ratio - 1.0) * bent * bent / (2.0 * knee_db)
                } else {
                    0.0
                };
                let mut is = [level as f32];
                law.attenuate(&mut is);
                assert!((is[0] - shall).abs() < 1e-4, "{ratio}:1, knee {knee_db} dB, {level} dB: {is:?}");
            }
        }
        let mut much = [0.0];
        Compression { threshold_db: -40.0, knee_db: 0.0, slope: 0.9, range_db: 3.0 }.attenuate(&mut much);
        assert_eq!(much, [3.0]);
    }

    /// A step of `wanted_db` up and, after `frames`, down again; returns one lane.
    fn step(detector: &mut Decoupled, wanted_db: f32, frames: usize) -> Vec<f32> {
        let mut all = Vec::new();
        for tile in 0..2 * frames / DETECTOR_TILE {
            let value = if tile < frames / DETECTOR_TILE { wanted_db } else { 0.0 };
            let mut lanes = [[value; DETECTOR_TILE]; 4];
            detector.run(&mut lanes, DETECTOR_TILE);
            all.extend_from_slice(&lanes[2]);
        }
        all
    }

    #[test]
    fn attack_and_release_take_the_times_that_were_asked_for() {
        let (rate_hz, frames) = (48_000, 96_000);
        for [attack_ms, release_ms] in [[1.0, 50.0], [10.0, 100.0], [30.0, 300.0]] {
            let times = [[5.0, 5.0], [7.0, 9.0], [attack_ms, release_ms], [0.0, 0.0]];
            let all = step(&mut Decoupled::new(rate_hz, times), 6.0, frames);
            let ms = |frames: usize| frames as f64 / f64::from(rate_hz) * 1000.0;
            let risen = all.iter().position(|&db| db >= 6.0 * 0.632_12).unwrap();
            let fallen = all[frames..].iter().position(|&db| db <= 6.0 * 0.367_88).unwrap();
            assert!((ms(risen) / attack_ms - 1.0).abs() < 0.05, "{} for {attack_ms}", ms(risen));
            let fits = 0.95 * release_ms..=1.05 * (release_ms + attack_ms);
            assert!(fits.contains(&ms(fallen)), "{} for {release_ms}", ms(fallen));
        }
    }

    #[test]
    fn a_pair_is_the_first_two_of_four() {
        let times = [[1.0, 50.0], [3.0, 20.0], [1.0, 1.0], [1.0, 1.0]];
        let (mut four, mut two) = (Decoupled::new(48_000, times), Decoupled::new(48_000, times).of_pair());
        let (mut mean, mut mean_of_two) =
            (MeanPower::new(48_000, 5.0), MeanPower::new(48_000, 5.0).of_pair());
        for n in 0..50u32 {
            let lanes =
                [3u32, 5, 7, 11].map(|k| std::array::from_fn(|at| ((n * 128 + at as u32) * k % 97) as f32));
            let (mut all, mut pair): (Tile, Tile) = (lanes, lanes);
            mean.run(&mut all, DETECTOR_TILE);
            mean_of_two.run(&mut pair, DETECTOR_TILE);
            assert!(all[..2] == pair[..2] && pair[2..] == lanes[2..]);
            four.run(&mut all, DETECTOR_TILE);
            two.run(&mut pair, DETECTOR_TILE);
            assert_eq!(all[..2], pair[..2]);
        }
    }

    #[test]
    fn it_comes_to_rest() {
        let mut detector = Decoupled::new(48_000, [[10.0, 100.0]; 4]);
        let all = step(&mut detector, 6.0, 480_000);
        assert!(detector.is_at_rest());
        assert_eq!(all.last(), Some(&0.0));
    }

    #[test]
    fn the_mean_power_of_a_sine_is_half_its_square() {
        let mut mean = MeanPower::new(48_000, 10.0);
        let mut last = [[0.0; DETECTOR_TILE]; 4];
        for tile in 0..100 {
            for (n, x) in (tile * DETECTOR_TILE..).zip(&mut last[1]) {
                let sine = libm::sin(2.0 * std::f64::consts::PI * 0.02 * n as f64);
                *x = (sine * sine) as f32;
            }
            mean.run(&mut last, DETECTOR_TILE);
        }
        let middle = last[1].iter().sum::<f32>() / DETECTOR_TILE as f32;
        assert!((middle - 0.5).abs() < 0.01, "{middle}");
        assert!((mean.highest() - 0.5).abs() < 0.05);
    }
}
