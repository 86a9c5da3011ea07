use std::f64::consts::PI;

use libm::cos;

/// The filter 1 + a₁z⁻¹ + a₂z⁻² + … of so many taps behind the one that leaves least power of a noise with this power
/// spectrum, given from 0 to half the rate; without the leading 1.
///
/// It is of minimum phase, so the mean of the logarithm of its magnitude is 0 (Gerzon and Craven 1989): what it takes
/// away somewhere it gives back elsewhere. By Levinson's and Durbin's recursion on the autocorrelation: J. Makhoul,
/// "Linear prediction: a tutorial review", Proc. IEEE 63 (1975).
pub fn prediction_error_filter(powers: &[f64], taps: usize) -> Vec<f64> {
    let correlation = autocorrelation(powers, taps);
    let mut filter = vec![1.0];
    let mut left = correlation[0];
    for order in 1..=taps {
        let products = filter.iter().zip(correlation[1..=order].iter().rev());
        let reflection = -products.map(|(a, r)| a * r).sum::<f64>() / left;
        filter.push(0.0);
        let mirrored: Vec<f64> = filter.iter().rev().map(|a| reflection * a).collect();
        filter.iter_mut().zip(mirrored).for_each(|(a, mirrored)| *a += mirrored);
        left *= 1.0 - reflection * reflection;
    }
    filter.split_off(1)
}

/// Of a noise with this power spectrum, for distances from 0 on.
fn autocorrelation(powers: &[f64], longest: usize) -> Vec<f64> {
    let last = powers.len() - 1;
    let at = |distance: usize| {
        let inner = powers.iter().enumerate().take(last).skip(1);
        let turned = inner.map(|(k, power)| power * cos(PI * (k * distance) as f64 / last as f64));
        let ends = powers[0] + if distance.is_multiple_of(2) { powers[last] } else { -powers[last] };
        (turned.sum::<f64>() + ends / 2.0) / last as f64
    };
    (0..=longest).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power_of(filter: &[f64], turns: f64) -> f64 {
        let (re, im) = filter.iter().enumerate().fold((1.0, 0.0), |(re, im), (n, a)| {
            let (sin, cos) = libm::sincos(2.0 * PI * turns * (n + 1) as f64);
            (re + a * cos, im - a * sin)
        });
        re * re + im * im
    }

    const POINTS: usize = 1024;

    fn spectrum(power: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..=POINTS).map(|k| power(k as f64 / POINTS as f64 / 2.0)).collect()
    }

    #[test]
    fn a_noise_made_by_a_recursion_is_whitened_by_its_coefficients() {
        let shall = [-1.2, 0.8, -0.1];
        let is = prediction_error_filter(&spectrum(|turns| 1.0 / power_of(&shall, turns)), 5);
        for (n, a) in is.iter().enumerate() {
            assert!((a - shall.get(n).unwrap_or(&0.0)).abs() < 1e-12, "tap {n}: {a}");
        }
    }

    #[test]
    fn what_is_taken_away_is_given_back() {
        let filter = prediction_error_filter(&spectrum(|turns| libm::exp(-20.0 * turns)), 9);
        let logs = spectrum(|turns| libm::log10(power_of(&filter, turns)));
        let mean = (logs.iter().sum::<f64>() - f64::midpoint(logs[0], logs[POINTS])) / POINTS as f64;
        assert!(mean.abs() < 1e-9, "{mean}");
        assert!(logs[0] < -2.0 && logs[POINTS] > 1.0, "{} {}", logs[0], logs[POINTS]);
    }
}
