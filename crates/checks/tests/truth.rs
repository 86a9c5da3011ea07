//! Whether a file is what it claims to be: at three levels, and near misses.

mod fixture;

use acetate_model::{Finding, Place, Quantity, Severity, SourceNote};
use fixture::{Fixture, keys, mix};

use Quantity::{BandEdge, BitsInUse, ClippedRuns, EdgeDrop, HeldOver, HeldPeaks, HeldVariety};
use Severity::{Note, Warning};

fn cut(edge_hz: f64, drop_db: f64) -> Fixture {
    Fixture::clean().scalar(&keys(), BandEdge, edge_hz).scalar(&keys(), EdgeDrop, drop_db)
}

fn at_rate(mut fixture: Fixture, rate_hz: u32) -> Fixture {
    fixture.stems.iter_mut().for_each(|stem| stem.source.rate_hz = rate_hz);
    fixture
}

fn of_bits(held: f64, bits: Option<u32>) -> Fixture {
    let mut fixture = Fixture::clean().scalar(&keys(), BitsInUse, held);
    fixture.stems[2].source.bits = bits;
    fixture
}

fn one(findings: &[Finding]) -> (Severity, &Place) {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    (findings[0].severity, &findings[0].at)
}

#[test]
fn lossy_origin() {
    for (edge_hz, severity) in [(15_900.0, Warning), (16_900.0, Warning), (19_300.0, Note), (20_500.0, Note)]
    {
        let found = cut(edge_hz, 50.0).only("lossy_origin");
        assert_eq!(one(&found), (severity, &keys()));
        assert_eq!(found[0].evidence.iter().map(|e| e.value).collect::<Vec<_>>(), [edge_hz, 50.0]);
    }
    cut(16_000.0, 29.0).assert_quiet();
    cut(22_600.0, 80.0).assert_quiet();
    cut(24_000.0, 0.0).assert_quiet();
    cut(16_000.0, 50.0).mastered().assert_quiet();
}

#[test]
fn a_stem_is_cut_by_its_own_rate_and_not_by_that_of_the_session() {
    let mut resampled = cut(21_600.0, 80.0).note(SourceNote::Resampled { to_hz: 48_000 });
    resampled.stems[2].source.rate_hz = 44_100;
    assert!(resampled.findings().iter().all(|f| f.code == "rates"));
}

#[test]
fn upsampled() {
    for (edge_hz, rate_hz, from, severity) in [
        (21_400.0, 48_000, "44100", Note),
        (21_400.0, 96_000, "44100", Note),
        (23_400.0, 96_000, "48000", Note),
        (43_000.0, 192_000, "88200", Note),
        (11_800.0, 48_000, "24000", Warning),
        (10_750.0, 44_100, "22050", Warning),
    ] {
        let found = at_rate(cut(edge_hz, 60.0), rate_hz).only("upsampled");
        assert_eq!(one(&found), (severity, &keys()));
        assert!(found[0].text.contains(from), "{}", found[0].text);
    }
    at_rate(cut(21_400.0, 80.0), 44_100).assert_quiet();
    at_rate(cut(21_400.0, 29.0), 96_000).assert_quiet();
    at_rate(cut(20_300.0, 60.0), 48_000).only("lossy_origin");
}

#[test]
fn padded_bits() {
    for held in [20.0, 16.0, 12.0] {
        let found = of_bits(held, Some(24)).only("padded_bits");
        assert_eq!(one(&found), (Note, &keys()));
        assert_eq!(found[0].evidence[0].value, held);
    }
    of_bits(16.0, Some(32)).only("padded_bits");
    of_bits(16.0, Some(16)).assert_quiet();
    of_bits(16.0, None).assert_quiet();
    of_bits(24.0, Some(24)).assert_quiet();
    of_bits(21.0, Some(32)).assert_quiet();
    of_bits(16.0, Some(24)).note(SourceNote::Resampled { to_hz: 48_000 }).assert_quiet();
    of_bits(16.0, Some(24)).mastered().assert_quiet();
}

#[test]
fn the_mix_is_no_stem() {
    Fixture::clean().scalar(&mix(), BandEdge, 16_000.0).scalar(&mix(), EdgeDrop, 60.0).assert_quiet();
    Fixture::clean().scalar(&keys(), BitsInUse, 16.0).silenced(&keys()).only("silence");
}

fn held(percent: f64, over: f64, variety_db: f64) -> Fixture {
    let peaks = Fixture::clean().scalar(&keys(), HeldPeaks, percent);
    peaks.scalar(&keys(), HeldOver, over).scalar(&keys(), HeldVariety, variety_db)
}

#[test]
fn limited_on_the_way() {
    for (percent, over, severity) in [(8.0, 4.0, Note), (30.0, 15.0, Warning), (80.0, 100.0, Warning)] {
        let found = held(percent, over, 3.0).only("limited_on_the_way");
        assert_eq!(one(&found), (severity, &keys()));
        assert_eq!(found[0].evidence.len(), 3);
    }
    held(4.0, 20.0, 3.0).assert_quiet();
    held(40.0, 1.5, 3.0).assert_quiet();
    held(100.0, 750.0, 0.7).assert_quiet();
    held(40.0, 20.0, 3.0).mastered().assert_quiet();
    held(40.0, 20.0, 3.0).scalar(&keys(), ClippedRuns, 5.0).only("clipping");
}
