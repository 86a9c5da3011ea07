use acetate_dsp::{Bins, ThirdOctaves};
use acetate_model::{Audio, Cells, Meter, MeterEntry, Quantity, Spec, Value};

use crate::power::{INACTIVE, ONE_CHANNEL};
use crate::sections::sections;
use crate::transform::{Frame, Frames, powers};

pub(crate) const ENTRY: MeterEntry = MeterEntry {
    id: "cells",
    version: 2,
    about: "How the power of middle and side spreads over third octaves (IEC 61260-1, base ten) and over time, in \
            half seconds: enough to foretell what a gain, an equaliser or a width does to a sum without rendering \
            it. From Hann-windowed transforms, five for each hop, of frames from -60 dBFS up. \
            Where the levels change for longer than a moment, another section begins.",
    quantities: &[Quantity::MidCells, Quantity::SideCells, Quantity::Sections],
    build: |spec| Box::new(CellMeter::new(spec)),
};

/// The length of a hop.
const HOP_MS: f64 = 500.0;
/// Transforms for each hop.
pub(crate) const FRAMES: u64 = 5;
/// The widest bin, which tells the bands from 50 Hz up apart.
const WIDEST_BIN_HZ: f64 = 6.0;

/// Frames of which [`FRAMES`] make a hop.
pub(crate) fn frames(spec: &Spec) -> Frames {
    let step = (spec.rate() * HOP_MS / 1000.0) as usize / FRAMES as usize;
    Frames::every(step, length(spec))
}

/// The length of a transform, in frames.
pub(crate) fn length(spec: &Spec) -> usize {
    ((spec.rate() / WIDEST_BIN_HZ) as usize).next_power_of_two()
}

struct CellMeter {
    frames: Frames,
    centres_hz: Vec<f64>,
    bands: Vec<Bins>,
    heard: Heard,
    mono: bool,
}

/// Power in each band of each hop, `[hop][band]`, as far as something was heard.
#[derive(Clone, Default)]
struct Heard {
    mid: Vec<f64>,
    side: Vec<f64>,
    /// Of each bin of the last transform.
    bins: Vec<f32>,
}

/// The bins of each band of a transform of [`length`].
pub(crate) fn bands(spec: &Spec) -> (Vec<f64>, Vec<Bins>) {
    let (bands, length) = (ThirdOctaves::new(spec.rate_hz), length(spec));
    let bins = bands.bins(spec.rate() / length as f64, length / 2 + 1);
    (bands.centres_hz, bins)
}

impl CellMeter {
    fn new(spec: &Spec) -> Self {
        let (centres_hz, bands) = bands(spec);
        Self { frames: frames(spec), centres_hz, bands, heard: Heard::default(), mono: spec.channels < 2 }
    }

    fn value(&self, powers: &[f64], why: &str) -> Value {
        if powers.iter().all(|&power| power == 0.0) {
            return Value::Undefined(why.to_owned());
        }
        Value::Cells(Cells::of(HOP_MS, self.centres_hz.clone(), powers.iter().copied()))
    }

    fn sections(&self, heard: &Heard) -> Value {
        if heard.mid.is_empty() {
            return Value::Undefined(INACTIVE.to_owned());
        }
        let both: Vec<f64> = heard.mid.iter().zip(&heard.side).map(|(mid, side)| mid + side).collect();
        let numbers = sections(&both, self.centres_hz.len(), HOP_MS);
        let values = numbers.into_iter().map(|number| Some(number as f32)).collect();
        Value::Timeline { start_ms: 0.0, hop_ms: HOP_MS, values }
    }
}

impl Heard {
    fn add(&mut self, frame: &Frame, bands: &[Bins]) {
        let from = (frame.at / FRAMES) as usize * bands.len();
        for (cells, bins) in [(&mut self.mid, Some(frame.mid)), (&mut self.side, frame.side)] {
            if cells.len() < from + bands.len() {
                cells.resize(from + bands.len(), 0.0);
            }
            let Some(bins) = bins else { continue };
            powers(bins, &mut self.bins);
            for (cell, band) in cells[from..].iter_mut().zip(bands) {
                *cell += band.sum(&self.bins) / FRAMES as f64;
            }
        }
    }
}

impl Meter for CellMeter {
    fn push(&mut self, block: &Audio) {
        let Self { frames, bands, heard, .. } = self;
        frames.push(block, |frame| heard.add(&frame, bands));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let mut heard = self.heard.clone();
        self.frames.short(|frame| heard.add(&frame, &self.bands));
        let silent = heard.mid.is_empty();
        let no_side = if self.mono {
            ONE_CHANNEL
        } else if silent {
            INACTIVE
        } else {
            "mono: no side"
        };
        vec![
            (Quantity::MidCells, self.value(&heard.mid, INACTIVE)),
            (Quantity::SideCells, self.value(&heard.side, no_side)),
            (Quantity::Sections, self.sections(&heard)),
        ]
    }
}
