//! The one slow waver that explains best how the level of moments that sound alike differs.

use std::f64::consts::PI;

use super::alike::Pair;

/// Rates that are looked at for every turn that the song is long for.
const FINENESS: f64 = 4.0;
/// The distance of rates in short songs, in Hz.
const COARSEST_HZ: f64 = 0.01;
/// The pull to no waver, as a share of what a waver does on average.
const PULL: f64 = 0.02;
/// Differences of level that are no news, in squared dB.
const NOISE: f64 = 0.05;
/// Steps that narrow a rate down.
const NARROWINGS: usize = 24;
/// A waver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waver {
    pub rate_hz: f64,
    /// Of the cosine and of the sine that begin with the first hop, in dB.
    parts_db: [f64; 2],
    /// The share of the differences of level that it explains.
    pub explained: f64,
}

impl Waver {
    /// Half of the way from the lowest to the highest.
    pub fn size_db(&self) -> f64 {
        libm::hypot(self.parts_db[0], self.parts_db[1])
    }

    /// Where in its turn it is at the first hop: the angle by which its highest level comes later.
    pub fn phase(&self) -> f64 {
        libm::atan2(self.parts_db[1], self.parts_db[0])
    }
}

/// Pairs of hops, gathered so that a waver of any rate is fitted to them fast.
pub struct Fits {
    hop_s: f64,
    hops: usize,
    weight: f64,
    variance: f64,
    /// How far each hop is over those like it, weighted.
    over: Vec<f64>,
    /// By distance of two hops, and by their sum, as the normal equations need them.
    apart: Vec<f64>,
    sums: Vec<f64>,
}

impl Fits {
    /// None where nothing is alike.
    pub fn of(pairs: &[Pair], hop_s: f64, hops: usize) -> Option<Self> {
        let weight: f64 = pairs.iter().map(|p| p.weight).sum();
        if weight <= 0.0 {
            return None;
        }
        let variance = pairs.iter().map(|p| p.weight * p.over_db * p.over_db).sum::<f64>() / weight + NOISE;
        let mut apart = vec![0.0; hops];
        let mut sums = vec![0.0; 2 * hops];
        let mut over = vec![0.0; hops];
        for pair in pairs {
            apart[pair.second - pair.first] += pair.weight;
            sums[pair.first + pair.second] -= pair.weight;
            over[pair.first] += pair.weight * pair.over_db;
            over[pair.second] -= pair.weight * pair.over_db;
            for hop in [pair.first, pair.second] {
                sums[2 * hop] += pair.weight / 2.0;
            }
        }
        Some(Self { hop_s, hops, weight, variance, over, apart, sums })
    }

    /// Rates between two, close enough to miss none.
    pub fn rates_hz(&self, [from, to]: [f64; 2]) -> Vec<f64> {
        let length_s = self.hops as f64 * self.hop_s;
        let step = COARSEST_HZ.min(1.0 / (FINENESS * length_s));
        (0..=((to - from) / step) as usize).map(|n| from + n as f64 * step).collect()
    }

    /// The waver of a rate.
    pub fn at(&self, rate_hz: f64) -> Waver {
        let (parts_db, explained) = self.solve(rate_hz);
        Waver { rate_hz, parts_db, explained: explained / self.variance }
    }

    /// The best waver near one, within half of what the length of the song tells apart.
    pub fn narrowed(&self, near: &Waver) -> Waver {
        let reach = 0.5 / (self.hops as f64 * self.hop_s);
        let (mut from, mut to) = (near.rate_hz - reach, near.rate_hz + reach);
        for _ in 0..NARROWINGS {
            let third = (to - from) / 3.0;
            if self.at(from + third).explained < self.at(to - third).explained {
                from += third;
            } else {
                to -= third;
            }
        }
        self.at(f64::midpoint(from, to))
    }

    /// Least squares: the cosine and the sine of a rate, and what they explain, in squared dB.
    fn solve(&self, rate_hz: f64) -> ([f64; 2], f64) {
        let step = 2.0 * PI * rate_hz * self.hop_s;
        let turned = |weights: &[f64]| {
            let (turn, mut at, mut sum) = ([libm::cos(step), libm::sin(step)], [1.0, 0.0], [0.0; 2]);
            for weight in weights {
                sum = [sum[0] + weight * at[0], sum[1] + weight * at[1]];
                at = [at[0] * turn[0] - at[1] * turn[1], at[0] * turn[1] + at[1] * turn[0]];
            }
            sum.map(|sum| sum / self.weight)
        };
        // (cos i - cos j)^2 and the like, with products of cosines as cosines of sums and differences
        let ([apart, _], [even, odd]) = (turned(&self.apart), turned(&self.sums));
        let (cosines, sines) = (1.0 - apart + even, 1.0 - apart - even);
        let [b0, b1] = turned(&self.over);
        let (a, c) = (cosines + PULL, sines + PULL);
        let determinant = a * c - odd * odd;
        if determinant <= f64::MIN_POSITIVE {
            return ([0.0; 2], 0.0);
        }
        let [x, y] = [(c * b0 - odd * b1) / determinant, (a * b1 - odd * b0) / determinant];
        let bent = cosines * x * x + 2.0 * odd * x * y + sines * y * y;
        ([x, y], 2.0 * (b0 * x + b1 * y) - bent)
    }
}

