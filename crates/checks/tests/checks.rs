//! For each check a fixture that fires it and a near miss that does not; and laws over the list.

mod fixture;

use acetate_checks::CHECKS;
use acetate_model::{Finding, Place, Quantity, Severity, SourceNote, Value};
use fixture::{Fixture, keys, mix, spectrum};

use Quantity::{
    Balance, ClippedAt, ClippedRuns, Correlation, Dc, Integrated, LowCorrelation, PeakToLoudness, SamplePeak,
    SideToMid, Spectrum, TruePeak,
};

const MASTER: Place = Place::Master;

#[test]
fn an_ordinary_delivery_and_its_master_are_clean() {
    Fixture::clean().assert_quiet();
    Fixture::clean().mastered().assert_quiet();
}

#[test]
fn nothing_is_said_without_readings() {
    let mut unread = Fixture::clean();
    unread.readings.0.clear();
    unread.assert_quiet();
}

#[test]
fn silence() {
    let one = Fixture::clean().silenced(&keys()).only("silence");
    assert_eq!((one[0].severity, &one[0].at), (Severity::Warning, &keys()));
    assert_eq!(Fixture::clean().scalar(&keys(), SamplePeak, -84.0).only("silence")[0].at, keys());
    Fixture::clean().scalar(&keys(), SamplePeak, -79.0).reads(&keys(), Integrated, short()).assert_quiet();
}

#[test]
fn silence_of_everything_is_one_error() {
    let mut all = Fixture::clean().silenced(&MASTER).silenced(&mix());
    for name in ["drums", "bass", "keys", "vocals"] {
        all = all.silenced(&Place::stem(name));
    }
    let findings = all.only("silence");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(all.mastered().only("silence")[0].at, MASTER);
}

#[test]
fn too_short() {
    let of_length = |frames| {
        Fixture::clean().scalar(&MASTER, Quantity::Length, frames).scalar(&MASTER, Quantity::Rate, 48_000.0)
    };
    assert_eq!(of_length(19_199.0).only("too_short")[0].severity, Severity::Error);
    of_length(19_200.0).assert_quiet();
}

#[test]
fn too_quiet() {
    let unheard = Value::Undefined("below the gate".into());
    let found = Fixture::clean().reads(&MASTER, Integrated, unheard.clone()).only("too_quiet");
    assert_eq!(found[0].severity, Severity::Error);
    let click = Fixture::clean().reads(&MASTER, Integrated, unheard);
    let click = click.scalar(&MASTER, Quantity::Length, 100.0).scalar(&MASTER, Quantity::Rate, 48_000.0);
    click.only("too_short");
    let audible = Fixture::clean().scalar(&MASTER, Integrated, -69.0).findings();
    assert!(audible.iter().all(|f| f.code != "too_quiet"));
}

#[test]
fn broken_samples() {
    let found = Fixture::clean().note(SourceNote::NonFinite { samples: 17 }).only("broken_samples");
    assert_eq!(found[0].evidence[0].value, 17.0);
    Fixture::clean().note(SourceNote::Damaged { what: "bad frame".into() }).only("broken_samples");
    Fixture::clean().note(SourceNote::NonFinite { samples: 17 }).mastered().assert_quiet();
}

#[test]
fn truncated() {
    let found =
        Fixture::clean().note(SourceNote::Truncated { expected: 480_000, found: 1000 }).only("truncated");
    assert_eq!(found[0].evidence[0].usual, Some([480_000.0; 2]));
    Fixture::clean().note(SourceNote::Truncated { expected: 480_000, found: 1000 }).mastered().assert_quiet();
}

#[test]
fn misnamed() {
    let found = Fixture::clean().note(SourceNote::Misnamed { really: "MP3".into() }).only("misnamed");
    assert!(found[0].text.contains("MP3"));
}

#[test]
fn rates() {
    for own_hz in [44_100, 96_000] {
        let mut odd = Fixture::clean();
        odd.stems[2].source.rate_hz = own_hz;
        let found = odd.only("rates");
        assert_eq!((found.len(), &found[0].at, found[0].severity), (1, &keys(), Severity::Note));
        assert_eq!(found[0].evidence[0].usual, Some([48_000.0; 2]));
    }
}

#[test]
fn lengths() {
    let found = Fixture::clean().note(SourceNote::Padded { frames: 24000 }).only("lengths");
    assert_eq!(found[0].when_ms, [[10_000.0, 10_500.0]]);
    assert!(found[0].text.contains("0.50 s"), "{}", found[0].text);
}

