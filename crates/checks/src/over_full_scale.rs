use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "over_full_scale",
    about: "Looks for a sum of the stems that goes over full scale. Nothing is lost, because the sum is made \
            in float, but the client's own mix of the same stems would have clipped. Keeps quiet below full \
            scale, and about a master, whose ceiling is a promise.",
    run,
};

const FULL_SCALE_DBFS: f64 = 0.0;

fn run(case: &Case) -> Vec<Finding> {
    let peak = scalar(case, &Place::Master, Quantity::SamplePeak).filter(|e| e.value > FULL_SCALE_DBFS);
    let Some(peak) = peak.filter(|_| case.stage == Stage::Input) else { return Vec::new() };
    let text = format!("The stems add up to {:+.1} dBFS, over full scale.", peak.value);
    let hint = "There is nothing to do: the level is brought down before anything could clip.";
    let usual = peak.usual(acetate_model::Promise::FLOOR, FULL_SCALE_DBFS);
    vec![found(CHECK.code, Severity::Note, &Place::Master, text, hint).resting_on([usual])]
}
