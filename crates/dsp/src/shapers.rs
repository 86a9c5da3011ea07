/// Samples whose peak is looked at together.
const PART: usize = 64;

/// What a clipper takes away, with antiderivative anti-aliasing of the second order: for each sample the mean of what
/// the curve takes over the straight lines from the sample before and to the one behind, under a triangle (J. Parker,
/// V. Zavalishin and E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using continuous-time convolution",
/// DAFx-16).
///
/// The curve is straight up to `begins`, a parabola over the next `width`, and flat from there. Its antiderivatives are
/// polynomials in each of the three parts, so their differences over a step are written as sums of positive terms in
/// which nothing cancels, however close the samples are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clip {
    begins: f32,
    width: f32,
    bend: f32,
}

impl Clip {
    /// How many samples to each side of one it looks at.
    pub const REACH: usize = 1;

    /// A clipper that lets nothing above `ceiling`, and bends over `knee` times the ceiling around it, half below and
    /// half above; `knee` is 0 for a hard one, and at most 2.
    pub fn new(ceiling: f64, knee: f64) -> Self {
        let width = knee * ceiling;
        Self {
            begins: (ceiling - width / 2.0) as f32,
            width: width as f32,
            bend: if width > 0.0 { (0.5 / width) as f32 } else { 0.0 },
        }
    }

    /// Up to this magnitude nothing is taken away.
    pub fn begins(&self) -> f32 {
        self.begins
    }

    /// The curve itself.
    pub fn at(&self, x: f64) -> f64 {
        let (begins, width) = (f64::from(self.begins), f64::from(self.width));
        let over = (x.abs() - begins).max(0.0);
        let within = over.min(width);
        let bent = if width > 0.0 { within * within / (2.0 * width) } else { 0.0 };
        let taken = bent + (over - within);
        if taken > 0.0 { x - taken.copysign(x) } else { x }
    }

    /// What is taken away of `x` times `drive`; `x` begins one sample before `taken` and ends one behind it.
    pub fn take(&self, x: &[f32], drive: f32, taken: &mut [f32]) {
        let below = self.begins / drive * (1.0 - 4.0 * f32::EPSILON);
        for (from, taken) in taken.chunks_mut(PART).enumerate().map(|(n, part)| (n * PART, part)) {
            taken.fill(0.0);
            let x = &x[from..from + taken.len() + 2];
            let (lowest, highest) = range(x);
            if highest > below {
                self.take_side(x, drive, taken);
            }
            if lowest < -below {
                self.take_side(x, -drive, taken);
            }
        }
    }

    /// Takes of what is positive after the drive.
    fn take_side(&self, x: &[f32], drive: f32, taken: &mut [f32]) {
        let sign = 1f32.copysign(drive);
        // of each step: its mean under a slope that rises to its end, and under one that falls
        let (mut rising, mut falling) = ([0f32; PART + 1], [0f32; PART + 1]);
        for ((rising, falling), (&a, &b)) in rising.iter_mut().zip(&mut falling).zip(x.iter().zip(&x[1..])) {
            let (a, b) = (a * drive, b * drive);
            let up = b >= a;
            let [to_higher, to_lower] = self.slopes(if up { a } else { b }, if up { b } else { a });
            *rising = if up { to_higher } else { to_lower };
            *falling = if up { to_lower } else { to_higher };
        }
        for ((taken, rising), falling) in taken.iter_mut().zip(&rising).zip(&falling[1..]) {
            *taken += sign * (rising + falling);
        }
    }

    /// The mean over a step from `low` to `high`, under a slope that rises towards `high`, and one towards `low`.
    #[inline]
    fn slopes(&self, low: f32, high: f32) -> [f32; 2] {
        let Self { begins, width, bend } = *self;
        let positive = |x: f32| if x > 0.0 { x } else { 0.0 };
        let lower = |x: f32| if x < width { x } else { width };
        let step = high - low;
        let per_step = if step > 0.0 { 1.0 / step } else { 0.0 };
        let (over_a, over_b) = (positive(low - begins), positive(high - begins));
        let (bent_a, bent_b) = (lower(over_a), lower(over_b));
        let (flat_a, flat_b) = (over_a - bent_a, over_b - bent_b);
        // the share of the step that lies in each part; where all of it does, it is one, without a rounding error
        let all_flat = flat_a > 0.0;
        let all_bent = over_a > 0.0 && over_b <= width;
        let flat = if all_flat { 1.0 } else { (flat_b - flat_a) * per_step };
        let bent = if all_bent { 1.0 } else { (bent_b - bent_a) * per_step };
        let (aa, ab, bb) = (bent_a * bent_a, bent_a * bent_b, bent_b * bent_b);
        let bent_mean = bent * bend * (1.0 / 3.0) * (aa + ab + bb);
        let flat_mean = flat * 0.5 * (width + flat_a + flat_b);
        let (below, above) = (positive(1.0 - bent - flat), flat);
        let bent_high = bent * bend * (1.0 / 12.0) * (aa + 2.0 * ab + 3.0 * bb);
        let bent_low = bent * bend * (1.0 / 12.0) * (3.0 * aa + 2.0 * ab + bb);
        let flat_high = flat * (0.25 * width + flat_a * (1.0 / 6.0) + flat_b * (1.0 / 3.0));
        let flat_low = flat * (0.25 * width + flat_a * (1.0 / 3.0) + flat_b * (1.0 / 6.0));
        [
            bent * bent_high + below * bent_mean + flat * flat_high + (1.0 - flat) * flat_mean,
            bent * bent_low + above * bent_mean + flat * flat_low,
        ]
    }
}

