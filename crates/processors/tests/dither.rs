//! The dither's gates: the error's size, its independence of the signal, and what is left alone.

#[path = "spectrum/mod.rs"]
mod spectrum;

use std::f64::consts::PI;

use acetate_dsp::TriangularNoise;
use acetate_model::{Audio, Block, Curve, Processor, Settings, Spec, amplitude};
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

const SHAPES: [Shape; 4] = [Shape::Flat, Shape::HighPass, Shape::ShapedLow, Shape::ShapedHigh];
const POINTS: usize = 1 << 20;
const SEGMENT: usize = 1 << 16;
/// Bins of a segment over which a spectrum is evened out.
const EVENED: usize = 16;
/// The sums of squared rounding and squared triangular noise (Wannamaker et al. 2000).
const WHITE: f64 = 1.0 / 12.0 + 1.0 / 6.0;

/// How loud a sine must be to be heard (Terhardt 1979).
fn threshold_db(hz: f64) -> f64 {
    let khz = hz.max(20.0) / 1000.0;
    3.64 / libm::pow(khz, 0.8) - 6.5 * libm::exp(-0.6 * (khz - 3.3) * (khz - 3.3))
        + 1e-3 * khz * khz * khz * khz
}

/// A-weighting (IEC 61672-1, annex E), as power.
fn a_weight(hz: f64) -> f64 {
    let squares = [20.598_997, 107.652_65, 737.862_23, 12_194.217].map(|corner| hz * hz + corner * corner);
    let amplitude = 12_194.217 * 12_194.217 * hz * hz * hz * hz
        / (squares[0] * (squares[1] * squares[2]).sqrt() * squares[3]);
    amplitude * amplitude * libm::pow(10.0, 0.2)
}

/// The filter 1 + Σ aₙz⁻ⁿ of nine taps that leaves least of a noise weighed by the threshold, which is taken no more
/// than `contrast_db` over its lowest point: the normal equations, by elimination.
fn optimal(rate_hz: u32, contrast_db: f64) -> Vec<f64> {
    const TAPS: usize = 9;
    let at = |k: usize| f64::from(rate_hz) / 2.0 * (k as f64 + 0.5) / 20_000.0;
    let lowest = (0..20_000).map(|k| threshold_db(at(k))).fold(f64::INFINITY, f64::min);
    let weight = |hz: f64| libm::pow(10.0, -0.1 * f64::min(threshold_db(hz) - lowest, contrast_db));
    let correlation: Vec<f64> = (0..=TAPS)
        .map(|n| {
            (0..20_000)
                .map(|k| weight(at(k)) * libm::cos(2.0 * PI * at(k) / f64::from(rate_hz) * n as f64))
                .sum()
        })
        .collect();
    let mut rows: Vec<Vec<f64>> = (0..TAPS)
        .map(|m| (0..TAPS).map(|n| correlation[m.abs_diff(n)]).chain([-correlation[m + 1]]).collect())
        .collect();
    for n in 0..TAPS {
        let pivot = rows[n].clone();
        for row in rows.iter_mut().enumerate().filter(|(m, _)| *m != n).map(|(_, row)| row) {
            let factor = row[n] / pivot[n];
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
        }
    }
    (0..TAPS).map(|n| rows[n][TAPS] / rows[n][n]).collect()
}

/// The power of the error at a frequency, in squared steps; its mean over all is the mean square.
fn design(shape: Shape, rate_hz: u32) -> Box<dyn Fn(f64) -> f64> {
    let turn = 2.0 * PI / f64::from(rate_hz);
    let shaped = |contrast_db| -> Box<dyn Fn(f64) -> f64> {
        let taps = optimal(rate_hz, contrast_db);
        Box::new(move |hz| {
            let (re, im) = taps.iter().zip(1..).fold((1.0, 0.0), |(re, im), (a, n)| {
                let (sin, cos) = libm::sincos(turn * hz * f64::from(n));
                (re + a * cos, im + a * sin)
            });
            WHITE * (re * re + im * im)
        })
    };
    match shape {
        Shape::None => Box::new(|_| 1.0 / 12.0),
        Shape::Flat => Box::new(|_| WHITE),
        // rounding stays white; the noise is a difference of successive numbers
        Shape::HighPass => Box::new(move |hz| 1.0 / 12.0 + (1.0 - libm::cos(turn * hz)) / 6.0),
        Shape::ShapedLow => shaped(30.0),
        Shape::ShapedHigh => shaped(42.0),
    }
}

