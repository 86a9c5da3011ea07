//! From files to findings: disturbances put into a song at three levels are named, with the stem and the time.

use std::f64::consts::PI;
use std::path::Path;

use acetate_files::{WavBits, WavSpec, WavWriter};
use acetate_mastering::model::{Audio, Brief, Finding, Place};
use acetate_mastering::{Options, Silent, analyse, check, scan};
use tempfile::TempDir;

const RATE_HZ: u32 = 44_100;
const SECONDS: usize = 20;
const CODES: [&str; 4] = ["hum", "noise_floor", "clicks", "low_correlation"];

fn write(folder: &Path, name: &str, audio: &Audio) {
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: audio.channels.len(), bits: WavBits::Int24 };
    let mut writer = WavWriter::create(&folder.join(format!("{name}.wav")), spec).expect("a file begins");
    writer.write(audio).expect("a file grows");
    writer.finish().and_then(acetate_files::FinishedWav::persist).expect("a file ends");
}

fn made(sample: impl Fn(usize, f64) -> [f64; 2]) -> Audio {
    let mut audio = Audio::silence(RATE_HZ, 2, SECONDS * RATE_HZ as usize);
    for n in 0..audio.frames() {
        let both = sample(n, n as f64 / f64::from(RATE_HZ));
        audio.channels.iter_mut().zip(both).for_each(|(channel, x)| channel[n] = x as f32);
    }
    audio
}

fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 32) as f64 / f64::from(1u32 << 31) - 1.0
}

/// A voice that sings for two seconds and breathes for one, and a bass on G that rests in every fourth second.
fn song() -> Vec<(&'static str, Audio)> {
    let voice = made(|_, t| {
        let level = if t % 3.0 < 2.0 { 0.1 * libm::sin(PI * (t % 3.0) / 2.0) } else { 0.0 };
        let hz = [220.0, 277.2, 329.6][(t / 3.0) as usize % 3];
        [level * (1..8).map(|k| libm::sin(2.0 * PI * hz * f64::from(k) * t) / f64::from(k)).sum::<f64>(); 2]
    });
    let bass = made(|_, t| {
        let level = if t % 4.0 < 3.0 { 0.3 * libm::exp(-4.0 * (t % 0.5)) } else { 0.0 };
        let attack = ((t % 0.5) / 0.01).min(1.0);
        [level * attack * (libm::sin(2.0 * PI * 49.0 * t) + 0.5 * libm::sin(2.0 * PI * 98.0 * t)); 2]
    });
    vec![("voice", voice), ("bass", bass)]
}

fn findings(spoil: impl Fn(&mut Audio)) -> Vec<Finding> {
    let folder = TempDir::new().expect("a folder");
    for (name, mut audio) in song() {
        if name == "voice" {
            spoil(&mut audio);
        }
        write(folder.path(), name, &audio);
    }
    let delivery = scan(&[folder.path().to_owned()], None).expect("stems are found");
    let mut session =
        analyse(&delivery, &Brief::default(), &Options::default(), &Silent).expect("it is read");
    check(&mut session);
    session.findings.retain(|finding| CODES.contains(&finding.code.as_str()));
    session.findings
}

#[track_caller]
fn assert_only(code: &str, what: &str, findings: &[Finding]) {
    let [one] = findings else { panic!("{what}: {findings:#?}") };
    assert_eq!((one.code.as_str(), &one.at), (code, &Place::stem("voice")), "{what}");
}

fn amplitude(dbfs: f64) -> f64 {
    acetate_mastering::model::amplitude(dbfs)
}

#[test]
fn a_song_without_disturbances_has_none() {
    assert_eq!(findings(|_| ()), []);
}

#[test]
fn hum() {
    for dbfs in [-70.0, -60.0, -50.0] {
        let found = findings(|voice| {
            for channel in &mut voice.channels {
                for (n, x) in channel.iter_mut().enumerate() {
                    let turn = 2.0 * PI * 50.0 * n as f64 / f64::from(RATE_HZ);
                    // 1 : 0.6 : 0.4, whose powers add up to 0.76
                    let hum = libm::sin(turn) + 0.6 * libm::sin(3.0 * turn) + 0.4 * libm::sin(5.0 * turn);
                    *x += (amplitude(dbfs) / 0.76f64.sqrt() * hum) as f32;
                }
            }
        });
        assert_only("hum", &format!("{dbfs} dBFS"), &found);
    }
}

#[test]
fn hiss() {
    for dbfs in [-75.0, -65.0, -55.0] {
        let found = findings(|voice| {
            let mut state = 11;
            for x in voice.channels.iter_mut().flatten() {
                *x += (amplitude(dbfs) * 3f64.sqrt() * noise(&mut state)) as f32;
            }
        });
        assert_only("noise_floor", &format!("{dbfs} dBFS"), &found);
        assert!(!found[0].when_ms.is_empty());
    }
}

#[test]
fn spikes() {
    for size in [0.1, 0.3, 0.6] {
        let found = findings(|voice| {
            for seconds in [2.5, 7.2, 16.1] {
                voice.channels[1][(seconds * f64::from(RATE_HZ)) as usize] += size;
            }
        });
        assert_only("clicks", &format!("{size} of full scale"), &found);
        assert_eq!(found[0].when_ms, [[2500.0, 2600.0], [7200.0, 7300.0], [16_100.0, 16_200.0]]);
    }
}

#[test]
fn a_turned_passage() {
    for seconds in [6, 7, 9] {
        let found = findings(|voice| {
            let to = seconds * RATE_HZ as usize;
            voice.channels[0][..to].iter_mut().for_each(|x| *x = -*x);
        });
        let told: Vec<&str> = found.iter().map(|f| f.code.as_str()).collect();
        assert!(told.is_empty() || told == ["low_correlation"], "{seconds} s: {found:#?}");
    }
}
