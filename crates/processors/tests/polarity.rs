//! The polarity, bit by bit.

mod common;

use acetate_model::Audio;
use acetate_processors::find;
use common::*;
use serde_json::json;

const SIGN: u32 = 1 << 31;

/// By which bits each channel differs from the input, where that is the same in every frame.
fn changed(invert: &str, channels: usize) -> Vec<Option<u32>> {
    let input = swinging_noise(RATE_HZ, channels, 5000, 0.9);
    let entry = find("polarity").expect("it is listed");
    let Audio { channels: output, .. } = heard(entry, &map(&json!({ "invert": invert })), &input);
    let differs = |x: &[f32], y: &[f32]| {
        let mut bits = x.iter().zip(y).map(|(x, y)| x.to_bits() ^ y.to_bits());
        let first = bits.next();
        first.filter(|first| bits.all(|bits| bits == *first))
    };
    input.channels.iter().zip(&output).map(|(x, y)| differs(x, y)).collect()
}

#[test]
fn just_the_sign_of_the_chosen_channels_changes() {
    for (invert, left, right) in [("none", 0, 0), ("both", SIGN, SIGN), ("left", SIGN, 0), ("right", 0, SIGN)]
    {
        assert_eq!(changed(invert, 2), [Some(left), Some(right)], "{invert}");
    }
}

#[test]
fn mono_is_inverted_by_both_only() {
    for (invert, shall) in [("none", 0), ("both", SIGN), ("left", 0), ("right", 0)] {
        assert_eq!(changed(invert, 1), [Some(shall)], "{invert}");
    }
}
