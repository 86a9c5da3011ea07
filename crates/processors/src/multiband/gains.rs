use acetate_dsp::{Compression, DETECTOR_TILE, Decoupled, MeanPower, Tile, gain, level_db};
use acetate_model::Reduction;

use super::{Band, Detector};

/// The time over which a detector takes the mean power.
const MEAN_MS: f64 = 10.0;
/// How many bands one detector follows side by side.
const LANES: usize = 4;

/// What a band does to its level.
#[derive(Debug, Clone)]
pub struct BandLaw {
    compression: Compression,
    times_ms: [f64; 2],
    gain_db: f32,
}

impl From<&Band> for BandLaw {
    fn from(band: &Band) -> Self {
        Self {
            compression: Compression {
                threshold_db: band.threshold_db.0 as f32,
                knee_db: band.knee_db.0 as f32,
                slope: (1.0 - 1.0 / band.ratio.0) as f32,
                range_db: band.range_db.0 as f32,
            },
            times_ms: [band.attack_ms.0, band.release_ms.0],
            gain_db: band.gain_db.0 as f32,
        }
    }
}

impl BandLaw {
    /// Whether it never turns down.
    fn is_idle(&self) -> bool {
        self.compression.slope == 0.0 || self.compression.range_db == 0.0
    }

    /// Whether it changes nothing.
    pub fn is_neutral(&self) -> bool {
        self.is_idle() && self.gain_db == 0.0
    }

    /// The gain for a steady sine of this level.
    pub fn steady_gain_db(&self, level_db: f64) -> f64 {
        let mut attenuation = [level_db as f32];
        self.compression.attenuate(&mut attenuation);
        f64::from(self.gain_db - attenuation[0])
    }

    /// Up to this power it does nothing, with a little to spare for rounding.
    fn idle_below(&self) -> f32 {
        const SPARE_DB: f32 = 0.001;
        if self.is_idle() {
            return f32::INFINITY;
        }
        libm::powf(10.0, (self.compression.begins_db() - SPARE_DB) / 10.0)
    }
}

/// The gains of bands over one window after another.
pub struct Gains {
    groups: Vec<Group>,
    // [band][frame], and behind the bands one that stays at 1
    curves: Vec<Vec<f32>>,
    is_one: Vec<bool>,
    reductions: Vec<Reduction>,
    rest: usize,
}

impl Gains {
    /// At rest, for windows of `frames`. The rest has the last band's gain, or 1 if `has_rest` is false.
    pub fn new(rate_hz: u32, detector: Detector, laws: &[BandLaw], frames: usize, has_rest: bool) -> Self {
        Self {
            groups: laws.chunks(LANES).map(|laws| Group::new(rate_hz, detector, laws)).collect(),
            curves: vec![vec![1.0; frames]; laws.len() + 1],
            is_one: vec![true; laws.len() + 1],
            reductions: vec![Reduction::default(); laws.len()],
            rest: laws.len() - usize::from(has_rest),
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.groups.iter_mut().for_each(Group::reset);
        self.reductions.fill(Reduction::default());
    }

    /// A band's gain, frame by frame.
    pub fn of(&self, band: usize) -> &[f32] {
        &self.curves[band]
    }

    /// Whether a band's gain is 1 throughout.
    pub fn is_one(&self, band: usize) -> bool {
        self.is_one[band]
    }

    /// The gain of what is in no band.
    pub fn of_rest(&self) -> &[f32] {
        self.of(self.rest)
    }

    /// Whether the gain of what is in no band is 1 throughout.
    pub fn rest_is_one(&self) -> bool {
        self.is_one(self.rest)
    }

    /// How much each band was turned down over the window.
    pub fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }

