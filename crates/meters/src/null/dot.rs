/// Partial sums that are kept side by side, so that they need not wait for each other; their number is part of the
/// result's last bit.
const LANES: usize = 8;

/// The sum of products of two signals.
pub(super) fn dot(x: &[f32], y: &[f32]) -> f64 {
    let mut sums = [0.0f64; LANES];
    let (x_whole, y_whole) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest = x_whole.remainder().iter().zip(y_whole.remainder());
    let rest: f64 = rest.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
    for (x, y) in x_whole.zip(y_whole) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += f64::from(*x) * f64::from(*y);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The sum of products over both channels.
pub(super) fn dot2(x: [&[f32]; 2], y: [&[f32]; 2]) -> f64 {
    dot(x[0], y[0]) + dot(x[1], y[1])
}
