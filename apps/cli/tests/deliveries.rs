//! Every form of delivery: checked, planned, mastered, and rendered again from its session to the same bytes.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

const RATE_HZ: u32 = 44_100;

/// A 16-bit WAV file with an optional time reference; channel `c` plays `hz · (c + 1)`.
fn wav(channels: u16, seconds: f64, hz: f64, time_reference: Option<u64>) -> Vec<u8> {
    let frames = (f64::from(RATE_HZ) * seconds) as u32;
    let mut body = b"WAVEfmt \x10\0\0\0\x01\0".to_vec();
    body.extend(channels.to_le_bytes());
    body.extend(RATE_HZ.to_le_bytes());
    body.extend((RATE_HZ * u32::from(channels) * 2).to_le_bytes());
    body.extend((channels * 2).to_le_bytes());
    body.extend(16_u16.to_le_bytes());
    if let Some(frames) = time_reference {
        body.extend(b"bext\x5a\x02\0\0");
        body.extend([0; 338]);
        body.extend(frames.to_le_bytes());
        body.extend([0; 256]);
    }
    body.extend(b"data");
    body.extend((frames * u32::from(channels) * 2).to_le_bytes());
    for n in 0..frames {
        for c in 0..channels {
            let t = f64::from(n) / f64::from(RATE_HZ);
            body.extend(
                ((9000.0 * (1.0 - (t * 2.0) % 1.0) * sine(hz * f64::from(c + 1) * t)) as i16).to_le_bytes(),
            );
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    file
}

#[allow(clippy::disallowed_methods)] // test signals need no fixed bits
fn sine(cycles: f64) -> f64 {
    (std::f64::consts::TAU * cycles).sin()
}

fn stereo(hz: f64) -> Vec<u8> {
    wav(2, 3.0, hz, None)
}

struct Case(TempDir);

impl Case {
    fn of(files: &[(&str, Vec<u8>)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(cargo_bin("acetate")).args(args).current_dir(self.0.path()).output().unwrap()
    }

    /// What is said, with this exit code.
    #[track_caller]
    fn says(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        let text = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
        assert_eq!(ran.status.code(), Some(code), "{args:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
        text
    }

    /// Masters a delivery, renders its session again, and compares; the names of its stems.
    #[track_caller]
    fn goes_through(&self, delivery: &str) -> (Vec<String>, Value) {
        let files = |folder: &Path| fs::read_dir(folder).unwrap().count();
        let before = files(self.at(delivery).parent().unwrap());
        self.says(0, &["check", delivery]);
        let count = files(self.at(delivery).parent().unwrap());
        assert_eq!(count, before, "nothing is left beside the delivery");
        self.says(0, &["plan", delivery, "-o", "session.json", "--quiet"]);
        self.says(0, &["master", delivery, "-o", "one", "--quiet"]);
        self.says(0, &["render", "session.json", "-o", "two", "--quiet"]);
        self.says(0, &["render", "one/session.json", "-o", "three", "--quiet"]);
        let master = fs::read(self.at("one/master.wav")).unwrap();
        for folder in ["two", "three"] {
            assert!(fs::read(self.at(folder).join("master.wav")).unwrap() == master, "{folder} differs");
            assert_eq!(files(&self.at(folder)), 6, "nothing else is left");
        }
        let session: Value =
            serde_json::from_str(&fs::read_to_string(self.at("session.json")).unwrap()).unwrap();
        let stems = session["stems"].as_array().unwrap();
        let names = stems.iter().map(|s| s["name"].as_str().unwrap().to_owned()).collect();
        (names, session)
    }
}

fn pack(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn folders_in_a_folder() {
    let case = Case::of(&[
        ("song/Drums/kick.wav", stereo(60.0)),
        ("song/Keys/pad.wav", stereo(300.0)),
        ("song/Song.als", b"project".to_vec()),
        ("song/cover.png", b"picture".to_vec()),
    ]);
    assert_eq!(case.goes_through("song").0, ["kick", "pad"]);
    let said = case.says(0, &["check", "song"]);
    assert!(said.contains("Song.als: a project") && said.contains("cover.png: a picture"), "{said}");
}

#[test]
fn an_archive() {
    let mono = |hz| wav(1, 3.0, hz, None);
    let zip = pack(&[
        ("Song/kick.wav", stereo(60.0)),
        ("Song/pad_L.wav", mono(300.0)),
        ("Song/pad_R.wav", mono(310.0)),
        ("__MACOSX/Song/._kick.wav", b"fork".to_vec()),
    ]);
    let case = Case::of(&[("in/song.zip", zip)]);
    let (names, session) = case.goes_through("in/song.zip");
    assert_eq!(names, ["kick", "pad"]);
    let part = &session["stems"][1]["source"]["part"];
    assert_eq!(part["entry"], "Song/pad_L.wav");
    assert_eq!(part["right"]["path"], "Song/pad_R.wav");
    // a session opens beside its archive, wherever both were moved to
    fs::create_dir(case.at("moved")).unwrap();
    fs::rename(case.at("in/song.zip"), case.at("moved/song.zip")).unwrap();
    fs::copy(case.at("session.json"), case.at("moved/session.json")).unwrap();
    case.says(0, &["render", "moved/session.json", "-o", "four", "--quiet"]);
    fs::write(case.at("moved/song.zip"), pack(&[("Song/kick.wav", stereo(61.0))])).unwrap();
    let said = case.says(2, &["render", "moved/session.json", "-o", "five"]);
    assert!(said.contains("pad_L.wav") && !case.at("five").exists(), "{said}");
}

#[test]
fn channel_pairs() {
    let case = Case::of(&[("in/song.wav", wav(5, 3.0, 100.0, None))]);
    let (names, session) = case.goes_through("in/song.wav");
    assert_eq!(names, ["song 1-2", "song 3-4", "song 5"]);
    assert_eq!(session["stems"][1]["source"]["part"]["channels"], serde_json::json!([3, 4]));
    let report = fs::read_to_string(case.at("one/report.md")).unwrap();
    assert!(report.contains("channels 3 and 4"), "{report}");
}

#[test]
fn two_mono_files() {
    let case = Case::of(&[
        ("in/kick (L).wav", wav(1, 3.0, 60.0, None)),
        ("in/kick (R).wav", wav(1, 2.5, 61.0, None)),
    ]);
    let (names, session) = case.goes_through("in");
    assert_eq!(names, ["kick"]);
    fs::write(case.at("in/kick (R).wav"), wav(1, 2.5, 62.0, None)).unwrap();
    assert_eq!(session["stems"][0]["source"]["frames"], 3 * RATE_HZ);
    let said = case.says(2, &["render", "session.json", "-o", "four"]);
    assert!(said.contains("kick") && said.contains("SHA-256"), "{said}");
}

#[test]
fn different_starts() {
    let at = |seconds| Some(36_000 * u64::from(RATE_HZ) + seconds * u64::from(RATE_HZ));
    let case =
        Case::of(&[("in/drums.wav", wav(2, 5.0, 60.0, at(0))), ("in/vox.wav", wav(2, 2.0, 300.0, at(2)))]);
    let (names, session) = case.goes_through("in");
    assert_eq!(names, ["drums", "vox"]);
    assert_eq!(session["stems"][1]["source"]["part"]["start_frames"], 2 * RATE_HZ);
    let said = case.says(0, &["check", "in"]);
    assert!(said.contains("Begins 2.00 s into the song"), "{said}");
    let late = fs::read_to_string(case.at("session.json")).unwrap();
    let late = late.replace(&format!("\"start_frames\": {}", 2 * RATE_HZ), "\"start_frames\": 999999999999");
    fs::write(case.at("late.json"), late).unwrap();
    let said = case.says(2, &["render", "late.json", "-o", "four"]);
    assert!(said.contains("start_frames: expected 0 to"), "{said}");
}

#[test]
fn stems_for_dj_software() {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/files/tests/fixture/alac.stem.mp4");
    let case = Case::of(&[("in/song.stem.mp4", fs::read(fixture).unwrap())]);
    let session: Value =
        serde_json::from_str(&case.says(0, &["analyse", "in/song.stem.mp4", "--json"])).unwrap();
    let tracks: Vec<_> =
        session["stems"].as_array().unwrap().iter().map(|s| &s["source"]["part"]["track"]).collect();
    assert_eq!(tracks, [3, 2, 4, 5]);
    assert_eq!(session["mix"]["source"]["part"]["track"], 1);
}

#[test]
fn hostile_archives_say_what_is_wrong() {
    let mut cut = pack(&[("kick.wav", stereo(60.0))]);
    cut.truncate(cut.len() / 2);
    let mut zeros = wav(2, 1.0, 60.0, None);
    zeros.resize(60 << 20, 0);
    let case = Case::of(&[
        ("cut.zip", cut),
        ("bomb.zip", pack(&[("kick.wav", zeros)])),
        ("nothing.zip", pack(&[("cover.png", b"png".to_vec()), ("more.zip", pack(&[]))])),
    ]);
    for (name, word) in [("cut.zip", "cut off"), ("bomb.zip", "unpacks to"), ("nothing.zip", "no audio")] {
        let said = case.says(2, &["master", name, "-o", "out"]);
        assert!(said.contains(name) && said.contains(word), "{said}");
        assert!(!case.at("out").exists(), "{name} left something");
    }
}
