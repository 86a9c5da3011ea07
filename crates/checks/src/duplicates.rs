use acetate_model::{Case, Check, Finding, Quantity, Severity};

use crate::look::{Resting, found};
use crate::shares::{Kind, Shared, late, of_kind};

pub(crate) const CHECK: Check = Check {
    code: "duplicates",
    about: "Looks for stems that are the same sound twice: another level, another equaliser or another kind of \
            file does not hide it. The part would sound twice as loud as it was mixed, or cancel. Keeps quiet \
            about two performances of one part, however close.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    of_kind(case, Kind::Same).iter().map(|shared| finding(case, shared)).collect()
}

fn finding(case: &Case, shared: &Shared) -> Finding {
    let turned = if shared.upright { "" } else { ", turned over, so that both cancel" };
    let text = format!(
        "Holds the same as {}, at {:+.1} dB{}{turned}.",
        shared.other(),
        shared.level_db,
        late(shared.lag_ms)
    );
    let hint = "Leave one of the two away, and send what this file should have been.";
    let quantities = [Quantity::Likeness, Quantity::SharedLevel, Quantity::SharedLag];
    found(CHECK.code, Severity::Warning, &shared.of, text, hint)
        .resting_on(quantities.into_iter().filter_map(|quantity| shared.evidence(case, quantity)))
}
