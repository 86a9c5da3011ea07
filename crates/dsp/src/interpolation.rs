use std::f64::consts::PI;

/// Frames that the interpolators work on at a time.
pub const TILE: usize = 32;
/// Samples that [`Sinc16`] looks at for one point between two samples.
pub const SINC_TAPS: usize = 96;
/// How far a [`Sinc16`] window reaches back from its first frame.
pub const SINC_BEFORE: usize = SINC_TAPS / 2 - 1;
/// How far a [`Sinc16`] window reaches beyond its last frame.
pub const SINC_AFTER: usize = SINC_TAPS / 2;
/// Samples that [`Hann4`] looks at for one point between two samples.
pub const HANN_TAPS: usize = 12;
/// How far a [`Hann4`] window reaches back from its first frame.
pub const HANN_BEFORE: usize = HANN_TAPS / 2 - 1;
/// How far a [`Hann4`] window reaches beyond its last frame.
pub const HANN_AFTER: usize = HANN_TAPS / 2;

const SINC_PHASES: usize = 16;
const HANN_PHASES: usize = 4;
const KAISER_BETA: f64 = 7.0;

/// The interpolator passes a little more than the band below half the rate, so the bounds that follow from the
/// bandwidth are taken for one tenth more.
const BANDWIDTH: f64 = 1.1 * PI;

/// 16-times interpolation by a Kaiser-windowed sinc: point k/16 behind frame n is
/// `Σ x[n+d] sinc(k/16−d) kaiser((k/16−d)/48)`.
#[derive(Debug, Clone)]
pub struct Sinc16 {
    phases: Vec<[f32; SINC_TAPS]>,
    bound: f32,
    between_halves: f32,
    between_quarters: f32,
    cubic_error: f32,
}

impl Default for Sinc16 {
    fn default() -> Self {
        let half = SINC_TAPS as f64 / 2.0;
        let window = |t: f64| {
            let inside = (1.0 - (t / half) * (t / half)).max(0.0);
            bessel_i0(KAISER_BETA * inside.sqrt()) / bessel_i0(KAISER_BETA)
        };
        let phases: Vec<[f32; SINC_TAPS]> = (0..SINC_PHASES)
            .map(|k| phase(k as f64 / SINC_PHASES as f64, SINC_BEFORE, |t| sinc(t) * window(t)))
            .collect();
        // |f⁗| h⁴/4! times the largest |(t+1)t(t−1)(t−2)| = 9/16: the error of a cubic through four points h apart
        let step = BANDWIDTH / 4.0;
        let cubic_error = step * step * step * step * 9.0 / 16.0 / 24.0;
        Self {
            bound: bound(&phases),
            phases,
            between_halves: libm::cos(BANDWIDTH / 4.0) as f32,
            between_quarters: libm::cos(BANDWIDTH / 8.0) as f32,
            cubic_error: cubic_error as f32,
        }
    }
}

impl Sinc16 {
    /// No point can exceed the largest sample around it by more than this factor.
    pub fn bound(&self) -> f32 {
        self.bound
    }

    /// Calls `found(frame, level)` for the points above `floor` among the samples of a tile and the 15 points behind
    /// each; `x` begins [`SINC_BEFORE`] samples before the tile and ends [`SINC_AFTER`] behind it.
    ///
    /// The search narrows from 2 to 4 to 16 points a frame. Where the highest point of the whole signal stands,
    /// Bernstein's inequality keeps the nearest point of a coarser grid within a known factor of it, so the highest
    /// point is never missed; a lower one that stands above `floor` may be.
    pub fn scan(&self, x: &[f32], floor: f32, mut found: impl FnMut(usize, f32)) {
        let Some((here, next)) = tile_at(x, SINC_BEFORE).zip(tile_at(x, SINC_BEFORE + 1)) else { return };
        let halves = convolve(&self.phases[8], x);
        let coarse = highest_sample(here).max(next[TILE - 1].abs()).max(highest_sample(&halves));
        if coarse <= floor * self.between_halves {
            return;
        }
        let (firsts, lasts) = (convolve(&self.phases[4], x), convolve(&self.phases[12], x));
        let near = floor * self.between_quarters;
        for n in 0..TILE {
            let before = if n == 0 { f32::NAN } else { lasts[n - 1] };
            let after = firsts.get(n + 1).copied().unwrap_or(f32::NAN);
            let grid = [before, here[n], firsts[n], halves[n], lasts[n], next[n], after];
            if grid[1..6].iter().any(|v| v.abs() > near) {
                self.scan_frame(&x[n..n + SINC_TAPS], grid, floor, |level| found(n, level));
            }
        }
    }

