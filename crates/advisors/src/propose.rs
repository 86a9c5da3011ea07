use acetate_model::{Brief, Case, Fault, Mode, Move, Place, Process, Readings, Standing, Verdict};

use crate::scene::{Respond, after};
use crate::{ADVISORS, moves, verdict};

/// A plan with the verdict on the song.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The stems' moves in the order of the stems, then the master's; within a place in processing order.
    pub moves: Vec<Move>,
    /// Why this way.
    pub verdict: Verdict,
}

/// Designs the best plan for the sum and the best for the stems, weighs what either would leave amiss, and takes the one
/// that the brief asks for or the song needs. `scales` tells which processes can be done in part.
pub fn propose(case: &Case, respond: Respond, scales: &dyn Fn(&Process) -> bool) -> Proposal {
    let known = (respond, scales);
    let whole = Brief { mode: Mode::Stereo, ..case.brief.clone() };
    let stereo = Design::of(&Case { brief: &whole, ..*case }, case, known);
    let single = Brief { mode: Mode::Stems, ..case.brief.clone() };
    let several = case.stems.len() > 1;
    let stems = several.then(|| Design::of(&Case { brief: &single, ..*case }, case, known));
    let ways = verdict::Ways { as_sent: faults(case), stereo: &stereo, stems: stems.as_ref() };
    let verdict = verdict::verdict(case, &ways, respond);
    let by_stems = verdict::by_stems(case, &verdict);
    let Design { moves, .. } = stems.filter(|_| by_stems).unwrap_or(stereo);
    Proposal { moves, verdict }
}

/// What is amiss in a case, the gravest first.
pub fn faults(case: &Case) -> Vec<Fault> {
    let mut faults: Vec<Fault> = ADVISORS.iter().flat_map(|advisor| (advisor.faults)(case)).collect();
    faults.sort_by(|a, b| b.severity.total_cmp(&a.severity));
    faults
}

/// The sum of the squared severities.
pub fn weight<'a>(faults: impl IntoIterator<Item = &'a Fault>) -> f64 {
    faults.into_iter().map(|fault| fault.severity * fault.severity).sum()
}

/// The one move that a lock does not keep away: no master is without its ceiling.
const LIMITER: &str = "master/limiter";

/// One plan, and what it would leave amiss.
#[derive(Debug)]
pub(crate) struct Design {
    pub moves: Vec<Move>,
    pub left: Vec<Fault>,
}

impl Design {
    /// Asks the advisors one after the other; each sees what the moves before it will have made of the song. Repairs
    /// are made whichever way a song is mastered, so they are asked about the case as it is.
    fn of(way: &Case, as_is: &Case, (respond, scales): (Respond, &dyn Fn(&Process) -> bool)) -> Self {
        let mut made: Vec<Move> = Vec::new();
        let mut foretold: Readings = way.readings.clone();
        for advisor in ADVISORS {
            let asked = if advisor.repairs { as_is } else { way };
            let mut advised = (advisor.run)(&Case { readings: &foretold, ..*asked });
            for vetoed in advised.iter_mut().filter(|m| way.brief.mute.contains(&m.id)) {
                vetoed.standing = Standing::Muted("by the brief".into());
            }
            advised.retain(|m| !way.brief.lock.contains(&m.at) || m.id == LIMITER);
            for scaled in &mut advised {
                let of_taste = !advisor.repairs && scaled.id != LIMITER && scales(&scaled.process);
                let unasked = if of_taste { way.brief.strength.amount() } else { scaled.process.amount };
                scaled.process.amount = way.brief.scale.get(&scaled.id).copied().unwrap_or(unasked);
            }
            if advised.is_empty() {
                continue;
            }
            foretold = after(way.stems, &foretold, &advised, respond);
            made.extend(advised);
        }
        let left = faults(&Case { readings: &foretold, ..*way });
        let rank =
            |m: &Move| way.stems.iter().position(|s| m.at == moves::place(s)).unwrap_or(way.stems.len());
        made.sort_by_key(rank);
        Self { moves: made, left }
    }

    /// The moves at stems.
    pub fn on_stems(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|m| matches!(m.at, Place::Stem(_)))
    }
}
