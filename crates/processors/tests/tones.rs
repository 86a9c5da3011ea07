//! Steady tones: taken out of music as if they had never been in it.

mod common;

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Spec};
use acetate_processors::find;
use common::*;

fn through(settings: &str, audio: &Audio, block: usize) -> Audio {
    let settings = serde_json::from_str(settings).unwrap();
    let mut tones = (find("tones").unwrap().build)(&settings, &Spec::new(RATE_HZ, 2, block)).unwrap();
    let mut out = Audio::silence(RATE_HZ, 2, 0);
    for from in (0..audio.frames()).step_by(block) {
        let to = audio.frames().min(from + block);
        let channels = audio.channels.iter().map(|c| c[from..to].to_vec()).collect();
        let mut part = Block::of(Audio { rate_hz: RATE_HZ, channels });
        tones.process(&mut part);
        out.channels.iter_mut().zip(&part.main.channels).for_each(|(to, from)| to.extend_from_slice(from));
    }
    out
}

/// Four minutes on, the tone is still met: by closed form, to the last bits of single precision.
#[test]
fn a_known_hum_is_gone_from_the_first_second_to_the_fourth_minute() {
    let frames = 240 * RATE_HZ as usize;
    let music = swinging_noise(RATE_HZ, 2, frames, 0.2);
    let hum = |n: usize, turned: f64| {
        0.01 * libm::cos(2.0 * PI * ((50.017 * n as f64 / f64::from(RATE_HZ)) + turned).fract())
    };
    let mut humming = music.clone();
    for (channel, turned) in humming.channels.iter_mut().zip([0.1, 0.25]) {
        channel.iter_mut().enumerate().for_each(|(n, x)| *x = (f64::from(*x) + hum(n, turned)) as f32);
    }
    let settings = r#"{ "tones": [{ "freq_hz": 50.017, "left_dbfs": -40, "left_degrees": 36, "right_dbfs": -40, "right_degrees": 90 }] }"#;
    let out = through(settings, &humming, 8192);
    for (cleaned, music) in out.channels.iter().zip(&music.channels) {
        let worst = cleaned.iter().zip(music).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        assert!(worst < 1e-7, "{worst}");
    }
}

#[test]
fn behind_a_gate_nothing_is_subtracted() {
    let mut audio = swinging_noise(RATE_HZ, 2, 48_000, 0.2);
    audio.channels.iter_mut().for_each(|channel| channel[10_000..20_000].fill(0.0));
    let settings = r#"{ "tones": [{ "freq_hz": 50, "left_dbfs": -40, "right_dbfs": -40 }] }"#;
    let out = through(settings, &audio, 1000);
    assert!(out.channels.iter().all(|channel| channel[10_000..20_000].iter().all(|x| *x == 0.0)));
    assert!(out.channels[0][20_000..] != audio.channels[0][20_000..]);
}

#[test]
fn half_a_share_leaves_half_of_the_tone() {
    let tone = |n: usize| libm::cos(2.0 * PI * 100.0 * n as f64 / f64::from(RATE_HZ));
    let audio = signal(RATE_HZ, 2, 48_000, |_, n| 0.1 * tone(n) + 0.3);
    let settings =
        r#"{ "share_percent": 50, "tones": [{ "freq_hz": 100, "left_dbfs": -20, "right_dbfs": -20 }] }"#;
    let out = through(settings, &audio, 4096);
    for (n, x) in out.channels[1].iter().enumerate() {
        assert!((f64::from(*x) - (0.05 * tone(n) + 0.3)).abs() < 1e-6);
    }
}
