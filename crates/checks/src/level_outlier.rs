use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "level_outlier",
    about: "Looks for stems whose loudness cannot be meant: one so far below the sum that it is not heard, most often a \
            fader that was down, and one that carries all while every other is far below it, most often the whole mix \
            among its stems. Keeps quiet about soft parts that are heard when others rest.",
    run,
};

/// A stem this far below the sum is not heard beside it, even where it is loudest.
const UNHEARD_LU: f64 = 30.0;

/// One that carries all is no further from the sum, and the others lie further below.
const CARRIES_LU: f64 = 1.0;
const FAR_BELOW_LU: f64 = 20.0;

/// So many others make a delivery in which one cannot carry all.
const FEWEST_OTHERS: usize = 2;

fn run(case: &Case) -> Vec<Finding> {
    let sum = scalar(case, &Place::Master, Quantity::Integrated);
    let (Stage::Input, Some(sum), true) = (case.stage, sum, case.stems.len() > 1) else { return Vec::new() };
    let mut findings: Vec<Finding> =
        case.stems.iter().filter_map(|stem| unheard(case, &place(stem), &sum)).collect();
    findings.extend(carries_all(case, &sum));
    findings
}

fn unheard(case: &Case, at: &Place, sum: &Evidence) -> Option<Finding> {
    let loudest =
        scalar(case, at, Quantity::MaxShortTerm).or_else(|| scalar(case, at, Quantity::Integrated))?;
    let least = sum.value - UNHEARD_LU;
    if loudest.value >= least {
        return None;
    }
    let text = format!(
        "It is not heard: {:.1} LUFS where it is loudest, beside {:.1} LUFS of the sum.",
        loudest.value, sum.value
    );
    let hint = "Check its fader and the bus it was exported from; leave it out if it is meant to be silent.";
    let usual = loudest.usual(least, sum.value);
    Some(found(CHECK.code, Severity::Warning, at, text, hint).resting_on([usual, sum.clone()]))
}

fn carries_all(case: &Case, sum: &Evidence) -> Option<Finding> {
    let loudness = |stem| scalar(case, &place(stem), Quantity::Integrated);
    let mut stems: Vec<Evidence> = case.stems.iter().filter_map(loudness).collect();
    stems.sort_by(|a, b| b.value.total_cmp(&a.value));
    let (first, others) = stems.split_first()?;
    let next = others.first()?;
    let carries = (first.value - sum.value).abs() <= CARRIES_LU && next.value < first.value - FAR_BELOW_LU;
    if !carries || others.len() < FEWEST_OTHERS {
        return None;
    }
    let text = format!(
        "It carries the whole song: {:.1} LUFS, and no other stem is louder than {:.1} LUFS.",
        first.value, next.value
    );
    let hint =
        "Check whether the mix was exported among its stems, and whether the other stems kept their levels.";
    Some(found(CHECK.code, Severity::Note, &first.of, text, hint).resting_on([first.clone(), next.clone()]))
}
