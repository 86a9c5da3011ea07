use acetate_dsp::{
    Actions, Cascade, Compression, Convolver, Corner, DETECTOR_TILE, Full, Prototype, Windows, ZeroPhase,
    gain, half_length, level_db, middle, moving_max, share_below,
};
use acetate_model::{
    Audio, Block, Curve, Db, Hz, Ms, Params, Processor, Reduction, Settings, Spec, amplitude, amplitude_db,
};
use wide::f64x2;

use crate::pairs::load;

/// Over how many octaves the band's ends fall.
const OCTAVES: f64 = 1.0;
/// Ends of the band that are open.
const OPEN_HZ: [f64; 2] = [20.0, 20_000.0];
/// Over how many dB it sets in.
const KNEE_DB: f32 = 6.0;
/// The sharpness of the filters before the detector: flat.
const FLAT_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Makes room for another signal: while the key sounds, this one is turned down, all of it or one band, such as the
/// bass under the kick drum or the middle of the music under the voice. It hears the key before it sounds, and the band
/// has no phase of its own: outside of it nothing changes at all. Without a key it does nothing.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DuckerSettings {
    /// The most that it turns down.
    #[param(default = 0.0, range = 0.0..=24.0, amount)]
    pub depth_db: Db,
    /// The level of a sine in the key, re full scale, from which it turns down, by as much as that is exceeded.
    #[param(default = -30.0, range = -80.0..=0.0)]
    pub threshold_db: Db,
    /// Where the band that is turned down begins; at 20 Hz it is open.
    #[param(default = 20.0, range = 20.0..=10000.0, log)]
    pub from_hz: Hz,
    /// Where the band that is turned down ends; at 20 kHz it is open.
    #[param(default = 20000.0, range = 40.0..=20000.0, log)]
    pub to_hz: Hz,
    /// Below this the key is not heard; at 20 Hz all of it is.
    #[param(default = 20.0, range = 20.0..=10000.0, log)]
    pub key_from_hz: Hz,
    /// Above this the key is not heard; at 20 kHz all of it is.
    #[param(default = 20000.0, range = 40.0..=20000.0, log)]
    pub key_to_hz: Hz,
    /// By how much it is early.
    #[param(default = 2.0, range = 0.0..=10.0)]
    pub look_ahead_ms: Ms,
    /// Until 63 % of the attenuation is reached.
    #[param(default = 5.0, range = 0.1..=200.0, log)]
    pub attack_ms: Ms,
    /// How long it stays down before it comes up again.
    #[param(default = 20.0, range = 0.0..=500.0)]
    pub hold_ms: Ms,
    /// Until 63 % of the attenuation is gone.
    #[param(default = 120.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
}

impl DuckerSettings {
    fn ends_hz(&self) -> [Option<f64>; 2] {
        [Some(self.from_hz.0).filter(|&hz| hz > OPEN_HZ[0]), Some(self.to_hz.0).filter(|&hz| hz < OPEN_HZ[1])]
    }

    fn look_ahead(&self, spec: &Spec) -> usize {
        libm::round(self.look_ahead_ms.0 / 1000.0 * spec.rate()) as usize
    }

    /// How far filters reach to each side, and the detector ahead.
    fn half(&self, spec: &Spec) -> usize {
        let lowest_hz = self.ends_hz().into_iter().flatten().fold(f64::INFINITY, f64::min);
        half_length(spec.rate_hz, lowest_hz).max(self.look_ahead(spec).next_power_of_two())
    }

    /// The band's share of the spectrum, if it is not all of it.
    fn mask(&self, spec: &Spec) -> Option<ZeroPhase> {
        let [from_hz, to_hz] = self.ends_hz();
        let below =
            |hz: f64, end: Option<f64>, open: f64| end.map_or(open, |end| share_below(hz, end, OCTAVES));
        (from_hz.is_some() || to_hz.is_some()).then(|| {
            ZeroPhase::new(spec.rate_hz, self.half(spec), |hz| {
                (below(hz, to_hz, 1.0) - below(hz, from_hz, 0.0)).max(0.0)
            })
        })
    }

