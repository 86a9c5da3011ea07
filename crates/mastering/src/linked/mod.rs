//! Mastered stems and versions: what the master chain does to the sum, done to every stem alike.

mod deck;
mod deltas;
mod set;
mod stems;

use acetate_files::{Scratch, ScratchReader};
use acetate_model::{Audio, Block, Deliverable, Move, Place, Promise, Quantity, Sum, amplitude_db};
use acetate_render::{Graph, Shape};
use rayon::prelude::*;

use deck::Deck;
use deltas::Deltas;
use set::weigh;
use stems::StemFiles;

use crate::{
    DELIVERABLES, Error,
    bus::{at_rate, lanes, split},
    finish::{Finish, dither_margin_db},
    forecast::Envelope,
    job::turned_down,
    order::VersionForm,
    progress::step,
    settle::{Settled, Stage},
    sums,
};

/// What a peak is turned down by besides, for the noise of dither.
const DITHER_DB: f64 = 0.001;

pub(crate) struct Linked<'a, 'b> {
    pub(crate) finish: &'a mut Finish<'b>,
    /// The last stage of the master.
    pub(crate) master: &'a Settled,
    /// The loudness of the master.
    pub(crate) lufs: Option<f64>,
}

impl Linked<'_, '_> {
    /// Writes the stems and versions that were ordered, and says what should add up to what.
    pub(crate) fn deliver(mut self) -> Result<(Vec<Deliverable>, Vec<Sum>), Error> {
        let order = self.finish.order;
        let (limited, linked): (Vec<_>, Vec<_>) = order.versions.iter().partition(|v| v.version.limited);
        let (mut deliverables, mut sums) = (Vec::new(), Vec::new());
        let none = order.stems.is_empty() && order.decks.is_empty() && order.deltas.is_empty();
        if !none || !linked.is_empty() {
            let recordings = self.stems_and_recordings(&linked, &mut deliverables, &mut sums)?;
            self.linked_versions(&linked, recordings, &mut deliverables, &mut sums)?;
        }
        if !limited.is_empty() {
            self.limited_versions(&limited, &mut deliverables)?;
        }
        Ok((deliverables, sums))
    }

    /// Renders with every stem beside the sum.
    fn pass(
        &self,
        last: &[Move],
        mut sink: impl FnMut(&Block) -> Result<(), Error> + Send,
    ) -> Result<(), Error> {
        let Finish { session, files, options, progress, bus, .. } = &*self.finish;
        let (first, _) = split(&session.plan);
        let plan = [&first, last].concat();
        let (lanes, listeners) = lanes((session, files), &plan)?;
        progress.begin("rendering the stems", Some(bus.frames));
        let shape = Shape { linked: true, ..options.shape() };
        Graph::build_beside(&plan, lanes, listeners, shape)?.run(|block| {
            sink(block)?;
            step(*progress, block.frames())
        })?;
        Ok(())
    }

    /// Writes all stems, and records the linked versions on the way.
    fn stems_and_recordings(
        &mut self,
        versions: &[&VersionForm],
        deliverables: &mut Vec<Deliverable>,
        sums: &mut Vec<Sum>,
    ) -> Result<Vec<Recorded>, Error> {
        let order = self.finish.order;
        let sets = order.stems.iter().map(|stems| StemFiles::open(self.finish, stems, 0));
        let mut sets = sets.collect::<Result<Vec<_>, _>>()?;
        let decks = order.decks.iter().map(|form| Deck::open(self.finish, form, 1.0));
        let mut decks = decks.collect::<Result<Vec<_>, _>>()?;
        let deltas = order.deltas.iter().map(|to| Deltas::open(self.finish, to, self.master, self.lufs));
        let mut deltas = deltas.collect::<Result<Vec<_>, _>>()?;
        let mut recordings = self.recordings(versions);
        self.pass(&self.master.moves, |block| {
            deltas.iter_mut().try_for_each(|deltas| deltas.push(block))?;
            sets.iter_mut().try_for_each(|stems| stems.set.push(block))?;
            decks.iter_mut().try_for_each(|deck| deck.set.push(block))?;
            recordings.par_iter_mut().try_for_each(|recording| recording.push(block))
        })?;
        for (mut files, stems) in sets.into_iter().zip(&order.stems) {
            let halvings = files.halvings_needed();
            if halvings > 0 {
                files = StemFiles::open(self.finish, stems, halvings)?;
                self.pass(&self.master.moves, |block| files.set.push(block))?;
            }
            let (of_stems, sum) = files.finish(self.finish)?;
            deliverables.extend(of_stems);
            sums.push(sum);
        }
        for (mut deck, form) in decks.into_iter().zip(&order.decks) {
            if let Some(over) = deck.set.over() {
                deck = Deck::open(self.finish, form, over)?;
                self.pass(&self.master.moves, |block| deck.set.push(block))?;
            }
            let (file, sum) = deck.finish(self.finish)?;
            deliverables.push(file);
            sums.push(sum);
        }
        for deltas in deltas {
            let (files, sum) = deltas.finish(self.finish)?;
            deliverables.extend(files);
            sums.push(sum);
        }
        Ok(recordings.into_iter().map(Recording::finish).collect())
    }

