use acetate_model::{Case, Check, Finding, MOST_STEMS, Place, Severity, Stage};

use crate::look::found;

pub(crate) const CHECK: Check = Check {
    code: "too_many_stems",
    about: "Looks for a delivery of single tracks instead of groups. Mastering corrects groups; single tracks \
            ask for a mix. Keeps quiet up to the number of stems that mastering studios take.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output || case.stems.len() <= MOST_STEMS {
        return Vec::new();
    }
    let text = format!("{} stems: more than {MOST_STEMS} are tracks rather than stems.", case.stems.len());
    let hint = "Group them by function: drums, bass, music, lead vocal, backing vocals.";
    vec![found(CHECK.code, Severity::Note, &Place::Master, text, hint)]
}
