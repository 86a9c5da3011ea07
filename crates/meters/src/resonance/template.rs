//! What a resonance looks like among the partials around it.

use super::partials::{BANDS_PER_OCTAVE, fit_line, weight};

/// How far a resonance is looked at to either side, in bands: a third of an octave.
pub(super) const REACH: usize = 8;

/// The sharpness of the bell that is fitted, amid those that rooms, bodies and loudspeakers have.
const Q: f64 = 9.5;
/// The gain at which its shape is taken; it is nearly the same at others.
const GAIN_DB: f64 = 6.0;

/// A bell of 1 dB less the straight line that is drawn around each of its bands, from [`REACH`] bands below to as many above.
pub(super) fn template() -> Vec<f64> {
    let reach = REACH as isize;
    (-reach..=reach).map(|band| bell_db(band) - line_through_bell_db(band)).collect()
}

fn line_through_bell_db(at: isize) -> f64 {
    let far = BANDS_PER_OCTAVE as isize;
    let around = (-far..=far).filter(|offset| weight(*offset) > 0.0);
    fit_line(around.map(|offset| (offset, bell_db(at + offset)))).unwrap_or_default()
}

/// The analogue bell `(s² + (A/Q) s + 1) / (s² + s/(AQ) + 1)`, as a share of its height.
fn bell_db(band: isize) -> f64 {
    let w = libm::exp2(band as f64 / BANDS_PER_OCTAVE as f64);
    let (a, detuned) = (libm::exp10(GAIN_DB / 40.0), (1.0 - w * w) * (1.0 - w * w));
    let power = |width: f64| detuned + width * width * w * w;
    10.0 * libm::log10(power(a / Q) / power(1.0 / (a * Q))) / GAIN_DB
}
