use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "normalised",
    about: "Looks for stems that all peak at the same level near full scale: each was normalised (or limited) on its \
            own, so that the balance of the mix is gone. Keeps quiet about two that happen to agree, about clipped \
            stems, and about peaks well below full scale.",
    run,
};

/// Peaks this near to each other agree, in dB.
const SAME_DB: f64 = 0.05;

/// Where normalising puts peaks.
const NEAR_FULL_SCALE_DBFS: f64 = -1.05;

/// So many stems do not agree by chance.
const FEWEST: usize = 3;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output { Vec::new() } else { alike(case).into_iter().collect() }
}

fn alike(case: &Case) -> Option<Finding> {
    let mut peaks: Vec<Evidence> = case
        .stems
        .iter()
        .map(place)
        .filter(|at| case.readings.scalar(at, Quantity::ClippedRuns).is_none_or(|runs| runs < 1.0))
        .filter_map(|at| scalar(case, &at, Quantity::SamplePeak))
        .filter(|peak| peak.value >= NEAR_FULL_SCALE_DBFS)
        .collect();
    peaks.sort_by(|a, b| a.value.total_cmp(&b.value));
    let from = |first: usize| {
        let last = peaks[first].value + SAME_DB;
        &peaks[first..peaks.partition_point(|peak| peak.value <= last)]
    };
    let same = (0..peaks.len()).map(from).max_by_key(|same| same.len())?;
    // most of what sounds, or it is a habit of some tracks rather than of the export
    let sounding =
        case.stems.iter().filter(|s| scalar(case, &place(s), Quantity::SamplePeak).is_some()).count();
    if same.len() < FEWEST || 2 * same.len() <= sounding {
        return None;
    }
    let level = same.last()?.value;
    let text = format!(
        "The stems peak alike, at {level:.1} dBFS: each was normalised on its own, and the balance of the mix is gone."
    );
    let hint =
        "Export them again with normalising off and no limiter on the stems, all at the levels of the mix.";
    let usual = |peak: &Evidence| peak.clone().usual(acetate_model::Promise::FLOOR, NEAR_FULL_SCALE_DBFS);
    Some(found(CHECK.code, Severity::Warning, &Place::Master, text, hint).resting_on(same.iter().map(usual)))
}
