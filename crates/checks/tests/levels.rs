//! Checks of levels: each fires at three levels of the fault, and keeps quiet about near misses.

mod fixture;

use acetate_model::{Place, Quantity, Role, Severity, Value};
use fixture::{Fixture, keys, mix};

use Quantity::{Activity, ClippedRuns, Integrated, MaxShortTerm, SamplePeak, TruePeak};

const MASTER: Place = Place::Master;
const STEMS: [&str; 4] = ["drums", "bass", "keys", "vocals"];

#[test]
fn headroom_of_the_sum_is_a_note() {
    for dbtp in [-0.9, 0.1, 6.0] {
        let found = Fixture::clean().scalar(&MASTER, TruePeak, dbtp).only("headroom");
        assert_eq!((found[0].severity, found[0].text.contains("over")), (Severity::Note, dbtp > 0.0));
        let down = format!("{:.1} dB", dbtp + 6.0);
        assert!(found[0].hint.contains(&down), "{}", found[0].hint);
    }
    Fixture::clean().scalar(&MASTER, SamplePeak, 0.1).only("headroom");
    Fixture::clean().scalar(&MASTER, TruePeak, -1.0).assert_quiet();
    Fixture::clean().scalar(&MASTER, TruePeak, 0.1).mastered().assert_quiet();
}

#[test]
fn a_mix_printed_at_full_scale() {
    let printed = |dbfs| Fixture::clean().scalar(&mix(), SamplePeak, dbfs);
    assert_eq!(printed(-0.04).only("headroom")[0].severity, Severity::Note);
    assert_eq!(printed(0.2).only("headroom")[0].severity, Severity::Warning);
    let clipped = printed(0.0).scalar(&mix(), ClippedRuns, 12.0);
    assert_eq!(clipped.only("headroom")[0].severity, Severity::Warning);
    printed(-0.1).assert_quiet();
}

#[test]
fn a_stem_that_is_not_heard() {
    for lufs in [-49.1, -55.0, -69.0] {
        let found = Fixture::clean().scalar(&keys(), MaxShortTerm, lufs).only("level_outlier");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Warning, &keys()));
    }
    Fixture::clean().scalar(&keys(), MaxShortTerm, -48.9).assert_quiet();
    Fixture::clean().scalar(&keys(), Integrated, -49.1).only("level_outlier");
    let soft_but_heard = Fixture::clean().scalar(&keys(), MaxShortTerm, -40.0);
    soft_but_heard.scalar(&keys(), Integrated, -55.0).assert_quiet();
}

#[test]
fn a_stem_that_carries_all() {
    let others = |below: f64| {
        let drums = Fixture::clean().scalar(&Place::stem("drums"), Integrated, -19.3);
        STEMS[1..].iter().fold(drums, |f, name| f.scalar(&Place::stem(name), Integrated, -19.3 - below))
    };
    for below in [20.1, 24.0, 29.0] {
        let found = others(below).only("level_outlier");
        assert_eq!((found[0].severity, &found[0].at), (Severity::Note, &Place::stem("drums")), "{below}");
    }
    others(19.9).assert_quiet();
}

#[test]
fn normalised() {
    let peaks = |count: usize, dbfs: f64, apart: f64| {
        let stems = STEMS.iter().take(count).enumerate();
        stems.fold(Fixture::clean(), |f, (n, name)| {
            f.scalar(&Place::stem(name), SamplePeak, dbfs - apart * n as f64)
        })
    };
    for dbfs in [0.0, -0.1, -0.3, -1.0] {
        for count in [3, 4] {
            let found = peaks(count, dbfs, 0.01).only("normalised");
            assert_eq!((found[0].severity, found[0].evidence.len()), (Severity::Warning, count), "{dbfs}");
        }
    }
    peaks(2, 0.0, 0.0).assert_quiet();
    peaks(4, 0.0, 0.06).assert_quiet();
    peaks(4, -3.0, 0.0).assert_quiet();
    peaks(4, -0.1, 0.0).mastered().assert_quiet();
    let clipped = peaks(3, 0.0, 0.0).scalar(&Place::stem("bass"), ClippedRuns, 9.0).findings();
    assert!(clipped.iter().all(|f| f.code == "clipping"), "{clipped:#?}");
}

#[test]
fn hardly_plays() {
    let song = || Fixture::clean().scalar(&MASTER, Activity, 97.0);
    for percent in [0.9, 0.3, 0.0] {
        assert_eq!(
            song().scalar(&keys(), Activity, percent).only("hardly_plays")[0].severity,
            Severity::Note
        );
    }
    song().scalar(&keys(), Activity, 1.1).assert_quiet();
    let mut effect = song().scalar(&keys(), Activity, 0.3);
    effect.stems[2].role = Role::Fx;
    effect.assert_quiet();
    song().scalar(&keys(), Activity, 0.0).silenced(&keys()).only("silence");
    let nothing_rises = Fixture::clean().scalar(&MASTER, Activity, 0.0).scalar(&keys(), Activity, 0.0);
    nothing_rises.assert_quiet();
    let unheard = Value::Undefined("shorter than 400 ms".into());
    song().reads(&keys(), Activity, unheard).assert_quiet();
}
