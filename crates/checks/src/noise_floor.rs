use acetate_model::{Case, Check, Finding, Place, Promise, Quantity, Role, Severity, Stage};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "noise_floor",
    about: "Looks for a steady noise in the pauses: hiss of a microphone, an amplifier or a tape that will be heard \
            once the song is as loud as the brief asks. Keeps quiet about what dies away, about soft notes, about \
            digital silence, and about effects, which may be noise.",
    run,
};

/// In a master of usual loudness, softer than this is below what a quiet room lets through.
const UNHEARD_LUFS: f64 = -70.0;

/// From here on it is heard in every pause.
const HEARD_LUFS: f64 = -60.0;

fn run(case: &Case) -> Vec<Finding> {
    let is_effect =
        |at: &Place| case.stems.iter().any(|s| s.trusted_role() == Role::Fx && crate::look::place(s) == *at);
    places(case).iter().filter(|at| !is_effect(at)).filter_map(|at| noise(case, at)).collect()
}

fn noise(case: &Case, at: &Place) -> Option<Finding> {
    let raised_lu = raised_lu(case);
    let floor = scalar(case, at, Quantity::NoiseFloor).filter(|e| e.value + raised_lu > UNHEARD_LUFS)?;
    let loudness = scalar(case, at, Quantity::Integrated);
    let heard = floor.value + raised_lu > HEARD_LUFS;
    let below =
        loudness.as_ref().map_or(String::new(), |l| format!(", beside {:.1} LUFS where it plays", l.value));
    let text = format!("A steady noise in the pauses: {:.1} LUFS{below}.", floor.value);
    let hint = "Cut the pauses out with short fades, or take the noise out where it was recorded; a gate or an \
                expander on this stem hides it.";
    let severity = if heard { Severity::Warning } else { Severity::Note };
    let usual = floor.usual(Promise::FLOOR, UNHEARD_LUFS - raised_lu);
    let finding = found(CHECK.code, severity, at, text, hint).resting_on([usual]).resting_on(loudness);
    Some(finding.at_times(stretches(case, at, Quantity::NoiseFloorAt, |_| true)))
}

/// How much louder the song will be.
fn raised_lu(case: &Case) -> f64 {
    let now = case.readings.scalar(&Place::Master, Quantity::Integrated);
    match (case.stage, now) {
        (Stage::Input, Some(now)) => case.brief.target().0 - now,
        _ => 0.0,
    }
}
