use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a stem or bus.
pub type Name = String;

/// Where in the signal's way something is: `stem/vocals`, `bus/drums` or `master`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub enum Place {
    /// One stem, before the sum.
    Stem(Name),
    /// Some stems summed.
    Bus(Name),
    /// The sum of all, up to the finished file.
    Master,
}

/// How the names of references begin.
const REFERENCE: &str = "reference-";

impl Place {
    /// The reference with this number, counted from 0.
    pub fn reference(number: usize) -> Self {
        Self::Bus(format!("{REFERENCE}{}", number + 1))
    }

    /// Whether it is one of the references.
    pub fn is_reference(&self) -> bool {
        matches!(self, Self::Bus(name) if name.starts_with(REFERENCE))
    }

    /// A stem by name.
    pub fn stem(name: &str) -> Self {
        Self::Stem(name.to_owned())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Stem(name) => write!(f, "stem/{name}"),
            Self::Bus(name) => write!(f, "bus/{name}"),
            Self::Master => f.write_str("master"),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            None if text == "master" => Ok(Self::Master),
            Some(("stem", name)) if !name.is_empty() => Ok(Self::Stem(name.into())),
            Some(("bus", name)) if !name.is_empty() => Ok(Self::Bus(name.into())),
            _ => Err(format!("expected a place (`master`, `stem/NAME` or `bus/NAME`), found `{text}`")),
        }
    }
}

impl TryFrom<String> for Place {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
