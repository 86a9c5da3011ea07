use acetate_dsp::{box_lengths, box_sum};

use super::Style;

/// Attenuation is summed in integers; this many make a decibel.
const STEPS_PER_DB: f64 = (1 << 20) as f64;
/// More than any input and drive can ask for; keeps the sums in range.
const MOST_DB: f64 = 200.0;
/// A release that has come this close to zero has ended.
const REST_DB: f64 = 1e-5;

/// The limiter's time constants, at any rate.
#[derive(Debug, Clone)]
pub struct Law {
    /// How far the gain looks ahead, in frames.
    pub ahead: usize,
    boxes: [usize; 3],
    scale: f64,
    keep: f64,
    slow_rise: f64,
    slow_fall: f64,
    slow_share: f64,
}

impl Law {
    pub fn new(style: Style, release_ms: f64, rate: f64) -> Self {
        let character = style.character();
        let per_frame = |ms: f64| 1.0 - libm::exp(-1000.0 / (ms * rate));
        let ahead = libm::round(character.ahead_ms * rate / 1000.0).max(1.0) as usize;
        let boxes = box_lengths(ahead + 1);
        Self {
            ahead,
            boxes,
            scale: 1.0 / (STEPS_PER_DB * boxes.iter().product::<usize>() as f64),
            keep: 1.0 - per_frame(release_ms),
            slow_rise: per_frame(character.slow_rise_ms),
            slow_fall: per_frame(character.slow_fall_ms),
            slow_share: character.slow_share,
        }
    }

    /// Frames before the first that the envelope needs to continue.
    pub fn behind(&self) -> usize {
        self.boxes.iter().copied().max().unwrap_or(1)
    }
}

/// Attenuation over time, from how far each frame and those ahead of it stand over the ceiling.
///
/// Every step keeps the order of its input (a higher hold never makes a lower attenuation), and the boxes average
/// over no more frames than the hold looks ahead: the attenuation of a frame is never below its own need.
#[derive(Debug, Clone)]
pub struct Envelope {
    law: Law,
    /// Highest ratio to the ceiling from each frame to `ahead` behind it; below 1 where nothing is needed.
    pub hold: Vec<f32>,
    slow: Vec<f64>,
    fall: Vec<f64>,
    sums: [Vec<i64>; 4],
}

impl Envelope {
    pub fn new(law: Law, frames: usize) -> Self {
        Self {
            law,
            hold: vec![0.0; frames],
            slow: vec![0.0; frames],
            fall: vec![0.0; frames],
            sums: std::array::from_fn(|_| vec![0; frames]),
        }
    }

    pub fn reset(&mut self) {
        self.hold.fill(0.0);
        self.slow.fill(0.0);
        self.fall.fill(0.0);
        self.sums.iter_mut().for_each(|sums| sums.fill(0));
    }

    /// Forgets the oldest frames and makes room for as many new ones.
    pub fn shift(&mut self, frames: usize) {
        self.hold.copy_within(frames.., 0);
        self.slow.copy_within(frames.., 0);
        self.fall.copy_within(frames.., 0);
        self.sums.iter_mut().for_each(|sums| sums.copy_within(frames.., 0));
    }

    /// Works out the attenuation of `from..to` from the hold; what lies before `from` stands.
    pub fn run(&mut self, from: usize, to: usize) {
        self.release(from, to);
        for (stage, &length) in self.law.boxes.iter().enumerate() {
            let (x, out) = self.sums.split_at_mut(stage + 1);
            box_sum(&x[stage], length, from, to, &mut out[0]);
        }
    }

    /// Falls towards a share of the recent mean, so that dense passages are held evenly and single peaks let go.
    fn release(&mut self, from: usize, to: usize) {
        let Law { keep, slow_rise, slow_fall, slow_share, .. } = self.law;
        let (mut slow, mut fall) = (self.slow[from - 1], self.fall[from - 1]);
        let (mut ratio, mut need) = (0f32, 0f64);
        let outputs = self.slow[from..to].iter_mut().zip(&mut self.fall[from..to]);
        for ((&hold, step), (slow_out, fall_out)) in
            self.hold[from..to].iter().zip(&mut self.sums[0][from..to]).zip(outputs)
        {
            if hold != ratio {
                ratio = hold;
                need = if hold > 1.0 { (20.0 * libm::log10(f64::from(hold))).min(MOST_DB) } else { 0.0 };
            }
            let towards = need - slow;
            slow += towards * if towards > 0.0 { slow_rise } else { slow_fall };
            let floor = slow_share * slow;
            let released = floor + (fall - floor) * keep;
            fall = if released > need { released } else { need };
            if need == 0.0 && fall < REST_DB {
                (slow, fall) = (0.0, 0.0);
            }
            *slow_out = slow;
            *fall_out = fall;
            // one step more, so that truncation never leaves less than the need
            *step = if fall > 0.0 { (fall * STEPS_PER_DB) as i64 + 1 } else { 0 };
        }
    }

    /// The attenuation of a frame in decibels, 0 or more.
    pub fn attenuation_db(&self, frame: usize) -> f64 {
        self.sums[3][frame] as f64 * self.law.scale
    }

    /// The gains of the frames from `from`.
    pub fn gains(&self, from: usize, out: &mut [f32]) {
        let per_step = self.law.scale * -std::f64::consts::LOG2_10 / 20.0;
        let sums = &self.sums[3][from..from + out.len()];
        if sums.iter().all(|&sum| sum == 0) {
            out.fill(1.0);
            return;
        }
        for (gain, &sum) in out.iter_mut().zip(sums) {
            *gain = exp2(sum as f64 * per_step) as f32;
        }
    }
}

/// 2^x for x from −1000 to 0, within 1e−9; exactly 1 for 0. Has no branch, so that loops over it vectorise.
fn exp2(x: f64) -> f64 {
    // adding this leaves the nearest whole number in the lowest bits
    const ROUND: f64 = (3u64 << 51) as f64;
    const LN_2: f64 = std::f64::consts::LN_2;
    let shifted = x + ROUND;
    let t = (x - (shifted - ROUND)) * LN_2;
    let high = 1.0 / 720.0 + t * (1.0 / 5040.0 + t * (1.0 / 40320.0));
    let series =
        1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t * high)))));
    f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp2_is_close_and_exact_at_zero() {
        assert_eq!(exp2(0.0), 1.0);
        for n in 0..40_000 {
            let x = -f64::from(n) / 1000.0;
            assert!((exp2(x) / libm::exp2(x) - 1.0).abs() < 1e-9, "{x}");
        }
    }

    #[test]
    fn attenuation_covers_every_need() {
        for style in [Style::Transparent, Style::CleanBass, Style::Punch] {
            let law = Law::new(style, 50.0, 8000.0);
            let (ahead, first, frames) = (law.ahead, law.behind(), 4000);
            let mut envelope = Envelope::new(law, first + frames);
            let need = |n: usize| {
                if n.is_multiple_of(371) || n % 777 < 9 { 1.0 + (n * 7919 % 100) as f32 / 30.0 } else { 0.0 }
            };
            for n in 0..frames {
                envelope.hold[first + n] = (n..=n + ahead).map(need).fold(0.0, f32::max);
            }
            envelope.run(first, first + frames);
            for n in ahead..frames {
                let needed = 20.0 * libm::log10(f64::from(need(n).max(1.0)));
                assert!(envelope.attenuation_db(first + n) >= needed, "{style:?} {n}");
            }
        }
    }
}
