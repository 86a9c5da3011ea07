//! The null test's causes from readings made by hand: each with a near miss.

mod fixture;

use acetate_model::{Finding, Place, Quantity, Severity};
use fixture::Fixture;

use Quantity::{
    MixCorrelation, MixDelay, MixGain, MixMatch, NullCurve, NullFilter, NullFilterGain, NullGain, NullStems,
};

const MASTER: Place = Place::Master;

fn said(fixture: &Fixture) -> Finding {
    fixture.only("null_test").remove(0)
}

fn says(fixture: &Fixture, severity: Severity, words: &str) {
    let finding = said(fixture);
    assert!(finding.text.contains(words) && finding.severity == severity, "{words}: {finding:#?}");
    assert!(!finding.hint.is_empty() && !finding.evidence.is_empty());
}

#[test]
fn without_a_mix_and_after_mastering_it_keeps_quiet() {
    Fixture::clean().assert_quiet();
    Fixture::clean().null(-5.0).mastered().assert_quiet();
}

#[test]
fn the_same_is_a_note() {
    says(&Fixture::clean().null(-91.0), Severity::Note, "identical");
    says(&Fixture::clean().null(-89.0), Severity::Note, "rounding or dither");
    says(&Fixture::clean().null(-61.0), Severity::Note, "rounding or dither");
    let of_all = |quantity, value| Fixture::clean().null(-91.0).against_mix(&MASTER, quantity, value);
    says(&of_all(MixGain, -0.5), Severity::Note, "0.50 dB softer");
    says(&of_all(MixGain, -0.04), Severity::Note, "identical");
    says(&of_all(MixDelay, 1.0), Severity::Note, "1 frame (");
    says(&of_all(MixDelay, 0.004), Severity::Note, "identical");
    says(&of_all(MixCorrelation, -1.0), Severity::Warning, "polarity is inverted");
}

#[test]
fn a_part_of_a_frame_leaves_what_interpolation_leaves() {
    let late = |left_db| Fixture::clean().null(left_db).against_mix(&MASTER, MixDelay, 0.37);
    says(&late(-48.0), Severity::Note, "0.37 frames");
    says(&late(-38.0), Severity::Warning, "missing");
    says(&late(-48.0).one_stem("bass", -90.0, 1.0, 0.37, 1.0), Severity::Warning, "offset");
}

#[test]
fn one_stem_is_named_with_its_fault() {
    let bass = |factor, frames| Fixture::clean().null(-20.0).one_stem("bass", -80.0, factor, frames, 1.0);
    says(&bass(1.059, 0.0), Severity::Warning, "0.50 dB louder, at a wrong level");
    says(&bass(0.029, 0.0), Severity::Warning, "extra stem");
    says(&bass(0.031, 0.0), Severity::Warning, "wrong level");
    says(&bass(-1.0, 0.0), Severity::Warning, "polarity inverted");
    says(&bass(1.0, -0.37), Severity::Warning, "0.37 frames (0.008 ms) earlier, an offset");
    assert_eq!(said(&bass(-1.0, 0.0)).at, Place::stem("bass"));
    // not clearly better than nothing at all
    says(&Fixture::clean().null(-33.0).one_stem("bass", -42.0, 1.1, 0.0, 1.0), Severity::Warning, "missing");
    // of two stems either may be meant: that beside which the other stands as it was sent
    let either = bass(1.059, 0.0).one_stem("drums", -81.0, 0.944, 0.0, 1.059);
    assert_eq!(said(&either).at, Place::stem("bass"));
    let turned = bass(-1.0, 0.0).one_stem("drums", -81.0, -1.0, 0.0, -1.0);
    assert_eq!(said(&turned).at, Place::stem("bass"));
}

#[test]
fn what_was_done_on_the_bus_is_named() {
    let with = |quantity, left_db| Fixture::clean().null(-20.0).against_mix(&MASTER, quantity, left_db);
    for (quantity, words) in [
        (NullFilter, "equaliser (EQ)"),
        (NullGain, "compressor or limiter"),
        (NullCurve, "saturation"),
        (NullStems, "Several stems"),
    ] {
        says(&with(quantity, -41.0), Severity::Warning, words);
        assert_eq!(said(&with(quantity, -41.0)).evidence[0].quantity, quantity);
    }
    // the simpler of two that are alike
    says(&with(NullGain, -55.0).against_mix(&MASTER, NullFilter, -50.0), Severity::Warning, "equaliser");
    says(&with(NullGain, -55.0).against_mix(&MASTER, NullFilter, -48.0), Severity::Warning, "compressor");
    says(&with(NullFilterGain, -27.0), Severity::Warning, "another master");
    says(&with(NullFilterGain, -25.0), Severity::Warning, "missing");
}

#[test]
fn another_song_is_refused() {
    let other = |agree, correlation| {
        let unlike = Fixture::clean().null(-0.1).against_mix(&MASTER, MixMatch, agree);
        unlike.against_mix(&MASTER, MixCorrelation, correlation)
    };
    says(&other(10.0, 0.1), Severity::Error, "another song");
    says(&other(40.0, 0.1), Severity::Warning, "missing");
    says(&other(10.0, 0.4), Severity::Warning, "missing");
}
