//! Whether more of a flaw is taken back the stronger it is.

use std::fmt::Write;

use anyhow::Result;

use crate::run::{Baseline, Scored, Way, score};
use crate::{Asked, Excerpts, OF_A_VOICE, put};

/// Strengths from mild to strong.
const STEPS: usize = 6;
/// What is taken back may shrink by this share of what is shown at the strongest before it counts: the songs play on.
const SHRINKS: f64 = 0.03;

/// Every flaw in so many strengths, from stems.
pub(crate) fn of_song(excerpts: &Excerpts, number: usize, asked: &Asked) -> Result<Vec<Scored>> {
    let mut scores = Vec::new();
    let loudest = Baseline::of(&excerpts.loudest, Way::Stems)?;
    for (m, flaw) in asked.flaws().filter(|(_, flaw)| flaw.id != "POL") {
        let Some(clean) = excerpts.of(flaw) else { continue };
        let sung = OF_A_VOICE.contains(&flaw.id).then(|| Baseline::of(clean, Way::Stems)).transpose()?;
        let base = sung.as_ref().unwrap_or(&loudest);
        let [mild, .., strong] = flaw.levels;
        for step in 0..STEPS {
            let level = mild + (strong - mild) * step as f64 / (STEPS - 1) as f64;
            let Some(put) = put(clean, (m, flaw), number, level) else { continue };
            scores.extend(score(clean, base, &[put])?);
        }
    }
    Ok(scores)
}

/// Flaw by flaw, in how many songs more is taken back at every step.
pub(crate) fn table(scores: &[Scored]) -> String {
    let mut text =
        String::from("| flaw | songs | never less | the most that it shrank |\n|---|---:|---:|---|\n");
    for flaw in crate::FLAWS {
        let mut songs: Vec<&str> =
            scores.iter().filter(|s| s.flaw == flaw.id).map(|s| s.song.as_str()).collect();
        songs.dedup();
        let shrank: Vec<(f64, &str)> = songs
            .iter()
            .map(|song| {
                let of = scores.iter().filter(|s| s.flaw == flaw.id && s.song == *song);
                let taken: Vec<f64> = of.clone().map(|s| s.shown.abs() - s.left.abs()).collect();
                let strongest = of.map(|s| s.shown.abs()).fold(1e-9, f64::max);
                let steps = taken.windows(2).map(|pair| (pair[0] - pair[1]).max(0.0) / strongest);
                (steps.fold(0.0, f64::max), *song)
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
