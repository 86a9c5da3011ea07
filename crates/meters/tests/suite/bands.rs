//! Spectra against closed formulas.

use std::f64::consts::PI;

use acetate_model::{Audio, Place, Quantity, Value, amplitude, power_db};

use crate::signals::{Noise, RATE_HZ, assert_near, centre, frames, read, scalar, sine, spectrum, stereo};

const SINE_POWER_DB: f64 = -23.0103;

#[test]
fn a_sine_reads_its_power_in_its_band() {
    for k in -16..=13 {
        let hz = 1000.0 * libm::pow(10.0, f64::from(k) / 10.0);
        let spectrum = spectrum(&sine(hz, -20.0, 4.0), Quantity::Spectrum);
        let (band, level) = spectrum.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_near(band, hz, 1e-6, "loudest band");
        assert_near(level, SINE_POWER_DB, 0.1, format!("{hz} Hz"));
        for &(other, level) in &spectrum {
            if (other / hz - 1.0).abs() > 0.6 {
                assert!(level < SINE_POWER_DB - 60.0, "{hz} Hz leaks into {other} Hz: {level} dB");
            }
        }
    }
}

/// The 16 Hz band is narrower than the window's main lobe: what it loses is in its neighbours, none is lost in all.
#[test]
fn the_lowest_band_loses_little() {
    let spectrum = spectrum(&sine(15.8489, -20.0, 8.0), Quantity::Spectrum);
    let total: f64 = spectrum.iter().map(|(_, db)| libm::pow(10.0, db / 10.0)).sum();
    assert_near(spectrum[0].1, SINE_POWER_DB, 0.6, "16 Hz");
    assert_near(power_db(total).unwrap(), SINE_POWER_DB, 0.6, "all bands");
}

/// Band powers of noise whose spectrum is `2/rate · |H|²/3`, from the integral of `|H|²` over frequency.
fn assert_noise(filter: impl Fn(f64, f64, f64) -> f64, integral: impl Fn(f64) -> f64) {
    let (mut noise, mut x1, mut y) = (Noise(7), 0.0, 0.0);
    let samples: Vec<f64> = (0..frames(60.0))
        .map(|_| {
            let x = 0.2 * noise.next();
            y = filter(x, x1, y);
            x1 = x;
            y
        })
        .collect();
    for (hz, level) in spectrum(&centre(samples.len(), |n| samples[n]), Quantity::Spectrum) {
        let [from, to] = acetate_dsp::ThirdOctaves::edges_hz(hz);
        let power = 0.04 / 3.0 * 2.0 / f64::from(RATE_HZ) * (integral(to) - integral(from));
        // the fewer independent values a band holds, the more its mean strays
        let sigma_db = 4.34 / (60.0 * (to - from) / 1.5).sqrt();
        assert_near(level, power_db(power).unwrap(), 0.02 + 4.0 * sigma_db, format!("{hz:.1} Hz"));
    }
}

/// +1 dB from band to band.
#[test]
fn white_noise_rises_with_the_width_of_the_bands() {
    assert_noise(|x, _, _| x, |hz| hz);
}

/// |H|² = 4 sin²(ω/2): three times as steep.
#[test]
fn differentiated_noise_rises_steeply() {
    let rate = f64::from(RATE_HZ);
    assert_noise(|x, x1, _| x - x1, |hz| 2.0 * hz - rate / PI * libm::sin(2.0 * PI * hz / rate));
}

/// |H|² = 1/(1 + a² − 2a cos ω): falls from band to band.
#[test]
fn integrated_noise_falls() {
    let (a, rate) = (0.99, f64::from(RATE_HZ));
    let arc = |hz: f64| libm::atan((1.0 + a) / (1.0 - a) * libm::tan(PI * hz / rate));
    assert_noise(|x, _, y| x + a * y, |hz| rate / PI / (1.0 - a * a) * arc(hz));
}

#[test]
fn the_side_is_half_the_difference() {
    let opposed = |n: usize| amplitude(-20.0) * libm::sin(2.0 * PI * 1000.0 * n as f64 / f64::from(RATE_HZ));
    let audio = stereo(frames(3.0), |n| [opposed(n), -opposed(n)]);
    for quantity in [Quantity::Spectrum, Quantity::SideSpectrum] {
        assert_near(spectrum(&audio, quantity)[18].1, SINE_POWER_DB, 0.01, quantity);
    }
    let left_only = stereo(frames(3.0), |n| [opposed(n), 0.0]);
    assert_near(
        spectrum(&left_only, Quantity::Spectrum)[18].1,
        SINE_POWER_DB - 3.01,
        0.01,
        "mean of channels",
    );
    assert_near(spectrum(&left_only, Quantity::SideSpectrum)[18].1, SINE_POWER_DB - 6.02, 0.01, "side");
    let mono = read(&sine(1000.0, -20.0, 3.0));
    let side = mono.get(&Place::Master, Quantity::SideSpectrum).unwrap();
    assert_eq!(*side, Value::Undefined("mono: no side".into()));
}

#[test]
fn rumble_is_what_lies_below_25_hz() {
    let step = 2.0 * PI / f64::from(RATE_HZ);
    let tone = |hz: f64, n: usize| libm::sin(step * hz * n as f64);
    let rumbling = centre(frames(5.0), |n| 0.5 * tone(1000.0, n) + 0.05 * tone(15.0, n));
    assert_near(scalar(&rumbling, Quantity::Rumble), power_db(0.01 / 1.01).unwrap(), 0.05, "15 Hz at -20 dB");
    let offset = centre(frames(5.0), |n| 0.5 * tone(50.0, n) + 0.3);
    assert!(scalar(&offset, Quantity::Rumble) < -60.0, "neither 50 Hz nor an offset is rumble");
}

#[test]
fn swing_is_how_far_a_band_jumps() {
    let step = 2.0 * PI * 1000.0 / f64::from(RATE_HZ);
    let jumping = |high_db: f64, low_db: f64| {
        centre(frames(20.0), |n| {
            let level = if n % frames(5.0) < frames(0.5) { high_db } else { low_db };
            amplitude(level) * libm::sin(step * n as f64)
        })
    };
    for (high, low) in [(-10.0, -30.0), (-10.0, -13.0), (-10.0, -10.0)] {
        let swing = spectrum(&jumping(high, low), Quantity::BandSwing);
        let (hz, db) = swing.into_iter().find(|&(hz, _)| (hz - 1341.6).abs() < 0.1).unwrap();
        assert_near(db, high - low, 0.1, format!("{hz:.0} Hz"));
    }
}

#[test]
fn bands_without_sound_have_no_swing() {
    let readings = read(&sine(1000.0, -20.0, 3.0));
    let Some(Value::Spectrum { hz, db }) = readings.get(&Place::Master, Quantity::BandSwing) else {
        panic!()
    };
    assert_eq!(hz.iter().map(|hz| hz.round()).collect::<Vec<_>>(), [49.0, 268.0, 1342.0, 4899.0, 12649.0]);
    assert_eq!(db.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, false, false]);
}

#[test]
fn low_rates_have_fewer_bands() {
    let samples: Vec<f32> = (0..24_000).map(|n| libm::sinf(n as f32)).collect();
    let readings = read(&Audio { rate_hz: 8000, channels: vec![samples] });
    for (quantity, highest) in [(Quantity::Spectrum, 3162.0), (Quantity::BandSwing, 3286.0)] {
        let Some(Value::Spectrum { hz, .. }) = readings.get(&Place::Master, quantity) else { panic!() };
        assert_near(*hz.last().unwrap(), highest, 1.0, quantity);
    }
}
