use std::path::Path;

use acetate_files::{FinishedWav, ScratchReader, WavBits, WavWriter};
use acetate_meters::MeterBank;
use acetate_model::{Audio, Kept, Place, Promise, Quantity, Reading, Source, Spec, Value, Worked};
use acetate_processors::DitherSettings;
use acetate_render::{Graph, Lane};

use crate::{Error, Options, Progress, analyse::hear, progress::step, settle::own_move};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The file within the output folder.
    pub file: &'static str,
    /// Bits of each sample.
    pub bits: u32,
    /// Frames per second; `None` keeps the session's.
    pub rate_hz: Option<u32>,
}

impl Form {
    pub(crate) fn coding(&self) -> WavBits {
        match self.bits {
            ..=16 => WavBits::Int16,
            17..=24 => WavBits::Int24,
            _ => WavBits::Float32,
        }
    }
}

/// Every file of audio that a mastering delivers; the first is the master.
pub const DELIVERABLES: &[Form] = &[
    Form { file: "master.wav", bits: 24, rate_hz: None },
    Form { file: "master-16bit-44k1.wav", bits: 16, rate_hz: Some(44_100) },
];

/// RMS of the error that TPDF dither and rounding make together, in steps (Lipshitz, Wannamaker, Vanderkooy 1992).
const DITHER_RMS_LSB: [f64; 2] = [0.45, 0.55];

/// Bits up to which dither is promised: finer steps lie below what any converter resolves.
const DITHER_MATTERS_BITS: u32 = 16;

/// The seed of the dither: fixed, so that the same session gives the same bytes.
const DITHER_SEED: u32 = 1;

/// Dithers to the depth of the file and writes it beside its place.
pub(crate) fn write(
    form: &Form,
    limited: &ScratchReader,
    mut file: WavWriter,
    options: &Options,
    progress: &dyn Progress,
) -> Result<FinishedWav, Error> {
    let settings = DitherSettings { bits: form.bits, seed: DITHER_SEED, ..DitherSettings::default() };
    let plan = [own_move("master/dither", &settings)];
    let lanes = vec![Lane { name: "limited".into(), source: Box::new(limited.clone()) }];
    Graph::build(&plan, lanes, options.shape())?.run(|block| {
        file.write(&block.main)?;
        step(progress, block.frames())
    })?;
    Ok(file.finish()?)
}

/// What the written file is, read again from disk.
pub(crate) struct Measured {
    pub(crate) frames: u64,
    pub(crate) sha256: String,
    pub(crate) readings: Vec<Reading>,
}

/// Measures a written file; `against` is the signal before quantisation, where it is at hand.
pub(crate) fn measure(
    path: &Path,
    against: Option<&ScratchReader>,
    meters: Option<&[&str]>,
    progress: &dyn Progress,
) -> Result<Measured, Error> {
    let mut file = acetate_files::open(path)?;
    let spec = Spec::new(file.rate_hz(), file.channels(), BLOCK);
    let mut bank = meters.map_or_else(|| MeterBank::new(&spec), |only| MeterBank::only(&spec, only));
    let mut before = against.cloned();
    let (mut block, mut exact) = (Audio::default(), Audio::default());
    let mut error = QuantisationError::default();
    let mut frames = 0;
    loop {
        let read = file.read(&mut block, BLOCK)?;
        if read == 0 {
            break;
        }
        if let Some(before) = &mut before {
            before.read(&mut exact, read)?;
        }
        rayon::join(|| hear(&mut bank, &block), || error.push(&block, &exact));
        frames += read as u64;
        step(progress, read)?;
    }
    let info = file.info();
    let bits = info.bits.unwrap_or(0);
    let mut readings = bank.readings(&Place::Master);
    let mut add = |quantity, value: Value| {
        readings.retain(|r: &Reading| r.quantity != quantity);
        readings.push(Reading { of: Place::Master, against: None, quantity, value, by: "verify@1".into() });
    };
    add(Quantity::Length, Value::Scalar(frames as f64));
    add(Quantity::Rate, Value::Scalar(f64::from(info.rate_hz)));
    add(Quantity::BitDepth, Value::Scalar(f64::from(bits)));
    if against.is_some() {
        add(Quantity::Dither, Value::scalar_or(error.rms_lsb(bits), "nothing was rounded"));
    }
    Ok(Measured { frames, sha256: acetate_files::sha256_file(path)?, readings })
}

