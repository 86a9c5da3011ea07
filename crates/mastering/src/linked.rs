//! Mastered stems and versions: what the master chain does to the sum, done to every stem alike.

use acetate_files::{AudioWriter, Scratch, ScratchReader};
use acetate_model::{
    Audio, Block, Db, Deliverable, FileForm, Format, Move, Place, Processor, Promise, Quantity, Settings,
    Source, Spec, Sum, amplitude_db,
};
use acetate_processors::GainSettings;
use acetate_render::{Graph, Lane, Shape};
use rayon::prelude::*;

use crate::{
    DELIVERABLES, Error, Options,
    bus::{lanes, split},
    deliver::{self, Measured, dither},
    finish::{FILE_METERS, Finish},
    forecast::Envelope,
    order::{Form, StemsForm, VersionForm, stem_forms},
    progress::step,
    settle::{Settled, Stage, own_move},
    sums,
};

/// One halving of every sample.
const HALF_DB: f64 = 6.020_599_913_279_624;

pub(crate) struct Linked<'a, 'b> {
    pub(crate) finish: &'a mut Finish<'b>,
    /// The last stage of the master.
    pub(crate) master: &'a Settled,
}

impl Linked<'_, '_> {
    /// Writes the stems and versions that were ordered, and says what should add up to what.
    pub(crate) fn deliver(mut self) -> Result<(Vec<Deliverable>, Vec<Sum>), Error> {
        let order = self.finish.order;
        let (limited, linked): (Vec<_>, Vec<_>) = order.versions.iter().partition(|v| v.version.limited);
        let (mut deliverables, mut sums) = (Vec::new(), Vec::new());
        if !order.stems.is_empty() || !linked.is_empty() {
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
    ) -> Result<Vec<ScratchReader>, Error> {
        let order = self.finish.order;
        let mut sets = order
            .stems
            .iter()
            .map(|stems| StemFiles::open(self.finish, stems, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let mut recordings = self.recordings(versions);
        self.pass(&self.master.moves, |block| {
            sets.iter_mut().try_for_each(|set| set.push(block))?;
            recordings.par_iter_mut().try_for_each(|recording| recording.push(block))
        })?;
        for (mut set, stems) in sets.into_iter().zip(&order.stems) {
            let halvings = set.halvings_needed();
            if halvings > 0 {
                set = StemFiles::open(self.finish, stems, halvings)?;
                self.pass(&self.master.moves, |block| set.push(block))?;
            }
            let (of_stems, sum) = set.finish(self.finish)?;
            deliverables.extend(of_stems);
            sums.push(sum);
        }
        Ok(recordings.into_iter().map(|recording| recording.audio.into_reader()).collect())
    }

    fn linked_versions(
        &mut self,
        versions: &[&VersionForm],
        recordings: Vec<ScratchReader>,
        deliverables: &mut Vec<Deliverable>,
        sums: &mut Vec<Sum>,
    ) -> Result<(), Error> {
        let mut done: Vec<(&VersionForm, Option<f64>)> = Vec::new();
        for (&wanted, recording) in versions.iter().zip(recordings) {
            let down_db = over_db(recording.clone())?.filter(|_| wanted.form.file.sample_bits() != Some(32));
            let recording = match down_db {
                Some(db) => turned_down(&recording, db, self.finish)?,
                None => recording,
            };
            let job = self.finish.open(&wanted.form, &recording, Some(&wanted.version.to_string()))?;
            let measured = self.finish.write_all(vec![job])?;
            let peak = Promise::at_most(&Place::Master, Quantity::SamplePeak, 0.0);
            for measured in &measured {
                let mut delivered =
                    self.finish.deliverable(&wanted.form, wanted.rate_hz, measured, vec![peak.clone()], None);
                delivered.turned_down_db = down_db;
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
        let group = &self.finish.order.groups[0];
        let moves = group.aim.moves(self.finish.session, self.finish.last);
        for ((wanted, recording), envelope) in versions.iter().zip(recordings).zip(envelopes) {
            let audio = recording.audio.into_reader();
            let bus = || crate::bus::at_rate(&audio, wanted.rate_hz);
            let stage = Stage {
                bus: &bus,
                moves: &moves,
                envelope: &envelope,
                drive_db: None,
                margin_db: crate::finish::dither_margin_db(
                    std::slice::from_ref(&wanted.form),
                    group.aim.ceiling_dbtp,
                ),
                open_dbtp: None,
                folder: self.finish.folder.path(),
            };
            let settled = stage.settle(self.finish.options, self.finish.progress)?;
            let job = self.finish.open(&wanted.form, &settled.audio, Some(&wanted.version.to_string()))?;
            for mut measured in self.finish.write_all(vec![job])? {
                measured.add_reduction(&settled.worked);
                let of_version = crate::order::Group { rate_hz: wanted.rate_hz, ..group.clone() };
                deliverables.push(self.finish.limited(
                    &wanted.form,
                    (&of_version, &moves),
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
    audio: Scratch,
}

impl Recording {
    fn push(&mut self, block: &Block) -> Result<(), Error> {
        weigh(&block.linked, &self.gains, block.frames(), &mut self.sum);
        Ok(self.audio.push(&self.sum)?)
    }
}

/// Adds signals with their gains, in their order and in double precision, and rounds once.
fn weigh(signals: &[Audio], gains: &[f64], frames: usize, to: &mut Audio) {
    to.resize(frames);
    for (c, out) in to.channels.iter_mut().enumerate() {
        let heard: Vec<(&[f32], f64)> = signals
            .iter()
            .zip(gains)
            .filter(|(_, gain)| **gain != 0.0)
            .map(|(signal, gain)| (signal.channels[c].as_slice(), *gain))
            .collect();
        for (n, y) in out.iter_mut().enumerate() {
            *y = heard.iter().map(|(x, gain)| f64::from(x[n]) * gain).sum::<f64>() as f32;
        }
    }
}

/// How far the highest sample lies over full scale, if it does.
fn over_db(mut audio: ScratchReader) -> Result<Option<f64>, Error> {
    let (mut block, mut peak) = (Audio::default(), 0.0f32);
    while audio.read(&mut block, deliver::BLOCK)? > 0 {
        peak = block.channels.iter().flatten().fold(peak, |peak, x| peak.max(x.abs()));
    }
    Ok(amplitude_db(f64::from(peak)).filter(|db| *db > 0.0))
}

/// The same recording, softer.
fn turned_down(audio: &ScratchReader, by_db: f64, finish: &Finish) -> Result<ScratchReader, Error> {
    // dither adds a step or two to a peak
    let gain = GainSettings { gain_db: Db(-by_db - 0.001) };
    let options: &Options = finish.options;
    let mut to = Scratch::new(audio.rate_hz(), audio.channels(), options.memory_bytes, finish.folder.path());
    let lanes = vec![Lane { name: "version".into(), source: Box::new(audio.clone()) }];
    Graph::build(&[own_move("master/level", &gain)], lanes, options.shape())?
        .run(|block| to.push(&block.main))?;
    Ok(to.into_reader())
}

/// The files of all mastered stems in one form.
struct StemFiles {
    forms: Vec<Form>,
    writers: Vec<AudioWriter>,
    /// What is written next, stem by stem.
    blocks: Vec<Block>,
    exact: Option<Exact>,
    halvings: u32,
    peak: f32,
    form: FileForm,
}

/// What makes integers add up to the samples of the master.
struct Exact {
    /// Of all stems but the last, each with noise of its own.
    dithers: Vec<Box<dyn Processor>>,
    /// The same as the master's.
    master: Box<dyn Processor>,
    whole: Block,
}

impl StemFiles {
    fn open(finish: &mut Finish, stems: &StemsForm, halvings: u32) -> Result<Self, Error> {
        let forms = stem_forms(stems, finish.session);
        let rate_hz = finish.session.rate_hz;
        let spec = Spec::new(rate_hz, 2, finish.options.block_frames);
        let song = finish.order.about.title.clone();
        let writers = forms.iter().map(|form| {
            let mut about = finish.order.about.clone();
            about.title = song.as_ref().map(|song| format!("{song} ({})", form.file.file));
            let mut writer = finish.folder.create_audio(&form.path, &form.file, (rate_hz, 2), &about)?;
            writer.expect_frames(finish.bus.frames);
            Ok(writer)
        });
        let writers = writers.collect::<Result<Vec<_>, Error>>()?;
        let silent = || Block::of(Audio::silence(rate_hz, 2, 0));
        let exact = dither(&stems.form, 0).map(|of_master| Exact {
            dithers: (1..forms.len() as u32)
                .filter_map(|stream| dither(&stems.form, stream))
                .map(|settings| Box::new(settings.build(&spec)) as Box<dyn Processor>)
                .collect(),
            master: Box::new(of_master.build(&spec)),
            whole: silent(),
        });
        let blocks = forms.iter().map(|_| silent()).collect();
        Ok(Self { forms, writers, blocks, exact, halvings, peak: 0.0, form: stems.form.clone() })
    }

    fn push(&mut self, block: &Block) -> Result<(), Error> {
        let scale = libm::exp2f(-(self.halvings as f32));
        let take = |to: &mut Block, from: &Audio, scale: f32| {
            to.main.copy_from(from);
            if scale != 1.0 {
                to.main.channels.iter_mut().flatten().for_each(|x| *x *= scale);
            }
        };
        for (to, from) in self.blocks.iter_mut().zip(&block.linked) {
            take(to, from, scale);
        }
        if let Some(exact) = &mut self.exact {
            take(&mut exact.whole, &block.main, 1.0);
            exact.master.process(&mut exact.whole);
            let whole = exact.whole.main.clone();
            take(&mut exact.whole, &whole, scale);
            exact.round(&mut self.blocks);
        }
        let samples = self.blocks.iter().flat_map(|b| &b.main.channels).flatten();
        self.peak = samples.fold(self.peak, |peak, x| peak.max(x.abs()));
        let both = self.writers.par_iter_mut().zip(&self.blocks);
        Ok(both.try_for_each(|(writer, block)| writer.write(&block.main))?)
    }

    /// How often every sample must be halved so that none exceeds the integers.
    fn halvings_needed(&self) -> u32 {
        let over = self.exact.is_some() && self.halvings == 0 && self.peak > 1.0;
        if over { libm::ceil(libm::log2(f64::from(self.peak))).max(1.0) as u32 } else { 0 }
    }

    fn finish(self, finish: &mut Finish) -> Result<(Vec<Deliverable>, Sum), Error> {
        let rate_hz = finish.session.rate_hz;
        let down_db = (self.halvings > 0).then(|| f64::from(self.halvings) * HALF_DB);
        let (progress, form) = (finish.progress, self.form);
        progress.begin("verifying the stems", Some(finish.bus.frames * self.forms.len() as u64));
        let about = &finish.order.about;
        let written: Vec<_> = self
            .writers
            .into_par_iter()
            .zip(&self.forms)
            .map(|(writer, of)| {
                let mut file = writer.finish()?;
                let (format, meters) = (form.format, Some(FILE_METERS));
                let mut measured = deliver::measure(file.path(), (format, rate_hz), None, meters, progress)?;
                let title = about.title.as_ref().map(|song| format!("{song} ({})", of.file.file));
                let about = acetate_files::About { title, ..about.clone() };
                about.write_into(&mut file, format, &measured.levels())?;
                measured.sha256 = acetate_files::sha256_file(file.path())?;
                Ok((file, measured))
            })
            .collect::<Result<_, Error>>()?;
        let kept: Vec<Measured> =
            written.into_iter().map(|(file, measured)| finish.keep(file, measured)).collect();
        let deliverables = self.forms.iter().zip(&kept).map(|(form, measured)| Deliverable {
            turned_down_db: down_db,
            ..finish.deliverable(form, rate_hz, measured, Vec::new(), None)
        });
        let parts = self.forms.iter().map(|form| form.path.clone()).collect();
        let whole = DELIVERABLES[0].file;
        let exact = form.format != Format::Wav || form.sample_bits() != Some(32);
        let sum = if exact && down_db.is_none() {
            sums::exact(parts, whole)
        } else {
            sums::near(parts, whole, down_db)
        };
        Ok((deliverables.collect(), sum))
    }
}

impl Exact {
    /// Rounds all stems but the last, which becomes what is left of the master.
    fn round(&mut self, blocks: &mut [Block]) {
        let Some((last, others)) = blocks.split_last_mut() else { return };
        others.par_iter_mut().zip(&mut self.dithers).for_each(|(block, dither)| dither.process(block));
        for (c, rest) in last.main.channels.iter_mut().enumerate() {
            rest.copy_from_slice(&self.whole.main.channels[c]);
            for other in &*others {
                // on the grid of 24 bit, differences are exact
                rest.iter_mut().zip(&other.main.channels[c]).for_each(|(rest, x)| *rest -= x);
            }
        }
    }
}
