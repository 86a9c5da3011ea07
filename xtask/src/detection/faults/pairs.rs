//! Faults between stems.

use acetate_mastering::model::{Place, Quantity, Session, Stem, Value, amplitude};

use super::super::{Fault, song::Song};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "sent twice",
        codes: &["duplicates"],
        levels: ["-6 dB and a treble shelf", "-3 dB and noise at -60 dB", "the same"],
        suits: sounds,
        inject: send_twice,
    },
    Fault {
        name: "printed into another",
        codes: &["double_printed", "wet_dry", "duplicates"],
        levels: ["at -6 dB", "at -3 dB", "at 0 dB"],
        suits: can_be_heard_in_another,
        inject: |song, victim, level| print(song, victim, [-6.0, -3.0, 0.0][level]),
    },
    Fault {
        name: "bleed",
        codes: &["bleed"],
        levels: ["at -30 dB", "at -20 dB", "at -12 dB"],
        suits: can_be_heard_in_another,
        inject: |song, victim, level| print(song, victim, [-30.0, -20.0, -12.0][level]),
    },
    Fault {
        name: "turned against its bleed",
        codes: &["stem_polarity"],
        levels: ["at -20 dB", "at -12 dB", "at -6 dB"],
        suits: can_be_heard_in_another,
        inject: |song, victim, level| {
            print(song, victim, [-20.0, -12.0, -6.0][level]);
            song.channels(victim).iter_mut().flatten().for_each(|sample| *sample = -*sample);
        },
    },
    Fault {
        name: "wet beside dry",
        codes: &["wet_dry"],
        levels: ["reverb at -6 dB", "reverb at -3 dB", "reverb at 0 dB"],
        suits: sounds,
        inject: |song, victim, level| add_wet(song, victim, [-6.0, -3.0, 0.0][level]),
    },
    Fault {
        name: "late",
        codes: &["timing"],
        levels: ["by 35 ms", "by 80 ms", "by 230 ms"],
        suits: keeps_the_beat,
        inject: |song, victim, level| {
            let late = (song.rate() * [0.035, 0.08, 0.23][level]) as usize;
            for channel in song.channels(victim) {
                let length = channel.len();
                channel.splice(0..0, std::iter::repeat_n(0.0, late));
                channel.truncate(length);
            }
        },
    },
    Fault {
        name: "parallel print out of line",
        codes: &["timing"],
        levels: ["by 1 ms", "by 5 ms", "by 20 ms"],
        suits: can_be_heard_in_another,
        inject: |song, victim, level| {
            let late = (song.rate() * [0.001, 0.005, 0.02][level]) as usize;
            mix_in(song, victim, 0.0, late);
        },
    },
];

fn at(session: &Session, stem: &Stem, quantity: Quantity) -> Option<f64> {
    session.readings.scalar(&Place::stem(&stem.name), quantity)
}

/// Long enough, and not only here and there.
fn sounds(session: &Session, stem: &Stem) -> bool {
    at(session, stem, Quantity::Activity).is_some_and(|percent| percent > 30.0)
}

/// There is another, and this one is no wall of sound in which nothing else could be heard.
fn can_be_heard_in_another(session: &Session, stem: &Stem) -> bool {
    let louder = |other: &Stem| {
        let levels = [other, stem].map(|s| at(session, s, Quantity::Integrated));
        matches!(levels, [Some(other), Some(own)] if own - other > MOST_LOUDER_DB)
    };
    let others = || session.stems.iter().filter(|other| other.name != stem.name);
    sounds(session, stem) && others().count() > 0 && !others().any(louder)
}

/// A stem that much louder than another hides what of the other bleeds into it.
const MOST_LOUDER_DB: f64 = 9.0;

/// Where the onsets of a stem match those of the rest in time.
fn keeps_the_beat(session: &Session, stem: &Stem) -> bool {
    let own = Place::stem(&stem.name);
    let in_time = session.readings.between(&own, &Place::Master, Quantity::OnsetInTime);
    matches!(in_time, Some(Value::Scalar(match_)) if *match_ >= CLEAR_BEAT) && session.stems.len() > 2
}

const CLEAR_BEAT: f64 = 0.2;

fn send_twice(song: &mut Song, victim: usize, level: usize) {
    let mut copy = song.stems[victim].audio.clone();
    let mut noise = noise();
    let loudest = copy.channels.iter().flatten().fold(0.0f32, |most, s| most.max(s.abs()));
    for channel in &mut copy.channels {
        let mut last = 0.0;
        for sample in channel {
            match level {
                0 => {
                    // a first difference added: treble up by 4 dB
                    let now = *sample;
                    *sample = 0.5 * (now + 0.3 * (now - last));
                    last = now;
                }
                1 => *sample = 0.708 * *sample + 0.001 * loudest * noise(),
                _ => {}
            }
        }
    }
    let name = format!("{}_2", song.name_of(victim));
    song.add(&name, copy);
}

/// Adds the next stem to the victim.
fn print(song: &mut Song, victim: usize, level_db: f64) {
    mix_in(song, victim, level_db, 0);
}

fn mix_in(song: &mut Song, victim: usize, level_db: f64, late: usize) {
    let other = song.stems[(victim + 1) % song.stems.len()].audio.clone();
    let gain = amplitude(level_db) as f32;
    for (to, from) in song.channels(victim).iter_mut().zip(&other.channels) {
        to.iter_mut().skip(late).zip(from).for_each(|(to, from)| *to += gain * from);
    }
}

/// Adds the stem once more in a room: noise that dies away by 60 dB in 1.2 s, behind the dry sound.
fn add_wet(song: &mut Song, victim: usize, wet_db: f64) {
    const COMBS_MS: [f64; 6] = [29.7, 37.1, 41.1, 43.7, 53.3, 61.9];
    const SECONDS: f64 = 1.2;
    let rate = song.rate();
    let mut copy = song.stems[victim].audio.clone();
    let gain = amplitude(wet_db) as f32;
    for (side, channel) in copy.channels.iter_mut().enumerate() {
        let dry = channel.clone();
        let mut wet = vec![0.0f32; dry.len()];
        for comb_ms in COMBS_MS {
            let length = ((comb_ms + 1.3 * side as f64) * rate / 1000.0) as usize;
            let feedback = amplitude(-60.0 * length as f64 / rate / SECONDS) as f32;
            let mut line = vec![0.0f32; length];
            for (n, (to, from)) in wet.iter_mut().zip(&dry).enumerate() {
                let out = line[n % length];
                line[n % length] = from + feedback * out;
                *to += out;
            }
        }
        let power = |x: &[f32]| x.iter().map(|s| f64::from(s * s)).sum::<f64>().max(1e-12);
        let level = gain * (power(&dry) / power(&wet)).sqrt() as f32;
        channel.iter_mut().zip(&wet).for_each(|(to, wet)| *to += level * wet);
    }
    let name = format!("{}_wet", song.name_of(victim));
    song.add(&name, copy);
}

/// White noise between -1 and 1.
fn noise() -> impl FnMut() -> f32 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}
