use std::path::Path;

use acetate_files::{About, AudioWriter, FinishedFile, Scratch, ScratchReader};
use acetate_model::{Db, Quantity, Source};
use acetate_processors::GainSettings;
use acetate_render::{Graph, Lane};

use crate::{
    DELIVERABLES, Error, Options, Progress,
    bus::at_rate,
    deliver::{self, LOSSY_PEAK_DBTP, Measured},
    order::Form,
    settle::own_move,
};

/// The meters for files beside the master.
const FILE_METERS: &[&str] = &["loudness", "peak", "clipping"];
/// What a lossy file over full scale is corrected by beyond the excess: a codec's noise falls otherwise each time.
pub(crate) const CODEC_EXCESS_DB: f64 = 0.05;
/// How often a lossy file is encoded at most.
const ENCODINGS: u32 = 4;

/// The meters that hear a file; the master is heard by all.
pub(crate) fn meters(path: &str) -> Option<&'static [&'static str]> {
    (path != DELIVERABLES[0].file).then_some(FILE_METERS)
}

/// Measures a complete file, if that was not done yet, and writes into it what is told of it.
pub(crate) fn seal(
    mut file: FinishedFile,
    (form, rate_hz): (&Form, u32),
    measured: Option<Measured>,
    about: &About,
    progress: &dyn Progress,
) -> Result<(FinishedFile, Measured), Error> {
    let format = form.file.format;
    let measure = || deliver::measure(file.path(), (format, rate_hz), None, meters(&form.path), progress);
    let mut measured = measured.map_or_else(measure, Ok)?;
    about.write_into(&mut file, format, &measured.levels())?;
    measured.sha256 = acetate_files::sha256_file(file.path())?;
    Ok((file, measured))
}

/// A file that is about to be written.
pub(crate) struct Job<'a> {
    pub(crate) form: Form,
    pub(crate) rate_hz: u32,
    pub(crate) audio: &'a ScratchReader,
    pub(crate) writer: AudioWriter,
    pub(crate) about: About,
}

impl Job<'_> {
    /// Writes, measures and tags it, still beside its place.
    pub(crate) fn write(
        self,
        folder: &Path,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<(FinishedFile, Measured), Error> {
        let Self { form, rate_hz, audio, writer, about } = self;
        let format = form.file.format;
        let mut file = deliver::write(&form.file, at_rate(audio, rate_hz), writer, options, progress)?;
        let mut before = at_rate(audio, rate_hz);
        let meters = meters(&form.path);
        let of = (format, rate_hz);
        let mut measured = deliver::measure(file.path(), of, Some(before.as_mut()), meters, progress)?;
        let mut down_db = 0.0;
        for _ in 1..ENCODINGS {
            let over = measured.scalar(Quantity::TruePeak).map_or(0.0, |peak| peak - LOSSY_PEAK_DBTP);
            if !format.is_lossy() || over <= 0.0 {
                break;
            }
            // what a player decodes shall not clip, so this file alone is a little softer
            down_db += over + CODEC_EXCESS_DB;
            let softer = turned_down(at_rate(audio, rate_hz), down_db, folder, options)?;
            let target = folder.join(form.file.name());
            let writer = AudioWriter::create(&target, &form.file, (rate_hz, softer.channels()), &about)?;
            let again = deliver::write(&form.file, Box::new(softer), writer, options, progress)?;
            file.replace_by(again);
            measured = deliver::measure(file.path(), of, None, meters, progress)?;
        }
        measured.turned_down_db = (down_db > 0.0).then_some(down_db);
        seal(file, (&form, rate_hz), Some(measured), &about, progress)
    }
}

/// The same audio, softer.
pub(crate) fn turned_down(
    source: Box<dyn Source>,
    by_db: f64,
    folder: &Path,
    options: &Options,
) -> Result<ScratchReader, Error> {
    let gain = GainSettings { gain_db: Db(-by_db) };
    let mut to = Scratch::new(source.rate_hz(), source.channels(), options.memory_bytes, folder);
    let lanes = vec![Lane { name: "louder".into(), source }];
    Graph::build(&[own_move("master/level", &gain)], lanes, options.shape())?
        .run(|block| to.push(&block.main))?;
    Ok(to.into_reader())
}
