/// Decibels to an amplitude factor: 10^(db/20).
pub fn amplitude(db: f64) -> f64 {
    if db == 0.0 { 1.0 } else { libm::pow(10.0, db / 20.0) }
}

/// An amplitude factor to decibels; `None` for silence.
pub fn amplitude_db(amplitude: f64) -> Option<f64> {
    (amplitude > 0.0).then(|| 20.0 * libm::log10(amplitude))
}

/// A power ratio to decibels; `None` for silence.
pub fn power_db(power: f64) -> Option<f64> {
    (power > 0.0).then(|| 10.0 * libm::log10(power))
}
