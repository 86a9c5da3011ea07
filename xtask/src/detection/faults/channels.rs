//! Faults of one side, or of both alike.

use acetate_mastering::model::{Place, Quantity, Role, Session, Stem};

use super::super::{Fault, song::Song};
use super::basics::{amplitude, heard};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "a channel drops out",
        codes: &["dead_channel"],
        levels: ["3 s", "5 s", "10 s"],
        suits: centred,
        inject: drop_out,
    },
    Fault {
        name: "mono but for noise",
        codes: &["mono"],
        levels: ["-62 dB", "-66 dB", "-72 dB"],
        suits: wide,
        inject: to_noisy_mono,
    },
];

fn read(session: &Session, stem: &Stem, quantity: Quantity) -> f64 {
    session.readings.scalar(&Place::stem(&stem.name), quantity).unwrap_or(f64::NEG_INFINITY)
}

/// Plays most of the time on both sides, so that a side can be missed.
fn centred(session: &Session, stem: &Stem) -> bool {
    heard(session, stem)
        && read(session, stem, Quantity::Activity) > 50.0
        && read(session, stem, Quantity::Correlation) > 0.5
}

fn wide(session: &Session, stem: &Stem) -> bool {
    let mono_is_the_rule = matches!(stem.trusted_role(), Role::Bass | Role::Kick | Role::LeadVocal);
    !mono_is_the_rule && read(session, stem, Quantity::SideToMid) > -40.0
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum()
}

/// Where it is loudest, away from the ends.
fn drop_out(song: &mut Song, at: usize, level: usize) {
    let length = (song.rate() * [3.0, 5.0, 10.0][level]) as usize;
    let right = &mut song.channels(at)[1];
    let places = (length / 2..right.len().saturating_sub(length + length / 2)).step_by(length / 4);
    let loudness = |from: &usize| power(&right[*from..*from + length]);
    let from = places.max_by(|a, b| loudness(a).total_cmp(&loudness(b))).unwrap_or(0);
    let to = right.len().min(from + length);
    right[from..to].fill(0.0);
}

/// Noise in the place of the side, so far below the middle.
fn to_noisy_mono(song: &mut Song, at: usize, level: usize) {
    let [left, right] = &mut song.channels(at)[..] else { return };
    for (l, r) in left.iter_mut().zip(right.iter()) {
        *l = 0.5 * (*l + r);
    }
    let rms = (power(left) / left.len().max(1) as f64).sqrt() as f32;
    // evenly spread noise has a third of the power of its highest value
    let highest = rms * amplitude([-62.0, -66.0, -72.0][level]) * 3f32.sqrt();
    let mut toss = 1u32;
    for (l, r) in left.iter_mut().zip(right) {
        toss = toss.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let side = highest * ((toss >> 8) as f32 / 8_388_608.0 - 1.0);
        (*l, *r) = (*l + side, *l - side);
    }
}
