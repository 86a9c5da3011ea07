mod lines;
mod search;

use acetate_dsp::{Decimator, Full, Windows};
use acetate_model::{Block, Choice, Db, Params, Processor, Settings, Spec, amplitude};

use lines::Lines;
use search::Search;

/// Half of the frames that are worked on at a time, at least, in seconds.
const HALF_SECONDS: f64 = 0.16;
/// Frames after decimation of half a hop: it brings every rate near 3 kHz, enough for all harmonics.
const HALF_DECIMATED: usize = 512;
/// Frames of a stretch for which it is decided whether there is hum at all.
const TILE: usize = 512;
/// A signal with less energy than this share of the hum's holds none: it was muted, or gated.
const HOLDS: f64 = 0.25;
/// Hops without any line after which the search begins again.
const PATIENCE: u32 = 24;

/// Takes out the hum of mains: the tone itself and its harmonics, followed in frequency, level and phase, and
/// subtracted. Only what goes on unchanged for seconds counts as hum, so a bass note close by stays as it is, and
/// without hum no bit changes. It needs some seconds of sound to be sure.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct HumSettings {
    /// Which mains it is.
    #[param(default = auto)]
    pub mains: Mains,
    /// How many harmonics are looked for; the tone itself is the first.
    #[param(default = 8, range = 1..=16)]
    pub harmonics: u32,
    /// The most by which a harmonic is turned down.
    #[param(default = 40.0, range = 0.0..=60.0, amount)]
    pub range_db: Db,
}

/// A mains frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Mains {
    /// Whichever is found.
    Auto,
    /// 50 Hz.
    Hz50,
    /// 60 Hz.
    Hz60,
}

impl Mains {
    fn nominal_hz(self) -> &'static [f64] {
        match self {
            Self::Auto => &[50.0, 60.0],
            Self::Hz50 => &[50.0],
            Self::Hz60 => &[60.0],
        }
    }
}

impl Settings for HumSettings {
    const ID: &'static str = "hum";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "mains": "auto", "harmonics": 8, "range_db": 40 }"#;
    type Processor = Hum;

    fn build(&self, spec: &Spec) -> Hum {
        let half = ((HALF_SECONDS * spec.rate()) as usize).next_power_of_two().max(HALF_DECIMATED);
        let channels = spec.channels * (1 + spec.linked);
        let harmonics = self.harmonics as usize;
        Hum {
            windows: Windows::new(half, channels),
            decimator: Decimator::new(half / HALF_DECIMATED),
            decimated: vec![vec![0.0; 4 * HALF_DECIMATED]; channels],
            search: Search::new(spec, half, self.mains.nominal_hz(), harmonics),
            lines: Lines::new(spec, half, harmonics, 1.0 - amplitude(-self.range_db.0)),
            synthesis: Synthesis::new(2 * half, harmonics),
            main_channels: spec.channels,
            without_lines: 0,
            does_nothing: self.range_db.0 == 0.0,
        }
    }
}

/// A canceller of hum.
pub struct Hum {
    windows: Windows,
    decimator: Decimator,
    // the window of each channel at the low rate
    decimated: Vec<Vec<f64>>,
    search: Search,
    lines: Lines,
    synthesis: Synthesis,
    main_channels: usize,
    without_lines: u32,
    does_nothing: bool,
}

impl Processor for Hum {
    fn process(&mut self, block: &mut Block) {
        let mut done = 0;
        while done < block.frames() {
            done += self.windows.exchange(block, done);
            self.work();
        }
    }

    fn reset(&mut self) {
        self.windows.reset();
        self.decimated.iter_mut().for_each(|x| x.fill(0.0));
        self.search.reset();
        self.lines.stop();
        self.synthesis.reset();
        self.without_lines = 0;
    }

    /// What comes out lies between the centres of the last two windows.
    fn latency(&self) -> usize {
        self.windows.latency() / 3 * 4
    }
}

