//! What sends a song back to the mix, and what does not.

mod fixture;

use acetate_advisors::{faults, propose};
use acetate_model::{Json, Mode, Process, Verdict, VerdictChoice};
use fixture::Fixture;

/// A good mix with faders moved, by the names of the stems.
fn moved(vocals: f64, drums: f64, keys: f64) -> Fixture {
    let mut song = Fixture::good().beside(|stem, _| match stem {
        "vocals" => vocals,
        "drums" => drums,
        _ => keys,
    });
    song.brief.mode = Mode::Auto;
    song
}

/// The verdict, where what a gain does is foretold.
fn verdict(song: &Fixture) -> Verdict {
    let respond = |process: &Process, hz: &[f64]| {
        let gain_db = process.settings.get("gain_db").and_then(Json::as_f64)?;
        let power = vec![libm::exp10(gain_db / 10.0); hz.len()];
        Some([power.clone(), power])
    };
    propose(&song.case(), &respond, &|_| true).verdict
}

fn choice(song: &Fixture) -> VerdictChoice {
    verdict(song).choice
}

/// Whether all faders are taken for wrong.
fn is_disorder(song: &Fixture) -> bool {
    faults(&song.case()).iter().any(|fault| fault.remedy.contains("set the faders anew"))
}

#[test]
fn the_farther_one_fader_is_off_the_nearer_the_mix() {
    let rank = |choice| match choice {
        VerdictChoice::Stereo => 0,
        VerdictChoice::Stems => 1,
        VerdictChoice::BackToMix => 2,
    };
    for way in [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]] {
        let of: Vec<i32> = (0..60)
            .map(|half| way.map(|w| w * 0.5 * f64::from(half)))
            .map(|[vocals, drums, keys]| rank(choice(&moved(vocals, drums, keys))))
            .collect();
        assert_eq!(of[0], 0, "{way:?}: a good mix is mastered as it is");
        assert!(of.contains(&1), "{way:?}: a stem a little off is turned: {of:?}");
        assert_eq!(of[59], 2, "{way:?}: 30 dB are for the mix");
        assert!(of.is_sorted(), "{way:?}: {of:?}");
    }
}

#[test]
fn two_stems_that_are_off_are_as_grave_as_one_that_is_farther() {
    // as far as each alone is still mended
    let mended = |way: [f64; 3]| {
        let at = |db: &f64| choice(&moved(way[0] * db, way[1] * db, way[2] * db)) != VerdictChoice::BackToMix;
        (1..60).map(|half| 0.5 * f64::from(half)).take_while(at).last().unwrap_or(0.0)
    };
    let (vocals, drums) = (mended([-1.0, 0.0, 0.0]), mended([0.0, 1.0, 0.0]));
    assert!(drums > 6.0 && vocals > 6.0, "{drums} {vocals}");
    assert_eq!(choice(&moved(-vocals, drums, 0.0)), VerdictChoice::BackToMix, "{vocals} and {drums} dB");
}

#[test]
fn faders_that_are_all_wrong_are_told_from_one_that_is() {
    let disorder = moved(-14.0, 14.0, -30.0);
    assert!(is_disorder(&disorder));
    let verdict = verdict(&disorder);
    assert_eq!(verdict.choice, VerdictChoice::BackToMix);
    assert!(
        verdict.for_the_mix.iter().any(|asked| asked.what.contains("set the faders anew")),
        "{verdict:?}"
    );
    for db in [-12.0, -7.0, 0.0, 7.0, 12.0] {
        for song in [moved(db, 0.0, 0.0), moved(0.0, db, 0.0), moved(0.0, 0.0, db)] {
            assert!(!is_disorder(&song), "{db} dB: {:?}", faults(&song.case()));
        }
    }
}
