//! Rooms and echoes.

use super::synth::one_pole;
use super::track::Track;

/// A room: four delay lines that feed each other through a Hadamard matrix (Jot and Chaigne, AES 90, 1991).
pub(super) struct Room {
    /// How long a decay by 60 dB takes.
    pub seconds: f64,
    /// Above this the walls swallow the sound.
    pub bright_hz: f64,
    /// Its level beside the direct sound.
    pub level: f64,
}

/// The lines' lengths, without a common divisor, in seconds.
const LINES: [f64; 4] = [0.0297, 0.0371, 0.0411, 0.0437];

impl Room {
    /// Lets a track ring in the room.
    pub fn ring(&self, track: &mut Track) {
        let mut lines = LINES.map(|seconds| vec![0.0; (seconds * track.rate) as usize]);
        let gains = LINES.map(|seconds| 0.5 * libm::pow(10.0, -3.0 * seconds / self.seconds));
        let (pole, level) = (one_pole(self.bright_hz, track.rate), self.level);
        let (mut at, mut walls) = ([0; 4], [0.0; 4]);
        track.each(|[left, right]| {
            for n in 0..4 {
                walls[n] += pole * (gains[n] * lines[n][at[n]] - walls[n]);
            }
            let [a, b, c, d] = walls;
            let fed =
                [left + a + b + c + d, right + a - b + c - d, left + a + b - c - d, right + a - b - c + d];
            for n in 0..4 {
                lines[n][at[n]] = fed[n];
                at[n] = (at[n] + 1) % lines[n].len();
            }
            [left + level * (a + c), right + level * (b + d)]
        });
    }
}

/// Echoes that change sides and lose their top.
pub(super) fn echo(track: &mut Track, seconds: f64, feedback: f64, level: f64) {
    let length = (seconds * track.rate) as usize;
    let mut lines = [vec![0.0; length], vec![0.0; length]];
    let pole = one_pole(2500.0, track.rate);
    let (mut at, mut dull) = (0, [0.0; 2]);
    track.each(|[left, right]| {
        for n in 0..2 {
            dull[n] += pole * (lines[n][at] - dull[n]);
        }
        lines[0][at] = left + feedback * dull[1];
        lines[1][at] = feedback * dull[0] + 0.3 * right;
        at = (at + 1) % length;
        [left + level * dull[0], right + level * dull[1]]
    });
}
