//! Pictures of one line, for places that only show text.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Values as a row of bars from `low` to `high`, resampled to at most `width` characters by their maxima.
pub(crate) fn spark(values: &[Option<f32>], low: f32, high: f32, width: usize) -> String {
    let width = width.min(values.len()).max(1);
    (0..width)
        .map(|at| {
            let (from, to) = (at * values.len() / width, (at + 1) * values.len() / width);
            let highest = values[from..to].iter().flatten().copied().reduce(f32::max);
            highest.map_or(' ', |value| {
                let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
                BARS[((share * 7.0).round()) as usize]
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_the_values() {
        assert_eq!(spark(&[Some(0.0), Some(0.5), None, Some(1.0)], 0.0, 1.0, 4), "▁▅ █");
        assert_eq!(spark(&[Some(0.0), Some(1.0), Some(0.0), Some(0.0)], 0.0, 1.0, 2), "█▁");
        assert_eq!(spark(&[], 0.0, 1.0, 4).trim(), "");
    }
}
