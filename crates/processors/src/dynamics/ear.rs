use acetate_dsp::{Cascade, Corner, DETECTOR_TILE, Prototype, Section, Tile, butterworth_high_pass};
use acetate_model::{Audio, amplitude_db};
use wide::f64x2;

use super::LANES;

/// Where a tilt turns.
const TILT_HZ: f64 = 1000.0;
/// The highest corner as a share of the rate.
const HIGHEST: f64 = 0.45;

/// What a detector hears of a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SideChain {
    /// What lies below it counts less; off at 0.
    pub high_pass_hz: f64,
    /// How much more the highest frequencies count than the lowest.
    pub tilt_db: f64,
}

impl SideChain {
    fn sections(&self, rate_hz: u32) -> Vec<Section> {
        let high_pass = (self.high_pass_hz > 0.0)
            .then(|| butterworth_high_pass(rate_hz, self.high_pass_hz.min(HIGHEST * f64::from(rate_hz)), 2));
        let corner = Corner { hz: TILT_HZ.min(HIGHEST * f64::from(rate_hz)), gain_db: self.tilt_db, q: 0.5 };
        let tilt = (self.tilt_db != 0.0).then(|| Prototype::Tilt(corner).matched(rate_hz));
        high_pass.into_iter().flatten().chain(tilt).collect()
    }

    /// What it does to a tone, in dB.
    pub fn gain_db(&self, rate_hz: u32, hz: f64) -> f64 {
        let gain: f64 = self.sections(rate_hz).iter().map(|section| section.gain(rate_hz, hz)).product();
        amplitude_db(gain).unwrap_or(-300.0)
    }
}

/// Hears the powers of a signal, channel by channel.
#[derive(Debug, Clone)]
pub struct Ear {
    // one for each pair of channels
    filters: Vec<Cascade>,
}

impl Ear {
    /// At rest.
    pub fn new(rate_hz: u32, channels: usize, side_chain: &SideChain) -> Self {
        let sections = side_chain.sections(rate_hz);
        let filter = Cascade::new(&sections, &sections);
        Self { filters: vec![filter; if sections.is_empty() { 0 } else { channels.div_ceil(2) }] }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.filters.iter_mut().for_each(Cascade::reset);
    }

    /// Squares of some frames times `sine`, the highest of the channels that share a lane.
    pub fn powers(&mut self, signal: &Audio, frames: std::ops::Range<usize>, sine: f32) -> Tile {
        let mut tile = [[0.0; DETECTOR_TILE]; LANES];
        if self.filters.is_empty() {
            for (at, channel) in signal.channels.iter().enumerate() {
                raise(&mut tile[at % LANES], &channel[frames.clone()], sine);
            }
            return tile;
        }
        let count = frames.len();
        let (mut heard, mut lanes) = ([f64x2::ZERO; DETECTOR_TILE], [[0.0; DETECTOR_TILE]; 2]);
        for (pair, (channels, filter)) in signal.channels.chunks(2).zip(&mut self.filters).enumerate() {
            let [left, right] = [&channels[0], &channels[channels.len() - 1]].map(|x| &x[frames.clone()]);
            for ((heard, &l), &r) in heard.iter_mut().zip(left).zip(right) {
                *heard = f64x2::new([f64::from(l), f64::from(r)]);
            }
            filter.run(&mut heard[..count]);
            for (n, heard) in heard[..count].iter().enumerate() {
                [lanes[0][n], lanes[1][n]] = heard.to_array().map(|x| x as f32);
            }
            for (at, lane) in lanes.iter().enumerate().take(channels.len()) {
                raise(&mut tile[(2 * pair + at) % LANES], &lane[..count], sine);
            }
        }
        tile
    }
}

/// Raises powers to those of some samples.
fn raise(powers: &mut [f32; DETECTOR_TILE], samples: &[f32], sine: f32) {
    for (highest, x) in powers.iter_mut().zip(samples) {
        let power = x * x * sine;
        *highest = if power > *highest { power } else { *highest };
    }
}
