use std::path::Path;

use acetate_files::{OutputFolder, StemFile};
use acetate_model::{By, Finding, Json, Move, Place, Quantity, Session, Severity, Standing, Stem};
use acetate_processors::is_limiter;
use acetate_render::RenderError;
use rayon::prelude::*;

use crate::{
    Error, Options, Progress,
    bus::{heard_mix, split},
    finish::Finish,
    order::{Order, refuse_impossible},
    prove::{prove_last, render_proven},
    session_file,
};

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
    refuse_impossible(&session.brief)?;
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
    let order = Order::of(session)?;
    options.refuse_to_overwrite(out, &order.paths(session))?;
    options.in_pool(|| {
        let mut folder = OutputFolder::create(out, options.force)?;
        let (_, last) = split(&session.plan);
        reject_keys(&last)?;
        let (bus, proof) = render_proven(session, files, folder.path(), options, progress)?;
        let finish = Finish {
            session,
            files,
            order: &order,
            bus: &bus,
            last: &last,
            folder: &mut folder,
            options,
            progress,
        };
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
pub(crate) fn not_applied(plan: &[Move]) -> impl Iterator<Item = Finding> {
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
