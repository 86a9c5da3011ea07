use std::{cmp::Ordering, collections::HashSet, path::Path};

use acetate_model::Name;

use super::{DeliveryFile, candidate::Candidate};

/// What a file is called, without its kind: `kick` for `kick.wav`, `song` for `song.stem.mp4`.
pub(super) fn label(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match stem.len().checked_sub(STEM.len()).map(|at| stem.split_at_checked(at)) {
        Some(Some((name, end))) if end.eq_ignore_ascii_case(STEM) && !name.is_empty() => name.to_owned(),
        _ => stem,
    }
}

const STEM: &str = ".stem";

/// The name with its kind.
pub(super) fn full_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A label as a name in a session: one line, and nothing that separates places or settings.
pub(super) fn name(label: &str) -> Name {
    let clean = label.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | '=') { '_' } else { c });
    let clean: String = clean.collect::<String>().trim().to_owned();
    if clean.is_empty() { "stem".into() } else { clean }
}

/// Where names agree and folders do not, the folder's name comes before: `Drums room`, `Guitar room`.
pub(super) fn tell_apart(candidates: &mut [Candidate]) {
    let labels: Vec<String> = candidates.iter().map(|c| c.label.to_lowercase()).collect();
    let folders: Vec<Option<String>> = candidates.iter().map(Candidate::folder_name).collect();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        let differs = |other: usize| labels[other] == labels[at] && folders[other] != folders[at];
        if let Some(folder) = folders[at].as_ref().filter(|_| (0..labels.len()).any(differs)) {
            candidate.label = format!("{folder} {}", candidate.label);
        }
    }
}

/// Where two names agree, apart from case, the later gets `-2`, `-3` and so on.
pub(super) fn make_unique(stems: &mut [DeliveryFile]) {
    let mut taken = HashSet::new();
    for stem in stems {
        let base = stem.name.clone();
        let mut count = 1;
        while !taken.insert(stem.name.to_lowercase()) {
            count += 1;
            stem.name = format!("{base}-{count}");
        }
    }
}

/// Compares with runs of digits as numbers, without regard to case.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (digits_a, digits_b) = (leading_digits(a), leading_digits(b));
        if digits_a > 0 && digits_b > 0 {
            let number = |s: &str| s.trim_start_matches('0').to_owned();
            let (x, y) = (number(&a[..digits_a]), number(&b[..digits_b]));
            match x.len().cmp(&y.len()).then_with(|| x.cmp(&y)) {
                Ordering::Equal => (a, b) = (&a[digits_a..], &b[digits_b..]),
                other => return other,
            }
            continue;
        }
        let (mut chars_a, mut chars_b) = (a.chars(), b.chars());
        match (chars_a.next(), chars_b.next()) {
            (Some(x), Some(y)) => match x.to_lowercase().cmp(y.to_lowercase()) {
                Ordering::Equal => (a, b) = (chars_a.as_str(), chars_b.as_str()),
                other => return other,
            },
            (x, y) => return x.is_some().cmp(&y.is_some()),
        }
    }
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use acetate_model::RoleGuess;

    use super::*;
    use crate::StemFile;

    #[test]
    fn two_comes_before_ten() {
        let mut names = ["Track 10", "track 2", "track 02b", "bass", "Track 1", "10", "9", "é2", ""];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "9", "10", "bass", "Track 1", "track 2", "track 02b", "Track 10", "é2"]);
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let file = |path: &str| {
            let file = StemFile::whole(Path::new(path));
            DeliveryFile { name: label(Path::new(path)), file, role: RoleGuess::default() }
        };
        let mut stems: Vec<_> = ["a.wav", "A.flac", "a-2.wav", "a.aif"].map(file).into();
        make_unique(&mut stems);
        let names: Vec<_> = stems.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["a", "A-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn labels_leave_out_the_kind() {
        for (path, expected) in
            [("a/kick.wav", "kick"), ("song.stem.mp4", "song"), ("x.STEM.m4a", "x"), (".stem.mp4", ".stem")]
        {
            assert_eq!(label(Path::new(path)), expected);
        }
    }
}
