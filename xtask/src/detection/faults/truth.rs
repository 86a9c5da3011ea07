//! Faults of origin: the file is not what it claims to be.

use acetate_mastering::model::{Place, Quantity, Session, Stem};
use realfft::{RealFftPlanner, num_complex::Complex};

use super::super::{Fault, song::Song};
use super::basics::{amplitude, heard};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "lossy origin",
        codes: &["lossy_origin"],
        levels: ["19 kHz", "17.5 kHz", "16 kHz"],
        suits: |session, stem| band_db(session, stem, 16_000.0) > LEAST_HIGHS_DB,
        inject: |song, at, level| {
            let cut_hz = [19_000.0, 17_500.0, 16_000.0][level];
            let rate_hz = song.rate();
            for channel in song.channels(at) {
                *channel = converted(channel, cut_hz / rate_hz, 1);
                add_noise(channel, -100.0);
            }
        },
    },
    Fault {
        name: "upsampled",
        codes: &["upsampled", "lossy_origin"],
        levels: ["the rate doubled", "half the rate before", "half the rate before, then doubled"],
        suits: |session, stem| {
            band_db(session, stem, 10_000.0) > LEAST_HIGHS_DB
                && band_db(session, stem, 20_000.0) > LEAST_HIGHS_DB
        },
        inject: |song, at, level| {
            let (cut, times) = [(0.49, 2), (0.245, 1), (0.245, 2)][level];
            let part = song.part(at);
            part.audio.channels.iter_mut().for_each(|channel| *channel = converted(channel, cut, times));
            part.audio.rate_hz *= times as u32;
        },
    },
    Fault {
        name: "padded bits",
        codes: &["padded_bits"],
        levels: ["16 bits", "14 bits", "12 bits"],
        suits: heard,
        inject: |song, at, level| {
            let steps = [32_768.0, 8192.0, 2048.0][level];
            song.channels(at).iter_mut().flatten().for_each(|s| *s = (*s * steps).round() / steps);
        },
    },
    Fault {
        name: "limited on the way",
        codes: &["limited_on_the_way"],
        levels: ["3 dB", "6 dB", "10 dB"],
        suits: lively,
        inject: |song, at, level| {
            let ceiling = loud_peak(song, at) * amplitude(-[3.0, 6.0, 10.0][level]);
            let hold = (song.rate() * 0.0015) as usize;
            let release = libm::exp(-1.0 / (song.rate() * 0.08)) as f32;
            limit(song.channels(at), ceiling, hold, release);
            song.channels(at).iter_mut().flatten().for_each(|s| *s *= amplitude(-3.0));
        },
    },
];

/// Stems that sound for most of the time; of a few notes nobody can tell.
fn lively(session: &Session, stem: &Stem) -> bool {
    let place = Place::stem(&stem.name);
    session.readings.scalar(&place, Quantity::Activity).is_some_and(|percent| percent > 50.0)
}

/// The level that a tenth of the peaks in stretches of 100 ms reaches.
fn loud_peak(song: &Song, at: usize) -> f32 {
    let hop = (song.rate() / 10.0) as usize;
    let [left, right] = &song.stems[at].audio.channels[..] else { return 1.0 };
    let highest = |x: &[f32]| x.iter().fold(0f32, |peak, s| peak.max(s.abs()));
    let hops = left.chunks(hop).zip(right.chunks(hop)).map(|(l, r)| highest(l).max(highest(r)));
    let mut peaks: Vec<f32> = hops.filter(|&peak| peak > amplitude(-50.0)).collect();
    peaks.sort_by(f32::total_cmp);
    peaks.get(peaks.len() * 9 / 10).copied().unwrap_or(1.0)
}

/// A limiter that looks ahead: the gain falls over `hold` samples to what the highest of them needs, and comes back slowly.
fn limit(channels: &mut [Vec<f32>], ceiling: f32, hold: usize, release: f32) {
    let frames = channels.first().map_or(0, Vec::len);
    let peak = |n: usize| channels.iter().fold(0f32, |peak, channel| peak.max(channel[n].abs()));
    let mut gains: Vec<f32> = (0..frames).map(|n| (ceiling / peak(n).max(1e-9)).min(1.0)).collect();
    let mut now = 1f32;
    for gain in &mut gains {
        now = gain.min(1.0 - (1.0 - now) * release);
        *gain = now;
    }
    let slope = 1.0 / hold.max(1) as f32;
    let mut ahead = 1f32;
    for gain in gains.iter_mut().rev() {
        ahead = gain.min(ahead + slope);
        *gain = ahead;
    }
    for channel in channels {
        for (s, gain) in channel.iter_mut().zip(&gains) {
            *s *= gain;
        }
    }
}

/// Mean power of a third octave in which there is something to be cut.
const LEAST_HIGHS_DB: f64 = -80.0;

fn band_db(session: &Session, stem: &Stem, hz: f64) -> f64 {
    let spectrum =
        session.readings.spectrum(&Place::stem(&stem.name), Quantity::Spectrum).unwrap_or_default();
    let near = spectrum.iter().find(|(centre, _)| (centre / hz).max(hz / centre) < 1.1);
    near.map_or(f64::NEG_INFINITY, |(_, db)| *db)
}

/// Without anything above a share of the rate, at a multiple of the rate.
fn converted(samples: &[f32], cut: f64, times: usize) -> Vec<f32> {
    let length = samples.len().next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (there, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(times * length));
    let mut input = there.make_input_vec();
    input[..samples.len()].copy_from_slice(samples);
    let (mut narrow, mut wide) = (there.make_output_vec(), back.make_input_vec());
    if there.process(&mut input, &mut narrow).is_err() {
        return samples.to_vec();
    }
    let kept = (cut * length as f64) as usize;
    wide[..kept].copy_from_slice(&narrow[..kept]);
    wide[0] = Complex::new(wide[0].re, 0.0);
    let mut output = back.make_output_vec();
    if back.process(&mut wide, &mut output).is_err() {
        return samples.to_vec();
    }
    output.truncate(times * samples.len());
    for s in &mut output {
        *s /= length as f32;
    }
    output
}

fn add_noise(samples: &mut [f32], rms_dbfs: f64) {
    let level = amplitude(rms_dbfs) * 3f32.sqrt();
    let mut toss = 1u32;
    for s in samples {
        toss = toss.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *s += level * ((toss >> 8) as f32 / 8_388_608.0 - 1.0);
    }
}
