use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "silence_inside",
    about: "Looks for digital silence that tears a sound apart: a dropout while recording or exporting, a lost buffer, \
            an edit without a fade. Keeps quiet about rests that a sound fades into, and where there are so many \
            holes that they must be an effect, such as a gate in rhythm.",
    run,
};

/// More holes in a minute are an effect.
const MOST_A_MINUTE: f64 = 20.0;

fn run(case: &Case) -> Vec<Finding> {
    let of_stems =
        |at: &&Place| case.stage == Stage::Output || **at != Place::Master || case.stems.len() == 1;
    places(case).iter().filter(of_stems).filter_map(|at| holes(case, at)).collect()
}

fn holes(case: &Case, at: &Place) -> Option<Finding> {
    let count = scalar(case, at, Quantity::Holes).filter(|e| e.value >= 1.0)?;
    let read = |quantity| case.readings.scalar(at, quantity);
    let minutes = read(Quantity::Length)? / read(Quantity::Rate)? / 60.0;
    if count.value > MOST_A_MINUTE * minutes.max(1.0) {
        return None;
    }
    let longest = scalar(case, at, Quantity::LongestHole);
    let length = longest.as_ref().map_or(String::new(), |e| format!(", up to {:.0} ms long", e.value));
    let noun = if count.value == 1.0 { "hole tears" } else { "holes tear" };
    let text =
        format!("{} {noun} the sound apart: digital silence in the middle of it{length}.", count.value);
    let hint = "Export this stem again with a larger buffer, and look at the edits there.";
    let evidence = [count.usual(0.0, 0.0)].into_iter().chain(longest);
    let finding = found(CHECK.code, Severity::Warning, at, text, hint).resting_on(evidence);
    Some(finding.at_times(stretches(case, at, Quantity::HolesAt, |count| count > 0.0)))
}