    /// Hears the next window, `[band][channel][frame]`.
    pub fn follow(&mut self, bands: &[Vec<Vec<f32>>]) {
        let frames = self.curves[0].len();
        let lanes = bands.chunks(LANES).zip(self.curves.chunks_mut(LANES));
        let told = self.is_one.chunks_mut(LANES).zip(self.reductions.chunks_mut(LANES));
        for ((group, (bands, curves)), (is_one, reductions)) in self.groups.iter_mut().zip(lanes).zip(told) {
            is_one[..bands.len()].fill(true);
            reductions.fill(Reduction::default());
            for from in (0..frames).step_by(DETECTOR_TILE) {
                let to = (from + DETECTOR_TILE).min(frames);
                let mut tile = group.powers(bands, from, to);
                group.attenuate(&mut tile, to - from);
                for (at, lane) in tile.iter_mut().take(bands.len()).enumerate() {
                    let lane = &mut lane[..to - from];
                    let [sum, max] = sum_and_max(lane);
                    reductions[at].mean_db += sum / frames as f32;
                    reductions[at].max_db = reductions[at].max_db.max(max);
                    is_one[at] &= group.to_gains(at, lane);
                    curves[at][from..to].copy_from_slice(lane);
                }
            }
        }
    }
}

/// Up to four bands side by side.
struct Group {
    laws: Vec<BandLaw>,
    idle_below: [f32; LANES],
    mean: Option<MeanPower>,
    ballistics: Decoupled,
}

impl Group {
    fn new(rate_hz: u32, detector: Detector, laws: &[BandLaw]) -> Self {
        let law = |lane: usize| laws.get(lane);
        Self {
            laws: laws.to_vec(),
            idle_below: std::array::from_fn(|lane| law(lane).map_or(f32::INFINITY, BandLaw::idle_below)),
            mean: (detector == Detector::Rms).then(|| MeanPower::new(rate_hz, MEAN_MS)),
            ballistics: Decoupled::new(
                rate_hz,
                std::array::from_fn(|lane| law(lane).map_or([0.0; 2], |law| law.times_ms)),
            ),
        }
    }

    fn reset(&mut self) {
        self.mean.iter_mut().for_each(MeanPower::reset);
        self.ballistics.reset();
    }

    /// The power of the loudest channel, such that a full-scale sine reads 1.
    fn powers(&mut self, bands: &[Vec<Vec<f32>>], from: usize, to: usize) -> Tile {
        let sine = if self.mean.is_some() { 2.0 } else { 1.0 };
        let mut tile = [[0.0; DETECTOR_TILE]; LANES];
        for (lane, channels) in tile.iter_mut().zip(bands) {
            for channel in channels {
                for (power, x) in lane.iter_mut().zip(&channel[from..to]) {
                    let here = x * x * sine;
                    *power = if here > *power { here } else { *power };
                }
            }
        }
        if let Some(mean) = &mut self.mean {
            mean.run(&mut tile, to - from);
        }
        tile
    }

    /// Powers to smooth attenuations.
    fn attenuate(&mut self, tile: &mut Tile, frames: usize) {
        let is_idle = |(lane, below): (&[f32; DETECTOR_TILE], &f32)| lane.iter().all(|power| power <= below);
        if self.ballistics.is_at_rest() && tile.iter().zip(&self.idle_below).all(is_idle) {
            *tile = [[0.0; DETECTOR_TILE]; LANES];
            return;
        }
        for (at, lane) in tile.iter_mut().enumerate() {
            match self.laws.get(at) {
                Some(law) if !law.is_idle() => {
                    level_db(lane);
                    law.compression.attenuate(lane);
                }
                _ => lane.fill(0.0),
            }
        }
        self.ballistics.run(tile, frames);
    }

    /// Attenuations to gains; says whether all are 1.
    fn to_gains(&self, at: usize, lane: &mut [f32]) -> bool {
        let gain_db = self.laws[at].gain_db;
        if gain_db == 0.0 && lane.iter().all(|&db| db == 0.0) {
            lane.fill(1.0);
            return true;
        }
        for db in &mut *lane {
            *db -= gain_db;
        }
        gain(lane);
        false
    }
}

/// Of numbers from 0 on, eight at a time.
fn sum_and_max(numbers: &[f32]) -> [f32; 2] {
    let (mut sums, mut highest) = ([0.0f32; 8], [0.0f32; 8]);
    let (eights, rest) = numbers.as_chunks::<8>();
    for eight in eights {
        for ((sum, high), &x) in sums.iter_mut().zip(&mut highest).zip(eight) {
            *sum += x;
            *high = if x > *high { x } else { *high };
        }
    }
    let all = |of: &[f32; 8], fold: fn(f32, f32) -> f32| of.iter().chain(rest).copied().fold(0.0, fold);
    [all(&sums, |a, b| a + b), all(&highest, f32::max)]
}
