use acetate_dsp::{
    CrestTimes, DETECTOR_TILE, Decoupled, MeanPower, Tile, TrailingMax, TrailingMean, gain, level_db,
};

use super::{Law, Times};

/// How many signals one follower hears side by side.
pub const LANES: usize = 4;
/// Over which time an attenuation must last to be let go slowly.
const LASTING_MS: f64 = 100.0;
/// How much slower that is.
const SLOWER: f64 = 10.0;
/// After so many attack times an attack is over.
const SETTLED: f64 = 7.0;

/// A peak stays for this share of a release and no longer than this before it is let go: samples of a high tone meet
/// its crests only now and then, and a gain that fell in between would alias.
const PEAK_HOLD: f64 = 0.02;
/// See [`PEAK_HOLD`].
const LONGEST_PEAK_HOLD_MS: f64 = 4.0;

/// What a follower hears, and from when on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hearing {
    /// The time over which the mean power is taken; without it, samples are heard.
    pub rms_ms: Option<f64>,
    /// By how much the sound is later than what is heard.
    pub ahead: usize,
    /// For how long a control stays before it is let go, in frames; that of a peak a little longer.
    pub hold: usize,
    /// What its signals have to do with each other.
    pub link: Link,
}

/// What signals heard side by side have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    /// Nothing: they are bands.
    Apart,
    /// They are channels, and this share of each control is that of the highest.
    Channels(f32),
}

impl Link {
    /// Whether the first lane stands for all.
    fn is_whole(self) -> bool {
        matches!(self, Self::Channels(share) if share >= 1.0)
    }
}

/// Powers of up to four signals to gains.
#[derive(Debug, Clone)]
pub struct Follower {
    laws: Vec<Law>,
    idle_below: [f32; LANES],
    link: Link,
    mean: Option<MeanPower>,
    early: Vec<Early>,
    ballistics: Decoupled,
    lasting: Option<Lasting>,
    crest: Option<Box<Crest>>,
    // how far it is into its tile
    phase: usize,
}

/// Controls that come before their sound, or stay after it.
#[derive(Debug, Clone)]
struct Early {
    highest: TrailingMax,
    ramp: Option<TrailingMean>,
}

/// What lasts is let go slowly.
#[derive(Debug, Clone)]
struct Lasting {
    on: [bool; LANES],
    mean: MeanPower,
    ballistics: Decoupled,
}

/// Times that follow the crest factor.
#[derive(Debug, Clone)]
struct Crest {
    on: [bool; LANES],
    times: CrestTimes,
    set: [[f32; LANES]; 2],
    powers: Tile,
    taken: [Tile; 2],
}

