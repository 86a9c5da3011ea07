use std::f64::consts::PI;

use libm::sincos;

/// How often model and missing samples are found in turn.
const ROUNDS: usize = 4;
/// How often samples on the wrong side of their bound are held there and the others found again.
const BOUND_ROUNDS: usize = 3;
/// Added to the power, so that a tone alone still has a model.
const WHITE: f64 = 1e-9;

/// Finds missing samples of a signal from those around them: those that an autoregressive model of it foretells best.
///
/// By turns, the model from the samples and the samples from the model, by least squares: A. Janssen, R. Veldhuis and
/// L. Vries, "Adaptive interpolation of discrete-time signals that can be modeled as autoregressive processes",
/// IEEE Trans. ASSP 34(2), 1986. A bound for each missing sample is kept by holding those there that would break it.
#[derive(Debug)]
pub struct Autoregression {
    order: usize,
    model: Vec<f64>,
    previous: Vec<f64>,
    tapered: Vec<f64>,
    // correlation of the signal, then of the model with itself
    correlation: Vec<f64>,
    free: Vec<usize>,
    // a band of `order` numbers and the diagonal for each unknown
    triangle: Vec<f64>,
    unknown: Vec<f64>,
}

impl Autoregression {
    /// For models of some order, signals of at most so many samples, and so many of them missing at most.
    pub fn new(order: usize, longest: usize, most_missing: usize) -> Self {
        Self {
            order,
            model: vec![0.0; order + 1],
            previous: vec![0.0; order + 1],
            tapered: Vec::with_capacity(longest),
            correlation: vec![0.0; order + 1],
            free: Vec::with_capacity(most_missing),
            triangle: vec![0.0; most_missing * (order + 1)],
            unknown: vec![0.0; most_missing],
        }
    }

    /// How many missing samples it takes at once.
    pub fn most_missing(&self) -> usize {
        self.unknown.len()
    }

    /// Fills in what is `missing`, rising places at least `order` from both ends of `x`, each with what it is at
    /// least if positive or at most if negative.
    pub fn fill(&mut self, x: &mut [f64], missing: &[(usize, f64)]) {
        if x.len() > self.tapered.capacity()
            || missing.len() > self.most_missing()
            || !missing.is_sorted_by(|a, b| a.0 < b.0)
        {
            return;
        }
        for _ in 0..ROUNDS {
            if !self.find_model(x) {
                return;
            }
            self.free.clear();
            self.free.extend(missing.iter().map(|(at, _)| at));
            for _ in 0..BOUND_ROUNDS {
                self.solve(x);
                let before = self.free.len();
                self.free.clear();
                for &(at, bound) in missing {
                    if x[at] == bound || (x[at] - bound) * bound < 0.0 {
                        x[at] = bound;
                    } else {
                        self.free.push(at);
                    }
                }
                if self.free.len() == before {
                    break;
                }
            }
        }
    }

    /// The model by Levinson's recursion, and how it correlates with itself.
    fn find_model(&mut self, x: &[f64]) -> bool {
        let (step, cos) = sincos(PI / x.len() as f64);
        let (mut sine, mut cosine) = (0.0, 1.0);
        self.tapered.clear();
        self.tapered.extend(x.iter().map(|x| {
            (sine, cosine) = (sine * cos + cosine * step, cosine * cos - sine * step);
            sine * x
        }));
        for (lag, sum) in self.correlation.iter_mut().enumerate() {
            *sum = dot(&self.tapered, &self.tapered[lag..]);
        }
        if self.correlation[0] <= f64::MIN_POSITIVE {
            return false;
        }
        self.correlation[0] *= 1.0 + WHITE;
        let (r, a) = (&self.correlation, &mut self.model);
        a.fill(0.0);
        a[0] = 1.0;
        let mut error = r[0];
        for m in 1..=self.order {
            let reflection = -(0..m).map(|i| a[i] * r[m - i]).sum::<f64>() / error;
            self.previous.copy_from_slice(a);
            for (to, from) in a[1..=m].iter_mut().zip(self.previous[..m].iter().rev()) {
                *to += reflection * from;
            }
            error *= 1.0 - reflection * reflection;
            if error <= 0.0 {
                return false;
            }
        }
        for lag in 0..=self.order {
            self.correlation[lag] = dot(a, &a[lag..]);
        }
        true
    }

    /// The free samples that leave the least error of the model, by Cholesky's method within a band.
    fn solve(&mut self, x: &mut [f64]) {
        let (order, b) = (self.order, &self.correlation);
        let width = order + 1;
        for &at in &self.free {
            x[at] = 0.0;
        }
        for (i, &at) in self.free.iter().enumerate() {
            let near = &x[at - order..=at + order];
            let sides = (1..=order).map(|lag| b[lag] * (near[order - lag] + near[order + lag]));
            self.unknown[i] = -sides.sum::<f64>();
            // row i of the triangle: the columns from i - order on
            for j in i.saturating_sub(order)..=i {
                let distance = at - self.free[j];
                let mut value = if distance <= order { b[distance] } else { 0.0 };
                for k in i.saturating_sub(order).max(j.saturating_sub(order))..j {
                    value -=
                        self.triangle[i * width + k + order - i] * self.triangle[j * width + k + order - j];
                }
                self.triangle[i * width + j + order - i] = if j == i {
                    value.max(f64::MIN_POSITIVE).sqrt()
                } else {
                    value / self.triangle[j * width + order]
                };
            }
        }
        let count = self.free.len();
        for i in 0..count {
            for k in i.saturating_sub(order)..i {
                self.unknown[i] -= self.triangle[i * width + k + order - i] * self.unknown[k];
            }
            self.unknown[i] /= self.triangle[i * width + order];
        }
        for i in (0..count).rev() {
            for k in i + 1..count.min(i + order + 1) {
                self.unknown[i] -= self.triangle[k * width + i + order - k] * self.unknown[k];
            }
            self.unknown[i] /= self.triangle[i * width + order];
        }
        for (&at, &value) in self.free.iter().zip(&self.unknown) {
            x[at] = value;
        }
    }
}

/// The sum of products over the shorter length, four sums side by side.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let length = x.len().min(y.len());
    let ((xs, x_rest), (ys, y_rest)) = (x[..length].as_chunks::<4>(), y[..length].as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (x, y) in xs.iter().zip(ys) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_samples_of_tones_are_found_and_keep_their_bounds() {
        let tone = |n: usize| {
            let n = n as f64;
            0.7 * libm::sin(0.05 * n) + 0.4 * libm::sin(0.31 * n + 1.0)
        };
        let truth: Vec<f64> = (0..800).map(tone).collect();
        let missing: Vec<(usize, f64)> = (390..402).chain(450..455).map(|at| (at, truth[at] * 0.5)).collect();
        let mut x = truth.clone();
        for &(at, bound) in &missing {
            x[at] = bound;
        }
        let mut model = Autoregression::new(32, 800, 64);
        model.fill(&mut x, &missing);
        for (n, (x, truth)) in x.iter().zip(&truth).enumerate() {
            assert!((x - truth).abs() < 0.01, "{n}: {x} for {truth}");
        }
        let bounds: Vec<(usize, f64)> = missing.iter().map(|&(at, _)| (at, truth[at] * 1.2)).collect();
        model.fill(&mut x, &bounds);
        assert!(bounds.iter().all(|&(at, bound)| (x[at] - bound) * bound >= 0.0));
        let mut silence = vec![0.0; 800];
        model.fill(&mut silence, &missing);
        assert_eq!(silence, [0.0; 800]);
    }
}
