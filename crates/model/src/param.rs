use crate::{Amount, Json, Unit};

/// Settings as they stand in a session: a JSON object.
pub type Map = serde_json::Map<String, Json>;

/// One parameter, declared once; help, schema, session keys and reference pages follow from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Param {
    /// The key in a session, ending in its unit.
    pub name: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    /// Its type, default and limits.
    pub kind: Kind,
    /// Where it does nothing and how it grows from there, if it says how much of the sound is changed.
    pub amount: Option<Amount>,
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Kind {
    /// A number with a unit; `log` says that a slider would move in ratios.
    Number { unit: &'static str, suffix: &'static str, default: f64, min: f64, max: f64, log: bool },
    /// A whole number.
    Whole { default: u32, min: u32, max: u32 },
    /// One of several names.
    Choice { options: &'static [Opt], default: &'static str },
    /// On or off.
    Flag { default: bool },
    /// Up to `max` tables of the same shape.
    List { of: &'static [Param], max: usize },
}

/// One name of a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opt {
    /// The name in a session.
    pub name: &'static str,
    /// What it means, for people.
    pub about: &'static str,
}

/// A struct that is declared as a table of parameters. Derive it.
pub trait Params: Sized + Default {
    /// The doc comment of the struct.
    const ABOUT: &'static str;
    /// The fields, in order.
    const PARAMS: &'static [Param];
    /// Every field as JSON.
    fn to_map(&self) -> Map;
    /// Reads fields; a missing one keeps its default, an unknown one or one out of range is an error.
    fn from_map(map: &Map) -> Result<Self, ParamError>;
}

/// An enum without fields whose variants have names. Derive it.
pub trait Choice: Sized {
    /// The names, in order.
    const OPTIONS: &'static [Opt];
    /// The name of this variant.
    fn name(&self) -> &'static str;
    /// The variant of a name.
    fn from_name(name: &str) -> Option<Self>;
}

/// A list of tables.
pub trait List {
    /// The fields of one entry.
    const PARAMS: &'static [Param];
}

impl<T: Params> List for Vec<T> {
    const PARAMS: &'static [Param] = T::PARAMS;
}

/// What was expected of a setting, what was found, and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{key}: expected {expected}, found {found}{hint}")]
pub struct ParamError {
    /// The key, with the way to it: `bands[2].gain_db`.
    pub key: String,
    /// What would have been right.
    pub expected: String,
    /// What was there.
    pub found: String,
    /// What to do now; empty or beginning with a separator.
    pub hint: String,
}

impl ParamError {
    /// The same error seen from one level further out.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.key = if self.key.starts_with('[') {
            format!("{outer}{}", self.key)
        } else {
            format!("{outer}.{}", self.key)
        };
        self
    }
}

/// An error for the first key that no parameter has, with the nearest name as a hint.
pub fn reject_unknown_keys(params: &'static [Param], map: &Map) -> Result<(), ParamError> {
    let Some(key) = map.keys().find(|key| params.iter().all(|p| p.name != *key)) else { return Ok(()) };
    let nearest = params
        .iter()
        .map(|p| p.name)
        .max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)));
    Err(ParamError {
        key: key.clone(),
        expected: format!("one of {}", params.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")),
        found: "an unknown key".into(),
        hint: nearest.map_or(String::new(), |n| format!("; did you mean `{n}`?")),
    })
}

/// A field of a table: to and from JSON, with its limits checked.
pub trait Field: Sized {
    /// As it stands in a session.
    fn to_json(&self) -> Json;
    /// Reads and checks it.
    fn from_json(found: &Json, param: &Param) -> Result<Self, ParamError>;
}

impl Param {
    /// What values it takes, in words.
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Number { unit, min, max, .. } => {
                format!("a number from {min} to {max} {unit}").trim_end().to_owned()
            }
            Kind::Whole { min, max, .. } => format!("a whole number from {min} to {max}"),
            Kind::Choice { options, .. } => {
                format!("one of {}", options.iter().map(|o| o.name).collect::<Vec<_>>().join(", "))
            }
            Kind::Flag { .. } => "true or false".into(),
            Kind::List { max, .. } => format!("a list of at most {max} tables"),
        }
    }

    /// The error for a value that does not fit.
    pub fn refuse(&self, found: &Json) -> ParamError {
        let hint = match self.kind {
            Kind::Number { default, .. } => format!("; the default is {default}"),
            Kind::Whole { default, .. } => format!("; the default is {default}"),
            Kind::Choice { default, .. } => format!("; the default is {default}"),
            _ => String::new(),
        };
        ParamError { key: self.name.into(), expected: self.expected(), found: found.to_string(), hint }
    }
}

impl<T: Unit> Field for T {
    fn to_json(&self) -> Json {
        Json::from(self.value())
    }
    fn from_json(found: &Json, param: &Param) -> Result<Self, ParamError> {
        match (found.as_f64(), param.kind) {
            (Some(value), Kind::Number { min, max, .. }) if (min..=max).contains(&value) => Ok(T::new(value)),
            _ => Err(param.refuse(found)),
        }
    }
}

impl Field for u32 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
    fn from_json(found: &Json, param: &Param) -> Result<Self, ParamError> {
        match (found.as_u64().and_then(|v| u32::try_from(v).ok()), param.kind) {
            (Some(value), Kind::Whole { min, max, .. }) if (min..=max).contains(&value) => Ok(value),
            _ => Err(param.refuse(found)),
        }
    }
}

impl Field for bool {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
    fn from_json(found: &Json, param: &Param) -> Result<Self, ParamError> {
        found.as_bool().ok_or_else(|| param.refuse(found))
    }
}

impl<T: Params> Field for Vec<T> {
    fn to_json(&self) -> Json {
        self.iter().map(|entry| Json::Object(entry.to_map())).collect()
    }
    fn from_json(found: &Json, param: &Param) -> Result<Self, ParamError> {
        let refused = || param.refuse(found);
        let entries = found.as_array().ok_or_else(refused)?;
        if let Kind::List { max, .. } = param.kind
            && entries.len() > max
        {
            return Err(ParamError { found: format!("{} of them", entries.len()), ..refused() });
        }
        entries
            .iter()
            .enumerate()
            .map(|(at, entry)| {
                let map = entry.as_object().ok_or_else(refused)?;
                T::from_map(map).map_err(|e| e.within(&format!("{}[{at}]", param.name)))
            })
            .collect()
    }
}
