//! A person's hand on a plan: scale, lock, mute, set, plan again, and ask why.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use tempfile::TempDir;

fn acetate(args: &[&str], at: &Path) -> Output {
    Command::new(cargo_bin("acetate")).args(args).current_dir(at).output().unwrap()
}

#[track_caller]
fn ok(args: &[&str], at: &Path) -> String {
    let ran = acetate(args, at);
    assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Refused as unusable, with all of the words.
#[track_caller]
fn refused(args: &[&str], at: &Path, words: &[&str]) {
    let ran = acetate(args, at);
    let text = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{args:?}: {text}");
    for word in words {
        assert!(text.contains(word), "{args:?}: `{word}` is missing in: {text}");
    }
}

/// The demo's stems in `out/song`, and a session of them.
fn planned() -> TempDir {
    let folder = TempDir::new().unwrap();
    ok(&["demo", "-o", "out", "--quiet"], folder.path());
    // something by hand, so that there is a move to work with whatever is advised
    ok(&["plan", "out/song", "--quiet", "--set", "master/saturation.mix_percent=20"], folder.path());
    folder
}

fn read(at: &Path, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(at.join(file)).unwrap()).unwrap()
}

fn write(at: &Path, file: &str, session: &Value) {
    fs::write(at.join(file), serde_json::to_string_pretty(session).unwrap()).unwrap();
}

fn moves(session: &Value) -> &Vec<Value> {
    session["plan"].as_array().unwrap()
}

#[track_caller]
fn find<'a>(session: &'a Value, id: &str) -> &'a Value {
    moves(session).iter().find(|m| m["id"] == id).unwrap_or_else(|| panic!("{id} is missing"))
}

#[test]
fn a_move_is_scaled_once_however_often_it_is_planned() {
    let folder = planned();
    let at = folder.path();
    let said = ok(&["plan", "session.json", "--scale", "master/saturation=0.5"], at);
    assert!(said.contains("50 % of it is done") && said.contains("mix 10 %"), "{said}");
    for _ in 0..2 {
        let session = read(at, "session.json");
        let set = find(&session, "master/saturation");
        assert_eq!(set["process"]["amount"], 0.5);
        assert_eq!(set["process"]["settings"]["mix_percent"], 20.0);
        assert_eq!(set["because"].as_str().unwrap().matches('%').count(), 1, "{set}");
        ok(&["plan", "session.json", "--quiet"], at);
    }
    ok(&["plan", "session.json", "--quiet", "--scale", "master/saturation=1"], at);
    let session = read(at, "session.json");
    let set = find(&session, "master/saturation");
    assert_eq!(
        (&set["process"]["amount"], set["because"].as_str().unwrap().contains('%')),
        (&Value::Null, false)
    );
}

#[test]
fn none_of_a_move_sounds_like_a_muted_one_and_half_of_it_like_neither() {
    let folder = planned();
    let at = folder.path();
    let render = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut session = read(at, "session.json");
        let plan = session["plan"].as_array_mut().unwrap();
        change(plan.iter_mut().find(|m| m["id"] == "master/saturation").unwrap());
        write(at, "changed.json", &session);
        ok(&["render", "changed.json", "-o", name, "--quiet"], at);
        fs::read(at.join(name).join("master.wav")).unwrap()
    };
    let whole = render("whole", &|_| {});
    let muted = render("muted", &|m| m["standing"] = json!({ "muted": "for a test" }));
    let none = render("none", &|m| m["process"]["amount"] = json!(0));
    let half = render("half", &|m| m["process"]["amount"] = json!(0.5));
    let set = render("set", &|m| m["process"]["settings"]["mix_percent"] = json!(10));
    assert!(none == muted && none != whole, "nothing of it is nothing");
    assert!(half == set && half != whole && half != none, "half of it is half the mix");
}

