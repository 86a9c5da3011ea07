use acetate_model::{Case, Check, Finding, Place, Severity};

use crate::look::{found, is_silent, place};

pub(crate) const CHECK: Check = Check {
    code: "silence",
    about: "Looks for stems without any signal. A silent stem is most often a wrong export: a muted track, \
            or the wrong range. Keeps quiet about pauses; only a stem that is silent from end to end counts. \
            When nothing at all is heard there is nothing to master, which is an error.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    if is_silent(case, &Place::Master) {
        return vec![found(
            CHECK.code,
            Severity::Error,
            &Place::Master,
            "Everything is silent.".into(),
            "Export the stems again, and check that no track is muted and that the range holds the song.",
        )];
    }
    case.stems
        .iter()
        .map(place)
        .filter(|at| is_silent(case, at))
        .map(|at| {
            found(
                CHECK.code,
                Severity::Warning,
                &at,
                "This stem is silent from end to end.".into(),
                "Leave it out, or export it again if it should be heard.",
            )
        })
        .collect()
}