/// Errors of eight channels, of one signal and three linked ones, on a loud and swinging sine.
fn eight_errors(shape: Shape, rate_hz: u32) -> (Vec<f64>, Vec<Vec<f64>>) {
    let signal: Vec<f32> = (0..POINTS)
        .map(|n| n as f64)
        .map(|n| (0.3 * libm::sin(0.1234 * n) * (1.0 + 0.9 * libm::sin(7e-5 * n))) as f32)
        .collect();
    let audio = Audio { rate_hz, channels: vec![signal.clone(); 2] };
    let mut dither = sixteen(shape).build(&Spec { linked: 3, ..Spec::new(rate_hz, 2, POINTS) });
    let mut block = Block { main: audio.clone(), linked: vec![audio; 3], key: None };
    dither.process(&mut block);
    let error = |y: &f32, x: &f32| (f64::from(*y) - f64::from(*x)) / LSB_16;
    let channels = block.signals().flat_map(|signal| &signal.channels);
    let errors = channels.map(|y| y.iter().zip(&signal).map(|(y, x)| error(y, x)).collect()).collect();
    (signal.into_iter().map(f64::from).collect(), errors)
}

/// The mean power spectrum of all, in segments.
fn spectrum_of(errors: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; SEGMENT / 2 + 1];
    let share = SEGMENT as f64 / (POINTS * errors.len()) as f64;
    for pair in errors.chunks(2) {
        for (left, right) in pair[0].chunks(SEGMENT).zip(pair[1].chunks(SEGMENT)) {
            for powers in spectrum::powers([left, right]) {
                mean.iter_mut().zip(powers).for_each(|(mean, power)| *mean += power * share);
            }
        }
    }
    mean
}

fn power_db(power: f64) -> f64 {
    10.0 * libm::log10(power)
}

/// Total, A-weighted, threshold-weighted, mean from 2 to 5 kHz and highest, in dB over white noise of the same kind.
fn table_row(spectrum: &[f64], hz: impl Fn(usize) -> f64) -> [f64; 5] {
    let weighed = |weight: &dyn Fn(f64) -> f64| {
        let (sum, all) = spectrum.iter().enumerate().skip(1).fold((0.0, 0.0), |(sum, all), (k, power)| {
            let weight = weight(hz(k));
            (sum + weight * power, all + weight)
        });
        power_db(sum / all / WHITE)
    };
    let highest = spectrum.chunks_exact(EVENED).map(|part| mean(part.iter().copied())).fold(0.0, f64::max);
    [
        weighed(&|_| 1.0),
        weighed(&a_weight),
        weighed(&|hz| libm::pow(10.0, -0.1 * threshold_db(hz))),
        weighed(&|hz| f64::from(u8::from((2000.0..=5000.0).contains(&hz)))),
        power_db(highest / WHITE),
    ]
}

