//! Scores as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::flaws::FLAWS;
use crate::run::{Scored, Unflawed, Way};
use crate::{OF_AN_EXPORT, TWO};

/// Songs are drawn anew so often for a confidence interval.
const DRAWS: usize = 2000;
/// The flaw whose measure is no repair: limiting raises it.
const OF_LIMITING: &str = "CLIP";
/// Collateral up to here costs nothing, and what each further decibel costs, in points.
const FREE_DB: f64 = 0.5;
const POINTS_A_DB: f64 = 20.0;

/// Mean repair of each flaw by each way, with intervals over songs, and what it did to clean songs.
pub(crate) fn table(scores: &[Scored], unflawed: &[Unflawed]) -> String {
    let ways: Vec<Way> = Way::ALL.into_iter().filter(|way| scores.iter().any(|s| s.way == *way)).collect();
    [repairs(scores, &ways), differences(scores, &ways), clean(unflawed, &ways)].join("\n")
}

fn repairs(scores: &[Scored], ways: &[Way]) -> String {
    let mut text = String::new();
    let head: Vec<&str> = ways.iter().map(|w| w.name()).collect();
    let _ = writeln!(text, "| flaw | {} |\n|---|{}", head.join(" | "), "---:|".repeat(ways.len()));
    let units = FLAWS.iter().map(|flaw| (flaw.id, flaw.unit)).chain([(TWO, "of these in two stems")]);
    for (id, unit) in units.filter(|(id, _)| scores.iter().any(|s| s.flaw == *id)) {
        let cells: Vec<String> = ways.iter().map(|way| cell(scores, id, *way)).collect();
        let _ = writeln!(text, "| {id} ({unit}) | {} |", cells.join(" | "));
    }
    let row = |of: &dyn Fn(Way) -> String| ways.iter().map(|way| of(*way)).collect::<Vec<_>>().join(" | ");
    let all = row(&|way| macro_mean(scores, way).map_or("–".to_owned(), |mean| format!("{mean:.2}")));
    let _ = writeln!(text, "| **mean over the flaws that all are asked about** | {all} |");
    let collateral = row(&|way| {
        let db: Vec<f64> = scores.iter().filter(|s| s.way == way).map(|s| s.collateral_db).collect();
        format!("{:.2} dB", mean(&db))
    });
    let _ = writeln!(text, "| collateral | {collateral} |");
    let points = row(&|way| {
        let points: Vec<f64> =
            scores.iter().filter(|s| s.way == way && s.flaw != OF_LIMITING).map(points).collect();
        format!("{:.0}", mean(&points))
    });
    let _ = writeln!(text, "| points | {points} |");
    text
}

/// 100 for a flaw that is gone, less what was done to the other stems.
fn points(scored: &Scored) -> f64 {
    100.0 * scored.repaired() - POINTS_A_DB * (scored.collateral_db - FREE_DB).max(0.0)
}

/// By how much more the first of two ways mends, over the flaws that both are asked about.
fn differences(scores: &[Scored], ways: &[Way]) -> String {
    let mut text = String::from("| more is mended by | mean | 95 % |\n|---|---:|---|\n");
    let pairs = ways
        .iter()
        .filter(|way| !way.is_told())
        .flat_map(|other| [Way::Stems, Way::Stereo].map(|way| (way, *other)))
        .filter(|(way, other)| ways.contains(way) && *other != *way)
        .filter(|(_, other)| !matches!(other, Way::Stems | Way::Auto));
    for (way, other) in pairs {
        let by_song = [way, other].map(|way| per_song(scores, way));
        let each: Vec<f64> = by_song[0]
            .iter()
            .filter_map(|(song, flaws)| {
                let theirs = by_song[1].get(song)?;
                let both = flaws.iter().filter_map(|(flaw, repaired)| Some(repaired - theirs.get(flaw)?));
                let both: Vec<f64> = both.collect();
                (!both.is_empty()).then(|| mean(&both))
            })
            .collect();
        if !each.is_empty() {
            let [low, high] = interval(&each);
            let _ = writeln!(
                text,
                "| {} than by {} | {:+.2} | {low:+.2} to {high:+.2} |",
                way.name(),
                other.name(),
                mean(&each)
            );
        }
    }
    text
}

/// What every way is asked about, and what is a repair.
fn counts(flaw: &str) -> bool {
    flaw != OF_LIMITING && flaw != TWO && !OF_AN_EXPORT.contains(&flaw)
}