    /// Every point of every frame that `x` holds whole.
    #[cfg(test)]
    pub fn every_point<'a>(&'a self, x: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        x.windows(SINC_TAPS).flat_map(|x| {
            let between = self.phases[1..].iter().map(|taps| dot(taps, x).abs());
            std::iter::once(x[SINC_BEFORE].abs()).chain(between)
        })
    }

    /// `grid` holds the quarter points from −1 to 5; those at the ends may be unknown (NaN).
    fn scan_frame(&self, x: &[f32], grid: [f32; 7], floor: f32, mut found: impl FnMut(f32)) {
        for (q, four) in grid.windows(4).enumerate() {
            let (a, b) = (four[1], four[2]);
            if a.abs() > floor {
                found(a.abs());
            }
            if a.abs().max(b.abs()) <= floor * self.between_quarters {
                continue;
            }
            for fine in 1..4 {
                let guess = cubic([four[0], a, b, four[3]], fine).abs();
                // an unknown neighbour makes the guess NaN, and NaN is not below
                let surely_below = guess <= floor * (1.0 - self.cubic_error);
                if !surely_below {
                    let level = dot(&self.phases[4 * q + fine], x).abs();
                    if level > floor {
                        found(level);
                    }
                }
            }
        }
    }
}

/// The 4-times interpolation of libebur128: a sinc of 49 taps under a Hann window, which makes 12 a phase.
#[derive(Debug, Clone)]
pub struct Hann4 {
    phases: Vec<[f32; HANN_TAPS]>,
    bound: f32,
}

impl Default for Hann4 {
    fn default() -> Self {
        let window = |t: f64| 0.5 * (1.0 + libm::cos(PI * t / (HANN_TAPS as f64 / 2.0)));
        let phases: Vec<_> = (1..HANN_PHASES)
            .map(|k| phase(k as f64 / HANN_PHASES as f64, HANN_BEFORE, |t| sinc(t) * window(t)))
            .collect();
        Self { bound: bound(&phases), phases }
    }
}

impl Hann4 {
    /// No point can exceed the largest sample around it by more than this factor.
    pub fn bound(&self) -> f32 {
        self.bound
    }

    /// For each frame of a tile the highest magnitude among its sample and the 3 points behind it; `x` begins
    /// [`HANN_BEFORE`] samples before the tile and ends [`HANN_AFTER`] behind it.
    pub fn peaks(&self, x: &[f32]) -> [f32; TILE] {
        let mut peaks = [0f32; TILE];
        let Some(here) = tile_at(x, HANN_BEFORE) else { return peaks };
        let points: [[f32; TILE]; 3] = std::array::from_fn(|k| convolve(&self.phases[k], x));
        for (n, peak) in peaks.iter_mut().enumerate() {
            *peak = here[n].abs().max(points[0][n].abs()).max(points[1][n].abs()).max(points[2][n].abs());
        }
        peaks
    }
}

/// The highest magnitude; what is not a number is passed over.
pub fn highest_sample(samples: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [0f32; 8];
    let chunks = samples.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(0f32, |max, s| larger(max, s.abs()));
    for chunk in chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, sample.abs());
        }
    }
    lanes.into_iter().fold(rest, larger)
}

fn tile_at(x: &[f32], from: usize) -> Option<&[f32; TILE]> {
    x.get(from..)?.first_chunk()
}

/// Taps in the outer loop and frames in the inner, so that a tile stays in registers.
fn convolve<const TAPS: usize>(taps: &[f32; TAPS], x: &[f32]) -> [f32; TILE] {
    let mut out = [0f32; TILE];
    for (window, &tap) in x.windows(TILE).zip(taps) {
        for (sum, &sample) in out.iter_mut().zip(window) {
            *sum += tap * sample;
        }
    }
    out
}

fn dot(taps: &[f32; SINC_TAPS], x: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    for (a, b) in taps.chunks_exact(8).zip(x.chunks_exact(8)) {
        for ((lane, &tap), &sample) in lanes.iter_mut().zip(a).zip(b) {
            *lane += tap * sample;
        }
    }
    lanes.iter().sum()
}

/// Lagrange's cubic through points at −1, 0, 1, 2, read at `fine`/4.
fn cubic(points: [f32; 4], fine: usize) -> f32 {
    const WEIGHTS: [[f32; 4]; 3] = [
        [-7.0 / 128.0, 105.0 / 128.0, 35.0 / 128.0, -5.0 / 128.0],
        [-1.0 / 16.0, 9.0 / 16.0, 9.0 / 16.0, -1.0 / 16.0],
        [-5.0 / 128.0, 35.0 / 128.0, 105.0 / 128.0, -7.0 / 128.0],
    ];
    let w = WEIGHTS[fine - 1];
    w[0] * points[0] + w[1] * points[1] + w[2] * points[2] + w[3] * points[3]
}

/// A kernel at the distances between `at` and the samples from `before` frames back.
fn phase<const TAPS: usize>(at: f64, before: usize, kernel: impl Fn(f64) -> f64) -> [f32; TAPS] {
    std::array::from_fn(|j| kernel(at + before as f64 - j as f64) as f32)
}

/// The largest sum of magnitudes of any phase.
fn bound<const TAPS: usize>(phases: &[[f32; TAPS]]) -> f32 {
    phases.iter().map(|taps| taps.iter().map(|t| t.abs()).sum::<f32>()).fold(1.0, f32::max) * 1.000_01
}

fn sinc(t: f64) -> f64 {
    if t == 0.0 { 1.0 } else { libm::sin(PI * t) / (PI * t) }
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}
