use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "clicks",
    about: "Looks for clicks: wrong samples, spikes, and steps where a cut was made without a fade. Keeps quiet about \
            the edges of notes and drums, about waveforms with a step in every period, and about the sum, where a \
            click belongs to the stem that has it. Many clicks are a note: they may be meant.",
    run,
};

/// More in a minute are crackle of a record or part of the sound.
const MANY_A_MINUTE: f64 = 20.0;

fn run(case: &Case) -> Vec<Finding> {
    let is_one_stem = case.stems.len() == 1;
    places(case)
        .iter()
        .filter(|at| case.stage == Stage::Output || is_one_stem || **at != Place::Master)
        .filter_map(|at| clicks(case, at))
        .collect()
}

fn clicks(case: &Case, at: &Place) -> Option<Finding> {
    let clicks = scalar(case, at, Quantity::Clicks).filter(|e| e.value >= 1.0)?;
    let (noun, verb) = if clicks.value == 1.0 { ("click", "stands") } else { ("clicks", "stand") };
    let text = format!("{} {noun} that {verb} alone.", clicks.value);
    let hint =
        "Listen to these places: mend a wrong sample by hand, and fade over cuts for a few milliseconds.";
    let severity = if are_many(case, at, clicks.value) { Severity::Note } else { Severity::Warning };
    let finding = found(CHECK.code, severity, at, text, hint).resting_on([clicks.usual(0.0, 0.0)]);
    Some(finding.at_times(stretches(case, at, Quantity::ClicksAt, |count| count > 0.0)))
}

fn are_many(case: &Case, at: &Place, clicks: f64) -> bool {
    let read = |quantity| case.readings.scalar(at, quantity);
    let minutes = read(Quantity::Length).zip(read(Quantity::Rate)).map(|(frames, rate)| frames / rate / 60.0);
    minutes.is_some_and(|minutes| clicks > MANY_A_MINUTE * minutes.max(1.0))
}
