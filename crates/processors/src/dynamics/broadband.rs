use acetate_dsp::DETECTOR_TILE;
use acetate_model::{Audio, Block, Curve, Processor, Reduction, Spec, amplitude_db};

use super::ear::Ear;
use super::{Detector, Follower, Hearing, LANES, Law, Link, SideChain, sum_and_max};

/// Where a steady tone draws the curve.
const CURVE_HZ: f64 = 1000.0;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// What a broadband processor is built from.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What becomes of a level.
    pub law: Law,
    /// What is heard.
    pub detector: Detector,
    /// The time of a mean power.
    pub rms_ms: f64,
    /// How far the gain looks ahead.
    pub look_ahead_ms: f64,
    /// How long a control stays.
    pub hold_ms: f64,
    /// How much the channels share their gain.
    pub link_percent: f64,
    /// What the detector hears of a signal.
    pub side_chain: SideChain,
}

impl Plan {
    /// A processor at rest.
    pub fn build(&self, spec: &Spec) -> Broadband {
        let frames = |ms: f64| libm::round(ms * spec.rate() / 1000.0) as usize;
        let ahead = frames(self.look_ahead_ms);
        let hearing = Hearing {
            rms_ms: (self.detector == Detector::Rms).then_some(self.rms_ms),
            ahead,
            hold: frames(self.hold_ms),
            link: Link::Channels((self.link_percent / 100.0) as f32),
        };
        let laws = vec![self.law.clone(); spec.channels.clamp(1, LANES)];
        Broadband {
            is_neutral: self.law.is_neutral(),
            ear: Ear::new(spec.rate_hz, spec.channels, &self.side_chain),
            follower: Follower::new(spec.rate_hz, &laws, &hearing),
            late: vec![vec![0.0; ahead]; spec.channels * (1 + spec.linked)],
            ahead,
            at: 0,
            reduction: [Reduction::default()],
        }
    }

    /// The steady level of a tone of 1 kHz.
    pub fn curve(&self, spec: &Spec) -> Curve {
        let law = self.law.clone();
        let heard_db = self.side_chain.gain_db(spec.rate_hz, CURVE_HZ);
        Curve::Transfer(Box::new(move |level_dbfs| {
            level_dbfs + amplitude_db(law.steady_gain(level_dbfs + heard_db)).unwrap_or(FLOOR_DB)
        }))
    }
}

/// A gain for the whole spectrum that follows a level.
///
/// Every channel gets the gain of its lane, and so does the same channel of every linked signal.
#[derive(Debug, Clone)]
pub struct Broadband {
    is_neutral: bool,
    ear: Ear,
    follower: Follower,
    // what was heard and is not yet due, for each channel of each signal
    late: Vec<Vec<f32>>,
    ahead: usize,
    at: usize,
    reduction: [Reduction; 1],
}

impl Broadband {
    /// The next frames, no more than the follower has room for; adds to the sum and the highest of the attenuation.
    fn work(&mut self, block: &mut Block, from: usize, to: usize) -> [f32; 2] {
        let frames = to - from;
        let Block { main, key, .. } = &*block;
        let mut tile = self.ear.powers(key.as_ref().unwrap_or(main), from..to, self.follower.sine());
        self.follower.attenuate(&mut tile, frames);
        let lanes = self.follower.lanes();
        let (mut sum, mut highest) = (0.0, 0.0f32);
        let mut is_one = true;
        for (at, lane) in tile.iter_mut().enumerate().take(lanes) {
            let [lane_sum, lane_max] = sum_and_max(&lane[..frames]);
            sum += lane_sum / lanes as f32;
            highest = highest.max(lane_max);
            is_one &= self.follower.to_gains(at, &mut lane[..frames]);
        }
        let mut late = self.late.iter_mut();
        for signal in block.signals() {
            for (channel, x) in signal.channels.iter_mut().enumerate() {
                let part = &mut x[from..to];
                if let Some(late) = late.next() {
                    exchange(part, late, self.at);
                }
                if !is_one {
                    apply(part, &tile[(channel % LANES).min(lanes - 1)]);
                }
            }
        }
        self.at = if self.ahead == 0 { 0 } else { (self.at + frames) % self.ahead };
        [sum, highest]
    }

    /// Only late.
    fn delay(&mut self, block: &mut Block) {
        if self.ahead == 0 {
            return;
        }
        let channels = block.signals().flat_map(|signal: &mut Audio| &mut signal.channels);
        for (x, late) in channels.zip(&mut self.late) {
            exchange(x, late, self.at);
        }
        self.at = (self.at + block.frames()) % self.ahead;
    }
}

/// Frames for those that were put in `late` one round ago.
fn exchange(frames: &mut [f32], late: &mut [f32], mut at: usize) {
    let mut rest = frames;
    while !rest.is_empty() && !late.is_empty() {
        let count = rest.len().min(late.len() - at);
        let (now, then) = rest.split_at_mut(count);
        now.swap_with_slice(&mut late[at..at + count]);
        (rest, at) = (then, (at + count) % late.len());
    }
}

fn apply(frames: &mut [f32], gains: &[f32; DETECTOR_TILE]) {
    for (x, gain) in frames.iter_mut().zip(gains) {
        *x *= gain;
    }
}

impl Processor for Broadband {
    fn process(&mut self, block: &mut Block) {
        self.reduction = [Reduction::default()];
        if self.is_neutral {
            self.delay(block);
            return;
        }
        let (mut done, mut sum, mut highest) = (0, 0.0f64, 0.0f32);
        while done < block.frames() {
            let to = (done + self.follower.room()).min(block.frames());
            let [more, max] = self.work(block, done, to);
            sum += f64::from(more);
            highest = highest.max(max);
            done = to;
        }
        let mean_db = (sum / block.frames().max(1) as f64) as f32;
        self.reduction = [Reduction { mean_db, max_db: highest }];
    }

    fn reset(&mut self) {
        self.ear.reset();
        self.follower.reset();
        self.late.iter_mut().for_each(|late| late.fill(0.0));
        self.at = 0;
        self.reduction = [Reduction::default()];
    }

    fn latency(&self) -> usize {
        self.ahead
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reduction
    }
}
