//! The repair benchmark: known flaws are put into stems of clean songs, and what each way of mastering leaves of them is
//! read out of the finished stereo files. `README.md` says how, and holds the figures.

mod flaws;
mod labels;
mod monotone;
mod peers;
mod projection;
mod run;
mod scores;
mod song;
mod table;
#[cfg(test)]
mod verification;

use std::path::PathBuf;

use acetate_mastering::model::Audio;
use anyhow::{Context, Result};
use clap::Parser;
use rayon::prelude::*;

use flaws::{FLAWS, Flaw};
use peers::Peers;
use run::{Baseline, Clean, Put, Scored, Unflawed, Way, reference, score};
use song::Song;

/// Puts known flaws into clean songs and tells how much of them each way of mastering takes back.
#[derive(Parser)]
#[command(
    name = "acetate-repair",
    after_help = "Example:\n  acetate-repair songs/ --only LVL --cases --way auto"
)]
struct Asked {
    /// A folder of songs, each a folder of stems with a `song.json`
    songs: PathBuf,
    /// One strength, four songs
    #[arg(long)]
    quick: bool,
    /// One class of flaw
    #[arg(long, value_name = "FLAW")]
    only: Option<String>,
    /// One way of mastering, like auto; repeatable
    #[arg(long)]
    way: Vec<String>,
    /// Two flaws at a time as well
    #[arg(long)]
    two: bool,
    /// The peers as well, at one strength; they are installed into this folder
    #[arg(long, value_name = "FOLDER")]
    peers: Option<PathBuf>,
    /// Every case on a line
    #[arg(long)]
    cases: bool,
    /// Something else instead: how often the verdict on labelled cases is right, or whether more of a flaw is taken back
    /// the stronger it is
    #[arg(long, value_name = "WHAT", value_parser = ["labels", "monotone"])]
    instead: Option<String>,
}

/// Songs of a quick run.
const QUICK_SONGS: usize = 4;
/// The strength that is taken where only one is: the medium one.
const MEDIUM: usize = 1;

fn main() -> Result<()> {
    let asked = Asked::parse();
    let read = |folder: &PathBuf| Ok((Song::read(folder)?, Song::read_sung(folder)?));
    let read: Vec<(Song, Option<Song>)> = asked
        .folders()?
        .par_iter()
        .map(read)
        .filter(|songs| songs.as_ref().map_or(true, |(song, _)| song.stems.len() > 1))
        .collect::<Result<_>>()?;
    if asked.instead.as_deref() == Some("labels") {
        print!("{}", labels::table(&read)?);
        return Ok(());
    }
    let peers = asked.peers.as_deref().map(Peers::install).transpose()?;
    let masters: Vec<Audio> = read.par_iter().map(|(song, _)| reference(song)).collect::<Result<_>>()?;
    let count = read.len();
    let monotone = asked.instead.is_some();
    let cleaned = read.into_par_iter().enumerate().map(|(n, (song, sung))| {
        let clean =
            |song| Clean::new(song, masters[n].clone(), masters[(n + 1) % count].clone(), peers.clone());
        let excerpts = Excerpts { loudest: clean(song), sung: sung.map(clean) };
        if monotone {
            Ok((monotone::of_song(&excerpts, n, &asked)?, Vec::new()))
        } else {
            of_song(&excerpts, n, &asked)
        }
    });
    let each: Vec<(Vec<Scored>, Vec<Unflawed>)> = cleaned.collect::<Result<_>>()?;
    let (scores, unflawed): (Vec<_>, Vec<_>) = each.into_iter().unzip();
    let (scores, unflawed): (Vec<Scored>, Vec<Unflawed>) =
        (scores.into_iter().flatten().collect(), unflawed.into_iter().flatten().collect());
    if asked.cases {
        print!("{}", table::cases(&scores, &unflawed));
    }
    print!("{}", if monotone { monotone::table(&scores) } else { table::table(&scores, &unflawed) });
    Ok(())
}

impl Asked {
    fn folders(&self) -> Result<Vec<PathBuf>> {
        let found = std::fs::read_dir(&self.songs).with_context(|| self.songs.display().to_string())?;
        let mut folders: Vec<PathBuf> =
            found.flatten().map(|e| e.path()).filter(|p| p.join("song.json").is_file()).collect();
        folders.sort();
        folders.truncate(if self.quick { QUICK_SONGS } else { usize::MAX });
        Ok(folders)
    }

    fn wants(&self, way: Way) -> bool {
        let named = self.way.is_empty() || self.way.iter().any(|name| name == way.name());
        named && (!way.is_foreign() || self.peers.is_some())
    }