/// The lowest and the highest of samples around zero.
fn range(x: &[f32]) -> (f32, f32) {
    let mut lanes = [(0f32, 0f32); 8];
    let (chunks, rest) = x.as_chunks::<8>();
    let widen = |(low, high): &mut (f32, f32), x: f32| {
        *low = if x < *low { x } else { *low };
        *high = if x > *high { x } else { *high };
    };
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| widen(lane, x));
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        widen(lane, x);
    }
    lanes.into_iter().fold((0.0, 0.0), |(low, high), lane| (lane.0.min(low), lane.1.max(high)))
}

/// Hyperbolic tangents, within 1.5·10⁻⁷, and exactly 0 for 0. Has no branch, so that loops over it vectorise.
#[inline]
pub fn tanh(x: f32) -> f32 {
    const OCTAVES: f32 = 2.0 * std::f32::consts::LOG2_E;
    // beyond this it is one in single precision
    const ENOUGH: f32 = 9.1;
    // added to a small number, this leaves its nearest whole number in the lowest bits
    const ROUND: f32 = 12_582_912.0;
    const LN_2: f32 = std::f32::consts::LN_2;
    let x = if x < ENOUGH { x } else { ENOUGH };
    let x = if x > -ENOUGH { x } else { -ENOUGH };
    let octaves = x * OCTAVES;
    let rounded = octaves + ROUND;
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    let t = (octaves - (rounded - ROUND)) * LN_2;
    let tail = 1.0 / 24.0 + t * (1.0 / 120.0 + t * (1.0 / 720.0 + t / 5040.0));
    // e^2x − 1, exact where x is small
    let grown = scale * (t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * tail)))) + (scale - 1.0);
    grown / (grown + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_equals_libm() {
        assert_eq!([0.0, -0.0].map(tanh), [0.0, 0.0]);
        for n in -120_000..120_000 {
            let x = n as f32 * 1e-4;
            let shall = libm::tanh(f64::from(x));
            let error = (f64::from(tanh(x)) - shall).abs();
            assert!(error < 1.5e-7 && error < 4e-7 * shall.abs() + 1e-12, "{x}: {}", tanh(x));
        }
    }

    /// The mean of what is taken around a sample under a triangle, by Simpson's rule over small steps.
    fn mean_taken(clip: Clip, x: [f64; 3]) -> f64 {
        const STEPS: u32 = 2000;
        let from = |end: f64| {
            let taken = |k: u32| {
                let t = f64::from(k) / f64::from(STEPS);
                let x = end + (x[1] - end) * t;
                t * (x - clip.at(x))
            };
            let inner: f64 = (1..STEPS).map(|k| taken(k) * if k % 2 == 1 { 4.0 } else { 2.0 }).sum();
            (taken(0) + taken(STEPS) + inner) / (3.0 * f64::from(STEPS))
        };
        from(x[0]) + from(x[2])
    }

    #[test]
    fn what_is_taken_is_the_mean_under_a_triangle() {
        for knee in [0.0, 0.3, 1.0, 2.0] {
            let clip = Clip::new(0.8, knee);
            for n in 0..2000u64 {
                let a = (n * n * 7919 % 2003) as f32 / 500.0 - 2.0;
                let near = a + [1e-7, 1e-5, 1e-3, 0.1][n as usize % 4];
                let far = (n * n * 104_729 % 2011) as f32 / 500.0 - 2.0;
                for x in [[a, a, a], [a, near, a], [near, a, far], [far, near, a], [far, a, -far]] {
                    let mut taken = [0.0];
                    clip.take(&x, 1.0, &mut taken);
                    let shall = mean_taken(clip, x.map(f64::from));
                    let right = (f64::from(taken[0]) - shall).abs() < 1e-6;
                    assert!(right, "knee {knee}, {x:?}: {} for {shall}", taken[0]);
                }
            }
        }
    }

    #[test]
    fn the_curve_is_straight_then_bent_then_flat() {
        let clip = Clip::new(0.5, 0.4);
        assert_eq!(f64::from(clip.begins()), f64::from(0.4f32));
        for (x, y) in [(0.1, 0.1), (-0.4, -0.4), (0.6, 0.5), (3.0, 0.5), (-0.7, -0.5), (0.5, 0.475)] {
            assert!((clip.at(x) - y).abs() < 1e-7, "{x}: {}", clip.at(x));
        }
    }
}
