use acetate_model::{Case, Check, Finding, Place, Quantity, Severity};

use crate::look::{found, is_silent, place};

pub(crate) const CHECK: Check = Check {
    code: "silence",
    about: "Looks for stems without any signal, or with dither alone. A silent stem is most often a wrong export: a \
            muted track, or the wrong range. Keeps quiet about pauses; only a stem that is silent from end to end \
            counts, and of that stem nothing else is said. \
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
        .filter(|at| is_empty(case, at))
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

/// The highest sample of a stem that holds no more than dither, also that of 16 bit.
const DITHER_DBFS: f64 = -80.0;

fn is_empty(case: &Case, at: &Place) -> bool {
    let peak = case.readings.scalar(at, Quantity::SamplePeak);
    is_silent(case, at) || peak.is_some_and(|peak| peak < DITHER_DBFS)
}
