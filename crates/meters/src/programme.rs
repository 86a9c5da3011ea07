//! Loudness of a whole programme from the mean powers of its parts.

use acetate_model::power_db;

use crate::power::percentile;

/// The length of a gating block, and of the momentary window (BS.1770-5, Annex 1; EBU Tech 3341, 2.2).
pub const BLOCK_MS: u32 = 400;
/// The short-term window (EBU Tech 3341, 2.2).
pub const WINDOW_MS: u32 = 3000;
/// The step of gating blocks, and of the windows of the loudness range (EBU Tech 3342, section 3: at least 10 Hz).
pub const STEP_MS: u32 = 100;
/// BS.1770-5, Annex 1, equation 2: a full-scale 997 Hz sine in one channel reads -3.01.
const OFFSET_LU: f64 = -0.691;
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const INTEGRATED_GATE_LU: f64 = -10.0;
/// EBU Tech 3342, section 3.
const RANGE_GATE_LU: f64 = -20.0;
const RANGE_FROM: f64 = 0.10;
const RANGE_TO: f64 = 0.95;

/// The loudness of a K-weighted mean power, summed over the channels; `None` for silence.
pub fn lufs(power: f64) -> Option<f64> {
    power_db(power).map(|db| OFFSET_LU + db)
}

/// Whether a K-weighted mean power reaches a loudness.
pub fn is_above_lufs(power: f64, lufs: f64) -> bool {
    power >= power_of(lufs)
}

fn power_of(lufs: f64) -> f64 {
    libm::pow(10.0, (lufs - OFFSET_LU) / 10.0)
}

/// Integrated loudness from the powers of 400 ms blocks at steps of 100 ms (BS.1770-5, Annex 1, equations 5 to 7);
/// `None` if no block reaches -70 LUFS.
pub fn integrated_lufs(blocks: &[f64]) -> Option<f64> {
    let gate = relative_gate(blocks, INTEGRATED_GATE_LU)?;
    lufs(mean_above(blocks, gate)?)
}

/// Loudness range from the powers of 3 s windows at steps of 100 ms (EBU Tech 3342); `None` if none reaches -70 LUFS.
pub fn range_lu(windows: &[f64]) -> Option<f64> {
    let gate = range_gate(windows)?;
    let mut loud: Vec<f64> = windows.iter().copied().filter(|&power| power >= gate).collect();
    let low = percentile(&mut loud, RANGE_FROM).and_then(lufs)?;
    let high = percentile(&mut loud, RANGE_TO).and_then(lufs)?;
    Some(high - low)
}

/// The power from which a 3 s window counts.
pub fn range_gate(windows: &[f64]) -> Option<f64> {
    relative_gate(windows, RANGE_GATE_LU)
}

fn relative_gate(powers: &[f64], below_lu: f64) -> Option<f64> {
    let absolute = power_of(ABSOLUTE_GATE_LUFS);
    let relative = mean_above(powers, absolute)? * libm::pow(10.0, below_lu / 10.0);
    Some(relative.max(absolute))
}

fn mean_above(powers: &[f64], gate: f64) -> Option<f64> {
    let (count, sum) =
        powers.iter().filter(|&&p| p >= gate).fold((0u32, 0.0), |(count, sum), p| (count + 1, sum + p));
    (count > 0).then(|| sum / f64::from(count))
}
