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

/// The most that a third octave is raised or lowered, in dB: past this the songs do not belong together.
const MOST_DB: f64 = 12.0;

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

/// One filter with a point for each band.
fn tone(target: &Target) -> Option<Move> {
    let wanted =
        target.bands.iter().map(|band| (band.hz, band.trust * band.offset_db.clamp(-MOST_DB, MOST_DB)));
    let wanted: Vec<(f64, f64)> = wanted.collect();
    let largest = wanted.iter().fold(0.0, |most: f64, (_, db)| most.max(db.abs()));
    if largest < LEAST_DB {
        return None;
    }
    let points = wanted
        .iter()
        .map(|&(hz, db)| Json::Object(settings([("hz", rounded(hz, 1)), ("gain_db", rounded(db, 2))])));
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
