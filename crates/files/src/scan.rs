use std::{
    cmp::Ordering,
    collections::HashSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use acetate_model::{Name, Role, RoleGuess};

use crate::{
    CHECKSUMS, Checksums, FileError,
    kind::{Kind, sniff},
};

/// What was sent: stems, perhaps the client's mix, and what is neither.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// In natural order of their names (2 before 10).
    pub stems: Vec<DeliveryFile>,
    /// The stereo mix, for comparison.
    pub mix: Option<DeliveryFile>,
    /// What was seen and not taken.
    pub passed_over: Vec<PassedOver>,
}

/// One file of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryFile {
    /// From the file's name; unique among the stems, without `/`.
    pub name: Name,
    /// Where it is.
    pub path: PathBuf,
    /// What its name says it plays.
    pub role: RoleGuess,
}

/// A file that is no part of the song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Where it is.
    pub path: PathBuf,
    /// Why it was not taken.
    pub reason: String,
}

/// A name that ends like this promises audio, so the file counts as a stem even where its bytes disappoint.
const OTHER_AUDIO: [&str; 16] = [
    "opus", "wv", "ape", "wma", "dsf", "dff", "tta", "au", "snd", "mp2", "amr", "spx", "mpc", "ac3", "sd2",
    "w64",
];
const VIDEO: [&str; 6] = ["mov", "m4v", "mkv", "webm", "avi", "mpg"];
const KINDS: [Kind; 10] = [
    Kind::Wav,
    Kind::Wave64,
    Kind::Aiff,
    Kind::Flac,
    Kind::Ogg,
    Kind::Mp4,
    Kind::Mp3,
    Kind::Adts,
    Kind::Caf,
    Kind::Matroska,
];
/// Whole names that say "this is the mix" beyond doubt, the surest first.
const MIX_NAMES: [&str; 6] = ["mix", "mixdown", "premaster", "fullmix", "full mix", "stereo mix"];

/// Gathers the stems from folders and files, and the client's mix: `mix` if given, else the file named so.
///
/// Of a folder, what lies directly in it. A single file is the song itself, whatever its name.
pub fn scan(inputs: &[PathBuf], mix: Option<&Path>) -> Result<Delivery, FileError> {
    let mut delivery = Delivery::default();
    let mut found = Vec::new();
    for input in inputs {
        let meta = fs::metadata(input).map_err(FileError::io(input, "read it"))?;
        if meta.is_dir() {
            found.extend(scan_folder(input, &mut delivery.passed_over)?);
        } else {
            found.push(input.clone());
        }
    }
    found.sort_by(|a, b| natural(&label(a), &label(b)).then_with(|| a.cmp(b)));
    let mut seen = HashSet::new();
    if let Some(path) = mix {
        let real = path.canonicalize().map_err(FileError::io(path, "read it"))?;
        found.retain(|f| f.canonicalize().ok().as_ref() != Some(&real));
        delivery.mix = Some(file(path));
    }
    for path in &found {
        if !seen.insert(path.canonicalize().map_err(FileError::io(path, "read it"))?) {
            return Err(FileError::Twice { path: path.clone() });
        }
    }
    delivery.stems = found.iter().map(|path| file(path)).collect();
    name_roles(&mut delivery.stems);
    take_mix(&mut delivery);
    make_unique(&mut delivery.stems);
    if delivery.stems.is_empty() {
        let named = inputs.first().ok_or(FileError::NoInput)?;
        let seen = "the mix alone".into();
        return Err(FileError::NoStems { path: named.clone(), seen });
    }
    Ok(delivery)
}

/// The audio files directly in `folder`.
fn scan_folder(folder: &Path, passed_over: &mut Vec<PassedOver>) -> Result<Vec<PathBuf>, FileError> {
    let before = passed_over.len();
    let mut found = Vec::new();
    for entry in
        walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).follow_links(true).sort_by_file_name()
    {
        match entry {
            Ok(entry) => match not_a_stem(entry.path()) {
                None => found.push(entry.into_path()),
                Some(reason) => passed_over.push(PassedOver { path: entry.into_path(), reason }),
            },
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                if path == folder {
                    return Err(FileError::io(folder, "read it")(error.into()));
                }
                passed_over
                    .push(PassedOver { path, reason: "a link that leads nowhere, or not readable".into() });
            }
        }
    }
    if found.is_empty() {
        let seen = what_was_seen(&passed_over[before..]);
        return Err(FileError::NoStems { path: folder.to_owned(), seen });
    }
    Ok(found)
}

