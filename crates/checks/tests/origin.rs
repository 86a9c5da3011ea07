//! Checks of what a file was before: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Place, Quantity, Severity, SourceNote};
use fixture::{Fixture, keys, seconds};

use Quantity::{
    BitsInUse, ClippedRuns, PileUp, PileUpAt, PileUpKinds, PileUpLevel, PileUpPeaks, Rms, SpectrumEnd,
    SpectrumFall,
};

fn ends(hz: f64, by_db: f64) -> Fixture {
    Fixture::clean().scalar(&keys(), SpectrumEnd, hz).scalar(&keys(), SpectrumFall, by_db)
}

fn at_rate(mut fixture: Fixture, rate_hz: u32) -> Fixture {
    fixture.stems.iter_mut().for_each(|stem| stem.source.rate_hz = rate_hz);
    fixture
}

#[test]
fn lossy_origin() {
    // MP3 of 320, 192 and 128 kbit/s as LAME cuts them off, at 48 kHz
    for (hz, by_db) in [(20_600.0, 45.0), (19_100.0, 50.0), (16_900.0, 57.0)] {
        let found = ends(hz, by_db).only("lossy_origin");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Warning, &keys()));
        assert_eq!((found[0].evidence[0].value, found[0].evidence[0].at_hz), (by_db, Some(hz)));
    }
    ends(16_900.0, 29.0).assert_quiet();
    ends(9900.0, 50.0).assert_quiet();
    at_rate(ends(20_900.0, 50.0), 44_100).assert_quiet();
    at_rate(ends(20_400.0, 50.0), 44_100).only("lossy_origin");
    ends(16_900.0, 57.0).mastered().assert_quiet();
}

#[test]
fn upsampled() {
    for (rate_hz, end_hz, before) in [
        (48_000, 21_700.0, "44100 Hz"),
        (96_000, 23_700.0, "48000 Hz"),
        (44_100, 10_800.0, "22050 Hz"),
        (192_000, 47_500.0, "96000 Hz"),
    ] {
        let found = at_rate(ends(end_hz, 40.0), rate_hz).only("upsampled");
        assert_eq!(found[0].severity, Severity::Note);
        assert!(found[0].text.contains(before), "{}", found[0].text);
    }
    at_rate(ends(21_700.0, 40.0), 44_100).assert_quiet();
    ends(23_700.0, 40.0).assert_quiet();
    ends(21_700.0, 25.0).assert_quiet();
}

#[test]
fn what_we_resampled_ourselves_was_not_sent_so() {
    let resampled = |end_hz: f64| {
        let fixture = ends(end_hz, 60.0).note(SourceNote::Resampled { to_hz: 96_000 });
        let codes: Vec<String> = at_rate(fixture, 44_100).findings().into_iter().map(|f| f.code).collect();
        codes.into_iter().filter(|code| code != "rates").collect::<Vec<_>>()
    };
    assert_eq!(resampled(21_600.0), [""; 0]);
    assert_eq!(resampled(16_900.0), ["lossy_origin"]);
}

#[test]
fn what_is_true_of_all_stems_is_told_once() {
    let mut all = ends(16_900.0, 50.0);
    for name in ["drums", "bass", "vocals"] {
        let at = Place::stem(name);
        all = all.scalar(&at, SpectrumEnd, 16_900.0).scalar(&at, SpectrumFall, 50.0);
    }
    let found = all.only("lossy_origin");
    assert_eq!((found.len(), &found[0].at, found[0].evidence.len()), (1, &Place::Master, 8));
    let three = all.scalar(&Place::stem("drums"), SpectrumFall, 10.0);
    assert_eq!(three.only("lossy_origin").len(), 3);
}

#[test]
fn padded_bits() {
    let uses = |used: f64, bits: u32| {
        let mut fixture = Fixture::clean().scalar(&keys(), BitsInUse, used).scalar(&keys(), Rms, -20.0);
        fixture.stems[2].source.bits = Some(bits);
        fixture
    };
    for (used, bits) in [(20.0, 24), (16.0, 24), (16.0, 32)] {
        let found = uses(used, bits).only("padded_bits");
        assert_eq!((found[0].severity, found[0].evidence[0].value), (Severity::Note, used));
    }
    uses(21.0, 24).assert_quiet();
    uses(24.0, 32).assert_quiet();
    uses(16.0, 16).assert_quiet();
    uses(3.0, 24).assert_quiet();
    uses(16.0, 24).mastered().assert_quiet();
    let hardly_sounds = uses(16.0, 24).reads(&keys(), Rms, acetate_model::Value::Undefined("soft".into()));
    hardly_sounds.assert_quiet();
}

#[test]
fn limited_on_the_way() {
    let piled = |ratio, peaks, kinds| {
        let level = Fixture::clean().scalar(&keys(), PileUpLevel, -7.5).scalar(&keys(), PileUp, ratio);
        let fixture = level.scalar(&keys(), PileUpPeaks, peaks).scalar(&keys(), PileUpKinds, kinds);
        fixture.reads(&keys(), PileUpAt, seconds(&[0.0, 3.0, 2.0, 0.0, 0.0]))
    };
    for (ratio, peaks, kinds) in [(3.1, 45.0, 13.0), (10.0, 170.0, 22.0), (30.0, 250.0, 30.0)] {
        let found = piled(ratio, peaks, kinds).only("limited_on_the_way");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Warning, &keys()));
        assert_eq!(found[0].when_ms, [[1000.0, 3000.0]]);
    }
    piled(2.9, 170.0, 22.0).assert_quiet();
    piled(10.0, 19.0, 15.0).assert_quiet();
    // a sampler that plays one kick again and again
    piled(70.0, 70.0, 6.0).assert_quiet();
    piled(10.0, 170.0, 22.0).scalar(&keys(), ClippedRuns, 5.0).only("clipping");
    piled(10.0, 170.0, 22.0).mastered().assert_quiet();
}
