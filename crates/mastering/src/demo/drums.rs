//! Kick, snare, hats and a crash in a small room.

use super::score::hits;
use super::space::Room;
use super::synth::{Decay, Filter, Noise, sine, wrapped};
use super::track::{Track, panned};

/// The metal of hats and crash: six square waves, two octaves up, that share no harmonics, in Hz.
const METAL_HZ: [f64; 6] = [205.3, 304.4, 369.6, 522.7, 540.0, 800.0];
const METAL_LEVEL: f64 = 0.1;

pub(super) fn play(track: &mut Track) {
    for (nth, (_, _, at, strength)) in hits(|g| g.snare).enumerate() {
        snare(track, at, 0.5 * strength, nth as u64);
    }
    for (nth, (_, _, at, strength)) in hits(|g| g.hat).enumerate() {
        metal(track, at, 0.22 * strength, 0.06, 0.3, nth as u64);
    }
    for (nth, (_, _, at, strength)) in hits(|g| g.open_hat).enumerate() {
        metal(track, at, 0.2 * strength, 0.25, 0.3, 1000 + nth as u64);
    }
    for (nth, (_, _, at, strength)) in hits(|g| g.crash).enumerate() {
        metal(track, at, 0.19 * strength, 1.0, -0.3, 2000 + nth as u64);
    }
    Room { seconds: 0.45, bright_hz: 5000.0, level: 0.16 }.ring(track);
    for (_, _, at, strength) in hits(|g| g.kick) {
        kick(track, at, 0.75 * strength);
    }
}

/// A sine that falls in pitch, with a click.
fn kick(track: &mut Track, at: f64, level: f64) {
    let rate = track.rate;
    let (mut pitch, mut body, mut click) =
        (Decay::new(0.03, rate), Decay::new(0.13, rate), Decay::new(0.003, rate));
    let (mut noise, mut phase) = (Noise::new(7), 0.0);
    track.add(at, 0.6, || {
        phase += (52.0 + 170.0 * pitch.next()) / rate;
        let sample = level * (body.next() * sine(phase) + 0.25 * click.next() * noise.next());
        [sample; 2]
    });
}

/// Two modes of a skin, and the noise of the wires.
fn snare(track: &mut Track, at: f64, level: f64, seed: u64) {
    let rate = track.rate;
    let (mut skin, mut wires) = (Decay::new(0.07, rate), Decay::new(0.11, rate));
    let mut noises = [Noise::new(31 + 2 * seed), Noise::new(32 + 2 * seed)];
    let mut filters = [Filter::at(2600.0 / rate, 0.6), Filter::at(2600.0 / rate, 0.6)];
    let mut time = 0.0;
    track.add(at, 0.7, || {
        time += 1.0 / rate;
        let tone = 0.6 * skin.next() * (sine(187.0 * time) + 0.6 * sine(331.0 * time));
        let wire = wires.next();
        std::array::from_fn(|c| {
            let hiss = filters[c].next(noises[c].next());
            level * (tone + 0.8 * wire * (hiss.band + 0.35 * hiss.high))
        })
    });
}

/// Noise and square waves above 6 kHz.
fn metal(track: &mut Track, at: f64, level: f64, seconds: f64, side: f64, seed: u64) {
    let rate = track.rate;
    let mut decay = Decay::new(seconds, rate);
    let mut noise = Noise::new(77 + seed);
    let mut squares = METAL_HZ.map(|hz| (4.0 * hz / rate, 0.0));
    let mut filter = Filter::at(6500.0 / rate, 0.9);
    let gains = panned(side);
    track.add(at, 6.0 * seconds, || {
        let mut ring = 0.0;
        for (step, phase) in &mut squares {
            *phase = wrapped(*phase + *step);
            ring += METAL_LEVEL.copysign(*phase - 0.5);
        }
        let bright = level * decay.next() * filter.next(ring + 0.5 * noise.next()).high;
        gains.map(|gain| gain * bright)
    });
}
