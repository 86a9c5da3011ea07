//! Puts a file in time with another one, to a part of a frame, and at the level at which all are compared.

use std::f64::consts::PI;

use acetate_mastering::model::{Audio, Place, Quantity, Readings, Spec, amplitude};
use acetate_meters::MeterBank;
use realfft::{RealFftPlanner, num_complex::Complex64};

/// How far a file may be late or early, in seconds.
const LATEST_S: f64 = 0.25;
/// Lags to either side of the highest correlation that its course between the lags is drawn from.
const REACH: isize = 32;
/// The last step of the search, in frames.
const FINEST: f64 = 0.001;
/// Files that are out by less are left as they are, in frames.
const IN_TIME: f64 = 0.01;
/// The loudness at which all systems are compared, in LUFS: what most services play at.
const COMPARED_AT_LUFS: f64 = -14.0;
const BLOCK_FRAMES: usize = 1 << 16;

/// A file moved to where it correlates best with the sum, and as long as that.
pub(crate) fn in_time(out: &Audio, sum: &Audio) -> Audio {
    let late = late_frames(out, sum);
    let moved = if late.abs() < IN_TIME { out.clone() } else { earlier(out, late) };
    let channels = moved.channels.into_iter().map(|mut channel| {
        channel.resize(sum.frames(), 0.0);
        channel
    });
    Audio { rate_hz: out.rate_hz, channels: channels.collect() }
}

/// By how many frames a file is late: where the cross-correlation of middles is highest, drawn between the lags by a sinc,
/// which is exact for what has no frequency above half the rate.
fn late_frames(out: &Audio, sum: &Audio) -> f64 {
    let length = (out.frames() + sum.frames()).next_power_of_two();
    let transform = Transform::new(length);
    let [a, b] = [sum, out].map(|audio| transform.forward(&middle(audio)));
    let correlation = transform.back(a.iter().zip(&b).map(|(a, b)| a.conj() * b).collect());
    let at = |lag: isize| correlation[lag.rem_euclid(length as isize) as usize];
    let latest = ((LATEST_S * f64::from(sum.rate_hz)) as isize).min(length as isize / 2 - REACH);
    let highest = (-latest..=latest).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(0);
    let between = |late: f64| -> f64 {
        let lags = highest - REACH..=highest + REACH;
        lags.map(|lag| at(lag) * windowed_sinc(late - lag as f64)).sum()
    };
    let (mut late, mut step) = (highest as f64, 0.5);
    while step > FINEST {
        let near = [late - step, late, late + step];
        late = near.into_iter().max_by(|a, b| between(*a).total_cmp(&between(*b))).unwrap_or(late);
        step /= 2.0;
    }
    late
}

fn windowed_sinc(x: f64) -> f64 {
    let reach = REACH as f64 + 1.0;
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= reach {
        return 0.0;
    }
    libm::sin(PI * x) / (PI * x) * (0.5 + 0.5 * libm::cos(PI * x / reach))
}

fn middle(audio: &Audio) -> Vec<f64> {
    let [left, right] = [&audio.channels[0], &audio.channels[audio.channels.len() - 1]];
    left.iter().zip(right).map(|(l, r)| 0.5 * (f64::from(*l) + f64::from(*r))).collect()
}

/// By so many frames earlier, by the phase of each frequency.
fn earlier(audio: &Audio, frames: f64) -> Audio {
    let length = (audio.frames() + frames.abs() as usize + 1).next_power_of_two();
    let transform = Transform::new(length);
    let turned = |channel: &Vec<f32>| {
        let own: Vec<f64> = channel.iter().map(|x| f64::from(*x)).collect();
        let mut bins = transform.forward(&own);
        for (k, bin) in bins.iter_mut().enumerate() {
            *bin *= Complex64::cis(2.0 * PI * k as f64 * frames / length as f64);
        }
        let whole = transform.back(bins);
        whole[..audio.frames()].iter().map(|x| *x as f32).collect()
    };
    Audio { rate_hz: audio.rate_hz, channels: audio.channels.iter().map(turned).collect() }
}

/// The Fourier transform of a length, and back.
struct Transform {
    planner: std::cell::RefCell<RealFftPlanner<f64>>,
    length: usize,
}

