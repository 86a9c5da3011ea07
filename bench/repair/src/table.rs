//! Scores as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::cases::{Missed, Results, TWO};
use crate::flaws::FLAWS;
use crate::means::{Cases, Mean};
use crate::peers::Peer;
use crate::run::{Key, Scored, Unflawed};
use crate::way::{OF_AN_EXPORT, SHOWN_BY_A_MASTER, Way};

/// The flaw whose measure is no repair: limiting raises it.
const OF_LIMITING: &str = "CLIP";
/// Collateral up to here costs nothing, and what each further decibel costs, in points.
const FREE_DB: f64 = 0.5;
const POINTS_A_DB: f64 = 20.0;

/// Ways that are given the same, and the flaws that they are compared by.
struct Group {
    about: &'static str,
    ways: fn(Way) -> bool,
    /// Whether a flaw is shown.
    shown: fn(&str) -> bool,
    /// Pairs of ways of which is told by how much more the first mends.
    pairs: &'static [(Way, Way)],
}

const GROUPS: [Group; 3] = [
    Group {
        about: "The song alone",
        ways: |way| !way.is_told(),
        shown: |_| true,
        pairs: &[
            (Way::Stems, Way::Limited),
            (Way::Stems, Way::Stereo),
            (Way::Stems, Way::Peer(Peer::Matchering)),
            (Way::Stems, Way::Peer(Peer::Libsonare)),
            (Way::Stems, Way::Peer(Peer::LibsonareStems)),
            (Way::Auto, Way::Limited),
            (Way::Auto, Way::Peer(Peer::Matchering)),
            (Way::Auto, Way::Peer(Peer::LibsonareStems)),
            (Way::Stereo, Way::Limited),
            (Way::Stereo, Way::Peer(Peer::Matchering)),
        ],
    },
    Group {
        about: "Beside another master of the same song",
        ways: |way| {
            let beside = [Way::WithReference, Way::MatcheringWithReference];
            beside.contains(&way) || [Way::Auto, Way::Peer(Peer::Matchering)].contains(&way)
        },
        shown: |flaw| SHOWN_BY_A_MASTER.contains(&flaw),
        pairs: &[
            (Way::WithReference, Way::MatcheringWithReference),
            (Way::WithReference, Way::Auto),
            (Way::MatcheringWithReference, Way::Peer(Peer::Matchering)),
        ],
    },
    Group {
        about: "Beside the client's mix",
        ways: |way| [Way::Auto, Way::WithMix].contains(&way),
        shown: |flaw| OF_AN_EXPORT.contains(&flaw),
        pairs: &[(Way::WithMix, Way::Auto)],
    },
];

/// What is a repair of one flaw, and so is in the means.
fn counts(flaw: &str) -> bool {
    flaw != OF_LIMITING && flaw != TWO
}

/// Group by group what is mended of each flaw, then by how much more by one way than by another, what was done to clean
/// songs, and who gave no answer.
pub(crate) fn table(results: &Results) -> String {
    let told = |way: Way| results.scores.iter().any(|s| s.way == way);
    let mut parts = Vec::new();
    for (n, group) in GROUPS.iter().enumerate() {
        let ways: Vec<Way> = Way::ALL.into_iter().filter(|way| (group.ways)(*way) && told(*way)).collect();
        // without one that is told, a group says nothing that the first has not said
        if ways.iter().any(|way| way.is_told()) || n == 0 {
            parts.push(repairs(&results.scores, group, &ways));
            parts.extend(differences(&results.scores, group));
        }
    }
    parts.extend([clean(&results.unflawed), missed(&results.missed)].into_iter().flatten());
    parts.join("\n")
}

/// The cases of a flaw that all of these ways were asked about and gave an answer to.
fn common<'a>(scores: &'a [Scored], flaw: &str, ways: &[Way]) -> BTreeSet<&'a Key> {
    let of = |way: &Way| -> BTreeSet<&Key> {
        scores.iter().filter(|s| s.way == *way && s.key.flaw == flaw).map(|s| &s.key).collect()
    };
    let mut each = ways.iter().map(of).filter(|keys| !keys.is_empty());
    let first = each.next().unwrap_or_default();
    each.fold(first, |both, keys| both.intersection(&keys).copied().collect())
}

