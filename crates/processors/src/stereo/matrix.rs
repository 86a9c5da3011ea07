/// What left and right become: `[[left of left, left of right], [right of left, right of right]]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix([[f64; 2]; 2]);

impl Matrix {
    /// Changes nothing.
    pub const IDENTITY: Self = Self([[1.0, 0.0], [0.0, 1.0]]);

    /// Factors of (left + right)/2 and (left − right)/2.
    pub fn mid_side(mid: f64, side: f64) -> Self {
        let (keep, cross) = (f64::midpoint(mid, side), (mid - side) / 2.0);
        Self([[keep, cross], [cross, keep]])
    }

    /// Turns the image to the right.
    pub fn rotation(radians: f64) -> Self {
        let (sin, cos) = libm::sincos(radians);
        Self([[cos, -sin], [sin, cos]])
    }

    /// Factors of left and right.
    pub fn balance(left: f64, right: f64) -> Self {
        Self([[left, 0.0], [0.0, right]])
    }

    /// This one, and then another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let columns = [0, 1].map(|at| next.of(self.0[0][at], self.0[1][at]));
        Self([[columns[0][0], columns[1][0]], [columns[0][1], columns[1][1]]])
    }

    /// What becomes of one frame.
    pub fn of(&self, left: f64, right: f64) -> [f64; 2] {
        self.0.map(|[of_left, of_right]| of_left * left + of_right * right)
    }

    /// Works in place.
    pub fn run(&self, left: &mut [f32], right: &mut [f32]) {
        for (l, r) in left.iter_mut().zip(right) {
            [*l, *r] = self.of(f64::from(*l), f64::from(*r)).map(|x| x as f32);
        }
    }
}
