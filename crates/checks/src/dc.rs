use acetate_model::{Case, Check, Finding, Promise, Quantity, Severity, Stage};

use crate::look::{Resting, found, places, scalar};

pub(crate) const CHECK: Check = Check {
    code: "dc",
    about: "Looks for a constant offset. It is not heard, but it takes headroom on one side and clicks at \
            every start and end. Keeps quiet below the offsets that converters leave, and in a master below what \
            takes headroom: a limiter that turns down one side more leaves a little.",
    run,
};

/// The largest offset that passes.
const HARMLESS_DBFS: f64 = -60.0;

/// From here on the offset takes audible headroom.
const COSTLY_DBFS: f64 = -40.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case)
        .iter()
        .filter_map(|at| {
            let harmless = if case.stage == Stage::Output { COSTLY_DBFS } else { HARMLESS_DBFS };
            let dc = scalar(case, at, Quantity::Dc).filter(|e| e.value > harmless)?;
            let severity = if dc.value > COSTLY_DBFS { Severity::Warning } else { Severity::Note };
            let text = format!("A constant offset of {:.1} dBFS.", dc.value);
            let hint =
                "Put a high-pass at 10 Hz or a DC filter on it; in mastering a high-pass takes it away.";
            let usual = dc.usual(Promise::FLOOR, HARMLESS_DBFS);
            Some(found(CHECK.code, severity, at, text, hint).resting_on([usual]))
        })
        .collect()
}