fn per_song(scores: &[Scored], way: Way) -> BTreeMap<&str, BTreeMap<&str, f64>> {
    let mut songs: BTreeMap<&str, BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for s in scores.iter().filter(|s| s.way == way && counts(s.flaw)) {
        songs.entry(&s.song).or_default().entry(s.flaw).or_default().push(s.repaired());
    }
    let means =
        |flaws: BTreeMap<&'static str, Vec<f64>>| flaws.into_iter().map(|(f, v)| (f, mean(&v))).collect();
    songs.into_iter().map(|(song, flaws)| (song, means(flaws))).collect()
}

fn macro_mean(scores: &[Scored], way: Way) -> Option<f64> {
    let of_flaw = |id: &str| by_song(scores, id, way).map(|songs| mean(&values(&songs)));
    let each: Vec<Option<f64>> = FLAWS
        .iter()
        .filter(|flaw| counts(flaw.id) && scores.iter().any(|s| s.flaw == flaw.id))
        .map(|flaw| of_flaw(flaw.id))
        .collect();
    let known: Vec<f64> = each.iter().flatten().copied().collect();
    (known.len() == each.len() && !known.is_empty()).then(|| mean(&known))
}

fn clean(unflawed: &[Unflawed], ways: &[Way]) -> String {
    let mut text = String::from(
        "| clean songs | harm | stems touched by over 1 dB | stereo, stems, back to the mix |\n|---|---:|---:|---|\n",
    );
    for way in ways.iter().filter(|w| unflawed.iter().any(|u| u.way == **w)) {
        let of: Vec<&Unflawed> = unflawed.iter().filter(|u| u.way == *way).collect();
        let harm: Vec<f64> = of.iter().map(|u| u.harm_db).collect();
        let worst = harm.iter().copied().fold(0.0, f64::max);
        let [over, all] = of.iter().fold([0, 0], |[a, b], u| [a + u.touched[0], b + u.touched[1]]);
        let count =
            |name: &str| of.iter().filter(|u| u.choice.is_some_and(|c| format!("{c:?}") == name)).count();
        let choices = if way.is_foreign() {
            "–".to_owned()
        } else {
            format!("{}, {}, {}", count("Stereo"), count("Stems"), count("BackToMix"))
        };
        let _ = writeln!(
            text,
            "| {} | {:.2} dB, at most {worst:.2} | {over} of {all} | {choices} |",
            way.name(),
            mean(&harm),
        );
    }
    text
}

/// Every case on a line.
pub(crate) fn cases(scores: &[Scored], unflawed: &[Unflawed]) -> String {
    let mut text = String::new();
    for s in scores {
        let _ = writeln!(
            text,
            "{} {:.2} {} {}: {}: shown {:.3e}, left {:.3e}, repaired {:.2}, collateral {:.2} dB, {:?}: {}",
            s.flaw,
            s.level,
            s.song,
            s.stem,
            s.way.name(),
            s.shown,
            s.left,
            s.repaired(),
            s.collateral_db,
            s.choice,
            s.moves.join(" ")
        );
    }
    for u in unflawed {
        let (way, moves) = (u.way.name(), u.moves.join(" "));
        let _ = writeln!(text, "clean {} {way}: {:.2} dB, {:?}: {moves}", u.song, u.harm_db, u.choice);
    }
    text
}

fn cell(scores: &[Scored], flaw: &str, way: Way) -> String {
    let Some(songs) = by_song(scores, flaw, way) else { return "–".to_owned() };
    let values = values(&songs);
    let [low, high] = interval(&values);
    format!("{:.2} ({low:.2} to {high:.2})", mean(&values))
}

/// The mean repair in each song.
fn by_song(scores: &[Scored], flaw: &str, way: Way) -> Option<BTreeMap<String, Vec<f64>>> {
    let mut songs: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for s in scores.iter().filter(|s| s.flaw == flaw && s.way == way) {
        songs.entry(s.song.clone()).or_default().push(s.repaired());
    }
    (!songs.is_empty()).then_some(songs)
}

fn values(songs: &BTreeMap<String, Vec<f64>>) -> Vec<f64> {
    songs.values().map(|v| mean(v)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len() as f64).max(1.0)
}

/// 95 % by bootstrap over songs, with numbers that are the same each time.
fn interval(values: &[f64]) -> [f64; 2] {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    };
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn: Vec<f64> = values.iter().map(|_| values[next() % values.len()]).collect();
            mean(&drawn)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [means[DRAWS / 40], means[DRAWS - 1 - DRAWS / 40]]
}
