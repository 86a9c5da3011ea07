use std::collections::VecDeque;
use std::f64::consts::PI;

/// The mean of the last while reaches back this many windows: what a short window is held to where it holds little.
const BACK: f64 = 16.0;
/// How much of that mean counts in a short window, re its mean power: enough to decide where a wave crosses zero, and
/// too little to be heard elsewhere.
const HELD: f64 = 1e-4;
/// Below this power, in full scale squared, there is too little to tell (−90 dBFS).
const LEAST_POWER: f64 = 1e-9;

/// The gain over time that makes one signal follow another: least squares over short windows that half overlap.
///
/// Works on tiles, of which it is handed the power of the first signal and its product with the second; a gain stands
/// on the edge between two tiles, under a Hann window over the tiles before and behind.
#[derive(Debug, Clone)]
pub struct GainMatch {
    weights: Vec<f64>,
    // power and product of the newest tiles, the oldest first
    tiles: VecDeque<[f64; 2]>,
    back: [f64; 2],
    keep: f64,
    least: f64,
    rest: f64,
    limits: [f64; 2],
}

impl GainMatch {
    /// Windows of `reach` tiles to each side of an edge. `tile` counts the samples of a tile, of all channels together.
    /// Where there is too little to tell, the gain is `rest`; it stays within `range`, a factor of at least 1, of that.
    pub fn new(reach: usize, tile: usize, rest: f64, range: f64) -> Self {
        let reach = reach.max(1);
        let place = |k: usize| (k as f64 + 0.5) / (2 * reach) as f64;
        let mut weights: Vec<f64> =
            (0..2 * reach).map(|k| 0.5 - 0.5 * libm::cos(2.0 * PI * place(k))).collect();
        let whole: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= whole;
        }
        Self {
            tiles: std::iter::repeat_n([0.0; 2], 2 * reach).collect(),
            weights,
            back: [0.0; 2],
            keep: 1.0 - 1.0 / (BACK * reach as f64),
            least: LEAST_POWER * tile as f64,
            rest,
            limits: [rest / range, rest * range],
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        for tile in &mut self.tiles {
            *tile = [0.0; 2];
        }
        self.back = [0.0; 2];
    }

    /// Hears the next tile and returns the gain on the edge that lies `reach` tiles before its end.
    pub fn push(&mut self, power: f64, product: f64) -> f64 {
        self.tiles.pop_front();
        self.tiles.push_back([power, product]);
        for (back, new) in self.back.iter_mut().zip([power, product]) {
            *back = *back * self.keep + new * (1.0 - self.keep);
            // what fades shall not become denormal
            *back = if back.abs() < 1e-30 { 0.0 } else { *back };
        }
        let [long_power, long_product] = self.back;
        let held = (long_product + self.least * self.rest) / (long_power + self.least);
        let (mut power, mut product) = (0.0, 0.0);
        for (weight, tile) in self.weights.iter().zip(&self.tiles) {
            power += weight * tile[0];
            product += weight * tile[1];
        }
        let hold = HELD * long_power + self.least;
        let gain = (product + hold * held) / (power + hold);
        gain.clamp(self.limits[0], self.limits[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILE: usize = 20;

    /// The gains on the edges for a sine whose gain is a function of time.
    fn gains(reach: usize, tiles: usize, gain: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut matched = GainMatch::new(reach, TILE, 1.0, 100.0);
        let x = |n: usize| 0.3 * libm::sin(0.05 * n as f64);
        let edges: Vec<f64> = (0..tiles)
            .map(|k| {
                let frames = k * TILE..(k + 1) * TILE;
                let power = frames.clone().map(|n| x(n) * x(n)).sum();
                matched.push(power, frames.map(|n| gain(n) * x(n) * x(n)).sum())
            })
            .collect();
        edges[reach - 1..].to_vec()
    }

    #[test]
    fn a_steady_gain_is_found_to_its_last_digits() {
        for (k, gain) in gains(3, 200, |_| 0.5).iter().enumerate().skip(20) {
            assert!((gain - 0.5).abs() < 1e-3, "{k}: {gain}");
        }
    }

    #[test]
    fn a_gain_that_moves_is_found_where_it_moves() {
        let shall = |n: usize| 0.75 + 0.25 * libm::cos(0.002 * n as f64);
        for (k, gain) in gains(2, 500, shall).iter().enumerate().skip(20) {
            // the gain of the first element stands on the edge at frame 0
            assert!((gain - shall(k * TILE)).abs() < 5e-3, "{k}: {gain}");
        }
    }

    #[test]
    fn silence_and_runaways_are_held() {
        let mut matched = GainMatch::new(4, TILE, 0.5, 2.0);
        assert_eq!(matched.push(0.0, 0.0), 0.5);
        let highest = (0..20).map(|_| matched.push(1.0, 10.0)).fold(0.0, f64::max);
        assert_eq!(highest, 1.0);
    }
}