impl Transform {
    fn new(length: usize) -> Self {
        Self { planner: RealFftPlanner::new().into(), length }
    }

    fn forward(&self, samples: &[f64]) -> Vec<Complex64> {
        let plan = self.planner.borrow_mut().plan_fft_forward(self.length);
        let mut padded = samples.to_vec();
        padded.resize(self.length, 0.0);
        let mut bins = plan.make_output_vec();
        let done = plan.process(&mut padded, &mut bins);
        debug_assert!(done.is_ok());
        bins
    }

    fn back(&self, mut bins: Vec<Complex64>) -> Vec<f64> {
        let plan = self.planner.borrow_mut().plan_fft_inverse(self.length);
        // the ends of a real signal's spectrum are real
        bins[0].im = 0.0;
        bins[self.length / 2].im = 0.0;
        let mut samples = plan.make_output_vec();
        let done = plan.process(&mut bins, &mut samples);
        debug_assert!(done.is_ok());
        samples.iter().map(|x| x / self.length as f64).collect()
    }
}

/// At [`COMPARED_AT_LUFS`]; silence stays.
pub(crate) fn levelled(mut audio: Audio) -> Audio {
    let mut bank =
        MeterBank::only(&Spec::new(audio.rate_hz, audio.channels.len(), BLOCK_FRAMES), &["loudness"]);
    audio.blocks(BLOCK_FRAMES).for_each(|block| bank.push(&block));
    let readings = Readings(bank.readings(&Place::Master));
    if let Some(lufs) = readings.scalar(&Place::Master, Quantity::Integrated) {
        let gain = amplitude(COMPARED_AT_LUFS - lufs) as f32;
        audio.channels.iter_mut().flatten().for_each(|x| *x *= gain);
    }
    audio
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 44_100;

    /// Chords of many partials with an envelope, as they are at any time, from one ear's side and the other's.
    fn music(late_frames: f64) -> Audio {
        let sample = |n: usize, side: f64| {
            let t = (n as f64 - late_frames) / f64::from(RATE_HZ);
            let note = 110.0 * [1.0, 1.2, 1.5, 0.9][(t.max(0.0) / 0.37) as usize % 4];
            let envelope = libm::sin(PI * (t / 0.37).fract()).max(0.0);
            (1..40).map(|k| libm::sin(2.0 * PI * note * f64::from(k) * t + side) / f64::from(k)).sum::<f64>()
                * envelope
                * 0.1
        };
        let channel = |side| (0..3 * RATE_HZ as usize).map(|n| sample(n, side) as f32).collect();
        Audio { rate_hz: RATE_HZ, channels: vec![channel(0.0), channel(0.4)] }
    }

    #[test]
    fn a_file_is_put_in_time_to_a_tenth_of_a_frame() {
        let sum = music(0.0);
        for late in [0.0, 0.5, 37.37, -3.8, 1000.2] {
            let out = music(late);
            let told = late_frames(&out, &sum);
            assert!((told - late).abs() < 0.02, "{told} for {late}");
            let back = in_time(&out, &sum);
            assert_eq!(back.frames(), sum.frames());
            let inside = 5000..sum.frames() - 5000;
            let pairs = || {
                let [a, b] = [&back, &sum].map(|audio| &audio.channels[1][inside.clone()]);
                a.iter().zip(b).map(|(a, b)| (f64::from(*a), f64::from(*b)))
            };
            let power: f64 = pairs().map(|(_, b)| b * b).sum();
            let left: f64 = pairs().map(|(a, b)| (a - b) * (a - b)).sum();
            assert!(left < 1e-4 * power, "{late}: {:.1} dB", 10.0 * libm::log10(left / power));
        }
    }

    #[test]
    fn all_are_as_loud() {
        let loud = levelled(music(0.0));
        let mut soft = music(0.0);
        soft.channels.iter_mut().flatten().for_each(|x| *x *= 0.1);
        let soft = levelled(soft);
        let apart = loud.channels[0].iter().zip(&soft.channels[0]).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-4);
        assert_eq!(levelled(Audio::silence(RATE_HZ, 2, 1000)).channels[0], [0.0; 1000]);
    }
}
