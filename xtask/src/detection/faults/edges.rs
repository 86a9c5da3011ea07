//! Faults at the ends of files and between their samples, and holes in them.

use acetate_mastering::model::{Place, Quantity, Session, Stem};

use super::super::{Fault, song::Song};
use super::basics::{amplitude, heard};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "dropouts",
        codes: &["silence_inside"],
        levels: ["one of 2 ms", "two of 10 ms", "three of 80 ms"],
        suits: heard,
        inject: tear,
    },
    Fault {
        name: "tail cut off",
        codes: &["truncated_tail"],
        levels: ["0.5 s early", "3 s early", "15 s early"],
        suits: |session, stem| session.stems.len() > 1 && heard(session, stem),
        inject: cut_tail,
    },
    Fault {
        name: "starts in a wave",
        codes: &["abrupt_start"],
        levels: ["8 dB over its steps", "12 dB", "16 dB"],
        suits: |session, stem| heard(session, stem) && is_low(session, stem),
        inject: cut_start,
    },
    Fault {
        name: "overs between samples",
        codes: &["inter_sample_overs"],
        levels: ["+0.5 dB", "+1.5 dB", "+2.5 dB"],
        suits: heard,
        inject: overshoot,
    },
];

/// Mean power of both channels in steps of `length` frames, with their first frames, the loudest first.
fn loudest(song: &Song, at: usize, length: usize) -> Vec<usize> {
    let channels = &song.stems[at].audio.channels;
    let power = |from: usize| {
        let of =
            |c: &Vec<f32>| c[from..from + length].iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>();
        channels.iter().map(of).sum::<f64>()
    };
    let last = song.stems[at].audio.frames().saturating_sub(length);
    let mut places: Vec<(usize, f64)> = (0..last).step_by(length).map(|from| (from, power(from))).collect();
    places.sort_by(|a, b| b.1.total_cmp(&a.1));
    places.into_iter().map(|(from, _)| from).collect()
}

/// In the loudest steady half seconds, which no decay runs through.
fn tear(song: &mut Song, at: usize, level: usize) {
    let (count, ms) = [(1, 2.0), (2, 10.0), (3, 80.0)][level];
    let (half, length) = ((song.rate() / 2.0) as usize, (song.rate() * ms / 1000.0) as usize);
    let places: Vec<usize> = loudest(song, at, half).into_iter().take(count).collect();
    for from in places {
        // where the half second is loudest, in steps of 30 ms
        let step = (song.rate() * 0.03) as usize;
        let energy = |n: usize| {
            let of = |c: &Vec<f32>| c[n..n + step].iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>();
            song.stems[at].audio.channels.iter().map(of).sum::<f64>()
        };
        let hole = (from..from + half - step).step_by(step).max_by(|a, b| energy(*a).total_cmp(&energy(*b)));
        let hole = hole.unwrap_or(from) + step / 2;
        for channel in song.channels(at) {
            let to = (hole + length).min(channel.len());
            channel[hole..to].fill(0.0);
        }
    }
}

fn cut_tail(song: &mut Song, at: usize, level: usize) {
    let early = (song.rate() * [0.5, 3.0, 15.0][level]) as usize;
    let length = (song.rate() * 0.02) as usize;
    let last = song.stems[at].audio.frames() - early;
    let place = loudest(song, at, length).into_iter().find(|from| *from + length <= last && *from > last / 2);
    song.part(at).audio.resize(place.unwrap_or(last) + length);
}

/// All stems begin on a crest of this one that stands out over its own steps.
fn cut_start(song: &mut Song, at: usize, level: usize) {
    let wanted = [8.0, 12.0, 16.0][level];
    let edge = (song.rate() * 0.02) as usize;
    let samples = &song.stems[at].audio.channels[0];
    let stands_out = |n: usize| {
        let steps = samples[n..n + edge].windows(2).map(|pair| (pair[1] - pair[0]).abs());
        20.0 * libm::log10(f64::from(samples[n].abs() / steps.fold(f32::MIN_POSITIVE, f32::max)))
    };
    let crest = |n: &usize| {
        let x = samples[*n].abs();
        x > amplitude(-40.0) && x >= samples[n - 1].abs() && x >= samples[n + 1].abs()
    };
    let crests = (1..samples.len() / 2).filter(crest).map(|n| (n, stands_out(n)));
    let nearest = crests.min_by(|a, b| (a.1 - wanted).abs().total_cmp(&(b.1 - wanted).abs()));
    let from = nearest.map_or(0, |(n, _)| n);
    for stem in 0..song.stems.len() {
        let channels = song.channels(stem);
        for channel in channels.iter_mut() {
            channel.drain(..from.min(channel.len()));
        }
    }
}

/// Whether most of a stem lies low, where a cut is a step rather than one more wave.
fn is_low(session: &Session, stem: &Stem) -> bool {
    let bands = session.readings.spectrum(&Place::stem(&stem.name), Quantity::Spectrum).unwrap_or_default();
    let below = |to_hz: f64| {
        bands.iter().filter(|(hz, _)| *hz < to_hz).map(|(_, db)| libm::exp10(db / 10.0)).sum::<f64>()
    };
    below(500.0) > 0.8 * below(f64::INFINITY)
}

/// A short tone at a quarter of the rate whose samples miss its crests.
fn overshoot(song: &mut Song, at: usize, level: usize) {
    let length = (song.rate() * 0.01) as usize;
    let crest = amplitude([0.5, 1.5, 2.5][level]);
    let from = loudest(song, at, length).pop().unwrap_or(0);
    for channel in song.channels(at) {
        for (n, s) in channel[from..from + length].iter_mut().enumerate() {
            let window = libm::sinf(std::f32::consts::PI * n as f32 / length as f32);
            let sign = if n % 4 < 2 { 1.0 } else { -1.0 };
            *s = sign * std::f32::consts::FRAC_1_SQRT_2 * crest * window;
        }
    }
}
