//! A round synthesiser bass, doubled to both sides.

use super::score::{BARS, BEAT, hits, hz};
use super::synth::{Filter, Gate, Saw, sine};
use super::track::Track;

/// By how much the sides are out of tune with each other: the flaw that widens the low end.
const DETUNE: f64 = 0.0016;

/// How much of the doubling stays on its own side.
const WIDTH: f64 = 0.45;

pub(super) fn play(track: &mut Track) {
    let starts: Vec<_> = hits(|g| g.bass).collect();
    for (nth, &(bar, letter, at, strength)) in starts.iter().enumerate() {
        let until = starts.get(nth + 1).map_or(at + 4.0 * BEAT, |next| next.2);
        let (octave, strength) = if letter == 'o' { (12, 1.6 * strength) } else { (0, strength) };
        note(track, hz(BARS[bar].root + octave), at, (until - at).min(4.0 * BEAT) - 0.02, 0.68 * strength);
    }
}

fn note(track: &mut Track, hz: f64, at: f64, seconds: f64, level: f64) {
    let rate = track.rate;
    let mut gate = Gate::new([0.006, seconds, 0.03], rate);
    let mut bite = Gate::new([0.004, 0.03, 0.18], rate);
    let mut saws = [Saw::at(0.0), Saw::at(0.07)];
    let mut filters = [Filter::at(0.0, 1.1), Filter::at(0.0, 1.1)];
    let mut phase = 0.0;
    track.add(at, seconds + 0.3, || {
        let (open, cutoff) = (gate.next(), (160.0 + 900.0 * bite.next()) / rate);
        phase += hz / rate;
        let sub = 0.55 * sine(phase);
        let growls: [f64; 2] = std::array::from_fn(|side| {
            let step = hz / rate * if side == 0 { 1.0 - DETUNE } else { 1.0 + DETUNE };
            filters[side].move_to(cutoff);
            filters[side].next(saws[side].next(step)).low
        });
        let middle = (1.0 - WIDTH) * (growls[0] + growls[1]) * 0.5;
        growls.map(|growl| level * open * (sub + middle + WIDTH * growl))
    });
}
