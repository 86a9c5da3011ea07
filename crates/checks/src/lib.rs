//! Readings to findings: what a person should know about a delivery or a master.
//!
//! A check is one file and one line in [`CHECKS`]. It sees a [`Case`] and so rests on readings alone.

mod already_mastered;
mod bass_phase;
mod broken_samples;
mod clipping;
mod dc;
mod dead_channel;
mod lengths;
mod look;
mod misnamed;
mod mono;
mod null_test;
mod out_of_phase;
mod over_full_scale;
mod rates;
mod silence;
mod too_many_stems;
mod too_quiet;
mod too_short;
mod truncated;

use acetate_model::{Case, Check, Finding};

/// All checks.
pub const CHECKS: &[Check] = &[
    silence::CHECK,
    too_short::CHECK,
    too_quiet::CHECK,
    broken_samples::CHECK,
    truncated::CHECK,
    misnamed::CHECK,
    rates::CHECK,
    lengths::CHECK,
    mono::CHECK,
    dead_channel::CHECK,
    clipping::CHECK,
    over_full_scale::CHECK,
    dc::CHECK,
    out_of_phase::CHECK,
    bass_phase::CHECK,
    already_mastered::CHECK,
    too_many_stems::CHECK,
    null_test::CHECK,
];

/// Runs every check and returns the findings, the worst first, then by place.
pub fn run(case: &Case) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| (check.run)(case)).collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.at.cmp(&b.at)));
    findings
}
