use acetate_dsp::{
    HANN_AFTER, HANN_BEFORE, Hann4, SINC_AFTER, SINC_BEFORE, Sinc16, TILE, highest_sample, moving_max,
};
use acetate_model::Audio;

use super::envelope::{Envelope, Law};

/// A point counts as over the ceiling from this factor of it.
const OVER: f32 = 1.0 - 2e-6;
/// Where the gain is at work it aims a little lower: meters of other lengths and grids read what lies just below half
/// the rate by about as much higher.
const FINER: f32 = 0.9945;
/// What is over is brought down to this factor of what it may be.
const AIM: f32 = 1.0 - 6e-6;
/// A gain that differs by less is left as it is: a tenth of the distance between [`OVER`] and the ceiling.
const SAME_GAIN: f32 = 2e-7;
/// How many tiles around its own a check hears.
const REACH: usize = SINC_AFTER.div_ceil(TILE);
/// Overs shrink at least tenfold with each pass, so this many are never needed.
const MOST_PASSES: usize = 24;

/// Where the work stands in the buffers, in frames from their begin. All are whole tiles.
#[derive(Debug, Clone, Copy)]
pub struct Stages {
    /// Frames that go on together.
    pub chunk: usize,
    /// The chunk that leaves begins here; what is before has left and is still heard by the interpolators.
    pub leave: usize,
    /// Up to here points between samples are checked.
    pub checked: usize,
    /// Up to here gains are known.
    pub gained: usize,
    /// Up to here peaks of the input are known.
    pub detected: usize,
    /// Up to here there is input.
    pub frames: usize,
}

impl Stages {
    fn new(law: &Law) -> Self {
        let tiles = |frames: usize| frames.next_multiple_of(TILE);
        let chunk = tiles((8 * law.ahead).max(1024));
        let leave = tiles((SINC_BEFORE + TILE).max(law.behind() + 1));
        // a correction moves the gain over `ahead` frames before it, which may ask for a smaller one still earlier
        let checked = leave + chunk + tiles(2 * law.ahead + SINC_AFTER);
        let gained = checked + tiles(SINC_AFTER);
        let detected = gained + tiles(law.ahead + 1);
        Self { chunk, leave, checked, gained, detected, frames: detected + tiles(HANN_AFTER) }
    }

    /// From entering to leaving.
    pub fn latency(&self) -> usize {
        self.frames - self.leave
    }
}

/// Limits chunk after chunk: detects peaks, works out gains, renders, measures the result between its samples, and
/// corrects until it holds.
#[derive(Debug)]
pub struct Guard {
    ceiling: f32,
    ahead: usize,
    pub stages: Stages,
    sinc: Sinc16,
    hann: Hann4,
    envelope: Envelope,
    channels: Vec<Channel>,
    gain: Vec<f32>,
    /// Ratio of each frame's peak to the ceiling where it is over, else 0.
    need: Vec<f32>,
    /// The same for the result.
    over: Vec<f32>,
    /// Tiles that were rendered since they were last checked.
    fresh: Vec<bool>,
    scratch: Vec<f32>,
}

/// One channel before and after the gain, with the highest sample of each tile.
#[derive(Debug, Clone)]
struct Channel {
    x: Vec<f32>,
    z: Vec<f32>,
    x_max: Vec<f32>,
    z_max: Vec<f32>,
}

impl Guard {
    pub fn new(law: Law, ceiling: f64, channels: usize) -> Self {
        let stages = Stages::new(&law);
        let frames = stages.frames;
        let channel = Channel {
            x: vec![0.0; frames],
            z: vec![0.0; frames],
            x_max: vec![0.0; frames / TILE],
            z_max: vec![0.0; frames / TILE],
        };
        Self {
            ceiling: ceiling as f32,
            ahead: law.ahead,
            stages,
            sinc: Sinc16::default(),
            hann: Hann4::default(),
            channels: vec![channel; channels],
            gain: vec![1.0; frames],
            need: vec![0.0; frames],
            over: vec![0.0; frames],
            fresh: vec![false; frames / TILE],
            scratch: vec![0.0; stages.chunk + law.ahead + 1],
            envelope: Envelope::new(law, frames),
        }
    }

    pub fn reset(&mut self) {
        self.envelope.reset();
        self.gain.fill(1.0);
        self.need.fill(0.0);
        for channel in &mut self.channels {
            channel.x.fill(0.0);
            channel.z.fill(0.0);
            channel.x_max.fill(0.0);
            channel.z_max.fill(0.0);
        }
    }

    /// Takes the next chunk in, and makes the one from `leave` ready to leave.
    pub fn advance(&mut self, chunk: &Audio) {
        let Stages { chunk: step, checked, gained, .. } = self.stages;
        self.take_in(chunk);
        self.detect();
        self.render(gained - step, gained);
        let mut unchecked = checked - step;
        for pass in 0..MOST_PASSES {
            let clean = self.check(unchecked);
            self.fresh.fill(false);
            if clean {
                break;
            }
            let changed = self.raise(pass);
            self.render(changed, gained);
            unchecked = self.stages.frames;
        }
    }

    /// The gains of the chunk that leaves.
    pub fn gains(&self) -> &[f32] {
        &self.gain[self.stages.leave..][..self.stages.chunk]
    }

    /// A channel of the chunk that leaves.
    pub fn channel(&self, channel: usize) -> Option<&[f32]> {
        self.channels.get(channel).map(|c| &c.z[self.stages.leave..][..self.stages.chunk])
    }

    /// Attenuation in decibels of a frame of the chunk that leaves.
    pub fn attenuation_db(&self, frame: usize) -> f64 {
        self.envelope.attenuation_db(self.stages.leave + frame)
    }

