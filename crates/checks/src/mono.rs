use acetate_model::{Case, Check, Finding, Quantity, Role, Severity, SourceNote, Stage, Stem, Value};

use crate::look::{Resting, found, is_silent, notes, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "mono",
    about: "Looks for stems that are mono: files with one channel, which play alike on both sides, and files \
            with two channels that hold the same. The latter may be an export that lost its width. Keeps \
            quiet about equal channels where mono is the rule: bass, kick, lead vocal.",
    run,
};

/// A difference of the channels this far below their sum is none, in dB.
const NO_SIDE_DB: f64 = -80.0;

fn run(case: &Case) -> Vec<Finding> {
    let made_stereo = notes(case).filter(|(_, note)| **note == SourceNote::MonoToStereo).map(|(stem, _)| {
        let text = "The file has one channel; it plays alike on both sides.".into();
        let hint = "Nothing, if it is meant to be mono.";
        found(CHECK.code, Severity::Note, &place(stem), text, hint)
    });
    made_stereo.chain(case.stems.iter().filter_map(|stem| equal_channels(case, stem))).collect()
}

fn equal_channels(case: &Case, stem: &Stem) -> Option<Finding> {
    let at = place(stem);
    let mono_is_the_rule = matches!(stem.trusted_role(), Role::Bass | Role::Kick | Role::LeadVocal);
    if case.stage != Stage::Input || stem.source.channels != 2 || mono_is_the_rule || is_silent(case, &at) {
        return None;
    }
    let equal = match case.readings.get(&at, Quantity::SideToMid)? {
        Value::Scalar(db) => *db < NO_SIDE_DB,
        _ => scalar(case, &at, Quantity::Correlation).is_some_and(|c| c.value > 0.999),
    };
    let text = "Both channels hold the same: the stem is mono in a stereo file.".into();
    let hint = "Export it again in stereo if it should be wide; else there is nothing to do.";
    equal.then(|| {
        found(CHECK.code, Severity::Note, &at, text, hint).resting_on(scalar(case, &at, Quantity::SideToMid))
    })
}
