//! Whether a move does what it promised, and no harm beside.

use acetate_model::{
    By, Move, MoveProof, Place, Promise, Proved, Quantity, Readings, Session, Settings, Standing,
};
use acetate_processors::{DcBlockerSettings, DeclipSettings, HighPassSettings, HumSettings, RideSettings};
use acetate_report::{limits, precise};

use super::{Heard, ears::is_measured, is_answerable};

/// What the harm of a move is told by.
pub(super) const BUDGET: [Quantity; 3] = [Quantity::Integrated, Quantity::TruePeak, Quantity::PeakToLoudness];

/// The farthest that one move brings a stem up or down, in LU: what a master may do to a stem's level.
const LOUDER_LU: f64 = 3.0;
/// How much of a stem's loudness a move may take away that is there to take something away, in LU: more, and what it took
/// was the music.
const TAKEN_LU: f64 = 6.0;
/// How far a move may raise a stem's true peak, in dB: the highest boost of a filter; more, and it rings or overshoots.
const PEAK_DB: f64 = 4.0;
/// How far a move may press a stem's peaks towards its loudness, in LU: the most that dynamics may turn down.
const PRESSED_LU: f64 = 6.0;

/// Processors that take away what is no music, and with it, at times, the highest peaks.
const TAKING: [&str; 4] = [HumSettings::ID, HighPassSettings::ID, DcBlockerSettings::ID, DeclipSettings::ID];

/// The active moves before the last stage, each with what was measured and why it must be taken back, if it must.
pub(super) fn prove(session: &Session, moves: &[Move], heard: &Heard) -> Vec<MoveProof> {
    moves.iter().filter(|m| m.standing == Standing::Active).map(|m| one(session, m, heard)).collect()
}

fn one(session: &Session, m: &Move, heard: &Heard) -> MoveProof {
    let (measured, unmeasured): (Vec<&Promise>, Vec<&Promise>) =
        m.promises.iter().partition(|p| is_measured(p.quantity) && is_heard(m, &p.of));
    let promises: Vec<Proved> = measured
        .into_iter()
        .map(|promise| {
            let before = session.readings.scalar(&promise.of, promise.quantity);
            let after = heard.value(m, &promise.of, promise.quantity, session);
            Proved::new(promise.clone(), before, after.as_ref())
        })
        .collect();
    let around = heard.around(m, session).filter(|_| is_answerable(m) && !is_asked_for(m));
    let budget: Vec<Proved> = around.map(|around| budget(m, around)).unwrap_or_default();
    let broken = promises.iter().find(|p| !p.kept).map(broken);
    let harm = budget.iter().find(|p| !p.kept).map(harm);
    let withdrawn = broken.or(harm).filter(|_| matches!(m.by, By::Advisor(_)));
    let unmeasured = unmeasured.into_iter().cloned().collect();
    MoveProof { id: m.id.clone(), promises, unmeasured, budget, withdrawn }
}

/// What a move at the sum makes of a stem is not heard at the stem.
fn is_heard(m: &Move, of: &Place) -> bool {
    m.at != Place::Master || *of == Place::Master
}

/// Whether a move brings its stem to a reference that the brief names: how far it goes is the wish.
pub(super) fn is_asked_for(m: &Move) -> bool {
    m.evidence.iter().any(|e| e.against.as_ref().is_some_and(Place::is_reference))
}

/// What a move may do to its stem beside what it promised. A stem that was not measurable before has none.
fn budget(m: &Move, [before, after]: [&Readings; 2]) -> Vec<Proved> {
    let takes = TAKING.contains(&m.process.kind.as_str());
    // what a fader lifted made the loudness
    let lowers = takes || m.process.kind == RideSettings::ID;
    let within = |quantity, was: f64| match quantity {
        Quantity::Integrated => [was - if lowers { TAKEN_LU } else { LOUDER_LU }, was + LOUDER_LU],
        Quantity::TruePeak => [Promise::FLOOR, was + PEAK_DB],
        _ => [was - PRESSED_LU, MOST_LU],
    };
    let wanted = |q: &Quantity| !takes || *q == Quantity::Integrated;
    let one = |quantity| {
        let was = before.scalar(&m.at, quantity)?;
        let promise = Promise { of: m.at.clone(), quantity, within: within(quantity, was) };
        Some(Proved::new(promise, Some(was), after.get(&m.at, quantity)))
    };
    BUDGET.into_iter().filter(wanted).filter_map(one).collect()
}

/// No distance of peak and loudness is greater, in LU.
const MOST_LU: f64 = 100.0;

/// The moves of the last stage, measured on the finished file; what they could not keep has given way already.
pub(crate) fn prove_last(session: &Session, last: &[Move], master: &Readings) -> Vec<MoveProof> {
    let proved = |promise: &Promise| {
        let before = session.readings.scalar(&Place::Master, promise.quantity);
        Proved::on_file(promise.clone(), before, master.scalar(&Place::Master, promise.quantity))
    };
    let active = last.iter().filter(|m| m.standing == Standing::Active && !m.promises.is_empty());
    active
        .map(|m| MoveProof {
            id: m.id.clone(),
            promises: m.promises.iter().filter(|p| p.of == Place::Master).map(proved).collect(),
            unmeasured: Vec::new(),
            budget: Vec::new(),
            withdrawn: None,
        })
        .collect()
}

fn broken(proved: &Proved) -> String {
    let Promise { of, quantity, within } = &proved.promise;
    let after = proved.after.map_or_else(|| "nothing that can be measured".into(), |v| precise(*quantity, v));
    format!("{} of {of}: it promised {} and left {after}", quantity.label(), limits(*quantity, *within))
}

fn harm(proved: &Proved) -> String {
    let Promise { quantity, within, .. } = &proved.promise;
    let say =
        |v: Option<f64>| v.map_or_else(|| "nothing that can be measured".into(), |v| precise(*quantity, v));
    let (from, to) = (say(proved.before), say(proved.after));
    format!(
        "{}: it brought its stem from {from} to {to}; allowed is {}",
        quantity.label(),
        limits(*quantity, *within)
    )
}
