mod bank;
mod gains;
mod part;
mod split;

use acetate_dsp::{
    Complex64, Compression, DETECTOR_TILE, Full, Windows, ZeroPhase, band_share, half_length, tuned,
};
use acetate_model::{
    Block, Choice, Curve, Db, Hz, Ms, Params, Percent, Processor, Ratio, Reduction, Settings, Spec,
    amplitude_db,
};

use crate::On;
use crate::dynamics::{Action, Detector, Hearing, Law, Link, Mode, Motion, Times, slope};
use bank::Banks;
use gains::Gains;
use part::Part;
use split::Splitter;

/// Where a steady tone draws the curve.
const CURVE_HZ: f64 = 1000.0;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;
/// The highest crossover of bands without latency, as a share of the rate.
const HIGHEST: f64 = 0.45;

/// Turns down what is too loud in one part of the spectrum and leaves the others alone, or raises what is too soft. The
/// bands have no phase of their own and add up to exactly what came in: where nothing is turned down, no bit changes.
/// Where latency counts more, bands like those of analogue crossovers add up to an all-pass instead. Left and right
/// are turned down alike.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct MultibandSettings {
    /// The bands, from low to high; a single one is the whole spectrum.
    #[param(max = 6)]
    pub bands: Vec<Band>,
    /// What its detectors hear.
    #[param(default = rms)]
    pub detector: Detector,
    /// The time over which rms is taken.
    #[param(default = 10.0, range = 1.0..=300.0, log)]
    pub rms_ms: Ms,
    /// How the spectrum is split.
    #[param(default = linear_phase)]
    pub crossover: Crossover,
    /// Which part of a stereo signal it works on.
    #[param(default = stereo)]
    pub on: On,
}

/// How a spectrum is split into bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Crossover {
    /// Without phase, gently, and late: for masters.
    LinearPhase,
    /// Without latency, by 24 dB per octave; all bands together turn the phase but change no level.
    LowLatency,
}

/// One band of a multiband compressor.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct Band {
    /// Where the next band begins; the highest band has no end.
    #[param(default = 20000.0, range = 40.0..=20000.0, log)]
    pub to_hz: Hz,
    /// The level of a sine in this band, re full scale, above which (upward: below which) it works.
    #[param(default = -20.0, range = -80.0..=0.0)]
    pub threshold_db: Db,
    /// How many dB in give one dB out; 1 does nothing.
    #[param(default = 1.0, range = 1.0..=20.0, log, amount_as_slope)]
    pub ratio: Ratio,
    /// Over how many dB it sets in.
    #[param(default = 6.0, range = 0.0..=24.0)]
    pub knee_db: Db,
    /// The most that it changes a level. Upward never raises by more than 6 dB.
    #[param(default = 24.0, range = 0.0..=48.0, amount)]
    pub range_db: Db,
    /// Until 63 % of an attenuation is reached.
    #[param(default = 20.0, range = 0.1..=500.0, log)]
    pub attack_ms: Ms,
    /// Until 63 % of an attenuation is gone.
    #[param(default = 200.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
    /// A gain behind it.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub gain_db: Db,
    /// Where attack and release come from.
    #[param(default = manual)]
    pub times: Times,
    /// Which levels it changes.
    #[param(default = downward)]
    pub mode: Mode,
    /// Upward: nothing at or below this level is raised, so that noise stays where it is.
    #[param(default = -60.0, range = -120.0..=-20.0)]
    pub floor_db: Db,
    /// How much of the band is compressed; the rest is as it came (parallel compression).
    #[param(default = 100.0, range = 0.0..=100.0)]
    pub mix_percent: Percent,
}

impl Band {
    fn law(&self) -> Law {
        let compression = Compression {
            threshold_db: self.threshold_db.0 as f32,
            knee_db: self.knee_db.0 as f32,
            slope: slope(self.ratio.0),
            range_db: self.range_db.0 as f32,
        };
        let action = match self.mode {
            Mode::Downward => Action::Down,
            Mode::Upward => Action::Up { floor_db: self.floor_db.0 as f32 },
        };
        let motion = Motion { times: self.times, times_ms: [self.attack_ms.0, self.release_ms.0] };
        Law::new(compression, action, motion, self.gain_db.0, self.mix_percent.0)
    }
}

impl MultibandSettings {
    /// From low to high, in whatever order they were written.
    fn sorted(&self) -> Vec<Band> {
        let mut bands = self.bands.clone();
        if bands.is_empty() {
            bands.push(Band::default());
        }
        bands.sort_by(|a, b| a.to_hz.0.total_cmp(&b.to_hz.0));
        bands
    }
}

