//! How well the checks detect: faults are injected into real songs at three levels, and the findings are counted.

mod count;
mod faults;
mod known;
mod song;
mod table;

use std::path::{Path, PathBuf};

use acetate_mastering::{
    Options, Silent, analyse, check,
    model::{Brief, Finding, Place, Session, Stem},
    scan,
};
use anyhow::{Context, Result};

use self::{count::Count, song::Song};

/// A fault that deliveries have, and the check that shall find it.
struct Fault {
    name: &'static str,
    /// The codes of findings of which any says what is wrong.
    codes: &'static [&'static str],
    /// How much of it, in words: small, medium, gross.
    levels: [&'static str; LEVELS],
    /// Whether a stem can have it: silence cannot be clipped, and a mono stem cannot be made mono.
    suits: fn(&Session, &Stem) -> bool,
    /// Puts it into a song at a level, 0 to 2.
    inject: fn(&mut Song, usize, usize),
}

const LEVELS: usize = 3;
const MEDIUM: usize = 1;

/// What is tried.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    /// Stems of each song that are the victims in turn.
    pub victims: usize,
    /// Songs into which each fault is put in turn.
    pub songs: usize,
    /// One fault alone.
    pub only: Option<&'a str>,
    /// 0 to 2.
    pub levels: &'a [usize],
}

/// Each fault in every song and at every level, in one stem.
pub(crate) const WHOLE: Trial = Trial { victims: 1, songs: usize::MAX, only: None, levels: &[0, MEDIUM, 2] };

/// Prints the table for the songs in a folder.
pub(crate) fn run(songs: &Path, trial: Trial) -> Result<()> {
    println!("{}", measured(songs, trial)?.to_markdown());
    Ok(())
}

fn measured(songs: &Path, trial: Trial) -> Result<Count> {
    let mut count = Count::default();
    let folders = folders(songs)?;
    for (at, folder) in folders.iter().enumerate() {
        let song = Song::read(folder)?;
        let clean = heard(&song)?;
        count.add_clean(&song, &clean);
        // the songs take turns, so that each fault meets as many
        let turns = |turn: usize| (at + folders.len() - turn % folders.len()) % folders.len() < trial.songs;
        let wanted = |(turn, fault): &(usize, &Fault)| {
            trial.only.map_or_else(|| turns(*turn), |name| name == fault.name)
        };
        for (turn, fault) in faults::all().enumerate().filter(wanted) {
            for victim in victims_of(&song, fault, &clean, turn).into_iter().take(trial.victims) {
                for &level in trial.levels {
                    let mut spoilt = song.clone();
                    (fault.inject)(&mut spoilt, victim, level);
                    let found =
                        heard(&spoilt)?.findings.iter().any(|f| says(f, fault, &song.name_of(victim)));
                    count.add(fault, level, &song, victim, found);
                }
            }
        }
        eprintln!("{}: done", song.title);
    }
    Ok(count)
}

fn folders(songs: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(songs).with_context(|| format!("{}: cannot be read", songs.display()))?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.join("song.json").is_file()).collect();
    folders.sort();
    Ok(folders)
}

/// What the checks say about a song.
fn heard(song: &Song) -> Result<Session> {
    let written = song.write()?;
    let delivery = scan(&written.paths, None)?;
    let mut session = analyse(&delivery, &Brief::default(), &Options::default(), &Silent)?;
    check(&mut session);
    Ok(session)
}

/// The stems that can have a fault and have it not yet, in an order that differs from fault to fault.
fn victims_of(song: &Song, fault: &Fault, clean: &Session, turn: usize) -> Vec<usize> {
    let suits = |&at: &usize| {
        let name = song.name_of(at);
        let stem = clean.stems.iter().find(|s| s.name == name);
        stem.is_some_and(|s| (fault.suits)(clean, s)) && !clean.findings.iter().any(|f| says(f, fault, &name))
    };
    let mut victims: Vec<usize> = (0..song.stems.len()).filter(suits).collect();
    let by = turn % victims.len().max(1);
    victims.rotate_left(by);
    victims
}

/// Whether a finding tells of this fault in this stem, or in the whole.
fn says(finding: &Finding, fault: &Fault, name: &str) -> bool {
    let victim = Place::stem(name);
    let about = finding.at == victim
        || finding.at == Place::Master
        || finding.evidence.iter().any(|e| e.of == victim || e.against.as_ref() == Some(&victim));
    about && fault.codes.contains(&finding.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Into which each fault is put.
    const SONGS: usize = 2;
    /// Of all faults at the medium level.
    const LEAST_RECALL: f64 = 0.95;
    /// Among a hundred checks of a stem or sum.
    const MOST_FALSE_ALARMS: f64 = 1.0;

    #[test]
    fn faults_are_found_and_songs_as_they_are_left_in_peace() {
        let Some(songs) = std::env::var_os("ACETATE_SONGS") else {
            println!("skipped: ACETATE_SONGS is not set");
            return;
        };
        let count = measured(Path::new(&songs), Trial { songs: SONGS, levels: &[MEDIUM], ..WHOLE })
            .expect("the songs are read");
        let table = count.to_markdown();
        assert!(count.recall(MEDIUM) >= LEAST_RECALL, "{table}");
        let false_alarms = 100.0 * count.clean.false_alarms() as f64 / count.clean.stem_checks() as f64;
        assert!(false_alarms <= MOST_FALSE_ALARMS, "{table}");
        assert_eq!(count.clean.errors(), 0, "{table}");
    }
}
