//! What becomes of a delivery, and what is written to the client.

use std::path::Path;

use acetate_files::{WavBits, WavSpec, WavWriter};
use acetate_mastering::model::{Audio, Brief, Decision, Session};
use acetate_mastering::{Options, Silent, analyse, check, demo, letter, scan, stems_guide};
use tempfile::TempDir;

fn write(folder: &Path, name: &str, audio: &Audio) {
    let spec = WavSpec { rate_hz: audio.rate_hz, channels: audio.channels.len(), bits: WavBits::Int24 };
    let mut writer = WavWriter::create(&folder.join(format!("{name}.wav")), spec).expect("a file begins");
    writer.write(audio).expect("a file grows");
    writer.finish().and_then(acetate_files::FinishedFile::persist).expect("a file ends");
}

/// The demo song with one stem changed, as it is found.
fn checked(spoil: impl Fn(&str, &mut Audio)) -> Session {
    let folder = TempDir::new().expect("a folder");
    for (name, mut audio) in demo::compose(48000) {
        spoil(&name, &mut audio);
        write(folder.path(), &name, &audio);
    }
    let delivery = scan(&[folder.path().to_owned()], None).expect("stems are found");
    let brief = Brief { title: Some("Spare Time".into()), ..Brief::default() };
    let mut session = analyse(&delivery, &brief, &Options::default(), &Silent).expect("it is read");
    check(&mut session);
    session
}

fn decision(session: &Session) -> Decision {
    session.acceptance.as_ref().expect("it was checked").decision
}

/// A letter is for a person who has never seen this program.
fn readable(session: &Session) -> String {
    let text = letter(session);
    assert!(text.starts_with("Subject: ") && text.contains("Spare Time"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 90), "{text}");
    assert!(!text.contains("--") && !text.contains("stem/"), "{text}");
    text
}

#[test]
fn a_fine_delivery_is_thanked_for() {
    let session = checked(|_, _| {});
    assert!(matches!(decision(&session), Decision::Accepted | Decision::AcceptedWithNotes), "{session:?}");
    let text = readable(&session);
    assert!(text.contains("are fine") && !text.contains("Please send again"), "{text}");
}

#[test]
fn a_short_stem_is_repaired_and_told() {
    let session = checked(|name, audio| {
        if name == "bass" {
            audio.resize(audio.frames() - 24_000);
        }
    });
    assert_eq!(decision(&session), Decision::Repaired);
    assert!(readable(&session).contains("bass: 0.50 s of silence added at its end"));
}

#[test]
fn a_clipped_stem_is_asked_about_with_times() {
    let session = checked(|name, audio| {
        if name == "keys" {
            let peak = audio.channels.iter().flatten().fold(0.0f32, |peak, s| s.abs().max(peak));
            audio.channels.iter_mut().flatten().for_each(|s| *s = (*s * 2.0 / peak).clamp(-1.0, 1.0));
        }
    });
    let text = readable(&session);
    assert!(text.contains("1. keys: ") && text.contains("clipped") && text.contains("(at 0:"), "{text}");
}

#[test]
fn silence_is_rejected_with_what_to_send() {
    let session = checked(|_, audio| audio.channels.iter_mut().flatten().for_each(|s| *s = 0.0));
    assert_eq!(decision(&session), Decision::Rejected);
    let text = readable(&session);
    assert!(text.contains("Please send again") && text.contains("same start"), "{text}");
}

#[test]
fn the_guide_says_how_to_export_and_how_to_prove_it() {
    let guide = stems_guide();
    for said in ["limiter", "same start", "24 bit", "Head room", "normalising", "polarity", "01 Drums.wav"] {
        assert!(guide.to_lowercase().contains(&said.to_lowercase()), "{said}");
    }
}
