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

/// The highest of the last `window` values, one value after another; the values are 0 or more.
///
/// The algorithm of [`moving_max`], for a stream.
#[derive(Debug, Clone)]
pub struct TrailingMax {
    // the values of the part that is being heard, and behind them, for each value of the part before, the highest of
    // those that followed it
    part: Vec<f32>,
    at: usize,
    highest: f32,
}

impl TrailingMax {
    /// Of silence, over 1 value or more.
    pub fn new(window: usize) -> Self {
        Self { part: vec![0.0; window.max(1)], at: 0, highest: 0.0 }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.part.fill(0.0);
        (self.at, self.highest) = (0, 0.0);
    }

    /// Values to their trailing maxima, in place.
    pub fn run(&mut self, values: &mut [f32]) {
        let larger = |a: f32, b: f32| if b > a { b } else { a };
        let mut rest = values;
        while !rest.is_empty() {
            let room = self.part.len() - self.at;
            let (now, then) = rest.split_at_mut(rest.len().min(room));
            let mut highest = self.highest;
            for (value, part) in now.iter_mut().zip(&mut self.part[self.at..]) {
                let x = *value;
                highest = larger(highest, x);
                *value = larger(highest, *part);
                *part = x;
            }
            (self.at, self.highest) = (self.at + now.len(), highest);
            if self.at == self.part.len() {
                let mut max = 0.0;
                for value in self.part.iter_mut().rev() {
                    let x = *value;
                    *value = max;
                    max = larger(max, x);
                }
                (self.at, self.highest) = (0, 0.0);
            }
            rest = then;
        }
    }
}

/// The mean of the last `length` values, one value after another; 0 or more, and below 10⁶.
///
/// Summed in integers, so that it drifts by nothing and returns to zero when the values do.
#[derive(Debug, Clone)]
pub struct TrailingMean {
    steps: Vec<i64>,
    at: usize,
    sum: i64,
}

impl TrailingMean {
    const STEPS: f64 = (1 << 24) as f64;

    /// Of silence, over 1 value or more.
    pub fn new(length: usize) -> Self {
        Self { steps: vec![0; length.max(1)], at: 0, sum: 0 }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.steps.fill(0);
        (self.at, self.sum) = (0, 0);
    }

    /// Values to their trailing means, in place.
    pub fn run(&mut self, values: &mut [f32]) {
        let scale = 1.0 / (Self::STEPS * self.steps.len() as f64);
        for value in values {
            let step = (f64::from(*value) * Self::STEPS) as i64;
            self.sum += step - self.steps[self.at];
            self.steps[self.at] = step;
            self.at += 1;
            if self.at == self.steps.len() {
                self.at = 0;
            }
            *value = (self.sum as f64 * scale) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_values_are_those_of_each_window() {
        let x: Vec<f32> = (0..500u32).map(|n| (n * 7919 % 101) as f32).collect();
        for window in [1, 2, 7, 32, 99, 1000] {
            let (mut max, mut mean) = (TrailingMax::new(window), TrailingMean::new(window));
            let (mut highest, mut average) = (x.clone(), x.clone());
            highest.chunks_mut(37).for_each(|part| max.run(part));
            average.chunks_mut(37).for_each(|part| mean.run(part));
            for n in 0..x.len() {
                let last = &x[(n + 1).saturating_sub(window)..=n];
                assert_eq!(highest[n], last.iter().copied().fold(0.0, f32::max), "{window}");
                let shall = last.iter().sum::<f32>() / window as f32;
                assert!((average[n] - shall).abs() < 1e-4, "{window}: {} for {shall}", average[n]);
            }
            mean.run(&mut vec![0.0; window]);
            assert_eq!(mean.sum, 0);
        }
    }

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
