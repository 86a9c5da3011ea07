use acetate_model::{Case, Check, Finding, Quantity, Severity, Stage, Stem};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "limited_on_the_way",
    about: "Looks for stems that a limiter or clipper held at one level, also where they were turned down after it: \
            peaks of different sounds that pile up at one level close to the top. What it took off does not come \
            back, and a mastering limiter has less to work with. Keeps quiet about equal notes, whose peaks are \
            equal without a limiter, about few peaks, and where clipped runs are found.",
    run,
};

/// Of the stretches of 100 ms; fewer say nothing.
const LEAST_PERCENT: f64 = 5.0;

/// Of the stretches; from here the limiter works in every beat.
const HEAVY_PERCENT: f64 = 25.0;

/// Without a limiter there are fewer peaks the nearer to the top: below 1.
const LEAST_OVER: f64 = 2.5;

/// Equal notes of one instrument take less, even played together.
const LEAST_VARIETY_DB: f64 = 2.2;

fn run(case: &Case) -> Vec<Finding> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    stems.iter().filter_map(|stem| limited(case, stem)).collect()
}

fn limited(case: &Case, stem: &Stem) -> Option<Finding> {
    let at = place(stem);
    if scalar(case, &at, Quantity::ClippedRuns).is_some_and(|runs| runs.value >= 1.0) {
        return None;
    }
    let share = scalar(case, &at, Quantity::HeldPeaks).filter(|e| e.value >= LEAST_PERCENT)?;
    let over = scalar(case, &at, Quantity::HeldOver).filter(|e| e.value >= LEAST_OVER)?;
    let variety = scalar(case, &at, Quantity::HeldVariety).filter(|e| e.value >= LEAST_VARIETY_DB)?;
    let severity = if share.value >= HEAVY_PERCENT { Severity::Warning } else { Severity::Note };
    let text = format!(
        "Was limited or clipped before: in {:.0} % of the time its peaks are held at one level, whatever plays.",
        share.value
    );
    let hint =
        "Take limiters and clippers off the stem and export it again, unless they are a part of its sound.";
    let evidence =
        [share.usual(0.0, LEAST_PERCENT), over.usual(0.0, LEAST_OVER), variety.usual(0.0, LEAST_VARIETY_DB)];
    Some(found(CHECK.code, severity, &at, text, hint).resting_on(evidence))
}
