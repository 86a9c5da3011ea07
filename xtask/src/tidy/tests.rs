//! For each rule a tree that breaks it and a near miss that does not.

use std::{fs, path::Path};

/// A workspace on disk that breaks nothing; `files` are added or put in place of its own.
fn tidied(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder for the tree");
    let sound = [
        ("Cargo.toml", ROOT.to_owned()),
        ("crates/model/Cargo.toml", manifest("acetate-model", "")),
        ("crates/model/src/lib.rs", String::new()),
        ("crates/dsp/Cargo.toml", manifest("acetate-dsp", &needs("acetate-model", "../model"))),
        ("crates/dsp/src/lib.rs", String::new()),
        ("crates/checks/Cargo.toml", manifest("acetate-checks", &needs("acetate-model", "../model"))),
        ("crates/checks/src/lib.rs", "mod dc;\npub const CHECKS: &[Check] = &[dc::CHECK];\n".to_owned()),
        ("crates/checks/src/dc.rs", "pub(crate) const CHECK: Check = Check { code: \"dc\" };\n".to_owned()),
        ("crates/processors/Cargo.toml", manifest("acetate-processors", &needs("acetate-model", "../model"))),
        ("crates/processors/src/lib.rs", PROCESSORS.to_owned()),
        ("crates/processors/src/gain.rs", "impl Settings for GainSettings {}\n".to_owned()),
        ("crates/files/Cargo.toml", manifest("acetate-files", &needs("acetate-model", "../model"))),
        ("crates/files/src/lib.rs", "use std::{fs, thread, time::Instant};\n".to_owned()),
    ];
    for (path, text) in sound.iter().map(|(p, t)| (*p, t.as_str())).chain(files.iter().copied()) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    super::run(folder.path()).expect("a tree that can be read").iter().map(ToString::to_string).collect()
}

const ROOT: &str = "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";

const PROCESSORS: &str =
    "mod gain;\npub const PROCESSORS: &[ProcessorEntry] = &[ProcessorEntry::of::<gain::GainSettings>()];\n";

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[lints]\nworkspace = true\n[dependencies]\n{dependencies}"
    )
}

fn needs(name: &str, path: &str) -> String {
    format!("{name} = {{ path = \"{path}\" }}\n")
}

/// The only violation stands at `place` and says `what`.
#[track_caller]
fn assert_fires(files: &[(&str, &str)], place: &str, what: &str) {
    let found = tidied(files);
    let [one] = &found[..] else { panic!("expected one violation, found {found:#?}") };
    assert!(one.starts_with(&format!("{place}: ")), "expected it at {place}: {one}");
    assert!(one.contains(what), "expected `{what}`: {one}");
}

#[track_caller]
fn assert_quiet(files: &[(&str, &str)]) {
    assert_eq!(tidied(files), [""; 0]);
}

#[test]
fn a_sound_tree_is_tidy() {
    assert_quiet(&[]);
}

#[test]
fn an_arrow_the_wrong_way() {
    let needs_dsp = needs("acetate-model", "../model") + &needs("acetate-dsp", "../dsp");
    let manifest_of_report = manifest("acetate-report", &needs_dsp);
    let wrong = [("crates/report/Cargo.toml", &*manifest_of_report), ("crates/report/src/lib.rs", "")];
    assert_fires(&wrong, "crates/report/Cargo.toml:8", "`acetate-report` may not use `acetate-dsp`");
    let manifest_of_meters = manifest("acetate-meters", &needs_dsp);
    let meters = "pub const METERS: &[MeterEntry] = &[];\npub const COMPARISONS: &[ComparisonEntry] = &[];";
    assert_quiet(&[("crates/meters/Cargo.toml", &*manifest_of_meters), ("crates/meters/src/lib.rs", meters)]);
}