#[test]
fn what_cannot_be_scaled_or_locked_is_explained() {
    let folder = planned();
    let at = folder.path();
    let before = fs::read(at.join("session.json")).unwrap();
    for (flag, value, words) in [
        ("--scale", "master/limiter=0.5", &["master/limiter", "in full or not at all"][..]),
        ("--scale", "master/saturation=3", &["from 0 to 2", "`3`"]),
        ("--scale", "master/saturation", &["MOVE=AMOUNT"]),
        ("--scale", "master/limitr=1", &["master/saturation", "did you mean `master/limiter`"]),
        ("--mute", "master/limitr", &["master/saturation", "did you mean `master/limiter`"]),
        ("--lock", "vocals", &["`vocals`", "stem/NAME"]),
        ("--lock", "stem/tuba", &["stem/tuba", "stem/drums", "master"]),
        ("--reference", "out/master.wav", &["out/master.wav", "on the stems"]),
    ] {
        refused(&["plan", "session.json", flag, value], at, words);
        assert!(fs::read(at.join("session.json")).unwrap() == before, "{value}: the session was touched");
    }
}

#[test]
fn at_a_locked_place_only_a_person_makes_moves() {
    let folder = planned();
    let at = folder.path();
    let said = ok(&["plan", "session.json", "--lock", "master", "--lock", "stem/bass"], at);
    assert!(said.contains("Locked: master, stem/bass"), "{said}");
    let session = read(at, "session.json");
    let at_master: Vec<&Value> = moves(&session).iter().filter(|m| m["at"] == "master").collect();
    let ids: Vec<&Value> = at_master.iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, ["master/saturation", "master/limiter"], "a person's move and the limiter");
    let by_hand = ok(&["plan", "session.json", "--set", "stem/bass/gain.gain_db=-1"], at);
    assert!(by_hand.contains("stem/bass/gain (by hand)"), "{by_hand}");
    ok(&["render", "session.json", "-o", "locked", "--quiet"], at);
    let report = fs::read_to_string(at.join("locked/report.md")).unwrap();
    assert!(report.contains("Locked: master, stem/bass"), "{report}");
}

#[test]
fn planning_again_keeps_what_a_person_did() {
    let folder = planned();
    let at = folder.path();
    ok(&["plan", "session.json", "--quiet", "--mute", "master/limiter", "--intent", "loud"], at);
    ok(&["plan", "session.json", "--quiet", "--title", "Again"], at);
    let mut session = read(at, "session.json");
    assert!(find(&session, "master/limiter")["standing"]["muted"].is_string());
    assert_eq!(find(&session, "master/saturation")["by"]["human"], "--set");
    assert_eq!((&session["brief"]["intent"], &session["brief"]["title"]), (&json!("loud"), &json!("Again")));
    // a veto that is taken out of the brief is taken back
    session["brief"]["mute"] = json!([]);
    write(at, "session.json", &session);
    ok(&["plan", "session.json", "--quiet"], at);
    assert_eq!(find(&read(at, "session.json"), "master/limiter")["standing"], "active");
    // another place is not written over, and neither is the record of finished files
    refused(&["plan", "session.json", "-o", "out/session.json"], at, &["out/session.json", "--force"]);
    refused(&["plan", "out/session.json", "-o", "out/session.json"], at, &["out/session.json", "--force"]);
    ok(&["plan", "out/session.json", "-o", "new.json", "--quiet"], at);
    ok(&["verify", "out"], at);
}

