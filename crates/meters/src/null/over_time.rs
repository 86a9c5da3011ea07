use acetate_dsp::Hops;
use acetate_model::{Audio, Quantity, Value, amplitude_db, power_db};

use super::dot::dot2;
use super::left_db;

/// The hop of everything over time.
const HOP_MS: u32 = 50;
/// A hop of the mix or sum below this mean power (−70 dBFS) says nothing.
const SILENT: f64 = 1e-7;
/// A hop this far below the loudest of the sum, as a share, says little about a gain (−40 dB).
const FAINT: f64 = 1e-4;
/// Fewer hops than this show no range.
const FEWEST: usize = 8;

/// Sum and mix, hop by hop.
#[derive(Debug, Clone)]
pub(super) struct OverTime {
    hops: Hops,
    // what waits for its hop to be full in both: sum and mix
    waiting: [[Vec<f32>; 2]; 2],
    // of each whole hop: the sum's energy, the mix's, their product, samples
    energies: Vec<[f64; 4]>,
}

impl OverTime {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self { hops: Hops::of_ms(rate_hz, HOP_MS), waiting: Default::default(), energies: Vec::new() }
    }

    /// Hears the next block of each; one may be ahead of the other, and what has no counterpart is not compared.
    pub(super) fn push(&mut self, sum: &Audio, mix: &Audio) {
        let heard = |waiting: &[[Vec<f32>; 2]; 2]| waiting[0][0].len().min(waiting[1][0].len());
        let before = heard(&self.waiting);
        for (waiting, block) in self.waiting.iter_mut().zip([sum, mix]) {
            for (c, waiting) in waiting.iter_mut().enumerate() {
                let channel = block.channels.get(c).or(block.channels.last());
                waiting.extend_from_slice(channel.map_or(&[][..], Vec::as_slice));
            }
        }
        let frames = heard(&self.waiting) - before;
        let (mut from, mut to) = (0, before);
        for part in self.hops.parts(frames) {
            to += part.to - part.from;
            if part.ends {
                let [sum, mix] = self.waiting.each_ref().map(|x| [&x[0][from..to], &x[1][from..to]]);
                let samples = 2.0 * (to - from) as f64;
                self.energies.push([dot2(sum, sum), dot2(mix, mix), dot2(sum, mix), samples]);
                from = to;
            }
        }
        for waiting in self.waiting.iter_mut().flatten() {
            waiting.drain(..from);
        }
    }

    /// The energies of the whole, and samples.
    fn whole(&self) -> [f64; 4] {
        let mut whole = [0.0; 4];
        for hop in &self.energies {
            whole.iter_mut().zip(hop).for_each(|(whole, x)| *whole += x);
        }
        whole
    }

    /// The one gain that comes nearest.
    fn gain(&self) -> f64 {
        let [sum, _, product, _] = self.whole();
        if sum > 0.0 { product / sum } else { 0.0 }
    }

    pub(super) fn read(&self) -> Vec<(Quantity, Value)> {
        let [sum, mix, product, samples] = self.whole();
        if sum <= 0.0 || mix <= 0.0 {
            let silent = || Value::Undefined("the stems or the mix are silent".into());
            return vec![(Quantity::NullResidual, silent()), (Quantity::MixGain, silent())];
        }
        let gain = self.gain();
        let left =
            |[sum, mix, product, _]: &[f64; 4]| (mix - 2.0 * gain * product + gain * gain * sum).max(0.0);
        let all_left: f64 = self.energies.iter().map(left).sum();
        let none = "nothing is left";
        vec![
            (
                Quantity::MixGain,
                Value::scalar_or(amplitude_db(gain.abs()), "the mix has nothing of the stems"),
            ),
            (Quantity::MixCorrelation, Value::Scalar((product / (sum * mix).sqrt()).clamp(-1.0, 1.0))),
            (Quantity::NullResidual, Value::Scalar(left_db(all_left / mix))),
            (Quantity::NullLevel, Value::scalar_or(power_db(all_left / samples), none)),
            (Quantity::NullSpread, Value::scalar_or(self.spread(left), none)),
            (
                Quantity::NullOverTime,
                self.timeline(|hop| (hop[1] > SILENT * hop[3]).then(|| left_db(left(hop) / hop[1]))),
            ),
            (
                Quantity::MixGainOverTime,
                self.timeline(|hop| {
                    let product = hop[2] * gain.signum();
                    (hop[0] > SILENT * hop[3] && product > 0.0).then(|| 20.0 * libm::log10(product / hop[0]))
                }),
            ),
            (Quantity::MixGainLevel, Value::scalar_or(self.with_level(), "the level does not change")),
        ]
    }

    fn timeline(&self, read: impl Fn(&[f64; 4]) -> Option<f64>) -> Value {
        let values = self.energies.iter().map(|hop| read(hop).map(|x| x as f32)).collect();
        Value::Timeline { start_ms: 0.0, hop_ms: f64::from(HOP_MS), values }
    }

    /// From the 10th to the 90th percentile of what is left, while the mix sounds.
    fn spread(&self, left: impl Fn(&[f64; 4]) -> f64) -> Option<f64> {
        let sounding = self.energies.iter().filter(|hop| hop[1] > SILENT * hop[3]);
        let mut levels: Vec<f64> = sounding.map(|hop| left(hop) / hop[3]).filter(|x| *x > 0.0).collect();
        levels.sort_by(f64::total_cmp);
        let at = |share: f64| levels[(share * levels.len() as f64) as usize];
        (levels.len() >= FEWEST).then(|| 10.0 * libm::log10(at(0.9) / at(0.1)))
    }

    /// The correlation of the gain with the sum's level, both in dB.
    fn with_level(&self) -> Option<f64> {
        let gain = self.gain();
        let loudest = self.energies.iter().map(|hop| hop[0]).fold(0.0, f64::max);
        let pairs: Vec<[f64; 2]> = self
            .energies
            .iter()
            .filter(|hop| hop[0] > FAINT * loudest && hop[2] * gain > 0.0)
            .map(|hop| [libm::log10(hop[0]), libm::log10((hop[2] / hop[0]).abs())])
            .collect();
        if pairs.len() < FEWEST {
            return None;
        }
        let mean = [0, 1].map(|c| pairs.iter().map(|pair| pair[c]).sum::<f64>() / pairs.len() as f64);
        let moment =
            |a: usize, b: usize| pairs.iter().map(|p| (p[a] - mean[a]) * (p[b] - mean[b])).sum::<f64>();
        let size = (moment(0, 0) * moment(1, 1)).sqrt();
        (size > 0.0).then(|| moment(0, 1) / size)
    }
}
