use std::f64::consts::PI;
use std::ops::Range;

use acetate_dsp::{DETECTOR_TILE, Decoupled, MeanPower, Tile, gain, level_db};
use acetate_model::{Audio, Block, Reduction, Spec, amplitude};
use wide::f64x2;

use super::ResonanceSettings;
use super::statistics::{Found, MOST};

/// Bands that one detector follows side by side.
const LANES: usize = 4;
/// Bands in all: more than are found at once, so that one can fade out while another fades in.
const SLOTS: usize = 2 * LANES;
const _: () = assert!(MOST < SLOTS);
/// How long a band takes to come and go.
const FADE_SECONDS: f64 = 0.5;
/// The time over which a detector takes the mean power.
const MEAN_MS: f64 = 10.0;
/// How wide the surroundings are that a band is compared with.
const WIDE_Q: f64 = 1.0;
/// Over how many seconds the usual ratio of a band to its surroundings is learnt.
const USUAL_SECONDS: f64 = 3.0;
/// So far below the usual ratio the resonance is let go wholly, and over so many dB.
const LET_GO_DB: f32 = 12.0;
const OVER_DB: f32 = 6.0;
/// A band is the same as one found if it lies within so many octaves, and as deep within so many dB.
const SAME_OCTAVES: f64 = 1.0 / 16.0;
const SAME_DB: f64 = 2.0;

/// Bands whose poles stand still: y = x + Σ (g − 1)·b, where b is a band-pass of x and g its gain. Linear in x, so that
/// linked signals add up.
pub struct Bank {
    rate: f64,
    q: f64,
    slots: Vec<Slot>,
    detectors: [Detector; SLOTS / LANES],
    // how deep each band is now, in dB
    reductions: Vec<Reduction>,
    frames: usize,
}

#[derive(Clone)]
struct Slot {
    found: Option<Found>,
    is_leaving: bool,
    // 0 out, 1 in
    fade: f64,
    usual_db: f32,
    is_fresh: bool,
    band: BandPass,
    wide: BandPass,
    // of each pair of channels: of what is heard, and of every signal
    heard: Vec<[Memory; 2]>,
    memories: Vec<Memory>,
}

struct Detector {
    narrow: MeanPower,
    wide: MeanPower,
    ballistics: Decoupled,
}

type Memory = [f64x2; 2];

/// s/Q over s² + s/Q + 1 by the bilinear transform: 1 at the centre.
#[derive(Clone, Copy, Default)]
struct BandPass {
    b: f64,
    a: [f64; 2],
}

impl BandPass {
    fn new(rate: f64, hz: f64, q: f64) -> Self {
        let (sin, cos) = libm::sincos(2.0 * PI * hz / rate);
        let alpha = sin / (2.0 * q);
        Self { b: alpha / (1.0 + alpha), a: [-2.0 * cos / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)] }
    }

    fn run(&self, memory: &mut Memory, x: f64x2) -> f64x2 {
        let y = self.b * x + memory[0];
        memory[0] = memory[1] - self.a[0] * y;
        memory[1] = -self.b * x - self.a[1] * y;
        y
    }
}

fn settle(memory: &mut Memory) {
    const NOTHING: f64 = 1e-200;
    for value in memory {
        *value = f64x2::new(value.to_array().map(|v| if v.abs() < NOTHING { 0.0 } else { v }));
    }
}

impl Slot {
    fn is_silent(&self) -> bool {
        self.found.is_none()
    }
}

impl Bank {
    pub fn new(spec: &Spec, settings: &ResonanceSettings) -> Self {
        let pairs = spec.channels.div_ceil(2);
        let slot = Slot {
            found: None,
            is_leaving: false,
            fade: 0.0,
            usual_db: 0.0,
            is_fresh: true,
            band: BandPass::default(),
            wide: BandPass::default(),
            heard: vec![[[f64x2::ZERO; 2]; 2]; pairs],
            memories: vec![[f64x2::ZERO; 2]; pairs * (1 + spec.linked)],
        };
        let times = [settings.attack_ms.0, settings.release_ms.0];
        let detector = || Detector {
            narrow: MeanPower::new(spec.rate_hz, MEAN_MS),
            wide: MeanPower::new(spec.rate_hz, MEAN_MS),
            ballistics: Decoupled::new(spec.rate_hz, [times; LANES]),
        };
        Self {
            rate: spec.rate(),
            q: settings.sharpness_q.0,
            slots: vec![slot; SLOTS],
            detectors: std::array::from_fn(|_| detector()),
            reductions: vec![Reduction::default(); SLOTS],
            frames: 0,
        }
    }

