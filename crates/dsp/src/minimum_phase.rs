use libm::{exp, log, sincos};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use crate::{Prototype, Section};

/// Points of the whole circle on which a correction is sampled.
const GRID: usize = 8192;
/// Numbers of taps that are tried, the fewest first.
const TAPS: [usize; 5] = [0, 16, 32, 64, 128];
/// A correction may leave this much of an error.
const LEFT_DB: f64 = 0.001;
/// Above this frequency, or share of the rate if that is less, an error is not counted.
const COUNTED_TO_HZ: f64 = 20_000.0;
const COUNTED_TO_RATE: f64 = 0.45;
/// By this share the frequencies of the grid are shifted, so that none falls exactly on a zero of both responses.
const SHIFT: f64 = 1e-6;

/// The impulse response of least delay with these magnitudes at 0, …, half the rate, as long as their circle.
///
/// By folding the real cepstrum: A. V. Oppenheim and R. W. Schafer, "Discrete-Time Signal Processing", 3rd ed., 13.
pub fn minimum_phase(magnitudes: &[f64]) -> Vec<f64> {
    let points = 2 * (magnitudes.len() - 1);
    let mut spectrum = logarithms(magnitudes);
    for x in &mut spectrum {
        let (sin, cos) = sincos(x.im);
        *x = Complex64::new(cos, sin) * exp(x.re);
    }
    // both ends of a real signal's spectrum are real
    spectrum[0].im = 0.0;
    spectrum[points / 2].im = 0.0;
    let back = RealFftPlanner::<f64>::new().plan_fft_inverse(points);
    let mut time = back.make_output_vec();
    back.process(&mut spectrum, &mut time).expect("lengths come from the plan");
    let scale = 1.0 / points as f64;
    for tap in &mut time {
        *tap *= scale;
    }
    time
}

/// The phases of the filter of least delay with these magnitudes at 0, …, half the rate.
pub(crate) fn least_phase(magnitudes: &[f64]) -> Vec<f64> {
    logarithms(magnitudes).into_iter().map(|x| x.im).collect()
}

/// The logarithm of the response of least delay with these magnitudes.
fn logarithms(magnitudes: &[f64]) -> Vec<Complex64> {
    let points = 2 * (magnitudes.len() - 1);
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, back) = (planner.plan_fft_forward(points), planner.plan_fft_inverse(points));
    let mut spectrum: Vec<Complex64> = magnitudes.iter().map(|&m| Complex64::new(log(m), 0.0)).collect();
    let mut time = back.make_output_vec();
    let scale = 1.0 / points as f64;
    back.process(&mut spectrum, &mut time).expect("lengths come from the plan");
    for cepstrum in &mut time {
        *cepstrum *= scale;
    }
    let (causal, mirrored) = time.split_at_mut(points / 2);
    causal[1..].iter_mut().for_each(|c| *c *= 2.0);
    mirrored[1..].fill(0.0);
    forward.process(&mut time, &mut spectrum).expect("lengths come from the plan");
    spectrum
}

/// The filter that brings a row of matched sections to the magnitude of their prototypes; empty where they are there
/// already.
///
/// As few taps as leave no error that counts; what is left above `COUNTED_TO_HZ` is where the endless band of an
/// analogue filter cannot be had.
pub fn correction(rate_hz: u32, prototypes: &[Prototype], sections: &[Section]) -> Vec<f64> {
    let rate = f64::from(rate_hz);
    let hz = |k: usize| k.max(1) as f64 * rate / GRID as f64 * (1.0 - SHIFT);
    let wanted: Vec<f64> = (0..=GRID / 2)
        .map(|k| {
            let shall: f64 = prototypes.iter().map(|p| p.response(hz(k)).norm()).product();
            let is: f64 = sections.iter().map(|s| s.gain(rate_hz, hz(k))).product();
            (shall / is).clamp(1e-3, 1e3)
        })
        .collect();
    let counted = (COUNTED_TO_HZ.min(COUNTED_TO_RATE * rate) / rate * GRID as f64) as usize;
    let whole = minimum_phase(&wanted);
    TAPS.into_iter()
        .map(|taps| &whole[..taps])
        .find(|taps| error_db(taps, &wanted[..=counted]) <= LEFT_DB)
        .unwrap_or(&whole[..TAPS[TAPS.len() - 1]])
        .to_vec()
}

