//! The dither's gates: the error's size, its independence of the signal, and what is left alone.

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Processor, Settings, Spec, amplitude};
use acetate_processors::{DitherSettings, Shape};

const RATE_HZ: u32 = 44_100;
const LSB_16: f64 = 1.0 / 32_768.0;

fn sixteen(shape: Shape) -> DitherSettings {
    DitherSettings { bits: 16, shape, ..DitherSettings::default() }
}

fn stereo(frames: usize, sample: impl Fn(f64) -> f64) -> Audio {
    let channel: Vec<f32> = (0..frames).map(|n| sample(n as f64) as f32).collect();
    Audio { rate_hz: RATE_HZ, channels: vec![channel.clone(), channel] }
}

fn dithered(settings: &DitherSettings, x: &Audio, frames: usize) -> Audio {
    let mut dither = settings.build(&Spec::new(RATE_HZ, 2, frames));
    let mut y = Audio { rate_hz: RATE_HZ, channels: vec![Vec::new(); 2] };
    for part in x.blocks(frames) {
        let mut block = Block::of(part);
        dither.process(&mut block);
        for (all, new) in y.channels.iter_mut().zip(&block.main.channels) {
            all.extend_from_slice(new);
        }
    }
    y
}

/// What was added, in steps of 16 bits.
fn errors(x: &Audio, y: &Audio, channel: usize) -> Vec<f64> {
    let pairs = x.channels[channel].iter().zip(&y.channels[channel]);
    pairs.map(|(x, y)| (f64::from(*y) - f64::from(*x)) / LSB_16).collect()
}

fn mean(x: impl ExactSizeIterator<Item = f64>) -> f64 {
    let length = x.len() as f64;
    x.sum::<f64>() / length
}

/// Amplitudes of the Hann-windowed transform at whole bins of the first channel.
fn amplitude_at_bin(y: &Audio, bin: usize) -> f64 {
    let samples = &y.channels[0];
    let turn = 2.0 * PI / samples.len() as f64;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        let hann = 1.0 - libm::cos(turn * n as f64);
        let (sin, cos) = libm::sincos(turn * ((n * bin) % samples.len()) as f64);
        re += f64::from(sample) * hann * cos;
        im += f64::from(sample) * hann * sin;
    }
    2.0 * (re * re + im * im).sqrt() / samples.len() as f64
}

#[test]
fn the_error_has_the_power_of_triangular_dither() {
    for level in [0.3, 1e-4] {
        let x = stereo(400_000, |n| level * libm::sin(0.1234 * n));
        let y = dithered(&sixteen(Shape::Flat), &x, 4096);
        let [left, right] = [0, 1].map(|c| errors(&x, &y, c));
        let power = mean(left.iter().map(|e| e * e));
        assert!((10.0 * libm::log10(power / 0.25)).abs() < 0.1, "{level}: {power}");
        assert!(mean(left.iter().copied()).abs() < 0.01);
        assert!((mean(left.iter().zip(&right).map(|(a, b)| a * b)) / power).abs() < 0.01);
    }
}

#[test]
fn rounding_alone_has_a_third_of_that_power() {
    let x = stereo(400_000, |n| 0.3 * libm::sin(0.1234 * n));
    let y = dithered(&sixteen(Shape::None), &x, 4096);
    let power = mean(errors(&x, &y, 0).iter().map(|e| e * e));
    assert!((10.0 * libm::log10(power * 12.0)).abs() < 0.1, "{power}");
}

#[test]
fn a_tone_below_the_last_bit_survives_without_harmonics() {
    let frames = 1 << 18;
    // near 1 kHz, a whole number of periods
    let bin = 5944;
    let tone = |n: f64| amplitude(-100.0) * libm::sin(2.0 * PI * bin as f64 * n / frames as f64);
    let x = stereo(frames, tone);
    let y = dithered(&sixteen(Shape::Flat), &x, 4096);
    let level = 20.0 * libm::log10(amplitude_at_bin(&y, bin));
    assert!((level + 100.0).abs() < 0.1, "{level}");
    for harmonic in 2..=5 {
        let at = harmonic * bin;
        let around: f64 = (4..20).map(|k| amplitude_at_bin(&y, at + k)).map(|a| a * a).sum::<f64>() / 16.0;
        let over_noise = 20.0 * libm::log10(amplitude_at_bin(&y, at) / around.sqrt());
        assert!(over_noise < 12.0, "{harmonic}: {over_noise}");
    }
    assert_eq!(dithered(&sixteen(Shape::None), &x, 4096), Audio::silence(RATE_HZ, 2, frames));
}

#[test]
fn output_lies_on_the_grid_and_never_beyond() {
    for bits in [8, 12, 16, 20, 24] {
        let settings = DitherSettings { bits, ..DitherSettings::default() };
        let x = stereo(20_000, |n| 1.2 * libm::sin(0.0321 * n));
        let y = dithered(&settings, &x, 512);
        let steps = f64::from(1u32 << (bits - 1));
        for &sample in &y.channels[0] {
            let step = f64::from(sample) * steps;
            assert!(step == libm::trunc(step) && (-steps..=steps - 1.0).contains(&step), "{bits}: {step}");
        }
    }
}

#[test]
fn silence_and_what_fits_already_are_left_alone() {
    let silence = Audio::silence(RATE_HZ, 2, 5000);
    assert_eq!(dithered(&sixteen(Shape::Flat), &silence, 512), silence);
    let fits = stereo(50_000, |n| libm::round(9000.0 * libm::sin(0.05 * n)) * LSB_16);
    assert_eq!(dithered(&sixteen(Shape::Flat), &fits, 512), fits);
    let always = DitherSettings { auto_blank: false, ..sixteen(Shape::Flat) };
    assert_ne!(dithered(&always, &silence, 512), silence);
}

#[test]
fn one_sample_that_does_not_fit_brings_the_noise_back() {
    let mut x = Audio::silence(RATE_HZ, 2, 5000);
    x.channels[0][2000] = 0.4 * LSB_16 as f32;
    let y = dithered(&sixteen(Shape::Flat), &x, 512);
    assert!(y.channels[0][..2000].iter().all(|&s| s == 0.0));
    assert!(y.channels[0][2000..2500].iter().any(|&s| s != 0.0));
    assert!(y.channels[0][4000..].iter().all(|&s| s == 0.0));
}

#[test]
fn noise_is_the_same_for_a_seed_and_any_block_size_and_its_own_for_each_signal() {
    let x = stereo(10_000, |n| 0.1 * libm::sin(0.7 * n));
    let whole = dithered(&sixteen(Shape::Flat), &x, 10_000);
    assert_eq!(dithered(&sixteen(Shape::Flat), &x, 17), whole);
    assert_ne!(dithered(&DitherSettings { seed: 1, ..sixteen(Shape::Flat) }, &x, 17), whole);
    let mut dither = sixteen(Shape::Flat).build(&Spec { linked: 1, ..Spec::new(RATE_HZ, 2, 10_000) });
    let mut block = Block { main: x.clone(), linked: vec![x.clone()], key: None };
    dither.process(&mut block);
    assert_ne!(block.main, block.linked[0]);
    dither.reset();
    let mut again = Block { main: x.clone(), linked: vec![x], key: None };
    dither.process(&mut again);
    assert_eq!(block, again);
}
