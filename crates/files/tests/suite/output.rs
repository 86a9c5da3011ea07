//! Output folders, checksums, and who may see them.

use std::{fs, path::Path, process::Command};

use acetate_files::{CHECKSUMS, Checksums, FileError, OutputFolder, WavBits, WavSpec, sha256_file};
use tempfile::tempdir;

use crate::help::{have, load, tone};

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("there")
        .map(|e| e.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn stage_master(folder: &mut OutputFolder) {
    let audio = tone(44100, 1000, 24);
    let spec = WavSpec { rate_hz: 44100, channels: 2, bits: WavBits::Int24 };
    let mut wav = folder.create_wav("master.wav", spec).expect("created");
    wav.write(&audio).expect("written");
    let early = folder.stage_file(wav.finish().expect("finished"));
    assert_eq!(load(&early).expect("readable before it is in place").1, audio);
}

#[test]
fn all_files_appear_at_once() {
    let outer = tempdir().expect("a folder");
    let dir = outer.path().join("deep/out");
    let mut folder = OutputFolder::create(&dir, false).expect("created");
    stage_master(&mut folder);
    folder.stage_text("report.md", "# A song\n").expect("staged");
    assert!(listing(&dir).iter().all(|n| n.starts_with('.')));
    let placed = folder.commit().expect("in place");
    assert_eq!(placed, [dir.join("master.wav"), dir.join("report.md")]);
    assert_eq!(listing(&dir), ["master.wav", "report.md"]);
}

#[test]
fn without_commit_nothing_is_left_not_even_the_folder() {
    let outer = tempdir().expect("a folder");
    let mut folder = OutputFolder::create(&outer.path().join("deep/out"), false).expect("created");
    stage_master(&mut folder);
    drop(folder);
    assert_eq!(listing(outer.path()), Vec::<String>::new());
}

#[test]
fn what_exists_is_not_overwritten_unless_forced() {
    let outer = tempdir().expect("a folder");
    fs::write(outer.path().join("report.md"), "old").expect("written");
    let mut folder = OutputFolder::create(outer.path(), false).expect("created");
    let error = folder.claim("report.md").expect_err("exists");
    assert!(error.to_string().contains("report.md: exists already") && error.to_string().contains("--force"));
    drop(folder);
    let mut folder = OutputFolder::create(outer.path(), true).expect("created");
    folder.stage_text("report.md", "first").expect("staged");
    folder.stage_text("report.md", "second").expect("staged");
    assert_eq!(fs::read_to_string(outer.path().join("report.md")).expect("there"), "old");
    folder.commit().expect("in place");
    assert_eq!(fs::read_to_string(outer.path().join("report.md")).expect("there"), "second");
    assert_eq!(listing(outer.path()), ["report.md"]);
}

#[test]
fn leftovers_of_a_killed_run_go_and_files_in_use_stay() {
    let outer = tempdir().expect("a folder");
    fs::write(outer.path().join(".acetate-dead.part"), "half a song").expect("written");
    let mut first = OutputFolder::create(outer.path(), false).expect("created");
    assert_eq!(listing(outer.path()), Vec::<String>::new());
    stage_master(&mut first);
    let _second = OutputFolder::create(outer.path(), false).expect("created");
    first.commit().expect("in place");
    assert_eq!(listing(outer.path()), ["master.wav"]);
}

#[test]
fn bad_places_are_refused_with_a_way_out() {
    let outer = tempdir().expect("a folder");
    let file = outer.path().join("file");
    fs::write(&file, "").expect("written");
    assert!(matches!(OutputFolder::create(&file, false), Err(FileError::NotAFolder { .. })));
    assert!(OutputFolder::create(&file.join("below"), false).is_err());
    let mut folder = OutputFolder::create(outer.path(), false).expect("created");
    for name in ["", "..", "a/../b", "/etc/passwd", ".acetate-mine"] {
        assert!(matches!(folder.claim(name), Err(FileError::Name { .. })), "{name}");
    }
}

#[test]
fn folders_within_appear_with_their_files_or_not_at_all() {
    let outer = tempdir().expect("a folder");
    let mut folder = OutputFolder::create(outer.path(), false).expect("created");
    folder.stage_text("stems/loud/a.txt", "").expect("staged");
    drop(folder);
    assert_eq!(listing(outer.path()), Vec::<String>::new());
    let mut folder = OutputFolder::create(outer.path(), false).expect("created");
    folder.stage_text("stems/loud/a.txt", "a").expect("staged");
    folder.commit().expect("in place");
    assert_eq!(fs::read_to_string(outer.path().join("stems/loud/a.txt")).expect("there"), "a");
}

#[cfg(unix)]
#[test]
fn deliverables_have_the_rights_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempdir().expect("a folder");
    let mut folder = OutputFolder::create(outer.path(), false).expect("created");
    folder.stage_text("a.txt", "").expect("staged");
    folder.commit().expect("in place");
    fs::write(outer.path().join("b.txt"), "").expect("written");
    let mode = |name| fs::metadata(outer.path().join(name)).expect("there").permissions().mode();
    assert_eq!(mode("a.txt"), mode("b.txt"));
}

#[test]
fn checksums_are_those_of_the_standard_and_of_sha256sum() {
    let outer = tempdir().expect("a folder");
    let path = outer.path().join("a b.txt");
    fs::write(&path, "abc").expect("written");
    let sum = sha256_file(&path).expect("read");
    // FIPS 180-4, example "abc"
    assert_eq!(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    let mut sums = Checksums::default();
    sums.add("a b.txt", sum);
    let list = outer.path().join(CHECKSUMS);
    fs::write(&list, sums.to_text()).expect("written");
    assert_eq!(Checksums::read(&list).expect("read"), sums);
    sums.verify(outer.path()).expect("unchanged");
    if have("sha256sum") {
        let status = Command::new("sha256sum").args(["-c", CHECKSUMS]).current_dir(outer.path()).output();
        assert!(status.expect("starts").status.success());
    }
    fs::write(&path, "abd").expect("written");
    assert!(matches!(sums.verify(outer.path()), Err(FileError::Checksum { .. })));
    fs::write(&list, "no sum at all\n").expect("written");
    assert!(matches!(Checksums::read(&list), Err(FileError::ChecksumLine { line: 1, .. })));
}
