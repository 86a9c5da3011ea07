//! Checks of holes, ends and overs: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Finding, Place, Quantity, Severity, SourceNote, Value};
use fixture::{Fixture, keys, seconds};

use Quantity::{
    Balance, BalanceOverTime, CorrelationOverTime, EndLevel, EndStep, Holes, HolesAt, Length, LongestHole,
    OversAt, Rate, Rms, SamplePeak, SideToMid, StartLevel, StartStep, TruePeak,
};

fn of_code(fixture: &Fixture, code: &str) -> Vec<Finding> {
    fixture.findings().into_iter().filter(|f| f.code == code).collect()
}

#[test]
fn inter_sample_overs() {
    let over = |dbtp: f64, dbfs: f64| {
        let fixture = Fixture::clean().scalar(&keys(), TruePeak, dbtp).scalar(&keys(), SamplePeak, dbfs);
        fixture.reads(&keys(), OversAt, seconds(&[0.0, 2.0]))
    };
    for dbtp in [0.3, 1.5, 3.0] {
        let found = of_code(&over(dbtp, -0.1), "inter_sample_overs");
        assert_eq!((found.len(), found[0].severity), (1, Severity::Note));
        assert_eq!(found[0].when_ms, [[1000.0, 2000.0]]);
    }
    assert!(of_code(&over(-0.1, -0.2), "inter_sample_overs").is_empty());
    assert!(of_code(&over(1.5, 0.5), "inter_sample_overs").is_empty());
}

#[test]
fn silence_inside() {
    let torn = |holes: f64, longest_ms: f64| {
        let fixture = Fixture::clean().scalar(&keys(), Holes, holes).scalar(&keys(), Rate, 48_000.0);
        let fixture = fixture.scalar(&keys(), Length, 480_000.0).scalar(&keys(), LongestHole, longest_ms);
        fixture.reads(&keys(), HolesAt, seconds(&[0.0, 0.0, 1.0]))
    };
    for (holes, longest_ms) in [(1.0, 2.0), (2.0, 10.0), (20.0, 80.0)] {
        let found = torn(holes, longest_ms).only("silence_inside");
        assert_eq!((found[0].severity, found[0].evidence[1].value), (Severity::Warning, longest_ms));
        assert_eq!(found[0].when_ms, [[2000.0, 3000.0]]);
    }
    torn(0.0, 0.0).assert_quiet();
    // a gate in rhythm
    torn(21.0, 80.0).assert_quiet();
}

#[test]
fn abrupt_start() {
    let starts = |dbfs: f64, step_db: f64| {
        Fixture::clean().scalar(&keys(), StartLevel, dbfs).scalar(&keys(), StartStep, step_db)
    };
    for dbfs in [-45.0, -30.0, -10.0] {
        let found = starts(dbfs, 12.0).only("abrupt_start");
        assert_eq!((found[0].severity, found[0].evidence[0].value), (Severity::Note, dbfs));
    }
    starts(-51.0, 12.0).assert_quiet();
    // a note that begins with the file
    starts(-10.0, 5.0).assert_quiet();
    starts(-10.0, 12.0).mastered().assert_quiet();
}

fn cut(names: &[&str], dbfs: f64) -> Fixture {
    let fixture = Fixture::clean().scalar(&Place::Master, EndLevel, dbfs).scalar(&Place::Master, Rms, -18.0);
    names.iter().fold(fixture, |fixture, name| {
        let at = Place::stem(name);
        fixture.scalar(&at, EndLevel, dbfs).scalar(&at, Rms, -20.0)
    })
}

#[test]
fn truncated_tail_of_one_stem() {
    for dbfs in [-55.0, -40.0, -20.0] {
        let found = cut(&["keys"], dbfs).only("truncated_tail");
        assert_eq!((found.len(), found[0].severity, &found[0].at), (1, Severity::Warning, &keys()));
    }
    cut(&["keys"], -61.0).assert_quiet();
    let soft_beside_its_own = cut(&["keys"], -45.0).scalar(&keys(), Rms, -4.0);
    soft_beside_its_own.assert_quiet();
    let clicks = cut(&["keys"], -20.0).scalar(&keys(), EndStep, 9.0).only("truncated_tail");
    assert!(clicks[0].text.contains("with a click"), "{}", clicks[0].text);
}

#[test]
fn truncated_tail_of_all_is_one_note() {
    let all = cut(&["drums", "bass", "keys"], -30.0);
    let found = all.only("truncated_tail");
    assert_eq!((found.len(), found[0].severity, &found[0].at), (1, Severity::Note, &Place::Master));
    // one that ends before the others is told besides
    let early = cut(&["drums", "bass", "keys", "vocals"], -30.0).note(SourceNote::Padded { frames: 48_000 });
    let at: Vec<Place> = of_code(&early, "truncated_tail").into_iter().map(|f| f.at).collect();
    assert_eq!(at, [keys(), Place::Master]);
}

#[test]
fn a_channel_that_drops_out() {
    let lost = |db: f32, hops: usize, correlation: f32| {
        let mut balance = [0.5; 20];
        balance[5..5 + hops].fill(db);
        balance[4] = 3.0;
        let fixture = Fixture::clean().reads(&keys(), BalanceOverTime, seconds(&balance));
        fixture.reads(&keys(), CorrelationOverTime, seconds(&[correlation; 20]))
    };
    for (db, hops, side) in [(45.0, 2, "right"), (-60.0, 3, "left"), (120.0, 10, "right")] {
        let found = lost(db, hops, 0.6).only("dead_channel");
        assert_eq!(found[0].when_ms, [[5000.0, 5000.0 + 1000.0 * hops as f64]]);
        assert!(found[0].text.contains(side), "{}", found[0].text);
    }
    lost(39.0, 5, 0.6).assert_quiet();
    lost(120.0, 1, 0.6).assert_quiet();
    // sides that have little in common: a part that is meant to be on one side
    lost(120.0, 5, 0.2).assert_quiet();
    let all_through = lost(120.0, 0, 0.6).scalar(&keys(), Balance, 45.0);
    assert_eq!(all_through.only("dead_channel").len(), 1);
}

#[test]
fn mono_but_for_noise() {
    for db in [-61.0, -70.0, -79.0] {
        let found = Fixture::clean().scalar(&keys(), SideToMid, db).only("mono");
        assert!(found[0].text.contains("but for noise"), "{}", found[0].text);
    }
    let equal = Fixture::clean().scalar(&keys(), SideToMid, -81.0).only("mono");
    assert!(!equal[0].text.contains("noise"), "{}", equal[0].text);
    Fixture::clean().scalar(&keys(), SideToMid, -59.0).assert_quiet();
    let none = Fixture::clean().reads(&keys(), SideToMid, Value::Undefined("no mid".into()));
    none.scalar(&keys(), Quantity::Correlation, 0.2).assert_quiet();
}
