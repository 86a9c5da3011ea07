use acetate_model::{Case, Check, Finding, Place, Quantity, Role, Severity, Stage};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "hardly_plays",
    about: "Looks for stems that hardly play: less than a hundredth of the song. A wrong range or a muted track may \
            have been exported. Keeps quiet about silent stems, which are another matter, and about effects and \
            percussion, where one hit is enough.",
    run,
};

/// The least share of the song that passes.
const LEAST_PERCENT: f64 = 1.0;

fn run(case: &Case) -> Vec<Finding> {
    let song = case.readings.scalar(&Place::Master, Quantity::Activity).filter(|&p| p > LEAST_PERCENT);
    if case.stage == Stage::Output || song.is_none() {
        return Vec::new();
    }
    let stems =
        case.stems.iter().filter(|s| !matches!(s.trusted_role(), Role::Fx | Role::Percussion)).map(place);
    stems.filter_map(|at| hardly(case, &at)).collect()
}

fn hardly(case: &Case, at: &Place) -> Option<Finding> {
    let share = scalar(case, at, Quantity::Activity).filter(|e| e.value < LEAST_PERCENT)?;
    // a silent stem has no loudness, and a stem that never rises is soft rather than short
    case.readings.scalar(at, Quantity::SamplePeak)?;
    let text = format!("It plays for {:.1} % of its length only.", share.value);
    let hint = "Check that the whole part was exported; if it is right, let it sound with another stem.";
    Some(found(CHECK.code, Severity::Note, at, text, hint).resting_on([share.usual(LEAST_PERCENT, 100.0)]))
}
