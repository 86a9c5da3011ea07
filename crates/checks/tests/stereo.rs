//! Checks of left and right: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Place, Quantity, Role, Severity, Value};
use fixture::{Fixture, keys, seconds, spectrum};

use Quantity::{
    Balance, Correlation, CorrelationOverTime, LowCorrelation, LowCorrelationOverTime, MonoLoss, SideToMid,
};

#[test]
fn low_correlation_in_passages() {
    let passage = |value: f32, length: usize| {
        let mut values = [0.7; 12];
        values[3..3 + length].fill(value);
        Fixture::clean().reads(&keys(), CorrelationOverTime, seconds(&values))
    };
    for (value, length) in [(-0.25, 4), (-0.5, 5), (-1.0, 8)] {
        let found = passage(value, length).only("low_correlation");
        assert_eq!(found[0].when_ms, [[3000.0, 3000.0 + 1000.0 * length as f64]]);
        assert_eq!((found[0].severity, &found[0].at), (Severity::Note, &keys()));
    }
    passage(-0.19, 8).assert_quiet();
    passage(-0.5, 3).assert_quiet();
}

#[test]
fn passages_are_not_told_where_the_whole_is_out_of_phase() {
    let turned = Fixture::clean().scalar(&keys(), Correlation, -0.4).scalar(&keys(), MonoLoss, 5.2);
    let found = turned.reads(&keys(), CorrelationOverTime, seconds(&[-0.4; 6])).only("out_of_phase");
    assert_eq!((found.len(), &found[0].when_ms[..]), (1, &[[0.0, 6000.0]][..]));
    assert_eq!(found[0].evidence[1].value, 5.2);
}

#[test]
fn bass_phase_tells_when() {
    let turned = Fixture::clean().scalar(&keys(), LowCorrelation, -0.3).reads(
        &keys(),
        LowCorrelationOverTime,
        seconds(&[0.9, -0.8, -0.8, 0.9]),
    );
    let found = turned.reads(&keys(), Quantity::Spectrum, spectrum(|_| -20.0)).only("bass_phase");
    assert_eq!(found[0].when_ms, [[1000.0, 3000.0]]);
}

#[test]
fn excessive_side() {
    let wide = |name: &str, db: f64| {
        let wide = Fixture::clean().scalar(&Place::stem(name), SideToMid, db);
        wide.scalar(&Place::stem(name), Correlation, -0.1).scalar(&Place::stem(name), MonoLoss, 3.4)
    };
    for db in [0.1, 1.0, 1.7] {
        let found = wide("keys", db).only("excessive_side");
        assert_eq!((found[0].severity, found[0].evidence.len()), (Severity::Note, 2));
    }
    for name in ["bass", "vocals"] {
        for db in [-5.9, -3.0, 0.5] {
            assert_eq!(wide(name, db).only("excessive_side")[0].at, Place::stem(name));
        }
        wide(name, -6.1).assert_quiet();
    }
    wide("keys", -0.1).assert_quiet();
    let mut effect = wide("keys", 1.0);
    effect.stems[2].role = Role::Fx;
    effect.assert_quiet();
    wide("keys", 1.0).scalar(&keys(), Balance, 20.0).assert_quiet();
    wide("keys", 3.0).scalar(&keys(), Correlation, -0.3).only("out_of_phase");
    wide("keys", 0.0).reads(&keys(), SideToMid, Value::Undefined("mono: no side".into())).assert_quiet();
}
