//! The canceller of hum against hum that was added.

mod common;
mod songs;

use std::f64::consts::PI;
use std::sync::LazyLock;

use acetate_model::{Audio, Map};
use acetate_processors::find;
use common::{db, fourier, heard, map, noise, signal};
use serde_json::json;
use songs::{difference, power, spectral_distance};

/// Low, because everything that matters is.
const RATE_HZ: u32 = 24_000;
const RATE: f64 = RATE_HZ as f64;
/// From here on the hum is followed.
const SETTLED: f64 = 16.0;

fn without_hum(x: &Audio) -> Audio {
    heard(find("hum").expect("it is listed"), &Map::new(), x)
}

/// A bass line of notes around 50 and 60 Hz that plays for this share of the time, chords, and hits; 32 s.
fn music(plays: f64) -> Audio {
    let notes = [55.0, 49.0, 61.74, 51.91, 58.27, 43.65, 65.41, 55.0];
    signal(RATE_HZ, 2, 32 * RATE_HZ as usize, |c, n| {
        let t = n as f64 / RATE;
        let beat = 0.413;
        let since = t % beat;
        // a tune that does not repeat
        let note = notes[(1e6 * noise((t / beat) as u64)).abs() as usize % 8];
        let pluck = (since / 0.005).min(1.0) * libm::exp(-2.5 * since);
        let is_playing = f64::from(u8::from(t % (12.0 * beat) < plays * 12.0 * beat));
        let bass: f64 = [1.0, 2.0, 3.0, 4.0].iter().map(|h| libm::sin(2.0 * PI * note * h * t) / h).sum();
        let root = [220.0, 174.61, 261.63, 196.0][(t / 1.6) as usize % 4];
        let chord: f64 = [1.0, 1.26, 1.5, 2.0].iter().map(|h| libm::sin(2.0 * PI * root * h * t)).sum();
        let hit = noise((2 * n + c) as u64) * libm::exp(-40.0 * since);
        0.2 * bass * pluck * is_playing + 0.04 * chord + 0.1 * hit
    })
}

static MUSIC: LazyLock<Audio> = LazyLock::new(|| music(0.6));
static SPARSE: LazyLock<Audio> = LazyLock::new(|| music(0.25));

struct Hum {
    hz: f64,
    /// How far and how often per second the frequency swings.
    drift: [f64; 2],
}

const PARTS: [f64; 4] = [1.0, 0.6, 0.45, 0.3];

impl Hum {
    fn phase(&self, t: f64) -> f64 {
        let [by_hz, times] = self.drift;
        let swing = if times > 0.0 { by_hz / times * (1.0 - libm::cos(2.0 * PI * times * t)) } else { 0.0 };
        2.0 * PI * self.hz * t + swing
    }

    /// At a level in dB re the power of `x`.
    fn at(&self, x: &Audio, level_db: f64) -> Audio {
        let own: f64 = PARTS.iter().map(|part| 0.5 * part * part).sum();
        let gain = (power(x) / own).sqrt() * libm::pow(10.0, level_db / 20.0);
        let rate = f64::from(x.rate_hz);
        signal(x.rate_hz, 2, x.frames(), |c, n| {
            let phase = self.phase(n as f64 / rate);
            let sum: f64 = PARTS
                .iter()
                .enumerate()
                .map(|(k, part)| part * libm::sin((k + 1) as f64 * phase + (k * k + c) as f64))
                .sum();
            gain * sum
        })
    }

    /// By how much less of the lines is in `left` than in `hum`, in dB, over stretches of two seconds.
    fn reduction_db(&self, hum: &Audio, left: &Audio, from: f64) -> f64 {
        let rate = f64::from(hum.rate_hz);
        let stretch = 2 * hum.rate_hz as usize;
        let lines = |x: &Audio| -> f64 {
            let mut sum = 0.0;
            let first = (from * rate) as usize;
            for begin in (first..=x.frames() - stretch).step_by(stretch) {
                for channel in &x.channels {
                    for k in 1..=PARTS.len() {
                        let (mut re, mut im) = (0.0, 0.0);
                        for (n, &x) in channel.iter().enumerate().skip(begin).take(stretch) {
                            let (sin, cos) = libm::sincos(k as f64 * self.phase(n as f64 / rate));
                            re += f64::from(x) * cos;
                            im += f64::from(x) * sin;
                        }
                        sum += re * re + im * im;
                    }
                }
            }
            sum
        };
        10.0 * libm::log10(lines(hum) / lines(left))
    }
}

fn sum(x: &Audio, y: &Audio) -> Audio {
    signal(x.rate_hz, x.channels.len(), x.frames(), |c, n| {
        f64::from(x.channels[c][n]) + f64::from(y.channels[c][n])
    })
}

/// What is left of hum added to `x`, against the hum.
fn reduction(x: &Audio, hum: &Hum, level_db: f64, from: f64) -> f64 {
    let added = hum.at(x, level_db);
    let left = difference(&without_hum(&sum(x, &added)), x);
    hum.reduction_db(&added, &left, from)
}

#[test]
fn hum_under_music_goes() {
    for hz in [50.0, 60.0, 49.7] {
        // where the bass covers the lines, what is left of a soft hum is covered, too
        for (plays, level_db, gate) in
            [(0.6, -20.0, 20.0), (0.6, -30.0, 14.0), (0.25, -30.0, 20.0), (0.25, -40.0, 12.0)]
        {
            let x = if plays < 0.5 { &*SPARSE } else { &*MUSIC };
            let by = reduction(x, &Hum { hz, drift: [0.0; 2] }, level_db, SETTLED);
            println!("{hz} Hz at {level_db} dB, bass {plays}: {by:.1} dB less");
            assert!(by >= gate, "{hz} Hz at {level_db} dB, bass {plays}: {by} dB");
        }
    }
}