    fn flaws(&self) -> impl Iterator<Item = (usize, &'static Flaw)> {
        FLAWS.iter().enumerate().filter(|(_, flaw)| self.only.as_ref().is_none_or(|id| id == flaw.id))
    }
}

/// Flaws that another master of the same song shows, and those that only an export can make.
const SHOWN_BY_A_MASTER: [&str; 4] = ["LVL", "DULL", "HARSH", "MUD"];
const OF_AN_EXPORT: [&str; 2] = ["POL", "DLY"];

/// Whether a way is asked about a flaw.
fn tells(way: Way, flaw: &Flaw) -> bool {
    match way {
        Way::WithMix => OF_AN_EXPORT.contains(&flaw.id),
        Way::WithReference | Way::MatcheringWithReference => SHOWN_BY_A_MASTER.contains(&flaw.id),
        _ => true,
    }
}

/// The stem that a flaw is put into, if one can hold it; another one in every song.
fn put(clean: &Clean, flaw: (usize, &'static Flaw), number: usize, level: f64) -> Option<Put> {
    let (m, flaw) = flaw;
    let suits = |n: &usize| (flaw.suits)(&clean.song, &clean.song.stems[*n]);
    let suited: Vec<usize> = (0..clean.song.stems.len()).filter(suits).collect();
    let stem = *suited.get((number * 7 + m) % suited.len().max(1))?;
    Some(Put { flaw, stem, level, case: number + m })
}

/// What is heard of a song.
struct Excerpts {
    loudest: Clean,
    sung: Option<Clean>,
}

impl Excerpts {
    /// What a flaw is put into.
    fn of(&self, flaw: &Flaw) -> Option<&Clean> {
        if OF_A_VOICE.contains(&flaw.id) { self.sung.as_ref() } else { Some(&self.loudest) }
    }
}

/// Flaws that need a voice that sings.
const OF_A_VOICE: [&str; 2] = ["SIB", "MASK"];

fn of_song(excerpts: &Excerpts, number: usize, asked: &Asked) -> Result<(Vec<Scored>, Vec<Unflawed>)> {
    let ways = || Way::ALL.into_iter().filter(|way| asked.wants(*way));
    let bases: Vec<Baseline> =
        ways().map(|way| Baseline::of(&excerpts.loudest, way)).collect::<Result<_>>()?;
    let mut scores = Vec::new();
    for (m, flaw) in asked.flaws() {
        let Some(clean) = excerpts.of(flaw) else { continue };
        for base in bases.iter().filter(|base| tells(base.way, flaw)) {
            let sung = OF_A_VOICE.contains(&flaw.id).then(|| Baseline::of(clean, base.way)).transpose()?;
            let base = sung.as_ref().unwrap_or(base);
            let one = asked.quick || base.way.is_foreign();
            let levels = if one { MEDIUM..MEDIUM + 1 } else { 0..flaw.levels.len() };
            for level in levels {
                let Some(put) = put(clean, (m, flaw), number, flaw.levels[level]) else { continue };
                scores.extend(score(clean, base, &[put])?);
            }
        }
    }
    if asked.two {
        for base in bases.iter().filter(|base| matches!(base.way, Way::Stereo | Way::Stems | Way::Auto)) {
            scores.extend(two(&excerpts.loudest, number, base)?);
        }
    }
    Ok((scores, bases.into_iter().map(|b| b.unflawed).collect()))
}

/// The name of what has two flaws.
pub(crate) const TWO: &str = "TWO";
/// How many pairs of flaws are put into each song.
const PAIRS: usize = 4;

/// Two flaws at a time, in different stems.
fn two(clean: &Clean, number: usize, base: &Baseline) -> Result<Vec<Scored>> {
    let lasting: Vec<(usize, &'static Flaw)> =
        FLAWS.iter().enumerate().filter(|(_, flaw)| !OF_AN_EXPORT.contains(&flaw.id)).collect();
    let mut scores = Vec::new();
    for pair in 0..PAIRS {
        // numbers without a common factor go through all pairs before one comes again
        let first = lasting[(number * PAIRS + pair) * 5 % lasting.len()];
        let second = lasting[((number * PAIRS + pair) * 5 + 1 + pair) % lasting.len()];
        let of = |flaw: (usize, &'static Flaw)| put(clean, flaw, number + pair, flaw.1.levels[MEDIUM]);
        let (Some(a), Some(b)) = (of(first), of(second)) else { continue };
        if a.stem != b.stem {
            scores.extend(score(clean, base, &[a, b])?.into_iter().map(|s| Scored { flaw: TWO, ..s }));
        }
    }
    Ok(scores)
}
