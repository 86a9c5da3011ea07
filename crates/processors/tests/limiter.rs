//! The limiter's gates: the ceiling by several meters, loudness against distortion, and what it leaves alone.

mod signals;

use acetate_model::{Audio, Block, Db, Dbtp, Ms, Processor, Settings, Spec, amplitude};
use acetate_processors::{LimiterSettings, Style, forecast_gain};
use signals::*;

const STYLES: [Style; 3] = [Style::Transparent, Style::CleanBass, Style::Punch];

fn settings(drive_db: f64) -> LimiterSettings {
    LimiterSettings { drive_db: Db(drive_db), ..LimiterSettings::default() }
}

/// The whole output, aligned with the input, rendered in blocks of `frames`.
fn limited_in_blocks(settings: &LimiterSettings, x: &Audio, frames: usize) -> Audio {
    let mut limiter = settings.build(&Spec::new(x.rate_hz, x.channels.len(), frames));
    let mut padded = x.clone();
    padded.resize(x.frames() + limiter.latency());
    let mut y = Audio { rate_hz: x.rate_hz, channels: vec![Vec::new(); x.channels.len()] };
    for part in padded.blocks(frames) {
        let mut block = Block::of(part);
        limiter.process(&mut block);
        for (all, new) in y.channels.iter_mut().zip(&block.main.channels) {
            all.extend_from_slice(new);
        }
    }
    y.channels.iter_mut().for_each(|channel| drop(channel.drain(..limiter.latency())));
    y
}

fn limited(settings: &LimiterSettings, x: &Audio) -> Audio {
    limited_in_blocks(settings, x, 4096)
}

/// How far the true peak stands over the ceiling of -1 dBTP, in dB, at 16 times by interpolators of several lengths.
fn overs(y: &Audio) -> Vec<f64> {
    let over = |peak: f64| db(peak / amplitude(-1.0));
    let mut overs = vec![over(ebur128_peak(y)), over(our_peak(y))];
    overs.extend([(24, 9.0), (32, 9.0), (48, 9.0)].map(|(half, beta)| over(kaiser_peak(y, 16, half, beta))));
    overs
}

#[test]
fn no_point_between_samples_exceeds_the_ceiling() {
    for (name, drive_db, x) in stress() {
        let y = limited(&settings(drive_db), &x);
        for over in overs(&y) {
            assert!(over <= 0.0, "{name} {drive_db:+} dB: {over:+.4} dB");
        }
    }
}

#[test]
fn every_style_and_rate_keeps_the_ceiling() {
    for style in STYLES {
        for rate_hz in [44_100, 48_000, 96_000, 192_000] {
            let x = music_at(rate_hz, 2.0);
            let y = limited(&LimiterSettings { style, ..settings(12.0) }, &x);
            assert!(our_peak(&y) <= amplitude(-1.0), "{style:?} {rate_hz}");
        }
    }
}

#[test]
fn longer_and_finer_meters_agree() {
    for drive_db in [10.0, 16.0] {
        let y = limited(&settings(drive_db), &music(6.0));
        let over = db(kaiser_peak(&y, 32, 256, 8.0) / amplitude(-1.0));
        assert!(over <= 0.02, "{drive_db}: {over}");
    }
}

#[test]
fn bass_stays_clean_while_music_gets_loud() {
    let sine = limited(&settings(0.0), &tones(&[(60.0, db_up(5.0))]));
    let thd = thd(&sine, 60.0);
    assert!(thd <= -46.0, "THD {thd}");
    let both = limited(&settings(0.0), &tones(&[(60.0, 1.2 * db_up(2.0)), (3000.0, 1.2 * db_up(-10.0))]));
    let bands = (1..=4).flat_map(|k| [3000.0 - 60.0 * f64::from(k), 3000.0 + 60.0 * f64::from(k)]);
    let power: f64 = bands.map(|hz| amplitude_at(&both, hz)).map(|a| a * a).sum();
    let imd = db(power.sqrt() / amplitude_at(&both, 3000.0));
    assert!(imd <= -39.0, "IMD {imd}");
}

#[test]
fn clean_bass_is_cleaner_and_punch_is_louder() {
    let of = |style| LimiterSettings { style, ..settings(10.0) };
    let loudness = STYLES.map(|style| lufs(&limited(&of(style), &music(10.0))));
    assert!(loudness[2] > loudness[0] && loudness[0] > loudness[1], "{loudness:?}");
    let quiet = LimiterSettings { style: Style::CleanBass, ..settings(0.0) };
    let sine = limited(&quiet, &tones(&[(60.0, db_up(5.0))]));
    let thd = thd(&sine, 60.0);
    assert!(thd <= -100.0, "{thd}");
}

