//! Proof: what a plan does is measured, and what does not hold is taken back.

mod ears;
mod moves;
mod whole;

use std::path::Path;

use acetate_advisors::ADVISORS;
use acetate_files::StemFile;
use acetate_model::{
    By, Mode, Move, MoveProof, Outcome, Place, PlanProof, Session, Standing, Verdict, VerdictChoice,
};

pub(crate) use ears::{Ears, Heard};
pub(crate) use moves::prove_last;

use crate::{
    Error, Options, Progress,
    bus::{Bus, split},
};

/// How often a plan is rendered again without the moves that failed. What is still wrong then is dropped as a whole.
const AGAIN: usize = 2;

/// Whether a move must help or go: an advisor made it, and no person consented to it by name or asked for it by a reference.
pub(crate) fn is_answerable(m: &Move) -> bool {
    match &m.by {
        By::Advisor(_) if moves::is_asked_for(m) => false,
        By::Advisor(id) => !ADVISORS.iter().any(|advisor| advisor.id == *id && advisor.repairs),
        By::Human(_) => false,
    }
}

/// What is proved of a plan.
#[derive(Default)]
pub(crate) struct Proof {
    /// In no order.
    pub(crate) moves: Vec<MoveProof>,
    pub(crate) plan: Option<PlanProof>,
}

impl Proof {
    /// What an earlier rendering took back: it stands in the plan as withdrawn and is not heard again.
    fn of_earlier(session: &Session) -> Self {
        let Some(Outcome { moves, proof, .. }) = &session.outcome else { return Self::default() };
        let gone = |id: &str| session.plan.iter().any(|m| m.id == id && m.standing.is_withdrawn());
        let moves: Vec<MoveProof> =
            moves.iter().filter(|m| m.withdrawn.is_some() && gone(&m.id)).cloned().collect();
        let plan = proof.clone().filter(|p| p.dropped.is_some() && !moves.is_empty());
        Self { moves, plan }
    }

    /// The proofs in the order of the plan, those of the last stage among them.
    pub(crate) fn in_order(&self, plan: &[Move], last: Vec<MoveProof>) -> Vec<MoveProof> {
        let mut all: Vec<MoveProof> = self.moves.iter().cloned().chain(last).collect();
        all.sort_by_key(|proof| plan.iter().position(|m| m.id == proof.id).unwrap_or(plan.len()));
        all
    }
}

/// How much of a plan that is no better than the plain sum was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dropped {
    Nothing,
    /// What is done to the sum, so that good stems do not go with a bad master.
    OfTheSum,
    All,
}

/// Renders everything before the last stage until each move keeps its promises within its budget, and the whole is better
/// than the plain sum. What fails is muted in the session's plan.
pub(crate) fn render_proven(
    session: &mut Session,
    files: &[StemFile],
    staging: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Bus, Proof), Error> {
    let mut proof = Proof::of_earlier(session);
    let mut dropped = Dropped::Nothing;
    for again in 0.. {
        let (first, _) = split(&session.plan);
        let (bus, heard) = Bus::render((session, files), &first, staging, options, progress)?;
        let proved = moves::prove(session, &first, &heard);
        let failed: Vec<MoveProof> = proved.iter().filter(|p| p.withdrawn.is_some()).cloned().collect();
        if dropped != Dropped::All && !failed.is_empty() && again < AGAIN {
            for one in failed {
                withdraw(session, &one);
                proof.moves.push(one);
            }
            continue;
        }
        if dropped != Dropped::All
            && let Some(mut whole) = whole::weigh(session, &first, &heard)
        {
            if !failed.is_empty() {
                whole.dropped = Some("its moves broke their promises again and again".into());
            }
            let why = whole.dropped.clone();
            proof.plan = Some(whole);
            if let Some(why) = why {
                let what;
                (dropped, what) = drop_next(dropped, &first);
                let at = |one: &MoveProof| dropped == Dropped::All || is_of_the_sum(&first, one);
                for mut one in proved.into_iter().filter(|p| answers(&first, p) && at(p)) {
                    one.withdrawn.get_or_insert_with(|| format!("{what} was dropped; {why}"));
                    withdraw(session, &one);
                    proof.moves.push(one);
                }
                say(session, &format!("{what} was dropped: {why}.").replacen("the", "The", 1));
                continue;
            }
        }
        // what a person consented to is heard to the last, kept or not
        proof.moves.extend(proved.into_iter().map(|p| MoveProof { withdrawn: None, ..p }));
        without_stems(session);
        return Ok((bus, proof));
    }
    unreachable!("what is left when all is dropped is not dropped again")
}

/// What goes next, and what it is called: what is done to the sum, if more is done than that, then all of it.
fn drop_next(dropped: Dropped, moves: &[Move]) -> (Dropped, &'static str) {
    let answerable = || moves.iter().filter(|m| m.standing == Standing::Active && is_answerable(m));
    let both = answerable().any(|m| m.at == Place::Master) && answerable().any(|m| m.at != Place::Master);
    if dropped == Dropped::Nothing && both {
        (Dropped::OfTheSum, "the part of the plan that is for the sum")
    } else {
        (Dropped::All, "the plan")
    }
}

fn is_of_the_sum(moves: &[Move], proof: &MoveProof) -> bool {
    moves.iter().any(|m| m.id == proof.id && m.at == Place::Master)
}

fn answers(moves: &[Move], proof: &MoveProof) -> bool {
    moves.iter().any(|m| m.id == proof.id && is_answerable(m))
}

fn withdraw(session: &mut Session, proof: &MoveProof) {
    let why = proof.withdrawn.as_deref().unwrap_or_default();
    for m in session.plan.iter_mut().filter(|m| m.id == proof.id) {
        m.standing = Standing::withdrawn(why);
    }
}

fn say(session: &mut Session, text: &str) {
    if let Some(Verdict { because, .. }) = &mut session.verdict {
        because.push(text.to_owned());
    }
}

/// Where nothing is left to be done at the stems, they are not what the song was mastered from.
fn without_stems(session: &mut Session) {
    let at_stem = |m: &&Move| matches!(m.at, Place::Stem(_));
    let withdrawn = session.plan.iter().filter(at_stem).any(|m| m.standing.is_withdrawn());
    let left = session.plan.iter().filter(at_stem).any(|m| m.standing == Standing::Active);
    let by_stems = session.verdict.as_ref().is_some_and(|v| v.choice == VerdictChoice::Stems);
    if withdrawn && !left && by_stems && session.brief.mode == Mode::Auto {
        say(session, "Nothing at the stems held when it was measured, so their sum is mastered.");
        if let Some(verdict) = &mut session.verdict {
            verdict.choice = VerdictChoice::Stereo;
        }
    }
}
