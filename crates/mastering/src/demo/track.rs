//! A stem while it is being made.

use acetate_model::{Audio, amplitude};

use super::synth::one_pole;

/// Two channels, loud as they come.
pub(super) struct Track {
    pub rate: f64,
    pub channels: [Vec<f64>; 2],
}

impl Track {
    /// Silence.
    pub fn new(rate_hz: u32, seconds: f64) -> Self {
        let rate = f64::from(rate_hz);
        let frames = (seconds * rate) as usize;
        Self { rate, channels: [vec![0.0; frames], vec![0.0; frames]] }
    }

    /// Adds up to some seconds of sound from a moment on; `sound` gives the left and right of each frame.
    pub fn add(&mut self, at_seconds: f64, seconds: f64, mut sound: impl FnMut() -> [f64; 2]) {
        let frames = self.channels[0].len();
        let from = ((at_seconds * self.rate) as usize).min(frames);
        let to = (from + (seconds * self.rate) as usize).min(frames);
        let [left, right] = &mut self.channels;
        for (l, r) in left[from..to].iter_mut().zip(&mut right[from..to]) {
            let [to_left, to_right] = sound();
            *l += to_left;
            *r += to_right;
        }
    }

    /// Changes every frame by what came before.
    pub fn each(&mut self, mut change: impl FnMut([f64; 2]) -> [f64; 2]) {
        let [left, right] = &mut self.channels;
        for (l, r) in left.iter_mut().zip(right) {
            [*l, *r] = change([*l, *r]);
        }
    }

    /// A first-order shelf over the top.
    pub fn soften_top(&mut self, hz: f64, gain_db: f64) {
        let (pole, gain) = (one_pole(hz, self.rate), amplitude(gain_db));
        let mut low = [0.0; 2];
        self.each(|frame| {
            std::array::from_fn(|c| {
                low[c] += pole * (frame[c] - low[c]);
                low[c] + gain * (frame[c] - low[c])
            })
        });
    }

    /// A straight line to silence at the end.
    pub fn fade_out(&mut self, seconds: f64) {
        let frames = (seconds * self.rate) as usize;
        for channel in &mut self.channels {
            for (left, sample) in channel.iter_mut().rev().take(frames).enumerate() {
                *sample *= left as f64 / frames as f64;
            }
        }
    }

    /// The finished stem.
    pub fn into_audio(self, gain: f64) -> Audio {
        let channels = self.channels.iter().map(|c| c.iter().map(|s| (s * gain) as f32).collect());
        Audio { rate_hz: self.rate as u32, channels: channels.collect() }
    }
}

/// Left and right gains of a position from -1 (left) to 1 (right), at constant power.
pub(super) fn panned(position: f64) -> [f64; 2] {
    [(0.5 * (1.0 - position)).sqrt(), (0.5 * (1.0 + position)).sqrt()]
}
