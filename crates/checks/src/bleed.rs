use acetate_model::{Case, Check, Finding, Quantity, Severity};

use crate::look::{Resting, found};
use crate::shares::{Kind, Shared, late, of_kind};

pub(crate) const CHECK: Check = Check {
    code: "bleed",
    about: "Looks for a stem that softly holds another: from headphones, from the room, or from a bus. Whatever \
            is done to one is then done to a part of the other, and both together sound hollow. Keeps quiet \
            where it is too soft to matter, and about instruments that play the same notes.",
    run,
};

/// Bleed softer than this changes the sum of both by a third of a decibel at most.
const SOFTEST_DB: f64 = -32.0;

/// From here on the sum of both is coloured by more than a decibel, and steps of level carry over.
const WARNING_DB: f64 = -15.0;

fn run(case: &Case) -> Vec<Finding> {
    let loud_enough = |shared: &&Shared| shared.upright && shared.level_db >= SOFTEST_DB;
    of_kind(case, Kind::Bleed).iter().filter(loud_enough).map(|shared| finding(case, shared)).collect()
}

fn finding(case: &Case, shared: &Shared) -> Finding {
    let severity = if shared.level_db >= WARNING_DB { Severity::Warning } else { Severity::Note };
    let text =
        format!("Holds {} as bleed at {:.0} dB{}.", shared.other(), shared.level_db, late(shared.lag_ms));
    let hint = "Gate it in the pauses or send it without; else both are best worked on together.";
    let level = shared.evidence(case, Quantity::SharedLevel).map(|e| e.usual(-144.0, SOFTEST_DB));
    let others = [Quantity::SharedAgreement, Quantity::SharedLag];
    found(CHECK.code, severity, &shared.of, text, hint)
        .resting_on(level)
        .resting_on(others.into_iter().filter_map(|quantity| shared.evidence(case, quantity)))
        .at_times(shared.when_ms(case))
}
