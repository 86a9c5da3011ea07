//! Readings to findings: what a person should know about a delivery or a master.
//!
//! A check is one file and one line in [`CHECKS`]. It sees a [`Case`] and so rests on readings alone.

mod abrupt_start;
mod acceptance;
mod already_mastered;
mod bass_phase;
mod bleed;
mod broken_samples;
mod clicks;
mod clipping;
mod dc;
mod dead_channel;
mod double_printed;
mod duplicates;
mod excessive_side;
mod hardly_plays;
mod headroom;
mod hum;
mod inter_sample_overs;
mod lengths;
mod level_outlier;
mod limited_on_the_way;
mod look;
mod lossy_origin;
mod low_correlation;
mod misnamed;
mod mono;
mod noise_floor;
mod normalised;
mod null_test;
mod out_of_phase;
mod padded_bits;
mod rates;
mod shares;
mod silence;
mod silence_inside;
mod starts;
mod stem_polarity;
mod timing;
mod too_many_stems;
mod too_quiet;
mod too_short;
mod truncated;
mod truncated_tail;
mod upsampled;
mod wet_dry;

use acetate_model::{Case, Check, Finding, Place};

pub use acceptance::acceptance;

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
    starts::CHECK,
    mono::CHECK,
    dead_channel::CHECK,
    clipping::CHECK,
    inter_sample_overs::CHECK,
    silence_inside::CHECK,
    abrupt_start::CHECK,
    truncated_tail::CHECK,
    clicks::CHECK,
    hum::CHECK,
    noise_floor::CHECK,
    headroom::CHECK,
    dc::CHECK,
    out_of_phase::CHECK,
    low_correlation::CHECK,
    excessive_side::CHECK,
    bass_phase::CHECK,
    limited_on_the_way::CHECK,
    lossy_origin::CHECK,
    upsampled::CHECK,
    padded_bits::CHECK,
    already_mastered::CHECK,
    duplicates::CHECK,
    double_printed::CHECK,
    wet_dry::CHECK,
    stem_polarity::CHECK,
    bleed::CHECK,
    timing::CHECK,
    level_outlier::CHECK,
    normalised::CHECK,
    hardly_plays::CHECK,
    too_many_stems::CHECK,
    null_test::CHECK,
];

/// Runs every check and returns the findings, the worst first, then by place.
///
/// What a stem is guilty of is not said again of the sum, unless it is worse there; of an empty stem nothing else is
/// said.
pub fn run(case: &Case) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS
        .iter()
        .flat_map(|check| {
            let mut found = (check.run)(case);
            let of_stems = found.iter().filter(|f| matches!(f.at, Place::Stem(_))).map(|f| f.severity).max();
            found.retain(|f| f.at != Place::Master || of_stems.is_none_or(|worst| f.severity > worst));
            found
        })
        .collect();
    let empty: Vec<Place> =
        findings.iter().filter(|f| f.code == silence::CHECK.code).map(|f| f.at.clone()).collect();
    findings.retain(|f| f.code == silence::CHECK.code || !empty.contains(&f.at));
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.at.cmp(&b.at)));
    findings
}
