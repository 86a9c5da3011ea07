use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "clipping",
    about: "Looks for clipped runs: samples in a row that stand at the highest level of the file. Clipping in \
            a stem is heard as crackle and cannot be undone by mastering; a clipped master is a mistake. \
            Keeps quiet about single peaks, and about the sum of the stems, which is made in float.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    places(case)
        .iter()
        .filter(|at| case.stage == Stage::Output || **at != Place::Master)
        .filter_map(|at| clipped(case, at))
        .collect()
}

fn clipped(case: &Case, at: &Place) -> Option<Finding> {
    let runs = scalar(case, at, Quantity::ClippedRuns).filter(|e| e.value >= 1.0)?;
    let peak = scalar(case, at, Quantity::SamplePeak);
    let level = peak.as_ref().map_or(String::new(), |e| format!(" at {:.1} dBFS", e.value));
    let noun = if runs.value == 1.0 { "place is" } else { "places are" };
    let text = format!("{} {noun} clipped{level}.", runs.value);
    let hint = match case.stage {
        Stage::Input => "Lower the stem before its export and take limiters and clippers off it.",
        Stage::Output => "Lower the ceiling or ask for less loudness.",
    };
    let evidence = [runs.usual(0.0, 0.0)].into_iter().chain(peak);
    let finding = found(CHECK.code, Severity::Warning, at, text, hint).resting_on(evidence);
    Some(finding.at_times(stretches(case, at, Quantity::ClippedAt, |runs| runs > 0.0)))
}
