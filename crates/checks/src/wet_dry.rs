use acetate_model::{Case, Check, Finding, Quantity, Severity};

use crate::look::{Resting, found};
use crate::shares::{Kind, Shared, late, of_kind};

pub(crate) const CHECK: Check = Check {
    code: "wet_dry",
    about: "Looks for one source that was sent twice, once with more effects: dry and wet, direct and through an \
            amplifier. Only one of them may belong to the mix. Keeps quiet where an effect comes alone, without \
            the sound it was made from, where a stem holds anything else, and where the names have no word in \
            common, as `vox_dry` and `vox_wet` have: then it is told as double_printed.",
    run,
};

/// Copies as loud as this are both heard, so one of them is likely one too many.
const AS_LOUD_DB: f64 = -6.0;

fn run(case: &Case) -> Vec<Finding> {
    of_kind(case, Kind::Double).iter().map(|shared| finding(case, shared)).collect()
}

fn finding(case: &Case, shared: &Shared) -> Finding {
    let severity = if shared.level_db.abs() <= -AS_LOUD_DB { Severity::Warning } else { Severity::Note };
    let text = format!(
        "Is the same source as {} with other effects, at {:+.1} dB{}: wet and dry.",
        shared.other(),
        shared.level_db,
        late(shared.lag_ms)
    );
    let hint = "If the mix uses only one of them, leave the other away; if it uses both, nothing.";
    let quantities = [Quantity::Likeness, Quantity::SharedCover, Quantity::SharedLevel, Quantity::SharedLag];
    found(CHECK.code, severity, &shared.of, text, hint)
        .resting_on(quantities.into_iter().filter_map(|quantity| shared.evidence(case, quantity)))
}
