use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity};

use crate::look::{Resting, found};
use crate::shares::{Kind, Shared, name, shared};

pub(crate) const CHECK: Check = Check {
    code: "stem_polarity",
    about: "Looks for stems that hold the same sound turned over: microphones that heard each other, parallel \
            prints, a low end in two files. They cancel where they should add up. Keeps quiet about sounds that \
            merely meet at opposite phases, such as kick and bass.",
    run,
};

/// From here on what cancels is heard in the sum: more than a decibel.
const WARNING_DB: f64 = -15.0;

/// Softer than this nothing to speak of cancels.
const SOFTEST_DB: f64 = -32.0;

fn run(case: &Case) -> Vec<Finding> {
    let shared = shared(case);
    let loud = |s: &&Shared| s.kind != Kind::Same && s.level_db >= SOFTEST_DB;
    let turned: Vec<&Shared> = shared.iter().filter(loud).filter(|s| !s.upright).collect();
    let guilty = |s: &Shared| {
        let counts = [&s.of, &s.against].map(|at| balance(&shared, at));
        if counts[1] > counts[0] { s.against.clone() } else { s.of.clone() }
    };
    let mut places: Vec<Place> = turned.iter().map(|s| guilty(s)).collect();
    places.sort();
    places.dedup();
    let of_place = |at: &Place| turned.iter().copied().filter(|s| guilty(s) == *at).collect::<Vec<_>>();
    places.iter().map(|at| finding(case, at, &of_place(at))).collect()
}

/// In how many more pairs a stem is turned over than upright.
fn balance(shared: &[Shared], at: &Place) -> i64 {
    let about = shared.iter().filter(|s| s.of == *at || s.against == *at);
    about.map(|s| if s.upright { -1 } else { 1 }).sum()
}

fn finding(case: &Case, at: &Place, pairs: &[&Shared]) -> Finding {
    let others: Vec<&str> =
        pairs.iter().map(|s| name(if s.of == *at { &s.against } else { &s.of })).collect();
    let level_db = pairs.iter().map(|s| s.level_db).fold(f64::MIN, f64::max);
    let severity = if level_db >= WARNING_DB { Severity::Warning } else { Severity::Note };
    let text = format!(
        "Its polarity is turned against {}: what they share, at {level_db:.0} dB, cancels.",
        others.join(", ")
    );
    let hint =
        "Listen to them together with the polarity of this stem turned: what has more low end is right.";
    let evidence = |s: &&Shared| {
        let quantities = [Quantity::SharedPolarity, Quantity::SharedLevel, Quantity::SharedLag];
        quantities.into_iter().filter_map(|quantity| s.evidence(case, quantity)).collect::<Vec<Evidence>>()
    };
    let when = match pairs {
        [only] => only.when_ms(case),
        _ => Vec::new(),
    };
    found(CHECK.code, severity, at, text, hint).resting_on(pairs.iter().flat_map(evidence)).at_times(when)
}