    fn key_filter(&self, rate_hz: u32) -> Cascade {
        let corner = |hz: f64| Corner { hz, gain_db: 0.0, q: FLAT_Q };
        let low = (self.key_from_hz.0 > OPEN_HZ[0]).then(|| Prototype::HighPass(corner(self.key_from_hz.0)));
        let high = (self.key_to_hz.0 < OPEN_HZ[1]).then(|| Prototype::LowPass(corner(self.key_to_hz.0)));
        let sections: Vec<_> = low.into_iter().chain(high).map(|shape| shape.matched(rate_hz)).collect();
        Cascade::new(&sections, &sections)
    }
}

impl Settings for DuckerSettings {
    const ID: &'static str = "ducker";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "depth_db": 3, "threshold_db": -30, "to_hz": 150, "key_to_hz": 120,
        "look_ahead_ms": 3, "hold_ms": 30, "release_ms": 100 }"#;
    type Processor = Ducker;

    fn build(&self, spec: &Spec) -> Ducker {
        let half = self.half(spec);
        let hold = libm::round(self.hold_ms.0 / 1000.0 * spec.rate()) as usize;
        let ears = vec![self.key_filter(spec.rate_hz); spec.channels.div_ceil(2)];
        Ducker {
            windows: (self.depth_db.0 > 0.0).then(|| Windows::new(half, spec.channels * (1 + spec.linked))),
            key: Key::new(half, hold, self.look_ahead(spec), ears),
            compression: Compression {
                threshold_db: self.threshold_db.0 as f32,
                knee_db: KNEE_DB,
                slope: 1.0,
                range_db: self.depth_db.0 as f32,
            },
            actions: Actions::new(spec.rate_hz, [[self.attack_ms.0, self.release_ms.0]; 4]),
            changes: vec![0.0; 2 * half],
            band: self.mask(spec).map(|mask| (Convolver::new(half), mask.gains())),
            of_window: Reduction::default(),
            reduction: [Reduction::default()],
        }
    }

    /// While the key sounds.
    fn curve(&self, spec: &Spec) -> Curve {
        let (mask, change) = (self.mask(spec), amplitude(-self.depth_db.0) - 1.0);
        Curve::Response(Box::new(move |hz| {
            let share = mask.as_ref().map_or(1.0, |mask| mask.gain(hz));
            amplitude_db((1.0 + change * share).abs()).map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

/// A ducker.
///
/// With the delayed input x, its band b and the gain g, the output is x + (g − 1)·b.
pub struct Ducker {
    windows: Option<Windows>,
    key: Key,
    compression: Compression,
    actions: Actions,
    // the gain less 1, frame by frame of a window's middle
    changes: Vec<f32>,
    band: Option<(Convolver, Vec<f32>)>,
    of_window: Reduction,
    reduction: [Reduction; 1],
}

impl Processor for Ducker {
    fn process(&mut self, block: &mut Block) {
        let Some(windows) = &mut self.windows else { return };
        let frames = block.frames();
        self.reduction = [Reduction::default()];
        let mut done = 0;
        while done < frames {
            let now = windows.exchange(block, done);
            self.key.hear(block.key.as_ref(), done, now);
            let reduction = &mut self.reduction[0];
            reduction.mean_db += self.of_window.mean_db * now as f32 / frames as f32;
            reduction.max_db = reduction.max_db.max(self.of_window.max_db);
            done += now;
            if let Some(full) = windows.full() {
                self.key.highest(&mut self.changes);
                self.of_window = act(&self.compression, &mut self.actions, &mut self.changes);
                apply(full, &self.changes, &mut self.band);
            }
        }
    }

    fn reset(&mut self) {
        self.windows.iter_mut().for_each(Windows::reset);
        self.key.reset();
        self.actions.reset();
        self.of_window = Reduction::default();
        self.reduction = [Reduction::default()];
    }

    fn latency(&self) -> usize {
        self.windows.as_ref().map_or(0, Windows::latency)
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reduction
    }
}

/// Powers to gains less 1.
fn act(compression: &Compression, actions: &mut Actions, powers: &mut [f32]) -> Reduction {
    let mut reduction = Reduction::default();
    let share = 1.0 / powers.len() as f32;
    for tile in powers.chunks_mut(DETECTOR_TILE) {
        level_db(tile);
        compression.attenuate(tile);
        let mut wanted = [[0.0; 4]; DETECTOR_TILE];
        let wanted = &mut wanted[..tile.len()];
        wanted.iter_mut().zip(&*tile).for_each(|(wanted, &db)| wanted[0] = f64::from(db));
        actions.run(wanted);
        for (db, smooth) in tile.iter_mut().zip(wanted) {
            *db = smooth[0] as f32;
            reduction.mean_db += *db * share;
            reduction.max_db = reduction.max_db.max(*db);
        }
        gain(tile);
        for gain in tile {
            *gain -= 1.0;
        }
    }
    reduction
}

fn apply(Full { heard, ready }: Full, changes: &[f32], band: &mut Option<(Convolver, Vec<f32>)>) {
    let nothing = changes.iter().all(|&change| change == 0.0);
    for (window, y) in heard.iter().zip(ready) {
        y.copy_from_slice(middle(window));
        if nothing || window.iter().all(|&x| x == 0.0) {
            continue;
        }
        let part = match band {
            Some((convolver, gains)) => {
                convolver.hear(window);
                convolver.filtered(gains)
            }
            None => middle(window),
        };
        for ((y, part), change) in y.iter_mut().zip(part).zip(changes) {
            *y += change * part;
        }
    }
}

/// The key's power, filtered and held.
struct Key {
    half: usize,
    hold: usize,
    ahead: usize,
    // one for each pair of channels
    filters: Vec<Cascade>,
    // as far back as three halves and the hold
    powers: Vec<f32>,
    scratch: Vec<f32>,
    filled: usize,
}

impl Key {
    fn new(half: usize, hold: usize, ahead: usize, filters: Vec<Cascade>) -> Self {
        let (powers, scratch) = (vec![0.0; 3 * half + hold], vec![0.0; 2 * half + hold]);
        Self { half, hold, ahead, filters, powers, scratch, filled: 0 }
    }

    fn reset(&mut self) {
        self.filters.iter_mut().for_each(Cascade::reset);
        self.powers.fill(0.0);
        self.filled = 0;
    }

    /// Takes the frames that the windows took.
    fn hear(&mut self, key: Option<&Audio>, from: usize, frames: usize) {
        let hop = 2 * self.half;
        if self.filled == hop {
            self.powers.copy_within(hop.., 0);
            self.filled = 0;
        }
        let start = self.powers.len() - hop + self.filled;
        let powers = &mut self.powers[start..start + frames];
        powers.fill(0.0);
        self.filled += frames;
        let Some(key) = key else { return };
        let mut tile = [f64x2::ZERO; DETECTOR_TILE];
        for (channels, filter) in key.channels.chunks(2).zip(&mut self.filters) {
            let (left, right) =
                (&channels[0][from..][..frames], &channels[channels.len() - 1][from..][..frames]);
            let sides = left.chunks(DETECTOR_TILE).zip(right.chunks(DETECTOR_TILE));
            for ((left, right), powers) in sides.zip(powers.chunks_mut(DETECTOR_TILE)) {
                let tile = &mut tile[..left.len()];
                load(tile, left, right);
                filter.run(tile);
                for (power, frame) in powers.iter_mut().zip(tile) {
                    let [left, right] = (*frame * *frame).to_array().map(|x| x as f32);
                    *power = power.max(left).max(right);
                }
            }
        }
    }

    /// The highest power over the hold, ahead of each frame of the windows' middle.
    fn highest(&mut self, out: &mut [f32]) {
        let heard = &self.powers[self.ahead..][..2 * self.half + self.hold];
        moving_max(heard, self.hold + 1, &mut self.scratch, out);
    }
}
