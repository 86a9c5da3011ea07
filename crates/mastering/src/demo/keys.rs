//! An electric piano: two sines, one bending the other, with a slow tremolo between the sides.

use super::score::{BARS, BEAT, CHORUS_FROM, hits, hz};
use super::space::Room;
use super::synth::{Decay, Gate, Noise, one_pole, sine, wrapped};
use super::track::{Track, panned};

pub(super) fn play(track: &mut Track) {
    let starts: Vec<_> = hits(|g| g.keys).collect();
    for (nth, &(bar, _, at, strength)) in starts.iter().enumerate() {
        let until = starts.get(nth + 1).map_or(at + 4.0 * BEAT, |next| next.2);
        let level = strength * if bar < CHORUS_FROM { 0.18 } else { 0.22 };
        for (voice, &key) in BARS[bar].chord.iter().enumerate() {
            let strummed = at + 0.006 * voice as f64;
            note(track, hz(key), strummed, until - at, level, 0.25 * (voice as f64 - 1.5));
        }
        if bar >= CHORUS_FROM {
            note(track, 2.0 * hz(BARS[bar].chord[3]), at, until - at, 0.5 * level, 0.6);
        }
    }
    tremolo(track);
    Room { seconds: 1.4, bright_hz: 3500.0, level: 0.12 }.ring(track);
    rumble(track, 0.04);
}

fn note(track: &mut Track, hz: f64, at: f64, seconds: f64, level: f64, position: f64) {
    let rate = track.rate;
    let (mut gate, mut fade) = (Gate::new([0.002, seconds, 0.08], rate), Decay::new(1.3, rate));
    let (mut bark, mut tine) = (Decay::new(0.35, rate), Decay::new(0.06, rate));
    let (step, gains) = (hz / rate, panned(position));
    let mut phase = 0.0;
    track.add(at, seconds + 0.3, || {
        phase = wrapped(phase + step);
        let bend = 0.28 * bark.next() * sine(phase) + 0.05 * tine.next() * sine(14.0 * phase);
        let sample = level * gate.next() * fade.next() * sine(phase + bend);
        gains.map(|gain| gain * sample)
    });
}

fn tremolo(track: &mut Track) {
    let (step, mut phase) = (1.0 / (2.0 * BEAT * track.rate), 0.0);
    track.each(|[left, right]| {
        phase += step;
        let sway = 0.2 * sine(phase);
        [left * (1.0 + sway), right * (1.0 - sway)]
    });
}

/// The flaw: a floor that shakes below what is heard.
fn rumble(track: &mut Track, level: f64) {
    let pole = one_pole(12.0, track.rate);
    let gain = level / pole.sqrt();
    let (mut noise, mut stages) = (Noise::new(5), [0.0; 3]);
    track.each(|frame| {
        let mut shake = gain * noise.next();
        for stage in &mut stages {
            *stage += pole * (shake - *stage);
            shake = *stage;
        }
        frame.map(|sample| sample + shake)
    });
}
