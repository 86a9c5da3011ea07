//! ZIP archives, honest and hostile.

use std::{
    fs,
    io::{Cursor, Write},
    path::PathBuf,
};

use acetate_files::{FileError, scan, sha256_file};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::help::{Wav, folder_of, names, read_all};

fn wav(value: i16) -> Vec<u8> {
    Wav::new(2, &[value; 2000]).bytes()
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn pack(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, options()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

fn archive(bytes: Vec<u8>) -> (tempfile::TempDir, PathBuf) {
    let (keep, path) = folder_of(&[("song.zip", bytes)]);
    (keep, path.join("song.zip"))
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &[&str]) {
    let (keep, path) = archive(bytes);
    let message = scan(&[path], None).expect_err("refused").to_string();
    for word in words.iter().chain(&["song.zip"]) {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
    assert_eq!(fs::read_dir(keep.path()).expect("readable").count(), 1, "nothing is left beside it");
}

#[test]
fn entries_are_stems_and_a_session_finds_them_again() {
    let bytes = pack(&[
        ("Song/kick.wav", wav(256)),
        ("Song/keys_L.wav", Wav::new(1, &[512; 1000]).bytes()),
        ("Song/keys_R.wav", Wav::new(1, &[1024; 1000]).bytes()),
        ("Song/mix.wav", wav(1)),
        ("Song/inner.zip", pack(&[("more.wav", wav(1))])),
        ("Song/cover.png", b"png".to_vec()),
        ("__MACOSX/Song/._kick.wav", b"fork".to_vec()),
        ("Song/noext", wav(7)),
    ]);
    let (keep, path) = archive(bytes);
    let delivery = scan(std::slice::from_ref(&path), None).expect("stems");
    assert_eq!(names(&delivery), ["keys", "kick", "noext"]);
    assert_eq!(delivery.mix.as_ref().map(|m| m.name.as_str()), Some("mix"));
    let notes = delivery.passed_over_lines().join("\n");
    assert!(notes.contains("archive within an archive") && notes.contains("picture"), "{notes}");
    assert_eq!(delivery.passed_over.len(), 3);

    let infos: Vec<_> = delivery
        .stems
        .iter()
        .map(|stem| {
            let mut info = stem.file.open().expect("opens").info().clone();
            stem.file.identify(&mut info).expect("identified");
            info
        })
        .collect();
    assert_eq!(infos[1].part.entry.as_deref(), Some("Song/kick.wav"));
    let (_other, plain) = folder_of(&[("kick.wav", wav(256))]);
    assert_eq!(
        infos[1].sha256,
        sha256_file(plain.join("kick.wav")).expect("readable"),
        "of the entry's bytes"
    );
    let again = acetate_files::reopen(&infos, "elsewhere".as_ref()).expect("found again");
    for ((stem, file), info) in delivery.stems.iter().zip(&again).zip(&infos) {
        assert!(file.is_unchanged(info).expect("readable"));
        let heard = read_all(&mut stem.file.open().expect("opens"), 100);
        assert_eq!(read_all(&mut file.open().expect("opens"), 4096), heard);
        assert!(heard.frames() == 1000 && heard.channels[0][0] != 0.0);
    }
    assert_eq!(fs::read_dir(keep.path()).expect("readable").count(), 1, "nothing is written beside it");
    fs::write(&path, pack(&[("Song/kick.wav", wav(3))])).expect("replaced");
    let message = acetate_files::reopen(&infos, "".as_ref()).expect_err("an entry is gone").to_string();
    assert!(message.contains("keys_L.wav"), "{message}");
    let changed = acetate_files::reopen([&infos[1]], "".as_ref()).expect("there");
    assert!(!changed[0].is_unchanged(&infos[1]).expect("readable"));
}

#[test]
fn a_folder_with_an_archive_alone_is_that_archive() {
    let bytes = pack(&[("kick.wav", wav(1)), ("bass.wav", wav(1))]);
    let (keep, _) = archive(bytes);
    let folder = keep.path().to_owned();
    assert_eq!(names(&scan(std::slice::from_ref(&folder), None).expect("stems")), ["bass", "kick"]);
    fs::write(folder.join("vox.wav"), wav(1)).expect("written");
    let delivery = scan(&[folder], None).expect("stems");
    assert_eq!(names(&delivery), ["vox"]);
    assert!(delivery.passed_over_lines()[0].contains("name it alone"));
}

#[test]
fn a_silent_stem_among_others_is_no_bomb() {
    let silent = Wav::new(2, &vec![0; 4_000_000]).bytes();
    let (_keep, path) = archive(pack(&[("kick.wav", silent.clone()), ("bass.wav", silent)]));
    assert_eq!(scan(&[path], None).expect("stems").stems.len(), 2);
}

#[test]
fn paths_that_lead_out_are_never_followed() {
    let outside =
        ["../kick.wav", "/kick.wav", "a/../../kick.wav", "C:/kick.wav", "..\\kick.wav", "\\kick.wav"];
    for name in outside {
        // the writer would mend such names, so they are put in afterwards
        let honest = "x".repeat(name.len());
        let bytes = replace(pack(&[(&honest, wav(1))]), honest.as_bytes(), name.as_bytes());
        refused(bytes, &["kick.wav"]);
    }
    let delivery = |bytes| {
        let (keep, path) = archive(bytes);
        (scan(&[path], None).expect("stems"), keep)
    };
    let bytes = replace(pack(&[("xxxkick.wav", wav(1)), ("bass.wav", wav(1))]), b"xxxkick", b"../kick");
    let (found, _keep) = delivery(bytes);
    assert_eq!(names(&found), ["bass"]);
    assert!(found.passed_over_lines()[0].contains("out of the archive"));
    let (found, _keep) = delivery(replace(pack(&[("Songxkick.wav", wav(1))]), b"Songxkick", b"Song\\kick"));
    assert_eq!(names(&found), ["kick"], "a Windows program's backslash");
}

#[test]
fn links_are_passed_over() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("kick.wav", "/etc/passwd", options()).expect("a link");
    zip.start_file("bass.wav", options()).expect("begun");
    zip.write_all(&wav(1)).expect("written");
    let (_keep, path) = archive(zip.finish().expect("finished").into_inner());
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!((names(&delivery), delivery.passed_over.len()), (vec!["bass"], 1));
}

#[test]
fn bombs_are_refused_before_and_while_unpacking() {
    let big = Wav::new(2, &vec![0; 30 << 20]).bytes();
    let honest = pack(&[("kick.wav", big.clone())]);
    refused(honest.clone(), &["unpacks to", "MB"]);
    // the same, with a header that says 1000 bytes
    let size = (big.len() as u32).to_le_bytes();
    refused(replace(honest, &size, &1000_u32.to_le_bytes()), &["kick.wav", "does not unpack"]);
    let small = pack(&[("kick.wav", wav(1))]);
    let size = (wav(1).len() as u32).to_le_bytes();
    refused(replace(small.clone(), &size, &9_000_000_u32.to_le_bytes()), &["kick.wav", "9000000 bytes"]);
    refused(replace(small, &size, &0xf000_0000_u32.to_le_bytes()), &["unpacks to"]);
}

#[test]
fn too_many_entries_are_refused() {
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.wav")).collect();
    let files: Vec<_> = names.iter().map(|n| (n.as_str(), Vec::new())).collect();
    refused(pack(&files), &["10001 entries"]);
}

#[test]
fn locked_archives_and_unusual_methods_tell_the_way_out() {
    let bytes = pack(&[("kick.wav", wav(1))]);
    let central = find(&bytes, b"PK\x01\x02");
    let mut locked = bytes.clone();
    locked[6] |= 1;
    locked[central + 8] |= 1;
    refused(locked, &["password", "name the folder"]);
    for (method, word) in [(9, "packed by"), (12, "Bzip2"), (14, "Lzma"), (93, "Zstd"), (250, "packed by")] {
        let mut unusual = bytes.clone();
        unusual[8] = method;
        unusual[central + 10] = method;
        refused(unusual, &[word, "pack it as ordinary ZIP"]);
    }
}

#[test]
fn damage_is_told_wherever_it_is() {
    let bytes = pack(&[("kick.wav", wav(300)), ("bass.wav", wav(3))]);
    for length in [4, 30, 60, bytes.len() / 2, bytes.len() - 1] {
        refused(bytes[..length].to_vec(), &[]);
    }
    refused(b"PK\x05\x06".to_vec(), &[]);
    refused(pack(&[]), &["empty"]);
    let central = find(&bytes, b"PK\x01\x02");
    let mut wrong_sum = bytes.clone();
    wrong_sum[central + 16] ^= 1;
    refused(wrong_sum, &["kick.wav", "does not unpack"]);
    let twice = replace(bytes.clone(), b"bass.wav", b"kick.wav");
    refused(twice, &["two files of the same name"]);
    // every byte of the headers, flipped: no panic, and an error that names the archive
    let headers = (0..60).chain(central..bytes.len());
    for at in headers {
        for mask in [0x01, 0x80, 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] ^= mask;
            let (_keep, path) = archive(flipped);
            match scan(&[path], None) {
                Ok(delivery) => assert!(!delivery.stems.is_empty()),
                Err(error @ FileError::Io { .. }) => panic!("byte {at}: {error}"),
                Err(error) => assert!(error.to_string().contains("song.zip"), "byte {at}: {error}"),
            }
        }
    }
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).position(|w| w == text).expect("it is there")
}

/// Puts bytes in place of others of the same length, wherever they stand.
fn replace(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> =
        (0..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}
