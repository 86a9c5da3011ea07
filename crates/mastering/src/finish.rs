//! The way from the bus to verified files.

use std::path::PathBuf;

use acetate_dsp::Resampler;
use acetate_files::{About, AudioWriter, FinishedFile, OutputFolder, ScratchReader, StemFile};
use acetate_model::{
    Case, CodecCheck, Deliverable, Ending, FileForm, Move, Outcome, Place, Promise, Quantity, Readings,
    Session, Source, Stage as When, Standing, Sum, amplitude,
};
use acetate_processors::{LimiterSettings, limiter_of};
use rayon::prelude::*;

use crate::{
    DELIVERABLES, Error, Options, Progress,
    bus::{Bus, at_rate, split},
    cut,
    deliver::{self, LOSSY_PEAK_DBTP, Measured},
    job::{CODEC_EXCESS_DB, Job, meters, seal},
    linked::Linked,
    order::{Aim, Form, Group, Order},
    render::not_applied,
    services::playback,
    settle::{Settled, Stage},
    sums,
};

/// How often files are written again because one of them broke the ceiling.
const ATTEMPTS: u32 = 4;
/// Steps of the coarsest file that dither and rounding may add to a peak.
const DITHER_PEAK_LSB: f64 = 3.0;
/// What a file over the ceiling is corrected by beyond the excess.
const EXCESS_DB: f64 = 0.001;
/// By how much codecs may lower the ceiling: a click that one makes more of is no reason to limit a whole song.
const MOST_FOR_CODECS_DB: f64 = 1.0;
/// By how much a codec may change the loudness.
const LOSSY_LU: f64 = 0.2;

pub(crate) struct Finish<'a> {
    pub(crate) session: &'a Session,
    /// Of the stems, and behind them of the mix.
    pub(crate) files: &'a [StemFile],
    pub(crate) order: &'a Order,
    pub(crate) bus: &'a Bus,
    pub(crate) last: &'a [Move],
    pub(crate) folder: &'a mut OutputFolder,
    pub(crate) options: &'a Options,
    pub(crate) progress: &'a dyn Progress,
}

/// The files of one group, measured, and what codecs made of it.
struct Written {
    settled: Settled,
    files: Vec<Measured>,
    codecs: Vec<CodecCheck>,
}

