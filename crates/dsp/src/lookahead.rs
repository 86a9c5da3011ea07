/// The highest value of each window: `out[n] = max(x[n..n + window])`.
///
/// `x` holds `out.len() + window − 1` values, and so does `scratch`. Three comparisons a value whatever the window
/// (van Herk 1992, Gil and Werman 1993).
pub fn moving_max(x: &[f32], window: usize, scratch: &mut [f32], out: &mut [f32]) {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    // scratch: from each value to the end of its part of `window` values
    for (part, to_end) in x.chunks(window).zip(scratch.chunks_mut(window)) {
        let mut max = f32::NEG_INFINITY;
        for (value, max_to_end) in part.iter().zip(to_end).rev() {
            max = larger(max, *value);
            *max_to_end = max;
        }
    }
    // from the begin of each part to each value
    let mut from_begin = f32::NEG_INFINITY;
    for (at, value) in x.iter().enumerate() {
        from_begin = if at % window == 0 { *value } else { larger(from_begin, *value) };
        if let Some(out) = (at + 1).checked_sub(window).and_then(|n| out.get_mut(n).map(|o| (n, o))) {
            *out.1 = larger(scratch[out.0], from_begin);
        }
    }
}

/// Sums of `length` values: `out[n] = Σ x[n+1−length..=n]` for n in `from..to`, continued from `out[from − 1]`.
///
/// Integers, so that a sum over hours drifts by nothing and returns to zero when the values do.
pub fn box_sum(x: &[i64], length: usize, from: usize, to: usize, out: &mut [i64]) {
    let mut sum = out[from - 1];
    let (newest, oldest) = (&x[from..to], &x[from - length..to - length]);
    for ((out, newest), oldest) in out[from..to].iter_mut().zip(newest).zip(oldest) {
        sum += newest - oldest;
        *out = sum;
    }
}

/// Lengths of three boxes in a row that together reach over at most `span` values, in the ratios that keep the side
/// lobes of their frequency response lowest.
pub fn box_lengths(span: usize) -> [usize; 3] {
    const SHARES: [f64; 2] = [0.4041, 0.3349];
    // three boxes of lengths a, b, c reach over a + b + c − 2 values
    let total = (span + 2).max(3);
    let [a, b] = SHARES.map(|share| ((share * total as f64) as usize).max(1));
    [a, b, (total - a - b).max(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_max_is_the_maximum_of_each_window() {
        let x: Vec<f32> = (0..100u32).map(|n| (n * 7919 % 101) as f32 - 50.0).collect();
        for window in [1, 2, 7, 32, 99, 100] {
            let (mut out, mut scratch) = (vec![0.0; 101 - window], vec![0.0; 100]);
            moving_max(&x, window, &mut scratch, &mut out);
            let expected: Vec<f32> =
                x.windows(window).map(|w| w.iter().copied().fold(f32::NEG_INFINITY, f32::max)).collect();
            assert_eq!(out, expected, "{window}");
        }
    }

    #[test]
    fn boxes_in_a_row_keep_a_plateau_and_return_to_zero() {
        for span in [1, 5, 66, 221, 1920] {
            let lengths = box_lengths(span);
            assert!(lengths.iter().sum::<usize>() - 2 <= span, "{span}: {lengths:?}");
            let (start, end) = (2 * span + 4, 4 * span + 10);
            let mut signals = vec![vec![0i64; end + 4 * span + 10]; 4];
            signals[0][start..end].fill(1000);
            let to = signals[0].len();
            for (stage, &length) in lengths.iter().enumerate() {
                let (x, out) = signals.split_at_mut(stage + 1);
                box_sum(&x[stage], length, length, to, &mut out[0]);
            }
            let full = 1000 * lengths.iter().product::<usize>() as i64;
            assert!(signals[3][start + span - 1..end].iter().all(|&v| v == full), "{span}");
            assert_eq!(signals[3][to - 1], 0);
        }
    }
}