#[test]
fn what_stays_below_passes_bit_for_bit() {
    let x = music(5.0);
    assert!(limited(&settings(0.0), &x) == x);
}

#[test]
fn limiting_twice_is_limiting_once() {
    for x in [music(5.0), white_noise(3.0)] {
        let once = limited(&settings(12.0), &x);
        assert!(limited(&settings(0.0), &once) == once);
    }
}

#[test]
fn block_size_changes_no_bit() {
    let x = music(2.0);
    let whole = limited_in_blocks(&settings(12.0), &x, x.frames());
    for frames in [1, 64, 1000, 8192] {
        assert!(limited_in_blocks(&settings(12.0), &x, frames) == whole, "{frames}");
    }
}

#[test]
fn every_channel_and_linked_signal_gets_the_same_gain() {
    let x = music(2.0);
    let halves = [0.25f32, 0.75].map(|share| {
        let mut part = x.clone();
        part.channels.iter_mut().flatten().for_each(|sample| *sample *= share);
        part
    });
    let spec = Spec { linked: 2, ..Spec::new(x.rate_hz, 2, x.frames()) };
    let mut limiter = settings(12.0).build(&spec);
    let mut block = Block { main: x.clone(), linked: halves.to_vec(), key: None };
    limiter.process(&mut block);
    let latency = limiter.latency();
    let gain = |channel: usize, n: usize| {
        f64::from(block.main.channels[channel][n]) / f64::from(x.channels[channel][n - latency])
    };
    for n in latency..x.frames() {
        if x.channels.iter().all(|c| c[n - latency].abs() > 0.01) {
            assert!((gain(0, n) / gain(1, n) - 1.0).abs() < 1e-6, "{n}");
        }
        for channel in 0..2 {
            let sum: f32 = block.linked.iter().map(|l| l.channels[channel][n]).sum();
            assert!((sum - block.main.channels[channel][n]).abs() < 1e-6, "{n}");
        }
    }
    let reduction = limiter.reductions()[0];
    assert!(reduction.max_db > 3.0 && reduction.mean_db > 0.1 && reduction.mean_db < reduction.max_db);
}

#[test]
fn reset_is_as_new() {
    let x = music(1.0);
    let mut limiter = settings(12.0).build(&Spec::new(x.rate_hz, 2, x.frames()));
    let mut run = || {
        let mut block = Block::of(x.clone());
        limiter.process(&mut block);
        limiter.reset();
        block
    };
    assert!(run() == run());
}

#[test]
fn extremes_stay_finite_and_below() {
    let settings = LimiterSettings { ceiling_dbtp: Dbtp(-20.0), release_ms: Ms(5.0), ..settings(36.0) };
    let mut loud = white_noise(1.0);
    loud.channels.iter_mut().flatten().for_each(|sample| *sample *= 1000.0);
    let y = limited(&settings, &loud);
    assert!(our_peak(&y) <= amplitude(-20.0) && our_peak(&y) > amplitude(-20.2));
    let silence = Audio::silence(44_100, 2, 10_000);
    assert!(limited(&settings, &silence) == silence);
}

#[test]
fn the_forecast_tells_the_loudness() {
    let x = music(12.0);
    let hop_ms = 1.0;
    let hop = x.rate_hz as usize / 1000;
    let peaks = hop_peaks(&x, hop);
    for drive_db in [3.0, 6.0, 9.0, 12.0] {
        let settings = settings(drive_db);
        let gains = forecast_gain(&settings, &peaks, hop_ms * hop as f64 / (f64::from(x.rate_hz) / 1000.0));
        let mut forecast = x.clone();
        for channel in &mut forecast.channels {
            for (samples, gain) in channel.chunks_mut(hop).zip(&gains) {
                for sample in samples {
                    *sample *= gain;
                }
            }
        }
        let (told, rendered) = (lufs(&forecast), lufs(&limited(&settings, &x)));
        assert!((told - rendered).abs() < 0.1, "{drive_db}: {told} {rendered}");
    }
}

