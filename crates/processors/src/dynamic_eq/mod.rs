mod detector;

use acetate_dsp::{Corner, DETECTOR_TILE, ParallelBands, Part};
use acetate_model::{
    Block, Choice, Curve, Db, Hz, Ms, Params, Processor, Q, Ratio, Reduction, Settings, Spec,
};

use crate::pairs::Pairs;
use detector::Detectors;

/// An equaliser whose bands move with the music: each comes in when its own part of the spectrum is too loud or too
/// soft, and leaves it alone otherwise. Relative bands listen to the balance and not to the level. No filter is ever
/// changed, only how much of it is heard, so even the fastest band does not click; where no band works, no bit changes.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DynamicEqSettings {
    /// The bands.
    #[param(max = 8)]
    pub bands: Vec<DynamicEqBand>,
}

/// One band of a dynamic equaliser.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DynamicEqBand {
    /// What it does around its frequency.
    #[param(default = bell)]
    pub shape: DynamicShape,
    /// Centre of a bell, or the middle of the slope of a shelf.
    #[param(default = 1000.0, range = 20.0..=20000.0, log)]
    pub freq_hz: Hz,
    /// How narrow a bell or how steep a shelf is where it does the most; it is a little wider or narrower on the way.
    #[param(default = 1.0, range = 0.1..=18.0, log)]
    pub q: Q,
    /// The gain at rest.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub gain_db: Db,
    /// How far it goes from there: a cut where negative, a boost where positive.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub range_db: Db,
    /// Whether it works on what is loud or on what is soft.
    #[param(default = over)]
    pub when: When,
    /// What the threshold is measured against.
    #[param(default = absolute)]
    pub threshold: Threshold,
    /// The level in the band beyond which it works: of a sine, re full scale, or else re the level of the whole signal.
    #[param(default = -20.0, range = -80.0..=0.0)]
    pub threshold_db: Db,
    /// How strongly: at 2 it moves by half a dB, at 4 by three quarters for each dB beyond the threshold.
    #[param(default = 3.0, range = 1.0..=20.0, log, amount_as_slope)]
    pub ratio: Ratio,
    /// Over how many dB it sets in.
    #[param(default = 6.0, range = 0.0..=24.0)]
    pub knee_db: Db,
    /// Until 63 % of a move is made.
    #[param(default = 10.0, range = 0.5..=500.0, log)]
    pub attack_ms: Ms,
    /// Until 63 % of a move is taken back.
    #[param(default = 120.0, range = 5.0..=5000.0, log)]
    pub release_ms: Ms,
}

/// What a dynamic band does around its frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DynamicShape {
    /// A hill or valley.
    Bell,
    /// All below.
    LowShelf,
    /// All above.
    HighShelf,
}

/// When a dynamic band works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum When {
    /// On what is louder than the threshold.
    Over,
    /// On what is softer than the threshold, but not on silence.
    Below,
}

/// What a threshold is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Threshold {
    /// Full scale: the band listens to the level.
    Absolute,
    /// The level of the whole signal: the band listens to the balance, however loud the song is.
    Relative,
}

impl DynamicEqBand {
    /// The gain, of that at rest and that at full action, that is further from nothing.
    fn furthest_db(&self) -> f64 {
        let [rest, full] = [self.gain_db.0, self.full_db()];
        if full.abs() > rest.abs() { full } else { rest }
    }

    fn full_db(&self) -> f64 {
        if self.moves() { self.gain_db.0 + self.range_db.0 } else { self.gain_db.0 }
    }

    fn moves(&self) -> bool {
        self.range_db.0 != 0.0 && self.ratio.0 > 1.0
    }

    fn is_neutral(&self) -> bool {
        !self.moves() && self.gain_db.0 == 0.0
    }

    fn part(&self) -> Part {
        let corner = Corner { hz: self.freq_hz.0, gain_db: self.furthest_db(), q: self.q.0 };
        match self.shape {
            DynamicShape::Bell => Part::Band(corner),
            DynamicShape::LowShelf => Part::Low(corner),
            DynamicShape::HighShelf => Part::High(corner),
        }
    }
}

impl Settings for DynamicEqSettings {
    const ID: &'static str = "dynamic_eq";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "bands": [
        { "shape": "low_shelf", "freq_hz": 110, "q": 0.7, "range_db": -3, "threshold_db": -24, "attack_ms": 20 },
        { "freq_hz": 260, "q": 1.4, "range_db": -3, "threshold": "relative", "threshold_db": -9 },
        { "freq_hz": 3200, "q": 2, "range_db": -4, "threshold": "relative", "threshold_db": -15 },
        { "shape": "high_shelf", "freq_hz": 9000, "q": 0.7, "range_db": 2, "when": "below", "threshold_db": -45 }
    ] }"#;
    type Processor = DynamicEq;

    fn build(&self, spec: &Spec) -> DynamicEq {
        let working: Vec<usize> = (0..self.bands.len()).filter(|&n| !self.bands[n].is_neutral()).collect();
        let bands: Vec<DynamicEqBand> = working.iter().map(|&n| self.bands[n].clone()).collect();
        let parts: Vec<Part> = bands.iter().map(DynamicEqBand::part).collect();
        DynamicEq {
            detectors: Detectors::new(spec, &bands),
            pairs: Pairs::new(spec, &ParallelBands::new(spec.rate_hz, &parts)),
            working,
            reductions: vec![Reduction::default(); self.bands.len()],
        }
    }

    /// At full action.
    fn curve(&self, spec: &Spec) -> Curve {
        let rate_hz = spec.rate_hz;
        let bands: Vec<(Part, f64)> = (self.bands.iter().filter(|band| !band.is_neutral()))
            .map(|band| (band.part(), band.full_db()))
            .collect();
        Curve::Response(Box::new(move |hz| {
            bands.iter().map(|(part, full_db)| part.gain_db(rate_hz, *full_db, hz)).sum()
        }))
    }
}

/// A dynamic equaliser.
#[derive(Debug, Clone)]
pub struct DynamicEq {
    detectors: Detectors,
    pairs: Pairs<ParallelBands>,
    // which bands of the settings do anything
    working: Vec<usize>,
    reductions: Vec<Reduction>,
}

impl Processor for DynamicEq {
    fn process(&mut self, block: &mut Block) {
        self.reductions.fill(Reduction::default());
        if self.working.is_empty() {
            return;
        }
        let frames = block.frames();
        for from in (0..frames).step_by(DETECTOR_TILE) {
            let to = (from + DETECTOR_TILE).min(frames);
            self.detectors.follow(block.key.as_ref().unwrap_or(&block.main), from, to);
            let detectors = &self.detectors;
            self.pairs.process_part(block, from, to, |bands, tile| bands.run(tile, detectors.changes()));
            for (at, &band) in self.working.iter().enumerate() {
                let [sum, max] = self.detectors.reduction(at, to - from);
                let reduction = &mut self.reductions[band];
                reduction.mean_db += sum / frames as f32;
                reduction.max_db = reduction.max_db.max(max);
            }
        }
    }

    fn reset(&mut self) {
        self.detectors.reset();
        self.pairs.states().for_each(ParallelBands::reset);
        self.reductions.fill(Reduction::default());
    }

    fn latency(&self) -> usize {
        0
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reductions
    }
}
