use crate::interpolation::highest_sample;

/// Samples whose peak is looked at together.
const PART: usize = 64;

/// What a clipper takes away, with antiderivative anti-aliasing of the first order: for each two samples the mean of
/// what the curve takes over the straight line between them (J. Parker, V. Zavalishin and E. Le Bivic, "Reducing the
/// aliasing of nonlinear waveshaping using continuous-time convolution", DAFx-16). Half a sample late.
///
/// The curve is straight up to `begins`, a parabola over the next `width`, and flat from there. Its antiderivative is
/// a polynomial in each of the three parts, so the quotient of differences is written as a sum of positive terms in
/// which nothing cancels, however close the samples are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clip {
    begins: f32,
    width: f32,
    bend: f32,
}

impl Clip {
    /// A clipper that lets nothing above `ceiling`, and bends over `knee` times the ceiling around it, half below and
    /// half above; `knee` is 0 for a hard one, and at most 2.
    pub fn new(ceiling: f64, knee: f64) -> Self {
        let width = knee * ceiling;
        Self {
            begins: (ceiling - width / 2.0) as f32,
            width: width as f32,
            bend: if width > 0.0 { (1.0 / (6.0 * width)) as f32 } else { 0.0 },
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

    /// What is taken away of `x` times `drive`, from each sample to the next.
    pub fn take(&self, x: &[f32], drive: f32, taken: &mut [f32]) {
        let below = self.begins / drive * (1.0 - 4.0 * f32::EPSILON);
        for (from, taken) in taken.chunks_mut(PART).enumerate().map(|(n, part)| (n * PART, part)) {
            let x = &x[from..=from + taken.len()];
            if highest_sample(x) <= below {
                taken.fill(0.0);
                continue;
            }
            for ((taken, &a), &b) in taken.iter_mut().zip(x).zip(&x[1..]) {
                let (a, b) = (a * drive, b * drive);
                let step = b - a;
                let per_step = if step == 0.0 { 0.0 } else { 1.0 / step };
                *taken = self.mean_over(a, b, per_step) - self.mean_over(-a, -b, -per_step);
            }
        }
    }

    /// For the positive side.
    #[inline]
    fn mean_over(&self, a: f32, b: f32, per_step: f32) -> f32 {
        let Self { begins, width, bend } = *self;
        let positive = |x: f32| if x > 0.0 { x } else { 0.0 };
        let lower = |x: f32| if x < width { x } else { width };
        let (over_a, over_b) = (positive(a - begins), positive(b - begins));
        let (bent_a, bent_b) = (lower(over_a), lower(over_b));
        let (flat_a, flat_b) = (over_a - bent_a, over_b - bent_b);
        // the share of the step that lies in each part; where all of it does, it is one, without a rounding error
        let both_flat = (flat_a > 0.0) & (flat_b > 0.0);
        let both_bent = (over_a > 0.0) & (over_b > 0.0) & (over_a <= width) & (over_b <= width);
        let flat_share = if both_flat { 1.0 } else { (flat_b - flat_a) * per_step };
        let bent_share = if both_bent { 1.0 } else { (bent_b - bent_a) * per_step };
        bent_share * bend * (bent_a * bent_a + bent_a * bent_b + bent_b * bent_b)
            + flat_share * 0.5 * (width + flat_a + flat_b)
    }
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

    /// The mean of what is taken between two samples, by Simpson's rule over small steps.
    fn mean_taken(clip: Clip, a: f64, b: f64) -> f64 {
        const STEPS: u32 = 2000;
        let taken = |k: u32| {
            let x = a + (b - a) * f64::from(k) / f64::from(STEPS);
            x - clip.at(x)
        };
        let inner: f64 = (1..STEPS).map(|k| taken(k) * if k % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (taken(0) + taken(STEPS) + inner) / (3.0 * f64::from(STEPS))
    }

    #[test]
    fn what_is_taken_is_the_mean_over_the_step() {
        for knee in [0.0, 0.3, 1.0, 2.0] {
            let clip = Clip::new(0.8, knee);
            for n in 0..2000u64 {
                let a = (n * n * 7919 % 2003) as f32 / 500.0 - 2.0;
                let near = a + [1e-7, 1e-5, 1e-3, 0.1][n as usize % 4];
                let far = (n * n * 104_729 % 2011) as f32 / 500.0 - 2.0;
                for b in [a, near, far] {
                    let mut taken = [0.0];
                    clip.take(&[a, b], 1.0, &mut taken);
                    let shall = mean_taken(clip, f64::from(a), f64::from(b));
                    let right = (f64::from(taken[0]) - shall).abs() < 2e-6;
                    assert!(right, "knee {knee}, {a} to {b}: {} for {shall}", taken[0]);
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
