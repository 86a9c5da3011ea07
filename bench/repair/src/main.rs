//! The repair benchmark: known flaws are put into stems of clean songs, and what each way of mastering leaves of them is
//! read out of the finished stereo files. `README.md` says how, and holds the figures.

mod flaws;
mod projection;
mod run;
mod scores;
mod song;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use flaws::FLAWS;
use run::{Baseline, Clean, Scored, Unflawed, Way, score};
use song::Song;

const USAGE: &str = "usage: acetate-repair SONGS [--quick] [--only FLAW] [--way auto|stems|stereo] [--cases]
  SONGS    a folder of songs, each a folder of stems
  --quick  one strength, four songs
  --only   one class of flaw
  --cases  every case on a line";

/// What is asked for.
#[derive(Default)]
struct Asked {
    songs: PathBuf,
    quick: bool,
    cases: bool,
    only: Option<String>,
    way: Option<String>,
}

/// Songs of a quick run.
const QUICK_SONGS: usize = 4;

fn main() -> Result<()> {
    let asked = asked()?;
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&asked.songs)
        .with_context(|| asked.songs.display().to_string())?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.join("song.json").is_file())
        .collect();
    folders.sort();
    if asked.quick {
        folders.truncate(QUICK_SONGS);
    }
    let each: Vec<(Vec<Scored>, Vec<Unflawed>)> = folders
        .par_iter()
        .enumerate()
        .map(|(n, folder)| of_song(folder, n, &asked))
        .collect::<Result<_>>()?;
    let (scores, unflawed): (Vec<_>, Vec<_>) = each.into_iter().unzip();
    let (scores, unflawed): (Vec<Scored>, Vec<Unflawed>) =
        (scores.into_iter().flatten().collect(), unflawed.into_iter().flatten().collect());
    if asked.cases {
        print!("{}", table::cases(&scores));
        for u in &unflawed {
            println!(
                "clean {} {}: {:.2} dB, {:?}: {}",
                u.song,
                u.way.name(),
                u.harm_db,
                u.choice,
                u.moves.join(" ")
            );
        }
    }
    print!("{}", table::table(&scores, &unflawed));
    Ok(())
}

fn asked() -> Result<Asked> {
    let mut asked = Asked::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => asked.quick = true,
            "--cases" => asked.cases = true,
            "--only" => asked.only = words.next(),
            "--way" => asked.way = words.next(),
            folder if !folder.starts_with('-') => asked.songs = folder.into(),
            _ => bail!(USAGE),
        }
    }
    if asked.songs.as_os_str().is_empty() {
        bail!(USAGE);
    }
    Ok(asked)
}

/// Flaws that another master of the same song shows, and those that only an export can make.
const SHOWN_BY_A_MASTER: [&str; 4] = ["LVL", "DULL", "HARSH", "MUD"];
const OF_AN_EXPORT: [&str; 2] = ["POL", "DLY"];

fn of_song(folder: &Path, number: usize, asked: &Asked) -> Result<(Vec<Scored>, Vec<Unflawed>)> {
    let song = Song::read(folder)?;
    if song.stems.len() < 2 {
        return Ok((Vec::new(), Vec::new()));
    }
    let clean = Clean::new(song)?;
    let wanted = |way: &Way| asked.way.as_ref().is_none_or(|name| name == way.name());
    let ways = [Way::Stereo, Way::Stems, Way::Auto, Way::WithMix, Way::WithReference];
    let bases: Vec<Baseline> =
        ways.into_iter().filter(wanted).map(|way| Baseline::of(&clean, way)).collect::<Result<_>>()?;
    let levels = if asked.quick { 1..2 } else { 0..3 };
    let mut scores = Vec::new();
    for (m, flaw) in FLAWS.iter().enumerate().filter(|(_, f)| asked.only.as_ref().is_none_or(|id| id == f.id))
    {
        let suited: Vec<usize> = (0..clean.song.stems.len())
            .filter(|n| (flaw.suits)(&clean.song, &clean.song.stems[*n]))
            .collect();
        if suited.is_empty() {
            continue;
        }
        let (case, stem) = (number + m, suited[(number * 7 + m) % suited.len()]);
        for base in &bases {
            let runs = match base.way {
                Way::WithMix => OF_AN_EXPORT.contains(&flaw.id),
                Way::WithReference => SHOWN_BY_A_MASTER.contains(&flaw.id),
                _ => true,
            };
            for level in levels.clone().filter(|_| runs) {
                scores.push(score(&clean, base, flaw, (stem, flaw.levels[level], case))?);
            }
        }
    }
    Ok((scores, bases.into_iter().map(|b| b.unflawed).collect()))
}