impl Follower {
    /// At rest; a law for each signal.
    pub fn new(rate_hz: u32, laws: &[Law], hearing: &Hearing) -> Self {
        let motion = |lane: usize| laws.get(lane).map(|law| law.motion);
        let has = |times: Times| {
            std::array::from_fn(|lane| motion(lane).is_some_and(|motion| motion.times == times))
        };
        let times_ms: [[f64; 2]; LANES] =
            std::array::from_fn(|lane| motion(lane).map_or([0.0; 2], |motion| motion.times_ms));
        let pair = |mean: MeanPower| if laws.len() <= 2 { mean.of_pair() } else { mean };
        let ballistics = Decoupled::new(rate_hz, times_ms);
        let is_early = hearing.ahead + hearing.hold > 0 || hearing.rms_ms.is_none();
        let [lasting, crest]: [[bool; LANES]; 2] = [has(Times::Program), has(Times::Auto)];
        Self {
            laws: laws.to_vec(),
            idle_below: std::array::from_fn(|lane| laws.get(lane).map_or(f32::INFINITY, Law::idle_below)),
            link: hearing.link,
            mean: hearing.rms_ms.map(|ms| pair(MeanPower::new(rate_hz, ms))),
            early: laws.iter().filter(|_| is_early).map(|law| Early::new(rate_hz, law, hearing)).collect(),
            ballistics: if laws.len() <= 2 { ballistics.of_pair() } else { ballistics },
            lasting: lasting.contains(&true).then(|| Lasting::new(rate_hz, lasting, times_ms)),
            crest: crest.contains(&true).then(|| Box::new(Crest::new(rate_hz, crest, times_ms))),
            phase: 0,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.mean.iter_mut().for_each(MeanPower::reset);
        self.early.iter_mut().for_each(Early::reset);
        self.ballistics.reset();
        if let Some(lasting) = &mut self.lasting {
            lasting.mean.reset();
            lasting.ballistics.reset();
        }
        if let Some(crest) = &mut self.crest {
            crest.times.reset();
        }
        self.phase = 0;
    }

    /// What a square of a sample counts, such that a full-scale sine reads 1.
    pub fn sine(&self) -> f32 {
        if self.mean.is_some() { 2.0 } else { 1.0 }
    }

    /// How many frames it can hear next at once.
    pub fn room(&self) -> usize {
        DETECTOR_TILE - self.phase
    }

    /// How many lanes hold a gain.
    pub fn lanes(&self) -> usize {
        if self.link.is_whole() { 1 } else { self.laws.len() }
    }

    /// Powers of the next frames, no more than it has room for, to smooth attenuations.
    pub fn attenuate(&mut self, tile: &mut Tile, frames: usize) {
        let whole = self.link.is_whole();
        if let Some(crest) = &mut self.crest {
            for (copy, lane) in crest.powers.iter_mut().zip(tile.iter()) {
                copy[..frames].copy_from_slice(&lane[..frames]);
            }
            if whole {
                join(&mut crest.powers, self.laws.len(), frames);
            }
        }
        if let Some(mean) = &mut self.mean {
            mean.advance(tile, frames);
        }
        if whole {
            join(tile, self.laws.len(), frames);
        }
        let heard = self.control(tile, frames);
        self.move_with(tile, frames, heard);
        for (lane, law) in tile.iter_mut().zip(&self.laws).take(self.lanes()) {
            if !law.is_idle() {
                law.attenuation(&mut lane[..frames]);
            }
        }
        self.phase += frames;
        if self.phase == DETECTOR_TILE {
            self.settle();
        }
    }

    /// Powers to controls; says whether there is any.
    fn control(&self, tile: &mut Tile, frames: usize) -> bool {
        let lanes = self.lanes();
        let quiet = |(lane, below): (&[f32; DETECTOR_TILE], &f32)| {
            // without a branch, so that the loop works on several at once
            let loud = lane[..frames].iter().fold(0u32, |loud, power| loud | u32::from(power > below));
            loud == 0
        };
        if tile.iter().zip(&self.idle_below).take(lanes).all(quiet) {
            for lane in tile {
                lane[..frames].fill(0.0);
            }
            return false;
        }
        for (at, lane) in tile.iter_mut().enumerate() {
            let lane = &mut lane[..frames];
            match self.laws.get(at) {
                Some(law) if at < lanes && !law.is_idle() => {
                    level_db(lane);
                    law.control(lane);
                }
                _ => lane.fill(0.0),
            }
        }
        match self.link {
            Link::Channels(share) if lanes > 1 && share > 0.0 => link(tile, lanes, share, frames),
            _ => {}
        }
        true
    }

    /// Controls to what the gain follows.
    fn move_with(&mut self, tile: &mut Tile, frames: usize, heard: bool) {
        for (early, lane) in self.early.iter_mut().zip(tile.iter_mut()) {
            early.run(&mut lane[..frames]);
        }
        let at_rest =
            !heard && self.early.is_empty() && self.ballistics.is_at_rest() && self.lasting.is_none();
        if let Some(crest) = &mut self.crest {
            crest.hear(frames);
            let [attack, release] = &crest.taken;
            self.ballistics.advance_by(tile, [attack, release], frames);
        } else if !at_rest {
            let lasting = self.lasting.as_mut().map(|lasting| lasting.run(tile, frames));
            self.ballistics.advance(tile, frames);
            for (lane, slow) in tile.iter_mut().zip(lasting.iter().flatten()) {
                for (fast, slow) in lane[..frames].iter_mut().zip(slow) {
                    *fast = if slow > fast { *slow } else { *fast };
                }
            }
        }
    }

    fn settle(&mut self) {
        self.phase = 0;
        self.mean.iter_mut().for_each(MeanPower::settle);
        self.ballistics.settle();
        if let Some(lasting) = &mut self.lasting {
            lasting.mean.settle();
            lasting.ballistics.settle();
        }
        if let Some(crest) = &mut self.crest {
            crest.times.settle();
        }
    }

    /// Attenuations of a lane to gains, in place; says whether all are 1.
    pub fn to_gains(&self, at: usize, lane: &mut [f32]) -> bool {
        let Law { gain_db, mix, .. } = self.laws[at];
        if gain_db == 0.0 && lane.iter().all(|&db| db == 0.0) {
            lane.fill(1.0);
            return true;
        }
        if gain_db != 0.0 {
            for db in &mut *lane {
                *db -= gain_db;
            }
        }
        gain(lane);
        if mix < 1.0 {
            for gain in lane {
                *gain = 1.0 + mix * (*gain - 1.0);
            }
        }
        false
    }
}

impl Early {
    /// The attack begins as early as it can; what it has of time before it must be over makes it a ramp.
    fn new(rate_hz: u32, law: &Law, hearing: &Hearing) -> Self {
        let attack = match law.motion.times {
            Times::Auto => 0.0,
            _ => SETTLED * law.motion.times_ms[0] * f64::from(rate_hz) / 1000.0,
        };
        let ramp = hearing.ahead.saturating_sub(attack as usize);
        let peak_ms = (PEAK_HOLD * law.motion.times_ms[1]).min(LONGEST_PEAK_HOLD_MS);
        let peak = if hearing.rms_ms.is_none() { peak_ms } else { 0.0 };
        let hold = hearing.hold.max(libm::round(peak * f64::from(rate_hz) / 1000.0) as usize);
        Self {
            highest: TrailingMax::new(hearing.ahead + hold + 1),
            ramp: (ramp > 0).then(|| TrailingMean::new(ramp + 1)),
        }
    }

