//! Inner loops over one block.

use std::ops::Range;

use acetate_model::Audio;

/// The first two channels; a single one stands for both.
pub fn pair(block: &Audio) -> Option<(&[f32], &[f32])> {
    let left = block.channels.first()?;
    Some((left, block.channels.get(1).unwrap_or(left)))
}

/// Adds `term` of each sample in `range` to the sum of its channel.
///
/// Frame after frame, so that it does not matter where the signal is cut into blocks; two channels at a time, so that
/// one addition does not wait for the other.
pub fn add(sums: &mut [f64], block: &Audio, range: Range<usize>, term: impl Fn(f64) -> f64) {
    for (sums, channels) in sums.chunks_mut(2).zip(block.channels.chunks(2)) {
        match (sums, channels) {
            ([sum_left, sum_right], [left, right]) => {
                let mut sum = [*sum_left, *sum_right];
                for (&l, &r) in left[range.clone()].iter().zip(&right[range.clone()]) {
                    sum[0] += term(l.into());
                    sum[1] += term(r.into());
                }
                [*sum_left, *sum_right] = sum;
            }
            ([sum, ..], [channel, ..]) => {
                *sum = channel[range.clone()].iter().fold(*sum, |sum, &x| sum + term(x.into()));
            }
            _ => {}
        }
    }
}

/// Squares that are added up in single precision before they are carried over.
const SHORT: usize = 128;

/// Σx² of a stretch that is always cut alike.
pub fn energy(x: &[f32]) -> f64 {
    let short = |x: &[f32]| {
        let mut lanes = [0.0; 8];
        let (chunks, rest) = x.as_chunks::<8>();
        for chunk in chunks {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane += x * x;
            }
        }
        f64::from(lanes.iter().sum::<f32>() + rest.iter().map(|&x| x * x).sum::<f32>())
    };
    x.chunks(SHORT).map(short).sum()
}