    fn linked_versions(
        &mut self,
        versions: &[&VersionForm],
        recordings: Vec<Recorded>,
        deliverables: &mut Vec<Deliverable>,
        sums: &mut Vec<Sum>,
    ) -> Result<(), Error> {
        let mut done: Vec<(&VersionForm, Option<f64>)> = Vec::new();
        for (&wanted, (recording, over_db)) in versions.iter().zip(recordings) {
            let down_db = over_db.filter(|_| wanted.form.file.sample_bits() != Some(32));
            let recording = match down_db {
                // dither adds a step or two to a peak
                Some(db) => {
                    let folder = self.finish.folder.path();
                    turned_down(Box::new(recording), db + DITHER_DB, folder, self.finish.options)?
                }
                None => recording,
            };
            let job = self.finish.open(&wanted.form, &recording, Some(&wanted.version.to_string()))?;
            let measured = self.finish.write_all(vec![job])?;
            let peak = Promise::at_most(&Place::Master, Quantity::SamplePeak, 0.0);
            for measured in &measured {
                let mut delivered =
                    self.finish.deliverable(&wanted.form, wanted.rate_hz, measured, vec![peak.clone()], None);
                let both = [down_db, delivered.turned_down_db];
                delivered.turned_down_db = both.into_iter().flatten().reduce(|a, b| a + b);
                deliverables.push(delivered);
            }
            done.push((wanted, down_db));
        }
        let session_hz = self.finish.session.rate_hz;
        let whole = |(v, down): &&(&VersionForm, Option<f64>)| {
            down.is_none() && v.rate_hz == session_hz && v.form.file.sample_bits() >= Some(24)
        };
        let whole: Vec<&VersionForm> = done.iter().filter(whole).map(|(v, _)| *v).collect();
        for (n, one) in whole.iter().enumerate() {
            let rest = |other: &&&VersionForm| one.gains.iter().zip(&other.gains).all(|(a, b)| a + b == 1.0);
            if let Some(other) = whole[n + 1..].iter().find(rest) {
                let parts = vec![one.form.path.clone(), other.form.path.clone()];
                sums.push(sums::near(parts, DELIVERABLES[0].file, None));
            }
        }
        Ok(())
    }

    /// Versions with a limiter of their own.
    fn limited_versions(
        &mut self,
        versions: &[&VersionForm],
        deliverables: &mut Vec<Deliverable>,
    ) -> Result<(), Error> {
        let mut recordings = self.recordings(versions);
        let rate_hz = self.finish.session.rate_hz;
        let mut envelopes: Vec<Envelope> = versions.iter().map(|_| Envelope::new(rate_hz)).collect();
        self.pass(&[], |block| {
            let both = recordings.par_iter_mut().zip(&mut envelopes);
            both.try_for_each(|(recording, envelope)| {
                recording.push(block)?;
                envelope.push(&recording.sum);
                Ok::<_, Error>(())
            })
        })?;
        let aim = self.finish.order.groups[0].aim;
        let moves = aim.moves(self.finish.session, self.finish.last);
        for ((wanted, recording), envelope) in versions.iter().zip(recordings).zip(envelopes) {
            let (audio, _) = recording.finish();
            let bus = || at_rate(&audio, wanted.rate_hz);
            let stage = Stage {
                bus: &bus,
                moves: &moves,
                envelope: &envelope,
                drive_db: None,
                margin_db: dither_margin_db(std::slice::from_ref(&wanted.form), aim.ceiling_dbtp),
                open_dbtp: None,
                folder: self.finish.folder.path(),
            };
            let settled = stage.settle(self.finish.options, self.finish.progress)?;
            let job = self.finish.open(&wanted.form, &settled.audio, Some(&wanted.version.to_string()))?;
            for mut measured in self.finish.write_all(vec![job])? {
                measured.add_reduction(&settled.worked);
                deliverables.push(self.finish.limited(
                    &wanted.form,
                    (aim, wanted.rate_hz, &moves),
                    &measured,
                    settled.gave_way.as_deref(),
                ));
            }
        }
        Ok(())
    }

    fn recordings(&self, versions: &[&VersionForm]) -> Vec<Recording> {
        let Finish { session, options, folder, .. } = &*self.finish;
        let memory_bytes = options.memory_bytes / (versions.len() + 1);
        let recording = |wanted: &&VersionForm| Recording {
            gains: wanted.gains.clone(),
            sum: Audio::silence(session.rate_hz, 2, 0),
            peak: 0.0,
            audio: Scratch::new(session.rate_hz, 2, memory_bytes, folder.path()),
        };
        versions.iter().map(recording).collect()
    }
}

/// A version on its way.
struct Recording {
    gains: Vec<f64>,
    /// The last block of it.
    sum: Audio,
    peak: f32,
    audio: Scratch,
}

/// A version, and how far its highest sample lies over full scale, if it does.
type Recorded = (ScratchReader, Option<f64>);

impl Recording {
    fn push(&mut self, block: &Block) -> Result<(), Error> {
        weigh(&block.linked, &self.gains, block.frames(), &mut self.sum);
        self.peak = self.sum.channels.iter().flatten().fold(self.peak, |peak, x| peak.max(x.abs()));
        Ok(self.audio.push(&self.sum)?)
    }

    fn finish(self) -> Recorded {
        (self.audio.into_reader(), amplitude_db(f64::from(self.peak)).filter(|db| *db > 0.0))
    }
}
