use acetate_model::power_db;

use super::Layers;

/// The gates of ITU-R BS.1770-5, Annex 1: absolute, and relative to what passes the first.
const ABSOLUTE_LUFS: f64 = -70.0;
const RELATIVE_LU: f64 = -10.0;

/// Power of both channels over the mean of theirs, and the constant of BS.1770.
const OFFSET_DB: f64 = 3.01 - 0.691;

/// The gated loudness of powers `[layer][hop][band]`, in LUFS; none for silence. Hops stand for the blocks of
/// BS.1770, and the weighting is read at the centres of the bands: differences are truer than values.
pub fn loudness_db(layers: &Layers, hz: &[f64]) -> Option<f64> {
    let hops = weighted_hops(layers, hz);
    let lufs = |power: f64| power_db(power).map(|db| db + OFFSET_DB);
    let mean_over = |gate: f64| {
        let over: Vec<f64> = hops.iter().copied().filter(|&p| lufs(p).is_some_and(|l| l > gate)).collect();
        (!over.is_empty()).then(|| over.iter().sum::<f64>() / over.len() as f64)
    };
    let gate = lufs(mean_over(ABSOLUTE_LUFS)?)? + RELATIVE_LU;
    lufs(mean_over(gate.max(ABSOLUTE_LUFS))?)
}

/// The power of each hop as loudness weighs it.
pub fn weighted_hops([mid, side]: &Layers, hz: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = hz.iter().map(|&hz| k_weight(hz)).collect();
    let hops = mid.chunks(hz.len()).zip(side.chunks(hz.len()));
    hops.map(|(mid, side)| mid.iter().zip(side).zip(&weights).map(|((m, s), w)| (m + s) * w).sum()).collect()
}

/// The power of the K weighting at a frequency: the two filters of BS.1770-5, Annex 1, tables 1 and 2, at 48 kHz.
fn k_weight(hz: f64) -> f64 {
    const SHELF: [[f64; 3]; 2] =
        [[1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585]];
    const HIGH_PASS: [[f64; 3]; 2] = [[1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621]];
    let step = std::f64::consts::TAU * hz / 48_000.0;
    let power = |[a, b, c]: [f64; 3]| {
        let re = a + b * libm::cos(step) + c * libm::cos(2.0 * step);
        let im = b * libm::sin(step) + c * libm::sin(2.0 * step);
        re * re + im * im
    };
    [SHELF, HIGH_PASS].iter().map(|[over, under]| power(*over) / power(*under)).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BS.1770-5: a sine of 997 Hz at 0 dBFS in one channel reads -3.01 LUFS.
    #[test]
    fn a_sine_reads_as_the_standard_says() {
        let power = 0.5 / 2.0;
        let layers = [vec![power / 2.0; 10], vec![power / 2.0; 10]];
        let lufs = loudness_db(&layers, &[1000.0]).unwrap();
        assert!((lufs + 3.01).abs() < 0.02, "{lufs}");
    }

    #[test]
    fn pauses_do_not_count_and_silence_has_none() {
        let loud = loudness_db(&[vec![0.1; 4], vec![0.0; 4]], &[1000.0]).unwrap();
        let paused = [vec![0.1, 0.1, 1e-5, 0.0, 0.1, 0.1], vec![0.0; 6]];
        assert_eq!(loudness_db(&paused, &[1000.0]), Some(loud));
        assert_eq!(loudness_db(&[vec![0.0; 4], vec![0.0; 4]], &[1000.0]), None);
    }
}
