//! The ducker against its gates.

mod common;

use acetate_model::{Audio, Block, Curve, Map, Spec};
use acetate_processors::find;
use common::*;
use serde_json::json;

const SECOND: usize = RATE_HZ as usize;

/// With a key, its latency taken out.
fn ducked(settings: &Map, main: &Audio, key: Option<&Audio>, linked: &[Audio]) -> Block {
    let spec = Spec { linked: linked.len(), ..Spec::new(main.rate_hz, main.channels.len(), 1024) };
    let mut ducker = build(find("ducker").expect("it is listed"), settings, &spec);
    let late = ducker.latency();
    let mut block = Block { main: main.clone(), linked: linked.to_vec(), key: key.cloned() };
    block.resize(main.frames() + late);
    block.key.iter_mut().for_each(|key| key.resize(main.frames() + late));
    let mut out = run(&mut *ducker, &block, 1024);
    for channel in out.signals().flat_map(|signal| &mut signal.channels) {
        channel.drain(..late);
    }
    out
}

/// Beats of a kick drum: 60 Hz for a tenth of a second, twice a second.
fn kick() -> Audio {
    signal(RATE_HZ, 2, 2 * SECOND, |_, n| {
        let t = (n % (SECOND / 2)) as f64 / f64::from(RATE_HZ);
        if t < 0.1 { 0.8 * libm::cos(2.0 * std::f64::consts::PI * 60.0 * t) } else { 0.0 }
    })
}

#[test]
fn without_a_key_no_bit_changes() {
    let input = swinging_noise(RATE_HZ, 2, SECOND, 0.9);
    for settings in [json!({ "depth_db": 12 }), json!({ "depth_db": 12, "from_hz": 50, "to_hz": 120 })] {
        assert!(ducked(&map(&settings), &input, None, &[]).main == input);
        let silence = Audio::silence(RATE_HZ, 2, SECOND);
        assert!(ducked(&map(&settings), &input, Some(&silence), &[]).main == input);
    }
}

#[test]
fn the_depth_is_right_and_only_the_band_is_touched() {
    for depth_db in [1.5, 4.0, 12.0] {
        for (from_hz, to_hz) in
            [(40.0, 120.0), (20.0, 150.0), (1000.0, 4000.0), (3000.0, 20_000.0), (20.0, 20_000.0)]
        {
            let settings = map(&json!({ "depth_db": depth_db, "threshold_db": -40, "from_hz": from_hz,
                "to_hz": to_hz }));
            let key = sine(RATE_HZ, 2 * SECOND, 1000.0, 0.5);
            let gain = |hz: f64| {
                let input = sine(RATE_HZ, 2 * SECOND, hz, 0.25);
                let out = ducked(&settings, &input, Some(&key), &[]).main;
                db(tone(&out.channels[0][SECOND / 2..SECOND], RATE_HZ, hz) / 0.25)
            };
            let (low, high) = (if from_hz > 20.0 { from_hz } else { to_hz / 8.0 }, f64::min(to_hz, 14_000.0));
            let inside = gain(libm::round((low * high).sqrt() / 2.0) * 2.0);
            println!("{depth_db} dB from {from_hz} to {to_hz} Hz: {inside:.3} dB");
            assert!((inside + depth_db).abs() <= 0.1, "{inside}");
            let outside = [from_hz / 2.0, to_hz * 2.0].into_iter().zip([from_hz > 20.0, to_hz < 10_000.0]);
            for (hz, _) in outside.filter(|(_, is_closed)| *is_closed) {
                assert!(gain(hz).abs() <= 0.1, "{hz} Hz: {} dB", gain(hz));
            }
        }
    }
}

#[test]
fn the_curve_is_what_is_measured_while_the_key_sounds() {
    let entry = find("ducker").expect("it is listed");
    for rate_hz in [44_100, 96_000] {
        let settings = map(&json!({ "depth_db": 5, "threshold_db": -40, "from_hz": 60, "to_hz": 900 }));
        let frames = 1 << 16;
        let dirac = signal(rate_hz, 2, frames, |_, n| if n == frames / 2 { 0.25 } else { 0.0 });
        let key = sine(rate_hz, frames, 1000.0, 0.9);
        let out = ducked(&settings, &dirac, Some(&key), &[]).main;
        let Ok(Curve::Response(response)) = (entry.curve)(&settings, &Spec::new(rate_hz, 2, 64)) else {
            panic!("it has a response")
        };
        for hz in log_points(20.0, 20_000.0, 41) {
            let (cosine, sine) = fourier(&out.channels[0], rate_hz, hz);
            let off = db(libm::hypot(cosine, sine) / 0.25) - response(hz);
            assert!(off.abs() < 0.02, "{off} dB at {hz} Hz");
        }
    }
}

