//! Checks on what stems share and on their timing: fixtures at three levels, and near misses.

mod fixture;

use acetate_model::{Place, Quantity, Repair, Severity};
use fixture::Fixture;

/// A copy of one stem in another.
#[derive(Clone, Copy)]
struct Copy {
    level_db: f64,
    lag_ms: f64,
    upright: bool,
    likeness: f64,
    /// Of the stem that holds it, and of the other.
    covers: [f64; 2],
    /// Whether it reads the other way round too.
    both_ways: bool,
}

const BLEED: Copy = Copy {
    level_db: -20.0,
    lag_ms: 0.0,
    upright: true,
    likeness: 0.1,
    covers: [40.0, 80.0],
    both_ways: false,
};

fn stem(name: &str) -> Place {
    Place::stem(name)
}

impl Copy {
    /// Keys that hold drums.
    fn fixture(self) -> Fixture {
        self.put(Fixture::clean(), "keys", "drums")
    }

    fn put(self, fixture: Fixture, of: &str, against: &str) -> Fixture {
        let one = |fixture: Fixture, [of, against]: [&Place; 2], sign: f64, cover: f64, level: bool| {
            let with = |f: Fixture, quantity, value| f.between(of, against, quantity, value);
            let f = with(fixture, Quantity::Likeness, self.likeness);
            let f = with(f, Quantity::SharedCover, cover);
            let f = with(f, Quantity::SharedLag, sign * self.lag_ms);
            if !level {
                return f;
            }
            let f = with(f, Quantity::SharedLevel, sign * self.level_db);
            let f = with(f, Quantity::SharedAgreement, 0.4);
            with(f, Quantity::SharedPolarity, if self.upright { 1.0 } else { -1.0 })
        };
        let (of, against) = (stem(of), stem(against));
        let f = one(fixture, [&of, &against], 1.0, self.covers[0], true);
        one(f, [&against, &of], -1.0, self.covers[1], self.both_ways)
    }
}

#[test]
fn bleed() {
    for (level_db, severity) in [(-30.0, Severity::Note), (-20.0, Severity::Note), (-12.0, Severity::Warning)]
    {
        let found = Copy { level_db, ..BLEED }.fixture().only("bleed");
        assert_eq!((found.len(), found[0].severity, &found[0].at), (1, severity, &stem("keys")));
        assert_eq!(found[0].evidence[0].against, Some(stem("drums")));
        assert!(found[0].text.contains("drums"), "{}", found[0].text);
    }
    Copy { level_db: -33.0, ..BLEED }.fixture().assert_quiet();
    Copy { level_db: -12.0, ..BLEED }.fixture().mastered().assert_quiet();
}

#[test]
fn bleed_may_take_its_way_through_the_room() {
    let found = Copy { lag_ms: 12.0, ..BLEED }.fixture().only("bleed");
    assert!(found[0].text.contains("12.0 ms later"), "{}", found[0].text);
}

#[test]
fn double_printed() {
    for level_db in [-8.9, -6.0, 0.0] {
        let found = Copy { level_db, ..BLEED }.fixture().only("double_printed");
        assert_eq!((found.len(), found[0].severity, &found[0].at), (1, Severity::Warning, &stem("keys")));
    }
    Copy { level_db: -9.1, ..BLEED }.fixture().only("bleed");
}

#[test]
fn what_reads_both_ways_is_told_of_the_stem_that_holds_more() {
    let both = Copy { level_db: 0.0, both_ways: true, likeness: 0.9, covers: [60.0, 99.0], ..BLEED };
    assert_eq!(both.fixture().only("double_printed")[0].at, stem("keys"));
    let other = Copy { covers: [99.0, 60.0], ..both };
    assert_eq!(other.fixture().only("double_printed")[0].at, stem("drums"));
}