    pub fn reset(&mut self) {
        self.slots.iter_mut().for_each(Slot::reset);
        for Detector { narrow, wide, ballistics } in &mut self.detectors {
            narrow.reset();
            wide.reset();
            ballistics.reset();
        }
        self.reductions.fill(Reduction::default());
    }

    /// At the beginning of a block: what was turned down is counted anew.
    pub fn begin(&mut self) {
        self.reductions.fill(Reduction::default());
        self.frames = 0;
    }

    pub fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }

    /// After each tile bands fade on, and detectors come to rest.
    pub fn turn(&mut self) {
        for Detector { narrow, wide, ballistics } in &mut self.detectors {
            narrow.settle();
            wide.settle();
            ballistics.settle();
        }
        let step = DETECTOR_TILE as f64 / (FADE_SECONDS * self.rate);
        for slot in self.slots.iter_mut().filter(|slot| !slot.is_silent()) {
            slot.fade = if slot.is_leaving { slot.fade - step } else { slot.fade + step }.clamp(0.0, 1.0);
            if slot.is_leaving && slot.fade == 0.0 {
                slot.reset();
            }
        }
    }

    /// Keeps the bands that are still found, lets the others go, and begins what is new.
    pub fn assign(&mut self, found: &[Found]) {
        let is_same = |a: &Found, b: &Found| {
            libm::log2(a.hz / b.hz).abs() < SAME_OCTAVES && (a.cut_db - b.cut_db).abs() < SAME_DB
        };
        for slot in &mut self.slots {
            if let Some(has) = slot.found {
                slot.is_leaving = !found.iter().any(|one| is_same(one, &has));
            }
        }
        for one in found {
            let taken = |slot: &Slot| slot.found.is_some_and(|has| is_same(one, &has));
            if self.slots.iter().any(taken) {
                continue;
            }
            let Some(slot) = self.slots.iter_mut().find(|slot| slot.is_silent()) else { return };
            // the inverse of a bell of this gain has its poles where the bell has its zeros
            let poles_q = self.q / amplitude(one.cut_db / 2.0);
            slot.band = BandPass::new(self.rate, one.hz, poles_q);
            slot.wide = BandPass::new(self.rate, one.hz, WIDE_Q);
            slot.found = Some(*one);
        }
    }

    pub fn run(&mut self, block: &mut Block, part: Range<usize>) {
        if self.slots.iter().all(Slot::is_silent) {
            return;
        }
        let frames = part.len();
        self.frames += frames;
        let mut gains = [[[1.0f32; DETECTOR_TILE]; LANES]; SLOTS / LANES];
        let heard = block.key.as_ref().unwrap_or(&block.main);
        for (group, gains) in gains.iter_mut().enumerate() {
            let slots = &mut self.slots[group * LANES..][..LANES];
            if slots.iter().all(Slot::is_silent) {
                continue;
            }
            self.detectors[group].follow(slots, heard, part.clone(), gains);
            let reductions = &mut self.reductions[group * LANES..];
            for ((attenuations, told), slot) in gains.iter_mut().zip(reductions).zip(&*slots) {
                let attenuations = &mut attenuations[..frames];
                if slot.is_silent() {
                    attenuations.fill(0.0);
                }
                let mean = attenuations.iter().sum::<f32>() / frames as f32;
                told.mean_db += (mean - told.mean_db) * frames as f32 / self.frames as f32;
                told.max_db = attenuations.iter().fold(told.max_db, |max, &db| max.max(db));
                gain(attenuations);
            }
        }
        let mut tile = [f64x2::ZERO; DETECTOR_TILE];
        let pairs = block.main.channels.len().div_ceil(2);
        for (signal, audio) in block.signals().enumerate() {
            for pair in 0..pairs {
                load(audio, pair, part.clone(), &mut tile);
                let mut sum = tile;
                for (n, slot) in self.slots.iter_mut().enumerate().filter(|(_, slot)| !slot.is_silent()) {
                    let memory = &mut slot.memories[signal * pairs + pair];
                    let gains = &gains[n / LANES][n % LANES];
                    for ((sum, x), g) in sum[..frames].iter_mut().zip(&tile).zip(gains) {
                        *sum += slot.band.run(memory, *x) * (f64::from(*g) - 1.0);
                    }
                    settle(memory);
                }
                store(audio, pair, part.clone(), &sum);
            }
        }
    }
}

