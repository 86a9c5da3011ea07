use acetate_model::{Advice, Advisor, Case, Evidence, Finding, Move, Place, Quantity, Repair};

use crate::bus::NULL_TEST;
use crate::moves::{advise, only_the_sum, rounded, settings};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "align",
    about: "Where aligning is allowed (`--repair align`), moves a stem that lies beside another with the same sound \
            to that other's time. Keeps quiet without consent, where only the beat tells of an offset, where a \
            stem lies beside two others by different times, and where a delay cannot reach.",
    repairs: true,
    faults: |_| Vec::new(),
    run,
};

fn run(case: &Case) -> Advice {
    if only_the_sum(case) || !case.brief.repair.contains(&Repair::Align) {
        return Vec::new();
    }
    let mut moved: Vec<Evidence> = Vec::new();
    // where a stem lies in the client's mix is sure, and answered by the advisor of the bus
    let by_mix = |f: &Finding| f.code == NULL_TEST;
    let sure: Vec<&Place> = case.findings.iter().filter(|f| by_mix(f)).map(|f| &f.at).collect();
    let asked = |f: &&Finding| f.repair == Some(Repair::Align) && !by_mix(f) && !sure.contains(&&f.at);
    for finding in case.findings.iter().filter(asked) {
        moved.extend(finding.evidence.iter().find(|e| e.quantity == Quantity::SharedLag).cloned());
    }
    let alone = |lag: &&Evidence| {
        let about = |other: &&Evidence| {
            let theirs = other.against.as_ref();
            other.of == lag.of || Some(&other.of) == lag.against.as_ref() || theirs == Some(&lag.of)
        };
        moved.iter().filter(about).count() == 1
    };
    moved.iter().filter(alone).filter_map(delay).collect()
}

fn delay(lag: &Evidence) -> Option<Move> {
    let other = lag.against.as_ref()?;
    let because = format!(
        "What it shares with {other} comes {:.2} ms {} here; moved by that, both are in line.",
        lag.value.abs(),
        if lag.value > 0.0 { "later" } else { "earlier" }
    );
    let process = settings([("delay_ms", rounded(-lag.value, 3))]);
    Some(advise(ADVISOR.id, &lag.of, ("delay", process), because, vec![lag.clone()]))
}