#[test]
fn it_comes_and_goes_in_time() {
    for (look_ahead_ms, attack_ms, hold_ms, release_ms) in
        [(0.0, 5.0, 0.0, 100.0), (10.0, 5.0, 30.0, 100.0), (3.0, 2.0, 40.0, 60.0)]
    {
        let settings = map(&json!({ "depth_db": 6, "threshold_db": -40, "look_ahead_ms": look_ahead_ms,
            "attack_ms": attack_ms, "hold_ms": hold_ms, "release_ms": release_ms }));
        let second = SECOND;
        let key = signal(RATE_HZ, 2, 3 * second, |_, n| {
            f64::from(u8::from((second..2 * second).contains(&n))) * 0.5
        });
        let steady = signal(RATE_HZ, 2, 3 * second, |_, _| 0.5);
        let out = ducked(&settings, &steady, Some(&key), &[]).main;
        let gain: Vec<f64> = out.channels[0].iter().map(|&y| db(f64::from(y) / 0.5)).collect();
        let at = |from: usize, fits: &dyn Fn(f64) -> bool| {
            let n = from + gain[from..].iter().position(|&g| fits(g)).expect("it gets there");
            (n as f64 - second as f64) / f64::from(RATE_HZ) * 1000.0
        };
        let down = at(second / 2, &|g| g <= -6.0 * 0.632_12);
        let up = at(2 * second - second / 10, &|g| g >= -6.0 * 0.367_88) - 1000.0;
        let (down_shall, up_shall) = (attack_ms - look_ahead_ms, hold_ms - look_ahead_ms + release_ms);
        println!(
            "down at {down:.2} for {down_shall} ms, up at {up:.2} for {up_shall} to {} ms",
            up_shall + attack_ms
        );
        assert!((down - down_shall).abs() <= 0.05 * attack_ms, "{down}");
        let fits = up_shall - 0.05 * release_ms..=up_shall + attack_ms + 0.05 * release_ms;
        assert!(fits.contains(&up), "{up}");
    }
}

#[test]
fn the_detector_hears_its_own_band() {
    let settings = map(&json!({ "depth_db": 6, "threshold_db": -30, "key_to_hz": 120, "hold_ms": 10 }));
    let main = sine(RATE_HZ, 2 * SECOND, 440.0, 0.5);
    let cymbal = sine(RATE_HZ, 2 * SECOND, 8000.0, 0.5);
    assert!(ducked(&settings, &main, Some(&cymbal), &[]).main == main);
    let out = ducked(&settings, &main, Some(&kick()), &[]).main;
    let part = |from: usize| db(tone(&out.channels[0][from..from + 2400], RATE_HZ, 440.0) / 0.5);
    println!("under the kick {:.2} dB, between {:.2} dB", part(SECOND / 2 + 2400), part(SECOND - 2500));
    assert!((part(SECOND / 2 + 2400) + 6.0).abs() < 0.1);
    assert!(part(SECOND - 2500) > -0.7);
}

#[test]
fn stems_still_add_up_while_it_works() {
    let settings = map(&json!({ "depth_db": 6, "threshold_db": -30, "from_hz": 40, "to_hz": 150 }));
    let stems: Vec<Audio> = (0..4)
        .map(|stem| signal(RATE_HZ, 2, 2 * SECOND, |c, n| 0.2 * noise((n * 8 + c * 4 + stem) as u64)))
        .collect();
    let main =
        signal(RATE_HZ, 2, 2 * SECOND, |c, n| stems.iter().map(|stem| f64::from(stem.channels[c][n])).sum());
    let out = ducked(&settings, &main, Some(&kick()), &stems);
    assert!(out.main != main);
    let mut worst = 0.0f64;
    for (c, channel) in out.main.channels.iter().enumerate() {
        for (n, &y) in channel.iter().enumerate() {
            let sum: f64 = out.linked.iter().map(|stem| f64::from(stem.channels[c][n])).sum();
            worst = worst.max((sum - f64::from(y)).abs());
        }
    }
    println!("the sum is off by {:.1} dBFS", db(worst));
    assert!(db(worst) <= -120.0, "{worst}");
}