fn repairs(scores: &[Scored], group: &Group, ways: &[Way]) -> String {
    let head: Vec<&str> = ways.iter().map(|w| w.name()).collect();
    let mut text = format!(
        "| {} | cases | {} |\n|---|---:|{}\n",
        group.about,
        head.join(" | "),
        "---:|".repeat(ways.len())
    );
    let units = FLAWS.iter().map(|flaw| (flaw.id, flaw.unit)).chain([(TWO, "of these in two stems")]);
    let mut in_the_means = BTreeSet::new();
    for (id, unit) in units.filter(|(id, _)| (group.shown)(id)) {
        let keys = common(scores, id, ways);
        if keys.is_empty() {
            continue;
        }
        let cell = |way: &Way| shown(over(scores, *way, &keys, Scored::repaired).mean(), 2);
        let cells: Vec<String> = ways.iter().map(cell).collect();
        let _ = writeln!(text, "| {id} ({unit}) | {} | {} |", keys.len(), cells.join(" | "));
        if counts(id) {
            in_the_means.extend(keys);
        }
    }
    let mut row = |name: &str, of: fn(&Scored) -> f64, digits| {
        let cell = |way: &Way| shown(over(scores, *way, &in_the_means, of).mean(), digits);
        let cells: Vec<String> = ways.iter().map(cell).collect();
        let _ = writeln!(text, "| {name} | {} | {} |", in_the_means.len(), cells.join(" | "));
    };
    row("**mean over the flaws**", Scored::repaired, 2);
    row("collateral, in dB", |s| s.collateral_db, 2);
    row("points", points, 0);
    text
}

/// 100 for a flaw that is gone, less what was done to the other stems.
fn points(scored: &Scored) -> f64 {
    100.0 * scored.repaired() - POINTS_A_DB * (scored.collateral_db - FREE_DB).max(0.0)
}

/// Something of a way in these cases.
fn over<'a>(scores: &'a [Scored], way: Way, keys: &BTreeSet<&Key>, of: fn(&Scored) -> f64) -> Cases<'a> {
    let mut cases = Cases::default();
    for s in scores.iter().filter(|s| s.way == way && keys.contains(&s.key)) {
        cases.add(s.key.flaw, &s.key.song, of(s));
    }
    cases
}

fn shown(mean: Option<Mean>, digits: usize) -> String {
    let said = |m: Mean| {
        // what rounds to nothing has no sign
        let [mean, low, high] = [m.value, m.low, m.high].map(|x| format!("{x:.digits$}"));
        let [mean, low, high] = [mean, low, high].map(|x| if x == "-0.00" { "0.00".into() } else { x });
        format!("{mean} ({low} to {high})")
    };
    mean.map_or_else(|| "–".to_owned(), said)
}

/// By how much more the first of two ways mends, in the cases that both answered.
fn differences(scores: &[Scored], group: &Group) -> Option<String> {
    let mut text = String::from("| more is mended by | cases | mean | 95 % |\n|---|---:|---:|---|\n");
    let empty = text.len();
    for (way, other) in group.pairs {
        let mut cases = Cases::default();
        for ours in scores.iter().filter(|s| s.way == *way && counts(s.key.flaw) && (group.shown)(s.key.flaw))
        {
            let theirs = scores.iter().find(|s| s.way == *other && s.key == ours.key);
            if let Some(theirs) = theirs {
                cases.add(ours.key.flaw, &ours.key.song, ours.repaired() - theirs.repaired());
            }
        }
        if let Some(Mean { value, low, high }) = cases.mean() {
            let (name, than) = (way.name(), other.name());
            let _ = writeln!(
                text,
                "| {name} than by {than} | {} | {value:+.2} | {low:+.2} to {high:+.2} |",
                cases.count()
            );
        }
    }
    (text.len() > empty).then_some(text)
}

