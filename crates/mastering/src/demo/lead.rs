//! A singing synthesiser: saws through two formants, with vibrato, echoes and a hall.

use super::score::{BEAT, CHORUS_FROM, MELODY, hz, moment};
use super::space::{Room, echo};
use super::synth::{Filter, Gate, Noise, Saw, sine};
use super::track::Track;

/// The resonances of a sung "ah", in Hz, with their Q and level (Peterson and Barney, JASA 24, 1952).
const FORMANTS: [(f64, f64, f64); 3] = [(730.0, 3.0, 1.0), (1090.0, 4.0, 0.7), (2440.0, 4.0, 0.9)];

pub(super) fn play(track: &mut Track) {
    for (bar, beat, beats, key) in MELODY {
        let (at, seconds) = (moment(bar, beat), 0.94 * beats * BEAT);
        let level = if bar < CHORUS_FROM { 0.2 } else { 0.24 };
        note(track, hz(key), at, seconds, level);
        if bar >= CHORUS_FROM {
            note(track, 0.5 * hz(key), at, seconds, 0.5 * level);
        }
    }
    echo(track, 0.75 * BEAT, 0.35, 0.28);
    Room { seconds: 1.8, bright_hz: 4500.0, level: 0.1 }.ring(track);
}

fn note(track: &mut Track, hz: f64, at: f64, seconds: f64, level: f64) {
    let rate = track.rate;
    let mut gate = Gate::new([0.02, seconds, 0.07], rate);
    let mut depth = Gate::new([0.35, seconds, 0.2], rate);
    let mut saws = [Saw::at(0.0), Saw::at(0.37)];
    let mut filters = FORMANTS.map(|(formant, q, _)| Filter::at(formant / rate, q));
    let mut tone = Filter::at(0.0, 0.7);
    let (mut breath, mut time) = (Noise::new(hz as u64), 0.0);
    track.add(at, seconds + 0.5, || {
        time += 1.0 / rate;
        let vibrato = 1.0 + 0.006 * depth.next() * sine(5.4 * time);
        let step = hz * vibrato / rate;
        let reed = 0.5 * (saws[0].next(0.9985 * step) + saws[1].next(1.0015 * step)) + 0.03 * breath.next();
        let sung: f64 = FORMANTS
            .iter()
            .zip(&mut filters)
            .map(|((_, q, gain), filter)| gain / q * filter.next(reed).band)
            .sum();
        let open = gate.next();
        tone.move_to((600.0 + 4400.0 * open) / rate);
        [level * open * (1.6 * sung + 0.6 * tone.next(reed).low); 2]
    });
}
