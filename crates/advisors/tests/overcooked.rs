//! Stems that were flattened on their way: told of, by how flat and how loud they are.

mod fixture;

use acetate_advisors::faults;
use acetate_model::{Fault, Place, Quantity, VerdictChoice};
use fixture::Fixture;

/// Drums whose peaks are held in this share of the time.
fn held(percent: f64) -> Fixture {
    let at = Place::stem("drums");
    let held = Fixture::good().scalar(&at, Quantity::HeldPeaks, percent);
    held.scalar(&at, Quantity::HeldOver, 10.0).scalar(&at, Quantity::HeldVariety, 4.0)
}

fn told(fixture: &Fixture) -> Vec<Fault> {
    faults(&fixture.case()).into_iter().filter(|fault| fault.beyond).collect()
}

fn severity(fixture: &Fixture) -> f64 {
    told(fixture).iter().map(|fault| fault.severity).sum()
}

#[test]
fn a_stem_is_graver_the_longer_it_is_held_and_without_a_step() {
    let of: Vec<f64> = (0..=100).map(|percent| severity(&held(f64::from(percent)))).collect();
    assert_eq!(of[25], 0.0, "a limiter now and then may be its sound");
    assert!(of[95] > 2.9, "{}", of[95]);
    assert!(of.windows(2).all(|pair| (0.0..0.1).contains(&(pair[1] - pair[0]))), "{of:?}");
}

#[test]
fn crackle_all_through_is_grave_and_a_few_clips_are_not() {
    let clipped = |runs: f64| {
        let at = Place::stem("drums");
        let clipped = Fixture::good().scalar(&at, Quantity::ClippedRuns, runs);
        let long = clipped.scalar(&at, Quantity::Length, 48_000.0 * 100.0);
        severity(&long.scalar(&at, Quantity::Rate, 48_000.0).scalar(&at, Quantity::Activity, 100.0))
    };
    assert_eq!(clipped(50.0), 0.0);
    assert!(clipped(4000.0) > 2.9);
    assert!(clipped(300.0) > 0.5 && clipped(300.0) < 2.0, "{}", clipped(300.0));
}

#[test]
fn one_that_is_hardly_heard_counts_for_little() {
    let soft = held(95.0).scalar(&Place::stem("drums"), Quantity::Integrated, -38.5);
    assert!(severity(&soft) < 0.2, "{}", severity(&soft));
}

#[test]
fn a_flattened_song_goes_back_with_a_list() {
    let verdict = held(95.0).verdict();
    assert_eq!(verdict.choice, VerdictChoice::BackToMix);
    let asked = &verdict.for_the_mix[0];
    assert_eq!(asked.at, Place::stem("drums"));
    assert!(asked.what.contains("export it again") && asked.what.contains("95 %"), "{}", asked.what);
}
