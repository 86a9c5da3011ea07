//! Faults of origin: the file is not what it claims to be.

use acetate_mastering::model::{Place, Quantity, Session, Stem};
use realfft::{RealFftPlanner, num_complex::Complex};

use super::super::Fault;
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
];

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
    output.iter_mut().for_each(|s| *s /= length as f32);
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
