use acetate_dsp::{DETECTOR_TILE, Tile};
use acetate_model::Reduction;

use crate::dynamics::{Follower, Hearing, LANES, Law, sum_and_max};

/// The gains of bands over one stretch of frames after another.
pub struct Gains {
    groups: Vec<Follower>,
    // [band][frame], and behind the bands one that stays at 1
    curves: Vec<Vec<f32>>,
    is_one: Vec<bool>,
    reductions: Vec<Reduction>,
    rest: usize,
}

impl Gains {
    /// At rest, for stretches of up to `frames`. The rest has the last band's gain, or 1 if `has_rest` is false.
    pub fn new(rate_hz: u32, hearing: &Hearing, laws: &[Law], frames: usize, has_rest: bool) -> Self {
        Self {
            groups: laws.chunks(LANES).map(|laws| Follower::new(rate_hz, laws, hearing)).collect(),
            curves: vec![vec![1.0; frames]; laws.len() + 1],
            is_one: vec![true; laws.len() + 1],
            reductions: vec![Reduction::default(); laws.len()],
            rest: laws.len() - usize::from(has_rest),
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.groups.iter_mut().for_each(Follower::reset);
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

    /// How much each band was turned down over the stretch.
    pub fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }

    /// How many frames can be followed before all detectors are at the end of a tile.
    pub fn room(&self) -> usize {
        self.groups.first().map_or(DETECTOR_TILE, Follower::room)
    }

    /// Hears the next frames, `[band][channel][frame]`.
    pub fn follow(&mut self, bands: &[Vec<Vec<f32>>], frames: usize) {
        let lanes = bands.chunks(LANES).zip(self.curves.chunks_mut(LANES));
        let told = self.is_one.chunks_mut(LANES).zip(self.reductions.chunks_mut(LANES));
        for ((group, (bands, curves)), (is_one, reductions)) in self.groups.iter_mut().zip(lanes).zip(told) {
            is_one[..bands.len()].fill(true);
            reductions.fill(Reduction::default());
            let mut from = 0;
            while from < frames {
                let to = (from + group.room()).min(frames);
                let mut tile = powers(bands, from, to, group.sine());
                group.attenuate(&mut tile, to - from);
                for (at, lane) in tile.iter_mut().take(bands.len()).enumerate() {
                    let lane = &mut lane[..to - from];
                    let [sum, max] = sum_and_max(lane);
                    reductions[at].mean_db += sum / frames as f32;
                    reductions[at].max_db = reductions[at].max_db.max(max);
                    is_one[at] &= group.to_gains(at, lane);
                    curves[at][from..to].copy_from_slice(lane);
                }
                from = to;
            }
        }
    }
}

/// The power of the loudest channel of each band, times `sine`.
fn powers(bands: &[Vec<Vec<f32>>], from: usize, to: usize, sine: f32) -> Tile {
    let mut tile = [[0.0; DETECTOR_TILE]; LANES];
    for (lane, channels) in tile.iter_mut().zip(bands) {
        for channel in channels {
            for (power, x) in lane.iter_mut().zip(&channel[from..to]) {
                let here = x * x * sine;
                *power = if here > *power { here } else { *power };
            }
        }
    }
    tile
}