fn what_was_seen(passed_over: &[PassedOver]) -> String {
    if passed_over.is_empty() {
        return "it is empty".into();
    }
    let names: Vec<_> = passed_over.iter().take(3).map(|p| format!("`{}`", full_name(&p.path))).collect();
    let more = passed_over.len() - names.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("seen: {}{rest}", names.join(", "))
}

/// Why something in a folder is no stem; `None` for audio, or what claims to be.
/// Whether the checksums beside a file say that it is the result of an earlier run.
fn is_delivered(path: &Path) -> bool {
    let sums = path.parent().map(|folder| Checksums::read(&folder.join(CHECKSUMS)));
    sums.is_some_and(|sums| sums.is_ok_and(|s| s.entries.iter().any(|(name, _)| *name == full_name(path))))
}

fn not_a_stem(path: &Path) -> Option<String> {
    let name = full_name(path);
    if path.is_dir() {
        return Some("a folder; only what lies directly in the folder of stems is read".into());
    }
    if name.starts_with('.') {
        return Some("a hidden file".into());
    }
    if is_delivered(path) {
        return Some("a master that Acetate wrote".into());
    }
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if VIDEO.contains(&extension.as_str()) {
        return Some("a video".into());
    }
    let audio = |k: &Kind| k.extensions().contains(&extension.as_str());
    if OTHER_AUDIO.contains(&extension.as_str()) || KINDS.iter().any(audio) {
        return None;
    }
    match File::open(path).map_err(FileError::io(path, "open it")).and_then(|mut file| sniff(path, &mut file))
    {
        Ok(_) => None,
        Err(FileError::NotAudio { found, .. }) => Some(format!("not audio: it {found}")),
        Err(FileError::Unsupported { found, .. }) => Some(found),
        Err(other) => Some(other.to_string()),
    }
}

/// Among several files, the one named as the mix is not a stem; further mixes are neither.
fn take_mix(delivery: &mut Delivery) {
    if delivery.stems.len() + usize::from(delivery.mix.is_some()) < 2 {
        return;
    }
    let rank = |f: &DeliveryFile| MIX_NAMES.iter().position(|n| *n == f.name.to_lowercase());
    let is_mix = |f: &DeliveryFile| f.role.role == Role::Mix && f.role.confidence >= Role::TRUSTED;
    let best = (0..delivery.stems.len())
        .filter(|i| is_mix(&delivery.stems[*i]))
        .min_by_key(|i| rank(&delivery.stems[*i]).unwrap_or(MIX_NAMES.len()));
    let Some(best) = best.filter(|_| delivery.stems.len() > 1) else { return };
    if delivery.mix.is_none() {
        delivery.mix = Some(delivery.stems.remove(best));
    }
    let (more, stems) = delivery.stems.drain(..).partition(|f| rank(f).is_some());
    let more: Vec<DeliveryFile> = more;
    delivery.stems = stems;
    delivery.passed_over.extend(more.into_iter().map(|f| PassedOver {
        path: f.path,
        reason: "named as a mix, and another file is the mix already".into(),
    }));
}

fn file(path: &Path) -> DeliveryFile {
    let label = label(path);
    let role = RoleGuess::from_name(&label);
    let clean = label.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | '=') { '_' } else { c });
    let clean: String = clean.collect::<String>().trim().to_owned();
    let name = if clean.is_empty() { "stem".into() } else { clean };
    DeliveryFile { name, path: path.to_owned(), role }
}

/// The roles by the names of all together: what they have in common is the song's title.
fn name_roles(stems: &mut [DeliveryFile]) {
    let labels: Vec<String> = stems.iter().map(|stem| label(&stem.path)).collect();
    let roles = RoleGuess::from_names(&labels.iter().map(String::as_str).collect::<Vec<_>>());
    for (stem, role) in stems.iter_mut().zip(roles) {
        stem.role = role;
    }
}

fn label(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn full_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Where two names agree, apart from case, the later gets `-2`, `-3` and so on.
fn make_unique(stems: &mut [DeliveryFile]) {
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
fn natural(a: &str, b: &str) -> Ordering {
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
    use super::*;

    #[test]
    fn two_comes_before_ten() {
        let mut names = ["Track 10", "track 2", "track 02b", "bass", "Track 1", "10", "9", "é2", ""];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "9", "10", "bass", "Track 1", "track 2", "track 02b", "Track 10", "é2"]);
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let mut stems: Vec<_> =
            ["a.wav", "A.flac", "a-2.wav", "a.aif"].iter().map(|p| file(Path::new(p))).collect();
        make_unique(&mut stems);
        let names: Vec<_> = stems.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["a", "A-2", "a-2-2", "a-3"]);
    }
}
