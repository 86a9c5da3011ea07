//! From what was sent to stems and a mix.

use std::{fs, path::PathBuf};

use acetate_files::{Delivery, FileError, scan};
use acetate_model::Role;
use tempfile::{TempDir, tempdir};

/// A folder of files that hold just enough to be taken for what they are.
fn folder(names: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempdir().expect("a folder");
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        let audio = ["wav", "flac"].iter().any(|e| name.ends_with(e)) || !name.contains('.');
        fs::write(path, if audio { &b"RIFF\0\0\0\0WAVE"[..] } else { b"hello" }).expect("written");
    }
    let path = folder.path().to_owned();
    (folder, path)
}

fn names(delivery: &Delivery) -> Vec<&str> {
    delivery.stems.iter().map(|s| s.name.as_str()).collect()
}

#[test]
fn a_folder_gives_stems_in_order_the_mix_and_the_rest() {
    let (_keep, path) = folder(&[
        "Track 10.wav",
        "track 2.wav",
        "drums.wav",
        "Drums.flac",
        "MIX.wav",
        "mixdown.wav",
        "notes.txt",
        ".hidden.wav",
        "__MACOSX/drums.wav",
        "song.als",
        "noextension",
        "vox lead 😀.wav",
        "clip.mov",
        "broken.opus",
    ]);
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!(
        names(&delivery),
        ["broken", "Drums", "drums-2", "noextension", "track 2", "Track 10", "vox lead 😀"]
    );
    assert_eq!(delivery.mix.as_ref().map(|m| m.name.as_str()), Some("MIX"));
    assert_eq!(delivery.stems[6].role.role, Role::LeadVocal);
    let passed: Vec<_> = delivery
        .passed_over
        .iter()
        .map(|p| (p.path.file_name().expect("a name").to_str().expect("text"), p.reason.as_str()))
        .collect();
    for (name, word) in [
        (".hidden.wav", "hidden"),
        ("__MACOSX", "folder"),
        ("notes.txt", "text"),
        ("song.als", "project"),
        ("clip.mov", "video"),
        ("mixdown.wav", "mix"),
    ] {
        assert!(passed.iter().any(|(n, reason)| *n == name && reason.contains(word)), "{name}: {passed:?}");
    }
    assert_eq!(passed.len(), 6);
}

#[test]
fn a_single_file_is_the_song_whatever_its_name() {
    let (_keep, path) = folder(&["mix.wav"]);
    let delivery = scan(&[path.join("mix.wav")], None).expect("a stem");
    assert_eq!((names(&delivery), &delivery.mix), (vec!["mix"], &None));
}

#[test]
fn a_mix_that_is_named_is_no_stem() {
    let (_keep, path) = folder(&["a.wav", "b.wav", "ref.wav", "mix.wav"]);
    let mix = path.join("ref.wav");
    let delivery = scan(std::slice::from_ref(&path), Some(&mix)).expect("stems");
    assert_eq!(names(&delivery), ["a", "b"]);
    assert_eq!(delivery.mix.map(|m| m.file.shown()), Some(mix));
    assert_eq!(delivery.passed_over.len(), 1);
}

#[test]
fn names_fit_a_place_in_a_session() {
    let (_keep, path) = folder(&["a=b.wav", "c\\d.wav", " e .wav"]);
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!(names(&delivery), ["e", "a_b", "c_d"]);
}

#[test]
fn two_hundred_stems_are_no_trouble() {
    let files: Vec<String> = (1..=200).map(|n| format!("{n} part.wav")).collect();
    let (_keep, path) = folder(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let delivery = scan(&[path], None).expect("stems");
    let expected: Vec<String> = (1..=200).map(|n| format!("{n} part")).collect();
    assert_eq!(names(&delivery), expected);
}

#[test]
fn what_cannot_be_mastered_is_said_with_names() {
    let (_keep, path) = folder(&["notes.txt", "sub/cover.png"]);
    let text = |inputs: &[PathBuf]| scan(inputs, None).expect_err("no stems").to_string();
    let message = text(std::slice::from_ref(&path));
    assert!(
        message.contains("`notes.txt`, `cover.png`") && message.contains("put the stems into it"),
        "{message}"
    );
    let message = text(&[path.join("nothing")]);
    assert!(message.contains("nothing") && message.contains("no such file or folder"), "{message}");
    let empty = tempdir().expect("a folder");
    assert!(text(&[empty.path().to_owned()]).contains("it is empty"));
    assert!(matches!(scan(&[], None), Err(FileError::NoInput)));
    let twice = path.join("notes.txt");
    assert!(matches!(scan(&[twice.clone(), twice], None), Err(FileError::Twice { .. })));
}
