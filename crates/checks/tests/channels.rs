//! Checks of lost and equal channels: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Quantity, Value};
use fixture::{Fixture, keys, seconds};

use Quantity::{Balance, BalanceOverTime, CorrelationOverTime, SideToMid};

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
