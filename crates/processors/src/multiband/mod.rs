mod gains;
mod split;

use acetate_dsp::{Windows, ZeroPhase, band_share, half_length};
use acetate_model::{
    Block, Choice, Curve, Db, Hz, Ms, Params, Processor, Ratio, Reduction, Settings, Spec, amplitude,
    amplitude_db,
};

use gains::{BandLaw, Gains};
use split::Splitter;

/// Where a steady tone draws the curve.
const CURVE_HZ: f64 = 1000.0;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;

/// Turns down what is too loud in one part of the spectrum and leaves the others alone. The bands have no phase of
/// their own and add up to exactly what came in: where nothing is turned down, no bit changes. Left and right are
/// turned down alike.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct MultibandSettings {
    /// The bands, from low to high; a single one is the whole spectrum.
    #[param(max = 6)]
    pub bands: Vec<Band>,
    /// What its detectors hear.
    #[param(default = rms)]
    pub detector: Detector,
}

/// One band of a multiband compressor.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct Band {
    /// Where the next band begins; the highest band has no end.
    #[param(default = 20000.0, range = 40.0..=20000.0, log)]
    pub to_hz: Hz,
    /// The level of a sine in this band, re full scale, above which it is turned down.
    #[param(default = -20.0, range = -80.0..=0.0)]
    pub threshold_db: Db,
    /// How many dB in give one dB out; 1 does nothing.
    #[param(default = 1.0, range = 1.0..=20.0, log)]
    pub ratio: Ratio,
    /// Over how many dB it sets in.
    #[param(default = 6.0, range = 0.0..=24.0)]
    pub knee_db: Db,
    /// The most that it is turned down.
    #[param(default = 24.0, range = 0.0..=48.0)]
    pub range_db: Db,
    /// Until 63 % of an attenuation is reached.
    #[param(default = 20.0, range = 0.1..=500.0, log)]
    pub attack_ms: Ms,
    /// Until 63 % of an attenuation is gone.
    #[param(default = 200.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
    /// A gain behind it.
    #[param(default = 0.0, range = -12.0..=12.0)]
    pub gain_db: Db,
}

/// What a detector hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Detector {
    /// The mean power over some milliseconds: evens levels out.
    Rms,
    /// The samples: catches peaks.
    Peak,
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

/// A band's share of the spectrum.
fn mask(rate_hz: u32, crossovers_hz: &[f64], band: usize) -> ZeroPhase {
    let half = half_length(rate_hz, lowest_hz(crossovers_hz));
    ZeroPhase::new(rate_hz, half, |hz| band_share(hz, crossovers_hz, band))
}

/// The lowest crossover decides how long all filters are; without any they have no length.
fn lowest_hz(crossovers_hz: &[f64]) -> f64 {
    crossovers_hz.first().copied().unwrap_or(f64::INFINITY)
}

fn crossovers_hz(bands: &[Band]) -> Vec<f64> {
    bands[..bands.len() - 1].iter().map(|band| band.to_hz.0).collect()
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
        let crossovers = crossovers_hz(&bands);
        let half = half_length(spec.rate_hz, lowest_hz(&crossovers));
        let laws: Vec<BandLaw> = bands.iter().map(BandLaw::from).collect();
        let mut working: Vec<usize> = (0..bands.len()).filter(|&band| !laws[band].is_neutral()).collect();
        // the highest band is what the others leave of the whole
        let rest = if working.len() == bands.len() { working.pop() } else { None };
        let masks = working.iter().map(|&band| mask(spec.rate_hz, &crossovers, band).gains()).collect();
        let heard: Vec<usize> = working.into_iter().chain(rest).collect();
        let in_order: Vec<BandLaw> = heard.iter().map(|&band| laws[band].clone()).collect();
        Multiband {
            windows: Windows::new(half, spec.channels * (1 + spec.linked)),
            splitter: Splitter::new(half, masks, rest.is_some(), spec.channels),
            gains: Gains::new(spec.rate_hz, self.detector, &in_order, 2 * half, rest.is_some()),
            heard,
            reductions: vec![Reduction::default(); self.bands.len()],
        }
    }

    /// The steady level of a tone of 1 kHz.
    fn curve(&self, spec: &Spec) -> Curve {
        let bands = self.sorted();
        let crossovers = crossovers_hz(&bands);
        let parts: Vec<(f64, BandLaw)> = (bands.iter().enumerate())
            .map(|(n, band)| (mask(spec.rate_hz, &crossovers, n).gain(CURVE_HZ), BandLaw::from(band)))
            .collect();
        Curve::Transfer(Box::new(move |level_dbfs| {
            let gain: f64 = (parts.iter().filter(|(share, _)| *share > 0.0))
                .map(|(share, law)| {
                    let within_db = level_dbfs + amplitude_db(*share).unwrap_or(FLOOR_DB);
                    share * amplitude(law.steady_gain_db(within_db))
                })
                .sum();
            level_dbfs + amplitude_db(gain).unwrap_or(FLOOR_DB)
        }))
    }
}

/// A multiband compressor.
///
/// With the delayed input x, bands b and gains g, the output is r·x + Σ (g − r)·b, where r is the gain of what is in
/// none of the bands: 1 if some bands never change, for these need not be computed; else that of the highest band.
pub struct Multiband {
    windows: Windows,
    splitter: Splitter,
    gains: Gains,
    // which band of the settings each gain belongs to
    heard: Vec<usize>,
    reductions: Vec<Reduction>,
}

impl Processor for Multiband {
    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        self.reductions.fill(Reduction::default());
        let mut done = 0;
        while done < frames {
            let now = self.windows.exchange(block, done);
            done += now;
            let share = now as f32 / frames as f32;
            for (&band, was) in self.heard.iter().zip(self.gains.reductions()) {
                let sum = &mut self.reductions[band];
                sum.mean_db += was.mean_db * share;
                sum.max_db = sum.max_db.max(was.max_db);
            }
            if let Some(full) = self.windows.full() {
                self.splitter.work(&mut self.gains, full);
            }
        }
    }

    fn reset(&mut self) {
        self.windows.reset();
        self.gains.reset();
        self.reductions.fill(Reduction::default());
    }

    fn latency(&self) -> usize {
        self.windows.latency()
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }
}