impl Slot {
    fn reset(&mut self) {
        (self.found, self.is_leaving, self.is_fresh) = (None, false, true);
        (self.fade, self.usual_db) = (0.0, 0.0);
        self.heard
            .iter_mut()
            .flatten()
            .chain(&mut self.memories)
            .for_each(|memory| *memory = [f64x2::ZERO; 2]);
    }
}

impl Detector {
    /// The attenuations of four bands.
    fn follow(&mut self, slots: &mut [Slot], heard: &Audio, part: Range<usize>, tile: &mut Tile) {
        let frames = part.len();
        let mut narrow: Tile = [[0.0; DETECTOR_TILE]; LANES];
        let mut wide: Tile = [[0.0; DETECTOR_TILE]; LANES];
        let mut x = [f64x2::ZERO; DETECTOR_TILE];
        for pair in 0..heard.channels.len().div_ceil(2) {
            load(heard, pair, part.clone(), &mut x);
            for (lane, slot) in slots.iter_mut().enumerate().filter(|(_, slot)| !slot.is_silent()) {
                let [of_band, of_wide] = &mut slot.heard[pair];
                for ((x, narrow), wide) in x[..frames].iter().zip(&mut narrow[lane]).zip(&mut wide[lane]) {
                    let (b, w) = (slot.band.run(of_band, *x), slot.wide.run(of_wide, *x));
                    *narrow += (b * b).reduce_add() as f32;
                    *wide += (w * w).reduce_add() as f32;
                }
                settle(of_band);
                settle(of_wide);
            }
        }
        self.narrow.advance(&mut narrow, frames);
        self.wide.advance(&mut wide, frames);
        let keep = libm::exp(-1.0 / (USUAL_SECONDS * f64::from(heard.rate_hz))) as f32;
        for ((slot, tile), (narrow, wide)) in
            slots.iter_mut().zip(&mut *tile).zip(narrow.iter_mut().zip(&mut wide))
        {
            let (tile, narrow, wide) = (&mut tile[..frames], &mut narrow[..frames], &mut wide[..frames]);
            let Some(found) = slot.found else {
                tile.fill(0.0);
                continue;
            };
            level_db(narrow);
            level_db(wide);
            let whole = (found.cut_db * slot.fade) as f32;
            for ((wanted, narrow), wide) in tile.iter_mut().zip(&*narrow).zip(&*wide) {
                let stands = narrow - wide;
                if slot.is_fresh {
                    (slot.usual_db, slot.is_fresh) = (stands, false);
                }
                slot.usual_db = keep * slot.usual_db + (1.0 - keep) * stands;
                let rings = (stands - slot.usual_db + LET_GO_DB) / OVER_DB;
                *wanted = whole * rings.clamp(0.0, 1.0);
            }
        }
        self.ballistics.advance(tile, frames);
    }
}

fn load(audio: &Audio, pair: usize, part: Range<usize>, tile: &mut [f64x2; DETECTOR_TILE]) {
    let left = &audio.channels[2 * pair][part.clone()];
    let right = audio.channels.get(2 * pair + 1).map_or(left, |right| &right[part]);
    for ((frame, &l), &r) in tile.iter_mut().zip(left).zip(right) {
        *frame = f64x2::new([f64::from(l), f64::from(r)]);
    }
}

fn store(audio: &mut Audio, pair: usize, part: Range<usize>, tile: &[f64x2; DETECTOR_TILE]) {
    for (lane, channel) in audio.channels[2 * pair..].iter_mut().take(2).enumerate() {
        channel[part.clone()].iter_mut().zip(tile).for_each(|(x, frame)| *x = frame.to_array()[lane] as f32);
    }
}