#[test]
fn lengths_of_a_resampled_stem_are_told_at_the_session_rate() {
    let resampled = Fixture::clean().note(SourceNote::Resampled { to_hz: 96000 });
    let findings = resampled.note(SourceNote::Padded { frames: 48000 }).findings();
    let lengths = findings.iter().find(|f| f.code == "lengths").expect("padded");
    assert_eq!(lengths.when_ms, [[10_000.0, 10_500.0]]);
    assert_eq!(lengths.evidence[0].usual, Some([1_008_000.0; 2]));
}

#[test]
fn starts() {
    let found = Fixture::clean().note(SourceNote::StartsAt { frames: 24000 }).only("starts");
    assert_eq!((found[0].severity, found[0].when_ms.clone()), (Severity::Note, vec![[0.0, 500.0]]));
    assert!(found[0].text.contains("0.50 s"), "{}", found[0].text);
    let ignored = SourceNote::StartIgnored { frames: 48000, why: "of a reason".into() };
    let found = Fixture::clean().note(ignored.clone()).only("starts");
    assert!(found[0].text.contains("1.00 s") && found[0].text.contains("of a reason"), "{}", found[0].text);
    Fixture::clean().note(ignored).mastered().assert_quiet();
}

#[test]
fn mono() {
    Fixture::clean().note(SourceNote::MonoToStereo).only("mono");
    Fixture::clean().scalar(&keys(), SideToMid, -144.0).only("mono");
    let no_side = Fixture::clean().reads(&keys(), SideToMid, Value::Undefined("no side".into()));
    no_side.scalar(&keys(), Correlation, 1.0).only("mono");
    Fixture::clean().scalar(&keys(), SideToMid, -59.0).assert_quiet();
    Fixture::clean().scalar(&Place::stem("bass"), SideToMid, -144.0).assert_quiet();
}

#[test]
fn dead_channel() {
    let right = Fixture::clean().scalar(&keys(), Balance, 41.0).only("dead_channel");
    assert!(right[0].text.starts_with("The right"), "{}", right[0].text);
    Fixture::clean()
        .reads(&keys(), Balance, Value::Undefined("one channel is silent".into()))
        .only("dead_channel");
    Fixture::clean().scalar(&keys(), Balance, -39.0).assert_quiet();
}

#[test]
fn clipping() {
    let at = |values: &[f32]| Value::Timeline {
        start_ms: 0.0,
        hop_ms: 100.0,
        values: values.iter().map(|&v| Some(v)).collect(),
    };
    let clipped = Fixture::clean().scalar(&keys(), ClippedRuns, 4.0).scalar(&keys(), SamplePeak, 0.0);
    let found = clipped.reads(&keys(), ClippedAt, at(&[0.0, 1.0, 2.0, 0.0, 1.0])).only("clipping");
    assert_eq!(found[0].when_ms, [[100.0, 300.0], [400.0, 500.0]]);
    assert!(found[0].text.starts_with("4 places"), "{}", found[0].text);
    Fixture::clean().scalar(&keys(), SamplePeak, 0.0).assert_quiet();
}

#[test]
fn clipping_of_the_sum_counts_only_after_mastering() {
    let clipped = Fixture::clean().scalar(&MASTER, ClippedRuns, 1.0);
    clipped.assert_quiet();
    clipped.mastered().only("clipping");
}

#[test]
fn dc() {
    assert_eq!(Fixture::clean().scalar(&keys(), Dc, -59.0).only("dc")[0].severity, Severity::Note);
    assert_eq!(Fixture::clean().scalar(&keys(), Dc, -14.0).only("dc")[0].severity, Severity::Warning);
    Fixture::clean().scalar(&keys(), Dc, -61.0).assert_quiet();
}

#[test]
fn out_of_phase() {
    Fixture::clean().scalar(&MASTER, Correlation, -0.21).only("out_of_phase");
    Fixture::clean().scalar(&MASTER, Correlation, -0.19).assert_quiet();
}

#[test]
fn bass_phase() {
    let turned = |db: fn(f64) -> f64| {
        Fixture::clean().scalar(&keys(), LowCorrelation, -0.3).reads(&keys(), Spectrum, spectrum(db))
    };
    turned(|_| -20.0).only("bass_phase");
    turned(|hz| if hz < 120.0 { -50.0 } else { -20.0 }).assert_quiet();
    Fixture::clean().scalar(&keys(), LowCorrelation, -0.19).assert_quiet();
}

