use acetate_model::{Case, Check, Finding, Place, Promise, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "inter_sample_overs",
    about: "Looks for signals that stay within full scale on every sample and exceed it between two. A converter or an \
            encoder clips there, so the client heard it clipped, and a clipper or limiter without oversampling was \
            likely at work. Keeps quiet about the sum and about a single file, of which the head room is told, and about a \
            master, whose ceiling is a promise.",
    run,
};

const FULL_SCALE_DB: f64 = 0.0;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output || case.stems.len() < 2 {
        return Vec::new();
    }
    places(case).iter().filter(|at| **at != Place::Master).filter_map(|at| overs(case, at)).collect()
}

fn overs(case: &Case, at: &Place) -> Option<Finding> {
    let peak = scalar(case, at, Quantity::TruePeak).filter(|e| e.value > FULL_SCALE_DB)?;
    let sample = scalar(case, at, Quantity::SamplePeak).filter(|e| e.value <= FULL_SCALE_DB)?;
    let text = format!(
        "Between samples it reaches {:+.1} dBTP, though no sample is over full scale ({:.1} dBFS).",
        peak.value, sample.value
    );
    let hint = "Nothing is lost here, where all is float; leave 1 dB more head room, and take limiters off the stem.";
    let evidence = [peak.usual(Promise::FLOOR, FULL_SCALE_DB), sample];
    let finding = found(CHECK.code, Severity::Note, at, text, hint).resting_on(evidence);
    Some(finding.at_times(stretches(case, at, Quantity::OversAt, |count| count > 0.0)))
}
