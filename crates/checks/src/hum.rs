use acetate_model::{Case, Check, Evidence, Finding, Place, Promise, Quantity, Severity};

use crate::look::{Resting, found, places, scalar};

pub(crate) const CHECK: Check = Check {
    code: "hum",
    about: "Looks for mains hum: lines at 50 or 60 Hz and at multiples that stand still from end to end, most to be \
            heard in the pauses. Mastering raises it with everything else. Keeps quiet about notes of a bass, \
            which come and go, and about a hum so soft that no gain of mastering brings it up.",
    run,
};

/// Softer than this even the gain of mastering leaves it below what a quiet room lets through.
const UNHEARD_DBFS: f64 = -75.0;

/// From here on it is heard in pauses once the song is raised.
const HEARD_DBFS: f64 = -60.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case).iter().filter_map(|at| hum(case, at)).collect()
}

fn hum(case: &Case, at: &Place) -> Option<Finding> {
    let level = scalar(case, at, Quantity::HumLevel).filter(|e| e.value > UNHEARD_DBFS)?;
    let mains = scalar(case, at, Quantity::HumFrequency)?;
    let severity = if level.value > HEARD_DBFS { Severity::Warning } else { Severity::Note };
    let text =
        format!("Hum of {:.1} Hz and its multiples: {:.1} dBFS, from end to end.", mains.value, level.value);
    let hint = "Record it again away from the source of the hum (an earth loop, a dimmer, single coils), or take it \
                out of this stem before it is sent; the processor `hum` takes it out here.";
    let lines = case.readings.spectrum(at, Quantity::HumLines).unwrap_or_default();
    let lines = lines.into_iter().map(|(hz, db)| Evidence::new(at, Quantity::HumLines, db).at_hz(hz));
    let evidence = [level.usual(Promise::FLOOR, UNHEARD_DBFS), mains].into_iter().chain(lines);
    Some(found(CHECK.code, severity, at, text, hint).resting_on(evidence))
}
