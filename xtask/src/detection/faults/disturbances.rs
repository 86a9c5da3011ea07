//! Faults of recording and editing: hum, hiss, clicks; and of the balance and the width of an export.

use std::f64::consts::PI;

use acetate_mastering::model::{Place, Quantity, Role, Session, Stem};

use super::super::{Fault, song::Song};
use super::basics::{amplitude, heard, peak};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "hum of 50 Hz",
        codes: &["hum"],
        levels: ["-70 dBFS", "-60 dBFS", "-50 dBFS"],
        suits: rests,
        inject: |song, at, level| hum(song, at, 50.03, [-70.0, -60.0, -50.0][level]),
    },
    Fault {
        name: "hum of 60 Hz",
        codes: &["hum"],
        levels: ["-70 dBFS", "-60 dBFS", "-50 dBFS"],
        suits: rests,
        inject: |song, at, level| hum(song, at, 59.96, [-70.0, -60.0, -50.0][level]),
    },
    Fault {
        name: "hiss",
        codes: &["noise_floor"],
        levels: ["-75 dBFS", "-65 dBFS", "-55 dBFS"],
        suits: |session, stem| rests(session, stem) && stem.role != Role::Fx,
        inject: |song, at, level| hiss(song, at, amplitude([-75.0, -65.0, -55.0][level])),
    },
    Fault {
        name: "five wrong samples",
        codes: &["clicks"],
        levels: ["0.1", "0.3", "1.0 of full scale"],
        suits: heard,
        inject: |song, at, level| spikes(song, at, [0.1, 0.3, 1.0][level]),
    },
    Fault {
        name: "normalised on export",
        codes: &["normalised"],
        levels: ["-1 dBFS", "-0.1 dBFS", "0 dBFS"],
        suits: |session, stem| heard(session, stem) && session.stems.len() >= 3,
        inject: |song, _, level| normalise(song, amplitude([-1.0, -0.1, 0.0][level])),
    },
    Fault {
        name: "fader down",
        codes: &["level_outlier"],
        levels: ["peaks at -40 dBFS", "-50 dBFS", "-60 dBFS"],
        suits: |session, stem| heard(session, stem) && session.stems.len() >= 2,
        inject: |song, at, level| {
            let gain = amplitude([-40.0, -50.0, -60.0][level]) / peak(&song.stems[at].audio);
            song.channels(at).iter_mut().flatten().for_each(|s| *s *= gain);
        },
    },
    Fault {
        name: "a passage with one side turned",
        codes: &["low_correlation", "out_of_phase"],
        levels: ["6 s", "8 s", "12 s"],
        suits: |session, stem| {
            heard(session, stem) && read(session, stem, Quantity::SideToMid).is_none_or(|db| db < -6.0)
        },
        inject: |song, at, level| turn(song, at, [6.0, 8.0, 12.0][level]),
    },
    Fault {
        name: "too wide for the middle",
        codes: &["excessive_side", "out_of_phase"],
        levels: ["side 5 dB under mid", "3 dB under", "1 dB under"],
        suits: |session, stem| {
            heard(session, stem) && matches!(stem.role, Role::Bass | Role::Kick | Role::LeadVocal)
        },
        inject: |song, at, level| widen(song, at, [-5.0, -3.0, -1.0][level]),
    },
];

fn read(session: &Session, stem: &Stem, quantity: Quantity) -> Option<f64> {
    session.readings.scalar(&Place::stem(&stem.name), quantity)
}

/// Stems with pauses of some seconds in all: without any a soft disturbance is heard by nobody.
fn rests(session: &Session, stem: &Stem) -> bool {
    read(session, stem, Quantity::Activity).is_some_and(|percent| (1.0..95.0).contains(&percent))
}

fn hum(song: &mut Song, at: usize, hz: f64, dbfs: f64) {
    const HARMONICS: [f64; 5] = [1.0, 0.5, 0.4, 0.15, 0.25];
    let rms = HARMONICS.iter().map(|a| a * a / 2.0).sum::<f64>().sqrt();
    let (rate, level) = (song.rate(), f64::from(amplitude(dbfs)) / rms);
    for channel in song.channels(at) {
        for (n, s) in channel.iter_mut().enumerate() {
            let line = |(k, a): (usize, &f64)| {
                a * libm::sin(2.0 * PI * (hz * (k + 1) as f64 * n as f64 / rate).fract() + k as f64)
            };
            *s += (level * HARMONICS.iter().enumerate().map(line).sum::<f64>()) as f32;
        }
    }
}

/// White, and different on both sides.
fn hiss(song: &mut Song, at: usize, rms: f32) {
    let mut state = 7u64;
    for s in song.channels(at).iter_mut().flatten() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let even = (state >> 32) as f32 / (1u32 << 31) as f32 - 1.0;
        *s += rms * 3f32.sqrt() * even;
    }
}

/// Five moments over the stem, none of them on a beat.
fn moments(frames: usize) -> [usize; 5] {
    std::array::from_fn(|k| (frames as f64 * (0.1 + 0.17 * k as f64)) as usize + 37 * k)
}

fn spikes(song: &mut Song, at: usize, size: f32) {
    for channel in song.channels(at) {
        for moment in moments(channel.len()) {
            channel[moment] += size;
        }
    }
}

fn normalise(song: &mut Song, to: f32) {
    for at in 0..song.stems.len() {
        let highest = peak(&song.stems[at].audio);
        if highest > 0.0 {
            song.channels(at).iter_mut().flatten().for_each(|s| *s *= to / highest);
        }
    }
}

/// From where it is loudest on.
fn turn(song: &mut Song, at: usize, seconds: f64) {
    let frames = (seconds * song.rate()) as usize;
    let channels = song.channels(at);
    let power = |from: usize| {
        let to = channels[0].len().min(from + frames);
        channels[0][from..to].iter().map(|s| s * s).sum::<f32>()
    };
    let starts = (0..channels[0].len().saturating_sub(frames)).step_by(frames / 4 + 1);
    let from = starts.max_by(|&a, &b| power(a).total_cmp(&power(b))).unwrap_or(0);
    let to = channels[1].len().min(from + frames);
    channels[1][from..to].iter_mut().for_each(|s| *s = -*s);
}

/// Adds a side that has nothing to do with the mid: the mid of half a second ago.
fn widen(song: &mut Song, at: usize, side_to_mid_db: f64) {
    let (gain, late) = (amplitude(side_to_mid_db), (song.rate() / 2.0) as usize);
    let [left, right] = &mut song.channels(at)[..] else { return };
    let mid: Vec<f32> = left.iter().zip(&*right).map(|(l, r)| 0.5 * (l + r)).collect();
    for (n, (l, r)) in left.iter_mut().zip(right).enumerate() {
        let side = gain * n.checked_sub(late).map_or(0.0, |n| mid[n]);
        (*l, *r) = (mid[n] + side, mid[n] - side);
    }
}