#[test]
fn why_tells_what_a_move_rests_on_and_its_commands_work() {
    let folder = planned();
    let at = folder.path();
    let text = ok(&["why", "master/limiter", "out"], at);
    for word in ["LUFS", "dBTP", "Evidence", "Promises", "kept", "True peak", "--mute master/limiter"] {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
    assert!(!text.contains("--scale"), "a limiter is not scaled: {text}");
    assert!(ok(&["why", "master/saturation"], at).contains("mix 20 %"));
    refused(&["why", "master/saturatio"], at, &["master/limiter", "did you mean `master/saturation`?"]);
    refused(&["why", "master/saturation", "nowhere"], at, &["nowhere", "session.json"]);
    let told: Value = serde_json::from_str(&ok(&["why", "master/limiter", "out", "--json"], at)).unwrap();
    assert_eq!(told["move"]["id"], "master/limiter");
    assert!(told["measured"].as_array().unwrap().iter().all(|kept| kept["kept"] == true));
    for (session, id) in [("out", "master/limiter"), (".", "master/saturation")] {
        let told: Value = serde_json::from_str(&ok(&["why", id, session, "--json"], at)).unwrap();
        let change = told["change"].as_object().unwrap();
        for (what, command) in change.iter().filter(|(what, _)| *what != "render") {
            let _ = fs::remove_file(at.join("again.json"));
            let program = cargo_bin("acetate");
            let command =
                command.as_str().unwrap().replacen("acetate", &format!("'{}'", program.display()), 1);
            let ran = Command::new("sh").args(["-c", &command]).current_dir(at).output().unwrap();
            assert!(ran.status.success(), "{what}: {command}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    }
}

#[test]
fn a_move_of_an_unknown_kind_is_kept_and_not_applied() {
    let folder = planned();
    let at = folder.path();
    let mut session = read(at, "session.json");
    let shine = json!({
        "id": "master/shine", "at": "master", "because": "It is dull.", "by": { "human": "Ann" },
        "process": { "kind": "exciter", "settings": { "more": 3 } },
    });
    ok(&["render", "session.json", "-o", "plain", "--quiet"], at);
    session["plan"].as_array_mut().unwrap().insert(0, shine.clone());
    write(at, "session.json", &session);
    let said = ok(&["render", "session.json", "-o", "shiny"], at);
    assert!(said.contains("exciter") && said.contains("not applied"), "{said}");
    let [plain, shiny] = ["plain", "shiny"].map(|name| fs::read(at.join(name).join("master.wav")).unwrap());
    assert!(plain == shiny, "it is not heard");
    let report = fs::read_to_string(at.join("shiny/report.md")).unwrap();
    assert!(report.contains("exciter") && report.contains("not applied"), "{report}");
    assert_eq!(find(&read(at, "shiny/session.json"), "master/shine")["process"], shine["process"]);
    assert!(ok(&["plan", "session.json"], at).contains("not applied"));
    assert_eq!(find(&read(at, "session.json"), "master/shine")["process"], shine["process"]);
    assert!(ok(&["why", "master/shine"], at).contains("not applied"));
}

#[test]
fn three_proposals_go_unequally_far() {
    let folder = planned();
    let at = folder.path();
    refused(&["plan", "out/song", "--alternatives", "3"], at, &["session.json"]);
    refused(&["plan", "out/song", "--alternatives", "3", "--strength", "bold"], at, &["cannot be used"]);
    let said = ok(&["plan", "out/song", "-o", "three.json", "--alternatives", "3"], at);
    let named = [("gentle", "three.gentle.json"), ("planned", "three.json"), ("bold", "three.bold.json")];
    let sessions = named.map(|(name, file)| {
        assert!(said.contains(name) && said.contains(file), "{name}: {said}");
        read(at, file)
    });
    let [gentle, plan, bold] = &sessions;
    assert!(moves(plan).len() > 1, "the demo's drums need a move: {said}");
    for m in moves(plan) {
        let id = m["id"].as_str().unwrap();
        let amounts = [gentle, bold].map(|session| find(session, id)["process"]["amount"].as_f64());
        let whole = id == "master/limiter";
        assert_eq!(amounts, if whole { [None; 2] } else { [Some(0.5), Some(1.5)] }, "{id}");
    }
    let left = |session: &Value| {
        let weighed = &session["verdict"]["weighed"];
        weighed["stems"].as_f64().unwrap().min(weighed["stereo"].as_f64().unwrap())
    };
    assert!(left(gentle) > left(plan), "half of the moves leave more amiss: {said}");
    ok(&["render", "three.gentle.json", "-o", "gentle", "--quiet"], at);
    ok(&["plan", "out/song", "-o", "one.json", "--strength", "gentle", "--quiet"], at);
    assert_eq!(moves(&read(at, "one.json")), moves(gentle), "a strength alone makes the same plan");
    ok(&["plan", "one.json", "-o", "one.json", "--strength", "planned", "--quiet"], at);
    assert_eq!(moves(&read(at, "one.json")), moves(plan), "and is taken back");
}
