//! Faults of export: wrong format, wrong channel, wrong range.

use acetate_mastering::model::{Audio, Place, Quantity, Role, Session, Stem};

use super::super::{Fault, song::Song};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "clipped",
        codes: &["clipping"],
        levels: ["+1 dB", "+3 dB", "+6 dB"],
        suits: heard,
        inject: clip,
    },
    Fault {
        name: "constant offset",
        codes: &["dc"],
        levels: ["-58 dBFS", "-50 dBFS", "-40 dBFS"],
        suits: heard,
        inject: |song, at, level| {
            let offset = amplitude([-58.0, -50.0, -40.0][level]);
            song.channels(at).iter_mut().flatten().for_each(|s| *s += offset);
        },
    },
    Fault {
        name: "dead channel",
        codes: &["dead_channel"],
        levels: ["45 dB down", "60 dB down", "silent"],
        suits: heard,
        inject: |song, at, level| {
            let gain = [amplitude(-45.0), amplitude(-60.0), 0.0][level];
            song.channels(at)[1].iter_mut().for_each(|s| *s *= gain);
        },
    },
    Fault {
        name: "mono in stereo",
        codes: &["mono"],
        levels: ["-85 dB of difference", "left in both", "sum in both"],
        suits: wide,
        inject: to_mono,
    },
    Fault {
        name: "one channel upside down",
        codes: &["out_of_phase", "bass_phase"],
        levels: ["left", "right", "right, 1 dB down"],
        suits: narrow,
        inject: |song, at, level| {
            let gain = if level == 2 { -amplitude(-1.0) } else { -1.0 };
            song.channels(at)[level.min(1)].iter_mut().for_each(|s| *s *= gain);
        },
    },
    Fault {
        name: "empty stem",
        codes: &["silence"],
        levels: ["dither", "zeros", "one second of zeros"],
        suits: heard,
        inject: empty,
    },
    Fault {
        name: "ends early",
        codes: &["lengths"],
        levels: ["0.1 s", "2 s", "half"],
        suits: |session, _| session.stems.len() > 1,
        inject: shorten,
    },
    Fault {
        name: "another rate",
        codes: &["rates"],
        levels: ["half", "double", "88.2 or 96 kHz by name"],
        suits: |session, _| session.stems.len() > 1,
        inject: |song, at, level| {
            let audio = &mut song.part(at).audio;
            audio.rate_hz = if level == 0 { audio.rate_hz / 2 } else { audio.rate_hz * 2 };
        },
    },
    Fault {
        name: "too many stems",
        codes: &["too_many_stems"],
        levels: ["13", "20", "32"],
        suits: heard,
        inject: |song, _, level| split(song, [13, 20, 32][level]),
    },
];

pub(super) fn amplitude(db: f64) -> f32 {
    acetate_mastering::model::amplitude(db) as f32
}

/// Stems with a level.
pub(super) fn heard(session: &Session, stem: &Stem) -> bool {
    session.readings.scalar(&Place::stem(&stem.name), Quantity::Integrated).is_some()
}

fn side_to_mid(session: &Session, stem: &Stem) -> f64 {
    session.readings.scalar(&Place::stem(&stem.name), Quantity::SideToMid).unwrap_or(f64::NEG_INFINITY)
}

fn wide(session: &Session, stem: &Stem) -> bool {
    side_to_mid(session, stem) > -40.0 && !matches!(stem.role, Role::Bass | Role::Kick)
}

fn narrow(session: &Session, stem: &Stem) -> bool {
    side_to_mid(session, stem) < -6.0
}

pub(super) fn peak(audio: &Audio) -> f32 {
    audio.channels.iter().flatten().fold(0.0, |peak, s| s.abs().max(peak))
}

/// Full scale stands this far below the highest sample.
fn clip(song: &mut Song, at: usize, level: usize) {
    let gain = amplitude([1.0, 3.0, 6.0][level]) / peak(&song.stems[at].audio);
    song.channels(at).iter_mut().flatten().for_each(|s| *s = (*s * gain).clamp(-1.0, 1.0));
}

fn to_mono(song: &mut Song, at: usize, level: usize) {
    let [left, right] = &mut song.channels(at)[..] else { return };
    let trace = amplitude(-85.0);
    for (l, r) in left.iter_mut().zip(right) {
        let (mid, side) = (0.5 * (*l + *r), 0.5 * (*l - *r));
        (*l, *r) = match level {
            0 => (mid + trace * side, mid - trace * side),
            1 => (*l, *l),
            _ => (mid, mid),
        };
    }
}

fn empty(song: &mut Song, at: usize, level: usize) {
    let step = 1.0 / 8_388_608.0;
    let mut toss = 1u32;
    for s in song.channels(at).iter_mut().flatten() {
        toss = toss.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *s = if level == 0 && toss > u32::MAX / 2 { step } else { 0.0 };
    }
    if level == 2 {
        let second = song.rate() as usize;
        song.part(at).audio.resize(second);
    }
}

fn shorten(song: &mut Song, at: usize, level: usize) {
    let longest = song.stems.iter().map(|s| s.audio.frames()).max().unwrap_or(0);
    let missing = [song.rate() / 10.0, 2.0 * song.rate(), longest as f64 / 2.0][level] as usize;
    song.part(at).audio.resize(longest - missing);
}

/// Deals the longest stems out over more files, second by second.
fn split(song: &mut Song, count: usize) {
    let second = song.rate() as usize;
    let whole = song.stems[0].audio.clone();
    let pieces = count - song.stems.len() + 1;
    for piece in 0..pieces {
        let mut audio = whole.clone();
        for channel in &mut audio.channels {
            for (n, part) in channel.chunks_mut(second).enumerate() {
                if n % pieces != piece {
                    part.fill(0.0);
                }
            }
        }
        if piece == 0 {
            song.part(0).audio = audio;
        } else {
            song.add(&format!("part {piece}"), audio);
        }
    }
}