/// Each band's share of the spectrum.
fn masks(rate_hz: u32, crossovers_hz: &[f64]) -> impl Fn(usize) -> ZeroPhase {
    let half = half_length(rate_hz, lowest_hz(crossovers_hz));
    let tuned = tuned(rate_hz, half, crossovers_hz);
    move |band| ZeroPhase::new(rate_hz, half, |hz| band_share(hz, &tuned, band))
}

/// The lowest crossover decides how long all filters are; without any they have no length.
fn lowest_hz(crossovers_hz: &[f64]) -> f64 {
    crossovers_hz.first().copied().unwrap_or(f64::INFINITY)
}

fn crossovers_hz(bands: &[Band]) -> Vec<f64> {
    bands[..bands.len() - 1].iter().map(|band| band.to_hz.0).collect()
}

/// What bands of Linkwitz and Riley have of a tone: with Ω its place re a crossover after the bilinear transform and
/// D = 1 − Ω² + j√2Ω, the low side is 1/D², the high side Ω⁴/D², and both together D*/D.
fn shares(rate_hz: u32, crossovers_hz: &[f64], hz: f64) -> Vec<Complex64> {
    let turned = |hz: f64| libm::tan(std::f64::consts::PI * hz / f64::from(rate_hz));
    let mut bands: Vec<Complex64> = Vec::new();
    let mut above = Complex64::new(1.0, 0.0);
    for crossover_hz in crossovers_hz {
        let place = turned(hz) / turned(*crossover_hz);
        let square = place * place;
        let d = Complex64::new(1.0 - square, std::f64::consts::SQRT_2 * place);
        for band in &mut bands {
            *band *= d.conj() / d;
        }
        bands.push(above / (d * d));
        above *= square * square / (d * d);
    }
    bands.push(above);
    bands
}

impl Settings for MultibandSettings {
    const ID: &'static str = "multiband";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "bands": [
        { "to_hz": 120, "threshold_db": -24, "ratio": 2 },
        { "to_hz": 2500, "threshold_db": -26, "ratio": 1.8 },
        { "to_hz": 20000 }
    ] }"#;
    type Processor = Multiband;

    fn build(&self, spec: &Spec) -> Multiband {
        let bands = self.sorted();
        let laws: Vec<Law> = bands.iter().map(Band::law).collect();
        let (engine, heard) = match self.crossover {
            Crossover::LinearPhase => self.linear_phase(spec, &bands, &laws),
            Crossover::LowLatency => self.low_latency(spec, &bands, &laws),
        };
        Multiband { engine, heard, reductions: vec![Reduction::default(); self.bands.len()] }
    }

    /// The steady level of a tone of 1 kHz in the centre.
    fn curve(&self, spec: &Spec) -> Curve {
        let bands = self.sorted();
        let crossovers = crossovers_hz(&bands);
        let shares: Vec<Complex64> = match self.crossover {
            Crossover::LinearPhase => {
                let mask = masks(spec.rate_hz, &crossovers);
                (0..bands.len()).map(|band| mask(band).gain(CURVE_HZ).max(0.0).into()).collect()
            }
            Crossover::LowLatency => shares(spec.rate_hz, &within(spec, &crossovers), CURVE_HZ),
        };
        let parts: Vec<(Complex64, Law)> = shares.into_iter().zip(bands.iter().map(Band::law)).collect();
        let on = Part::new(self.on, spec.channels).map_or(1.0, |part| part.of_centre());
        Curve::Transfer(Box::new(move |level_dbfs| {
            let change: Complex64 = (parts.iter().filter(|(share, _)| share.norm() > 0.0))
                .map(|(share, law)| {
                    let within_db = level_dbfs + amplitude_db(share.norm()).unwrap_or(FLOOR_DB);
                    share * (law.steady_gain(within_db) - 1.0)
                })
                .sum();
            let whole: Complex64 = parts.iter().map(|(share, _)| share).sum();
            level_dbfs + amplitude_db((whole + on * change).norm()).unwrap_or(FLOOR_DB)
        }))
    }
}

/// Crossovers that a rate has room for.
fn within(spec: &Spec, crossovers_hz: &[f64]) -> Vec<f64> {
    crossovers_hz.iter().map(|hz| hz.min(HIGHEST * spec.rate())).collect()
}

impl MultibandSettings {
    fn hearing(&self) -> Hearing {
        Hearing {
            rms_ms: (self.detector == Detector::Rms).then_some(self.rms_ms.0),
            ahead: 0,
            hold: 0,
            link: Link::Apart,
        }
    }

