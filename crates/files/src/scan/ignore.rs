//! What lies about in deliveries beside the stems.

use crate::kind::Kind;

/// What a name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Audio, or a promise of it: a stem even where its bytes disappoint.
    Audio,
    /// A ZIP archive.
    Archive,
    /// Something else, and what.
    Other(&'static str),
    /// Nothing; its bytes have to tell.
    Nothing,
}

const SYSTEM: &str = "a file or folder that an operating system left";
const HIDDEN: &str = "a hidden file or folder";
pub(super) const PROJECT: &str = "a project of a music program, which holds no finished sound";

const OTHERS: [(&str, &[&str]); 9] = [
    (
        PROJECT,
        &[
            "als",
            "adg",
            "alp",
            "alc",
            "amxd",
            "flp",
            "logicx",
            "logic",
            "band",
            "ptx",
            "ptf",
            "pts",
            "cpr",
            "npr",
            "rpp",
            "rpp-bak",
            "song",
            "aup",
            "aup3",
            "sesx",
            "reason",
            "rns",
            "omf",
            "aaf",
            "ardour",
            "bwproject",
            "xrns",
            "mmp",
            "mmpz",
            "cwp",
            "bun",
            "dawproject",
            "tracktionedit",
            "musx",
            "mscz",
        ],
    ),
    ("MIDI, notes without sound", &["mid", "midi", "smf", "kar", "syx"]),
    ("a picture", &["png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "webp", "heic", "svg", "psd", "ai"]),
    (
        "a document",
        &["pdf", "doc", "docx", "rtf", "odt", "pages", "xls", "xlsx", "ods", "numbers", "csv", "pptx", "key"],
    ),
    (
        "a text",
        &[
            "txt", "md", "nfo", "log", "json", "xml", "html", "htm", "url", "webloc", "ini", "lrc", "cue",
            "m3u",
        ],
    ),
    ("a video", &["mov", "m4v", "mkv", "webm", "avi", "mpg", "mpeg", "wmv"]),
    ("an archive; unpack it, and name its folder", &["rar", "7z", "tar", "gz", "tgz", "bz2", "xz", "sit"]),
    (
        "what a music program keeps to draw a sound",
        &["asd", "pkf", "pek", "reapeaks", "ovw", "sfk", "sfl", "sfap0", "gpk", "wfm", "mrk", "peak"],
    ),
    (
        "a preset or a list of checksums",
        &["fxp", "fxb", "vstpreset", "aupreset", "nki", "nksf", "adv", "sha256", "md5", "sfv"],
    ),
];

/// Projects that are folders.
const PROJECT_FOLDERS: [&str; 2] = [".logicx", ".band"];

/// A name that ends like this promises audio, so the file counts as a stem even where its bytes disappoint.
const OTHER_AUDIO: [&str; 13] =
    ["opus", "wv", "ape", "wma", "dsf", "dff", "tta", "mp2", "amr", "spx", "mpc", "ac3", "sd2"];
const KINDS: [Kind; 11] = [
    Kind::Wav,
    Kind::Wave64,
    Kind::Au,
    Kind::Aiff,
    Kind::Flac,
    Kind::Ogg,
    Kind::Mp4,
    Kind::Mp3,
    Kind::Adts,
    Kind::Caf,
    Kind::Matroska,
];

/// What the name of a file tells.
pub(super) fn file(name: &str) -> Says {
    let lower = name.to_lowercase();
    if let Some(left) = hidden(&lower) {
        return Says::Other(left);
    }
    let Some((_, extension)) = lower.rsplit_once('.') else { return Says::Nothing };
    if let Some((what, _)) = OTHERS.iter().find(|(_, extensions)| extensions.contains(&extension)) {
        return Says::Other(what);
    }
    if extension == "zip" {
        return Says::Archive;
    }
    if OTHER_AUDIO.contains(&extension) || KINDS.iter().any(|k| k.extensions().contains(&extension)) {
        return Says::Audio;
    }
    Says::Nothing
}

/// Why a folder is not searched; `None` if it is.
pub(super) fn folder(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let project = PROJECT_FOLDERS.iter().any(|end| lower.ends_with(end));
    hidden(&lower).or(project.then_some(PROJECT))
}

fn hidden(lower: &str) -> Option<&'static str> {
    let system = ["__macosx", ".ds_store", "thumbs.db", "desktop.ini", "icon\r", "$recycle.bin"];
    match () {
        () if system.contains(&lower) || lower.starts_with("._") => Some(SYSTEM),
        () if lower.starts_with('.') => Some(HIDDEN),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_lies_about() {
        for (name, word) in [
            ("Song.als", "project"),
            ("Song.PTX", "project"),
            ("take.rpp-bak", "project"),
            ("chords.mid", "MIDI"),
            ("Cover.JPG", "picture"),
            ("brief.pdf", "document"),
            ("._kick.wav", "operating system"),
            (".DS_Store", "operating system"),
            (".kick.wav", "hidden"),
            ("kick.wav.asd", "draw"),
            ("more.rar", "archive"),
        ] {
            assert!(matches!(file(name), Says::Other(what) if what.contains(word)), "{name}");
        }
        for name in ["kick.wav", "kick.AIF", "kick.opus", "song.stem.mp4"] {
            assert_eq!(file(name), Says::Audio, "{name}");
        }
        assert_eq!(
            (file("stems.ZIP"), file("kick"), file("kick.L")),
            (Says::Archive, Says::Nothing, Says::Nothing)
        );
        assert!(folder("__MACOSX").is_some() && folder("Song.logicx").is_some() && folder("Drums").is_none());
    }
}
