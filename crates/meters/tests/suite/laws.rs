//! What holds for every meter in the list.

use std::collections::HashSet;
use std::f64::consts::PI;

use acetate_meters::{DERIVED, METERS};
use acetate_model::{Audio, Place, Quantity, Reading, Readings, Spec, Value};
use proptest::prelude::*;

use crate::signals::{Noise, RATE_HZ, assert_near, frames, read, read_in_blocks, stereo};

/// Notes over noise, wider on the left, with soft and loud passages, an offset, crests cut off at 0.8, pauses with hiss,
/// hum all through, an s in each second, and a click.
fn piece(seconds: f64) -> Audio {
    let (mut a, mut b) = (Noise(1), Noise(2));
    let white: Vec<[f64; 2]> = (0..frames(seconds)).map(|_| [a.next(), b.next()]).collect();
    let second_difference = |n: usize, side: usize| match n.checked_sub(2) {
        Some(before) => white[n][side] - 2.0 * white[n - 1][side] + white[before][side],
        None => 0.0,
    };
    let is_s = |n: usize| n % frames(1.0) > frames(0.9);
    let s = |n: usize, side: usize| if is_s(n) { 5.0 * second_difference(n, side) } else { 0.0 };
    let noise: Vec<[f64; 2]> =
        (0..white.len()).map(|n| [0, 1].map(|side| white[n][side] + s(n, side))).collect();
    stereo(noise.len(), |n| {
        let seconds = n as f64 / f64::from(RATE_HZ);
        let passage = if seconds % 4.0 < 2.0 { 1.0 } else { 0.3 };
        let note = libm::exp(-4.0 * (seconds % 0.5)) * libm::sin(2.0 * PI * 90.0 * (seconds % 0.5));
        let plays = if seconds % 4.0 < 3.2 { passage } else { 0.05 };
        let hum = |k: f64| libm::sin(2.0 * PI * 50.0 * k * seconds);
        let steady = 0.003 + 0.02 * (hum(1.0) + 0.5 * hum(3.0) + 0.5 * hum(5.0));
        let click = if n == frames(3.5) { 0.3 } else { 0.0 };
        let torn = (frames(1.3)..frames(1.32)).contains(&n);
        let sounds =
            |gain: f64, noise: f64| (steady + click + plays * gain * (note + 0.2 * noise)).clamp(-0.8, 0.8);
        let sample = |gain: f64, noise: f64| if torn { 0.0 } else { sounds(gain, noise) };
        [sample(1.1, noise[n][0]), sample(0.8, noise[n][1])]
    })
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Scalar(value) => vec![*value],
        Value::Timeline { values, .. } => values.iter().flatten().copied().map(f64::from).collect(),
        Value::Spectrum { db, .. } => db.iter().flatten().copied().collect(),
        Value::Cells(cells) => (0..cells.hops()).flat_map(|hop| cells.levels(hop)).flatten().collect(),
        Value::Undefined(_) => Vec::new(),
    }
}

/// Whether a gain on the signal is the same gain on the reading.
fn is_level(quantity: Quantity) -> bool {
    matches!(quantity.symbol(), "LUFS" | "dBTP" | "dBFS")
        || matches!(quantity, Quantity::Spectrum | Quantity::SideSpectrum)
}

fn compare(before: &Readings, after: &Readings, change: impl Fn(Quantity, f64) -> f64, tolerance: f64) {
    assert_eq!(before.0.len(), after.0.len());
    for (Reading { quantity, value, .. }, then) in before.0.iter().zip(&after.0) {
        let (now, then) = (numbers(value), numbers(&then.value));
        // what goes over full scale depends on the gain
        if *quantity == Quantity::OversAt {
            continue;
        }
        assert!(!now.is_empty(), "{quantity}: {value:?}");
        assert_eq!(now.len(), then.len(), "{quantity}");
        for (now, then) in now.into_iter().zip(then) {
            assert_near(then, change(*quantity, now), tolerance, quantity);
        }
    }
}

