//! Known flaws, each put into one stem of a clean song.

use std::f64::consts::PI;

use acetate_mastering::model::{Audio, Block, Role, Spec, amplitude};
use acetate_processors::find;

use crate::scores::Metric;
use crate::song::{Part, Song};

/// One class of flaw.
pub(crate) struct Flaw {
    pub id: &'static str,
    /// Mild, medium and strong.
    pub levels: [f64; 3],
    pub unit: &'static str,
    /// What tells how much of it is left.
    pub metric: Metric,
    /// Which stems can hold it.
    pub suits: fn(&Song, &Part) -> bool,
    /// Puts it in; the number of the case makes some turn the other way.
    pub inject: fn(&mut Part, f64, usize),
}

pub(crate) const FLAWS: &[Flaw] = &[
    Flaw {
        id: "LVL",
        levels: [2.0, 4.0, 7.0],
        unit: "dB up or down",
        metric: Metric::Level,
        suits: heard,
        inject: |part, db, case| {
            gain(part, if case.is_multiple_of(2) { db } else { -db });
        },
    },
    Flaw {
        id: "RES",
        levels: [6.0, 9.0, 12.0],
        unit: "dB, a bell of Q 10",
        metric: Metric::Shape,
        suits: heard,
        inject: |part, db, case| {
            let hz = [420.0, 1100.0, 2600.0, 800.0][case % 4];
            bell(part, hz, 10.0, db);
        },
    },
    Flaw {
        id: "DULL",
        levels: [4.0, 7.0, 10.0],
        unit: "dB less above 3 kHz",
        metric: Metric::Shape,
        suits: bright,
        inject: |part, db, _| shelf(part, -db),
    },
    Flaw {
        id: "HARSH",
        levels: [4.0, 7.0, 10.0],
        unit: "dB more above 3 kHz",
        metric: Metric::Shape,
        suits: bright,
        inject: |part, db, _| shelf(part, db),
    },
    Flaw {
        id: "MUD",
        levels: [3.0, 5.0, 8.0],
        unit: "dB at 250 to 350 Hz",
        metric: Metric::Shape,
        suits: heard,
        inject: |part, db, case| bell(part, [250.0, 300.0, 350.0][case % 3], 1.0, db),
    },
    Flaw {
        id: "WIDEB",
        levels: [0.6, 0.2, -0.3],
        unit: "correlation below 150 Hz",
        metric: Metric::LowWidth,
        suits: |_, part| matches!(part.role, Role::Bass | Role::Kick | Role::Music),
        inject: |part, correlation, _| widen_low_end(&mut part.audio, correlation),
    },
    Flaw {
        id: "SIB",
        levels: [4.0, 7.0, 10.0],
        unit: "dB in sibilants",
        metric: Metric::Shape,
        suits: |_, part| matches!(part.role, Role::LeadVocal | Role::BackingVocal),
        inject: |part, db, _| sharpen_sibilants(&mut part.audio, db),
    },
    Flaw {
        id: "DYN",
        levels: [3.0, 5.0, 8.0],
        unit: "dB up and down, slowly",
        metric: Metric::Ride,
        suits: heard,
        inject: |part, db, case| {
            let hz = [0.2, 0.35, 0.15][case % 3];
            let rate = f64::from(part.audio.rate_hz);
            gain_over_time(&mut part.audio, |n| amplitude(db * libm::sin(2.0 * PI * hz * n as f64 / rate)));
        },
    },
    Flaw {
        id: "OVR",
        levels: [4.0, 7.0, 10.0],
        unit: "dB of compression on average",
        metric: Metric::Shape,
        suits: heard,
        inject: |part, db, _| overcompress(part, db),
    },
    Flaw {
        id: "POL",
        levels: [1.0, 1.0, 1.0],
        unit: "turned over",
        metric: Metric::Polarity,
        suits: heard,
        inject: |part, _, _| part.audio.channels.iter_mut().flatten().for_each(|x| *x = -*x),
    },
    Flaw {
        id: "DLY",
        levels: [1.0, 5.0, 15.0],
        unit: "ms late",
        metric: Metric::Delay,
        suits: heard,
        inject: |part, ms, _| {
            let frames = (ms / 1000.0 * f64::from(part.audio.rate_hz)) as usize;
            for channel in &mut part.audio.channels {
                channel.rotate_right(frames);
                channel[..frames].fill(0.0);
            }
        },
    },
    Flaw {
        id: "HUM",
        levels: [-40.0, -30.0, -20.0],
        unit: "dB re the stem, 50 or 60 Hz and harmonics",
        metric: Metric::Hum,
        suits: heard,
        inject: |part, db, case| hum(&mut part.audio, db, mains_hz(case)),
    },
    Flaw {
        id: "MASK",
        levels: [3.0, 5.0, 8.0],
        unit: "dB more of the accompaniment at 1 to 4 kHz",
        metric: Metric::Shape,
        suits: |song, part| {
            let sung = |part: &Part| part.role == Role::LeadVocal;
            song.stems.iter().any(sung) && !sung(part) && heard(song, part)
        },
        inject: |part, db, _| bell(part, 2000.0, 0.7, db),
    },
    Flaw {
        id: "CLIP",
        levels: [3.0, 6.0, 10.0],
        unit: "dB into a hard clipper",
        metric: Metric::Artefact,
        suits: heard,
        inject: |part, db, _| {
            let peak = part.audio.channels.iter().flatten().fold(0.0f32, |m, x| m.max(x.abs()));
            let ceiling = peak * amplitude(-db) as f32;
            part.audio.channels.iter_mut().flatten().for_each(|x| *x = x.clamp(-ceiling, ceiling));
        },
    },
];

