use acetate_dsp::{Cascade, Corner, DETECTOR_TILE, Hops, Prototype};
use acetate_model::{Audio, Spec};
use libm::{exp, log10};
use wide::f64x2;

use crate::pairs::{Frames, load};

/// How often it decides, and over how many of these steps it hears.
const HOP_MS: u32 = 1;
const HEARD_HOPS: usize = 5;
/// How many steps an attenuation is held.
const HELD_HOPS: usize = 5;
/// Where the voice has its vowels.
const VOICE_HZ: [f64; 2] = [200.0, 4000.0];
/// The vowels end at this share of where sibilance begins, if that is lower.
const BELOW_SIBILANCE: f64 = 0.9;
/// By how much the treble's share exceeds its usual one in an s.
const STANDS_OUT_DB: f64 = 6.0;
/// How much of its power a second-order linear predictor leaves of a noise, at least; of a tone it leaves nothing.
const LEAST_NOISE: f64 = 0.1;
/// What is taken of an excess.
const SHARE: f64 = 0.9;
/// Over how long the usual is a mean.
const USUAL_MS: f64 = 10_000.0;
/// How many steps of vowels are heard before anything is done.
const LEARNING_HOPS: u32 = 100;
/// Below this power there is silence.
const SILENCE: f64 = 1e-12;
/// The sharpness of the filters: flat.
const FLAT_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// The longest lag of the predictor, in frames.
const LONGEST_LAG: usize = 16;

/// What was heard in a step: powers of the sibilance's band, its products with itself one and two lags later, and the
/// power of the vowels' band.
type Sums = [f64; 4];

/// Says how much the treble is to be turned down.
#[derive(Debug, Clone)]
pub struct Sibilance {
    rate_hz: u32,
    ears: Vec<Ear>,
    hops: Hops,
    judge: Judge,
    threshold_db: f64,
    range_db: f64,
}

impl Sibilance {
    /// At rest.
    pub fn new(spec: &Spec, ends_hz: [f64; 2], threshold_db: f64, range_db: f64) -> Self {
        Self {
            rate_hz: spec.rate_hz,
            ears: vec![Ear::new(spec.rate_hz, ends_hz); spec.channels.div_ceil(2)],
            hops: Hops::of_ms(spec.rate_hz, HOP_MS),
            judge: Judge::default(),
            threshold_db,
            range_db,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.ears.iter_mut().for_each(Ear::reset);
        self.hops = Hops::of_ms(self.rate_hz, HOP_MS);
        self.judge = Judge::default();
    }

    /// Hears up to [`DETECTOR_TILE`] frames and says for each by how many dB to turn down, in the first of four.
    pub fn follow(&mut self, heard: &Audio, from: usize, to: usize, wanted: &mut [[f64; 4]]) {
        for part in self.hops.parts(to - from) {
            for (channels, ear) in heard.channels.chunks(2).zip(&mut self.ears) {
                let now = from + part.from..from + part.to;
                ear.hear(&channels[0][now.clone()], &channels[channels.len() - 1][now]);
            }
            let held_db = self.judge.held_db();
            wanted[part.from..part.to].iter_mut().for_each(|wanted| wanted[0] = held_db);
            if part.ends {
                let mut sums = [0.0; 4];
                for ear in &mut self.ears {
                    sums.iter_mut().zip(ear.taken()).for_each(|(sum, of_ear)| *sum += of_ear);
                }
                self.judge.decide(sums, self.threshold_db, self.range_db);
            }
        }
    }
}

/// Decides step by step.
#[derive(Debug, Clone, Default)]
struct Judge {
    // the last steps, rings
    heard: [Sums; HEARD_HOPS],
    wanted: [f64; HELD_HOPS],
    at: usize,
    usual: Usual,
}

impl Judge {
    fn held_db(&self) -> f64 {
        self.wanted.into_iter().fold(0.0, f64::max)
    }

