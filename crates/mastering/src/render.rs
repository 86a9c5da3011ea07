use std::path::Path;

use acetate_dsp::Resampler;
use acetate_files::{OutputFolder, StemFile, WavSpec};
use acetate_model::{
    By, Case, Deliverable, Finding, Json, Move, Outcome, Place, Promise, Quantity, Readings, Session,
    Severity, Source, Stage as When, Standing, Stem, amplitude,
};
use acetate_processors::{LimiterSettings, is_limiter, limiter_of};
use acetate_render::RenderError;
use rayon::prelude::*;

use crate::{
    DELIVERABLES, Error, Form, Options, Progress,
    bus::{Bus, heard_mix, split},
    deliver::{self, Measured},
    prove::{prove_last, render_proven},
    session_file,
    settle::{Settled, Stage},
};

/// How often files are written again because one of them broke the ceiling.
const ATTEMPTS: u32 = 3;
/// Steps of the coarsest file that dither and rounding may add to a peak.
const DITHER_PEAK_LSB: f64 = 3.0;
/// What a file over the ceiling is corrected by beyond the excess.
const EXCESS_DB: f64 = 0.001;
/// The meters for files beside the master.
const FILE_METERS: &[&str] = &["loudness", "peak", "clipping"];

/// Renders the plan into a folder, closes the loop on its promises, verifies the written files and reports.
///
/// Files appear in the folder only when all of them are complete. Stems that changed since they were analysed are
/// an error.
pub fn render(
    session: &mut Session,
    out: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(), Error> {
    reject_contradiction(session)?;
    let heard: Vec<&Stem> = session.stems.iter().chain(heard_mix(session, &session.plan)).collect();
    let files = acetate_files::reopen(heard.iter().map(|s| &s.source), &options.beside)?;
    options.in_pool(|| {
        heard.par_iter().zip(&files).try_for_each(|(stem, file)| {
            if file.is_unchanged(&stem.source)? {
                Ok(())
            } else {
                Err(Error::Changed { stem: stem.name.clone(), path: file.shown() })
            }
        })
    })?;
    render_analysed(session, &files, out, options, progress)
}

/// A brief that was edited in a session must not be passed over in silence.
fn reject_contradiction(session: &Session) -> Result<(), Error> {
    let by_advisor = |m: &&Move| is_limiter(&m.process.kind) && matches!(m.by, By::Advisor(_));
    let Some(limiter) = session.plan.iter().find(by_advisor) else { return Ok(()) };
    for (quantity, asked) in
        [(Quantity::Integrated, session.brief.target().0), (Quantity::TruePeak, session.brief.ceiling_dbtp.0)]
    {
        let promise = limiter.promises.iter().find(|p| p.quantity == quantity);
        if let Some([low, high]) = promise.map(|p| p.within)
            && !(low..=high).contains(&asked)
        {
            let says = |value| acetate_report::precise(quantity, value);
            return Err(Error::Contradiction { brief: says(asked), plan: says(high) });
        }
    }
    Ok(())
}

/// As `render`, for stems that were read just now out of these files; behind them comes that of the mix, if there is
/// one.
pub(crate) fn render_analysed(
    session: &mut Session,
    files: &[StemFile],
    out: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(), Error> {
    if let Some(error) = session.findings.iter().find(|f| f.severity == Severity::Error) {
        return Err(Error::Rejected(format!("{} {}", error.text, error.hint)));
    }
    options.refuse_to_overwrite(out)?;
    options.in_pool(|| {
        let mut folder = OutputFolder::create(out, options.force)?;
        let (_, last) = split(&session.plan);
        reject_keys(&last)?;
        let (bus, proof) = render_proven(session, files, folder.path(), options, progress)?;
        let finish = Finish { session, bus: &bus, last: &last, folder: &mut folder, options, progress };
        let (mut outcome, drive_db) = finish.outcome()?;
        let of_last = prove_last(session, &last, &outcome.readings);
        (outcome.moves, outcome.proof) = (proof.in_order(&session.plan, of_last), proof.plan);
        session.outcome = Some(outcome);
        write_down_drive(&mut session.plan, drive_db);
        session_file::stage(session, &mut folder)?;
        folder.commit()?;
        Ok(())
    })
}

/// What to know about active moves that this version cannot make.
fn not_applied(plan: &[Move]) -> impl Iterator<Item = Finding> {
    let unknown =
        |m: &&Move| m.standing == Standing::Active && acetate_processors::find(&m.process.kind).is_none();
    plan.iter().filter(unknown).map(|m| Finding {
        code: "not_applied".into(),
        severity: Severity::Warning,
        at: m.at.clone(),
        when_ms: Vec::new(),
        text: format!(
            "The move `{}` is of the kind `{}`, which this version does not know; it stays in the session and was \
             not applied.",
            m.id, m.process.kind
        ),
        hint: "`acetate list processors` names those that it knows.".into(),
        repair: None,
        evidence: Vec::new(),
    })
}

/// From the limiter on, no stem is heard any more.
fn reject_keys(last: &[Move]) -> Result<(), RenderError> {
    match last.iter().find_map(|m| Some((m, m.process.key.as_ref()?))) {
        Some((m, key)) => {
            Err(RenderError::UnknownKey { id: m.id.clone(), key: key.to_string(), keys: String::new() })
        }
        None => Ok(()),
    }
}

/// The plan says what was rendered.
fn write_down_drive(plan: &mut [Move], drive_db: Option<f64>) {
    let limiter = plan.iter_mut().find(|m| m.at == Place::Master && is_limiter(&m.process.kind));
    if let (Some(limiter), Some(drive_db)) = (limiter, drive_db) {
        limiter.process.settings.insert("drive_db".into(), Json::from(drive_db));
    }
}

/// The way from the bus to verified files.
struct Finish<'a> {
    session: &'a Session,
    bus: &'a Bus,
    last: &'a [Move],
    folder: &'a mut OutputFolder,
    options: &'a Options,
    progress: &'a dyn Progress,
}

impl Finish<'_> {
    /// Renders, writes and measures every file; the drive that was found is returned beside the outcome.
    fn outcome(mut self) -> Result<(Outcome, Option<f64>), Error> {
        let mut outcome = Outcome { worked: self.bus.worked.clone(), ..Outcome::default() };
        let mut drive_db = self.limiter().filter(|_| self.session.outcome.is_some()).map(|l| l.drive_db.0);
        for (rate_hz, forms) in by_rate(self.session.rate_hz) {
            let (settled, files) = self.files(rate_hz, &forms, drive_db)?;
            let deliverables = forms.iter().zip(&files).map(|(form, measured)| {
                self.deliverable(form, rate_hz, measured, settled.gave_way.as_deref())
            });
            if outcome.deliverables.is_empty() {
                outcome.deliverables = deliverables.collect();
                outcome.readings = Readings(files.into_iter().next().map(|f| f.readings).unwrap_or_default());
                outcome.worked.extend(settled.worked);
                outcome.gave_way.extend(settled.gave_way);
                drive_db = settled.drive_db;
            } else {
                outcome.deliverables.extend(deliverables);
            }
            outcome.passes = outcome.passes.max(settled.passes);
        }
        outcome.findings = acetate_checks::run(&Case {
            stage: When::Output,
            brief: &self.session.brief,
            stems: &self.session.stems,
            readings: &outcome.readings,
            findings: &[],
        });
        outcome.findings.extend(not_applied(&self.session.plan));
        Ok((outcome, drive_db))
    }

    /// Settles the last stage for one rate and writes its files; again with more margin if one is over the ceiling.
    fn files(
        &mut self,
        rate_hz: u32,
        forms: &[Form],
        drive_db: Option<f64>,
    ) -> Result<(Settled, Vec<Measured>), Error> {
        let ceiling = self.ceiling_dbtp();
        let mut margin_db = ceiling.map_or(0.0, |ceiling| dither_margin_db(forms, ceiling));
        for attempt in 1.. {
            let bus = || self.bus.at_rate(rate_hz);
            let stage = Stage {
                bus: &bus,
                moves: self.last,
                envelope: &self.bus.envelope,
                drive_db,
                margin_db,
                folder: self.folder.path(),
            };
            let settled = stage.settle(self.options, self.progress)?;
            let mut files = self.write(rate_hz, forms, &settled)?;
            for file in &mut files {
                file.add_reduction(&settled.worked);
            }
            let highest =
                files.iter().filter_map(|f| f.scalar(Quantity::TruePeak)).fold(f64::NEG_INFINITY, f64::max);
            let excess = ceiling.map_or(0.0, |ceiling| highest - ceiling);
            if excess <= 0.0 || attempt == ATTEMPTS {
                return Ok((settled, files));
            }
            margin_db += excess + EXCESS_DB;
        }
        unreachable!("the last attempt returns")
    }

    /// Writes the files of one rate side by side, and reads each again.
    fn write(&mut self, rate_hz: u32, forms: &[Form], settled: &Settled) -> Result<Vec<Measured>, Error> {
        self.progress.begin("writing and verifying", Some(2 * self.bus.frames * forms.len() as u64));
        let (options, progress) = (self.options, self.progress);
        let open = forms
            .iter()
            .map(|form| {
                let spec = WavSpec { rate_hz, channels: settled.audio.channels(), bits: form.coding() };
                let mut file = self.folder.create_wav(form.file, spec)?;
                file.expect_frames(settled.audio.frames().unwrap_or(0));
                Ok((form, file))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let written = open
            .into_par_iter()
            .map(|(form, file)| {
                let written = deliver::write(form, &settled.audio, file, options, progress)?;
                let meters = (form.file != DELIVERABLES[0].file).then_some(FILE_METERS);
                let measured = deliver::measure(written.path(), Some(&settled.audio), meters, progress)?;
                Ok((written, measured))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(written
            .into_iter()
            .map(|(file, measured)| {
                self.folder.stage_file(file);
                measured
            })
            .collect())
    }

    fn deliverable(
        &self,
        form: &Form,
        rate_hz: u32,
        measured: &Measured,
        gave_way: Option<&str>,
    ) -> Deliverable {
        let length = expected_frames(self.bus.frames, self.session.rate_hz, rate_hz);
        let clipped = self.session.readings.scalar(&Place::Master, Quantity::ClippedRuns).unwrap_or(0.0);
        let mut promises: Vec<Promise> = Vec::new();
        let about_the_file = |p: &&Promise| p.of == Place::Master && measured.scalar(p.quantity).is_some();
        for m in self.last.iter().filter(|m| m.standing == Standing::Active) {
            promises.extend(m.promises.iter().filter(about_the_file).cloned());
        }
        promises.extend(deliver::promises(form, rate_hz, length, self.ceiling_dbtp(), clipped));
        promises.retain(|p| p.quantity != Quantity::Dither || measured.scalar(Quantity::Dither).is_some());
        let mut promises = deliver::keep(promises, &measured.readings);
        for kept in promises.iter_mut().filter(|k| !k.kept && k.promise.quantity == Quantity::Integrated) {
            kept.note = gave_way.map(str::to_owned);
        }
        Deliverable {
            file: form.file.to_owned(),
            rate_hz,
            bits: form.bits,
            frames: measured.frames,
            sha256: measured.sha256.clone(),
            promises,
        }
    }

    fn limiter(&self) -> Option<LimiterSettings> {
        let mut active = self.last.iter().filter(|m| m.standing == Standing::Active);
        active.find_map(|m| limiter_of(&m.process.kind, &m.process.settings))
    }

    fn ceiling_dbtp(&self) -> Option<f64> {
        self.limiter().map(|l| l.ceiling_dbtp.0)
    }
}

/// The files of each rate, the session's rate first.
fn by_rate(session_hz: u32) -> Vec<(u32, Vec<Form>)> {
    let mut groups: Vec<(u32, Vec<Form>)> = Vec::new();
    for form in DELIVERABLES {
        let rate_hz = form.rate_hz.unwrap_or(session_hz);
        match groups.iter_mut().find(|(rate, _)| *rate == rate_hz) {
            Some((_, forms)) => forms.push(*form),
            None => groups.push((rate_hz, vec![*form])),
        }
    }
    groups
}

/// Room under the ceiling for what dither and rounding add to a peak.
fn dither_margin_db(forms: &[Form], ceiling_dbtp: f64) -> f64 {
    let bits = forms.iter().map(|f| f.bits).min().unwrap_or(24);
    let step = libm::exp2(1.0 - f64::from(bits));
    -20.0 * libm::log10(1.0 - DITHER_PEAK_LSB * step / amplitude(ceiling_dbtp))
}

fn expected_frames(frames: u64, from_hz: u32, to_hz: u32) -> u64 {
    if from_hz == to_hz { frames } else { Resampler::new(from_hz, to_hz, 2).length(frames) }
}
