//! Scores as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::flaws::{FLAWS, Flaw};
use crate::run::{Scored, Unflawed, Way};

/// Songs are drawn anew so often for a confidence interval.
const DRAWS: usize = 2000;

/// Mean repair of each flaw by each way, with intervals over songs.
pub(crate) fn table(scores: &[Scored], unflawed: &[Unflawed]) -> String {
    let ways: Vec<Way> = [Way::Stereo, Way::Stems, Way::Auto, Way::WithMix, Way::WithReference]
        .into_iter()
        .filter(|way| scores.iter().any(|s| s.way == *way))
        .collect();
    let mut text = String::new();
    let head: Vec<&str> = ways.iter().map(|w| w.name()).collect();
    let _ = writeln!(
        text,
        "| flaw | {} | collateral |\n|---|{}---:|",
        head.join(" | "),
        "---:|".repeat(ways.len())
    );
    for flaw in FLAWS.iter().filter(|f| scores.iter().any(|s| s.flaw == f.id)) {
        let cells: Vec<String> = ways.iter().map(|way| cell(scores, flaw, *way)).collect();
        let side = scores.iter().filter(|s| s.flaw == flaw.id && matches!(s.way, Way::Auto | Way::Stems));
        let side: Vec<f64> = side.map(|s| s.collateral_db).collect();
        let _ =
            writeln!(text, "| {} ({}) | {} | {:.2} dB |", flaw.id, flaw.unit, cells.join(" | "), mean(&side));
    }
    let all: Vec<String> = ways
        .iter()
        .map(|way| {
            let each = FLAWS.iter().filter_map(|f| by_song(scores, f.id, *way).map(|s| mean(&values(&s))));
            let each: Vec<f64> = each.collect();
            format!("{:.2}", mean(&each))
        })
        .collect();
    let _ = writeln!(text, "| **all** | {} | |", all.join(" | "));
    let _ = writeln!(
        text,
        "\n| clean songs | harm | stems touched by over 1 dB | stereo, stems, back to the mix |\n|---|---:|---:|---|"
    );
    for way in ways.iter().filter(|w| unflawed.iter().any(|u| u.way == **w)) {
        let of: Vec<&Unflawed> = unflawed.iter().filter(|u| u.way == *way).collect();
        let harm: Vec<f64> = of.iter().map(|u| u.harm_db).collect();
        let worst = harm.iter().copied().fold(0.0, f64::max);
        let [over, all] = of.iter().fold([0, 0], |[a, b], u| [a + u.touched[0], b + u.touched[1]]);
        let count =
            |name: &str| of.iter().filter(|u| u.choice.is_some_and(|c| format!("{c:?}") == name)).count();
        let _ = writeln!(
            text,
            "| {} | {:.2} dB, at most {worst:.2} | {over} of {all} | {}, {}, {} |",
            way.name(),
            mean(&harm),
            count("Stereo"),
            count("Stems"),
            count("BackToMix"),
        );
    }
    text
}

/// Every case on a line.
pub(crate) fn cases(scores: &[Scored]) -> String {
    let mut text = String::new();
    for s in scores {
        let _ = writeln!(
            text,
            "{} {} {} {}: {}: shown {:.2}, left {:.2}, repaired {:.2}, collateral {:.2} dB, {:?}: {}",
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
    text
}

fn cell(scores: &[Scored], flaw: &Flaw, way: Way) -> String {
    let Some(songs) = by_song(scores, flaw.id, way) else { return "–".to_owned() };
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