impl Hum {
    /// When a window is full: finds the hum, follows it, and takes it out.
    fn work(&mut self) {
        let Some(Full { heard, ready }) = self.windows.full() else { return };
        let hop = ready.first().map_or(0, Vec::len);
        for (window, y) in heard.iter().zip(&mut *ready) {
            y.copy_from_slice(&window[..hop]);
        }
        if self.does_nothing {
            return;
        }
        let followed = if self.lines.is_running() { heard.len() } else { self.main_channels };
        for (window, low) in heard.iter().zip(&mut self.decimated).take(followed) {
            low.copy_within(2 * HALF_DECIMATED.., 0);
            self.decimator.run(window, &mut low[2 * HALF_DECIMATED..]);
        }
        if !self.lines.is_running() {
            if let Some(hz) = self.search.hear(&self.decimated[..self.main_channels]) {
                self.lines.start(hz);
                self.search.reset();
            }
            return;
        }
        self.lines.follow(&self.decimated, &self.decimator);
        if self.lines.is_silent() {
            self.without_lines += 1;
            if self.without_lines > PATIENCE {
                self.lines.stop();
                self.without_lines = 0;
            }
            return;
        }
        self.without_lines = 0;
        self.synthesis.set_oscillators(&self.lines);
        let hum_power = self.lines.power();
        self.synthesis.set_gates(&heard[..self.main_channels], hum_power);
        for (channel, y) in ready.iter_mut().enumerate() {
            self.synthesis.subtract(&self.lines, channel, y);
        }
    }
}

/// Makes the tones that are subtracted.
struct Synthesis {
    // of each harmonic, over one hop
    cosines: Vec<Vec<f32>>,
    sines: Vec<Vec<f32>>,
    hum: [Vec<f32>; 2],
    // how much is subtracted at the ends of each tile
    gates: Vec<f32>,
}

impl Synthesis {
    fn new(hop: usize, harmonics: usize) -> Self {
        let wave = || vec![vec![0.0; hop]; harmonics];
        Self {
            cosines: wave(),
            sines: wave(),
            hum: [vec![0.0; hop], vec![0.0; hop]],
            gates: vec![1.0; hop.div_ceil(TILE) + 1],
        }
    }

    fn reset(&mut self) {
        self.gates.fill(1.0);
    }

    /// Each harmonic over the hop, which ends at the centre of the newest window.
    fn set_oscillators(&mut self, lines: &Lines) {
        for (k, (cosines, sines)) in self.cosines.iter_mut().zip(&mut self.sines).enumerate() {
            let step = lines.step_between() * (k + 1) as f64;
            let (turn_sin, turn_cos) = libm::sincos(step);
            let begin = lines.phase() * (k + 1) as f64 - step * cosines.len() as f64;
            let (mut sin, mut cos) = libm::sincos(begin);
            for (c, s) in cosines.iter_mut().zip(sines) {
                (*c, *s) = (cos as f32, sin as f32);
                (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
            }
        }
    }

    /// Nothing is subtracted from silence: where the signal is softer than the hum, it was muted.
    fn set_gates(&mut self, heard: &[Vec<f32>], hum_power: f64) {
        let holds = |tile: usize| {
            let energy: f64 = heard
                .iter()
                .flat_map(|window| &window[tile * TILE..][..TILE])
                .map(|&x| f64::from(x) * f64::from(x))
                .sum();
            energy >= HOLDS * hum_power * TILE as f64
        };
        let last = self.gates.len() - 1;
        self.gates[0] = self.gates[last];
        let mut before = holds(0);
        if !before {
            self.gates[0] = 0.0;
        }
        for tile in 1..=last {
            let behind = holds(tile);
            self.gates[tile] = f32::from(u8::from(before && behind));
            before = behind;
        }
    }

    fn subtract(&mut self, lines: &Lines, channel: usize, y: &mut [f32]) {
        let [start, change] = &mut self.hum;
        start.fill(0.0);
        change.fill(0.0);
        for (k, (cosines, sines)) in self.cosines.iter().zip(&self.sines).enumerate() {
            let Some([from, to]) = lines.amplitudes(channel, k) else { continue };
            let [from_cos, from_sin, to_cos, to_sin] =
                [from.re, -from.im, to.re - from.re, from.im - to.im].map(|x| x as f32);
            for (((start, change), c), s) in start.iter_mut().zip(&mut *change).zip(cosines).zip(sines) {
                *start += from_cos * c + from_sin * s;
                *change += to_cos * c + to_sin * s;
            }
        }
        let per_frame = 1.0 / y.len() as f32;
        for (n, ((y, start), change)) in y.iter_mut().zip(start).zip(change).enumerate() {
            *start += *change * (n as f32 * per_frame);
            *change = 0.0;
            let (tile, place) = (n / TILE, (n % TILE) as f32 / TILE as f32);
            let gate = self.gates[tile] + (self.gates[tile + 1] - self.gates[tile]) * place;
            *y -= gate * *start;
        }
    }
}
