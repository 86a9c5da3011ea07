use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, Value};

use crate::look::{Resting, found, is_silent, places, scalar};

pub(crate) const CHECK: Check = Check {
    code: "dead_channel",
    about: "Looks for a signal that plays on one side only: a channel lost on the way, or a mono recording \
            on the left track of a stereo file. Keeps quiet about what is panned but heard on both sides.",
    run,
};

/// A channel this far below the other is not heard, in dB.
const DEAD_DB: f64 = 40.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case).iter().filter_map(|at| dead(case, at)).collect()
}

fn dead(case: &Case, at: &Place) -> Option<Finding> {
    if is_silent(case, at) {
        return None;
    }
    let balance = case.readings.get(at, Quantity::Balance)?;
    let text = match balance {
        Value::Scalar(db) if db.abs() > DEAD_DB => {
            let side = if *db > 0.0 { "right" } else { "left" };
            format!("The {side} channel is {:.0} dB below the other: it is not heard.", db.abs())
        }
        // The ratio to a silent channel has no value.
        Value::Undefined(_) => "One channel is silent.".into(),
        _ => return None,
    };
    let hint = "Check the panning and the export; if it should sit in the middle, send it as a mono file.";
    let evidence = scalar(case, at, Quantity::Balance).map(|e| e.usual(-DEAD_DB, DEAD_DB));
    Some(found(CHECK.code, Severity::Warning, at, text, hint).resting_on(evidence))
}
