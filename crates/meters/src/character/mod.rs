//! How a sound behaves from one short step to the next.

mod onsets;
mod pitch;
mod swing;
mod tones;

use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};
use realfft::num_complex::Complex;

use crate::transform::{Frame, Frames};

pub use swing::EDGES_HZ as SWING_EDGES_HZ;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "character",
    version: 1,
    about: "How a sound behaves from one step of 50 ms to the next, under Hann windows of twice that, over the frames \
            from -60 dBFS up: by which one hears what plays. Per band, how far the level jumps above where it mostly \
            is (95th percentile over median). How often and how hard something begins. Whether one pitch prevails, in \
            which range it lies and whether it glides, from the autocorrelation over that of the window (Boersma, IFA \
            Proceedings 17, 1993). How the colour moves while a pitch goes on, how often sibilance outweighs the rest, \
            and how near the spectrum is to noise.",
    quantities: &[
        Quantity::BandSwing,
        Quantity::Onsets,
        Quantity::Attack,
        Quantity::Periodicity,
        Quantity::Pitched,
        Quantity::PitchLow,
        Quantity::Pitch,
        Quantity::PitchHigh,
        Quantity::Glide,
        Quantity::Colour,
        Quantity::Sibilance,
        Quantity::Flatness,
    ],
    build: |spec| Box::new(Character::new(spec)),
};

const STEPS_A_SECOND: usize = 20;
/// Above, filters of converters and codecs begin.
const HIGHEST_OF_RATE: f64 = 0.45;
/// One second.
const FEWEST_FRAMES: usize = STEPS_A_SECOND;
const TOO_SHORT: &str = "less than a second above -60 dBFS";

struct Character {
    frames: Frames,
    listeners: Listeners,
}

struct Listeners {
    powers: Vec<f32>,
    swing: swing::Swing,
    onsets: onsets::Onsets,
    pitch: pitch::Pitch,
    tones: tones::Tones,
}

/// The bins of a frequency range.
struct Bins {
    bin_hz: f64,
    count: usize,
}

impl Bins {
    fn between(&self, from_hz: f64, to_hz: f64) -> std::ops::Range<usize> {
        let bin = |hz: f64| ((hz / self.bin_hz).round() as usize).min(self.count);
        bin(from_hz)..bin(to_hz)
    }
}

impl Character {
    fn new(spec: &Spec) -> Self {
        let length = 2 * (spec.rate_hz as usize / STEPS_A_SECOND).max(1);
        let bins = Bins { bin_hz: spec.rate() / length as f64, count: length / 2 + 1 };
        let highest_hz = HIGHEST_OF_RATE * spec.rate();
        Self {
            frames: Frames::new(length),
            listeners: Listeners {
                powers: vec![0.0; bins.count],
                swing: swing::Swing::new(&bins, highest_hz),
                onsets: onsets::Onsets::new(&bins, highest_hz),
                pitch: pitch::Pitch::new(&bins),
                tones: tones::Tones::new(&bins),
            },
        }
    }
}

impl Listeners {
    fn push(&mut self, frame: &Frame) {
        add_up(&mut self.powers, frame);
        self.swing.push(&self.powers);
        let bands = self.onsets.push(frame.at, &self.powers);
        let steady = self.pitch.push(frame.at, &self.powers);
        self.tones.push(&self.powers, bands, steady);
    }
}

fn add_up(powers: &mut [f32], frame: &Frame) {
    if let Some(side) = frame.side {
        for ((to, mid), side) in powers.iter_mut().zip(frame.mid).zip(side) {
            *to = mid.norm_sqr() + side.norm_sqr();
        }
    } else {
        for (to, mid) in powers.iter_mut().zip(frame.mid) {
            *to = Complex::norm_sqr(mid);
        }
    }
}

/// A sum in lanes, so that it is fast and always in the same order.
fn sum(powers: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    let (chunks, rest) = powers.as_chunks::<8>();
    for chunk in chunks {
        for (lane, power) in lanes.iter_mut().zip(chunk) {
            *lane += power;
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

impl Meter for Character {
    fn push(&mut self, block: &Audio) {
        let listeners = &mut self.listeners;
        self.frames.push(block, |frame| listeners.push(&frame));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let Listeners { swing, onsets, pitch, tones, .. } = &self.listeners;
        let mut readings = vec![(Quantity::BandSwing, swing.read())];
        readings.extend(onsets.read());
        readings.extend(pitch.read());
        readings.extend(tones.read());
        readings
    }
}
