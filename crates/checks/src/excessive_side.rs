use acetate_model::{Case, Check, Finding, Place, Promise, Quantity, Role, Severity};

use crate::look::{Resting, found, place, places, scalar};
use crate::out_of_phase::LOWEST;

pub(crate) const CHECK: Check = Check {
    code: "excessive_side",
    about: "Looks for stems that are wider than what they play bears: more side than mid, or a bass, kick or lead \
            vocal that is not in the middle. They get soft in mono. Keeps quiet about effects, about stems that play \
            on one side only, and where left and right are out of phase.",
    run,
};

/// More side than mid, in dB: mono takes more than half.
const WIDEST_DB: f64 = 0.0;

/// What carries the song has a quarter as much side as mid at most.
const WIDEST_IN_THE_MIDDLE_DB: f64 = -6.0;

/// A panned signal has as much side as mid, too: what is this far from the middle, in dB, is panned rather than wide.
const PANNED_DB: f64 = 12.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case).iter().filter_map(|at| wide(case, at)).collect()
}

fn wide(case: &Case, at: &Place) -> Option<Finding> {
    let role = case.stems.iter().find(|stem| place(stem) == *at).map(acetate_model::Stem::trusted_role);
    let in_the_middle = matches!(role, Some(Role::Bass | Role::Kick | Role::LeadVocal));
    let widest = match role {
        Some(Role::Fx) => return None,
        _ if in_the_middle => WIDEST_IN_THE_MIDDLE_DB,
        _ => WIDEST_DB,
    };
    let side = scalar(case, at, Quantity::SideToMid).filter(|e| e.value > widest)?;
    let is = |quantity, fits: fn(f64) -> bool| case.readings.scalar(at, quantity).is_some_and(fits);
    if is(Quantity::Correlation, |c| c < LOWEST) || is(Quantity::Balance, |db| db.abs() > PANNED_DB) {
        return None;
    }
    let lost = scalar(case, at, Quantity::MonoLoss);
    let loses =
        lost.as_ref().map_or(String::new(), |e| format!(" In mono it gets {:.1} dB softer.", e.value));
    let text = if in_the_middle {
        format!("Wide for what belongs in the middle: {:.1} dB of side over mid.{loses}", side.value)
    } else {
        format!("More side than mid: {:.1} dB.{loses}", side.value)
    };
    let hint = "Take widening effects down, or print the dry sound and its effects as two stems.";
    let evidence = [side.usual(Promise::FLOOR, widest)].into_iter().chain(lost);
    Some(found(CHECK.code, Severity::Note, at, text, hint).resting_on(evidence))
}