#[test]
fn already_mastered() {
    let limited = |lufs, plr, dbtp| {
        let loud = Fixture::clean().scalar(&MASTER, Integrated, lufs).scalar(&mix(), Integrated, lufs);
        loud.scalar(&MASTER, PeakToLoudness, plr).scalar(&MASTER, TruePeak, dbtp)
    };
    let found = |fixture: Fixture| fixture.findings().into_iter().find(|f| f.code == "already_mastered");
    assert_eq!(found(limited(-8.0, 7.8, -0.2)).map(|f| f.evidence.len()), Some(3));
    assert_eq!(found(limited(-12.1, 7.8, -0.2)), None);
    assert_eq!(found(limited(-8.0, 8.1, -0.2)), None);
    assert_eq!(found(limited(-8.0, 7.0, -1.0)), None);
    assert_eq!(found(limited(-8.0, 7.0, -0.2).mastered()), None);
}

#[test]
fn too_many_stems() {
    let mut many = Fixture::clean();
    (5..=12).for_each(|n| many.add_stem(&format!("track {n}")));
    many.assert_quiet();
    many.add_stem("track 13");
    many.only("too_many_stems");
}

#[test]
fn the_worst_comes_first_and_the_order_is_stable() {
    let spoilt = Fixture::clean()
        .note(SourceNote::MonoToStereo)
        .scalar(&MASTER, Correlation, -0.5)
        .silenced(&Place::stem("vocals"))
        .scalar(&Place::stem("drums"), ClippedRuns, 2.0);
    let findings = spoilt.findings();
    let order: Vec<_> = findings.iter().map(|f| (f.code.as_str(), f.at.to_string())).collect();
    let expected = [
        ("clipping", "stem/drums"),
        ("silence", "stem/vocals"),
        ("out_of_phase", "master"),
        ("mono", "stem/keys"),
    ];
    assert_eq!(order, expected.map(|(code, at)| (code, at.to_owned())));
}

#[test]
fn every_check_is_told_of_and_codes_are_unique() {
    for (n, check) in CHECKS.iter().enumerate() {
        assert!(check.about.len() > 80, "{} says too little of itself", check.code);
        assert!(CHECKS[..n].iter().all(|c| c.code != check.code), "{} twice", check.code);
    }
}

#[test]
fn every_number_of_a_text_stands_in_the_evidence() {
    let mut spoilt = Fixture::clean()
        .note(SourceNote::Resampled { to_hz: 96000 })
        .note(SourceNote::Truncated { expected: 480_123, found: 1000 })
        .note(SourceNote::NonFinite { samples: 17 })
        .note(SourceNote::Padded { frames: 4321 })
        .scalar(&keys(), ClippedRuns, 7.0)
        .scalar(&keys(), Balance, -55.5)
        .scalar(&keys(), Dc, -33.3)
        .scalar(&keys(), LowCorrelation, -0.44)
        .scalar(&MASTER, Correlation, -0.66)
        .scalar(&MASTER, Integrated, -7.7)
        .scalar(&MASTER, TruePeak, 1.23)
        .scalar(&MASTER, SamplePeak, 1.11)
        .scalar(&MASTER, PeakToLoudness, 7.0);
    spoilt.stems[2].source.rate_hz = 44_100;
    let findings = spoilt.findings();
    assert!(findings.len() >= 10, "{findings:#?}");
    for finding in &findings {
        assert!(!finding.hint.is_empty(), "{} shows no way out", finding.code);
        for (number, digits) in numbers(&finding.text) {
            let close =
                |v: &f64| (v.abs() - number).abs() <= 0.5 * libm::pow(10.0, -f64::from(digits)) + 1e-9;
            assert!(told(finding).iter().any(close), "{number} of {:?} is not in {finding:#?}", finding.text);
        }
    }
}

/// All numbers behind a finding; durations in seconds too.
fn told(finding: &Finding) -> Vec<f64> {
    let of =
        |e: &acetate_model::Evidence| [Some(e.value), e.at_hz, e.usual.map(|u| u[0]), e.usual.map(|u| u[1])];
    let values = finding.evidence.iter().flat_map(of).flatten();
    let durations = finding.when_ms.iter().map(|[from, to]| (to - from) / 1000.0);
    values.chain(durations).collect()
}

/// The numbers in a text, without sign, each with its digits after the point.
fn numbers(text: &str) -> Vec<(f64, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter_map(|word| {
            let digits = word.split_once('.').map_or(0, |(_, after)| after.len() as u32);
            Some((word.parse().ok()?, digits))
        })
        .collect()
}

fn short() -> Value {
    Value::Undefined("shorter than 400 ms".into())
}
