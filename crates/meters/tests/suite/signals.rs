//! Signals with known properties, and short ways to read them.

use std::f64::consts::PI;

use acetate_meters::{METERS, MeterBank};
use acetate_model::{Audio, MeterEntry, Place, Quantity, Readings, Spec, amplitude};

/// The rate of the EBU's signals.
pub const RATE_HZ: u32 = 48_000;

/// Frames in `seconds`.
pub fn frames(seconds: f64) -> usize {
    (seconds * f64::from(RATE_HZ)).round() as usize
}

/// Left and right from a function of the frame.
pub fn stereo(frames: usize, sample: impl Fn(usize) -> [f64; 2]) -> Audio {
    let mut audio = Audio::silence(RATE_HZ, 2, frames);
    for n in 0..frames {
        for (channel, value) in audio.channels.iter_mut().zip(sample(n)) {
            channel[n] = value as f32;
        }
    }
    audio
}

/// The same on both sides.
pub fn centre(frames: usize, sample: impl Fn(usize) -> f64) -> Audio {
    stereo(frames, |n| [sample(n); 2])
}

/// A sine whose crests stand at `peak_dbfs`.
pub fn sine(hz: f64, peak_dbfs: f64, seconds: f64) -> Audio {
    let step = 2.0 * PI * hz / f64::from(RATE_HZ);
    centre(frames(seconds), |n| amplitude(peak_dbfs) * libm::sin(step * n as f64))
}

/// 1 kHz on both sides in steps of (peak in dBFS, seconds), without a jump of phase; `None` is silence.
pub fn steps(steps: impl IntoIterator<Item = (Option<f64>, f64)>) -> Audio {
    let mut samples = Vec::new();
    for (peak_dbfs, seconds) in steps {
        let level = peak_dbfs.map_or(0.0, amplitude);
        let tone = |n: usize| (level * libm::sin(2.0 * PI * (n % 48) as f64 / 48.0)) as f32;
        samples.extend((samples.len()..samples.len() + frames(seconds)).map(tone));
    }
    Audio { rate_hz: RATE_HZ, channels: vec![samples.clone(), samples] }
}

/// White noise, evenly spread between -1 and 1: a power of 1/3.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 32) as f64 / f64::from(1u32 << 31) - 1.0
    }
}

/// Everything that all meters say.
pub fn read(audio: &Audio) -> Readings {
    read_in_blocks(audio, audio.frames())
}

/// The same, heard in blocks.
pub fn read_in_blocks(audio: &Audio, frames: usize) -> Readings {
    let mut bank = MeterBank::new(&spec(audio, frames));
    audio.blocks(frames).for_each(|block| bank.push(&block));
    Readings(bank.readings(&Place::Master))
}

/// One scalar.
#[track_caller]
pub fn scalar(audio: &Audio, quantity: Quantity) -> f64 {
    let reads = |entry: &&MeterEntry| entry.quantities.contains(&quantity);
    let entry = METERS.iter().find(reads).unwrap_or_else(|| panic!("no meter reads {quantity}"));
    let mut bank = MeterBank::only(&spec(audio, audio.frames()), &[entry.id]);
    bank.push(audio);
    let readings = Readings(bank.readings(&Place::Master));
    readings.scalar(&Place::Master, quantity).unwrap_or_else(|| {
        panic!("{quantity}: expected a number, found {:?}", readings.get(&Place::Master, quantity))
    })
}

fn spec(audio: &Audio, max_frames: usize) -> Spec {
    Spec::new(audio.rate_hz, audio.channels.len(), max_frames)
}

/// A spectrum as (Hz, dB).
pub fn spectrum(audio: &Audio, quantity: Quantity) -> Vec<(f64, f64)> {
    read(audio).spectrum(&Place::Master, quantity).unwrap_or_else(|| panic!("{quantity} is not a spectrum"))
}

/// Fails unless `found` lies within `tolerance` of `expected`.
#[track_caller]
pub fn assert_near(found: f64, expected: f64, tolerance: f64, what: impl std::fmt::Display) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: expected {expected} ± {tolerance}, found {found}"
    );
}
