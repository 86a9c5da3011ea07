use acetate_advisors::Proposal;
use acetate_model::{Brief, By, Case, Move, Process, RoleBy, Session, Stage, Standing};

use crate::{Error, hand, set};

/// Writes down what a person should know about the delivery.
pub fn check(session: &mut Session) {
    session.findings.clear();
    session.findings = acetate_checks::run(&case(session));
    session.acceptance = Some(acetate_checks::acceptance(&case(session), &session.plan));
}

/// Writes the plan and the verdict. Every move of a person and every vetoed move is kept, by id.
pub fn plan(session: &mut Session) -> Result<(), Error> {
    hand::check_locks(session)?;
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    let Proposal { moves, verdict } =
        acetate_advisors::propose(&case(session), &respond, &acetate_processors::scales);
    session.plan = merge(moves, std::mem::take(&mut session.plan), &session.brief);
    set::apply(session)?;
    hand::scale(session)?;
    session.acceptance = Some(acetate_checks::acceptance(&case(session), &session.plan));
    session.verdict = Some(verdict);
    session.outcome = None;
    Ok(())
}

/// Plans again with another brief, from what was measured before.
pub fn replan(session: &mut Session, brief: Brief) -> Result<(), Error> {
    let heard: Vec<&str> = session.references.iter().map(|r| r.source.path.as_str()).collect();
    if let Some(unheard) = brief.reference.iter().find(|path| !heard.contains(&path.as_str())) {
        let expected =
            "a reference that this session has heard; for another, run `acetate plan` on the stems";
        return Err(Error::BadSetting { given: unheard.clone(), expected: expected.into() });
    }
    for (name, role) in &brief.roles {
        let names: Vec<String> = session.stems.iter().map(|s| s.name.clone()).collect();
        let stem = session.stems.iter_mut().find(|s| s.name == *name).ok_or_else(|| Error::BadSetting {
            given: name.clone(),
            expected: format!("a stem's name under `roles`: {}", names.join(", ")),
        })?;
        (stem.role, stem.role_by, stem.confidence) = (*role, RoleBy::Brief, 1.0);
        stem.because = "the brief says so".into();
    }
    session.brief = brief;
    check(session);
    plan(session)
}

/// What is known of the delivery.
fn case(session: &Session) -> Case<'_> {
    Case {
        stage: Stage::Input,
        brief: &session.brief,
        stems: &session.stems,
        readings: &session.readings,
        findings: &session.findings,
    }
}

fn merge(advised: Vec<Move>, before: Vec<Move>, brief: &Brief) -> Vec<Move> {
    // what was withdrawn is tried again: another plan may have use for it
    let vetoed = |m: &Move| m.standing != Standing::Active && !m.standing.is_withdrawn();
    let kept = |m: &Move| matches!(m.by, By::Human(_)) || vetoed(m);
    let mut plan = advised;
    for old in before.into_iter().map(|m| unmuted(m, brief)).filter(kept) {
        match plan.iter_mut().find(|m| m.id == old.id) {
            Some(advised) => *advised = old,
            None => {
                set::insert(&mut plan, old);
            }
        }
    }
    plan
}

/// Takes back a veto of the brief that no longer stands in it.
fn unmuted(mut m: Move, brief: &Brief) -> Move {
    if m.standing == Standing::Muted(set::BY_THE_BRIEF.into()) && !brief.mute.contains(&m.id) {
        m.standing = Standing::Active;
    }
    m
}
