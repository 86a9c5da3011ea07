//! Checks of disturbances: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Evidence, Place, Quantity, Role, Severity, Value};
use fixture::{Fixture, keys, seconds};

const MASTER: Place = Place::Master;

fn humming(dbfs: f64) -> Fixture {
    let lines = Value::Spectrum { hz: vec![50.02, 150.06], db: vec![Some(dbfs - 1.0), Some(dbfs - 7.0)] };
    let hums = Fixture::clean().scalar(&keys(), Quantity::HumLevel, dbfs);
    hums.scalar(&keys(), Quantity::HumFrequency, 50.02).reads(&keys(), Quantity::HumLines, lines)
}

#[test]
fn hum() {
    for (dbfs, severity) in [(-70.0, Severity::Note), (-59.0, Severity::Warning), (-50.0, Severity::Warning)]
    {
        let found = humming(dbfs).only("hum");
        assert_eq!((found[0].severity, &found[0].at), (severity, &keys()), "{dbfs}");
        assert!(found[0].text.contains("50.0 Hz"), "{}", found[0].text);
        let lines: Vec<Option<f64>> = found[0].evidence.iter().map(|e| e.at_hz).collect();
        assert_eq!(lines, [None, None, Some(50.02), Some(150.06)]);
    }
    humming(-76.0).assert_quiet();
    let none = Value::Undefined("no steady lines at the mains".into());
    Fixture::clean().reads(&keys(), Quantity::HumLevel, none).assert_quiet();
}

/// The fixture's song is at -19 LUFS and is brought to -14: 5 LU up.
#[test]
fn noise_floor() {
    let hisses = |lufs| {
        let at = seconds(&[-60.0, -60.0]);
        Fixture::clean().scalar(&keys(), Quantity::NoiseFloor, lufs).reads(
            &keys(),
            Quantity::NoiseFloorAt,
            at,
        )
    };
    for (lufs, severity) in [(-74.0, Severity::Note), (-64.0, Severity::Warning), (-54.0, Severity::Warning)]
    {
        let found = hisses(lufs).only("noise_floor");
        assert_eq!((found[0].severity, &found[0].when_ms[..]), (severity, &[[0.0, 2000.0]][..]), "{lufs}");
        let told = |e: &Evidence| e.quantity == Quantity::Integrated && e.value == -19.0;
        assert!(found[0].evidence.iter().any(told), "{found:#?}");
    }
    hisses(-76.0).assert_quiet();
    let mut effect = hisses(-50.0);
    effect.stems[2].role = Role::Fx;
    effect.assert_quiet();
    let loud_song = hisses(-74.0).scalar(&MASTER, Quantity::Integrated, -10.0).findings();
    assert!(loud_song.iter().all(|f| f.code != "noise_floor"), "{loud_song:#?}");
}

#[test]
fn noise_floor_of_a_master_is_taken_as_it_is() {
    let master = |lufs| Fixture::clean().scalar(&MASTER, Quantity::NoiseFloor, lufs).mastered();
    assert_eq!(master(-59.0).only("noise_floor")[0].severity, Severity::Warning);
    master(-71.0).assert_quiet();
}

#[test]
fn clicks() {
    let clicking = |count: f64| {
        let at = Value::Timeline {
            start_ms: 0.0,
            hop_ms: 100.0,
            values: vec![Some(0.0), Some(1.0), Some(0.0), Some(1.0)],
        };
        let minute = Fixture::clean().scalar(&keys(), Quantity::Length, 2_880_000.0).scalar(
            &keys(),
            Quantity::Rate,
            48_000.0,
        );
        minute.scalar(&keys(), Quantity::Clicks, count).reads(&keys(), Quantity::ClicksAt, at)
    };
    for (count, severity) in [(1.0, Severity::Warning), (5.0, Severity::Warning), (60.0, Severity::Note)] {
        let found = clicking(count).only("clicks");
        assert_eq!((found[0].severity, found[0].evidence[0].value), (severity, count));
        assert_eq!(found[0].when_ms, [[100.0, 200.0], [300.0, 400.0]]);
    }
    assert!(clicking(1.0).only("clicks")[0].text.starts_with("1 click "));
    clicking(0.0).assert_quiet();
}

#[test]
fn clicks_of_the_sum_belong_to_a_stem() {
    let sum = Fixture::clean().scalar(&MASTER, Quantity::Clicks, 3.0);
    sum.assert_quiet();
    sum.mastered().only("clicks");
}
