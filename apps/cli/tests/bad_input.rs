//! Briefs and sessions that cannot be used: the message says where, what was expected, and the way out.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What the program says, which has to be an error.
#[track_caller]
fn refused(args: &[&str], at: &Path) -> String {
    let ran = Command::new(cargo_bin("acetate")).args(args).current_dir(at).output().unwrap();
    let text = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2), "{args:?}: {text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn song() -> TempDir {
    let folder = TempDir::new().unwrap();
    let demo = Command::new(cargo_bin("acetate"))
        .args(["demo", "-o", "out", "--quiet"])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(demo.success());
    folder
}

#[test]
fn a_brief_is_pointed_at() {
    let folder = song();
    for (brief, words) in [
        ("title = \"x\"\nceiling_dbtp = 5\n", &["line 2, column 16", "-20 to 0", "found 5"][..]),
        ("\n\nloudness_lufs = -99\n", &["line 3, column 17", "-40 to 0"]),
        ("loudness_lufs = \"loud\"\n", &["line 1, column 17", "loud"]),
        ("title = \"x\"\nintnt = \"loud\"\n", &["line 2", "intnt", "`intent`"]),
        ("intent = \"lound\"\n", &["line 1, column 10", "`loud`"]),
        ("title = \"x\n", &["line 1"]),
        ("[scale]\n\"master/tone\" = 3\n", &["line 2, column 17", "0 to 2", "found 3"]),
        ("[scale]\n\"master/limiter\" = 0.5\n", &["line 2, column 20", "in full or not at all"]),
        ("lock = [\"vocals\"]\n", &["line 1", "vocals", "stem/NAME"]),
        ("lock = [\"master\", \"stem/tuba\"]\n", &["line 1, column 19", "stem/tuba", "stem/drums"]),
        ("mute = [\"master/limitr\"]\n", &["line 1, column 9", "did you mean `master/limiter`?"]),
        ("[roles]\ntuba = \"bass\"\n", &["line 2, column 8", "tuba", "drums"]),
        ("[set]\n\"master/limiter.ceiling_dbtp\" = 5\n", &["line 2, column 33", "-20 to 0", "found 5"]),
        ("[set]\n\"master/limiter.ceilin\" = -2\n", &["line 2", "did you mean `ceiling_dbtp`?"]),
    ] {
        fs::write(folder.path().join("brief.toml"), brief).unwrap();
        for verb in ["plan", "master"] {
            let text = refused(&[verb, "out/song", "--brief", "brief.toml", "-o", "new"], folder.path());
            for word in ["brief.toml", "acetate "].iter().chain(words) {
                assert!(text.contains(word), "{verb} {brief}: `{word}` is missing in: {text}");
            }
            assert!(!folder.path().join("new").join("master.wav").exists());
        }
    }
}

#[test]
fn a_session_is_pointed_at() {
    let folder = song();
    let text = fs::read_to_string(folder.path().join("out/session.json")).unwrap();
    let session: Value = serde_json::from_str(&text).unwrap();
    let limiter = session["plan"].as_array().unwrap().len() - 1;
    let settings = format!("/plan/{limiter}/process/settings");
    // the place in the session, what is put there, and what is said
    for (place, value, words) in [
        ("/format", json!(99), &["format", "expected 1", "found 99"][..]),
        ("/planx", json!(1), &["planx", "`plan`"]),
        ("/plan/0/becuase", json!("x"), &["plan[0].becuase", "`because`"]),
        ("/plan/0/at", json!("vocals"), &["plan[0].at", "stem/NAME"]),
        ("/plan/0/at", json!("stem/tuba"), &["plan[0].at", "stem/drums"]),
        ("/plan/0/process/amount", json!(3), &["plan[0].process.amount", "0 to 2", "found 3"]),
        ("/brief/ceiling_dbtp", json!(5), &["brief.ceiling_dbtp", "-20 to 0", "found 5"]),
        ("/brief/ceiling_dbtp", json!("low"), &["brief.ceiling_dbtp", "low"]),
        ("/stems/0/role", json!("tuba"), &["stems[0].role", "tuba", "`bass`"]),
        ("/verdict/choice", json!("x"), &["verdict.choice", "`back_to_mix`"]),
        (&format!("{settings}/ceiling_dbtp"), json!(7), &["settings.ceiling_dbtp", "-20 to 0", "found 7"]),
        (&format!("{settings}/ceilin"), json!(-2), &["settings.ceilin", "did you mean `ceiling_dbtp`?"]),
    ] {
        let mut broken = session.clone();
        let (within, key) = place.rsplit_once('/').unwrap();
        broken.pointer_mut(within).unwrap()[key] = value;
        let written = serde_json::to_string_pretty(&broken).unwrap();
        fs::write(folder.path().join("bad.json"), &written).unwrap();
        for args in [&["render", "bad.json", "-o", "new"][..], &["plan", "bad.json"]] {
            let said = refused(args, folder.path());
            for word in ["bad.json: line ", "acetate "].iter().chain(words) {
                assert!(said.contains(word), "{place}: `{word}` is missing in: {said}");
            }
            // the line that is named is the one with the key
            let line = said.split("line ").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
            let named = written.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
            assert!(named.contains(key), "{place}: line {line} is `{named}`");
        }
    }
    for broken in
        ["", "{", "[]", "{\"format\": 1, \"plan\": ", "{\"format\": 1}", "not json", "{\"format\": null}"]
    {
        fs::write(folder.path().join("bad.json"), broken).unwrap();
        assert!(refused(&["render", "bad.json", "-o", "new"], folder.path()).contains("bad.json: "));
    }
}