/// The gates of one shape at one rate.
fn check_error(shape: Shape, rate_hz: u32) -> [f64; 5] {
    let (signal, errors) = eight_errors(shape, rate_hz);
    let design = design(shape, rate_hz);
    let hz = |k: usize| f64::from(rate_hz) * k as f64 / SEGMENT as f64;
    let designed: Vec<f64> = (1..=SEGMENT / 2).map(|k| design(hz(k))).collect();
    let total = mean(designed.iter().copied());
    let Curve::Noise(drawn) = sixteen(shape).curve(&Spec::new(rate_hz, 2, 64)) else {
        panic!("a noise is drawn")
    };
    for k in (1..=SEGMENT / 2).step_by(97) {
        let off = drawn(hz(k)) - power_db(design(hz(k)) / WHITE);
        assert!(off.abs() < 0.05, "{shape:?} at {} Hz: drawn {off} dB off", hz(k));
    }
    for error in &errors {
        let power = mean(error.iter().map(|e| e * e));
        assert!(power_db(power / total).abs() < 0.1, "{shape:?}: {} dB", power_db(power / total));
        assert!(mean(error.iter().copied()).abs() < 0.01, "{shape:?}");
        let level = mean(signal.iter().map(|x| x.abs()));
        let moments = error.iter().zip(&signal).map(|(e, x)| (e * e - power, x.abs() - level));
        let products =
            moments.clone().fold([0.0; 3], |[ab, aa, bb], (a, b)| [ab + a * b, aa + a * a, bb + b * b]);
        let correlation = products[0] / (products[1] * products[2]).sqrt();
        assert!(correlation.abs() < 0.01, "{shape:?}: {correlation}");
        for other in errors.iter().filter(|other| other.as_ptr() != error.as_ptr()) {
            let product = mean(error.iter().zip(other).map(|(a, b)| a * b)) / power;
            assert!(product.abs() < 0.01, "{shape:?}: {product}");
        }
    }
    let spectrum = spectrum_of(&errors);
    let mut worst = 0.0f64;
    let mut low = 80.0;
    while low * libm::cbrt(2.0) < f64::from(rate_hz) / 2.0 {
        let bins = (low / hz(1)) as usize..(low * libm::cbrt(2.0) / hz(1)) as usize;
        let is: f64 = spectrum[bins.clone()].iter().sum();
        let shall: f64 = designed[bins.start - 1..bins.end - 1].iter().sum();
        worst = worst.max(power_db(is / shall).abs());
        low *= libm::cbrt(2.0);
    }
    let logs = spectrum[1..].chunks_exact(EVENED).map(|part| power_db(mean(part.iter().copied()) / WHITE));
    let log_mean = mean(logs);
    let row = table_row(&spectrum, hz);
    println!("{shape:?} at {rate_hz}: {row:+.1?}, log mean {log_mean:+.4}, thirds within {worst:.2} dB");
    assert!(worst < 0.5, "{shape:?}: {worst} dB in a third of an octave");
    if matches!(shape, Shape::Flat | Shape::ShapedLow | Shape::ShapedHigh) {
        assert!(log_mean.abs() < 0.01, "{shape:?}: {log_mean} dB, against Gerzon and Craven");
    }
    row
}

#[test]
fn the_error_is_that_of_the_design() {
    let [flat, high_pass, low, high] = SHAPES.map(|shape| check_error(shape, RATE_HZ));
    assert!(flat.iter().take(4).all(|x| x.abs() < 0.05), "{flat:?}");
    assert!(high_pass[0].abs() < 0.05 && high_pass[2] < -1.0, "{high_pass:?}");
    // what published curves of as many taps reach: modified-E, and F-weighted
    assert!(low[0] < 8.0 && low[2] < -11.3 && low[4] < 14.0, "{low:?}");
    assert!(high[0] < 18.4 && high[2] < -12.0 && high[3] < -20.0 && high[4] < 22.0, "{high:?}");
}

