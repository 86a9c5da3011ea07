//! Deliveries as clients send them: folders in folders, versions, split pairs, and what lies about.

use std::path::PathBuf;

use acetate_files::{Delivery, FileError, scan};
use acetate_model::{Audio, Role, Source};

use crate::help::{Wav, folder_of, names, read_all};

fn mono(value: i16) -> Vec<u8> {
    Wav::new(1, &[value; 500]).bytes()
}

fn stereo(value: i16) -> Vec<u8> {
    Wav::new(2, &[value; 1000]).bytes()
}

fn stems(files: &[(&str, Vec<u8>)]) -> Delivery {
    let (_keep, path) = folder_of(files);
    scan(&[path], None).expect("stems")
}

fn reasons(delivery: &Delivery) -> String {
    delivery.passed_over_lines().join("\n")
}

#[test]
fn folders_in_folders_are_searched_and_tell_names_apart() {
    let delivery = stems(&[
        ("Song/Drums/room.wav", stereo(1)),
        ("Song/Drums/kick.wav", stereo(1)),
        ("Song/Guitar/room.wav", stereo(1)),
        ("Song/Vox/take 7.wav", stereo(1)),
        ("Song/Mix/song.wav", stereo(1)),
    ]);
    assert_eq!(names(&delivery), ["Drums room", "Guitar room", "kick", "song", "take 7"]);
    assert_eq!(delivery.stems[4].role.role, Role::LeadVocal, "by its folder");
    assert_eq!(delivery.stems[3].role.role, Role::Unknown, "no folder makes a mix");
}

#[test]
fn too_deep_and_too_many_end() {
    let deep = "a/".repeat(12) + "kick.wav";
    let delivery = stems(&[("bass.wav", stereo(1)), (&deep, stereo(1))]);
    assert_eq!(names(&delivery), ["bass"]);
    assert!(reasons(&delivery).contains("too deep"));
}

#[test]
#[cfg(unix)]
fn links_in_a_circle_end() {
    let (_keep, path) = folder_of(&[("song/bass.wav", stereo(1))]);
    std::os::unix::fs::symlink(&path, path.join("song/round")).expect("linked");
    std::os::unix::fs::symlink(path.join("nowhere"), path.join("song/lost.wav")).expect("linked");
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!((names(&delivery), delivery.passed_over.len()), (vec!["bass"], 2));
}

#[test]
fn another_version_of_the_same_stems_is_not_added() {
    let files = |folders: &[&str]| {
        let names = folders.iter().flat_map(|f| ["kick", "bass", "vox"].map(|n| format!("{f}/{n}.wav")));
        names.collect::<Vec<_>>()
    };
    let delivery = |names: &[String]| {
        let files: Vec<_> = names.iter().map(|n| (n.as_str(), stereo(1))).collect();
        stems(&files)
    };
    let flat = delivery(&files(&[".", "44k", "old/mixes"]));
    assert_eq!(names(&flat), ["bass", "kick", "vox"]);
    assert!(flat.stems.iter().all(|s| s.file.shown().components().count() < 5), "the outer ones are taken");
    assert_eq!(flat.passed_over.len(), 6);
    assert!(
        reasons(&flat).contains("kick.wav") && reasons(&flat).contains("name this folder"),
        "{}",
        reasons(&flat)
    );

    let mut side_by_side = files(&["v1/Stems", "v2/Stems"]);
    side_by_side.push("v2/Stems/choir.wav".into());
    side_by_side.push("v2/Stems/mix.wav".into());
    let newest = delivery(&side_by_side);
    assert_eq!(names(&newest), ["bass", "choir", "kick", "vox"], "the one with more in it");
    assert_eq!(newest.passed_over.len(), 3);

    let single = delivery(&["48k/song.wav".into(), "96k/song.wav".into()]);
    assert_eq!(single.stems.len(), 1);
    let parts = delivery(&["Drums/room.wav".into(), "Guitar/room.wav".into()]);
    assert_eq!(parts.stems.len(), 2, "one shared name is no version");
}

