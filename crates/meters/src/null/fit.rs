/// How strongly each gain is drawn to the common one, re its own evidence: decides between stems that are nearly alike,
/// and nothing else.
const DRAWN: f64 = 1e-6;

/// What is known of a mix and the parts it may be made of: all sums of products.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    /// Of the parts with each other.
    pub(super) parts: Vec<Vec<f64>>,
    /// Of each part with the mix.
    pub(super) mix: Vec<f64>,
    /// Of the mix with itself.
    pub(super) whole: f64,
}

impl Gram {
    /// The one gain of all parts that comes nearest to the mix.
    pub(super) fn common(&self) -> f64 {
        let power: f64 = self.parts.iter().flatten().sum();
        if power > 0.0 { self.mix.iter().sum::<f64>() / power } else { 0.0 }
    }

    /// What these gains leave of the mix, as a share of its energy.
    pub(super) fn left(&self, gains: &[f64]) -> f64 {
        let fitted: f64 = gains.iter().zip(&self.mix).map(|(g, m)| g * m).sum();
        let own: f64 = self
            .parts
            .iter()
            .zip(gains)
            .map(|(row, g)| g * row.iter().zip(gains).map(|(x, h)| x * h).sum::<f64>())
            .sum();
        ((self.whole - 2.0 * fitted + own) / self.whole.max(f64::MIN_POSITIVE)).max(0.0)
    }

    /// The gain of every part: least squares, drawn a little to `around`.
    pub(super) fn gains(&self, around: f64) -> Vec<f64> {
        let mut rows = self.parts.clone();
        let mut right = self.mix.clone();
        for (k, row) in rows.iter_mut().enumerate() {
            let pull = DRAWN * row[k].max(f64::MIN_POSITIVE);
            row[k] += pull;
            right[k] += pull * around;
        }
        solve(rows, right).unwrap_or_else(|| vec![around; self.mix.len()])
    }

    /// The gains of the parts but one and of that one.
    pub(super) fn one_apart(&self, apart: usize) -> [f64; 2] {
        let all: f64 = self.parts.iter().flatten().sum();
        let with_all: f64 = self.parts[apart].iter().sum();
        let own = self.parts[apart][apart];
        let rest = [all - 2.0 * with_all + own, with_all - own];
        let to_mix = [self.mix.iter().sum::<f64>() - self.mix[apart], self.mix[apart]];
        two(rest[0], rest[1], own, to_mix)
    }
}

/// Least squares with two parts: [[a, b], [b, c]] x = to.
pub(super) fn two(a: f64, b: f64, c: f64, to: [f64; 2]) -> [f64; 2] {
    let determinant = a * c - b * b;
    if determinant > 1e-12 * a * c {
        [(to[0] * c - to[1] * b) / determinant, (to[1] * a - to[0] * b) / determinant]
    } else {
        let one = if a + 2.0 * b + c > 0.0 { (to[0] + to[1]) / (a + 2.0 * b + c) } else { 0.0 };
        [one; 2]
    }
}

/// Solves a symmetric positive system by Cholesky's decomposition; `None` if it is not.
fn solve(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for k in 0..n {
        for j in 0..=k {
            let known: f64 = (0..j).map(|i| rows[k][i] * rows[j][i]).sum();
            let left = rows[k][j] - known;
            rows[k][j] = if j < k {
                left / rows[j][j]
            } else if left > 0.0 {
                left.sqrt()
            } else {
                return None;
            };
        }
    }
    for k in 0..n {
        let known: f64 = (0..k).map(|i| rows[k][i] * right[i]).sum();
        right[k] = (right[k] - known) / rows[k][k];
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|i| rows[i][k] * right[i]).sum();
        right[k] = (right[k] - known) / rows[k][k];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_are_those_the_mix_was_made_with() {
        let parts: [Vec<f64>; 3] =
            [0, 1, 2].map(|s| (0..500).map(|n| libm::sin(f64::from(n * (s + 2) * 7) * 0.013)).collect());
        let shall = [0.9, -1.0, 0.0];
        let mix: Vec<f64> = (0..500).map(|n| (0..3).map(|s| shall[s] * parts[s][n]).sum()).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let gram = Gram {
            parts: parts.iter().map(|a| parts.iter().map(|b| dot(a, b)).collect()).collect(),
            mix: parts.iter().map(|a| dot(a, &mix)).collect(),
            whole: dot(&mix, &mix),
        };
        for (is, shall) in gram.gains(gram.common()).iter().zip(shall) {
            assert!((is - shall).abs() < 1e-5, "{is} for {shall}");
        }
        assert!(gram.left(&shall) < 1e-12 && gram.left(&[1.0; 3]) > 0.1);
    }
}