#[test]
fn curves_follow_the_rate() {
    for rate_hz in [48_000, 96_000, 192_000] {
        let [total, .., middle, _] = check_error(Shape::ShapedLow, rate_hz);
        assert!(total < 7.6 && middle < -16.0, "{total} {middle}");
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
    // near 1 kHz, a whole number of periods
    let bin = 23_777;
    let tone = |n: f64| amplitude(-100.0) * libm::sin(2.0 * PI * bin as f64 * n / POINTS as f64);
    let x = stereo(POINTS, tone);
    for shape in SHAPES {
        let y = dithered(&sixteen(shape), &x, 4096);
        let [left, right] = [0, 1].map(|c| y.channels[c].iter().map(|&y| f64::from(y)).collect::<Vec<_>>());
        let [powers, _] = spectrum::powers([&left, &right]);
        // the window spreads a tone over three bins
        let tone: f64 = powers[bin - 1..=bin + 1].iter().sum();
        let level = power_db(4.0 * tone / POINTS as f64);
        let around = |at: usize| {
            mean(
                powers[at + 4..at + 68]
                    .iter()
                    .chain(&powers[at - 67..at - 3])
                    .copied()
                    .collect::<Vec<_>>()
                    .into_iter(),
            )
        };
        let over_noise: Vec<f64> =
            (2..=5).map(|n| n * bin).map(|at| power_db(powers[at] / around(at))).collect();
        println!(
            "{shape:?}: {level:.3} dBFS, {:.1} dB over the noise, harmonics {over_noise:.1?}",
            power_db(powers[bin] / around(bin))
        );
        assert!((level + 100.0).abs() < 0.1, "{shape:?}: {level}");
        assert!(over_noise.iter().all(|&over| over < 12.0), "{shape:?}: {over_noise:?}");
    }
    assert_eq!(dithered(&sixteen(Shape::None), &x, 4096), Audio::silence(RATE_HZ, 2, POINTS));
}

#[test]
fn flat_noise_is_the_sum_of_rounding_and_a_published_generator() {
    let x = stereo(10_000, |n| 0.4 * libm::sin(0.1234 * n));
    let y = dithered(&DitherSettings { seed: 1, ..sixteen(Shape::Flat) }, &x, 512);
    for (stream, (x, y)) in (0..).zip(x.channels.iter().zip(&y.channels)) {
        let mut noise = TriangularNoise::new(1, stream);
        // the first sample fits already
        noise.next_sample();
        for (x, y) in x.iter().zip(y).skip(1) {
            let shall = libm::rint(f64::from(*x) / LSB_16 + noise.next_sample()) * LSB_16;
            assert_eq!(f64::from(*y), shall);
        }
    }
}

#[test]
fn clipping_is_not_carried_on() {
    for shape in [Shape::ShapedLow, Shape::ShapedHigh] {
        for bits in [8, 16, 24] {
            let settings = DitherSettings { bits, shape, ..DitherSettings::default() };
            // far beyond full scale, then soft
            let clipped = 5000;
            let x =
                stereo(400_000, |n| if n < f64::from(clipped) { 4.0 } else { 0.3 } * libm::sin(0.0321 * n));
            let y = dithered(&settings, &x, 512);
            let step = 1.0 / f64::from(1u32 << (bits - 1));
            let error = |n: usize| (f64::from(y.channels[0][n]) - f64::from(x.channels[0][n])) / step;
            let largest = (clipped as usize..400_000).map(|n| error(n).abs()).fold(0.0, f64::max);
            // what nine past errors of one step and a half can come to
            let bound = 1.5
                * (1.0
                    + optimal(RATE_HZ, if shape == Shape::ShapedLow { 30.0 } else { 42.0 })
                        .iter()
                        .map(|a| a.abs())
                        .sum::<f64>());
            println!("{shape:?}, {bits} bits: {largest:.1} steps of {bound:.1} at most");
            assert!(largest <= bound, "{shape:?}: {largest} steps");
            let after = mean((clipped as usize..clipped as usize + 4000).map(|n| error(n) * error(n)));
            let later = mean((200_000..400_000).map(|n| error(n) * error(n)));
            assert!(power_db(after / later).abs() < 0.7, "{shape:?}: {after} {later}");
        }
    }
}

#[test]
fn every_depth_has_the_same_error_in_its_own_steps() {
    let total = |shape| {
        let design = design(shape, RATE_HZ);
        mean((0..20_000).map(|k| design(f64::from(RATE_HZ) / 2.0 * (f64::from(k) + 0.5) / 20_000.0)))
    };
    for shape in SHAPES {
        for bits in [8, 20, 24] {
            let settings = DitherSettings { bits, shape, ..DitherSettings::default() };
            let x = stereo(200_000, |n| 0.2 * libm::sin(0.1234 * n));
            let y = dithered(&settings, &x, 4096);
            let steps = f64::from(1u32 << (bits - 1)) * LSB_16;
            let power = mean(errors(&x, &y, 0).iter().map(|e| e * e * steps * steps));
            let off = power_db(power / total(shape));
            assert!(off.abs() < 0.1, "{shape:?}, {bits} bits: {off} dB");
        }
    }
}

#[test]
fn output_lies_on_the_grid_and_never_beyond() {
    for shape in SHAPES {
        for bits in [8, 12, 16, 20, 24] {
            let settings = DitherSettings { bits, shape, ..DitherSettings::default() };
            let x = stereo(20_000, |n| 1.2 * libm::sin(0.0321 * n));
            let y = dithered(&settings, &x, 512);
            let steps = f64::from(1u32 << (bits - 1));
            for &sample in &y.channels[0] {
                let step = f64::from(sample) * steps;
                let fits = step == libm::trunc(step) && (-steps..=steps - 1.0).contains(&step);
                assert!(fits, "{shape:?}, {bits} bits: {step}");
            }
        }
    }
}

#[test]
fn channels_that_are_no_pairs_have_noise_of_their_own() {
    let x = stereo(5000, |n| 0.1 * libm::sin(0.7 * n));
    let y = dithered(&sixteen(Shape::Flat), &x, 512);
    let mono = Audio { rate_hz: RATE_HZ, channels: x.channels[..1].to_vec() };
    let mut dither = sixteen(Shape::Flat).build(&Spec { linked: 1, ..Spec::new(RATE_HZ, 1, 5000) });
    let mut block = Block { main: mono.clone(), linked: vec![mono], key: None };
    dither.process(&mut block);
    assert_eq!(block.main.channels[0], y.channels[0]);
    assert_eq!(block.linked[0].channels[0], y.channels[1]);
    assert_ne!(y.channels[0], y.channels[1]);
}

#[test]
fn silence_and_what_fits_already_are_left_alone() {
    let silence = Audio::silence(RATE_HZ, 2, 5000);
    let fits = stereo(50_000, |n| libm::round(9000.0 * libm::sin(0.05 * n)) * LSB_16);
    for shape in SHAPES {
        assert_eq!(dithered(&sixteen(shape), &silence, 512), silence);
        assert_eq!(dithered(&sixteen(shape), &fits, 512), fits);
        let always = DitherSettings { auto_blank: false, ..sixteen(shape) };
        assert_ne!(dithered(&always, &silence, 512), silence);
    }
}

#[test]
fn one_sample_that_does_not_fit_brings_the_noise_back() {
    for shape in SHAPES {
        let mut x = Audio::silence(RATE_HZ, 2, 5000);
        x.channels[0][2000] = 0.4 * LSB_16 as f32;
        let y = dithered(&sixteen(shape), &x, 512);
        assert!(y.channels[0][..2000].iter().all(|&s| s == 0.0));
        assert!(y.channels[0][2000..2500].iter().any(|&s| s != 0.0));
        // 1023 samples that fit are not enough, one more is
        assert!(y.channels[0][2000 + 1024..].iter().all(|&s| s == 0.0));
        assert!(y.channels[0][2900..2000 + 1024].iter().any(|&s| s != 0.0));
        assert!(y.channels[1].iter().all(|&s| s == 0.0));
    }
}

#[test]
fn what_resumes_has_forgotten_the_errors_before() {
    // the same noise behind a pause, whatever was before it
    let sounds = |before: f64| {
        let sound = move |n: f64| match n as usize {
            0..3000 => before * libm::sin(0.37 * n),
            3000..4100 => 0.0,
            _ => 0.1 * libm::sin(0.37 * n),
        };
        dithered(&sixteen(Shape::ShapedHigh), &stereo(6000, sound), 512)
    };
    assert_ne!(sounds(0.2).channels[0][3000..4000], sounds(0.3).channels[0][3000..4000]);
    assert_eq!(sounds(0.2).channels[0][4100..], sounds(0.3).channels[0][4100..]);
}

#[test]
fn noise_is_the_same_for_a_seed_and_any_block_size_and_its_own_for_each_signal() {
    let x = stereo(10_000, |n| 0.1 * libm::sin(0.7 * n));
    for shape in SHAPES {
        let whole = dithered(&sixteen(shape), &x, 10_000);
        assert_eq!(dithered(&sixteen(shape), &x, 17), whole);
        assert_ne!(dithered(&DitherSettings { seed: 1, ..sixteen(shape) }, &x, 17), whole);
        let mut dither = sixteen(shape).build(&Spec { linked: 1, ..Spec::new(RATE_HZ, 2, 10_000) });
        let mut block = Block { main: x.clone(), linked: vec![x.clone()], key: None };
        dither.process(&mut block);
        assert_ne!(block.main, block.linked[0]);
        dither.reset();
        let mut again = Block { main: x.clone(), linked: vec![x.clone()], key: None };
        dither.process(&mut again);
        assert_eq!(block, again);
    }
}
