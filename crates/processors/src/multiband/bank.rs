use acetate_dsp::{Cascade, DETECTOR_TILE, LinkwitzRiley};
use acetate_model::{Audio, Block, Spec};
use wide::f64x2;

use super::gains::Gains;
use super::part::Part;

/// Frames of a pair of channels.
type Frames = [f64x2; DETECTOR_TILE];

/// A signal of two channels in bands, split from low to high by crossovers of Linkwitz and Riley.
///
/// A band passes through the all-passes of the crossovers that are not on its way, so that all bands keep in step.
/// As the gains are applied before, all bands below a crossover share one.
#[derive(Debug, Clone)]
struct Bank {
    crossovers: Vec<LinkwitzRiley>,
    // those of all crossovers but the first
    sums: Vec<Cascade>,
    bands: Vec<Frames>,
}

impl Bank {
    fn new(rate_hz: u32, crossovers_hz: &[f64]) -> Self {
        let sum = |&hz: &f64| {
            let section = LinkwitzRiley::sum(rate_hz, hz);
            Cascade::new(&[section], &[section])
        };
        Self {
            crossovers: crossovers_hz.iter().map(|&hz| LinkwitzRiley::new(rate_hz, hz)).collect(),
            sums: crossovers_hz.iter().skip(1).map(sum).collect(),
            bands: vec![[f64x2::ZERO; DETECTOR_TILE]; crossovers_hz.len() + 1],
        }
    }

    fn reset(&mut self) {
        self.crossovers.iter_mut().for_each(LinkwitzRiley::reset);
        self.sums.iter_mut().for_each(Cascade::reset);
    }

    fn split(&mut self, frames: &[f64x2]) {
        let count = frames.len();
        let Some((high, bands)) = self.bands.split_last_mut() else { return };
        let high = &mut high[..count];
        high.copy_from_slice(frames);
        for (crossover, low) in self.crossovers.iter_mut().zip(bands) {
            crossover.split(high, &mut low[..count]);
        }
    }

    /// All bands together with their gains, in both lanes or in one.
    fn join(&mut self, gains: &Gains, lane: Option<usize>, frames: &mut [f64x2]) {
        frames.fill(f64x2::ZERO);
        for (at, band) in self.bands.iter().enumerate() {
            // neither the lowest band nor the highest brings a crossover of its own
            if let Some(sum) = at.checked_sub(1).and_then(|at| self.sums.get_mut(at)) {
                sum.run(frames);
            }
            if gains.is_one(at) {
                frames.iter_mut().zip(band).for_each(|(y, x)| *y += *x);
                continue;
            }
            let keep = match lane {
                None => f64x2::ZERO,
                Some(lane) => f64x2::new(std::array::from_fn(|at| f64::from(u8::from(at != lane)))),
            };
            let take = 1.0 - keep;
            for ((y, x), gain) in frames.iter_mut().zip(band).zip(gains.of(at)) {
                *y += *x * (keep + take * f64::from(*gain));
            }
        }
    }
}

/// Bands without latency, for each pair of channels of each signal.
pub struct Banks {
    // first those of the main signal, then those of each linked one
    pairs: Vec<Bank>,
    key: Vec<Bank>,
    part: Option<Part>,
    // the bands that detectors hear, [band][channel][frame]
    heard: Vec<Vec<Vec<f32>>>,
}

impl Banks {
    /// At rest.
    pub fn new(spec: &Spec, crossovers_hz: &[f64], part: Option<Part>) -> Self {
        let bank = Bank::new(spec.rate_hz, crossovers_hz);
        let pairs = spec.channels.div_ceil(2);
        let channels = if part.is_some() { 1 } else { spec.channels };
        Self {
            heard: vec![vec![vec![0.0; DETECTOR_TILE]; channels]; bank.bands.len()],
            key: vec![bank.clone(); pairs],
            pairs: vec![bank; pairs * (1 + spec.linked)],
            part,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.pairs.iter_mut().chain(&mut self.key).for_each(Bank::reset);
    }

    /// The next frames of every signal, no more than the gains have room for.
    pub fn work(&mut self, gains: &mut Gains, block: &mut Block, from: usize, to: usize) {
        let mut frames = [f64x2::ZERO; DETECTOR_TILE];
        let frames = &mut frames[..to - from];
        let part = self.part;
        let split = |bank: &mut Bank, pair: &[Vec<f32>], frames: &mut [f64x2]| {
            load(frames, pair, from, to);
            if let Some(part) = part {
                part.turn(frames);
            }
            bank.split(frames);
        };
        let decides: (&Audio, &mut [Bank]) = match &block.key {
            Some(key) => (key, &mut self.key),
            None => (&block.main, &mut self.pairs),
        };
        for (at, (pair, bank)) in decides.0.channels.chunks(2).zip(decides.1).enumerate() {
            split(bank, pair, frames);
            tell(&mut self.heard, bank, 2 * at, part, to - from);
        }
        gains.follow(&self.heard, to - from);
        let known = if block.key.is_some() { 0 } else { block.main.channels.len().div_ceil(2) };
        let pairs = block.signals().flat_map(|signal| signal.channels.chunks_mut(2));
        for (at, (pair, bank)) in pairs.zip(&mut self.pairs).enumerate() {
            if at >= known {
                split(bank, pair, frames);
            }
            bank.join(gains, part.map(|part| part.lane()), frames);
            if let Some(part) = part {
                part.turn_back(frames);
            }
            for (lane, channel) in pair.iter_mut().enumerate() {
                for (x, frame) in channel[from..to].iter_mut().zip(&*frames) {
                    *x = frame.to_array()[lane] as f32;
                }
            }
        }
    }
}

/// An odd last channel stands in both lanes.
fn load(frames: &mut [f64x2], pair: &[Vec<f32>], from: usize, to: usize) {
    let (left, right) = (&pair[0][from..to], &pair[pair.len() - 1][from..to]);
    for ((frame, &l), &r) in frames.iter_mut().zip(left).zip(right) {
        *frame = f64x2::new([f64::from(l), f64::from(r)]);
    }
}

/// What detectors hear of a pair of channels, the first of which is `channel`.
fn tell(heard: &mut [Vec<Vec<f32>>], bank: &Bank, channel: usize, part: Option<Part>, frames: usize) {
    for (heard, band) in heard.iter_mut().zip(&bank.bands) {
        for (lane, heard) in heard.iter_mut().skip(channel).take(2).enumerate() {
            let lane = part.map_or(lane, |part| part.lane());
            for (heard, frame) in heard[..frames].iter_mut().zip(band) {
                *heard = frame.to_array()[lane] as f32;
            }
        }
    }
}
