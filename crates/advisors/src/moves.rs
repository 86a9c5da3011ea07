//! How advisors judge an excess and put a move together.

use acetate_model::{
    By, Case, Evidence, Fault, Json, Map, Mode, Move, Place, Process, Quantity, Standing, Stem,
};

use crate::norms::DEAD_BAND_DB;

/// Where a stem is.
pub(crate) fn place(stem: &Stem) -> Place {
    Place::stem(&stem.name)
}

/// Whether only the sum may be touched: by wish, or because there is but one file.
pub(crate) fn only_the_sum(case: &Case) -> bool {
    case.brief.mode == Mode::Stereo || case.stems.len() < 2
}

/// A scalar as evidence.
pub(crate) fn scalar(case: &Case, at: &Place, quantity: Quantity) -> Option<Evidence> {
    case.readings.scalar(at, quantity).map(|value| Evidence::new(at, quantity, value))
}

/// An active move of an advisor, without promises.
pub(crate) fn advise(
    id: &str,
    at: &Place,
    (kind, settings): (&str, Map),
    because: String,
    evidence: Vec<Evidence>,
) -> Move {
    Move {
        id: format!("{at}/{id}"),
        at: at.clone(),
        process: Process::new(kind, settings),
        because,
        evidence,
        promises: Vec::new(),
        by: By::Advisor(id.to_owned()),
        standing: Standing::Active,
    }
}

/// A move under a name of its own, for advisors that make several at one place.
pub(crate) fn named(name: &str, mut made: Move) -> Move {
    made.id = format!("{}/{name}", made.at);
    made
}

/// Settings from keys and values.
pub(crate) fn settings<const N: usize>(pairs: [(&str, Json); N]) -> Map {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A wanted change without what is too small to matter: nothing up to the dead band, whole from twice the dead
/// band on, and a straight line in between, so that no edge is a step.
pub(crate) fn without_trifles(change_db: f64) -> f64 {
    let size = change_db.abs();
    libm::copysign(size.min((2.0 * (size - DEAD_BAND_DB)).max(0.0)), change_db)
}

/// From 0 at `from` to 1 at `to`, straight in between; `to` may lie below `from`.
pub(crate) fn ramp(value: f64, from: f64, to: f64) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The severity of an excess, by the excess that is worth a move.
pub(crate) fn severity(excess: f64, worth_a_move: f64) -> f64 {
    (excess / worth_a_move).clamp(0.0, Fault::GRAVEST)
}

/// A setting with as many digits as make a difference to the ear.
pub(crate) fn rounded(value: f64, digits: i32) -> Json {
    let unit = libm::exp10(f64::from(digits));
    Json::from(libm::round(value * unit) / unit)
}