    fn decide(&mut self, sums: Sums, threshold_db: f64, range_db: f64) {
        self.heard[self.at % HEARD_HOPS] = sums;
        let [treble, one, two, voice] =
            std::array::from_fn(|k| self.heard.iter().map(|sums| sums[k]).sum::<f64>());
        let share_db = 10.0 * log10((treble + SILENCE) / (voice + SILENCE));
        self.wanted[self.at % HELD_HOPS] = match self.usual.of_voice() {
            Some((usual, usual_share_db))
                if share_db > usual_share_db + STANDS_OUT_DB && noise(treble, one, two) > LEAST_NOISE =>
            {
                let excess_db = 10.0 * log10((treble + SILENCE) / (usual + SILENCE)) - threshold_db;
                (SHARE * excess_db).clamp(0.0, range_db)
            }
            _ => 0.0,
        };
        if voice > treble && voice > SILENCE {
            self.usual.hear(voice, share_db);
        }
        self.at = (self.at + 1) % (HEARD_HOPS * HELD_HOPS);
    }
}

/// What a linear predictor of second order leaves of a power, from the products one and two lags apart.
fn noise(power: f64, one: f64, two: f64) -> f64 {
    if power <= SILENCE {
        return 0.0;
    }
    let (r1, r2) = (one / power, two / power);
    let rest = 1.0 - r1 * r1;
    if rest <= 0.0 { 0.0 } else { rest - (r2 - r1 * r1) * (r2 - r1 * r1) / rest }
}

/// How loud the vowels usually are, and what share the treble has in them. Each moment counts by its power, so that
/// pauses and breaths do not, and a louder song comes to the same.
#[derive(Debug, Clone, Default)]
struct Usual {
    weight: f64,
    power: f64,
    share_db: f64,
    hops: u32,
}

impl Usual {
    fn hear(&mut self, power: f64, share_db: f64) {
        let keep = exp(-f64::from(HOP_MS) / USUAL_MS);
        self.weight = keep * self.weight + power;
        self.power = keep * self.power + power * power;
        self.share_db = keep * self.share_db + power * share_db;
        self.hops = self.hops.saturating_add(1);
    }

    fn of_voice(&self) -> Option<(f64, f64)> {
        (self.hops >= LEARNING_HOPS).then(|| (self.power / self.weight, self.share_db / self.weight))
    }
}

/// The filters before the detector, for a pair of channels.
#[derive(Debug, Clone)]
struct Ear {
    treble: Cascade,
    voice: Cascade,
    lag: usize,
    // the treble of the longest two lags before the tile, then that of the tile
    past: [f64x2; 2 * LONGEST_LAG + DETECTOR_TILE],
    // of the step that is being heard, however it is cut
    sums: [f64x2; 4],
}

impl Ear {
    fn new(rate_hz: u32, [from_hz, to_hz]: [f64; 2]) -> Self {
        let band = |[from_hz, to_hz]: [f64; 2]| {
            let corner = |hz: f64| Corner { hz, gain_db: 0.0, q: FLAT_Q };
            let ends = [Prototype::HighPass(corner(from_hz)), Prototype::LowPass(corner(to_hz))];
            let sections = ends.map(|shape| shape.matched(rate_hz));
            Cascade::new(&sections, &sections)
        };
        // a quarter of a period in the middle, where neighbours of a noise have least in common
        let lag = libm::round(f64::from(rate_hz) / (4.0 * (from_hz * to_hz).sqrt())) as usize;
        Self {
            treble: band([from_hz, to_hz]),
            voice: band([VOICE_HZ[0], VOICE_HZ[1].min(BELOW_SIBILANCE * from_hz)]),
            lag: lag.clamp(1, LONGEST_LAG),
            past: [f64x2::ZERO; 2 * LONGEST_LAG + DETECTOR_TILE],
            sums: [f64x2::ZERO; 4],
        }
    }

    fn reset(&mut self) {
        self.treble.reset();
        self.voice.reset();
        self.past.fill(f64x2::ZERO);
        self.sums = [f64x2::ZERO; 4];
    }

    /// What was heard since the last time.
    fn taken(&mut self) -> Sums {
        std::mem::replace(&mut self.sums, [f64x2::ZERO; 4]).map(|sum| {
            let [left, right] = sum.to_array();
            left + right
        })
    }

    fn hear(&mut self, left: &[f32], right: &[f32]) {
        const BEFORE: usize = 2 * LONGEST_LAG;
        let frames = left.len();
        let mut voice = [f64x2::ZERO; DETECTOR_TILE];
        let voice: &mut Frames = &mut voice[..frames];
        load(voice, left, right);
        let (_, now) = self.past.split_at_mut(BEFORE);
        now[..frames].copy_from_slice(voice);
        self.treble.run(&mut now[..frames]);
        self.voice.run(voice);
        let late = |lags: usize| &self.past[BEFORE - lags * self.lag..][..frames];
        let mut all = self.sums;
        for (((x, one), two), voice) in late(0).iter().zip(late(1)).zip(late(2)).zip(&*voice) {
            all[0] += *x * *x;
            all[1] += *x * *one;
            all[2] += *x * *two;
            all[3] += *voice * *voice;
        }
        self.sums = all;
        self.past.copy_within(frames..frames + BEFORE, 0);
    }
}