#[test]
fn the_sum_of_others_is_one_finding() {
    let part = Copy { level_db: 0.0, ..BLEED };
    let power = |f: Fixture, of: &str, rms_dbfs| {
        f.scalar(&stem(of), Quantity::Rms, rms_dbfs).scalar(&stem(of), Quantity::Activity, 100.0)
    };
    let of_keys = |keys_dbfs| {
        let sum = part.put(part.put(Fixture::clean(), "keys", "drums"), "keys", "bass");
        power(power(power(sum, "drums", -20.0), "bass", -20.0), "keys", keys_dbfs).only("double_printed")
    };
    let sum = of_keys(-17.0);
    assert!(sum.len() == 1 && sum[0].text.starts_with("Is the sum of"), "{sum:?}");
    let more = of_keys(-14.0);
    assert!(more[0].text.starts_with("Also holds"), "{}", more[0].text);
}

#[test]
fn duplicates() {
    let same = Copy { level_db: -3.0, likeness: 0.99, covers: [99.0; 2], both_ways: true, ..BLEED };
    for (likeness, level_db) in [(0.96, -20.0), (0.99, -3.0), (1.0, 0.0)] {
        let found = Copy { level_db, likeness, ..same }.fixture().only("duplicates");
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
    }
    let turned = Copy { upright: false, likeness: -1.0, ..same }.fixture().only("duplicates");
    assert!(turned[0].text.contains("cancel"), "{}", turned[0].text);
    Copy { likeness: 0.94, ..same }.fixture().only("double_printed");
    Copy { covers: [90.0, 99.0], ..same }.fixture().only("double_printed");
}

#[test]
fn wet_dry() {
    let wet = Copy { level_db: 0.0, likeness: 0.7, covers: [83.0, 99.0], ..BLEED };
    let named = |copy: Copy, name: &str| {
        let mut song = Fixture::clean();
        song.add_stem(name);
        copy.put(song, name, "keys")
    };
    for (level_db, severity) in [(-12.0, Severity::Note), (-5.0, Severity::Warning), (0.0, Severity::Warning)]
    {
        assert_eq!(named(Copy { level_db, ..wet }, "Keys wet").only("wet_dry")[0].severity, severity);
    }
    named(wet, "organ").only("double_printed");
    named(Copy { likeness: 0.45, ..wet }, "keys_wet").only("double_printed");
    named(Copy { covers: [79.0, 99.0], ..wet }, "keys_wet").only("double_printed");
}

#[test]
fn stem_polarity() {
    for (level_db, severity) in
        [(-20.0, Severity::Note), (-12.0, Severity::Warning), (-6.0, Severity::Warning)]
    {
        let found = Copy { level_db, upright: false, ..BLEED }.fixture().only("stem_polarity");
        assert_eq!((found.len(), found[0].severity, &found[0].at), (1, severity, &stem("keys")));
    }
    Copy { level_db: -33.0, upright: false, ..BLEED }.fixture().assert_quiet();
}

#[test]
fn the_stem_that_is_turned_against_most_others_is_guilty() {
    let turned = Copy { upright: false, ..BLEED };
    let f = turned.put(turned.put(Fixture::clean(), "keys", "vocals"), "bass", "vocals");
    let found = f.only("stem_polarity");
    assert_eq!((found.len(), &found[0].at), (1, &stem("vocals")));
    assert!(found[0].text.contains("bass, keys"), "{}", found[0].text);
}

#[test]
fn timing_of_parallel_prints() {
    let print = Copy { level_db: 0.0, ..BLEED };
    for lag_ms in [0.5, 5.0, -40.0] {
        let findings = Copy { lag_ms, ..print }.fixture().findings();
        let timing = findings.iter().find(|f| f.code == "timing").expect("out of line");
        assert_eq!((timing.severity, timing.evidence[0].value), (Severity::Warning, lag_ms));
    }
    Copy { lag_ms: 0.4, ..print }.fixture().only("double_printed");
}

