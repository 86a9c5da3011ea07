use std::path::Path;

use acetate_files::{AudioWriter, Decoded, FinishedFile};
use acetate_meters::MeterBank;
use acetate_model::{
    Audio, FileForm, Format, Kept, Levels, Move, Place, Promise, Quantity, Reading, Source, Spec, Value,
    Worked,
};
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

/// Every file of audio that a mastering delivers; the first is the master.
pub const DELIVERABLES: &[Form] = &[
    Form { file: "master.wav", bits: 24, rate_hz: None },
    Form { file: "master-16bit-44k1.wav", bits: 16, rate_hz: Some(44_100) },
];

/// RMS of the error that TPDF dither and rounding make together, in steps (Lipshitz, Wannamaker, Vanderkooy 1992).
const DITHER_RMS_LSB: [f64; 2] = [0.45, 0.55];

/// Bits up to which dither is promised: finer steps lie below what any converter resolves.
const DITHER_MATTERS_BITS: u32 = 16;

/// From this depth on samples are floats.
const FLOAT_BITS: u32 = 32;

/// Frames in a packet of AAC (ISO/IEC 14496-3).
const AAC_PACKET_FRAMES: f64 = 1024.0;

/// The highest true peak of what comes out of a lossy file.
pub(crate) const LOSSY_PEAK_DBTP: f64 = 0.0;

/// The seed of the dither: fixed, so that the same session gives the same bytes.
const DITHER_SEED: u32 = 1;

/// Dithers to the depth of the file, where it has one, and writes it beside its place.
pub(crate) fn write(
    form: &FileForm,
    source: Box<dyn Source>,
    mut file: AudioWriter,
    options: &Options,
    progress: &dyn Progress,
) -> Result<FinishedFile, Error> {
    let plan: Vec<Move> =
        dither(form, 0).iter().map(|settings| own_move("master/dither", settings)).collect();
    let lanes = vec![Lane { name: "limited".into(), source }];
    Graph::build(&plan, lanes, options.shape())?.run(|block| {
        file.write(&block.main)?;
        step(progress, block.frames())
    })?;
    Ok(file.finish()?)
}

/// How a file is dithered; floats and lossy formats are not. Files with other streams do not share their noise.
pub(crate) fn dither(form: &FileForm, stream: u32) -> Option<DitherSettings> {
    let bits = form.sample_bits().filter(|bits| *bits < FLOAT_BITS)?;
    Some(DitherSettings { bits, seed: DITHER_SEED + stream, ..DitherSettings::default() })
}

/// What the written file is, read again from disk.
pub(crate) struct Measured {
    pub(crate) frames: u64,
    pub(crate) sha256: String,
    /// By what the file was turned down so that nothing in it clips.
    pub(crate) turned_down_db: Option<f64>,
    pub(crate) readings: Vec<Reading>,
}

/// A file as any player reads it.
fn reopen(path: &Path, format: Format, rate_hz: u32) -> Result<(Box<dyn Source>, Option<u32>), Error> {
    if format == Format::Opus {
        // it has one rate only (RFC 7845, 5.1), and no reader of ours
        return Ok((Box::new(Decoded::open(path, rate_hz, CHANNELS)?), None));
    }
    let file = acetate_files::open(path)?;
    if format.is_lossy() {
        return Ok((Box::new(Decoded::open(path, file.rate_hz(), file.channels())?), None));
    }
    let bits = file.info().bits;
    Ok((Box::new(file), bits))
}

/// Measures a written file; `against` is the signal before quantisation, where it is at hand.
pub(crate) fn measure(
    path: &Path,
    (format, rate_hz): (Format, u32),
    against: Option<&mut dyn Source>,
    meters: Option<&[&str]>,
    progress: &dyn Progress,
) -> Result<Measured, Error> {
    let (mut file, bits) = reopen(path, format, rate_hz)?;
    let spec = Spec::new(file.rate_hz(), file.channels(), BLOCK);
    let mut bank = meters.map_or_else(|| MeterBank::new(&spec), |only| MeterBank::only(&spec, only));
    let mut before = against.filter(|_| bits.is_some());
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
    let mut readings = bank.readings(&Place::Master);
    let mut add = |quantity, value: Value| {
        readings.retain(|r: &Reading| r.quantity != quantity);
        readings.push(Reading { of: Place::Master, against: None, quantity, value, by: "verify@1".into() });
    };
    add(Quantity::Length, Value::Scalar(frames as f64));
    add(Quantity::Rate, Value::Scalar(f64::from(spec.rate_hz)));
    if let Some(bits) = bits {
        add(Quantity::BitDepth, Value::Scalar(f64::from(bits)));
        if before.is_some() {
            add(Quantity::Dither, Value::scalar_or(error.rms_lsb(bits), "nothing was rounded"));
        }
    }
    Ok(Measured { frames, sha256: String::new(), turned_down_db: None, readings })
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

    /// What is written into the file.
    pub(crate) fn levels(&self) -> Levels {
        Levels {
            integrated_lufs: self.scalar(Quantity::Integrated),
            loudness_range_lu: self.scalar(Quantity::LoudnessRange),
            true_peak_dbtp: self.scalar(Quantity::TruePeak),
            max_momentary_lufs: self.scalar(Quantity::MaxMomentary),
            max_short_term_lufs: self.scalar(Quantity::MaxShortTerm),
        }
    }

    pub(crate) fn scalar(&self, quantity: Quantity) -> Option<f64> {
        self.readings.iter().find(|r| r.quantity == quantity).and_then(|r| match r.value {
            Value::Scalar(value) => Some(value),
            _ => None,
        })
    }
}

pub(crate) const BLOCK: usize = 8192;
const CHANNELS: usize = 2;

/// What every file is held to, beside the promises of the plan.
pub(crate) fn promises(form: &FileForm, rate_hz: u32, frames: u64) -> Vec<Promise> {
    let at = Place::Master;
    // ffmpeg plays the last packet of an AAC file to its end, whatever length the file tells
    let padded = if form.format == Format::Aac { AAC_PACKET_FRAMES - 1.0 } else { 0.0 };
    let length = [frames as f64, frames as f64 + padded];
    let mut promises = vec![
        Promise { of: at.clone(), quantity: Quantity::Length, within: length },
        Promise::exactly(&at, Quantity::Rate, f64::from(rate_hz)),
    ];
    if let Some(bits) = form.sample_bits() {
        promises.push(Promise::exactly(&at, Quantity::BitDepth, f64::from(bits)));
        if bits <= DITHER_MATTERS_BITS {
            promises.push(Promise { of: at, quantity: Quantity::Dither, within: DITHER_RMS_LSB });
        }
    } else {
        promises.push(Promise::at_most(&at, Quantity::TruePeak, LOSSY_PEAK_DBTP));
    }
    promises
}

/// What a limited file is held to besides.
pub(crate) fn limited_promises(form: &FileForm, ceiling_dbtp: Option<f64>, clipped: f64) -> Vec<Promise> {
    let at = Place::Master;
    let Some(bits) = form.sample_bits() else { return Vec::new() };
    let ceiling = ceiling_dbtp.map(|ceiling| Promise::at_most(&at, Quantity::SamplePeak, ceiling));
    // steps of sixteen bits are so coarse that the crest of a bass note is a run of equal samples
    let runs = (bits > DITHER_MATTERS_BITS).then_some(Promise {
        of: at,
        quantity: Quantity::ClippedRuns,
        within: [0.0, clipped],
    });
    ceiling.into_iter().chain(runs).collect()
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