    fn take_in(&mut self, chunk: &Audio) {
        let Stages { chunk: step, frames, .. } = self.stages;
        let (tiles, from) = (step / TILE, frames - step);
        self.envelope.shift(step);
        self.gain.copy_within(step.., 0);
        self.need.copy_within(step.., 0);
        for (channel, new) in self.channels.iter_mut().zip(&chunk.channels) {
            channel.x.copy_within(step.., 0);
            channel.z.copy_within(step.., 0);
            channel.x_max.copy_within(tiles.., 0);
            channel.z_max.copy_within(tiles.., 0);
            channel.x[from..].copy_from_slice(new);
            for (max, tile) in channel.x_max[from / TILE..].iter_mut().zip(new.chunks(TILE)) {
                *max = highest_sample(tile);
            }
        }
    }

    /// Finds where the input stands over the ceiling, and holds it ahead.
    fn detect(&mut self) {
        let Stages { chunk, gained, detected, .. } = self.stages;
        let limit = self.ceiling * OVER;
        for tile in (detected - chunk) / TILE..detected / TILE {
            let from = tile * TILE;
            let need = &mut self.need[from..from + TILE];
            need.fill(0.0);
            for channel in &self.channels {
                if highest_sample(&channel.x_max[tile - 1..=tile + 1]) * self.hann.bound() <= limit {
                    continue;
                }
                let peaks = self.hann.peaks(&channel.x[from - HANN_BEFORE..from + TILE + HANN_AFTER]);
                for (need, peak) in need.iter_mut().zip(peaks) {
                    let ratio = if peak > limit { peak / (self.ceiling * FINER * AIM) } else { 0.0 };
                    *need = if ratio > *need { ratio } else { *need };
                }
            }
        }
        // a frame's peak stands between it and the next one, so it holds for both
        let (from, to) = (gained - chunk, gained);
        let need = &self.need[from - 1..to + self.ahead];
        let hold = &mut self.envelope.hold[from..to];
        if highest_sample(need) == 0.0 {
            hold.fill(0.0);
        } else {
            moving_max(need, self.ahead + 2, &mut self.scratch, hold);
        }
    }

    /// Works out the gains of `from..to` and applies them; tiles whose gains stay the same are left alone.
    fn render(&mut self, from: usize, to: usize) {
        self.envelope.run(from, to);
        let first = from / TILE;
        let new_from = self.stages.gained - self.stages.chunk;
        for tile in first..to / TILE {
            let range = tile * TILE..(tile + 1) * TILE;
            let mut gains = [1f32; TILE];
            self.envelope.gains(range.start, &mut gains);
            let same = |(new, old): (&f32, &f32)| (new - old).abs() <= SAME_GAIN * old;
            let known = range.start < new_from || self.fresh[tile];
            if known && gains.iter().zip(&self.gain[range.clone()]).all(same) {
                continue;
            }
            self.fresh[tile] = true;
            self.gain[range.clone()].copy_from_slice(&gains);
            for channel in &mut self.channels {
                let z = &mut channel.z[range.clone()];
                for ((z, x), gain) in z.iter_mut().zip(&channel.x[range.clone()]).zip(&gains) {
                    *z = x * gain;
                }
                channel.z_max[tile] = highest_sample(z);
            }
        }
    }

    /// Measures the tiles that changed and those from `unchecked`, and says whether all stay under the ceiling.
    fn check(&mut self, unchecked: usize) -> bool {
        let Self { ceiling, sinc, hann, channels, gain, over, fresh, stages, .. } = self;
        let mut clean = true;
        over[stages.leave..stages.checked].fill(0.0);
        for tile in stages.leave / TILE..stages.checked / TILE {
            let from = tile * TILE;
            if from < unchecked && !fresh[tile - REACH..=tile + REACH].contains(&true) {
                continue;
            }
            let at_work = gain[from..from + TILE].iter().any(|&gain| gain != 1.0);
            let limit = *ceiling * OVER * if at_work { FINER } else { 1.0 };
            let over = &mut over[from..from + TILE];
            for channel in channels.iter() {
                let loudest = highest_sample(&channel.z_max[tile - REACH..=tile + REACH]);
                if loudest * sinc.bound() <= limit {
                    continue;
                }
                let mut note = |n: usize, level: f32| {
                    clean = false;
                    over[n] = if level > over[n] { level } else { over[n] };
                };
                let peaks = hann.peaks(&channel.z[from - HANN_BEFORE..from + TILE + HANN_AFTER]);
                for (n, &peak) in peaks.iter().enumerate() {
                    if peak > limit {
                        note(n, peak);
                    }
                }
                sinc.scan_strictly(&channel.z[from - SINC_BEFORE..from + TILE + SINC_AFTER], limit, note);
            }
        }
        clean
    }

    /// Asks for more attenuation where the result is over, and says from where on the gain changes.
    fn raise(&mut self, pass: usize) -> usize {
        let Stages { leave, checked, .. } = self.stages;
        let mut changed = checked;
        // the neighbours of a peak share in it; asking for a little more each time keeps the passes few
        let zeal = 1.0 + 0.25 * pass as f32;
        for n in leave..checked {
            if self.over[n] == 0.0 {
                continue;
            }
            let excess = self.over[n] / (self.ceiling * FINER * AIM) - 1.0;
            let ratio = (1.0 + excess * zeal) * 0.5 * (1.0 / self.gain[n] + 1.0 / self.gain[n + 1]);
            let from = n.saturating_sub(self.ahead).max(leave);
            for hold in &mut self.envelope.hold[from..=n + 1] {
                *hold = if ratio > *hold { ratio } else { *hold };
            }
            changed = changed.min(from);
        }
        changed
    }
}
