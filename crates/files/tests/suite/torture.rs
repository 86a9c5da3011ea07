//! Files that other programs wrote or broke, with what shall become of them.

use std::{fs, path::Path, time::Instant};

use acetate_files::open;
use acetate_model::Source;

use crate::help::{load, songs};

/// Codings whose length without gapless data is a multiple of their blocks.
const LOSSY: [&str; 6] = ["mp3", "aac", "m4a", "ogg", "mka", "mp2"];
const LONGEST_BLOCK: u64 = 2304;

struct Row {
    file: String,
    expect: String,
    frames: Option<u64>,
    rate_hz: Option<u32>,
    channels: Option<usize>,
}

#[test]
fn every_row_of_the_list_ends_as_it_says() {
    let Some(songs) = songs() else { return };
    let folder = songs.join("torture/generated");
    let list = fs::read_to_string(folder.join("expected.csv")).expect("the list");
    let rows: Vec<Row> = list.lines().skip(1).map(row).collect();
    assert!(rows.len() > 100);
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| judge(&folder, row).err().map(|e| format!("{}: {e}", row.file)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judge(folder: &Path, row: &Row) -> Result<(), String> {
    let started = Instant::now();
    let outcome = load(&folder.join(&row.file));
    if started.elapsed().as_secs() > 5 {
        return Err(format!("took {:?}", started.elapsed()));
    }
    match (row.expect.as_str(), outcome) {
        ("ok", Err(error)) => Err(format!("expected audio, found: {error}")),
        ("reject", Ok((reader, _))) => Err(format!("expected an error, found {:?}", reader.info())),
        (_, Err(error)) => {
            let named = error.to_string().contains(&row.file);
            if named { Ok(()) } else { Err(format!("the message does not name the file: {error}")) }
        }
        (_, Ok((reader, audio))) => {
            let info = reader.info();
            if !audio.channels.iter().flatten().all(|s| s.is_finite()) {
                return Err("NaN or infinity came out".into());
            }
            if info.frames != audio.frames() as u64 {
                return Err(format!("told {} frames, gave {}", info.frames, audio.frames()));
            }
            let lossy = LOSSY.iter().any(|e| row.file.ends_with(e));
            // sox counts Wave64's padding to eight bytes as samples
            let slack = if lossy { LONGEST_BLOCK } else { u64::from(row.file.ends_with("w64")) };
            let frames_fit = row.frames.is_none_or(|f| f.abs_diff(info.frames) <= slack);
            let fits = frames_fit
                && row.rate_hz.is_none_or(|r| r == info.rate_hz)
                && row.channels.is_none_or(|c| c == info.channels);
            if fits { Ok(()) } else { Err(format!("found {info:?}, expected {:?} frames", row.frames)) }
        }
    }
}

/// One line of comma-separated values; only names may be quoted.
fn row(line: &str) -> Row {
    let (file, rest) = match line.strip_prefix('"') {
        Some(quoted) => {
            let end = quoted.find("\",").expect("a closing quote");
            (quoted[..end].replace("\"\"", "\""), &quoted[end + 2..])
        }
        None => line.split_once(',').map(|(f, r)| (f.to_owned(), r)).expect("a comma"),
    };
    let mut cells = rest.split(',');
    let expect = cells.next().expect("what to expect").to_owned();
    let mut number = || cells.next().and_then(|c| c.parse::<u64>().ok());
    Row {
        file,
        expect,
        frames: number(),
        rate_hz: number().map(|r| r as u32),
        channels: number().map(|c| c as usize),
    }
}

#[test]
fn nothing_in_the_collections_brings_it_down() {
    let Some(songs) = songs() else { return };
    let mut count = 0;
    for entry in walkdir::WalkDir::new(songs.join("torture")).sort_by_file_name() {
        let path = entry.expect("a readable folder").into_path();
        if !path.is_file() {
            continue;
        }
        count += 1;
        let Ok(mut reader) = open(&path) else { continue };
        let mut block = acetate_model::Audio::default();
        while let Ok(read) = reader.read(&mut block, 4096) {
            assert!(block.channels.iter().flatten().all(|s| s.is_finite()), "{}", path.display());
            if read == 0 {
                break;
            }
        }
    }
    assert!(count > 300, "{count} files");
}