#[test]
fn nothing_is_allocated_in_process() {
    let x = music(1.0);
    let spec = Spec { linked: 1, ..Spec::new(x.rate_hz, 2, 512) };
    let mut limiter = settings(12.0).build(&spec);
    for part in x.blocks(512) {
        let mut block = Block { linked: vec![part.clone()], main: part, key: None };
        assert_no_alloc::assert_no_alloc(|| limiter.process(&mut block));
    }
}

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// The formula alone, written plainly and without measuring its result: the highest need of the next `ahead`, an
/// exponential release in decibels, three boxes.
fn plainly_limited(input: &Audio, ahead_ms: f64, release_ms: f64) -> Audio {
    let rate = f64::from(input.rate_hz);
    let need = |x: f64| 20.0 * libm::log10((x / amplitude(-1.0)).max(1.0));
    let louder = |(l, r): (&f32, &f32)| need(f64::from(l.abs().max(r.abs())));
    let needs: Vec<f64> = input.channels[0].iter().zip(&input.channels[1]).map(louder).collect();
    let ahead = (ahead_ms * rate / 1000.0) as usize;
    let held =
        (0..needs.len()).map(|n| needs[n..(n + ahead).min(needs.len())].iter().copied().fold(0.0, f64::max));
    let keep = libm::exp(-1000.0 / (release_ms * rate));
    let released = held.scan(0.0f64, |now, need| {
        *now = need.max(*now * keep);
        Some(*now)
    });
    let mut attenuation: Vec<f64> = released.collect();
    for share in [0.4041, 0.3349, 0.2611] {
        let length = (share * ahead as f64) as usize;
        let mean = |n: usize| {
            let window = &attenuation[(n + 1).saturating_sub(length)..=n];
            window.iter().sum::<f64>() / window.len() as f64
        };
        attenuation = (0..attenuation.len()).map(mean).collect();
    }
    let turned_down = |channel: &Vec<f32>| -> Vec<f32> {
        channel.iter().zip(&attenuation).map(|(x, db)| x * amplitude(-db) as f32).collect()
    };
    Audio { rate_hz: input.rate_hz, channels: input.channels.iter().map(turned_down).collect() }
}

#[test]
fn steady_bass_is_as_clean_as_the_formula_makes_it() {
    for (style, ahead_ms) in [(Style::Punch, 1.5), (Style::Transparent, 5.0), (Style::CleanBass, 10.0)] {
        for (hz, release_ms) in [(40.0, 30.0), (40.0, 100.0), (100.0, 100.0)] {
            let of = LimiterSettings { style, release_ms: Ms(release_ms), ..settings(0.0) };
            let sine = tones(&[(hz, db_up(5.0))]);
            let (is, shall) = (limited(&of, &sine), plainly_limited(&sine, ahead_ms, release_ms));
            let (is, shall) = (thd(&is, hz), thd(&shall, hz));
            println!("{style:?}, {release_ms} ms, {hz} Hz: {is:.1} dB, the formula {shall:.1} dB");
            // samples in single precision have a floor of their own
            assert!(
                is <= shall.max(-140.0) + 0.5,
                "{style:?} {hz} Hz: {is:.1} dB, the formula {shall:.1} dB"
            );
        }
    }
}

fn thd(y: &Audio, hz: f64) -> f64 {
    db(residue(y, &[(hz, 1.0)]) / amplitude_at(y, hz))
}

/// The formula with a release at which its bass is as clean, and turned down until its true peak is as low.
#[test]
fn as_clean_and_as_low_in_peak_it_is_louder_than_the_formula() {
    const RELEASE_MS: f64 = 33.0;
    let sine = tones(&[(60.0, db_up(5.0))]);
    let clean =
        [limited(&settings(0.0), &sine), plainly_limited(&sine, 5.0, RELEASE_MS)].map(|y| thd(&y, 60.0));
    assert!((clean[0] - clean[1]).abs() < 0.5, "{clean:?}");
    for drive_db in [10.0, 16.0] {
        let mut driven = music(8.0);
        driven.channels.iter_mut().flatten().for_each(|x| *x *= amplitude(drive_db) as f32);
        let other = plainly_limited(&driven, 5.0, RELEASE_MS);
        let other = lufs(&other) - db(our_peak(&other) / amplitude(-1.0));
        let is = lufs(&limited(&settings(0.0), &driven));
        println!("{drive_db:+} dB: {is:.2} LUFS, the formula {other:.2} LUFS");
        assert!(is > other, "{drive_db:+} dB: {is:.2} LUFS, the formula {other:.2} LUFS");
    }
}

/// A loud transient lets a linked quiet channel go with it: both channels have one gain, to the last bit.
#[test]
fn left_and_right_have_one_gain() {
    let mut x = music(2.0);
    let copy: Vec<f32> = x.channels[0].iter().map(|sample| sample * 0.125).collect();
    x.channels[1] = copy;
    let y = limited(&settings(12.0), &x);
    for (l, r) in y.channels[0].iter().zip(&y.channels[1]) {
        assert_eq!((l * 0.125).to_bits(), r.to_bits());
    }
}
