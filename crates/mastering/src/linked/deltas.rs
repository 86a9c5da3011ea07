//! What mastering changed, to be heard alone: of the song, of each stem, and by the limiter.

use acetate_files::AudioWriter;
use acetate_model::{Audio, Block, Deliverable, FileForm, Json, Place, Quantity, Source, Sum, amplitude};
use rayon::prelude::*;

use crate::{
    DELIVERABLES, Error,
    bus::lanes,
    finish::Finish,
    order::{Form, StemsForm, stem_forms},
    settle::Settled,
    sums,
};

const BEFORE: &str = "before";
const LIMITER: &str = "what-the-limiter-took";
/// Floats, since a difference has no ceiling.
const BITS: u32 = 32;

/// The plain sum as loud as the master, what each stem becomes beyond that, and what the limiter takes.
///
/// The plain sum and the changes of all stems add up to the master.
pub(super) struct Deltas {
    forms: Vec<Form>,
    writers: Vec<AudioWriter>,
    /// The stems as they were sent.
    sent: Vec<Box<dyn Source>>,
    bus: Box<dyn Source>,
    /// What brings the plain sum to the loudness of the master.
    gain: f64,
    drive: f64,
    blocks: Vec<Audio>,
    read: Audio,
}

impl Deltas {
    pub(super) fn open(
        finish: &mut Finish,
        folder: &str,
        master: &Settled,
        lufs: Option<f64>,
    ) -> Result<Self, Error> {
        let form = FileForm { bits: Some(BITS), ..FileForm::default() };
        let named = |name: &str| {
            let file = FileForm { file: name.to_owned(), ..form.clone() };
            Form { path: format!("{folder}/{}", file.name()), file }
        };
        let stems = StemsForm { folder: format!("{folder}/change"), form: form.clone() };
        let forms: Vec<Form> =
            [named(BEFORE), named(LIMITER)].into_iter().chain(stem_forms(&stems, finish.session)).collect();
        let rate_hz = finish.session.rate_hz;
        let writers = finish.writers(&forms)?;
        let (sent, _) = lanes((finish.session, finish.files), &[])?;
        let before = finish.session.readings.scalar(&Place::Master, Quantity::Integrated);
        let louder_lu = lufs.zip(before).map_or(0.0, |(after, before)| after - before);
        let drive =
            master.moves.iter().find_map(|m| m.process.settings.get("drive_db").and_then(Json::as_f64));
        Ok(Self {
            blocks: forms.iter().map(|_| Audio::silence(rate_hz, 2, 0)).collect(),
            forms,
            writers,
            sent: sent.into_iter().map(|lane| lane.source).collect(),
            bus: finish.bus.at_rate(rate_hz),
            gain: amplitude(louder_lu),
            drive: amplitude(drive.unwrap_or(0.0)),
            read: Audio::default(),
        })
    }

    pub(super) fn push(&mut self, block: &Block) -> Result<(), Error> {
        let frames = block.frames();
        let (gain, drive) = (self.gain, self.drive);
        let (whole, changes) = self.blocks.split_at_mut(2);
        let [before, limiter] = whole else { return Ok(()) };
        before.resize(0);
        before.resize(frames);
        for ((sent, linked), change) in self.sent.iter_mut().zip(&block.linked).zip(changes) {
            sent.read(&mut self.read, frames)?;
            // a stem that ended is silent
            self.read.resize(frames);
            change.copy_from(linked);
            mix(change, &self.read, -gain);
            mix(before, &self.read, gain);
        }
        self.bus.read(limiter, frames)?;
        limiter.resize(frames);
        limiter.channels.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) * drive) as f32);
        mix(limiter, &block.main, -1.0);
        let both = self.writers.par_iter_mut().zip(&self.blocks);
        Ok(both.try_for_each(|(writer, block)| writer.write(block))?)
    }

    pub(super) fn finish(self, finish: &mut Finish) -> Result<(Vec<Deliverable>, Sum), Error> {
        let files = self.writers.into_par_iter().map(AudioWriter::finish).collect::<Result<Vec<_>, _>>()?;
        let deliverables = finish.sealed(&self.forms, files)?;
        let parts = self.forms.iter().filter(|form| !form.path.ends_with(&format!("{LIMITER}.wav")));
        let parts = parts.map(|form| form.path.clone()).collect();
        Ok((deliverables, sums::near(parts, DELIVERABLES[0].file, None)))
    }
}

/// Adds a signal times a gain.
fn mix(to: &mut Audio, from: &Audio, gain: f64) {
    for (to, from) in to.channels.iter_mut().zip(&from.channels) {
        to.iter_mut().zip(from).for_each(|(y, x)| *y = (f64::from(*y) + gain * f64::from(*x)) as f32);
    }
}
