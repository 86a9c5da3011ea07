//! Where a mean spectrum falls off a cliff, as the low-pass of an encoder or a converter of rates leaves it.

use acetate_model::power_db;

/// The spectrum is looked at in bands of this width: wide enough to even out noise, narrow beside the cliffs of encoders.
const BAND_HZ: f64 = 100.0;
/// What lies before the cliff, in bands. Its mean in dB, so that a single line in one of them lifts it little.
const BEFORE: usize = 8;
/// The cliff itself: encoders and converters of rates need less.
const CLIFF: usize = 6;
/// What lies behind it, and further up, is looked at in so many bands together.
const BEHIND: usize = 5;
/// Cliffs below are not looked for: speech at 16 kHz, the lowest rate that music is sent at, ends above.
const LOWEST_HZ: f64 = 6000.0;
/// The bottom is reached where the level comes so close to that of all that follows, in dB.
const BOTTOM_DB: f64 = 6.0;
/// As good as no power.
const NOTHING: f64 = 1e-30;

/// The steepest fall of a spectrum that never rises again.
#[derive(Debug, Clone, Copy)]
pub struct Fall {
    /// Where its bottom is reached.
    pub end_hz: f64,
    /// From the mean before it to the loudest stretch behind it.
    pub db: f64,
}

/// The steepest fall above 6 kHz of a spectrum of powers in even bins; `None` where too little is above that.
pub fn steepest_fall(powers: &[f64], bin_hz: f64) -> Option<Fall> {
    let bands = bands(powers, bin_hz);
    // the loudest stretch from each band on
    let mut loudest = vec![f64::NEG_INFINITY; bands.len() + 1];
    for from in (0..(bands.len() + 1).saturating_sub(BEHIND)).rev() {
        let mean = bands[from..from + BEHIND].iter().sum::<f64>() / BEHIND as f64;
        loudest[from] = power_db(mean).unwrap_or(f64::NEG_INFINITY).max(loudest[from + 1]);
    }
    let levels: Vec<f64> = bands.iter().filter_map(|&power| power_db(power)).collect();
    let lowest = (LOWEST_HZ / BAND_HZ) as usize;
    let highest = (levels.len() + 1).checked_sub(CLIFF + BEHIND)?;
    let fall =
        |edge: usize| levels[edge - BEFORE..edge].iter().sum::<f64>() / BEFORE as f64 - loudest[edge + CLIFF];
    let edge = (lowest.max(BEFORE)..highest).max_by(|a, b| fall(*a).total_cmp(&fall(*b)))?;
    let bottom = loudest[edge + CLIFF] + BOTTOM_DB;
    let end = (edge - BEFORE..levels.len()).find(|&band| levels[band] < bottom)?;
    Some(Fall { end_hz: end as f64 * BAND_HZ, db: fall(edge) })
}

/// Mean power of the bins in each band.
fn bands(powers: &[f64], bin_hz: f64) -> Vec<f64> {
    let bin = |band: usize| (band as f64 * BAND_HZ / bin_hz).round() as usize;
    (0..)
        .map(|band| (bin(band), bin(band + 1)))
        .take_while(|(_, to)| *to <= powers.len())
        .map(|(from, to)| (powers[from..to].iter().sum::<f64>() / (to - from).max(1) as f64).max(NOTHING))
        .collect()
}
