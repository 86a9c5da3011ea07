//! Whether more of a flaw is taken back the stronger it is.

use std::fmt::Write;

use anyhow::Result;

use crate::Asked;
use crate::cases::{Results, put};
use crate::run::{Baseline, Clean, score};
use crate::way::Way;

/// Strengths from mild to strong.
const STEPS: usize = 6;
/// What is taken back may shrink by this share of what is shown at the strongest, re the most at any weaker step, before it
/// counts: the songs play on.
const SHRINKS: f64 = 0.03;

/// Every flaw in so many strengths, from stems.
pub(crate) fn of_song(clean: &Clean, number: usize, asked: &Asked) -> Result<Results> {
    let base = Baseline::of(clean, Way::Stems)?;
    let mut results = Results::default();
    for (m, flaw) in asked.flaws().filter(|(_, flaw)| flaw.id != "POL") {
        let [mild, .., strong] = flaw.levels;
        for step in 0..STEPS {
            let level = mild + (strong - mild) * step as f64 / (STEPS - 1) as f64;
            let Some(put) = put(clean, (m, flaw), number, (step, level)) else { continue };
            results.scores.extend(score(clean, &base, &[put])?);
        }
    }
    Ok(results)
}

/// Flaw by flaw, in how many songs more is taken back at every step.
pub(crate) fn table(results: &Results) -> String {
    let scores = &results.scores;
    let mut text =
        String::from("| flaw | songs | never less | the most that it shrank |\n|---|---:|---:|---|\n");
    for flaw in crate::FLAWS {
        let mut songs: Vec<&str> =
            scores.iter().filter(|s| s.key.flaw == flaw.id).map(|s| s.key.song.as_str()).collect();
        songs.dedup();
        let shrank: Vec<(f64, &str)> = songs
            .iter()
            .map(|song| {
                let of = scores.iter().filter(|s| s.key.flaw == flaw.id && s.key.song == *song);
                let taken: Vec<f64> = of.clone().map(|s| s.shown.abs() - s.left.abs()).collect();
                let strongest = of.map(|s| s.shown.abs()).fold(1e-9, f64::max);
                let most = |n: usize| taken[..n].iter().copied().fold(0.0, f64::max);
                let less = taken.iter().enumerate().map(|(n, now)| (most(n) - now) / strongest);
                (less.fold(0.0, f64::max), *song)
            })
            .collect();
        let steady = shrank.iter().filter(|(by, _)| *by <= SHRINKS).count();
        if let Some((most, song)) = shrank.iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
            let most = format!("{:.0} % of the strongest ({song})", 100.0 * most);
            let _ = writeln!(text, "| {} | {} | {steady} | {most} |", flaw.id, songs.len());
        }
    }
    text
}