impl Finish<'_> {
    /// Renders, writes and measures every file; the drive that was found is returned beside the outcome.
    pub(crate) fn outcome(mut self) -> Result<(Outcome, Option<f64>), Error> {
        let order = self.order;
        let mut outcome = Outcome { worked: self.bus.worked.clone(), ..Outcome::default() };
        let mut found = limiter(self.last).filter(|_| self.session.outcome.is_some()).map(|l| l.drive_db.0);
        let mut master = None;
        for group in &order.groups {
            let moves = group.aim.moves(self.session, self.last);
            // what was found for one aim is no hint for another
            let usual = group.aim == order.groups[0].aim;
            let written = self.group(group, &moves, found.filter(|_| usual))?;
            let Written { settled, files, codecs } = written;
            for (form, measured) in group.forms.iter().zip(&files) {
                outcome.deliverables.push(self.limited(
                    form,
                    (group.aim, group.rate_hz, &moves),
                    measured,
                    settled.gave_way.as_deref(),
                ));
            }
            outcome.codecs.extend(codecs);
            if usual {
                outcome.passes = outcome.passes.max(settled.passes);
            }
            if master.is_none() {
                outcome.readings = Readings(files.into_iter().next().map(|f| f.readings).unwrap_or_default());
                outcome.worked.extend(settled.worked.iter().cloned());
                outcome.gave_way.extend(settled.gave_way.clone());
                found = settled.drive_db;
                master = Some(settled);
            } else if let Some(gave_way) = settled.gave_way.filter(|_| !usual) {
                let files: Vec<&str> = group.forms.iter().map(|form| form.path.as_str()).collect();
                outcome.gave_way.push(format!("{}: {gave_way}", files.join(", ")));
            }
        }
        if let Some(master) = &master {
            let lufs = outcome.readings.scalar(&Place::Master, Quantity::Integrated);
            let linked = Linked { finish: &mut self, master, lufs };
            let (deliverables, sums) = linked.deliver()?;
            outcome.deliverables.extend(deliverables);
            outcome.sums = self.proven(sums, &outcome.readings)?;
        }
        outcome.playback = playback(&outcome.readings);
        outcome.findings = acetate_checks::run(&Case {
            stage: When::Output,
            brief: &self.session.brief,
            stems: &self.session.stems,
            readings: &outcome.readings,
            findings: &[],
        });
        outcome.findings.extend(not_applied(&self.session.plan));
        outcome.findings.extend(order.left_out.iter().cloned());
        Ok((outcome, found))
    }

    /// Settles the last stage for one group and writes its files; again with more margin if one of them, or what a
    /// codec makes of it, is over.
    fn group(&mut self, group: &Group, moves: &[Move], drive_db: Option<f64>) -> Result<Written, Error> {
        let open_dbtp = group.aim.ending.is_open().then_some(group.aim.ceiling_dbtp);
        let ceiling = limiter(moves).map(|l| l.ceiling_dbtp.0).or(open_dbtp);
        let mut margin_db = ceiling.map_or(0.0, |ceiling| dither_margin_db(&group.forms, ceiling));
        let cut = (group.aim.ending == Ending::Cut).then(|| self.cut()).transpose()?;
        let mut for_codecs = 0.0;
        for attempt in 1.. {
            let bus = || cut.as_ref().unwrap_or(self.bus).at_rate(group.rate_hz);
            let stage = Stage {
                bus: &bus,
                moves,
                envelope: &self.bus.envelope,
                drive_db,
                margin_db,
                open_dbtp,
                folder: self.folder.path(),
            };
            let settled = stage.settle(self.options, self.progress)?;
            let mut files = self.write(&group.forms, &settled)?;
            for file in &mut files {
                file.add_reduction(&settled.worked);
            }
            let codecs = self.codecs(group, &settled.audio)?;
            let lossless = group.forms.iter().zip(&files).filter(|(form, _)| !form.file.format.is_lossy());
            let of_files = lossless.filter_map(|(_, file)| file.scalar(Quantity::TruePeak));
            let highest = |peaks: &mut dyn Iterator<Item = f64>| peaks.fold(f64::NEG_INFINITY, f64::max);
            let excess = ceiling.map_or(0.0, |ceiling| highest(&mut of_files.into_iter()) - ceiling);
            let codec = highest(&mut codecs.iter().filter_map(CodecCheck::true_peak_dbtp)) - LOSSY_PEAK_DBTP;
            // without a ceiling there is none to lower
            let room = ceiling.map_or(0.0, |_| MOST_FOR_CODECS_DB - for_codecs);
            if (excess <= 0.0 && (codec <= 0.0 || room <= 0.0)) || attempt == ATTEMPTS {
                return Ok(Written { settled, files, codecs });
            }
            if excess > 0.0 {
                margin_db += excess + EXCESS_DB;
            }
            if codec > 0.0 {
                let more = (codec + CODEC_EXCESS_DB).min(room);
                for_codecs += more;
                margin_db += more;
            }
        }
        unreachable!("the last attempt returns")
    }

    /// The song before the last stage, made ready for a groove.
    fn cut(&self) -> Result<Bus, Error> {
        let (first, _) = split(&self.session.plan);
        let plan = [first, cut::moves(self.session)].concat();
        let of = (self.session, self.files);
        let (bus, _) = Bus::render(of, &plan, self.folder.path(), self.options, self.progress)?;
        Ok(bus)
    }

    /// Writes files of one recording side by side, and reads each again.
    fn write(&mut self, forms: &[Form], settled: &Settled) -> Result<Vec<Measured>, Error> {
        self.progress.begin("writing and verifying", Some(2 * self.bus.frames * forms.len() as u64));
        let jobs =
            forms.iter().map(|form| self.open(form, &settled.audio, None)).collect::<Result<Vec<_>, _>>()?;
        self.write_all(jobs)
    }

    /// Makes ready to write a recording into a file.
    pub(crate) fn open<'r>(
        &mut self,
        form: &Form,
        audio: &'r ScratchReader,
        title: Option<&str>,
    ) -> Result<Job<'r>, Error> {
        let rate_hz = form.file.file_rate_hz(audio.rate_hz());
        let about = self.about(title);
        let mut writer =
            self.folder.create_audio(&form.path, &form.file, (rate_hz, audio.channels()), &about)?;
        let frames = audio.frames().unwrap_or(0);
        writer.expect_frames(expected_frames(frames, audio.rate_hz(), rate_hz));
        Ok(Job { form: form.clone(), rate_hz, audio, writer, about })
    }

    /// Writes, measures and tags files side by side, and keeps them until the folder is complete.
    pub(crate) fn write_all(&mut self, jobs: Vec<Job>) -> Result<Vec<Measured>, Error> {
        let (options, progress) = (self.options, self.progress);
        let folder = self.folder.path().to_owned();
        let written: Vec<_> = jobs
            .into_par_iter()
            .map(|job| job.write(&folder, options, progress))
            .collect::<Result<_, Error>>()?;
        Ok(written.into_iter().map(|(file, measured)| self.keep(file, measured)).collect())
    }

    /// What a file says about the song, or about a version or stem of it.
    pub(crate) fn about(&self, part: Option<&str>) -> About {
        let mut about = self.order.about.clone();
        if let (Some(title), Some(part)) = (&mut about.title, part) {
            *title = format!("{title} ({part})");
        }
        about
    }

    /// Opens the files of stems, which are named after them.
    pub(crate) fn writers(&mut self, forms: &[Form]) -> Result<Vec<AudioWriter>, Error> {
        let open = |form: &Form| {
            let about = self.about(Some(&form.file.file));
            let spec = (self.session.rate_hz, 2);
            let mut writer = self.folder.create_audio(&form.path, &form.file, spec, &about)?;
            writer.expect_frames(self.bus.frames);
            Ok(writer)
        };
        forms.iter().map(open).collect()
    }

    /// Measures and tags complete files of stems side by side, and keeps them.
    pub(crate) fn sealed(
        &mut self,
        forms: &[Form],
        files: Vec<FinishedFile>,
    ) -> Result<Vec<Deliverable>, Error> {
        let (rate_hz, progress) = (self.session.rate_hz, self.progress);
        progress.begin("verifying the stems", Some(self.bus.frames * forms.len() as u64));
        let abouts: Vec<About> = forms.iter().map(|form| self.about(Some(&form.file.file))).collect();
        let jobs = files.into_par_iter().zip(forms).zip(&abouts);
        let sealed = jobs.map(|((file, form), about)| seal(file, (form, rate_hz), None, about, progress));
        let sealed = sealed.collect::<Result<Vec<_>, Error>>()?;
        let kept = sealed.into_iter().zip(forms).map(|((file, measured), form)| {
            let measured = self.keep(file, measured);
            self.deliverable(form, rate_hz, &measured, Vec::new(), None)
        });
        Ok(kept.collect())
    }

    pub(crate) fn keep(&mut self, file: FinishedFile, measured: Measured) -> Measured {
        self.folder.stage_file(file);
        measured
    }

    /// What codecs make of a recording.
    fn codecs(&self, group: &Group, audio: &ScratchReader) -> Result<Vec<CodecCheck>, Error> {
        let all = group.codecs.par_iter();
        all.map(|(profile, form)| self.codec(profile, form, audio)).collect()
    }

    fn codec(&self, profile: &str, form: &FileForm, audio: &ScratchReader) -> Result<CodecCheck, Error> {
        let rate_hz = form.file_rate_hz(audio.rate_hz());
        let target = self.folder.path().join(form.name());
        let about = About::default();
        let writer = AudioWriter::create(&target, form, (rate_hz, audio.channels()), &about)?;
        let encoded = deliver::write(form, at_rate(audio, rate_hz), writer, self.options, self.progress)?;
        let measured = deliver::measure(
            encoded.path(),
            (form.format, rate_hz),
            None,
            meters(&form.name()),
            self.progress,
        )?;
        let length = expected_frames(self.bus.frames, self.session.rate_hz, rate_hz);
        let promises = deliver::keep(deliver::promises(form, rate_hz, length), &measured.readings);
        Ok(CodecCheck { profile: profile.to_owned(), form: form.clone(), promises })
    }

    /// The record of a file that comes out of the last stage.
    pub(crate) fn limited(
        &self,
        form: &Form,
        (aim, rate_hz, moves): (Aim, u32, &[Move]),
        measured: &Measured,
        gave_way: Option<&str>,
    ) -> Deliverable {
        let clipped = self.session.readings.scalar(&Place::Master, Quantity::ClippedRuns).unwrap_or(0.0);
        let mut promises: Vec<Promise> = Vec::new();
        let about_the_file = |p: &&Promise| p.of == Place::Master && measured.scalar(p.quantity).is_some();
        for m in moves.iter().filter(|m| m.standing == Standing::Active) {
            promises.extend(m.promises.iter().filter(about_the_file).cloned());
        }
        if form.file.format.is_lossy() {
            promises.retain(|p| p.quantity != Quantity::TruePeak);
            for promise in promises.iter_mut().filter(|p| p.quantity == Quantity::Integrated) {
                let [low, high] = promise.within;
                promise.within = [low - LOSSY_LU - measured.turned_down_db.unwrap_or(0.0), high + LOSSY_LU];
            }
        }
        let ceiling = match aim.ending {
            Ending::Limited => limiter(moves).map(|l| l.ceiling_dbtp.0),
            Ending::Open | Ending::Cut => Some(aim.ceiling_dbtp),
        };
        promises.extend(deliver::limited_promises(&form.file, ceiling, clipped));
        self.deliverable(form, rate_hz, measured, promises, gave_way)
    }

    /// The record of a file.
    pub(crate) fn deliverable(
        &self,
        form: &Form,
        rate_hz: u32,
        measured: &Measured,
        mut promises: Vec<Promise>,
        gave_way: Option<&str>,
    ) -> Deliverable {
        let length = expected_frames(self.bus.frames, self.session.rate_hz, rate_hz);
        promises.extend(deliver::promises(&form.file, rate_hz, length));
        promises.retain(|p| p.quantity != Quantity::Dither || measured.scalar(Quantity::Dither).is_some());
        let mut promises = deliver::keep(promises, &measured.readings);
        for kept in promises.iter_mut().filter(|k| !k.kept && k.promise.quantity == Quantity::Integrated) {
            kept.note = gave_way.map(str::to_owned);
        }
        Deliverable {
            file: form.path.clone(),
            format: form.file.format,
            rate_hz,
            bits: form.file.sample_bits().unwrap_or(0),
            kbps: form.file.bit_rate_kbps(),
            turned_down_db: measured.turned_down_db,
            frames: measured.frames,
            sha256: measured.sha256.clone(),
            levels: measured.levels(),
            promises,
        }
    }

    /// Measures what adds up to what, on the files themselves.
    fn proven(&self, sums: Vec<Sum>, master: &Readings) -> Result<Vec<Sum>, Error> {
        let loudness = master.scalar(&Place::Master, Quantity::Integrated);
        let find = |file: &str| -> PathBuf { self.folder.staged(file).unwrap_or_else(|| file.into()) };
        let proven = |sum: Sum| {
            let loudness = loudness.filter(|_| sum.whole == DELIVERABLES[0].file);
            sums::measured(sum, loudness, &find, self.progress)
        };
        sums.into_iter().map(proven).collect()
    }
}

fn limiter(moves: &[Move]) -> Option<LimiterSettings> {
    let mut active = moves.iter().filter(|m| m.standing == Standing::Active);
    active.find_map(|m| limiter_of(&m.process.kind, &m.process.settings))
}

/// Room under the ceiling for what dither and rounding add to a peak.
pub(crate) fn dither_margin_db(forms: &[Form], ceiling_dbtp: f64) -> f64 {
    let bits = forms.iter().filter_map(|form| form.file.sample_bits()).min().unwrap_or(24);
    let step = libm::exp2(1.0 - f64::from(bits));
    -20.0 * libm::log10(1.0 - DITHER_PEAK_LSB * step / amplitude(ceiling_dbtp))
}

fn expected_frames(frames: u64, from_hz: u32, to_hz: u32) -> u64 {
    if from_hz == to_hz { frames } else { Resampler::new(from_hz, to_hz, 2).length(frames) }
}
