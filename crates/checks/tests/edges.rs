//! Files that begin or end in the middle of a sound, holes, and overs between samples.

mod fixture;

use acetate_model::{Place, Quantity, Severity, SourceNote, Value};
use fixture::{Fixture, keys};

use Quantity::{
    EndLevel, EndStep, Holes, HolesAt, LongestHole, OversAt, Rms, SamplePeak, StartLevel, StartStep, TruePeak,
};

const MASTER: Place = Place::Master;
const STEMS: [&str; 4] = ["drums", "bass", "keys", "vocals"];

fn at(values: &[f32]) -> Value {
    Value::Timeline { start_ms: 0.0, hop_ms: 100.0, values: values.iter().map(|&v| Some(v)).collect() }
}

/// A minute of music with holes in the keys.
fn with_holes(count: f64, longest_ms: f64) -> Fixture {
    let whole = Fixture::clean().scalar(&keys(), Quantity::Length, 2_880_000.0);
    let whole = whole.scalar(&keys(), Quantity::Rate, 48_000.0).scalar(&keys(), Holes, count);
    whole.scalar(&keys(), LongestHole, longest_ms).reads(&keys(), HolesAt, at(&[0.0, 1.0, 0.0, 1.0]))
}

/// Stems with a level of their own and one at the end.
fn ending(levels_dbfs: [f64; 4]) -> Fixture {
    let stems = STEMS.iter().zip(levels_dbfs).fold(Fixture::clean(), |song, (name, level)| {
        song.scalar(&Place::stem(name), Rms, -20.0).scalar(&Place::stem(name), EndLevel, level)
    });
    stems.scalar(&MASTER, Rms, -16.0).scalar(
        &MASTER,
        EndLevel,
        levels_dbfs.into_iter().fold(-200.0, f64::max),
    )
}

#[test]
fn holes_are_told_with_times() {
    for (count, longest_ms) in [(1.0, 1.5), (3.0, 12.0), (8.0, 400.0)] {
        let found = with_holes(count, longest_ms).only("silence_inside");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Warning, &keys()));
        assert_eq!(found[0].when_ms, [[100.0, 200.0], [300.0, 400.0]]);
    }
    with_holes(0.0, 0.0).assert_quiet();
    with_holes(40.0, 60.0).assert_quiet();
}

#[test]
fn overs_between_samples_are_a_note_with_times() {
    for over_db in [0.1, 0.8, 2.5] {
        let spoilt = Fixture::clean().scalar(&keys(), TruePeak, over_db).scalar(&keys(), SamplePeak, -0.3);
        let found = spoilt.reads(&keys(), OversAt, at(&[0.0, 0.0, 2.0])).only("inter_sample_overs");
        assert_eq!((found[0].severity, &found[0].when_ms[..]), (Severity::Note, &[[200.0, 300.0]][..]));
    }
    Fixture::clean().scalar(&keys(), TruePeak, -0.1).scalar(&keys(), SamplePeak, -0.3).assert_quiet();
}

#[test]
fn a_stem_that_ends_in_the_middle_is_guilty() {
    for level_dbfs in [-50.0, -35.0, -20.0] {
        let found = ending([-90.0, -80.0, level_dbfs, -200.0]).only("truncated_tail");
        assert_eq!((found.len(), &found[0].at, found[0].severity), (1, &keys(), Severity::Warning));
    }
    ending([-90.0, -80.0, -61.0, -200.0]).assert_quiet();
    let clicks = ending([-90.0, -80.0, -30.0, -200.0]).scalar(&keys(), EndStep, 9.0).only("truncated_tail");
    assert!(clicks[0].text.contains("click"), "{}", clicks[0].text);
}

#[test]
fn a_song_that_ends_in_the_middle_is_told_once() {
    let found = ending([-30.0, -25.0, -28.0, -200.0]).only("truncated_tail");
    assert_eq!((found.len(), &found[0].at, found[0].severity), (1, &MASTER, Severity::Note));
    assert!(found[0].text.contains("drums, bass, keys end"), "{}", found[0].text);
    assert_eq!(ending([-30.0; 4]).mastered().only("truncated_tail")[0].at, MASTER);
}

#[test]
fn one_that_stops_before_the_others_is_guilty_even_so() {
    let early = ending([-30.0; 4]).note(SourceNote::Padded { frames: 48_000 });
    let found: Vec<_> = early.findings().into_iter().filter(|f| f.code == "truncated_tail").collect();
    assert!(found.iter().any(|f| f.at == keys() && f.severity == Severity::Warning), "{found:?}");
}

#[test]
fn a_file_that_begins_in_a_wave() {
    for (level_dbfs, step_db) in [(-48.0, 7.0), (-30.0, 12.0), (-10.0, 25.0)] {
        let spoilt = Fixture::clean().scalar(&keys(), StartLevel, level_dbfs);
        let found = spoilt.scalar(&keys(), StartStep, step_db).only("abrupt_start");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Note, &keys()));
    }
    Fixture::clean().scalar(&keys(), StartLevel, -52.0).scalar(&keys(), StartStep, 12.0).assert_quiet();
    Fixture::clean().scalar(&keys(), StartLevel, -20.0).scalar(&keys(), StartStep, 5.0).assert_quiet();
}
