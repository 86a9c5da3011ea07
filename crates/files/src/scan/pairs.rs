//! Two mono files that are the left and right of one stem, as Pro Tools and others split them.

use super::candidate::Candidate;
use crate::{StemFile, absolute};
use acetate_model::{RightHalf, Source};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// How the sides are called, each word with its counterpart.
const WORDS: [(&str, &str); 3] = [("l", "r"), ("left", "right"), ("links", "rechts")];

/// A name without the side that it ends with: `kick.L`, `kick_R`, `Kick-Left`, `kick (R)`.
pub(super) fn sides(label: &str) -> Option<(&str, Side)> {
    split(label).map(|(base, side, _)| (base, side))
}

/// The name, the side, and which pair of words says so.
fn split(label: &str) -> Option<(&str, Side, usize)> {
    let inner = label.trim_end().trim_end_matches([')', ']']);
    let from = inner
        .rfind(|c: char| !c.is_alphanumeric())
        .map(|at| at + inner[at..].chars().next().map_or(1, char::len_utf8));
    let from = from.unwrap_or(0);
    let word = inner[from..].to_lowercase();
    let which = WORDS.iter().position(|(left, right)| word == *left || word == *right)?;
    let side = if word == WORDS[which].0 { Side::Left } else { Side::Right };
    let base = inner[..from].trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | ']'));
    Some((base, side, which))
}

/// Makes one stem of every left that has its right: in the same folder, both mono, and at the same rate.
pub(super) fn join(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut rest: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for at in 0..rest.len() {
        let Some(left) = rest[at].clone() else { continue };
        let right = (0..rest.len()).find(|other| rest[*other].as_ref().is_some_and(|r| are_halves(&left, r)));
        if let Some(right) = right {
            rest[at] = None;
            joined.extend(rest[right].take().map(|right| stereo(left, &right)));
        }
    }
    joined.extend(rest.into_iter().flatten());
    joined
}

fn are_halves(left: &Candidate, right: &Candidate) -> bool {
    let (Some((a, Side::Left, pair)), Some((b, Side::Right, other))) =
        (split(&left.label), split(&right.label))
    else {
        return false;
    };
    let whole = |c: &Candidate| c.file.part.channels.is_empty() && c.file.part.track.is_none();
    let named_alike = pair == other && a.to_lowercase() == b.to_lowercase() && left.folder == right.folder;
    // an archive's entry and a file on disk have no common place
    let one_place = match (left.file.input.name_in_archive(), right.file.input.name_in_archive()) {
        (None, None) => true,
        (Some(_), Some(_)) => left.file.input.path() == right.file.input.path(),
        _ => false,
    };
    named_alike
        && one_place
        && whole(left)
        && whole(right)
        && mono_rate(left).is_some_and(|rate| mono_rate(right) == Some(rate))
}

/// The rate of a mono file.
fn mono_rate(candidate: &Candidate) -> Option<u32> {
    let (channels, rate_hz) = match candidate.header {
        Some(header) => (header.channels, header.rate_hz),
        None => candidate.file.open().ok().map(|reader| (reader.channels(), reader.rate_hz()))?,
    };
    (channels == 1).then_some(rate_hz)
}

fn stereo(left: Candidate, right: &Candidate) -> Candidate {
    let input = &right.file.input;
    let path =
        input.name_in_archive().map_or_else(|| absolute(input.path()).display().to_string(), str::to_owned);
    let base = split(&left.label).map(|(base, ..)| base.trim().to_owned()).filter(|base| !base.is_empty());
    let mut stereo = left.clone();
    stereo.label = base.or_else(|| left.folder_name()).unwrap_or_else(|| "stereo".into());
    stereo.file = StemFile { right: Some(input.clone()), ..left.file };
    stereo.file.part.right = Some(RightHalf { path, sha256: String::new() });
    let frames = right.header.map_or(0, |h| h.frames);
    stereo.header =
        left.header.map(|h| super::candidate::Header { channels: 2, frames: h.frames.max(frames), ..h });
    stereo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_words_at_the_end() {
        for (label, base, side) in [
            ("kick.L", "kick", Side::Left),
            ("kick_R", "kick", Side::Right),
            ("Kick-Left", "Kick", Side::Left),
            ("kick (R)", "kick", Side::Right),
            ("Kick [right]", "Kick", Side::Right),
            ("OH (close) L", "OH (close)", Side::Left),
            ("guitar r", "guitar", Side::Right),
            ("L", "", Side::Left),
            ("Gitarre links", "Gitarre", Side::Left),
        ] {
            assert_eq!(sides(label), Some((base, side)), "{label}");
        }
        for label in ["kickL", "vocal", "bright", "copyright", "R2", ""] {
            assert_eq!(sides(label), None, "{label}");
        }
    }
}
