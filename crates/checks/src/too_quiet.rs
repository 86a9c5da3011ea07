use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Stage, Value};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "too_quiet",
    about: "Looks for a delivery that never reaches -70 LUFS, the gate of the loudness meter. It has no loudness, so \
            none can be promised; most often a fader was down or the wrong bus was exported. Keeps quiet where \
            nothing is heard at all, and where the song is too short to tell.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    let at = Place::Master;
    let unheard = matches!(case.readings.get(&at, Quantity::Integrated), Some(Value::Undefined(_)));
    let peak = scalar(case, &at, Quantity::SamplePeak);
    let (Some(peak), true, Stage::Input) = (peak, unheard && !crate::too_short::is(case), case.stage) else {
        return Vec::new();
    };
    let text = format!("Too quiet to be mastered: the highest sample is {:.1} dBFS.", peak.value);
    let hint = "Export the stems again with their faders up, peaks between -12 and -3 dBFS.";
    vec![found(CHECK.code, Severity::Error, &at, text, hint).resting_on([peak])]
}