impl Measured {
    /// Adds what the limiter, the last move that turns down, says of itself.
    pub(crate) fn add_reduction(&mut self, worked: &[Worked]) {
        let Some(limiter) = worked.last().and_then(|w| w.reductions.last()) else { return };
        let readings =
            [(Quantity::GainReduction, limiter.mean_db), (Quantity::MaxGainReduction, limiter.max_db)];
        self.readings.extend(readings.map(|(quantity, db)| Reading {
            of: Place::Master,
            against: None,
            quantity,
            value: Value::Scalar(f64::from(db)),
            by: "limiter@1".into(),
        }));
    }

    pub(crate) fn scalar(&self, quantity: Quantity) -> Option<f64> {
        self.readings.iter().find(|r| r.quantity == quantity).and_then(|r| match r.value {
            Value::Scalar(value) => Some(value),
            _ => None,
        })
    }
}

const BLOCK: usize = 8192;

/// What every file is held to, beside the promises of the plan.
pub(crate) fn promises(
    form: &Form,
    rate_hz: u32,
    frames: u64,
    ceiling_dbtp: Option<f64>,
    clipped: f64,
) -> Vec<Promise> {
    let at = Place::Master;
    let mut promises = vec![
        Promise::exactly(&at, Quantity::Length, frames as f64),
        Promise::exactly(&at, Quantity::Rate, f64::from(rate_hz)),
        Promise::exactly(&at, Quantity::BitDepth, f64::from(form.bits)),
    ];
    if let Some(ceiling) = ceiling_dbtp {
        promises.push(Promise::at_most(&at, Quantity::SamplePeak, ceiling));
    }
    if form.bits <= DITHER_MATTERS_BITS {
        promises.push(Promise { of: at, quantity: Quantity::Dither, within: DITHER_RMS_LSB });
    } else {
        // steps of sixteen bits are so coarse that the crest of a bass note is a run of equal samples
        promises.push(Promise { of: at, quantity: Quantity::ClippedRuns, within: [0.0, clipped] });
    }
    promises
}

/// Compares promises with what was read from the file.
pub(crate) fn keep(promises: Vec<Promise>, readings: &[Reading]) -> Vec<Kept> {
    promises
        .into_iter()
        .map(|promise| {
            let reading = readings.iter().find(|r| r.quantity == promise.quantity);
            let measured = match reading.map(|r| &r.value) {
                Some(Value::Scalar(value)) => Some(*value),
                _ => None,
            };
            Kept::new(promise, measured)
        })
        .collect()
}

/// Mean square of the difference between a file and the signal it was made from.
#[derive(Default)]
struct QuantisationError {
    square: f64,
    samples: u64,
}

impl QuantisationError {
    fn push(&mut self, file: &Audio, exact: &Audio) {
        for (file, exact) in file.channels.iter().zip(&exact.channels) {
            for (y, x) in file.iter().zip(exact) {
                // digital silence stays silent and carries no dither
                if *y != 0.0 || *x != 0.0 {
                    let error = f64::from(*y) - f64::from(*x);
                    self.square += error * error;
                    self.samples += 1;
                }
            }
        }
    }

    fn rms_lsb(&self, bits: u32) -> Option<f64> {
        let steps = libm::exp2(f64::from(bits) - 1.0);
        // a signal that lies on the grid already needs no dither
        (self.square > 0.0).then(|| (self.square / self.samples as f64).sqrt() * steps)
    }
}
