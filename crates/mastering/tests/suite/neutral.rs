//! Stems that need nothing come out as their sum.

use crate::common::{read, write_wav};
use acetate_mastering::model::{Audio, Brief, Lufs, Place, Quantity};
use acetate_mastering::{Options, Silent, analyse, master, scan};

/// Two stems of filtered noise and tones whose sum lies on no processor's corridor edge: nothing to do.
fn quiet_stems(folder: &std::path::Path) -> Audio {
    let rate_hz = 48_000;
    let mut state = 1u64;
    let mut noise = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 31)) - 1.0
    };
    let mut stem = |gain: f64| {
        let mut channels = vec![Vec::new(), Vec::new()];
        let mut low = [0.0f64; 2];
        for _ in 0..rate_hz * 6 {
            for (channel, low) in channels.iter_mut().zip(&mut low) {
                *low += 0.05 * (noise() - *low);
                channel.push((gain * *low) as f32);
            }
        }
        Audio { rate_hz, channels }
    };
    let (a, b) = (stem(0.4), stem(0.2));
    write_wav(&folder.join("a.wav"), &a);
    write_wav(&folder.join("b.wav"), &b);
    let sum = a
        .channels
        .iter()
        .zip(&b.channels)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (f64::from(*a) + f64::from(*b)) as f32).collect());
    Audio { rate_hz, channels: sum.collect() }
}

#[test]
fn nothing_to_do_is_the_sum_bit_for_bit_before_dither() {
    let folder = tempfile::tempdir().unwrap();
    let sum = quiet_stems(folder.path());
    let delivery = scan(&[folder.path().to_owned()], None).unwrap();
    let heard = analyse(&delivery, &Brief::default(), &Options::default(), &Silent).unwrap();
    let loudness = heard.readings.scalar(&Place::Master, Quantity::Integrated).unwrap();
    let mut brief = Brief { loudness_lufs: Some(Lufs(loudness)), ..Brief::default() };
    let out = tempfile::tempdir().unwrap();
    // the moves that this signal would call for are vetoed: what is tested is that nothing else happens
    let mut planned = heard.clone();
    acetate_mastering::plan(&mut planned).unwrap();
    brief.mute = planned.plan.iter().map(|m| m.id.clone()).filter(|id| id != "master/limiter").collect();
    let session = master(&delivery, &brief, out.path(), &Options::default(), &Silent).unwrap();
    let limiter = session.plan.iter().find(|m| m.process.kind == "limiter").unwrap();
    assert_eq!(limiter.process.settings["drive_db"], 0.0);

    // dither adds at most one step and rounding half of one: anything else would be a change before it
    let master = read(&out.path().join("master.wav"));
    let step = 1.0 / f64::from(1 << 23);
    assert_eq!(master.frames(), sum.frames());
    for (written, exact) in master.channels.iter().zip(&sum.channels) {
        for (y, x) in written.iter().zip(exact) {
            let error = f64::from(*y) - f64::from(*x);
            assert!(error.abs() <= 1.5 * step, "{error} is more than dither");
        }
    }
}
