//! Which flaws are put where, and what came of them.

use std::fmt::Write;

use anyhow::Result;

use crate::Asked;
use crate::flaws::{FLAWS, Flaw};
use crate::run::{Baseline, Clean, Key, Put, Scored, Unflawed, score};
use crate::way::{OF_AN_EXPORT, Way};

/// The strength that is taken where only one is: the medium one.
const MEDIUM: usize = 1;

/// What came of all cases.
#[derive(Default)]
pub(crate) struct Results {
    pub scores: Vec<Scored>,
    pub unflawed: Vec<Unflawed>,
    pub missed: Vec<Missed>,
}

/// A case from which another program gave back nothing.
pub(crate) struct Missed {
    pub way: Way,
    /// What it was asked, and why there is no answer.
    pub case: String,
    pub why: String,
}

impl Results {
    pub fn with(mut self, more: Self) -> Self {
        self.scores.extend(more.scores);
        self.unflawed.extend(more.unflawed);
        self.missed.extend(more.missed);
        self
    }

    /// Every case on a line.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for s in &self.scores {
            let Key { flaw, song, of, .. } = &s.key;
            let _ = writeln!(
                text,
                "{flaw} {:.2} {song} {of}: {}: shown {:.3e}, left {:.3e}, repaired {:.2}, collateral {:.2} dB, {:?}: {}",
                s.level,
                s.way.name(),
                s.shown,
                s.left,
                s.repaired(),
                s.collateral_db,
                s.choice,
                s.moves.join(" ")
            );
        }
        for u in &self.unflawed {
            let (way, moves) = (u.way.name(), u.moves.join(" "));
            let _ = writeln!(text, "clean {} {way}: {:.2} dB, {:?}: {moves}", u.song, u.harm_db, u.choice);
        }
        for m in &self.missed {
            let _ = writeln!(text, "{}: {}: {}", m.case, m.way.name(), m.why);
        }
        text
    }
}

/// The stem that a flaw is put into, if one can hold it; another one in every song.
pub(crate) fn put(
    clean: &Clean,
    flaw: (usize, &'static Flaw),
    number: usize,
    (strength, level): (usize, f64),
) -> Option<Put> {
    let (m, flaw) = flaw;
    let suits = |n: &usize| (flaw.suits)(&clean.song, &clean.song.stems[*n]);
    let suited: Vec<usize> = (0..clean.song.stems.len()).filter(suits).collect();
    let stem = *suited.get((number * 7 + m) % suited.len().max(1))?;
    Some(Put { flaw, stem, level, strength, case: number + m })
}

/// Every flaw in one song through every way.
pub(crate) fn of_song(clean: &Clean, number: usize, asked: &Asked) -> Result<Results> {
    let mut results = Results::default();
    for way in Way::ALL.into_iter().filter(|way| asked.wants(*way)) {
        let Some(base) = answer(&mut results, way, clean, None, Baseline::of(clean, way))? else { continue };
        for (m, flaw) in asked.flaws().filter(|(_, flaw)| way.tells(flaw.id)) {
            let one = asked.quick || way.peer().is_some();
            for strength in if one { MEDIUM..MEDIUM + 1 } else { 0..flaw.levels.len() } {
                let level = (strength, flaw.levels[strength]);
                let Some(put) = put(clean, (m, flaw), number, level) else { continue };
                let scored = score(clean, &base, &[put]);
                let scored = answer(&mut results, way, clean, Some(flaw.id), scored)?;
                results.scores.extend(scored.into_iter().flatten());
            }
        }
        if asked.two && matches!(way, Way::Stereo | Way::Stems | Way::Auto) {
            results.scores.extend(two(clean, number, &base)?);
        }
        results.unflawed.push(base.unflawed);
    }
    Ok(results)
}

/// What a way gave back. That another program gave back nothing is told and ends nothing; an error of our own does.
fn answer<T>(
    results: &mut Results,
    way: Way,
    clean: &Clean,
    flaw: Option<&str>,
    given: Result<T>,
) -> Result<Option<T>> {
    match given {
        Err(why) if way.peer().is_some() => {
            let case = format!("{} {}", flaw.unwrap_or("clean"), clean.song.title);
            results.missed.push(Missed { way, case, why: format!("{why:#}") });
            Ok(None)
        }
        given => given.map(Some),
    }
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
        let of =
            |flaw: (usize, &'static Flaw)| put(clean, flaw, number + pair, (MEDIUM, flaw.1.levels[MEDIUM]));
        let (Some(a), Some(b)) = (of(first), of(second)) else { continue };
        if a.stem == b.stem {
            continue;
        }
        for scored in score(clean, base, &[a, b])? {
            let of = format!("{} in {}, pair {}", scored.key.flaw, scored.key.of, pair + 1);
            scores.push(Scored { key: Key { flaw: TWO, of, ..scored.key }, ..scored });
        }
    }
    Ok(scores)
}