/// The largest distance of a filter's magnitude from the wanted one.
fn error_db(taps: &[f64], wanted: &[f64]) -> f64 {
    let mut time = vec![0.0; GRID];
    time[..taps.len()].copy_from_slice(taps);
    if taps.is_empty() {
        time[0] = 1.0;
    }
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(GRID);
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut time, &mut spectrum).expect("lengths come from the plan");
    let worst = spectrum
        .iter()
        .zip(wanted)
        .map(|(is, shall)| is.norm_sqr() / (shall * shall))
        .map(|off| if off < 1.0 { 1.0 / off } else { off })
        .fold(1.0, f64::max);
    10.0 * libm::log10(worst)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::Corner;

    #[test]
    fn a_filter_of_minimum_phase_is_found_from_its_magnitude() {
        // zeros inside the unit circle: of minimum phase already
        let shall = [1.0, -0.9, 0.26, 0.1];
        let magnitudes: Vec<f64> = (0..=512)
            .map(|k| {
                let w = PI * f64::from(k) / 512.0;
                let turned = shall.iter().enumerate().map(|(n, h)| {
                    let (sin, cos) = sincos(-w * n as f64);
                    Complex64::new(cos, sin) * h
                });
                turned.sum::<Complex64>().norm()
            })
            .collect();
        let is = minimum_phase(&magnitudes);
        for (n, h) in is.iter().enumerate() {
            assert!((h - shall.get(n).unwrap_or(&0.0)).abs() < 1e-12, "tap {n}: {h}");
        }
    }

    #[test]
    fn a_low_bell_needs_no_correction_and_a_high_one_little() {
        let taps = |hz, rate_hz| {
            let bell = Prototype::Bell(Corner { hz, gain_db: 6.0, q: 1.0 });
            correction(rate_hz, &[bell], &[bell.matched(rate_hz)]).len()
        };
        assert_eq!(taps(100.0, 96_000), 0);
        assert!((16..=64).contains(&taps(12_000.0, 44_100)), "{}", taps(12_000.0, 44_100));
    }
    #[test]
    fn random_rows_of_bells_end_within_a_hundredth_of_a_decibel() {
        let random = |n: u64| {
            let z = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((z ^ (z >> 27)) >> 11) as f64 / (1u64 << 53) as f64
        };
        for rate_hz in [44_100, 48_000, 96_000] {
            for seed in 0..25 {
                let bells: Vec<Prototype> = (0..8)
                    .map(|band| 100 * seed + 3 * band)
                    .map(|n| Corner {
                        hz: 30.0 * libm::pow(600.0, random(n)),
                        gain_db: 18.0 * random(n + 1) - 9.0,
                        q: 0.5 * libm::pow(12.0, random(n + 2)),
                    })
                    .map(Prototype::Bell)
                    .collect();
                let sections: Vec<Section> = bells.iter().map(|bell| bell.matched(rate_hz)).collect();
                let taps = correction(rate_hz, &bells, &sections);
                let mut worst = 0.0f64;
                for n in 0..401 {
                    let hz = 20.0
                        * libm::pow(
                            f64::min(20_000.0, 0.45 * f64::from(rate_hz)) / 20.0,
                            f64::from(n) / 400.0,
                        );
                    let shall: f64 = bells.iter().map(|bell| bell.response(hz).norm()).product();
                    let is: f64 = sections.iter().map(|s| s.gain(rate_hz, hz)).product();
                    let off = 20.0 * libm::log10(is * gain(&taps, hz / f64::from(rate_hz)) / shall);
                    worst = worst.max(off.abs());
                }
                assert!(worst <= 0.01, "{rate_hz} Hz, seed {seed}: {worst} dB");
            }
        }
    }

    fn gain(taps: &[f64], turns: f64) -> f64 {
        if taps.is_empty() {
            return 1.0;
        }
        let turned = taps.iter().enumerate().map(|(n, h)| {
            let (sin, cos) = sincos(-2.0 * PI * turns * n as f64);
            Complex64::new(cos, sin) * h
        });
        turned.sum::<Complex64>().norm()
    }
}
