//! Files that are not what they claim to be, from the file to the finding, at three levels each.

use std::f64::consts::PI;

use acetate_files::{WavBits, WavSpec, WavWriter};
use acetate_mastering::model::{Audio, Brief, Place, amplitude};
use acetate_mastering::{Options, Silent, analyse, check, scan};
use tempfile::TempDir;

const RATE_HZ: u32 = 44_100;
const VICTIM: &str = "guitars";
const CODES: [&str; 5] = ["lossy_origin", "upsampled", "padded_bits", "limited_on_the_way", "dead_channel"];

/// Evenly spread between -1 and 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / f64::from(1u32 << 31) - 1.0
    }
}

/// Struck strings of ever new pitch and strength with bright noise in their attack, at a rate.
fn playing(seed: u64, rate_hz: u32, seconds: f64) -> Audio {
    let rate = f64::from(rate_hz);
    let mut dice = Noise(seed);
    let mut audio = Audio::silence(rate_hz, 2, (seconds * rate) as usize);
    let mut from = 0;
    while from < audio.frames() {
        let strength = amplitude(-16.0 + 7.0 * dice.next());
        let (hz, colour, pan) = (150.0 * libm::exp2(1.5 * dice.next()), 3.0 + dice.next(), 0.3 * dice.next());
        for n in from..audio.frames().min(from + (0.6 * rate) as usize) {
            let t = (n - from) as f64 / rate;
            let partial = |k: f64| libm::sin(2.0 * PI * k * hz * t) * libm::exp(-k * colour * t) / (k * k);
            let note = (1..6).map(|k| partial(f64::from(k))).sum::<f64>();
            let sides = [1.0 - pan, 1.0 + pan]
                .map(|side| side * strength * (note + 0.1 * dice.next() * libm::exp(-9.0 * t)));
            for (channel, x) in audio.channels.iter_mut().zip(sides) {
                channel[n] += x as f32;
            }
        }
        from += ((0.15 + 0.06 * dice.next()) * rate) as usize;
    }
    let fade = (0.5 * rate) as usize;
    for channel in &mut audio.channels {
        channel.iter_mut().rev().take(fade).enumerate().for_each(|(n, s)| *s *= n as f32 / fade as f32);
    }
    quantised(audio, 24)
}

/// Rounded to a depth with dither.
fn quantised(mut audio: Audio, bits: i32) -> Audio {
    let steps = libm::exp2(f64::from(bits - 1));
    let mut dither = Noise(3);
    for sample in audio.channels.iter_mut().flatten() {
        *sample =
            ((f64::from(*sample) * steps + 0.5 * (dither.next() + dither.next())).round() / steps) as f32;
    }
    audio
}

