use acetate_dsp::GainMatch;

use super::excerpts::Excerpts;

/// Tiles of the gain over time, and how many its windows reach to each side: 3 ms, short enough for a limiter.
const TILE_US: usize = 500;
const REACH: usize = 3;
/// The gain stays within this factor of the common one.
const RANGE: f64 = 16.0;
/// An edge counts in the gain's range if its power is at least this share of the mean (−20 dB): the gain of what is
/// not heard says little.
const HEARD: f64 = 0.01;
/// Pieces of a curve, over all amplitudes.
const PIECES: usize = 64;

/// What a gain over time leaves.
pub(super) struct GainLeft {
    /// As a share of the mix's energy.
    pub(super) left: f64,
    /// Its 1st and 99th percentile while the sum is loud.
    pub(super) range: Option<[f64; 2]>,
    /// The sum with this gain.
    pub(super) followed: Excerpts,
}

/// Lets the sum follow the mix.
pub(super) fn gain_over_time(rate_hz: u32, sum: &Excerpts, mix: &Excerpts, common: f64) -> GainLeft {
    let tile = (rate_hz as usize * TILE_US / 1_000_000).max(1);
    let (mut left, mut whole) = (0.0, 0.0);
    let mut gains: Vec<(f64, f64)> = Vec::new();
    let mut followed = sum.clone();
    for ((sum, mix), followed) in sum.parts.iter().zip(&mix.parts).zip(&mut followed.parts) {
        let mut matched = GainMatch::new(REACH, 2 * tile, common, RANGE);
        let tiles = sum[0].len() / tile;
        let energy = |k: usize, x: &[Vec<f32>; 2], y: &[Vec<f32>; 2]| -> f64 {
            let at = k * tile..(k + 1) * tile;
            (0..2).map(|c| super::dot::dot(&x[c][at.clone()], &y[c][at.clone()])).sum()
        };
        let edges: Vec<(f64, f64)> = (0..tiles + REACH)
            .map(|k| {
                let [power, product] =
                    if k < tiles { [energy(k, sum, sum), energy(k, mix, sum)] } else { [0.0; 2] };
                (power, matched.push(power, product))
            })
            .skip(REACH - 1)
            .collect();
        // the window of the first and last edges reaches beyond the excerpt
        for k in REACH..tiles - REACH {
            let (from, to) = (edges[k].1, edges[k + 1].1);
            for c in 0..2 {
                for n in 0..tile {
                    let gain = from + (to - from) * (n as f64 + 0.5) / tile as f64;
                    let m = f64::from(mix[c][k * tile + n]);
                    let y = gain * f64::from(sum[c][k * tile + n]);
                    followed[c][k * tile + n] = y as f32;
                    let off = m - y;
                    left += off * off;
                    whole += m * m;
                }
            }
            gains.push((from, energy(k, sum, sum)));
        }
    }
    GainLeft { left: left / f64::max(whole, f64::MIN_POSITIVE), range: range(gains), followed }
}

fn range(mut gains: Vec<(f64, f64)>) -> Option<[f64; 2]> {
    let mean = gains.iter().map(|(_, power)| power).sum::<f64>() / gains.len().max(1) as f64;
    gains.retain(|(gain, power)| *power > HEARD * mean && *gain > 0.0);
    gains.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: f64| gains.get((share * gains.len() as f64) as usize).map(|(gain, _)| *gain);
    Some([at(0.01)?, at(0.99)?])
}

/// One piece of a curve: a straight line through what was seen.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Piece {
    /// Height at 0 and slope.
    fn line(&self) -> [f64; 2] {
        let spread = self.xx - self.x * self.x / self.count.max(1.0);
        if spread > 1e-15 * self.xx && self.count > 2.0 {
            let slope = (self.xy - self.x * self.y / self.count) / spread;
            [(self.y - slope * self.x) / self.count, slope]
        } else {
            [0.0, if self.xx > 0.0 { self.xy / self.xx } else { 0.0 }]
        }
    }
}

/// What the best curve from sample to sample leaves, as a share of the mix's energy.
pub(super) fn curve(sum: &Excerpts, mix: &Excerpts) -> f64 {
    let highest = sum.channels().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
    if highest == 0.0 {
        return 1.0;
    }
    let scale = PIECES as f32 / (2.0 * highest);
    let piece = |x: f32| (((x + highest) * scale) as usize).min(PIECES - 1);
    let pairs = || sum.channels().flatten().zip(mix.channels().flatten());
    let mut pieces = [Piece::default(); PIECES];
    for (&x, &y) in pairs() {
        let piece = &mut pieces[piece(x)];
        let (x, y) = (f64::from(x), f64::from(y));
        piece.count += 1.0;
        piece.x += x;
        piece.y += y;
        piece.xx += x * x;
        piece.xy += x * y;
    }
    let lines = pieces.map(|piece| piece.line());
    let (mut left, mut whole) = (0.0, 0.0);
    for (&x, &y) in pairs() {
        let [height, slope] = lines[piece(x)];
        let off = f64::from(y) - height - slope * f64::from(x);
        left += off * off;
        whole += f64::from(y) * f64::from(y);
    }
    left / f64::max(whole, f64::MIN_POSITIVE)
}
