//! What linear processors do to the power of bands, measured with impulses.

use std::f64::consts::PI;

use acetate_model::{Audio, Block, Process, Settings, Spec};

use crate::{
    ContourSettings, DcBlockerSettings, DelaySettings, EqSettings, GainSettings, HighPassSettings,
    LowPassSettings, PolaritySettings, StereoSettings, find, settings_of,
};

/// Those that are linear and do the same at all times.
const LINEAR: [&str; 9] = [
    GainSettings::ID,
    PolaritySettings::ID,
    DelaySettings::ID,
    DcBlockerSettings::ID,
    HighPassSettings::ID,
    LowPassSettings::ID,
    EqSettings::ID,
    ContourSettings::ID,
    StereoSettings::ID,
];

/// How long an impulse is listened to: the lowest bands ring for less.
const LENGTH_S: f64 = 0.35;

/// Frequencies looked at in each band, as factors of its centre: a sixth of an octave to either side.
const WITHIN: [f64; 3] = [0.8909, 1.0, 1.1225];

/// What a linear process does to the power of middle and side in third octaves with these centres, as factors
/// `[[mid; band], [side; band]]`; none for one that is not linear or cannot be built.
pub fn respond(process: &Process, rate_hz: u32, hz: &[f64]) -> Option<[Vec<f64>; 2]> {
    if !LINEAR.contains(&process.kind.as_str()) {
        return None;
    }
    let entry = find(&process.kind)?;
    let settings = settings_of(process).ok()?;
    let frames = (LENGTH_S * f64::from(rate_hz)) as usize;
    let of = |sign: f32| {
        let spec = Spec::new(rate_hz, 2, frames);
        let mut processor = (entry.build)(&settings, &spec).ok()?;
        let mut block = Block::of(Audio::silence(rate_hz, 2, frames + processor.latency().min(frames)));
        block.main.channels[0][0] = 1.0;
        block.main.channels[1][0] = sign;
        let mut heard = [Vec::new(), Vec::new()];
        for part in block.main.blocks(frames) {
            let mut part = Block::of(part);
            processor.process(&mut part);
            for (to, from) in heard.iter_mut().zip(&part.main.channels) {
                to.extend_from_slice(from);
            }
        }
        // both channels hold an impulse, so that one of middle or side alone has the power 2
        Some(hz.iter().map(|&hz| heard.iter().map(|c| power(c, hz, rate_hz)).sum::<f64>() / 2.0).collect())
    };
    Some([of(1.0)?, of(-1.0)?])
}

/// The mean power of an impulse response in a third octave.
fn power(heard: &[f32], centre_hz: f64, rate_hz: u32) -> f64 {
    let at = |hz: f64| {
        let step = 2.0 * PI * hz.min(0.499 * f64::from(rate_hz)) / f64::from(rate_hz);
        // Goertzel's recursion
        let turn = 2.0 * libm::cos(step);
        let (mut one, mut two) = (0.0, 0.0);
        for &x in heard {
            (one, two) = (f64::from(x) + turn * one - two, one);
        }
        one * one + two * two - turn * one * two
    };
    WITHIN.iter().map(|factor| at(centre_hz * factor)).sum::<f64>() / WITHIN.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_model::Json;

    fn process(kind: &str, settings: &str) -> Process {
        Process::new(kind, serde_json::from_str(settings).unwrap())
    }

    fn db(kind: &str, settings: &str, hz: f64) -> [f64; 2] {
        let [mid, side] = respond(&process(kind, settings), 48_000, &[hz]).unwrap();
        [10.0 * libm::log10(mid[0]), 10.0 * libm::log10(side[0])]
    }

    #[test]
    fn gains_filters_and_widths_are_told() {
        let near = |a: [f64; 2], b: [f64; 2]| {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.1), "{a:?} {b:?}");
        };
        near(db("gain", r#"{"gain_db": -3}"#, 1000.0), [-3.0, -3.0]);
        near(db("polarity", r#"{"invert": "both"}"#, 1000.0), [0.0, 0.0]);
        let shelf = r#"{"bands": [{"shape": "high_shelf", "freq_hz": 1000, "gain_db": 4, "on": "side"}]}"#;
        near(db("eq", shelf, 10_000.0), [0.0, 4.0]);
        near(db("eq", shelf, 63.0), [0.0, 0.0]);
        near(db("stereo", r#"{"width_percent": 50}"#, 1000.0), [0.0, -6.02]);
        assert!(db("stereo", r#"{"mono_below_hz": 200}"#, 50.0)[1] < -30.0);
        assert!(db("high_pass", r#"{"cutoff_hz": 100, "slope": "db24"}"#, 25.0)[0] < -40.0);
    }

    #[test]
    fn what_is_not_linear_has_no_response() {
        assert_eq!(respond(&process("compressor", "{}"), 48_000, &[100.0]), None);
        assert_eq!(respond(&process("unheard_of", "{}"), 48_000, &[100.0]), None);
        let broken = Process::new("gain", [("gain_db".into(), Json::from("loud"))].into_iter().collect());
        assert_eq!(respond(&broken, 48_000, &[100.0]), None);
    }
}
