use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, power_db};

use crate::look::{Resting, found};
use crate::shares::{Kind, Shared, late, of_kind};

pub(crate) const CHECK: Check = Check {
    code: "double_printed",
    about: "Looks for a stem that holds another whole: the drums once more in the music, a group beside its \
            parts, a mix among the stems. The part sounds twice, and the sum is not the mix. Keeps quiet where \
            a stem holds another only softly, which is bleed.",
    run,
};

/// Powers that add up this closely, in dB, leave no room for anything else.
const ADDS_UP_DB: f64 = 1.0;

fn run(case: &Case) -> Vec<Finding> {
    let printed: Vec<Shared> = of_kind(case, Kind::Printed).into_iter().filter(|s| s.upright).collect();
    let mut places: Vec<&Place> = printed.iter().map(|s| &s.of).collect();
    places.sort();
    places.dedup();
    let of_place = |at: &Place| printed.iter().filter(|s| s.of == *at).collect::<Vec<_>>();
    places.into_iter().map(|at| finding(case, at, &of_place(at))).collect()
}

fn finding(case: &Case, at: &Place, parts: &[&Shared]) -> Finding {
    let names: Vec<String> =
        parts.iter().map(|s| format!("{} ({:+.1} dB{})", s.other(), s.level_db, late(s.lag_ms))).collect();
    let (text, hint) = if parts.len() > 1 && is_sum(case, at, parts) {
        (
            format!("Is the sum of {}: they would all sound twice.", names.join(", ")),
            "Leave this file away, or its parts.",
        )
    } else {
        (
            format!("Also holds {}: it would sound twice.", names.join(", ")),
            "Export this stem again with the other muted, or leave the other away.",
        )
    };
    let evidence = |s: &&Shared| {
        let quantities = [Quantity::SharedLevel, Quantity::SharedAgreement, Quantity::Likeness];
        quantities.into_iter().filter_map(|quantity| s.evidence(case, quantity)).collect::<Vec<Evidence>>()
    };
    found(CHECK.code, Severity::Warning, at, text, hint).resting_on(parts.iter().flat_map(evidence))
}

/// Whether the parts make up the whole power of a stem.
fn is_sum(case: &Case, at: &Place, parts: &[&Shared]) -> bool {
    let power = |of: &Place| {
        let level = case.readings.scalar(of, Quantity::Rms)?;
        let active = case.readings.scalar(of, Quantity::Activity)? / 100.0;
        Some(active * acetate_model::amplitude(2.0 * level))
    };
    let sum: Option<f64> =
        parts.iter().map(|s| Some(power(&s.against)? * acetate_model::amplitude(2.0 * s.level_db))).sum();
    let ratio = sum.zip(power(at)).and_then(|(sum, whole)| power_db(sum / whole));
    ratio.is_some_and(|db| db.abs() <= ADDS_UP_DB)
}
