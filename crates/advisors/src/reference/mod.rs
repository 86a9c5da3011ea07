//! What the brief's references ask for.

pub(crate) mod same_song;
mod song;
mod target;
mod width;

use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Move, Place, Quantity};

use crate::moves::{advise, rounded, settings, severity};
use target::Target;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "reference",
    about: "Brings the spectrum of the sum to that of the references, third octave by third octave and at equal level, by \
            one drawn filter; and the width of its bands likewise. Asked for by a reference, so it goes the whole way, but \
            only where both have something to hear, and no farther than a limit. Keeps quiet without a reference.",
    repairs: false,
    faults,
    run,
};

/// How far a third octave may be lowered and raised, in dB. What is raised farther is mostly noise.
const REACH_DB: [f64; 2] = [-24.0, 20.0];

/// A curve that nowhere does more than this is not drawn, in dB.
const LEAST_DB: f64 = 0.25;

/// A distance that is worth a move, in dB.
const AUDIBLE_DB: f64 = 1.5;

/// Whether the brief names songs to sound like.
pub(crate) fn is_given(case: &Case) -> bool {
    Target::of(case).is_some()
}

fn faults(case: &Case) -> Vec<Fault> {
    let Some(target) = Target::of(case) else { return Vec::new() };
    let distance = target.distance_db();
    vec![Fault {
        at: Place::Master,
        severity: severity(distance, AUDIBLE_DB),
        beyond: false,
        remedy: format!("bring the tone nearer to the reference, from which it lies {distance:.1} dB away."),
        evidence: vec![Evidence::new(&Place::Master, Quantity::ReferenceDistance, distance)],
    }]
}

fn run(case: &Case) -> Advice {
    let Some(target) = Target::of(case) else { return Advice::new() };
    tone(&target).into_iter().chain(width::width(case, &target)).collect()
}

/// The points of a curve whose mean over each band is as wanted: between points it runs straight, so that a band gets three
/// quarters of its own point and an eighth of either neighbour's.
fn drawn(wanted: &[f64]) -> Vec<f64> {
    let mut points = wanted.to_vec();
    for _ in 0..ROUNDS {
        let last = points.len() - 1;
        let mean = |n: usize| {
            let beside = points[n.saturating_sub(1)] + points[(n + 1).min(last)];
            0.75 * points[n] + 0.125 * beside
        };
        points = (0..=last).map(|n| points[n] + wanted[n] - mean(n)).collect();
    }
    points
}

/// After so many the means are as wanted to a hundredth.
const ROUNDS: usize = 12;

/// One filter with a point for each band.
fn tone(target: &Target) -> Option<Move> {
    let within = |db: f64| db.clamp(REACH_DB[0], REACH_DB[1]);
    let wanted: Vec<f64> = target.bands.iter().map(|band| band.trust * within(band.offset_db)).collect();
    let largest = wanted.iter().fold(0.0, |most: f64, db| most.max(db.abs()));
    if largest < LEAST_DB {
        return None;
    }
    let drawn = drawn(&wanted).into_iter().map(within);
    let points = target
        .bands
        .iter()
        .map(|band| band.hz)
        .zip(drawn)
        .map(|(hz, db)| Json::Object(settings([("hz", rounded(hz, 1)), ("gain_db", rounded(db, 2))])));
    let distance = target.distance_db();
    let (hz, offset_db) = target.farthest()?;
    let because = format!(
        "Its third octaves lie {distance:.1} dB from those of the reference, at {hz:.0} Hz by {offset_db:+.1} dB; the \
         difference is made up."
    );
    let at = Place::Master;
    let evidence = vec![
        Evidence::new(&at, Quantity::ReferenceDistance, distance),
        Evidence::new(&at, Quantity::ReferenceOffset, offset_db).at_hz(hz),
    ];
    let process = ("contour", settings([("points", points.collect())]));
    Some(advise(ADVISOR.id, &at, process, because, evidence))
}
