//! Files that are not what they claim to be.

use std::f64::consts::PI;

use acetate_files::{Resampled, WavBits};
use acetate_mastering::model::{Audio, Place, Quantity, Session, Source, Stem};

use super::super::{Fault, song::Song};
use super::basics::{amplitude, heard, peak};

pub(in super::super) const FAULTS: &[Fault] = &[
    Fault {
        name: "cut off like an MP3",
        codes: &["lossy_origin"],
        levels: ["18 kHz", "17 kHz", "16 kHz"],
        suits: bright,
        inject: encode,
    },
    Fault {
        name: "upsampled",
        codes: &["upsampled"],
        levels: ["to twice the rate", "from half the rate", "to four times the rate"],
        suits: brightest,
        inject: upsample,
    },
    Fault {
        name: "padded bits",
        codes: &["padded_bits"],
        levels: ["20 in 24", "16 in 24", "16 in float"],
        suits: heard,
        inject: pad,
    },
    Fault {
        name: "limited, then turned down",
        codes: &["limited_on_the_way"],
        levels: ["3 dB", "6 dB", "10 dB"],
        suits: busy,
        inject: limit,
    },
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

/// The band in which encoders cut off stands so far above the noise of 16 bits that a cliff can be told from its floor.
fn bright(session: &Session, stem: &Stem) -> bool {
    has(session, stem, 16_000.0)
}

/// The same for converters of rates.
fn brightest(session: &Session, stem: &Stem) -> bool {
    has(session, stem, 20_000.0)
}

fn has(session: &Session, stem: &Stem, at_hz: f64) -> bool {
    let bands = session.readings.spectrum(&Place::stem(&stem.name), Quantity::Spectrum).unwrap_or_default();
    bands.iter().any(|(hz, db)| (hz / at_hz - 1.0).abs() < 0.05 && *db > -66.0)
}

/// Plays most of the time, and not the same sound again and again.
fn busy(session: &Session, stem: &Stem) -> bool {
    read(session, stem, Quantity::Activity) > 50.0
        && read(session, stem, Quantity::PileUpPeaks) < 20.0
        && read(session, stem, Quantity::ClippedRuns) == 0.0
}

fn centred(session: &Session, stem: &Stem) -> bool {
    heard(session, stem)
        && read(session, stem, Quantity::Activity) > 50.0
        && read(session, stem, Quantity::Correlation) > 0.5
}

fn wide(session: &Session, stem: &Stem) -> bool {
    let mono_is_odd = !matches!(stem.role.key(), "bass" | "kick" | "lead_vocal");
    mono_is_odd && read(session, stem, Quantity::SideToMid) > -40.0
}

/// Evenly spread between -1 and 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// To a depth, with dither.
fn quantise(channels: &mut [Vec<f32>], bits: i32) {
    let steps = libm::exp2f((bits - 1) as f32);
    let mut noise = Noise(1);
    for s in channels.iter_mut().flatten() {
        *s = (*s * steps + 0.5 * (noise.next() + noise.next())).round() / steps;
    }
}

/// Half of a symmetric windowed sinc, from its middle on.
fn low_pass(of_rate: f64) -> Vec<f32> {
    const HALF: usize = 200;
    let tap = |n: usize| {
        let x = n as f64;
        let sinc = if n == 0 { 2.0 * of_rate } else { libm::sin(2.0 * PI * of_rate * x) / (PI * x) };
        let blackman =
            0.42 + 0.5 * libm::cos(PI * x / HALF as f64) + 0.08 * libm::cos(2.0 * PI * x / HALF as f64);
        (sinc * blackman) as f32
    };
    (0..HALF).map(tap).collect()
}

/// The shelf that encoders leave, decoded to 16 bits.
fn encode(song: &mut Song, at: usize, level: usize) {
    let half = low_pass([17_800.0, 16_800.0, 15_800.0][level] / song.rate());
    let channels = song.channels(at);
    for samples in channels.iter_mut() {
        let pad = half.len();
        let mut padded = vec![0.0; pad];
        padded.extend_from_slice(samples);
        padded.resize(samples.len() + 2 * pad, 0.0);
        for (n, s) in samples.iter_mut().enumerate() {
            let middle = n + pad;
            let ahead = &padded[middle + 1..middle + pad];
            let behind = padded[middle + 1 - pad..middle].iter().rev();
            let sides = ahead.iter().zip(behind).zip(&half[1..]).map(|((a, b), tap)| tap * (a + b));
            *s = half[0] * padded[middle] + sides.sum::<f32>();
        }
    }
    quantise(channels, 16);
}

fn at_rate(audio: Audio, rate_hz: u32) -> Audio {
    let mut all = Audio::silence(rate_hz, audio.channels.len(), 0);
    let mut resampled = Resampled::new(audio.into_source(), rate_hz);
    let mut block = Audio::default();
    while resampled.read(&mut block, 1 << 16).unwrap_or(0) > 0 {
        for (all, new) in all.channels.iter_mut().zip(&block.channels) {
            all.extend_from_slice(new);
        }
    }
    all
}

fn upsample(song: &mut Song, at: usize, level: usize) {
    let part = song.part(at);
    let rate_hz = part.audio.rate_hz;
    let audio = std::mem::take(&mut part.audio);
    part.audio = match level {
        0 => at_rate(audio, 2 * rate_hz),
        1 => at_rate(at_rate(audio, rate_hz / 2), rate_hz),
        _ => at_rate(audio, 4 * rate_hz),
    };
    quantise(&mut part.audio.channels, 24);
}

fn pad(song: &mut Song, at: usize, level: usize) {
    let (bits, file) = [(20, WavBits::Int24), (16, WavBits::Int24), (16, WavBits::Float32)][level];
    quantise(song.channels(at), bits);
    song.part(at).bits = file;
}

/// A limiter that looks ahead and lets go in 60 ms; then 2 dB down and to 16 bits, so that no two peaks are equal.
fn limit(song: &mut Song, at: usize, level: usize) {
    let rate = song.rate();
    let ceiling = peak(&song.stems[at].audio) * amplitude([-3.0, -6.0, -10.0][level]);
    let (ahead, release) = ((rate * 0.002) as usize, 1.0 - libm::exp(-1.0 / (0.06 * rate)) as f32);
    let channels = song.channels(at);
    let frames = channels.iter().map(Vec::len).min().unwrap_or(0);
    let wanted: Vec<f32> = (0..frames)
        .map(|n| ceiling / channels.iter().fold(ceiling, |most, c| most.max(c[n].abs())))
        .collect();
    // the lowest gain within reach, held and let go, then smoothed over the reach
    let lowest = |n: usize| wanted[n..frames.min(n + ahead)].iter().fold(1.0f32, |low, g| low.min(*g));
    let mut gain = 1.0f32;
    let held: Vec<f32> = (0..frames)
        .map(|n| {
            gain = lowest(n).min(gain + release * (1.0 - gain));
            gain
        })
        .collect();
    let mut sum = ahead as f64;
    for n in 0..frames {
        sum += f64::from(held[n]) - if n >= ahead { f64::from(held[n - ahead]) } else { 1.0 };
        let gain = (sum / ahead as f64) as f32 * amplitude(-2.0);
        channels.iter_mut().for_each(|c| c[n] *= gain);
    }
    quantise(channels, 16);
}

/// In the middle, where it plays.
fn drop_out(song: &mut Song, at: usize, level: usize) {
    let length = (song.rate() * [3.0, 5.0, 10.0][level]) as usize;
    let right = &mut song.channels(at)[1];
    let power =
        |from: usize| right[from..from + length].iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>();
    let places = (length / 2..right.len().saturating_sub(length + length / 2)).step_by(length / 4);
    let from = places.max_by(|a, b| power(*a).total_cmp(&power(*b))).unwrap_or(0);
    let to = right.len().min(from + length);
    right[from..to].fill(0.0);
}

fn to_noisy_mono(song: &mut Song, at: usize, level: usize) {
    let [left, right] = &mut song.channels(at)[..] else { return };
    let power: f64 =
        left.iter().zip(right.iter()).map(|(l, r)| 0.25 * f64::from(l + r) * f64::from(l + r)).sum();
    let rms = libm::sqrt(power / left.len().max(1) as f64) as f32;
    // evenly spread noise has a third of the power of its highest value
    let highest = rms * amplitude([-62.0, -66.0, -72.0][level]) * libm::sqrtf(3.0);
    let mut noise = Noise(2);
    for (l, r) in left.iter_mut().zip(right) {
        let (mid, side) = (0.5 * (*l + *r), highest * noise.next());
        (*l, *r) = (mid + side, mid - side);
    }
}
