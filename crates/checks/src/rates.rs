use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, Stage, Stem};

use crate::look::{Resting, found, place};

pub(crate) const CHECK: Check = Check {
    code: "rates",
    about: "Looks for stems whose rate differs from that of most. All are resampled to the highest; one at the wrong \
            speed would not fit the others. Keeps quiet when all rates are equal.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    let Some(usual_hz) = usual_rate_hz(case.stems).filter(|_| case.stage == Stage::Input) else {
        return Vec::new();
    };
    let odd = case.stems.iter().filter(|stem| stem.source.rate_hz != usual_hz);
    odd.map(|stem| differs(stem, usual_hz)).collect()
}

/// The rate of most stems; of equally many, the higher.
fn usual_rate_hz(stems: &[Stem]) -> Option<u32> {
    let rates = stems.iter().map(|s| s.source.rate_hz);
    rates.clone().max_by_key(|hz| (rates.clone().filter(|other| other == hz).count(), *hz))
}

fn differs(stem: &Stem, usual_hz: u32) -> Finding {
    let (at, own_hz) = (place(stem), stem.source.rate_hz);
    let text =
        format!("Is at {own_hz} Hz where most stems are at {usual_hz} Hz; all were brought to the highest.");
    let hint =
        "Export all stems at the rate of the session, and check that this one plays at the right speed.";
    let usual = f64::from(usual_hz);
    let rate = Evidence::new(&at, Quantity::Rate, f64::from(own_hz)).usual(usual, usual);
    found(CHECK.code, Severity::Note, &at, text, hint).resting_on([rate])
}
