use acetate_model::{Case, Check, Finding, Place, Stage};

mod cause;
mod readings;
mod words;

use cause::Cause;
use readings::Null;

pub(crate) const CHECK: Check = Check {
    code: "null_test",
    about: "Takes the sum of the stems away from the client's mix and says what is left, and why: nothing, rounding, \
            another level, time or polarity of all or of one stem, a stem that is missing or too many, an equaliser, \
            compressor, limiter or saturation on the mix bus, or another song. Only then is what was approved what is \
            mastered. The simplest cause that explains clearly more than the others is named. Keeps quiet without a mix.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    if case.stage != Stage::Input {
        return Vec::new();
    }
    let mix = Place::Bus("mix".into());
    let null = Null::of(case, &mix);
    null.map(|null| words::finding(CHECK.code, &null, &Cause::of(&null))).into_iter().collect()
}
