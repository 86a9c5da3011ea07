//! How often the verdict on a case whose answer is known is right.

use std::fmt::Write;

use acetate_mastering::model::{Verdict, VerdictChoice};
use anyhow::Result;
use rayon::prelude::*;

use crate::OF_A_VOICE;
use crate::flaws::{FLAWS, bell, gain, shelf};
use crate::run::verdict;
use crate::song::Song;

/// What can be right about a song.
const CHOICES: [(VerdictChoice, &str); 3] = [
    (VerdictChoice::Stereo, "stereo"),
    (VerdictChoice::Stems, "stems"),
    (VerdictChoice::BackToMix, "back to the mix"),
];

/// A kind of case.
struct Label {
    about: &'static str,
    right: VerdictChoice,
    /// All of them that can be made of a song.
    make: fn(&Read, usize) -> Vec<Song>,
}

/// The loudest part of a song, and the one that is sung.
type Read = (Song, Option<Song>);

const LABELS: &[Label] = &[
    Label { about: "clean", right: VerdictChoice::Stereo, make: |(song, _), _| vec![song.clone()] },
    Label {
        about: "one stem is wrong",
        right: VerdictChoice::Stems,
        make: |read, n| STRONG.iter().filter_map(|id| with_strong(read, id, n)).collect(),
    },
    Label {
        about: "all of it is wrong",
        right: VerdictChoice::Stereo,
        make: |(song, _), _| {
            let all = |change: &dyn Fn(&mut crate::song::Part)| {
                let mut song = song.clone();
                song.stems.iter_mut().for_each(change);
                song
            };
            vec![all(&|part| shelf(part, -5.0)), all(&|part| bell(part, 250.0, 0.7, 4.0))]
        },
    },
    Label {
        about: "past mending",
        right: VerdictChoice::BackToMix,
        make: |(song, _), n| vec![in_disorder(song, n), torn(song)],
    },
];

/// Flaws that a master mends, that are told without a reference, and that the sum is no place for.
const STRONG: [&str; 4] = ["RES", "SIB", "DYN", "HUM"];

fn with_strong((loudest, sung): &Read, id: &str, n: usize) -> Option<Song> {
    let song = if OF_A_VOICE.contains(&id) { sung.as_ref()? } else { loudest };
    let flaw = FLAWS.iter().find(|flaw| flaw.id == id)?;
    let suited: Vec<usize> = (0..song.stems.len()).filter(|s| (flaw.suits)(song, &song.stems[*s])).collect();
    let stem = *suited.get(n % suited.len().max(1))?;
    let mut song = song.clone();
    (flaw.inject)(&mut song.stems[stem], flaw.levels[flaw.levels.len() - 1], n);
    song.title = format!("{} ({id} in {})", song.title, song.stems[stem].name);
    Some(song)
}

/// Every second stem 12 dB up, the others down.
fn in_disorder(song: &Song, n: usize) -> Song {
    let mut song = song.clone();
    for (k, part) in song.stems.iter_mut().enumerate() {
        gain(part, if (n + k).is_multiple_of(2) { 12.0 } else { -12.0 });
    }
    song.title += " (in disorder)";
    song
}

/// All stems clipped by 12 dB.
fn torn(song: &Song) -> Song {
    let mut song = song.clone();
    let clip = FLAWS.iter().find(|flaw| flaw.id == "CLIP");
    for part in &mut song.stems {
        if let Some(clip) = clip {
            (clip.inject)(part, 12.0, 0);
        }
    }
    song.title += " (clipped)";
    song
}

/// What was said of each kind of case, and how often that was right.
pub(crate) fn table(songs: &[Read]) -> Result<String> {
    let mut text =
        String::from("| case | stereo | stems | back to the mix | right |\n|---|---:|---:|---:|---:|\n");
    let (mut right, mut all) = (0, 0);
    for label in LABELS {
        let cases: Vec<Song> = songs.iter().enumerate().flat_map(|(n, song)| (label.make)(song, n)).collect();
        let said: Vec<Option<Verdict>> = cases.par_iter().map(verdict).collect::<Result<_>>()?;
        let chose = |said: &Option<Verdict>| said.as_ref().map(|verdict| verdict.choice);
        let count = |choice| said.iter().filter(|said| chose(said) == Some(choice)).count();
        let counts = CHOICES.map(|(choice, _)| count(choice).to_string());
        let hits = count(label.right);
        let _ = writeln!(text, "| {} | {} | {hits} of {} |", label.about, counts.join(" | "), said.len());
        for (case, said) in cases.iter().zip(&said).filter(|(_, said)| chose(said) != Some(label.right)) {
            let because = said.as_ref().map_or(String::new(), |verdict| verdict.because.join(" "));
            eprintln!("{}: {}: {:?}: {because}", label.about, case.title, chose(said));
        }
        (right, all) = (right + hits, all + said.len());
    }
    let _ = writeln!(
        text,
        "\nRight in {right} of {all} cases, {:.0} %.",
        100.0 * right as f64 / all.max(1) as f64
    );
    Ok(text)
}
