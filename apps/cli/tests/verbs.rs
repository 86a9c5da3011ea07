//! What a newcomer types.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

fn acetate(args: &[&str], folder: &Path) -> Output {
    Command::new(cargo_bin("acetate")).args(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn ok(args: &[&str], folder: &Path) -> String {
    let ran = acetate(args, folder);
    assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn from_demo_to_report() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let said = ok(&["demo", "-o", "out"], at);
    assert!(said.contains("Verdict") && said.contains("LUFS") && said.contains("promises kept"), "{said}");
    for file in [
        "master.wav",
        "master-16bit-44k1.wav",
        "session.json",
        "report.md",
        "manifest.json",
        "checksums.sha256",
    ] {
        assert!(at.join("out").join(file).is_file(), "{file}");
    }
    let sums =
        Command::new("sha256sum").args(["-c", "checksums.sha256"]).current_dir(at.join("out")).output();
    if let Ok(sums) = sums {
        assert!(sums.status.success(), "{}", String::from_utf8_lossy(&sums.stdout));
    }
    assert!(ok(&["verify", "out"], at).contains("promises kept"));
    let report = ok(&["report", "out"], at);
    assert_eq!(report, fs::read_to_string(at.join("out/report.md")).unwrap());
    assert!(report.contains("## What was done") && report.contains("master/limiter"), "{report}");

    ok(&["check", "out/song"], at);
    let session: Value = serde_json::from_str(&ok(&["analyse", "out/song", "--json"], at)).unwrap();
    assert_eq!(session["stems"].as_array().unwrap().len(), 4);
    ok(&["plan", "out/song", "-o", "session.json", "--intent", "balanced"], at);
    ok(&["render", "session.json", "-o", "again"], at);
    assert!(at.join("again/master.wav").is_file());
}

#[test]
fn one_byte_changed_is_found() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    ok(&["demo", "-o", "out", "--quiet"], at);
    let path = at.join("out/master.wav");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, bytes).unwrap();
    let ran = acetate(&["verify", "out"], at);
    assert_eq!(ran.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("master.wav"));
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let session: Value = serde_json::from_str(&ok(&["demo", "-o", "out", "--json"], at)).unwrap();
    assert!(
        session["outcome"]["deliverables"][0]["promises"]
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["kept"] == true)
    );
    let ran = acetate(&["master", "nowhere", "-o", "x", "--json"], at);
    assert_eq!(ran.status.code(), Some(2));
    let error: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert!(error["error"].as_str().unwrap().contains("nowhere"));
}

#[test]
fn settings_by_hand_are_heard_and_wrong_ones_are_explained() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    ok(
        &[
            "demo",
            "-o",
            "out",
            "--set",
            "stem/bass/gain.gain_db=-1",
            "--set",
            "master/limiter.ceiling_dbtp=-2",
        ],
        at,
    );
    let session: Value =
        serde_json::from_str(&fs::read_to_string(at.join("out/session.json")).unwrap()).unwrap();
    let plan = session["plan"].as_array().unwrap();
    let find = |id: &str| plan.iter().find(|m| m["id"] == id).unwrap_or_else(|| panic!("{id} is missing"));
    assert_eq!(find("stem/bass/gain")["process"]["settings"]["gain_db"], -1.0);
    assert_eq!(find("master/limiter")["process"]["settings"]["ceiling_dbtp"], -2.0);
    for (setting, word) in [
        ("master/limiter.ceiling_dbtp=5", "-20"),
        ("master/limiter.ceilin=-1", "ceiling_dbtp"),
        ("master/flanger.depth=1", "flanger"),
        ("stem/tuba/gain.gain_db=1", "drums"),
        ("gain", "PLACE"),
    ] {
        let ran = acetate(&["demo", "-o", "wrong", "--set", setting], at);
        let text = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{setting}: {text}");
        assert!(text.contains(word), "{setting}: {text}");
        assert!(!at.join("wrong/master.wav").exists());
    }
}

#[test]
fn every_name_that_is_listed_is_explained() {
    let folder = TempDir::new().unwrap();
    for kind in ["processors", "meters", "checks", "advisors", "quantities"] {
        let listed = ok(&["list", kind], folder.path());
        assert!(!listed.is_empty(), "{kind}");
        for name in listed.lines().filter_map(|l| l.split_whitespace().next()) {
            assert!(ok(&["explain", name], folder.path()).len() > name.len() + 10, "{name}");
        }
    }
    let unknown = acetate(&["explain", "nothing"], folder.path());
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn schemas_completions_manual_and_help() {
    let folder = TempDir::new().unwrap();
    for of in ["session", "brief"] {
        let schema: Value = serde_json::from_str(&ok(&["schema", of], folder.path())).unwrap();
        assert!(schema["properties"].is_object());
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(ok(&["completions", shell], folder.path()).contains("acetate"));
    }
    assert!(ok(&["man"], folder.path()).contains(".TH"));
    for verb in
        ["master", "demo", "check", "analyse", "plan", "render", "verify", "report", "explain", "list"]
    {
        assert!(ok(&[verb, "--help"], folder.path()).contains("Example"), "{verb}");
    }
}

#[test]
fn a_brief_is_read_and_a_wrong_one_is_pointed_at() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::write(at.join("brief.toml"), "title = \"Night\"\nintent = \"balanced\"\nceiling_dbtp = -1.5\n")
        .unwrap();
    ok(&["demo", "-o", "out", "--brief", "brief.toml"], at);
    let report = fs::read_to_string(at.join("out/report.md")).unwrap();
    assert!(report.starts_with("# Night"), "{report}");
    fs::write(at.join("brief.toml"), "title = \"Night\"\nintnt = \"balanced\"\n").unwrap();
    let ran = acetate(&["demo", "-o", "other", "--brief", "brief.toml"], at);
    let text = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2));
    assert!(text.contains("brief.toml") && text.contains("line 2") && text.contains("intnt"), "{text}");
}