#[test]
fn timing_of_echoes_and_of_what_comes_before_its_sound() {
    let timing = |lag_ms| {
        let findings = Copy { lag_ms, ..BLEED }.fixture().findings();
        findings.into_iter().find(|f| f.code == "timing").map(|f| f.severity)
    };
    let repair = |lag_ms| {
        let findings = Copy { lag_ms, ..BLEED }.fixture().findings();
        findings.into_iter().find(|f| f.code == "timing").and_then(|f| f.repair)
    };
    assert_eq!([-40.0, -60.0, 250.0].map(repair), [Some(Repair::Align), None, None]);
    assert_eq!(timing(29.0), None);
    assert_eq!(timing(250.0), Some(Severity::Note));
    assert_eq!(timing(-29.0), None);
    assert_eq!(timing(-31.0), Some(Severity::Warning));
}

#[test]
fn timing_of_a_drift() {
    let over_240_s = |ppm| {
        let f = Copy { level_db: 0.0, ..BLEED }.fixture();
        let f = f.scalar(&Place::Master, Quantity::Length, 48_000.0 * 240.0);
        let f = f.scalar(&Place::Master, Quantity::Rate, 48_000.0);
        f.between(&stem("keys"), &stem("drums"), Quantity::SharedDrift, ppm)
    };
    for (ppm, strays) in [(10.0, "2.4 ms"), (-50.0, "12.0 ms"), (100.0, "24.0 ms")] {
        let findings = over_240_s(ppm).findings();
        let timing = findings.iter().find(|f| f.code == "timing").expect("drifts");
        assert!(timing.text.contains(strays), "{}", timing.text);
    }
    over_240_s(4.0).only("double_printed");
}

/// Keys at a lag, with drums and bass that keep the beat.
fn beat(lag_ms: f64, best: f64, in_time: f64, grid: f64, steady: f64) -> Fixture {
    let one = |f: Fixture, of: &str, values: [f64; 5]| {
        use Quantity::{OnsetGrid, OnsetInTime, OnsetLag, OnsetMatch, OnsetSteady};
        let quantities = [OnsetLag, OnsetMatch, OnsetInTime, OnsetGrid, OnsetSteady];
        let put = |f: Fixture, (quantity, value)| f.between(&stem(of), &Place::Master, quantity, value);
        quantities.into_iter().zip(values).fold(f, put)
    };
    let f = one(Fixture::clean(), "drums", [0.0, 0.4, 0.4, 1.0, 0.0]);
    let f = one(f, "bass", [5.0, 0.3, 0.3, 1.0, 0.0]);
    one(f, "keys", [lag_ms, best, in_time, grid, steady])
}

#[test]
fn timing_of_onsets() {
    for lag_ms in [30.0, 80.0, -250.0] {
        let found = beat(lag_ms, 0.3, 0.02, 0.0, 95.0).only("timing");
        assert_eq!((found.len(), found[0].severity, &found[0].at), (1, Severity::Warning, &stem("keys")));
    }
    beat(25.0, 0.3, 0.02, 0.0, 95.0).assert_quiet();
    beat(80.0, 0.14, 0.02, 0.0, 95.0).assert_quiet();
    beat(80.0, 0.3, 0.15, 0.0, 95.0).assert_quiet();
    beat(250.0, 0.3, 0.02, 0.5, 95.0).assert_quiet();
    beat(80.0, 0.3, 0.02, 0.0, 60.0).assert_quiet();
}

#[test]
fn timing_needs_others_that_keep_the_beat() {
    let lost = beat(80.0, 0.3, 0.02, 0.0, 95.0);
    lost.between(&stem("bass"), &Place::Master, Quantity::OnsetInTime, 0.05).assert_quiet();
}

#[test]
fn timing_of_a_mistaken_rate() {
    let long = |frames: f64| {
        let of = |f: Fixture, name: &str, frames| f.scalar(&stem(name), Quantity::Length, frames);
        let f = ["drums", "bass", "vocals"].iter().fold(Fixture::clean(), |f, name| of(f, name, 441_000.0));
        of(f, "keys", frames)
    };
    for frames in [480_000.0, 479_500.0, 441_000.0 * 0.91875] {
        assert_eq!(long(frames).only("timing")[0].at, stem("keys"));
    }
    long(441_000.0).assert_quiet();
    long(476_000.0).assert_quiet();
}
