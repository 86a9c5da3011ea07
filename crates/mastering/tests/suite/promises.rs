//! Every song comes out as loud as promised and under its ceiling, by other meters than our own too.

use std::path::Path;

use crate::common::{by_ebur128, by_long_sinc, deliverable, demo_stems, master_folder, read, songs};
use acetate_mastering::model::{Brief, Intent, Place, Quantity};
use acetate_mastering::{Options, Silent};

const LOUDNESS_LU: f64 = 0.05;

fn holds(stems: &Path, brief: &Brief) {
    let out = tempfile::tempdir().unwrap();
    let session = master_folder(stems, brief, out.path(), &Options::default());
    let outcome = session.outcome.as_ref().expect("an outcome");
    let longest = session.stems.iter().map(|s| (s.source.frames, s.source.rate_hz)).max().unwrap();
    let ceiling = brief.ceiling_dbtp.0;
    for file in &outcome.deliverables {
        let name = format!("{} {}", stems.display(), file.file);
        let audio = read(&out.path().join(&file.file));
        let (loudness, peak_4x) = by_ebur128(&audio);
        let miss = loudness - brief.target().0;
        assert!(
            miss.abs() <= LOUDNESS_LU || (outcome.gave_way.len() == 1 && miss < 0.0),
            "{name}: {loudness:.3} LUFS, asked {}, {:?}",
            brief.target(),
            outcome.gave_way
        );
        assert!(peak_4x <= ceiling, "{name}: {peak_4x:.4} dBTP at 4×");
        let peak_16x = file.promises.iter().find(|k| k.promise.quantity == Quantity::TruePeak).unwrap();
        assert!(peak_16x.measured.unwrap() <= ceiling, "{name}: {:?} at 16×", peak_16x.measured);
        let peak_32x = by_long_sinc(&audio);
        assert!(peak_32x <= ceiling + 0.02, "{name}: {peak_32x:.4} dBTP at 32×");
        assert_eq!(audio.frames() as u64, file.frames, "{name}");
        if session.stems.iter().all(|s| s.source.rate_hz == file.rate_hz) {
            assert_eq!(file.frames, longest.0, "{name}: as long as the longest stem");
        }
        for kept in file.promises.iter().filter(|k| k.promise.quantity != Quantity::Integrated) {
            assert!(kept.kept, "{name}: {kept:?}");
        }
        println!("{name}: {loudness:.2} LUFS, {peak_4x:.3} / {peak_32x:.3} dBTP at 4× / 32×");
    }
}

#[test]
fn the_demo_at_every_intent() {
    let folder = tempfile::tempdir().unwrap();
    let stems = demo_stems(folder.path());
    for intent in Intent::ALL {
        holds(&stems, &Brief { intent, ..Brief::default() });
    }
}

/// One word changed in the session, and the loop turns the drive of the whole.
#[test]
fn a_maximizer_lands_like_a_limiter() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stems = demo_stems(folder.path());
    let brief = Brief { intent: Intent::Loud, ..Brief::default() };
    let mut session = master_folder(&stems, &brief, out.path(), &Options::default());
    let limiter = session.plan.iter_mut().find(|m| m.process.kind == "limiter").expect("a limiter");
    limiter.process.kind = "maximizer".into();
    let again = tempfile::tempdir().unwrap();
    session.outcome = None;
    acetate_mastering::render(
        &mut session,
        again.path(),
        &Options { force: true, ..Options::default() },
        &Silent,
    )
    .expect("it is rendered");
    let outcome = session.outcome.expect("an outcome");
    let (loudness, peak) = by_ebur128(&read(&again.path().join(&outcome.deliverables[0].file)));
    println!("{loudness:.3} LUFS, {peak:.3} dBTP, {:?}", outcome.gave_way);
    assert!((loudness - brief.target().0).abs() <= LOUDNESS_LU || outcome.gave_way.len() == 1, "{loudness}");
    assert!(peak <= brief.ceiling_dbtp.0, "{peak}");
}

#[test]
fn every_song_as_streaming() {
    for song in songs() {
        holds(&song, &Brief::default());
    }
}

#[test]
fn every_song_as_club() {
    for song in songs() {
        holds(&song, &Brief { intent: Intent::Club, ..Brief::default() });
    }
}

#[test]
fn a_ceiling_by_hand_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let stems = demo_stems(folder.path());
    let out = tempfile::tempdir().unwrap();
    let mut brief = Brief { intent: Intent::Loud, ..Brief::default() };
    brief.set.insert("master/limiter.ceiling_dbtp".into(), (-3.0).into());
    let session = master_folder(&stems, &brief, out.path(), &Options::default());
    let (_, peak) = by_ebur128(&read(&out.path().join("master.wav")));
    assert!(peak <= -3.0 && peak > -3.2, "{peak}");
    let kept = &deliverable(&session, "master.wav").promises;
    let promise = kept.iter().find(|k| k.promise.quantity == Quantity::TruePeak).unwrap();
    assert_eq!(promise.promise.within[1], -3.0);
    assert_eq!(promise.promise.of, Place::Master);
}
