use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, Stage, Value};

use crate::look::{Resting, found, is_silent, places, scalar};

pub(crate) const CHECK: Check = Check {
    code: "dead_channel",
    about: "Looks for a signal that plays on one side only, all through or for seconds: a channel lost on the way, or a \
            mono recording on the left track of a stereo file. Keeps quiet about what is panned but heard on both \
            sides, and about parts on one side beside which the sides have little in common.",
    run,
};

/// A channel this far below the other is not heard, in dB.
const DEAD_DB: f64 = 40.0;

/// Sides that differ less in level, in dB, and are more alike, are a whole that one of them drops out of.
const WHOLE_DB: f64 = 12.0;
const WHOLE_CORRELATION: f64 = 0.3;
/// Hops before and behind in which the whole must be heard; the nearest may be half dead.
const BESIDE: usize = 2;
/// A dropout of fewer hops may be a fill on one side.
const FEWEST_HOPS: usize = 2;

fn run(case: &Case) -> Vec<Finding> {
    let of_stems =
        |at: &&Place| case.stage == Stage::Output || **at != Place::Master || case.stems.len() == 1;
    let places = places(case);
    let for_seconds = places.iter().filter(of_stems).filter_map(|at| dropout(case, at));
    places.iter().filter_map(|at| dead(case, at)).chain(for_seconds).collect()
}

/// A channel that is lost for seconds and is there else.
fn dropout(case: &Case, at: &Place) -> Option<Finding> {
    let timeline = |quantity| match case.readings.get(at, quantity)? {
        Value::Timeline { hop_ms, values, .. } => Some((*hop_ms, values)),
        _ => None,
    };
    let (hop_ms, balance) = timeline(Quantity::BalanceOverTime)?;
    let (_, correlation) = timeline(Quantity::CorrelationOverTime)?;
    let is_dead = |hop: &usize| balance[*hop].is_some_and(|db| f64::from(db.abs()) > DEAD_DB);
    let is_whole = |hop: usize| {
        let level = balance.get(hop).copied().flatten().is_some_and(|db| f64::from(db.abs()) < WHOLE_DB);
        let alike = correlation.get(hop).copied().flatten();
        level && alike.is_some_and(|c| f64::from(c) > WHOLE_CORRELATION)
    };
    let mut lost = Vec::new();
    let mut from = 0;
    while from < balance.len() {
        let to = (from..balance.len()).find(|hop| !is_dead(hop)).unwrap_or(balance.len());
        let before = (from.saturating_sub(BESIDE)..from).any(is_whole);
        let behind = (to..to + BESIDE).any(is_whole);
        let edge = from == 0 || to == balance.len();
        if to - from >= FEWEST_HOPS && (before && behind || edge && (before || behind)) {
            lost.push(from..to);
        }
        from = to + 1;
    }
    let first = lost.first()?.start;
    let worst = f64::from(balance[first]?);
    let side = if worst > 0.0 { "right" } else { "left" };
    let text = format!("The {side} channel drops out: it is {:.0} dB below the other there.", worst.abs());
    let hint = "Export the stem again and listen to each side there.";
    let mut evidence = Evidence::new(at, Quantity::BalanceOverTime, worst).usual(-DEAD_DB, DEAD_DB);
    let times: Vec<[f64; 2]> =
        lost.iter().map(|hops| [hops.start as f64 * hop_ms, hops.end as f64 * hop_ms]).collect();
    evidence.at_ms = times.first().copied();
    Some(found(CHECK.code, Severity::Warning, at, text, hint).resting_on([evidence]).at_times(times))
}

fn dead(case: &Case, at: &Place) -> Option<Finding> {
    if is_silent(case, at) {
        return None;
    }
    let balance = case.readings.get(at, Quantity::Balance)?;
    let text = match balance {
        Value::Scalar(db) if db.abs() > DEAD_DB => {
            let side = if *db > 0.0 { "right" } else { "left" };
            format!("The {side} channel is {:.0} dB below the other: it is not heard.", db.abs())
        }
        // The ratio to a silent channel has no value.
        Value::Undefined(_) => "One channel is silent.".into(),
        _ => return None,
    };
    let hint = "Check the panning and the export; if it should sit in the middle, send it as a mono file.";
    let evidence = scalar(case, at, Quantity::Balance).map(|e| e.usual(-DEAD_DB, DEAD_DB));
    Some(found(CHECK.code, Severity::Warning, at, text, hint).resting_on(evidence))
}
