use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Brief, Dbtp, FileForm, Lufs, Version};

/// What is handed over for one purpose: which files, how loud, under which ceiling. Data, not code: the known ones are
/// TOML files, and a person writes others the same way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What it is for, in a sentence.
    pub about: String,
    /// How loud; none takes the brief's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_lufs: Option<Lufs>,
    /// The highest true peak; none takes the brief's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling_dbtp: Option<Dbtp>,
    /// What stands where the limiter would.
    pub ending: Ending,
    /// The files of the song.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileForm>,
    /// What services make of the first file: each is encoded, decoded again, and measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<FileForm>,
    /// The mastered stems, which add up to the master.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stems: Option<FileForm>,
    /// Four groups of stems and their sum in one file for DJ software (Native Instruments, Stems file format).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stem_mp4: bool,
    /// What mastering changed, to be heard alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deltas: bool,
    /// Other versions of the song, in the form of the first file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
}

/// How a song ends before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With the limiter of the plan.
    #[default]
    Limited,
    /// Without a limiter, its highest peak brought to the ceiling.
    Open,
    /// The same for a cut into lacquer: the low end of the stems that carry it in mono, voices de-essed, nothing below
    /// and above what a groove can hold.
    Cut,
}

impl Ending {
    /// Whether there is no limiter.
    pub fn is_open(self) -> bool {
        self != Self::Limited
    }
}

impl Profile {
    /// What contradicts itself, if anything: the way to it, and what was expected and found.
    pub fn wrong(&self) -> Option<(Vec<String>, String)> {
        let at = |way: &[&str], error: String| Some((way.iter().map(|w| (*w).to_owned()).collect(), error));
        let numbers = [
            ("loudness_lufs", self.loudness_lufs.map(|l| l.0), Brief::LOUDNESS_LUFS),
            ("ceiling_dbtp", self.ceiling_dbtp.map(|c| c.0), Brief::CEILING_DBTP),
        ];
        for (key, value, [low, high]) in numbers {
            if let Some(value) = value.filter(|v| !(low..=high).contains(v)) {
                return at(&[key], format!("expected a number from {low} to {high}, found {value}"));
            }
        }
        if self.ending.is_open() && self.loudness_lufs.is_some() {
            let error = "expected none, since this `ending` has no limiter that could reach a loudness";
            return at(&["loudness_lufs"], error.into());
        }
        let song = self.files.is_empty() && self.versions.is_empty();
        if song && self.stems.is_none() && !self.stem_mp4 && !self.deltas {
            return at(
                &["files"],
                "expected at least one file, like `[[files]]` with `format = \"flac\"`".into(),
            );
        }
        for (n, form) in self.files.iter().enumerate() {
            let number = n.to_string();
            if let Some((key, error)) = form.wrong() {
                return at(&["files", &number, key], error);
            }
            if self.files[..n].iter().any(|other| other.name() == form.name()) {
                let error = format!("expected a name of its own, found `{}` again", form.name());
                return at(&["files", &number, "file"], error);
            }
        }
        for (n, codec) in self.codecs.iter().enumerate() {
            if !codec.format.is_lossy() {
                let error = format!("expected a lossy format, found {}", codec.format.name());
                return at(&["codecs", &n.to_string(), "format"], error);
            }
            if let Some((key, error)) = codec.wrong() {
                return at(&["codecs", &n.to_string(), key], error);
            }
        }
        let stems = self.stems.as_ref()?;
        if stems.format.is_lossy() || stems.rate_hz.is_some() {
            let error =
                "expected a lossless format at the rate of the session, since the stems add up to the master";
            return at(&["stems", "format"], error.into());
        }
        if stems.bits == Some(16) {
            return at(
                &["stems", "bits"],
                "expected 24 or 32, since stems are not the last file, found 16".into(),
            );
        }
        stems.wrong().and_then(|(key, error)| at(&["stems", key], error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    #[test]
    fn a_profile_that_contradicts_itself_is_told_by_its_key() {
        let wrong = |profile: Profile| profile.wrong().map(|(way, _)| way.join("."));
        let file = FileForm::default();
        let one = || Profile { files: vec![file.clone()], ..Profile::default() };
        assert_eq!(wrong(one()), None);
        assert_eq!(wrong(Profile::default()), Some("files".into()));
        assert_eq!(
            wrong(Profile { files: vec![file.clone(), file.clone()], ..Profile::default() }),
            Some("files.1.file".into())
        );
        assert_eq!(wrong(Profile { ceiling_dbtp: Some(Dbtp(1.0)), ..one() }), Some("ceiling_dbtp".into()));
        let open = Profile { ending: Ending::Open, loudness_lufs: Some(Lufs(-9.0)), ..one() };
        assert_eq!(wrong(open), Some("loudness_lufs".into()));
        let stems = FileForm { format: Format::Mp3, ..FileForm::default() };
        assert_eq!(wrong(Profile { stems: Some(stems), ..one() }), Some("stems.format".into()));
    }
}
