use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Role, Stem};

/// Another version of the song, made of the same mastered stems: `instrumental`, `a-cappella`, `tv`, `without/drums`,
/// `vocals+1`. With `:limited` behind it, it is limited anew for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Version {
    /// What is heard.
    pub what: Cut,
    /// Whether it has a limiter and a loudness of its own; else every stem is what it is in the master.
    pub limited: bool,
}

/// Which stems of a song are heard in a version, and how loud.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// No voice.
    Instrumental,
    /// Voices only.
    ACappella,
    /// No lead voice; backing voices stay.
    Tv,
    /// All but one stem.
    Without(Name),
    /// One stem, or all leads where it is called `vocals`, louder or softer by so many dB.
    Moved(Name, f64),
}

/// By how many dB a stem may be moved in a version.
const MOST_DB: f64 = 6.0;
/// What stands behind a version that is limited anew.
const LIMITED: &str = ":limited";
const WITHOUT: &str = "without/";
/// The name that stands for the lead voice where no stem has it.
const VOCALS: &str = "vocals";

impl Version {
    /// The gain of each stem, as a factor; why it cannot be made, if so.
    pub fn gains(&self, stems: &[Stem]) -> Result<Vec<f64>, String> {
        let is_voice = |s: &Stem| matches!(s.role, Role::LeadVocal | Role::BackingVocal);
        let is_lead = |s: &Stem| s.role == Role::LeadVocal;
        let pick = |keep: &dyn Fn(&Stem) -> bool| -> Vec<f64> {
            stems.iter().map(|s| if keep(s) { 1.0 } else { 0.0 }).collect()
        };
        let gains = match &self.what {
            Cut::Instrumental => pick(&|s| !is_voice(s)),
            Cut::ACappella => pick(&is_voice),
            Cut::Tv => pick(&|s| !is_lead(s)),
            Cut::Without(name) => pick(&|s| s.name != *name),
            Cut::Moved(name, db) => {
                let named = stems.iter().any(|s| s.name == *name);
                let moved = |s: &Stem| if named { s.name == *name } else { name == VOCALS && is_lead(s) };
                let factor = crate::amplitude(*db);
                stems.iter().map(|s| if moved(s) { factor } else { 1.0 }).collect()
            }
        };
        if gains.iter().all(|g| *g == 1.0) {
            return Err(self.nothing_to_do(stems));
        }
        if gains.iter().all(|g| *g == 0.0) {
            return Err(format!("`{self}` would be silent: no stem is left"));
        }
        Ok(gains)
    }

    fn nothing_to_do(&self, stems: &[Stem]) -> String {
        let names: Vec<&str> = stems.iter().map(|s| s.name.as_str()).collect();
        let names = names.join(", ");
        match &self.what {
            Cut::Without(name) | Cut::Moved(name, _) => {
                format!("`{self}`: expected one of the stems {names}, found `{name}`")
            }
            Cut::ACappella => format!("`{self}` would be the master itself: every stem is a voice"),
            Cut::Instrumental | Cut::Tv => format!(
                "`{self}` would be the master itself: no stem of {names} is a lead voice; say which is one in a \
                 brief, like `roles.vox = \"lead_vocal\"`"
            ),
        }
    }

    /// A name for a file.
    pub fn file(&self) -> String {
        self.to_string().replace([':', '/'], "-")
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.what {
            Cut::Instrumental => f.write_str("instrumental"),
            Cut::ACappella => f.write_str("a-cappella"),
            Cut::Tv => f.write_str("tv"),
            Cut::Without(name) => write!(f, "{WITHOUT}{name}"),
            Cut::Moved(name, db) => write!(f, "{name}{db:+}"),
        }?;
        f.write_str(if self.limited { LIMITED } else { "" })
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (what, limited) = match text.strip_suffix(LIMITED) {
            Some(what) => (what, true),
            None => (text, false),
        };
        let what = match what {
            "instrumental" => Cut::Instrumental,
            "a-cappella" | "acapella" | "acappella" => Cut::ACappella,
            "tv" => Cut::Tv,
            _ => match what.strip_prefix(WITHOUT) {
                Some(name) if !name.is_empty() => Cut::Without(name.into()),
                _ => moved(what).ok_or_else(|| unknown(text))?,
            },
        };
        Ok(Self { what, limited })
    }
}

/// `vocals+1`, `vocals-0.5`.
fn moved(text: &str) -> Option<Cut> {
    let (name, db) = text.split_at_checked(text.rfind(['+', '-'])?)?;
    let db: f64 = db.parse().ok()?;
    (!name.is_empty() && db != 0.0 && db.abs() <= MOST_DB).then(|| Cut::Moved(name.into(), db))
}

fn unknown(text: &str) -> String {
    format!(
        "expected `instrumental`, `a-cappella`, `tv`, `without/STEM` or `STEM+1` (up to {MOST_DB} dB up or down), with \
         `{LIMITED}` behind it to limit it anew, found `{text}`"
    )
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for Version {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(named: &[(&str, Role)]) -> Vec<Stem> {
        let stem = |(name, role): &(&str, Role)| Stem {
            role: *role,
            ..Stem::new(name, crate::RoleGuess::default(), crate::SourceInfo::default())
        };
        named.iter().map(stem).collect()
    }

    fn gains(version: &str, stems: &[Stem]) -> Result<Vec<f64>, String> {
        version.parse::<Version>()?.gains(stems)
    }

    #[test]
    fn versions_pick_stems_by_what_they_play() {
        let band = stems(&[
            ("drums", Role::Drums),
            ("vox", Role::LeadVocal),
            ("choir", Role::BackingVocal),
            ("keys", Role::Keys),
        ]);
        assert_eq!(gains("instrumental", &band), Ok(vec![1.0, 0.0, 0.0, 1.0]));
        assert_eq!(gains("a-cappella", &band), Ok(vec![0.0, 1.0, 1.0, 0.0]));
        assert_eq!(gains("tv", &band), Ok(vec![1.0, 0.0, 1.0, 1.0]));
        assert_eq!(gains("without/drums:limited", &band), Ok(vec![0.0, 1.0, 1.0, 1.0]));
        let louder = gains("vocals+1", &band).unwrap();
        assert_eq!([louder[0], louder[2], louder[3]], [1.0; 3]);
        assert_eq!(louder[1], crate::amplitude(1.0));
        assert!(gains("choir-0.5", &band).unwrap()[2] < 1.0);
    }

    #[test]
    fn what_would_be_the_master_or_nothing_is_refused() {
        let band = stems(&[("drums", Role::Drums), ("keys", Role::Keys)]);
        for (version, says) in [
            ("instrumental", "roles."),
            ("a-cappella", "silent"),
            ("without/bass", "drums, keys"),
            ("bass+1", "drums, keys"),
        ] {
            let error = gains(version, &band).unwrap_err();
            assert!(error.contains(says), "{version}: {error}");
        }
        for nonsense in ["", "without/", "+1", "vocals+0", "vocals+9", "karaoke", ":limited"] {
            assert!(nonsense.parse::<Version>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn text_comes_back() {
        for text in
            ["instrumental", "a-cappella:limited", "tv", "without/drums", "lead vox-0.5", "vocals+1:limited"]
        {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), text);
        }
        assert_eq!("without/drums:limited".parse::<Version>().unwrap().file(), "without-drums-limited");
    }
}
