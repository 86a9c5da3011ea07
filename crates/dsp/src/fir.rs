/// Samples that [`Fir`] takes at a time.
pub const FIR_TILE: usize = 256;

/// Outputs that are summed at once: as many as stay in registers.
const WIDTH: usize = 16;

/// A short filter whose first tap counts most, like one of minimum phase.
///
/// The first tap is applied in double precision and the rest, which is small, in single precision.
#[derive(Debug, Clone)]
pub struct Fir {
    first: f64,
    rest: Vec<f32>,
    // the last `rest.len()` samples of before, then the tile
    heard: Vec<f32>,
}

impl Fir {
    /// A filter at rest; without taps it changes nothing.
    pub fn new(taps: &[f64]) -> Self {
        let (first, rest) = taps.split_first().unwrap_or((&1.0, &[]));
        Self {
            first: *first,
            rest: rest.iter().map(|&h| h as f32).collect(),
            heard: vec![0.0; rest.len() + FIR_TILE],
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.first == 1.0 && self.rest.is_empty()
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.heard.fill(0.0);
    }

    /// Filters up to [`FIR_TILE`] samples in place.
    pub fn run(&mut self, tile: &mut [f64]) {
        let history = self.rest.len();
        for (heard, &x) in self.heard[history..].iter_mut().zip(tile.iter()) {
            *heard = without_tiny(x);
        }
        for (from, part) in tile.chunks_mut(WIDTH).enumerate().map(|(n, part)| (n * WIDTH, part)) {
            let sums = self.sum_rest(from);
            for (x, sum) in part.iter_mut().zip(sums) {
                *x = *x * self.first + f64::from(sum);
            }
        }
        self.heard.copy_within(tile.len()..tile.len() + history, 0);
    }

    /// The share of all taps but the first in the outputs from `from` on.
    fn sum_rest(&self, from: usize) -> [f32; WIDTH] {
        let mut sums = [0.0; WIDTH];
        let window = &self.heard[from..from + self.rest.len() + WIDTH - 1];
        for (h, x) in self.rest.iter().rev().zip(window.array_windows::<WIDTH>()) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += h * x;
            }
        }
        sums
    }
}

/// In single precision, without the denormal numbers in which a decay would end: they are slow and inaudible.
fn without_tiny(x: f64) -> f32 {
    const TINY: f64 = 1e-30;
    if x.abs() < TINY { 0.0 } else { x as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_equals_the_sum_of_products() {
        let taps: Vec<f64> =
            (0..64).map(|n| libm::exp(-0.2 * f64::from(n)) * libm::cos(f64::from(n))).collect();
        let x: Vec<f64> = (0..2000u64).map(|n| (n * n * 7919 % 2003) as f64 / 1001.5 - 1.0).collect();
        let mut fir = Fir::new(&taps);
        let mut y = x.clone();
        let mut rest = &mut y[..];
        for frames in [1, 7, 16, 250, 256].into_iter().cycle() {
            let (tile, more) = rest.split_at_mut(frames.min(rest.len()));
            fir.run(tile);
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        for (n, y) in y.iter().enumerate() {
            let shall: f64 = taps.iter().enumerate().take(n + 1).map(|(k, h)| h * x[n - k]).sum();
            assert!((y - shall).abs() < 1e-6, "frame {n}: {y} for {shall}");
        }
    }

    #[test]
    fn without_taps_no_bit_changes() {
        let mut tile = [0.1, -0.0, 1e-300];
        let mut fir = Fir::new(&[]);
        assert!(fir.is_empty());
        fir.run(&mut tile);
        assert_eq!(tile, [0.1, -0.0, 1e-300]);
    }
}
