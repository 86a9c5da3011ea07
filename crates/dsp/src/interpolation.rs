use std::f64::consts::PI;

/// Frames that the interpolators work on at a time.
pub const TILE: usize = 32;
/// Samples that [`Sinc16`] looks at for one point between two samples.
pub const SINC_TAPS: usize = 256;
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

const HANN_PHASES: usize = 4;
const SINC_PHASES: usize = 16;
const SINC_BETA: f64 = 8.0;
/// The common length and window of true-peak meters: cheap enough to search with.
const SHORT_TAPS: usize = 48;
const SHORT_BETA: f64 = 9.0;
const SHORT_FROM: usize = (SINC_TAPS - SHORT_TAPS) / 2;
const MIDDLE_TAPS: usize = 96;
const MIDDLE_FROM: usize = (SINC_TAPS - MIDDLE_TAPS) / 2;

/// The long and the short interpolator treat what lies just below half the rate differently. White noise, the worst
/// case, reads up to 0.63 dB apart.
const SHORT_READS_AT_LEAST: f32 = 0.92;
/// Both pass a little more than the band below half the rate, so the bounds that follow from the bandwidth are taken
/// for one tenth more.
const BANDWIDTH: f64 = 1.1 * PI;

/// 16-times interpolation by a Kaiser-windowed sinc: point k/16 behind frame n is
/// `Σ x[n+d] sinc(k/16−d) kaiser((k/16−d)/128)`.
#[derive(Debug, Clone)]
pub struct Sinc16 {
    long: Vec<[f32; SINC_TAPS]>,
    middle: Vec<[f32; MIDDLE_TAPS]>,
    short: Vec<[f32; SHORT_TAPS]>,
    bound: f32,
    limits: Limits,
}

/// How far the highest point may stand over what a coarse grid shows, as factors.
#[derive(Debug, Clone, Copy)]
struct Limits {
    between_halves: f32,
    between_quarters: f32,
    cubic: f32,
}

impl Default for Sinc16 {
    fn default() -> Self {
        // |f⁗| h⁴/4! times the largest |(t+1)t(t−1)(t−2)| = 9/16: the error of a cubic through four points h apart
        let step = BANDWIDTH / 4.0;
        let cubic_error = step * step * step * step * 9.0 / 16.0 / 24.0;
        let (long, short) = (kaiser_phases(SINC_BETA), kaiser_phases(SHORT_BETA));
        Self {
            bound: bound(&long).max(bound(&short)),
            long,
            middle: kaiser_phases(SINC_BETA),
            short,
            limits: Limits {
                between_halves: libm::cos(BANDWIDTH / 4.0) as f32,
                between_quarters: libm::cos(BANDWIDTH / 8.0) as f32,
                cubic: (1.0 - cubic_error) as f32,
            },
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
    pub fn scan(&self, x: &[f32], floor: f32, found: impl FnMut(usize, f32)) {
        self.search::<false>(x, floor, found);
    }

    /// The same, and also the points of interpolators of 48 and 96 samples, which see less of what lies just below
    /// half the rate and may read higher or lower for it.
    pub fn scan_strictly(&self, x: &[f32], floor: f32, found: impl FnMut(usize, f32)) {
        self.search::<true>(x, floor, found);
    }

    fn search<const STRICT: bool>(&self, x: &[f32], floor: f32, mut found: impl FnMut(usize, f32)) {
        let (Some(here), Some(next)) = (tile_at(x, SINC_BEFORE), tile_at(x, SINC_BEFORE + 1)) else { return };
        let near = floor * SHORT_READS_AT_LEAST;
        let short_x = &x[SHORT_FROM..];
        let halves = convolve(&self.short[8], short_x);
        let coarse = highest_sample(here).max(next[TILE - 1].abs()).max(highest_sample(&halves));
        if coarse <= near * self.limits.between_halves {
            return;
        }
        let grid = Grid::new(&self.short, short_x, halves, here, next);
        let coarse = grid.highest();
        if STRICT && coarse > floor * self.limits.between_quarters {
            grid.search(&self.short, short_x, floor, self.limits, &mut found);
        }
        if coarse > near * self.limits.between_quarters {
            if STRICT {
                let middle_x = &x[MIDDLE_FROM..];
                let grid = Grid::new(&self.middle, middle_x, convolve(&self.middle[8], middle_x), here, next);
                grid.search(&self.middle, middle_x, floor, self.limits, &mut found);
            }
            let grid = Grid::new(&self.long, x, convolve(&self.long[8], x), here, next);
            grid.search(&self.long, x, floor, self.limits, &mut found);
        }
    }

    /// Every point of every frame that `x` holds whole.
    #[cfg(test)]
    pub fn every_point<'a>(&'a self, x: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        x.windows(SINC_TAPS).flat_map(|x| {
            let between = self.long[1..].iter().map(|taps| dot(taps, x).abs());
            std::iter::once(x[SINC_BEFORE].abs()).chain(between)
        })
    }
}

/// The quarter points of a tile: samples, then what stands one, two and three quarters behind each, then the sample
/// after it.
struct Grid<'a> {
    quarters: [[f32; TILE]; 3],
    here: &'a [f32; TILE],
    next: &'a [f32; TILE],
}

