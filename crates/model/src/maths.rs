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

/// A value between points `(where, value)` in rising order: from each to the next as half a cosine, level at the points
/// and beyond the outermost, so that a sine goes through its turning points. 0 without points.
pub fn eased(points: &[(f64, f64)], at: f64) -> f64 {
    let above = points.partition_point(|(from, _)| *from <= at);
    match (above.checked_sub(1).map(|n| points[n]), points.get(above)) {
        (Some((from, low)), Some(&(to, high))) => {
            let way = (at - from) / (to - from);
            low + (high - low) * 0.5 * (1.0 - libm::cos(std::f64::consts::PI * way))
        }
        (Some((_, value)), None) | (None, Some(&(_, value))) => value,
        (None, None) => 0.0,
    }
}