fn clean(unflawed: &[Unflawed]) -> Option<String> {
    let mut text = String::from(
        "| clean songs | harm | most masked | stems moved by over 1 dB in the plan | in the sound | stereo, stems, back to \
         the mix |\n|---|---:|---:|---:|---:|---|\n",
    );
    for way in Way::ALL.into_iter().filter(|w| unflawed.iter().any(|u| u.way == *w)) {
        let of: Vec<&Unflawed> = unflawed.iter().filter(|u| u.way == way).collect();
        let harm = of.iter().map(|u| u.harm_db).sum::<f64>() / of.len() as f64;
        let worst = of.iter().map(|u| u.harm_db).fold(0.0, f64::max);
        let masked = of.iter().map(|u| u.masked).fold(0.0, f64::min);
        let all: usize = of.iter().map(|u| u.stems).sum();
        let heard: usize = of.iter().map(|u| u.heard).sum();
        let planned: Option<usize> = of.iter().map(|u| u.planned).sum();
        let planned = planned.map_or("–".to_owned(), |planned| format!("{planned} of {all}"));
        let count =
            |name: &str| of.iter().filter(|u| u.choice.is_some_and(|c| format!("{c:?}") == name)).count();
        let choices = if way.peer().is_some() {
            "–".to_owned()
        } else {
            format!("{}, {}, {}", count("Stereo"), count("Stems"), count("BackToMix"))
        };
        let _ = writeln!(
            text,
            "| {} | {harm:.2} dB, at most {worst:.2} | {masked:.3} | {planned} | {heard} of {all} | {choices} |",
            way.name(),
        );
    }
    (!unflawed.is_empty()).then_some(text)
}

/// Ways that gave no answer, and why.
fn missed(missed: &[Missed]) -> Option<String> {
    let mut text = String::from("| no answer from | to | why |\n|---|---|---|\n");
    let mut rows: Vec<(Way, String, Vec<&str>)> = Vec::new();
    for m in missed {
        // one line for all songs that were missed for the same reason
        match rows.iter_mut().find(|(way, why, _)| *way == m.way && *why == m.why) {
            Some((_, _, cases)) => cases.push(&m.case),
            None => rows.push((m.way, m.why.clone(), vec![&m.case])),
        }
    }
    for (way, why, cases) in &rows {
        let why = why.replace('|', "/");
        let _ = writeln!(text, "| {} | {} cases: {} | {why} |", way.name(), cases.len(), cases.join(", "));
    }
    (!rows.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(way: Way, flaw: &'static str, strength: usize, left: f64) -> Scored {
        let key = Key { flaw, song: "song".into(), strength, of: "stem".into() };
        let none = (None, Vec::new());
        Scored { key, level: 1.0, way, shown: 1.0, left, collateral_db: 1.0, choice: none.0, moves: none.1 }
    }

    #[test]
    fn only_what_both_were_asked_is_compared() {
        let matchering = Way::Peer(Peer::Matchering);
        let scores = vec![
            scored(Way::Stems, "LVL", 0, 0.9),
            scored(Way::Stems, "LVL", 1, 0.5),
            scored(Way::Stems, "LVL", 2, 0.1),
            scored(Way::Stems, "CLIP", 1, 0.0),
            scored(matchering, "LVL", 1, 0.4),
            scored(matchering, "CLIP", 1, 0.0),
        ];
        let text = table(&Results { scores, ..Results::default() });
        let row =
            |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        assert!(row("| LVL").ends_with("| 1 | 0.50 (0.50 to 0.50) | 0.60 (0.60 to 0.60) |"), "{text}");
        // clipping is shown and counts in no mean
        assert!(row("| CLIP").contains("| 1 | 1.00"), "{text}");
        assert!(row("| **mean").ends_with("| 1 | 0.50 (0.50 to 0.50) | 0.60 (0.60 to 0.60) |"), "{text}");
        assert!(row("| points").ends_with("| 1 | 40 (40 to 40) | 50 (50 to 50) |"), "{text}");
        assert!(row("| stems than by Matchering").ends_with("| 1 | -0.10 | -0.10 to -0.10 |"), "{text}");
    }

    #[test]
    fn who_gave_no_answer_is_told_with_the_reason() {
        let of = |case: &str| Missed {
            way: Way::Peer(Peer::Libsonare),
            case: case.into(),
            why: "not installed: no network".into(),
        };
        let missed = vec![of("clean a"), of("clean b")];
        let scores = vec![scored(Way::Stems, "LVL", 1, 0.5)];
        let text = table(&Results { scores, missed, ..Results::default() });
        let said = "| libsonare | 2 cases: clean a, clean b | not installed: no network |";
        assert!(text.contains(said) && text.contains("| LVL"), "{text}");
    }
}
