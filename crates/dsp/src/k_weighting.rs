use std::f64::consts::PI;

use acetate_model::Audio;
use libm::{pow, tan};
use wide::f64x2;

use crate::hops::{HopPart, Hops};
use crate::sections::{PairFilter, Section};

/// The hop of [`KWeighting::new`].
pub const ENERGY_HOP_MS: u32 = 10;

/// The two sections of the K-weighting filter at any rate (ITU-R BS.1770-5, Annex 1).
///
/// The standard gives coefficients for 48 kHz; these are the analogue corners, gain and sharpness behind them, taken
/// back to `rate_hz` by the bilinear transform.
pub fn k_sections(rate_hz: u32) -> [Section; 2] {
    [shelf(rate_hz), high_pass(rate_hz)]
}

fn shelf(rate_hz: u32) -> Section {
    const CORNER_HZ: f64 = 1681.974450955533;
    const GAIN_DB: f64 = 3.999843853973347;
    const Q: f64 = 0.7071752369554196;
    const MIDDLE: f64 = 0.4996667741545416;
    let k = tan(PI * CORNER_HZ / f64::from(rate_hz));
    let vh = pow(10.0, GAIN_DB / 20.0);
    let vb = pow(vh, MIDDLE);
    let a0 = 1.0 + k / Q + k * k;
    Section {
        b: [(vh + vb * k / Q + k * k) / a0, 2.0 * (k * k - vh) / a0, (vh - vb * k / Q + k * k) / a0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0],
    }
}

fn high_pass(rate_hz: u32) -> Section {
    const CORNER_HZ: f64 = 38.13547087602444;
    const Q: f64 = 0.5003270373238773;
    let k = tan(PI * CORNER_HZ / f64::from(rate_hz));
    let a0 = 1.0 + k / Q + k * k;
    // the standard's numerator is not normalised by a0
    Section { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0] }
}

/// K-weighted energy in hops, summed over the channels, each of weight 1 (left, right, centre).
#[derive(Debug, Clone)]
pub struct KWeighting {
    pairs: Vec<Pair>,
    hops: Hops,
}

/// Two channels; an odd last one stands in both lanes and is counted once.
#[derive(Debug, Clone)]
struct Pair {
    filter: PairFilter,
    energy: f64x2,
}

impl KWeighting {
    /// A filter at rest, with hops of [`ENERGY_HOP_MS`].
    pub fn new(rate_hz: u32, channels: usize) -> Self {
        Self::in_hops(rate_hz, channels, Hops::of_ms(rate_hz, ENERGY_HOP_MS))
    }

    /// A filter at rest, with other hops.
    pub fn in_hops(rate_hz: u32, channels: usize, hops: Hops) -> Self {
        let pair = Pair { filter: PairFilter::new(k_sections(rate_hz)), energy: f64x2::ZERO };
        Self { pairs: vec![pair; channels.div_ceil(2)], hops }
    }

    /// Hears the next block and calls `each` with the energy of every hop that ends in it: the sum of the weighted
    /// squares. What comes after the last whole hop waits for the next block.
    pub fn push(&mut self, block: &Audio, mut each: impl FnMut(f64)) {
        for part in self.hops.parts(block.frames()) {
            let mut ended = 0.0;
            for (pair, channels) in self.pairs.iter_mut().zip(block.channels.chunks(2)) {
                pair.push(channels, part);
                if part.ends {
                    ended += pair.take(channels.len());
                }
            }
            if part.ends {
                each(ended);
            }
        }
    }
}

impl Pair {
    fn push(&mut self, channels: &[Vec<f32>], part: HopPart) {
        let right = channels.get(1).unwrap_or(&channels[0]);
        let mut energy = self.energy;
        self.filter.run(&channels[0][part.from..part.to], &right[part.from..part.to], |y| energy += y * y);
        self.energy = energy;
    }

    fn take(&mut self, channels: usize) -> f64 {
        let [left, right] = std::mem::take(&mut self.energy).to_array();
        if channels == 1 { left } else { left + right }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ITU-R BS.1770-5, Annex 1, tables 1 and 2.
    #[test]
    fn the_coefficients_at_48_khz_are_the_standards() {
        let [shelf, high_pass] = k_sections(48_000);
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13);
        assert!(close(&shelf.b, &[1.53512485958697, -2.69169618940638, 1.19839281085285]), "{shelf:?}");
        assert!(close(&shelf.a, &[-1.69065929318241, 0.73248077421585]), "{shelf:?}");
        assert_eq!(high_pass.b, [1.0, -2.0, 1.0]);
        assert!(close(&high_pass.a, &[-1.99004745483398, 0.99007225036621]), "{high_pass:?}");
    }

    #[test]
    fn the_response_is_the_same_at_every_rate() {
        let db = |rate_hz, hz| {
            let gain: f64 = k_sections(rate_hz).iter().map(|s| s.gain(rate_hz, hz)).product();
            20.0 * libm::log10(gain)
        };
        for rate_hz in [44_100, 88_200, 96_000, 192_000] {
            for hz in [25.0, 100.0, 1000.0, 2000.0, 4000.0] {
                let off = db(rate_hz, hz) - db(48_000, hz);
                assert!(off.abs() < 0.05, "{rate_hz} Hz, at {hz} Hz: {off} dB");
            }
        }
    }

    #[test]
    fn blocks_give_the_same_bits_as_the_whole() {
        let channel = |seed: u32| (0..20_000u32).map(|n| ((n * seed) % 997) as f32 / 997.0 - 0.5).collect();
        let audio = Audio { rate_hz: 44_100, channels: vec![channel(31), channel(77), channel(5)] };
        let energies = |frames| {
            let (mut meter, mut all) = (KWeighting::new(44_100, 3), Vec::new());
            audio.blocks(frames).for_each(|block| meter.push(&block, |e| all.push(e)));
            all
        };
        assert_eq!(energies(20_000).len(), 45);
        for frames in [1, 64, 1000] {
            assert_eq!(energies(frames), energies(20_000), "{frames}");
        }
    }

    #[test]
    fn silence_after_sound_becomes_exactly_nothing() {
        let mut audio = Audio::silence(48_000, 2, 48_000 * 20);
        audio.channels[0][0] = 1.0;
        let mut last = 1.0;
        let mut meter = KWeighting::new(48_000, 2);
        audio.blocks(4096).for_each(|block| meter.push(&block, |energy| last = energy));
        assert_eq!(last, 0.0);
    }
}