#[test]
fn a_drifting_hum_is_followed() {
    for (level_db, gate) in [(-20.0, 15.0), (-30.0, 6.0)] {
        let by = reduction(&MUSIC, &Hum { hz: 50.0, drift: [0.2, 0.025] }, level_db, SETTLED);
        println!("drifting at {level_db} dB: {by:.1} dB less");
        assert!(by >= gate, "drifting at {level_db} dB: {by} dB");
    }
}

#[test]
fn music_without_hum_changes_no_bit() {
    assert!(without_hum(&MUSIC) == *MUSIC);
}

#[test]
fn a_bass_note_close_by_stays() {
    for note_hz in [49.0, 55.0, 61.74] {
        for (mains_hz, with_hum) in [(50.0, false), (50.0, true), (60.0, true)] {
            let seconds = 22.0;
            let (begin, end) = (18.0, 20.0);
            let note = signal(RATE_HZ, 2, (seconds * RATE) as usize, |_, n| {
                let t = n as f64 / RATE;
                let on = ((t - begin) / 0.01).min((end - t) / 0.01).clamp(0.0, 1.0);
                0.2 * on * libm::sin(2.0 * PI * note_hz * t)
            });
            let bed = signal(RATE_HZ, 2, note.frames(), |c, n| 0.01 * noise((2 * n + c) as u64));
            let clean = sum(&note, &bed);
            let input = if with_hum {
                sum(&clean, &Hum { hz: mains_hz, drift: [0.0; 2] }.at(&note, -20.0))
            } else {
                clean.clone()
            };
            let extra = difference(&without_hum(&input), &clean);
            let part = |x: &Audio| {
                fourier(&x.channels[0][(begin * RATE) as usize..(end * RATE) as usize], RATE_HZ, note_hz)
            };
            let ((re, im), (by_re, by_im)) = (part(&note), part(&extra));
            let change = db(libm::hypot(re + by_re, im + by_im) / libm::hypot(re, im));
            println!("{note_hz} Hz beside {mains_hz} Hz ({with_hum}): {change:.3} dB");
            assert!(change.abs() <= 0.3, "{note_hz} Hz beside {mains_hz} Hz: {change} dB");
        }
    }
}

#[test]
fn a_mute_stays_silent_and_the_hum_behind_it_goes() {
    let hum = Hum { hz: 60.0, drift: [0.0; 2] };
    let bed = signal(RATE_HZ, 2, 20 * RATE_HZ as usize, |c, n| 0.01 * noise((2 * n + c) as u64));
    let mut x = sum(&bed, &hum.at(&bed, 10.0));
    let muted = 14 * RATE_HZ as usize..16 * RATE_HZ as usize;
    x.channels.iter_mut().for_each(|channel| channel[muted.clone()].fill(0.0));
    let y = without_hum(&x);
    let inner = muted.start + 512..muted.end - 512;
    assert!(y.channels.iter().all(|channel| channel[inner.clone()].iter().all(|&x| x == 0.0)));
    let late = |x: &Audio| x.channels[0][17 * RATE_HZ as usize..19 * RATE_HZ as usize].to_vec();
    let lines = |x: &Audio| common::tone(&late(x), RATE_HZ, 60.0);
    println!("behind a mute: {:.1} dB less", db(lines(&x) / lines(&y)));
    assert!(db(lines(&x) / lines(&y)) > 20.0);
}

#[test]
fn a_set_range_is_kept() {
    let hum = Hum { hz: 50.0, drift: [0.0; 2] };
    let bed = signal(RATE_HZ, 2, 20 * RATE_HZ as usize, |c, n| 0.001 * noise((2 * n + c) as u64));
    let added = hum.at(&bed, 30.0);
    let settings = map(&json!({ "range_db": 12.0, "mains": "hz50" }));
    let y = heard(find("hum").expect("it is listed"), &settings, &sum(&bed, &added));
    let by = hum.reduction_db(&added, &difference(&y, &bed), SETTLED);
    assert!((by - 12.0).abs() < 0.5, "{by}");
}

#[test]
fn real_stems_lose_hum_and_nothing_else() {
    let names = [
        "01-eif-francium/vocals_lead",
        "01-eif-francium/music",
        "02-eif-sodium/bass",
        "03-mdn-funk/bass",
        "03-mdn-funk/drums",
        "05-lmms-reggaetry/bass",
        "07-kira-dynamic/pad",
        "08-fluid-linns-basket/bass",
        "08-fluid-linns-basket/strings",
    ];
    for (name, x) in songs::stems(&names, 30, 30) {
        let clean = without_hum(&x);
        let removed = 10.0 * libm::log10(power(&difference(&clean, &x)) / power(&x) + 1e-20);
        let distance = spectral_distance(&x, &clean);
        let by = [-40.0, -30.0, -20.0]
            .map(|level| reduction(&x, &Hum { hz: 50.0, drift: [0.0; 2] }, level, SETTLED));
        println!("{name}: clean {removed:.1} dB, {distance:.3} dB apart; hum less by {by:.1?} dB");
        assert!(removed < -30.0 && distance <= 0.3, "{name}");
    }
}

#[test]
fn linked_signals_still_add_up_while_it_works() {
    let music = SPARSE.clone();
    let hum = Hum { hz: 50.0, drift: [0.1, 0.05] }.at(&music, -15.0);
    let bed = signal(RATE_HZ, 2, hum.frames(), |c, n| 0.01 * noise((2 * n + c) as u64));
    songs::check_linked("hum", &Map::new(), &[music, sum(&hum, &bed)]);
}
