use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Amount, Dbtp, Lufs, Place, Profile, Role, Tags, Version};

/// The wish: what the master is for. Written by hand as `brief.toml`, or given as flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brief {
    /// The song's title, for the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How loud, by purpose.
    pub intent: Intent,
    /// How loud, as a number; stands above the intent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_lufs: Option<Lufs>,
    /// The highest true peak.
    pub ceiling_dbtp: Dbtp,
    /// Master the sum, or the stems too.
    pub mode: Mode,
    /// How much of each move of taste is done.
    pub strength: Strength,
    /// Roles by stem name, where the names of the files do not tell.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// Mastered songs that this one shall sound like, as paths. Without a loudness in the brief, theirs is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reference: Vec<String>,
    /// What may be mended that a mix engineer might not want mended unasked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repair: Vec<Repair>,
    /// Settings by hand: `"master/limiter.ceiling_dbtp" = -1.2`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, crate::Json>,
    /// How much of a move is done, by id: 1 is all of it, 0 nothing, 2 twice as much.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scale: BTreeMap<String, f64>,
    /// Moves that shall not be made, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mute: Vec<String>,
    /// Places at which no advisor may make a move: `stem/vocals`, or `master`, where only the limiter stays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lock: Vec<Place>,
    /// What is handed over beside the master, by the names of profiles: `streaming`, `cd`, `stems`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliver: Vec<String>,
    /// Other versions of the song: `instrumental`, `a-cappella`, `tv`, `without/drums`, `vocals+1`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Profiles of a person, by name; they stand above known ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<String, Profile>,
    /// What is written about the song into its files.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            title: None,
            intent: Intent::default(),
            loudness_lufs: None,
            ceiling_dbtp: Dbtp(-1.0),
            mode: Mode::default(),
            strength: Strength::default(),
            roles: BTreeMap::new(),
            reference: Vec::new(),
            repair: Vec::new(),
            set: BTreeMap::new(),
            scale: BTreeMap::new(),
            mute: Vec::new(),
            lock: Vec::new(),
            deliver: Vec::new(),
            versions: Vec::new(),
            profiles: BTreeMap::new(),
            tags: Tags::default(),
        }
    }
}

impl Brief {
    /// What is wrong with it, if anything is.
    pub fn validate(&self) -> Result<(), Wrong> {
        self.wrong_number().or_else(|| self.wrong_words()).map_or(Ok(()), Err)
    }

    fn wrong_number(&self) -> Option<Wrong> {
        let ceiling = (vec!["ceiling_dbtp"], self.ceiling_dbtp.0, Self::CEILING_DBTP);
        let loudness = self.loudness_lufs.map(|l| (vec!["loudness_lufs"], l.0, Self::LOUDNESS_LUFS));
        let scales = self.scale.iter().map(|(id, by)| (vec!["scale", id.as_str()], *by, Amount::RANGE));
        let mut all = [ceiling].into_iter().chain(loudness).chain(scales);
        let (path, found, [low, high]) = all.find(|(_, v, [low, high])| !(*low..=*high).contains(v))?;
        let error = format!("expected a number from {low} to {high}, found {found}");
        Some(Wrong { path: path.into_iter().map(str::to_owned).collect(), error })
    }

    fn wrong_words(&self) -> Option<Wrong> {
        if let Some((key, error)) = self.tags.wrong() {
            return Some(Wrong { path: vec!["tags".into(), key.into()], error });
        }
        self.profiles.iter().find_map(|(name, profile)| {
            let (way, error) = profile.wrong()?;
            Some(Wrong { path: ["profiles".into(), name.clone()].into_iter().chain(way).collect(), error })
        })
    }

    /// The range of the ceiling.
    pub const CEILING_DBTP: [f64; 2] = [-20.0, 0.0];
    /// The range of the loudness.
    pub const LOUDNESS_LUFS: [f64; 2] = [-40.0, 0.0];

    /// Which places are locked, in a sentence; none where nothing is.
    pub fn locked(&self) -> Option<String> {
        let places: Vec<String> = self.lock.iter().map(Place::to_string).collect();
        (!places.is_empty())
            .then(|| format!("Locked: {}. No move was made there unasked.", places.join(", ")))
    }

    /// The loudness asked for.
    pub fn target(&self) -> Lufs {
        self.loudness_lufs.unwrap_or_else(|| self.intent.loudness())
    }
}

/// A value of a brief that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {error}", path.join("."))]
pub struct Wrong {
    /// The way to it, key by key.
    pub path: Vec<String>,
    /// What was expected, and what was found.
    pub error: String,
}

/// How loud a master shall be, by purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Open and dynamic: what services that normalise low play without turning down.
    Dynamic,
    /// Where most streaming services play.
    #[default]
    Streaming,
    /// A little over streaming, still open.
    Balanced,
    /// Dense.
    Loud,
    /// For the dance floor.
    Club,
}

impl Intent {
    /// All of them, quiet to loud.
    pub const ALL: [Self; 5] = [Self::Dynamic, Self::Streaming, Self::Balanced, Self::Loud, Self::Club];

    /// The integrated loudness it aims at.
    pub fn loudness(self) -> Lufs {
        Lufs(match self {
            Self::Dynamic => -16.0,
            Self::Streaming => -14.0,
            Self::Balanced => -12.0,
            Self::Loud => -10.0,
            Self::Club => -8.5,
        })
    }

    /// The name in a brief.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Streaming => "streaming",
            Self::Balanced => "balanced",
            Self::Loud => "loud",
            Self::Club => "club",
        }
    }
}

/// A fault of the delivery that is mended by consent only: it might have been meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Move stems that lie early or late to their place.
    Align,
    /// Turn over stems that cancel others.
    Polarity,
    /// Do to the sum what the mix bus of the client did: its gain over time, its equaliser.
    Bus,
}

impl Repair {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Align, Self::Polarity, Self::Bus];

    /// The name in a brief.
    pub fn name(self) -> &'static str {
        match self {
            Self::Align => "align",
            Self::Polarity => "polarity",
            Self::Bus => "bus",
        }
    }

    /// What a client is offered, in words.
    pub fn offer(self) -> &'static str {
        match self {
            Self::Align => "move it to its place in time",
            Self::Polarity => "turn its polarity over",
            Self::Bus => {
                "do to the sum of the stems what your mix bus did, so that your mix is what is mastered"
            }
        }
    }
}

/// How far a plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Half of each move.
    Gentle,
    /// As much as the evidence asks for.
    #[default]
    Planned,
    /// Half as much again, past what a plan allows itself unasked.
    Bold,
}

impl Strength {
    /// All of them, least to most.
    pub const ALL: [Self; 3] = [Self::Gentle, Self::Planned, Self::Bold];

    /// How much of each move is done; repairs and the limiter work in full.
    pub fn amount(self) -> f64 {
        match self {
            Self::Gentle => 0.5,
            Self::Planned => 1.0,
            Self::Bold => 1.5,
        }
    }

    /// The name in a brief.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Planned => "planned",
            Self::Bold => "bold",
        }
    }
}

/// Whether the stems are touched before the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Where it measurably helps.
    #[default]
    Auto,
    /// Never: the sum is mastered.
    Stereo,
    /// Wherever an advisor sees reason.
    Stems,
}
