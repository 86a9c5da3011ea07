use acetate_model::{Case, Check, Finding, Place, Promise, Quantity, Severity, Stage};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "headroom",
    about: "Looks for a sum of the stems that leaves no headroom. Nothing is lost, because the sum is made in \
            float and is brought down first, so this is no fault; but the client's own mix of the same stems may \
            have clipped. A mix file that was printed at full scale is one: what went over is cut off. Keeps quiet \
            about a master, whose ceiling is a promise.",
    run,
};

/// The highest true peak that passes: what converters and encoders ask for.
const LEAST_DBTP: f64 = -1.0;

/// What mixers are asked to leave, in the middle of what studios write.
const ASKED_DBFS: f64 = -6.0;

const FULL_SCALE_DBFS: f64 = 0.0;

/// A file whose highest sample is this near to full scale was printed as high as it goes.
const PRINTED_DBFS: f64 = -0.05;

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output {
        return Vec::new();
    }
    sum(case).into_iter().chain(mix(case)).collect()
}

fn sum(case: &Case) -> Option<Finding> {
    let at = Place::Master;
    let sample = scalar(case, &at, Quantity::SamplePeak)?;
    let peak = match scalar(case, &at, Quantity::TruePeak) {
        Some(between) if between.value > sample.value => between,
        _ => sample,
    };
    if peak.value <= LEAST_DBTP {
        return None;
    }
    let over = if peak.value > FULL_SCALE_DBFS { ", over full scale" } else { "" };
    let (what, how) = if case.stems.len() < 2 {
        ("The file reaches", "lower it")
    } else {
        ("The stems add up to", "lower all stems alike")
    };
    let text = format!("{what} {:+.1} {}{over}.", peak.value, peak.quantity.symbol());
    let hint = format!(
        "Nothing has to be done: the level is brought down in float before anything could clip. For {ASKED_DBFS:.0} \
         {}, {how} by {:.1} dB.",
        peak.quantity.symbol(),
        peak.value - ASKED_DBFS
    );
    let usual = peak.usual(Promise::FLOOR, LEAST_DBTP);
    Some(found(CHECK.code, Severity::Note, &at, text, &hint).resting_on([usual]))
}

/// The client's mix, as a file of whole numbers, goes no higher than full scale.
fn mix(case: &Case) -> Option<Finding> {
    let at = Place::Bus("mix".into());
    let peak = scalar(case, &at, Quantity::SamplePeak).filter(|e| e.value >= PRINTED_DBFS)?;
    let clipped = scalar(case, &at, Quantity::ClippedRuns).filter(|e| e.value >= 1.0);
    let (severity, what) = if clipped.is_some() || peak.value > FULL_SCALE_DBFS {
        (Severity::Warning, "what goes over full scale is cut off in a file of whole numbers")
    } else {
        (Severity::Note, "there is no headroom left in it")
    };
    let text = format!("The mix stands at {:.1} dBFS: {what}.", peak.value);
    let hint = "Print the mix again, lower by a few dB or in float, without a limiter; the stems are what is mastered.";
    let evidence = [peak.usual(Promise::FLOOR, PRINTED_DBFS)].into_iter().chain(clipped);
    Some(found(CHECK.code, severity, &at, text, hint).resting_on(evidence))
}