    fn reset(&mut self) {
        self.highest.reset();
        self.ramp.iter_mut().for_each(TrailingMean::reset);
    }

    fn run(&mut self, lane: &mut [f32]) {
        self.highest.run(lane);
        self.ramp.iter_mut().for_each(|ramp| ramp.run(lane));
    }
}

impl Lasting {
    fn new(rate_hz: u32, on: [bool; LANES], times_ms: [[f64; 2]; LANES]) -> Self {
        let slower = times_ms.map(|[attack, release]| [attack, SLOWER * release]);
        Self { on, mean: MeanPower::new(rate_hz, LASTING_MS), ballistics: Decoupled::new(rate_hz, slower) }
    }

    fn run(&mut self, tile: &Tile, frames: usize) -> Tile {
        let mut slow = *tile;
        for (lane, on) in slow.iter_mut().zip(self.on) {
            if !on {
                lane.fill(0.0);
            }
        }
        self.mean.advance(&mut slow, frames);
        self.ballistics.advance(&mut slow, frames);
        slow
    }
}

impl Crest {
    fn new(rate_hz: u32, on: [bool; LANES], times_ms: [[f64; 2]; LANES]) -> Self {
        let taken = |ms: f64| -libm::expm1(-1000.0 / (ms * f64::from(rate_hz))) as f32;
        Self {
            on,
            times: CrestTimes::new(rate_hz),
            set: std::array::from_fn(|which| times_ms.map(|ms| taken(ms[which]))),
            powers: [[0.0; DETECTOR_TILE]; LANES],
            taken: [[[0.0; DETECTOR_TILE]; LANES]; 2],
        }
    }

    fn hear(&mut self, frames: usize) {
        let [attack, release] = &mut self.taken;
        self.times.advance(&self.powers, [attack, release], frames);
        for (tile, set) in self.taken.iter_mut().zip(self.set) {
            for ((lane, on), set) in tile.iter_mut().zip(self.on).zip(set) {
                if !on {
                    lane.fill(set);
                }
            }
        }
    }
}

/// The highest of the first `lanes` into the first.
fn join(tile: &mut Tile, lanes: usize, frames: usize) {
    let [first, others @ ..] = tile;
    for other in &others[..lanes.saturating_sub(1)] {
        for (highest, x) in first[..frames].iter_mut().zip(other) {
            *highest = if x > highest { *x } else { *highest };
        }
    }
}

/// Each control by a share nearer to the highest.
fn link(tile: &mut Tile, lanes: usize, share: f32, frames: usize) {
    for n in 0..frames {
        let highest =
            tile[..lanes].iter().fold(0.0, |highest, lane| if lane[n] > highest { lane[n] } else { highest });
        for lane in &mut tile[..lanes] {
            lane[n] += share * (highest - lane[n]);
        }
    }
}

/// Of numbers from 0 on, and of lower ones as if they were 0, eight at a time.
pub fn sum_and_max(numbers: &[f32]) -> [f32; 2] {
    let (mut sums, mut highest) = ([0.0f32; 8], [0.0f32; 8]);
    let (eights, rest) = numbers.as_chunks::<8>();
    for eight in eights {
        for ((sum, high), &x) in sums.iter_mut().zip(&mut highest).zip(eight) {
            let x = if x > 0.0 { x } else { 0.0 };
            *sum += x;
            *high = if x > *high { x } else { *high };
        }
    }
    let all = |of: &[f32; 8], fold: fn(f32, f32) -> f32| of.iter().chain(rest).copied().fold(0.0, fold);
    [all(&sums, |a, b| a + b.max(0.0)), all(&highest, f32::max)]
}
