use acetate_model::{Case, Check, Finding, Quantity, Role, Severity, SourceNote, Stage, Stem};

use crate::look::{Resting, found, is_silent, notes, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "mono",
    about: "Looks for stems that are mono: files with one channel, which play alike on both sides, and files \
            with two channels that hold the same, or the same but for noise. The latter may be an export that lost its width. Keeps \
            quiet about equal channels where mono is the rule: bass, kick, lead vocal.",
    run,
};

/// A difference of the channels this far below their sum is none, in dB.
const NO_SIDE_DB: f64 = -80.0;

/// A difference this far below is the noise of a converter or of dither: no room or effect is so soft.
const NOISE_DB: f64 = -60.0;

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
    let side = scalar(case, &at, Quantity::SideToMid);
    let is_mono = match (case.readings.get(&at, Quantity::SideToMid)?, &side) {
        (_, Some(side)) => side.value < NOISE_DB,
        _ => scalar(case, &at, Quantity::Correlation).is_some_and(|c| c.value > 0.999),
    };
    if !is_mono {
        return None;
    }
    let noise = side.as_ref().filter(|side| side.value >= NO_SIDE_DB);
    let but_for = noise.map_or(String::new(), |side| format!(" but for noise, {:.0} dB below", -side.value));
    let text = format!("Both channels hold the same{but_for}: the stem is mono in a stereo file.");
    let hint = "Export it again in stereo if it should be wide; else there is nothing to do.";
    let finding = found(CHECK.code, Severity::Note, &at, text, hint);
    Some(finding.resting_on(side))
}