#[test]
fn an_app_that_reaches_past_the_facade() {
    let app = ("apps/cli/src/main.rs", "fn main() {}");
    let root = ROOT.replace("\"crates/*\"", "\"crates/*\", \"apps/*\"");
    let wrong = manifest("acetate", &needs("acetate-dsp", "../../crates/dsp"));
    assert_fires(
        &[("Cargo.toml", &root), ("apps/cli/Cargo.toml", &wrong), app],
        "apps/cli/Cargo.toml:7",
        "dsp",
    );
    assert_quiet(&[("Cargo.toml", &root), ("apps/cli/Cargo.toml", &manifest("acetate", "")), app]);
}

#[test]
fn a_crate_without_a_place() {
    let stray = manifest("acetate-stray", "");
    let files = [("crates/stray/Cargo.toml", &*stray), ("crates/stray/src/lib.rs", "")];
    assert_fires(&files, "crates/stray/Cargo.toml:2", "no place among the crates");
}

#[test]
fn a_check_that_could_hold_samples() {
    let with = |more: &str| manifest("acetate-checks", &(needs("acetate-model", "../model") + more));
    let wrong = with("realfft = \"3\"\n");
    assert_fires(&[("crates/checks/Cargo.toml", &wrong)], "crates/checks/Cargo.toml:8", "on readings alone");
    assert_quiet(&[(
        "crates/checks/Cargo.toml",
        &with("libm = \"0.2\"\n[dev-dependencies]\nrealfft = \"3\"\n"),
    )]);
}

#[test]
fn a_check_that_names_audio() {
    let dc = |body: &str| format!("const CHECK: Check = Check {{}};\n{body}");
    let file = "crates/checks/src/dc.rs";
    assert_fires(&[(file, &dc("use acetate_model::{Case, Block};"))], "crates/checks/src/dc.rs:2", "Block");
    assert_fires(&[(file, &dc("fn f(a: &Audio) {}"))], "crates/checks/src/dc.rs:2", "may not see a sample");
    assert_quiet(&[(file, &dc("// Audio\nuse acetate_model::SourceNote;\nconst A: &str = \"Block\";"))]);
}

#[test]
fn a_crate_that_touches_the_disk_or_the_clock() {
    let file = "crates/dsp/src/lib.rs";
    for wrong in [
        "use std::fs;",
        "use std::{f64::consts::PI, fs::File};",
        "fn f() -> std::time::Instant { g() }",
        "use std::time::{Duration, SystemTime};",
        "fn f(p: &Path) -> bool { p.exists() }",
        "fn f() { println!(\"heard\") }",
        "fn f() -> Option<String> { std::env::var(\"HOME\").ok() }",
    ] {
        assert_fires(&[(file, wrong)], "crates/dsp/src/lib.rs:1", "only files and the apps");
    }
    for right in [
        "use std::{time::Duration, path::Path};\nconst NAME: &str = env!(\"CARGO_PKG_NAME\");",
        "fn f(l: &Listed) -> bool { l.exists }
fn exists() {}",
        "/// As `std::fs::read` does.\nfn f() {}",
        "#[cfg(test)]\nmod tests {\n    use std::fs;\n}",
    ] {
        assert_quiet(&[(file, right)]);
    }
}

#[test]
fn code_behind_a_test_is_not_a_test() {
    let file = ("crates/dsp/src/lib.rs", "#[cfg(test)]\nuse std::env;\n#[cfg(not(test))]\nuse std::fs;");
    assert_fires(&[file], "crates/dsp/src/lib.rs:4", "`std::fs`");
}

#[test]
fn a_crate_that_starts_threads() {
    assert_fires(
        &[("crates/dsp/src/lib.rs", "use rayon::prelude::*;")],
        "crates/dsp/src/lib.rs:1",
        "threads",
    );
    assert_fires(&[("crates/dsp/src/lib.rs", "\nuse std::thread;")], "crates/dsp/src/lib.rs:2", "threads");
    assert_quiet(&[("crates/files/src/lib.rs", "use rayon::prelude::*;")]);
}

#[test]
fn lints_that_are_not_taken() {
    let without = manifest("acetate-model", "").replace("workspace = true", "rust.unsafe_code = \"warn\"");
    assert_fires(&[("crates/model/Cargo.toml", &without)], "crates/model/Cargo.toml:4", "lints");
    let root = ROOT.replace("forbid", "deny");
    assert_fires(&[("Cargo.toml", &root)], "Cargo.toml:1", "does not forbid unsafe code");
}