/// The share of the movement of a stem's bands that goes at a rate, from powers `[hop][band]`: high where that rate
/// belongs to the music.
pub fn moves_at(powers: &[f64], bands: usize, rate_hz: f64, hop_s: f64) -> f64 {
    /// Bands that carry less of the power are left out, and hops farther below the loudest are taken for this far.
    const SHARE: f64 = 1e-2;
    const DEEPEST: f64 = 1e-4;
    let hops = powers.len() / bands.max(1);
    let step = 2.0 * PI * rate_hz * hop_s;
    let wave = |of: fn(f64) -> f64| {
        let values: Vec<f64> = (0..hops).map(|hop| of(step * hop as f64)).collect();
        centred(values)
    };
    let (cosine, sine) = (wave(libm::cos), wave(libm::sin));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let [cc, cs, ss] = [product(&cosine, &cosine), product(&cosine, &sine), product(&sine, &sine)];
    let determinant = cc * ss - cs * cs;
    let of_band = |band: usize| powers.iter().skip(band).step_by(bands);
    let means: Vec<f64> = (0..bands).map(|band| of_band(band).sum()).collect();
    let most = means.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 || determinant <= 0.0 {
        return 0.0;
    }
    let (mut at_rate, mut all) = (0.0, 0.0);
    for band in (0..bands).filter(|&band| means[band] > SHARE * most) {
        let floor = DEEPEST * of_band(band).copied().fold(0.0, f64::max);
        let levels = centred(of_band(band).map(|power| 10.0 * libm::log10(power.max(floor))).collect());
        let (c, s) = (product(&levels, &cosine), product(&levels, &sine));
        at_rate += (ss * c * c - 2.0 * cs * c * s + cc * s * s) / determinant;
        // a decibel of movement is nobody's rhythm
        all += product(&levels, &levels) + hops as f64;
    }
    at_rate / all
}

fn centred(mut values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    for value in &mut values {
        *value -= mean;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of a level that goes as a sine, with every fifth of them unlike and wrong.
    #[test]
    fn a_sine_is_read_back() {
        let (size, rate, late) = (4.0, 0.237, 0.7);
        let level = |hop: usize| size * libm::cos(2.0 * PI * rate * 0.5 * hop as f64 - late);
        let all = (0..120_usize).flat_map(|first| (first + 3..120.min(first + 40)).map(move |n| (first, n)));
        let pairs: Vec<Pair> = all
            .map(|(first, second)| {
                let wrong = (first * 7 + second) % 5 == 0;
                let over_db = level(first) - level(second) + if wrong { 9.0 } else { 0.0 };
                Pair { first, second, over_db, weight: if wrong { 0.0 } else { 1.0 } }
            })
            .collect();
        let fits = Fits::of(&pairs, 0.5, 120).unwrap();
        let rates = fits.rates_hz([0.1, 0.5]);
        let best = rates.iter().map(|&hz| fits.at(hz)).max_by(|a, b| a.explained.total_cmp(&b.explained));
        let waver = fits.narrowed(&best.unwrap());
        assert!((waver.rate_hz - rate).abs() < 1e-4, "{waver:?}");
        assert!((waver.size_db() - size).abs() < 0.1 && (waver.phase() - late).abs() < 0.02, "{waver:?}");
        assert!(waver.explained > 0.98, "{waver:?}");
    }

    #[test]
    fn a_rhythm_of_the_song_is_known() {
        let powers: Vec<f64> =
            (0..120).map(|hop| libm::exp10(libm::cos(2.0 * PI * 0.2 * 0.5 * f64::from(hop)))).collect();
        assert!(moves_at(&powers, 1, 0.2, 0.5) > 0.9);
        assert!(moves_at(&powers, 1, 0.31, 0.5) < 0.05);
        assert!(moves_at(&[0.1; 120], 1, 0.2, 0.5) < 1e-9);
    }
}
