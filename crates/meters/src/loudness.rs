use acetate_dsp::{ENERGY_HOP_MS, Hops, KWeighting, highest_sample};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db};

use crate::history::History;
use crate::programme::{
    BLOCK_MS, STEP_MS, WINDOW_MS, integrated_lufs, is_above_lufs, lufs, range_gate, range_lu,
};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "loudness",
    version: 1,
    about: "Loudness as people hear it, of moments, passages and the whole, and how far it moves. \
            ITU-R BS.1770-5 Annex 1, EBU Tech 3341 and 3342. \
            PSR takes the highest sample of each 3 s window, and the windows that the loudness range counts.",
    quantities: &[
        Quantity::Integrated,
        Quantity::MaxMomentary,
        Quantity::MaxShortTerm,
        Quantity::LoudnessRange,
        Quantity::ShortTerm,
        Quantity::PeakToShortTerm,
        Quantity::Activity,
    ],
    build: |spec| Box::new(Loudness::new(spec)),
};

/// Below this a moment counts as silent (BS.1770-5, Annex 1: the absolute gate).
const SILENT_LUFS: f64 = -70.0;
const ACTIVE_LUFS: f64 = -60.0;
const HOPS_A_STEP: usize = (STEP_MS / ENERGY_HOP_MS) as usize;
const STEPS_A_WINDOW: usize = (WINDOW_MS / STEP_MS) as usize;

const NO_BLOCK: &str = "shorter than 400 ms";
const NO_WINDOW: &str = "shorter than 3 s";
const SILENT: &str = "silence: nothing above -70 LUFS";

struct Loudness {
    weighting: KWeighting,
    history: History,
    // what turns energies of blocks and windows into mean powers
    a_block: f64,
    a_window: f64,
    // mean powers at each step, and the highest at any hop
    blocks: Vec<f64>,
    windows: Vec<f64>,
    loudest_block: f64,
    loudest_window: f64,
    // the highest sample in each step
    steps: Hops,
    peak: f32,
    peaks: Vec<f32>,
}

impl Loudness {
    fn new(spec: &Spec) -> Self {
        let per_frame = |ms: u32| 1000.0 / (spec.rate() * f64::from(ms));
        Self {
            weighting: KWeighting::new(spec.rate_hz, spec.channels),
            history: History::default(),
            a_block: per_frame(BLOCK_MS),
            a_window: per_frame(WINDOW_MS),
            blocks: Vec::new(),
            windows: Vec::new(),
            loudest_block: 0.0,
            loudest_window: 0.0,
            steps: Hops::of_ms(spec.rate_hz, STEP_MS),
            peak: 0.0,
            peaks: Vec::new(),
        }
    }

    fn push_peaks(&mut self, block: &Audio) {
        for part in self.steps.parts(block.frames()) {
            let samples = block.channels.iter().map(|channel| highest_sample(&channel[part.from..part.to]));
            self.peak = samples.fold(self.peak, f32::max);
            if part.ends {
                self.peaks.push(std::mem::take(&mut self.peak));
            }
        }
    }

    fn timeline(&self) -> Value {
        if !self.windows.iter().any(|&power| is_above_lufs(power, SILENT_LUFS)) {
            return Value::Undefined(why(&self.windows, NO_WINDOW).to_owned());
        }
        let value = |&power: &f64| lufs(power).filter(|&s| s >= SILENT_LUFS).map(|s| s as f32);
        Value::Timeline {
            start_ms: WINDOW_MS.into(),
            hop_ms: STEP_MS.into(),
            values: self.windows.iter().map(value).collect(),
        }
    }

    fn lowest_psr(&self) -> Option<f64> {
        let gate = range_gate(&self.windows)?;
        let windows = self.windows.iter().zip(self.peaks.windows(STEPS_A_WINDOW));
        let loud = windows.filter(|&(&power, _)| power >= gate);
        let psr = loud.filter_map(|(&power, peaks)| {
            Some(amplitude_db(f64::from(highest_sample(peaks)))? - lufs(power)?)
        });
        psr.min_by(f64::total_cmp)
    }

    fn activity(&self) -> Option<f64> {
        let active = self.blocks.iter().filter(|&&power| is_above_lufs(power, ACTIVE_LUFS)).count();
        (!self.blocks.is_empty()).then(|| 100.0 * active as f64 / self.blocks.len() as f64)
    }
}

impl Meter for Loudness {
    fn push(&mut self, block: &Audio) {
        self.push_peaks(block);
        let Self { weighting, history, a_block, a_window, blocks, windows, .. } = self;
        let (loudest_block, loudest_window) = (&mut self.loudest_block, &mut self.loudest_window);
        weighting.push(block, |energy| {
            history.push(energy);
            let is_step = history.heard().is_multiple_of(HOPS_A_STEP);
            if let Some(energy) = history.block() {
                note(energy * *a_block, loudest_block, is_step.then_some(blocks));
            }
            if let Some(energy) = history.window() {
                note(energy * *a_window, loudest_window, is_step.then_some(windows));
            }
        });
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let (no_block, no_window) = (why(&self.blocks, NO_BLOCK), why(&self.windows, NO_WINDOW));
        vec![
            (Quantity::Integrated, Value::scalar_or(integrated_lufs(&self.blocks), no_block)),
            (Quantity::MaxMomentary, Value::scalar_or(lufs(self.loudest_block), no_block)),
            (Quantity::MaxShortTerm, Value::scalar_or(lufs(self.loudest_window), no_window)),
            (Quantity::LoudnessRange, Value::scalar_or(range_lu(&self.windows), no_window)),
            (Quantity::ShortTerm, self.timeline()),
            (Quantity::PeakToShortTerm, Value::scalar_or(self.lowest_psr(), no_window)),
            (Quantity::Activity, Value::scalar_or(self.activity(), no_block)),
        ]
    }
}

fn note(power: f64, loudest: &mut f64, steps: Option<&mut Vec<f64>>) {
    *loudest = loudest.max(power);
    if let Some(steps) = steps {
        steps.push(power);
    }
}

fn why(heard: &[f64], too_short: &'static str) -> &'static str {
    if heard.is_empty() { too_short } else { SILENT }
}