#[test]
fn blocks_change_no_bit() {
    let audio = piece(7.0);
    let whole = read(&audio);
    for block in [1, 64, 1000, 8192] {
        assert_eq!(read_in_blocks(&audio, block), whole, "blocks of {block}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn uneven_blocks_change_no_bit(sizes in prop::collection::vec(1usize..5000, 1..20)) {
        let audio = piece(1.0);
        let spec = Spec::new(RATE_HZ, 2, 5000);
        for entry in METERS {
            let (mut whole, mut cut) = ((entry.build)(&spec), (entry.build)(&spec));
            whole.push(&audio);
            let mut from = 0;
            for size in sizes.iter().copied().cycle() {
                let to = audio.frames().min(from + size);
                let channels = audio.channels.iter().map(|c| c[from..to].to_vec()).collect();
                cut.push(&Audio { rate_hz: RATE_HZ, channels });
                from = to;
                if from == audio.frames() {
                    break;
                }
            }
            prop_assert_eq!(whole.read(), cut.read(), "{}", entry.id);
        }
    }
}

#[test]
fn silence_has_no_level() {
    for reading in read(&Audio::silence(RATE_HZ, 2, frames(5.0))).0 {
        match reading.quantity {
            Quantity::Length => assert_eq!(reading.value, Value::Scalar(240_000.0)),
            Quantity::Rate => assert_eq!(reading.value, Value::Scalar(48_000.0)),
            Quantity::Activity | Quantity::ClippedRuns | Quantity::Holes | Quantity::Clicks => {
                assert_eq!(reading.value, Value::Scalar(0.0));
            }
            quantity => {
                assert!(matches!(reading.value, Value::Undefined(_)), "{quantity}: {:?}", reading.value);
            }
        }
    }
}

#[test]
fn a_gain_in_is_the_same_gain_out() {
    let audio = piece(20.0);
    let mut half = audio.clone();
    half.channels.iter_mut().flatten().for_each(|sample| *sample *= 0.5);
    let gain_db = 20.0 * libm::log10(0.5);
    let change = |quantity, value| if is_level(quantity) { value + gain_db } else { value };
    compare(&read(&audio), &read(&half), change, 0.01);
}

#[test]
fn swapped_sides_change_only_the_balance() {
    let audio = piece(20.0);
    let mut swapped = audio.clone();
    swapped.channels.swap(0, 1);
    let turns = |quantity| matches!(quantity, Quantity::Balance | Quantity::BalanceOverTime);
    let change = |quantity, value: f64| if turns(quantity) { -value } else { value };
    let mut after = read(&swapped);
    // what is told of the left is told of the right
    for [left, right] in
        [[Quantity::HumLeft, Quantity::HumRight], [Quantity::HumLeftPhase, Quantity::HumRightPhase]]
    {
        let at = |quantity| after.0.iter().position(|reading| reading.quantity == quantity).unwrap();
        let (left, right) = (at(left), at(right));
        let value = std::mem::replace(&mut after.0[left].value, Value::Scalar(0.0));
        after.0[left].value = std::mem::replace(&mut after.0[right].value, value);
    }
    compare(&read(&audio), &after, change, 1e-9);
}

#[test]
fn each_meter_reads_what_its_entry_lists() {
    let spec = Spec::new(RATE_HZ, 2, 4096);
    for entry in METERS {
        let mut meter = (entry.build)(&spec);
        for audio in [Audio::silence(RATE_HZ, 2, 0), piece(4.0)] {
            meter.push(&audio);
            let read: Vec<Quantity> = meter.read().into_iter().map(|(quantity, _)| quantity).collect();
            assert_eq!(read, entry.quantities, "{}", entry.id);
        }
    }
}

#[test]
fn no_quantity_and_no_id_belongs_to_two() {
    let quantities = METERS.iter().flat_map(|m| m.quantities).chain(DERIVED.iter().map(|d| &d.quantity));
    let ids = METERS.iter().map(|m| m.id).chain(DERIVED.iter().map(|d| d.id));
    let mut seen = HashSet::new();
    assert!(quantities.into_iter().all(|quantity| seen.insert(quantity.key())));
    assert!(ids.into_iter().all(|id| seen.insert(id)));
}

#[test]
fn what_is_derived_follows_from_its_parts() {
    let readings = read(&piece(5.0));
    let scalar = |quantity| readings.scalar(&Place::Master, quantity).unwrap();
    let plr = scalar(Quantity::TruePeak) - scalar(Quantity::Integrated);
    assert_eq!(scalar(Quantity::PeakToLoudness), plr);
    assert_eq!(readings.0.last().map(|r| r.by.as_str()), Some("plr@1"));
}