impl<'a> Grid<'a> {
    fn new<const TAPS: usize>(
        phases: &[[f32; TAPS]],
        x: &[f32],
        halves: [f32; TILE],
        here: &'a [f32; TILE],
        next: &'a [f32; TILE],
    ) -> Self {
        Self { quarters: [convolve(&phases[4], x), halves, convolve(&phases[12], x)], here, next }
    }

    fn highest(&self) -> f32 {
        let between = self.quarters.iter().map(|points| highest_sample(points)).fold(0.0, f32::max);
        between.max(highest_sample(self.here)).max(self.next[TILE - 1].abs())
    }

    fn search<const TAPS: usize>(
        &self,
        phases: &[[f32; TAPS]],
        x: &[f32],
        floor: f32,
        limits: Limits,
        found: &mut impl FnMut(usize, f32),
    ) {
        let [firsts, halves, lasts] = &self.quarters;
        let near = floor * limits.between_quarters;
        for n in 0..TILE {
            let before = if n == 0 { f32::NAN } else { lasts[n - 1] };
            let after = firsts.get(n + 1).copied().unwrap_or(f32::NAN);
            let points = [before, self.here[n], firsts[n], halves[n], lasts[n], self.next[n], after];
            if points[1..6].iter().any(|v| v.abs() > near) {
                search_frame(phases, &x[n..n + TAPS], points, floor, limits, |level| found(n, level));
            }
        }
    }
}

/// `points` are the quarter points from −1 to 5 of a frame; those at the ends may be unknown (NaN).
fn search_frame<const TAPS: usize>(
    phases: &[[f32; TAPS]],
    x: &[f32],
    points: [f32; 7],
    floor: f32,
    limits: Limits,
    mut found: impl FnMut(f32),
) {
    for (quarter, four) in points.windows(4).enumerate() {
        let (a, b) = (four[1], four[2]);
        if a.abs() > floor {
            found(a.abs());
        }
        if a.abs().max(b.abs()) <= floor * limits.between_quarters {
            continue;
        }
        for fine in 1..4 {
            let guess = cubic([four[0], a, b, four[3]], fine).abs();
            // an unknown neighbour makes the guess NaN, and NaN is not below
            let surely_below = guess <= floor * limits.cubic;
            if !surely_below {
                let level = dot(&phases[4 * quarter + fine], x).abs();
                if level > floor {
                    found(level);
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

fn dot<const TAPS: usize>(taps: &[f32; TAPS], x: &[f32]) -> f32 {
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

fn kaiser_phases<const TAPS: usize>(beta: f64) -> Vec<[f32; TAPS]> {
    let half = TAPS as f64 / 2.0;
    let window = |t: f64| {
        let inside = (1.0 - (t / half) * (t / half)).max(0.0);
        bessel_i0(beta * inside.sqrt()) / bessel_i0(beta)
    };
    let point = |k: usize| phase(k as f64 / SINC_PHASES as f64, TAPS / 2 - 1, |t| sinc(t) * window(t));
    (0..SINC_PHASES).map(point).collect()
}

/// A kernel at the distances between `at` and the samples from `before` frames back.
fn phase<const TAPS: usize>(at: f64, before: usize, kernel: impl Fn(f64) -> f64) -> [f32; TAPS] {
    std::array::from_fn(|j| kernel(at + before as f64 - j as f64) as f32)
}

/// The largest sum of magnitudes of any phase.
fn bound<const TAPS: usize>(phases: &[[f32; TAPS]]) -> f32 {
    phases.iter().map(|taps| taps.iter().map(|t| t.abs()).sum::<f32>()).fold(1.0, f32::max) * 1.000_01
}

pub(crate) fn sinc(t: f64) -> f64 {
    if t == 0.0 { 1.0 } else { libm::sin(PI * t) / (PI * t) }
}

/// Modified Bessel function of the first kind, order 0, by its power series.
pub(crate) fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}
