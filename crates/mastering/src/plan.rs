use acetate_advisors::Proposal;
use acetate_model::{By, Case, Move, Process, Session, Stage, Standing};

use crate::{Error, set};

/// Writes down what a person should know about the delivery.
pub fn check(session: &mut Session) {
    session.findings.clear();
    session.findings = acetate_checks::run(&case(session));
    session.acceptance = Some(acetate_checks::acceptance(&case(session), &session.plan));
}

/// Writes the plan and the verdict. Every move of a person and every vetoed move is kept, by id.
pub fn plan(session: &mut Session) -> Result<(), Error> {
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    let Proposal { moves, verdict } = acetate_advisors::propose(&case(session), &respond);
    session.plan = merge(moves, std::mem::take(&mut session.plan));
    set::apply(session)?;
    session.acceptance = Some(acetate_checks::acceptance(&case(session), &session.plan));
    session.verdict = Some(verdict);
    session.outcome = None;
    Ok(())
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

fn merge(advised: Vec<Move>, before: Vec<Move>) -> Vec<Move> {
    // what was withdrawn is tried again: another plan may have use for it
    let vetoed = |m: &Move| m.standing != Standing::Active && !m.standing.is_withdrawn();
    let kept = |m: &Move| matches!(m.by, By::Human(_)) || vetoed(m);
    let mut plan = advised;
    for old in before.into_iter().filter(kept) {
        match plan.iter_mut().find(|m| m.id == old.id) {
            Some(advised) => *advised = old,
            None => {
                set::insert(&mut plan, old);
            }
        }
    }
    plan
}
