//! Faults of a stem's tone: where they are looked for, and where they are left alone.

mod fixture;

use acetate_advisors::faults;
use acetate_model::{Brief, Case, Fault, Mode, Place, Quantity, Stage};
use fixture::Fixture;

fn found(song: &Fixture) -> Vec<Fault> {
    let Fixture { brief, stems, readings, findings } = song;
    faults(&Case { stage: Stage::Input, brief, stems, readings, findings })
}

fn moves(song: &Fixture) -> Vec<String> {
    song.plan().into_iter().map(|m| m.id).filter(|id| id != "master/limiter").collect()
}

#[test]
fn a_resonance_is_cut_where_it_is_and_told_to_the_mix() {
    let song = Fixture::good().rings("drums", 2800.0, 9.0);
    let settings = song.settings("stem/drums/resonance");
    let band = &settings["bands"][0];
    assert!((band["freq_hz"].as_f64().unwrap() / 2800.0 - 1.0).abs() < 0.01, "{band}");
    assert_eq!(band["gain_db"], -6.0);
    let [fault] = &found(&song)[..] else { panic!("one fault") };
    assert!(fault.severity > 1.0 && !fault.beyond);
    assert!(fault.remedy.contains("9 dB") && fault.remedy.contains("drums"), "{}", fault.remedy);
    assert!(found(&Fixture::good().rings("drums", 2800.0, 18.0))[0].beyond);
}

#[test]
fn a_promise_kept_leaves_no_fault() {
    let song = Fixture::good().rings("drums", 2800.0, 9.0);
    let promise = song
        .plan()
        .into_iter()
        .find_map(|m| m.promises.first().cloned().filter(|p| p.quantity == Quantity::Resonance));
    let left = promise.expect("a promise about the resonance").within[1];
    assert!(found(&song.scalar(&Place::stem("drums"), Quantity::Resonance, left)).is_empty());
}

#[test]
fn the_s_of_other_stems_is_meant() {
    assert!(moves(&Fixture::good().scalar(&Place::stem("drums"), Quantity::SibilantLevel, 6.0)).is_empty());
    let sharp = Fixture::good().scalar(&Place::stem("vocals"), Quantity::SibilantLevel, 6.0);
    assert_eq!(moves(&sharp), ["stem/vocals/sibilance"]);
}

#[test]
fn a_stem_whose_role_is_not_sure_may_sound_like_anything() {
    let mut song = Fixture::good().stem_tone("vocals", |hz| if hz > 3000.0 { 20.0 } else { 0.0 });
    assert_eq!(moves(&song), ["stem/vocals/stem_tone"]);
    song.stems.iter_mut().for_each(|stem| stem.confidence = 0.5);
    assert!(moves(&song).is_empty());
}

#[test]
fn where_stems_may_not_be_touched_nothing_is_taken_from_the_others() {
    let stereo = |song: Fixture| Fixture { brief: Brief { mode: Mode::Stereo, ..Brief::default() }, ..song };
    let spoilt = Fixture::good()
        .rings("drums", 2800.0, 12.0)
        .stem_tone("vocals", |hz| if hz > 3000.0 { 20.0 } else { 0.0 })
        .scalar(&Place::stem("vocals"), Quantity::SibilantLevel, 6.0);
    // without cells it is not known whose the band is
    assert!(moves(&stereo(spoilt)).is_empty());
}
