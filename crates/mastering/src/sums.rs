//! Whether files add up to another, measured on the files themselves.

use std::path::PathBuf;

use acetate_files::{Input, Reader};
use acetate_meters::MeterBank;
use acetate_model::{Audio, Kept, Part, Place, Promise, Quantity, Source, Spec, Sum, amplitude};

use crate::{Error, Progress, deliver::BLOCK, progress::step};

/// Steps of 24 bit from nothing to full scale.
const STEPS: f64 = 8_388_608.0;
/// The most that floats may miss: 120 dB under full scale.
const NEAR_LSB: f64 = 8.388_608;
/// By how much the loudness of the sum may differ.
const LOUDNESS_LU: f64 = 0.01;

/// Parts whose samples are the samples of the whole when added up.
pub(crate) fn exact(parts: Vec<String>, whole: &str) -> Sum {
    sum(parts, whole, 0.0, None)
}

/// Parts that come as near to the whole as rounding lets them.
pub(crate) fn near(parts: Vec<String>, whole: &str, turned_down_db: Option<f64>) -> Sum {
    // each part is off by a step or two, and what was turned down is turned up again
    let steps = turned_down_db.map_or(NEAR_LSB, |db| NEAR_LSB.max(2.0 * parts.len() as f64 * amplitude(db)));
    sum(parts, whole, steps, turned_down_db)
}

fn sum(parts: Vec<String>, whole: &str, most_lsb: f64, turned_down_db: Option<f64>) -> Sum {
    let promise = Promise { of: Place::Master, quantity: Quantity::SumError, within: [0.0, most_lsb] };
    Sum { parts, whole: whole.to_owned(), turned_down_db, promises: vec![Kept::new(promise, None)] }
}

/// Reads all files anew and compares. `loudness_lufs` is that of the whole, where it has one.
pub(crate) fn measured(
    mut sum: Sum,
    loudness_lufs: Option<f64>,
    find: &dyn Fn(&str) -> PathBuf,
    progress: &dyn Progress,
) -> Result<Sum, Error> {
    let mut promises: Vec<Promise> = sum.promises.iter().map(|kept| kept.promise.clone()).collect();
    if let Some(lufs) = loudness_lufs.filter(|_| promises.iter().all(|p| p.quantity != Quantity::Integrated))
    {
        promises.push(Promise::near(&Place::Master, Quantity::Integrated, lufs, LOUDNESS_LU));
    }
    let parts = sum.parts.iter().map(|name| open(name, find)).collect::<Result<Vec<_>, _>>()?;
    let whole = open(&sum.whole, find)?;
    let (error_lsb, heard_lufs) = compare(parts, whole, sum.turned_down_db, progress)?;
    let kept = |promise: Promise| {
        let found = if promise.quantity == Quantity::SumError { Some(error_lsb) } else { heard_lufs };
        Kept::new(promise, found)
    };
    sum.promises = promises.into_iter().map(kept).collect();
    Ok(sum)
}

/// A file, or one of its tracks: `master.stem.mp4#2`.
fn open(name: &str, find: &dyn Fn(&str) -> PathBuf) -> Result<Reader, Error> {
    let numbered = name.rsplit_once('#').and_then(|(file, track)| Some((file, track.parse().ok()?)));
    let (file, track) = numbered.map_or((name, None), |(file, track)| (file, Some(track)));
    let part = Part { track, ..Part::default() };
    Ok(Reader::open(&Input::file(&find(file)), None, &part)?)
}

/// The largest difference in steps of 24 bit, and the loudness of the sum.
fn compare(
    mut parts: Vec<Reader>,
    mut whole: Reader,
    turned_down_db: Option<f64>,
    progress: &dyn Progress,
) -> Result<(f64, Option<f64>), Error> {
    let spec = Spec::new(whole.rate_hz(), whole.channels(), BLOCK);
    let mut loudness = MeterBank::only(&spec, &["loudness"]);
    let gain = turned_down_db.map_or(1.0, amplitude);
    progress.begin("adding up", whole.frames());
    let (mut exact, mut block) = (Audio::default(), Audio::default());
    let mut added = Audio::silence(spec.rate_hz, spec.channels, 0);
    let mut sum: Vec<Vec<f64>> = vec![Vec::new(); spec.channels];
    let mut highest = 0.0f64;
    loop {
        let frames = whole.read(&mut exact, BLOCK)?;
        if frames == 0 {
            break;
        }
        for channel in &mut sum {
            channel.clear();
            channel.resize(frames, 0.0);
        }
        for part in &mut parts {
            // one that is shorter ends in silence
            part.read(&mut block, frames)?;
            for (sum, x) in sum.iter_mut().zip(&block.channels) {
                sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += f64::from(*x) * gain);
            }
        }
        added.resize(frames);
        for (c, sum) in sum.iter().enumerate() {
            for ((y, sum), x) in added.channels[c].iter_mut().zip(sum).zip(&exact.channels[c]) {
                *y = *sum as f32;
                highest = highest.max((sum - f64::from(*x)).abs());
            }
        }
        loudness.push(&added);
        step(progress, frames)?;
    }
    let heard = acetate_model::Readings(loudness.readings(&Place::Master));
    Ok((highest * STEPS, heard.scalar(&Place::Master, Quantity::Integrated)))
}
