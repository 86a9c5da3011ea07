use std::f64::consts::PI;

use acetate_model::{Block, Dbfs, Degrees, Hz, Params, Percent, Processor, Settings, Spec, amplitude};

/// A tone that is softer than this on one side is not there.
const NONE_DBFS: f64 = -140.0;
/// Frames after which the oscillators are set anew, so that rounding does not add up.
const ANEW: u64 = 4096;

/// Takes out tones that last from the first frame to the last and never change: a hum whose frequency, level and phase
/// are known, from a stem that never rests. Each is subtracted as a sine, so the music keeps what it has at the same
/// frequency. Where the signal is digital silence, as behind a gate, nothing is subtracted.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct TonesSettings {
    /// How much of each is taken out.
    #[param(default = 100.0, range = 0.0..=100.0, amount)]
    pub share_percent: Percent,
    /// The tones.
    #[param(max = 16)]
    pub tones: Vec<Tone>,
}

/// A steady sine.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct Tone {
    /// Its frequency.
    #[param(default = 50.0, range = 10.0..=2000.0, log)]
    pub freq_hz: Hz,
    /// Its peak on the left, and on both sides of what is not stereo.
    #[param(default = -140.0, range = -140.0..=0.0)]
    pub left_dbfs: Dbfs,
    /// How far a cosine on the left has turned at the first frame.
    #[param(default = 0.0, range = -360.0..=360.0)]
    pub left_degrees: Degrees,
    /// Its peak on the right.
    #[param(default = -140.0, range = -140.0..=0.0)]
    pub right_dbfs: Dbfs,
    /// How far a cosine on the right has turned at the first frame.
    #[param(default = 0.0, range = -360.0..=360.0)]
    pub right_degrees: Degrees,
}

impl Settings for TonesSettings {
    const ID: &'static str = "tones";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "tones": [{ "freq_hz": 50, "left_dbfs": -60, "right_dbfs": -60 }] }"#;
    type Processor = Tones;

    fn build(&self, spec: &Spec) -> Tones {
        let share = self.share_percent.0 / 100.0;
        let of_channel = |tone: &Tone, channel: usize| {
            let right = (channel, spec.channels) == (1, 2);
            let (dbfs, degrees) = if right {
                (tone.right_dbfs, tone.right_degrees)
            } else {
                (tone.left_dbfs, tone.left_degrees)
            };
            let peak = if dbfs.0 > NONE_DBFS { share * amplitude(dbfs.0) } else { 0.0 };
            let (sin, cos) = libm::sincos(degrees.0 * PI / 180.0);
            [peak * cos, peak * sin]
        };
        let sine = |tone: &Tone| Sine {
            turns: tone.freq_hz.0 / spec.rate(),
            peaks: (0..spec.channels).map(|channel| of_channel(tone, channel)).collect(),
        };
        let sines: Vec<Sine> = self.tones.iter().map(sine).collect();
        Tones { sines: sines.into_iter().filter(Sine::sounds).collect(), frame: 0 }
    }
}

/// One tone in all channels.
#[derive(Debug, Clone)]
struct Sine {
    /// Turns per frame.
    turns: f64,
    /// Real and imaginary part of the amplitude in each channel at the first frame.
    peaks: Vec<[f64; 2]>,
}

impl Sine {
    fn sounds(&self) -> bool {
        self.peaks.iter().flatten().any(|part| *part != 0.0)
    }

    /// Subtracts it from what begins at this frame.
    fn subtract(&self, channels: &mut [Vec<f32>], from: usize, to: usize, frame: u64) {
        let (turn_sin, turn_cos) = libm::sincos(2.0 * PI * self.turns);
        for (channel, [re, im]) in channels.iter_mut().zip(&self.peaks) {
            let begin = 2.0 * PI * (self.turns * frame as f64).fract();
            let (mut sin, mut cos) = libm::sincos(begin);
            for x in &mut channel[from..to] {
                if *x != 0.0 {
                    *x = (f64::from(*x) - (re * cos - im * sin)) as f32;
                }
                (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
            }
        }
    }
}

/// A canceller of steady tones.
#[derive(Debug, Clone)]
pub struct Tones {
    sines: Vec<Sine>,
    frame: u64,
}

impl Processor for Tones {
    fn process(&mut self, block: &mut Block) {
        // what is taken from the sum is taken from one of those that it is the sum of
        for signal in block.signals().take(2) {
            let frames = signal.frames();
            let mut from = 0;
            while from < frames {
                let at = self.frame + from as u64;
                let to = frames.min(from + (ANEW - at % ANEW) as usize);
                for sine in &self.sines {
                    sine.subtract(&mut signal.channels, from, to, at);
                }
                from = to;
            }
        }
        self.frame += block.frames() as u64;
    }

    fn reset(&mut self) {
        self.frame = 0;
    }

    fn latency(&self) -> usize {
        0
    }
}
