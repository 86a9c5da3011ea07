//! The repair benchmark: known flaws are put into stems of clean songs, and what each way of mastering leaves of them is
//! read out of the finished stereo files. `README.md` says how, and holds the figures.

mod align;
mod cases;
mod flaws;
mod labels;
mod masking;
mod means;
mod monotone;
mod peers;
mod projection;
mod readme;
mod run;
mod scores;
mod song;
mod table;
mod touched;
#[cfg(test)]
mod verification;
mod way;

use std::path::PathBuf;

use acetate_mastering::model::Audio;
use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use rayon::prelude::*;

use cases::{Results, of_song};
use flaws::{FLAWS, Flaw};
use peers::Peers;
use run::{Clean, reference};
use song::Song;
use way::Way;

/// Puts known flaws into clean songs and tells how much of them each way of mastering takes back.
#[derive(Parser)]
#[command(
    name = "acetate-repair",
    after_help = "Example:\n  acetate-repair songs/ --only LVL --cases --way auto"
)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command")]
struct Asked {
    /// A folder of songs, each a folder of stems with a `song.json`
    songs: PathBuf,
    /// One strength, four songs
    #[arg(long)]
    quick: bool,
    /// Whole songs in place of the loudest half minute of each
    #[arg(long)]
    full: bool,
    /// Songs whose name has this in it; repeatable
    #[arg(long, value_name = "NAME")]
    song: Vec<String>,
    /// One class of flaw; repeatable
    #[arg(long, value_name = "FLAW")]
    only: Vec<String>,
    /// One way of mastering, like auto; repeatable
    #[arg(long)]
    way: Vec<String>,
    /// Two flaws at a time as well
    #[arg(long)]
    two: bool,
    /// The peers as well, at medium strength; they are installed into this folder
    #[arg(long, value_name = "FOLDER")]
    peers: Option<PathBuf>,
    /// Every case on a line
    #[arg(long)]
    cases: bool,
    /// Writes the tables into the README, too, in place of what this command wrote there last
    #[arg(long)]
    write: bool,
    /// Something else instead
    #[arg(long, value_name = "WHAT")]
    instead: Option<Instead>,
}

/// What may be asked instead of how much is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Instead {
    /// How often the verdict on labelled cases is right
    Labels,
    /// Whether more of a flaw is taken back the stronger it is
    Monotone,
}

/// Songs of a quick run.
const QUICK_SONGS: usize = 4;

fn main() -> Result<()> {
    let asked = Asked::parse();
    let songs: Vec<Song> = asked
        .folders()?
        .par_iter()
        .map(|folder| Song::read(folder, asked.full))
        .filter(|song| song.as_ref().map_or(true, |song| song.stems.len() > 1))
        .collect::<Result<_>>()?;
    let (name, text) = match asked.instead {
        Some(Instead::Labels) => ("labels", labels::table(&songs)?),
        Some(Instead::Monotone) => ("monotone", monotone::table(&run(songs, &asked)?)),
        None => ("repairs", table::table(&run(songs, &asked)?)),
    };
    print!("{text}");
    if asked.write { readme::write(name, &text) } else { Ok(()) }
}

/// All songs through all ways that are asked for.
fn run(songs: Vec<Song>, asked: &Asked) -> Result<Results> {
    let peers = asked.peers.as_deref().map(Peers::install);
    let masters: Vec<Audio> = songs.par_iter().map(reference).collect::<Result<_>>()?;
    let count = songs.len();
    let each = songs.into_par_iter().enumerate().map(|(n, song)| {
        let other = (count > 1).then(|| masters[(n + 1) % count].clone());
        let title = song.title.clone();
        let clean = Clean::new(song, masters[n].clone(), other, peers.clone());
        let of = if asked.instead.is_some() { monotone::of_song } else { of_song };
        of(&clean, n, asked).context(title)
    });
    let each: Vec<Results> = each.collect::<Result<_>>()?;
    let results = each.into_iter().fold(Results::default(), Results::with);
    if asked.cases {
        print!("{}", results.lines());
    }
    Ok(results)
}

impl Asked {
    fn folders(&self) -> Result<Vec<PathBuf>> {
        let found = std::fs::read_dir(&self.songs).with_context(|| self.songs.display().to_string())?;
        let mut folders: Vec<PathBuf> =
            found.flatten().map(|e| e.path()).filter(|p| p.join("song.json").is_file()).collect();
        folders.sort();
        let named = |folder: &PathBuf| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.song.is_empty() || self.song.iter().any(|part| name.contains(part))
        };
        folders.retain(named);
        folders.truncate(if self.quick { QUICK_SONGS } else { usize::MAX });
        Ok(folders)
    }

    fn wants(&self, way: Way) -> bool {
        let named = self.way.is_empty() || self.way.iter().any(|name| name == way.name());
        named && (way.peer().is_none() || self.peers.is_some())
    }

    /// Flaws by their number in the list.
    fn flaws(&self) -> impl Iterator<Item = (usize, &'static Flaw)> {
        let wanted = |flaw: &Flaw| self.only.is_empty() || self.only.iter().any(|id| id == flaw.id);
        FLAWS.iter().enumerate().filter(move |(_, flaw)| wanted(flaw))
    }
}
