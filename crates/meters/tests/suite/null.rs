//! The null test: blocks equal the whole, silence says nothing, and what it reads is what was done.

use acetate_meters::null::{Alignment, Beginning, NullTest, Places};
use acetate_model::{Audio, Place, Quantity, Reading, Value};

const RATE_HZ: u32 = 44_100;
const FRAMES: usize = 6 * RATE_HZ as usize;

/// Noise of its own for every stem, swinging.
fn stem(seed: u64) -> Audio {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let mut channel = || -> Vec<f32> {
        (0..FRAMES)
            .map(|n| (0.2 * random() * (1.1 + libm::sin(0.0002 * n as f64 * (1 + seed) as f64))) as f32)
            .collect()
    };
    Audio { rate_hz: RATE_HZ, channels: vec![channel(), channel()] }
}

fn mixed(parts: &[(&Audio, f64, usize)]) -> Audio {
    let mut mix = Audio::silence(RATE_HZ, 2, FRAMES);
    for (stem, gain, late) in parts {
        for (to, from) in mix.channels.iter_mut().zip(&stem.channels) {
            to[*late..].iter_mut().zip(from).for_each(|(to, x)| *to += (gain * f64::from(*x)) as f32);
        }
    }
    mix
}

fn cut(audio: &Audio, from: usize, to: usize) -> Audio {
    let part = |c: &Vec<f32>| c[from.min(c.len())..to.min(c.len())].to_vec();
    Audio { rate_hz: RATE_HZ, channels: audio.channels.iter().map(part).collect() }
}

fn readings(stems: &[Audio], mix: &Audio, block: usize) -> Option<Vec<Reading>> {
    let sum = mixed(&stems.iter().map(|s| (s, 1.0, 0)).collect::<Vec<_>>());
    let mut beginning = Beginning::new(RATE_HZ, stems.len());
    for from in (0..FRAMES).step_by(block) {
        let parts: Vec<Audio> = stems.iter().map(|s| cut(s, from, from + block)).collect();
        beginning.push(&parts, &cut(&sum, from, from + block), &cut(mix, from, from + block));
    }
    let alignment: Alignment = beginning.alignment()?;
    let places = Places::choose(RATE_HZ, FRAMES as u64, &vec![Vec::new(); stems.len()]);
    let mut test = NullTest::new(RATE_HZ, stems.len(), places, alignment);
    let mix = cut(mix, usize::try_from(alignment.frames).unwrap_or(0), FRAMES);
    for from in (0..FRAMES).step_by(block) {
        let parts: Vec<Audio> = stems.iter().map(|s| cut(s, from, from + block)).collect();
        test.push(&parts, &cut(&sum, from, from + block), &cut(&mix, from, from + block));
    }
    let names: Vec<Place> = (0..stems.len()).map(|k| Place::stem(&format!("{k}"))).collect();
    Some(test.readings(&names, &Place::Bus("mix".into())))
}

fn scalar(readings: &[Reading], of: &Place, quantity: Quantity) -> f64 {
    let found = readings.iter().find(|r| r.of == *of && r.quantity == quantity).map(|r| &r.value);
    match found {
        Some(Value::Scalar(value)) => *value,
        other => panic!("{quantity}: {other:?}"),
    }
}

#[test]
fn blocks_equal_the_whole() {
    let stems = [stem(1), stem(2), stem(3)];
    let mix = mixed(&[(&stems[0], 1.0, 0), (&stems[1], 0.8, 0), (&stems[2], 1.0, 3)]);
    let whole = readings(&stems, &mix, FRAMES).unwrap();
    for block in [8192, 1000, 317] {
        assert_eq!(readings(&stems, &mix, block).unwrap(), whole, "in blocks of {block}");
    }
}

#[test]
fn silence_has_no_place() {
    let silence = Audio::silence(RATE_HZ, 2, FRAMES);
    assert_eq!(readings(&[stem(1), stem(2)], &silence, 8192), None);
    assert_eq!(readings(&[silence.clone(), silence], &stem(1), 8192), None);
}

#[test]
fn what_was_done_is_what_is_read() {
    let stems = [stem(1), stem(2), stem(3)];
    let level = mixed(&[(&stems[0], 0.5, 30), (&stems[1], 0.5, 30), (&stems[2], 0.6, 30)]);
    let read = readings(&stems, &level, 8192).unwrap();
    let third = Place::stem("2");
    for (of, quantity, shall, within) in [
        (&Place::Master, Quantity::MixDelay, 30.0, 1e-9),
        (&Place::Master, Quantity::MixMatch, 100.0, 1e-9),
        (&third, Quantity::StemFactor, 0.6, 1e-4),
        (&third, Quantity::OneStemFactor, 1.2, 1e-4),
        (&third, Quantity::OneStemDelay, 0.0, 1e-9),
        (&third, Quantity::OneStemRest, 0.5, 1e-4),
    ] {
        let is = scalar(&read, of, quantity);
        assert!((is - shall).abs() <= within, "{quantity}: {is} for {shall}");
    }
    assert!(scalar(&read, &third, Quantity::NullOneStem) < -120.0);
    let late = mixed(&[(&stems[0], 1.0, 0), (&stems[1], 1.0, 0), (&stems[2], -1.0, 700)]);
    let read = readings(&stems, &late, 8192).unwrap();
    assert!((scalar(&read, &third, Quantity::OneStemDelay) - 700.0).abs() < 1e-9);
    assert!((scalar(&read, &third, Quantity::OneStemFactor) + 1.0).abs() < 1e-4);
    assert!(scalar(&read, &third, Quantity::NullOneStem) < -100.0);
}