#[test]
fn a_file_that_is_too_long() {
    let lines = |count: usize| "fn f() {}\n".repeat(count);
    let source = "crates/dsp/src/lib.rs";
    assert_fires(&[(source, &lines(501))], "crates/dsp/src/lib.rs:501", "501 lines, where 500 are the most");
    assert_quiet(&[(source, &lines(500))]);
    let test = "crates/dsp/tests/long.rs";
    assert_fires(&[(test, &lines(801))], "crates/dsp/tests/long.rs:801", "800 are the most");
    assert_quiet(&[(test, &lines(800))]);
}

#[test]
fn work_that_is_not_done() {
    let file = "crates/dsp/src/lib.rs";
    assert_fires(&[(file, "fn f() { todo!() }")], "crates/dsp/src/lib.rs:1", "`todo!`");
    assert_fires(&[(file, "#[test]\n#[ignore]\nfn f() {}")], "crates/dsp/src/lib.rs:2", "`#[ignore]`");
    assert_fires(&[(file, concat!("// FIX", "ME: later"))], "crates/dsp/src/lib.rs:1", "not finished work");
    assert_quiet(&[(file, concat!("const A: &str = \"todo!\";\n// the prefix", "ME and TO", "DOS"))]);
}

#[test]
fn a_path_out_of_the_project() {
    let file = "crates/dsp/src/lib.rs";
    let of = |path: &str| format!("const A: &str = \"{path}\";");
    assert_fires(&[(file, &of("/home/me/song"))], "crates/dsp/src/lib.rs:1", "`/home/` leads out");
    assert_fires(&[(file, &of("../../../../songs"))], "crates/dsp/src/lib.rs:1", "leads out");
    assert_quiet(&[(file, &of("../../../songs")), ("docs/a.md", "[b](../README.md) at http://x/home/")]);
    assert_fires(&[("docs/a.md", "see ../../song")], "docs/a.md:1", "leads out");
    let tests = format!("#[cfg(test)]\nmod tests {{\n    {}\n}}\n", of("/home/me"));
    assert_quiet(&[(file, &tests), ("crates/dsp/tests/a.rs", &of("/tmp/a"))]);
    assert_fires(&[(file, &(tests + &of("/tmp/a")))], "crates/dsp/src/lib.rs:5", "`/tmp/`");
}

#[test]
fn a_file_that_is_missing_from_its_list() {
    let mute = ("crates/processors/src/mute.rs", "impl acetate_model::Settings for MuteSettings {}");
    assert_fires(&[mute], "crates/processors/src/mute.rs:1", "`MuteSettings` is missing from `PROCESSORS`");
    let listed = PROCESSORS.replace("= &[", "= &[ProcessorEntry::of::<MuteSettings>(), ");
    assert_quiet(&[mute, ("crates/processors/src/lib.rs", &listed)]);

    let hum = ("crates/checks/src/hum.rs", "\npub(crate) const CHECK: acetate_model::Check = Check {};");
    assert_fires(&[hum], "crates/checks/src/hum.rs:2", "`CHECK` is missing from `CHECKS`");
    assert_quiet(&[
        hum,
        ("crates/checks/src/lib.rs", "pub const CHECKS: &[Check] = &[dc::CHECK, hum::CHECK];"),
    ]);
    assert_quiet(&[("crates/checks/src/hum.rs", "const CHECK_MS: f64 = 2.0;")]);
}

#[test]
fn a_list_that_is_gone() {
    assert_fires(
        &[("crates/checks/src/lib.rs", "mod dc;")],
        "crates/checks/Cargo.toml:2",
        "no list `CHECKS`",
    );
}

#[test]
fn this_workspace_is_read() {
    let tree = super::tree::Tree::read(crate::root()).expect("the workspace");
    assert!(tree.crates.iter().any(|c| c.name == "acetate-model"));
    assert!(tree.files.iter().any(|f| f.path == "xtask/src/tidy/tests.rs"));
}