/// What is found of the victim beside a stem without fault.
fn found(victim: &Audio, bits: WavBits) -> Vec<String> {
    let folder = TempDir::new().expect("a folder");
    let beside = playing(11, victim.rate_hz, 20.0);
    for (name, audio, bits) in [(VICTIM, victim, bits), ("keys", &beside, WavBits::Int24)] {
        let spec = WavSpec { rate_hz: audio.rate_hz, channels: 2, bits };
        let mut writer =
            WavWriter::create(&folder.path().join(format!("{name}.wav")), spec).expect("a file begins");
        writer.write(audio).expect("a file grows");
        writer.finish().and_then(acetate_files::FinishedFile::persist).expect("a file ends");
    }
    let delivery = scan(&[folder.path().to_owned()], None).expect("stems are found");
    let mut session =
        analyse(&delivery, &Brief::default(), &Options::default(), &Silent).expect("it is read");
    check(&mut session);
    let of = |name: &str| {
        let at = Place::stem(name);
        let codes = session.findings.iter().filter(|f| f.at == at).map(|f| f.code.clone());
        codes.filter(|code| CODES.contains(&code.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(of("keys"), [""; 0], "{:#?}", session.findings);
    of(VICTIM)
}

fn clean() -> Audio {
    playing(7, RATE_HZ, 20.0)
}

#[test]
fn what_is_as_it_claims_is_left_in_peace() {
    assert_eq!(found(&clean(), WavBits::Int24), [""; 0]);
    assert_eq!(found(&clean(), WavBits::Float32), [""; 0]);
}

#[test]
fn padded_bits() {
    for (used, bits) in [(20, WavBits::Int24), (16, WavBits::Int24), (16, WavBits::Float32)] {
        assert_eq!(found(&quantised(clean(), used), bits), ["padded_bits"], "{used}");
    }
    assert_eq!(found(&quantised(clean(), 22), WavBits::Int24), [""; 0]);
}

/// Through a symmetric windowed sinc of 401 taps.
fn cut_off(mut audio: Audio, hz: f64) -> Audio {
    let half = 200usize;
    let of_rate = hz / f64::from(audio.rate_hz);
    let tap = |n: usize| {
        let x = n as f64 - half as f64;
        let turn = PI * x / half as f64;
        let window = 0.42 + 0.5 * libm::cos(turn) + 0.08 * libm::cos(2.0 * turn);
        let sinc = if n == half { 2.0 * of_rate } else { libm::sin(2.0 * PI * of_rate * x) / (PI * x) };
        (window * sinc) as f32
    };
    let taps: Vec<f32> = (0..=2 * half).map(tap).collect();
    for channel in &mut audio.channels {
        let mut padded = vec![0.0; half];
        padded.extend_from_slice(channel);
        padded.resize(channel.len() + 2 * half, 0.0);
        for (sample, heard) in channel.iter_mut().zip(padded.windows(taps.len())) {
            *sample = heard.iter().zip(&taps).map(|(x, tap)| x * tap).sum();
        }
    }
    audio
}

#[test]
fn lossy_origin() {
    for hz in [19_300.0, 17_000.0, 15_800.0] {
        let encoded = quantised(cut_off(clean(), hz), 24);
        assert_eq!(found(&encoded, WavBits::Int24), ["lossy_origin"], "{hz}");
    }
    // as a converter does it
    assert_eq!(found(&quantised(cut_off(clean(), 20_900.0), 24), WavBits::Int24), [""; 0]);
}

#[test]
fn upsampled() {
    for (before_hz, rate_hz, edge_hz) in
        [(44_100, 48_000, 21_500.0), (48_000, 96_000, 23_300.0), (22_050, 44_100, 10_600.0)]
    {
        let audio = quantised(cut_off(playing(7, rate_hz, 20.0), edge_hz), 24);
        assert_eq!(found(&audio, WavBits::Int24), ["upsampled"], "{before_hz}");
    }
}

/// Through a limiter that looks 2 ms ahead, holds and lets go in 50 ms, then turned down.
fn limited(mut audio: Audio, by_db: f64) -> Audio {
    let peak = audio.channels.iter().flatten().fold(0.0f32, |high, s| high.max(s.abs()));
    let ceiling = peak * amplitude(-by_db) as f32;
    let (ahead, release) = (88, 1.0 / (0.05 * RATE_HZ as f32));
    let wanted: Vec<f32> = (0..audio.frames())
        .map(|n| ceiling / audio.channels.iter().fold(ceiling, |high, c| high.max(c[n].abs())))
        .collect();
    let mut gain = 1.0f32;
    let held: Vec<f32> = (0..wanted.len())
        .map(|n| {
            let lowest = wanted[n..wanted.len().min(n + ahead)].iter().fold(1.0f32, |low, g| low.min(*g));
            gain = lowest.min(gain + (1.0 - gain) * release);
            gain
        })
        .collect();
    for n in 0..audio.frames() {
        let reach = &held[n.saturating_sub(ahead - 1)..=n];
        let gain = 0.7 * reach.iter().sum::<f32>() / reach.len() as f32;
        audio.channels.iter_mut().for_each(|c| c[n] *= gain);
    }
    quantised(audio, 24)
}

#[test]
fn limited_on_the_way() {
    for by_db in [6.0, 10.0] {
        assert_eq!(found(&limited(clean(), by_db), WavBits::Int24), ["limited_on_the_way"], "{by_db} dB");
    }
}

#[test]
fn a_channel_that_drops_out() {
    for seconds in [3.0, 5.0, 10.0] {
        let mut audio = clean();
        let rate = f64::from(RATE_HZ);
        audio.channels[1][(6.0 * rate) as usize..((6.0 + seconds) * rate) as usize].fill(0.0);
        assert_eq!(found(&audio, WavBits::Int24), ["dead_channel"], "{seconds} s");
    }
}