    /// Bands that never work need not be computed.
    fn linear_phase(&self, spec: &Spec, bands: &[Band], laws: &[Law]) -> (Engine, Vec<usize>) {
        let crossovers = crossovers_hz(bands);
        let half = half_length(spec.rate_hz, lowest_hz(&crossovers));
        let mut working: Vec<usize> = (0..bands.len()).filter(|&band| !laws[band].is_neutral()).collect();
        // the highest band is what the others leave of the whole
        let rest = if working.len() == bands.len() { working.pop() } else { None };
        let mask = masks(spec.rate_hz, &crossovers);
        let masks = working.iter().map(|&band| mask(band).gains()).collect();
        let heard: Vec<usize> = working.into_iter().chain(rest).collect();
        let in_order: Vec<Law> = heard.iter().map(|&band| laws[band].clone()).collect();
        let part = Part::new(self.on, spec.channels);
        let engine = LinearPhase {
            windows: Windows::new(half, spec.channels * (1 + spec.linked)),
            key: Windows::new(half, spec.channels),
            has_key: false,
            splitter: Splitter::new(half, masks, rest.is_some(), spec.channels, part),
            gains: Gains::new(spec.rate_hz, &self.hearing(), &in_order, 2 * half, rest.is_some()),
        };
        (Engine::LinearPhase(Box::new(engine)), heard)
    }

    /// All bands are computed, unless none works.
    fn low_latency(&self, spec: &Spec, bands: &[Band], laws: &[Law]) -> (Engine, Vec<usize>) {
        if laws.iter().all(Law::is_neutral) {
            return (Engine::Through, Vec::new());
        }
        let crossovers = within(spec, &crossovers_hz(bands));
        let engine = Engine::LowLatency {
            banks: Banks::new(spec, &crossovers, Part::new(self.on, spec.channels)),
            gains: Gains::new(spec.rate_hz, &self.hearing(), laws, DETECTOR_TILE, false),
        };
        (engine, (0..bands.len()).collect())
    }
}

/// A multiband compressor.
pub struct Multiband {
    engine: Engine,
    // which band of the settings each gain belongs to
    heard: Vec<usize>,
    reductions: Vec<Reduction>,
}

enum Engine {
    Through,
    LinearPhase(Box<LinearPhase>),
    LowLatency { banks: Banks, gains: Gains },
}

/// With the delayed input x, bands b and gains g, the output is r·x + Σ (g − r)·b, where r is the gain of what is in
/// none of the bands: 1 if some bands never change, for these need not be computed; else that of the highest band.
struct LinearPhase {
    windows: Windows,
    key: Windows,
    has_key: bool,
    splitter: Splitter,
    gains: Gains,
}

impl LinearPhase {
    /// Exchanges frames from `from` on; returns how many.
    fn exchange(&mut self, block: &mut Block, from: usize) -> usize {
        let now = self.windows.exchange(block, from);
        self.has_key |= block.key.is_some();
        self.key.listen(block.key.as_ref(), from, now);
        now
    }

    /// Works on windows that are full.
    fn work(&mut self) {
        let Some(full) = self.windows.full() else { return };
        let key = self.key.full().filter(|_| self.has_key);
        self.splitter.work(&mut self.gains, full, key.map(|Full { heard, .. }| heard));
        self.has_key = false;
    }
}

impl Multiband {
    /// Adds what the bands were turned down by over a share of the block.
    fn tell(&mut self, share: f32) {
        let gains = match &self.engine {
            Engine::Through => return,
            Engine::LinearPhase(linear) => &linear.gains,
            Engine::LowLatency { gains, .. } => gains,
        };
        for (&band, was) in self.heard.iter().zip(gains.reductions()) {
            // without bands in the settings there is one that nobody asked for
            let Some(sum) = self.reductions.get_mut(band) else { continue };
            sum.mean_db += was.mean_db * share;
            sum.max_db = sum.max_db.max(was.max_db);
        }
    }
}

impl Processor for Multiband {
    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        self.reductions.fill(Reduction::default());
        let mut done = 0;
        while done < frames {
            let now = match &mut self.engine {
                Engine::Through => return,
                Engine::LinearPhase(linear) => linear.exchange(block, done),
                Engine::LowLatency { banks, gains } => {
                    let now = gains.room().min(frames - done);
                    banks.work(gains, block, done, done + now);
                    now
                }
            };
            // what is handed out of windows was turned down when they were full
            self.tell(now as f32 / frames as f32);
            if let Engine::LinearPhase(linear) = &mut self.engine {
                linear.work();
            }
            done += now;
        }
    }

    fn reset(&mut self) {
        match &mut self.engine {
            Engine::Through => {}
            Engine::LinearPhase(linear) => {
                linear.windows.reset();
                linear.key.reset();
                linear.has_key = false;
                linear.gains.reset();
            }
            Engine::LowLatency { banks, gains } => {
                banks.reset();
                gains.reset();
            }
        }
        self.reductions.fill(Reduction::default());
    }

    fn latency(&self) -> usize {
        match &self.engine {
            Engine::LinearPhase(linear) => linear.windows.latency(),
            _ => 0,
        }
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }
}
