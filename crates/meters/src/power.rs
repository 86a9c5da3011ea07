//! What counts as sound, and the words where there is none.

use acetate_model::Value;

/// Mean power, re a full-scale square wave, from which a stretch of a signal counts as active: -60 dBFS.
pub const ACTIVE_POWER: f64 = 1e-6;

/// Nothing but zeros.
pub const SILENCE: &str = "silence";

/// No stretch reaches [`ACTIVE_POWER`].
pub const INACTIVE: &str = "no part above -60 dBFS";

/// One channel cannot be compared with another.
pub const ONE_CHANNEL: &str = "one channel only";

/// A power as a level in dB.
pub fn level(power: f64, why: &str) -> Value {
    Value::scalar_or(acetate_model::power_db(power), why)
}

/// The value below which a share `at` of the values lies: that of rank `round((n - 1) · at)`, as in EBU Tech 3342.
/// Sorts the values.
pub fn percentile(values: &mut [f64], at: f64) -> Option<f64> {
    let rank = ((values.len().checked_sub(1)?) as f64 * at).round() as usize;
    let (_, value, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
    Some(*value)
}