#[test]
fn what_lies_about_is_named_in_few_lines() {
    let mut files = vec![("kick.wav", stereo(1))];
    for name in ["a.png", "b.jpg", "c.PNG", "d.gif", "e.bmp", ".DS_Store", "__MACOSX/._kick.wav", "s.flp"] {
        files.push((name, b"x".to_vec()));
    }
    let delivery = stems(&files);
    assert_eq!(delivery.passed_over.len(), 8);
    let lines = delivery.passed_over_lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.contains(&"a.png, b.jpg, c.PNG and 2 more: a picture".to_owned()), "{lines:?}");
}

#[test]
fn recordings_of_a_project_are_no_stems() {
    let files = [
        ("S/S.ptx", b"x".to_vec()),
        ("S/Audio Files/take_01.wav", stereo(1)),
        ("S/Audio Files/take_02.wav", stereo(1)),
    ];
    assert_eq!(names(&stems(&files)), ["take_01", "take_02"], "all that was sent");
    let mut files = files.to_vec();
    files.push(("S/Bounced Files/kick.wav", stereo(1)));
    let delivery = stems(&files);
    assert_eq!(names(&delivery), ["kick"]);
    assert!(reasons(&delivery).contains("belongs to a project"), "{}", reasons(&delivery));
}

#[test]
fn split_pairs_become_one_stereo_stem() {
    let delivery = stems(&[
        ("kick.L.wav", mono(100)),
        ("kick.R.wav", mono(200)),
        ("Keys (Left).wav", mono(1)),
        ("Keys (Right).wav", mono(1)),
        ("guitar L.wav", stereo(1)),
        ("guitar R.wav", stereo(1)),
        ("pad_L.wav", mono(1)),
        ("pad_R.wav", stereo(1)),
        ("tom L.wav", mono(1)),
    ]);
    let expected = ["guitar L", "guitar R", "Keys", "kick", "pad_L", "pad_R", "tom L"];
    assert_eq!(names(&delivery), expected);
}

#[test]
fn a_pair_sounds_left_and_right_and_the_shorter_half_is_padded() {
    let (_keep, path) = folder_of(&[
        ("a_L.wav", Wav::new(1, &[8192; 700]).bytes()),
        ("a_R.wav", Wav::new(1, &[-16384; 500]).bytes()),
    ]);
    let delivery = scan(&[path], None).expect("a stem");
    let file = &delivery.stems[0].file;
    let mut reader = file.open().expect("opens");
    let audio = read_all(&mut reader, 99);
    let right: Vec<f32> = (0..700).map(|n| if n < 500 { -0.5 } else { 0.0 }).collect();
    assert_eq!(audio, Audio { rate_hz: 44100, channels: vec![vec![0.25; 700], right] });
    reader.rewind().expect("rewound");
    assert_eq!(read_all(&mut reader, 1 << 14), audio);

    let mut info = reader.info().clone();
    file.identify(&mut info).expect("identified");
    assert_eq!((info.channels, info.frames, info.notes.len()), (2, 700, 0));
    let again = acetate_files::reopen([&info], "elsewhere".as_ref()).expect("found again");
    assert!(again[0].is_unchanged(&info).expect("readable"));
    assert_eq!(read_all(&mut again[0].open().expect("opens"), 512), audio);
    info.part.right.as_mut().expect("two files").sha256.replace_range(..1, "x");
    assert!(!again[0].is_unchanged(&info).expect("readable"));
}

#[test]
fn a_mix_goes_with_folders() {
    let (_keep, path) = folder_of(&[("in/kick.wav", stereo(1)), ("in/mixes/v3.wav", stereo(2))]);
    let mix = path.join("in/mixes/v3.wav");
    let delivery = scan(&[path.join("in")], Some(&mix)).expect("stems");
    assert_eq!(names(&delivery), ["kick"]);
    assert_eq!(delivery.mix.map(|m| m.file.shown()), Some(mix));
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_no_session_can_hold_are_refused_early() {
    use std::os::unix::ffi::OsStrExt;
    let (_keep, path) = folder_of(&[]);
    let name = PathBuf::from(std::ffi::OsStr::from_bytes(b"k\xffck.wav"));
    std::fs::write(path.join(name), stereo(1)).expect("written");
    let error = scan(&[path], None).expect_err("a name without text");
    assert!(matches!(error, FileError::NotText { .. }) && error.to_string().contains("rename"), "{error}");
}
