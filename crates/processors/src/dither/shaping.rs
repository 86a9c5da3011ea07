use acetate_dsp::prediction_error_filter;
use libm::{exp, pow};

/// Taps of the error feedback.
pub const TAPS: usize = 9;
/// Points from 0 to half the rate at which the ear is asked.
const POINTS: usize = 2048;
/// Below this frequency the threshold is taken as it is here: its formula has no end.
const LOWEST_HZ: f64 = 20.0;

/// The feedback that makes the noise as little audible as `TAPS` can, at any rate.
///
/// The noise is weighed by the inverse of the power at the threshold of hearing, where this lies no more than
/// `contrast_db` over its lowest point, and as at that limit elsewhere: the filter of least weighted power follows by
/// linear prediction, and with it a noise as far below the threshold at all frequencies as Gerzon's and Craven's
/// theorem permits. A smaller contrast shifts less noise and makes less of it in total.
pub fn feedback(rate_hz: u32, contrast_db: f64) -> [f64; TAPS] {
    let half_rate = f64::from(rate_hz) / 2.0;
    let thresholds = (0..=POINTS).map(|k| threshold_db(half_rate * k as f64 / POINTS as f64));
    let thresholds: Vec<f64> = thresholds.collect();
    let lowest = thresholds.iter().copied().fold(f64::INFINITY, f64::min);
    let audible = |db: f64| pow(10.0, (lowest - db).max(-contrast_db) / 10.0);
    let weights: Vec<f64> = thresholds.into_iter().map(audible).collect();
    let filter = prediction_error_filter(&weights, TAPS);
    std::array::from_fn(|n| filter[n])
}

/// The threshold of hearing: E. Terhardt, "Calculating virtual pitch", Hearing Research 1 (1979), equation 4.
fn threshold_db(hz: f64) -> f64 {
    let khz = hz.max(LOWEST_HZ) / 1000.0;
    let from_ear_canal = khz - 3.3;
    3.64 * pow(khz, -0.8) - 6.5 * exp(-0.6 * from_ear_canal * from_ear_canal) + 1e-3 * pow(khz, 4.0)
}