/// The mains of a case.
pub(crate) fn mains_hz(case: usize) -> f64 {
    if case.is_multiple_of(2) { 50.0 } else { 60.0 }
}

/// A stem that makes a difference: over 2 % of the song's power.
fn heard(song: &Song, part: &Part) -> bool {
    let all: f64 = song.stems.iter().map(|s| power(&s.audio)).sum();
    power(&part.audio) > 0.02 * all
}

/// A stem with something above 3 kHz.
fn bright(song: &Song, part: &Part) -> bool {
    let mut high = part.clone();
    through(&mut high, "high_pass", r#"{"cutoff_hz": 400, "slope": "db24"}"#);
    heard(song, part) && power(&high.audio) > 0.05 * power(&part.audio)
}

pub(crate) fn power(audio: &Audio) -> f64 {
    audio.channels.iter().flatten().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

fn through(part: &mut Part, kind: &str, settings: &str) {
    let settings = serde_json::from_str(settings).expect("settings are written here");
    let mut block = Block::of(std::mem::take(&mut part.audio));
    let spec = Spec::new(block.main.rate_hz, 2, block.frames());
    let built = find(kind).map(|entry| (entry.build)(&settings, &spec));
    if let Some(Ok(mut processor)) = built {
        processor.process(&mut block);
    }
    part.audio = block.main;
}

pub(crate) fn gain(part: &mut Part, db: f64) {
    through(part, "gain", &format!(r#"{{"gain_db": {db}}}"#));
}

pub(crate) fn bell(part: &mut Part, hz: f64, q: f64, db: f64) {
    let band = format!(r#"{{"shape": "bell", "freq_hz": {hz}, "gain_db": {db}, "q": {q}}}"#);
    through(part, "eq", &format!(r#"{{"bands": [{band}]}}"#));
}

pub(crate) fn shelf(part: &mut Part, db: f64) {
    let band = format!(r#"{{"shape": "high_shelf", "freq_hz": 3000, "gain_db": {db}, "q": 0.7}}"#);
    through(part, "eq", &format!(r#"{{"bands": [{band}]}}"#));
}

/// Compresses 4 : 1 by so much on average, as loud as before.
fn overcompress(part: &mut Part, db: f64) {
    let clean = part.clone();
    let [mut low, mut high] = [-90.0, 0.0];
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        *part = clean.clone();
        let times = r#""ratio": 4, "attack_ms": 5, "release_ms": 50"#;
        through(part, "compressor", &format!(r#"{{"threshold_db": {middle}, {times}}}"#));
        let reduced = reduction_db(&clean.audio, &part.audio);
        [low, high] = if reduced > db { [middle, high] } else { [low, middle] };
    }
    let gain = (power(&clean.audio) / power(&part.audio).max(1e-20)).sqrt();
    gain_over_time(&mut part.audio, |_| gain);
}

/// Enough to find a threshold to a hundredth of a decibel.
const HALVINGS: usize = 13;

/// By how much the samples that are heard were turned down on average.
fn reduction_db(before: &Audio, after: &Audio) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    let pairs = before.channels.iter().flatten().zip(after.channels.iter().flatten());
    for (before, after) in pairs.step_by(17).filter(|(x, _)| x.abs() > 1e-3) {
        sum += 20.0 * libm::log10(f64::from((before / after).abs().max(1e-6)));
        count += 1.0;
    }
    sum / count.max(1.0)
}

fn gain_over_time(audio: &mut Audio, gain: impl Fn(usize) -> f64) {
    for channel in &mut audio.channels {
        channel.iter_mut().enumerate().for_each(|(n, x)| *x *= gain(n) as f32);
    }
}

/// Gives the sides below 150 Hz a copy of the middle, decorrelated by delays, until left and right correlate as asked.
fn widen_low_end(audio: &mut Audio, correlation: f64) {
    let rate = f64::from(audio.rate_hz);
    let frames = audio.frames();
    let (mut slow, mut fast) = ([0.0_f64; 2], 0.0_f64);
    let step = |hz: f64| 1.0 - libm::exp(-2.0 * PI * hz / rate);
    let mut low = vec![0.0; frames];
    for (n, low) in low.iter_mut().enumerate() {
        let mid = 0.5 * f64::from(audio.channels[0][n] + audio.channels[1][n]);
        slow[0] += step(150.0) * (mid - slow[0]);
        slow[1] += step(150.0) * (slow[0] - slow[1]);
        fast += step(20.0) * (slow[1] - fast);
        *low = slow[1] - fast;
    }
    let at = |n: usize, ms: f64| {
        let back = (ms / 1000.0 * rate) as usize;
        if n >= back { low[n - back] } else { 0.0 }
    };
    let copy: Vec<f64> = (0..frames).map(|n| at(n, 13.1) - at(n, 29.7) + at(n, 41.3)).collect();
    let energy = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().max(1e-20);
    let ratio = (1.0 - correlation) / (1.0 + correlation);
    let gain = (ratio * energy(&low) / energy(&copy)).sqrt();
    for (n, side) in copy.iter().enumerate() {
        audio.channels[0][n] += (gain * side) as f32;
        audio.channels[1][n] -= (gain * side) as f32;
    }
}

/// Raises 5 to 10 kHz where they outweigh what is below.
fn sharpen_sibilants(audio: &mut Audio, db: f64) {
    let band = format!(r#"{{"shape": "bell", "freq_hz": 7000, "gain_db": {db}, "q": 1.0}}"#);
    let mut sharp = Part { name: String::new(), role: Role::Unknown, audio: audio.clone() };
    through(&mut sharp, "eq", &format!(r#"{{"bands": [{band}]}}"#));
    let mut high = Part { name: String::new(), role: Role::Unknown, audio: audio.clone() };
    through(&mut high, "high_pass", r#"{"cutoff_hz": 400, "slope": "db24"}"#);
    through(
        &mut high,
        "eq",
        r#"{"bands": [{"shape": "low_shelf", "freq_hz": 4500, "gain_db": -24, "q": 0.7}]}"#,
    );
    let rate = f64::from(audio.rate_hz);
    let step = 1.0 - libm::exp(-1.0 / (0.008 * rate));
    let (mut all, mut top, mut share) = (0.0, 0.0, 0.0);
    for n in 0..audio.frames() {
        let square = |a: &Audio| a.channels.iter().map(|c| f64::from(c[n]) * f64::from(c[n])).sum::<f64>();
        all += step * (square(audio) - all);
        top += step * (square(&high.audio) - top);
        let hisses = all > 1e-9 && top > 0.3 * all;
        share += step * (f64::from(u8::from(hisses)) - share);
        for (x, sharp) in audio.channels.iter_mut().zip(&sharp.audio.channels) {
            x[n] += share as f32 * (sharp[n] - x[n]);
        }
    }
}

/// Harmonics of hum that are added, and their level re the first, in dB.
pub(crate) const HUM_LINES: [(f64, f64); 4] = [(1.0, 0.0), (2.0, -6.0), (3.0, -8.0), (4.0, -12.0)];

fn hum(audio: &mut Audio, db: f64, mains_hz: f64) {
    let rate = f64::from(audio.rate_hz);
    let rms = (power(audio) / (2 * audio.frames()) as f64).sqrt();
    let lines: f64 = HUM_LINES.iter().map(|(_, db)| libm::exp10(db / 10.0) / 2.0).sum();
    let scale = rms * amplitude(db) / lines.sqrt();
    for n in 0..audio.frames() {
        let line =
            |(k, db): &(f64, f64)| amplitude(*db) * libm::sin(2.0 * PI * k * mains_hz * n as f64 / rate + k);
        let added = scale * HUM_LINES.iter().map(line).sum::<f64>();
        audio.channels.iter_mut().for_each(|c| c[n] += added as f32);
    }
}
