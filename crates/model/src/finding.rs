use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Place, Quantity, Repair};

/// Something a person should know about the delivery or the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The check's code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub at: Place,
    /// When, as `[from, to]` in milliseconds; empty if it is the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when_ms: Vec<[f64; 2]>,
    /// What was found, in a sentence.
    pub text: String,
    /// What to do about it.
    pub hint: String,
    /// What mends it here, if the brief consents to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// The numbers behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Likely to be heard or to be a mistake; work goes on.
    Warning,
    /// The delivery cannot be mastered as it is.
    Error,
}

/// A number that a finding or a move rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Whose.
    pub of: Place,
    /// Beside whose, where it says how two signals relate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Place>,
    /// Of what.
    pub quantity: Quantity,
    /// The measured value.
    pub value: f64,
    /// What is usual, from and to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<[f64; 2]>,
    /// Where in the spectrum, in Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hz: Option<f64>,
    /// When, from and to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<[f64; 2]>,
}

impl Evidence {
    /// A bare number.
    pub fn new(of: &Place, quantity: Quantity, value: f64) -> Self {
        Self { of: of.clone(), against: None, quantity, value, usual: None, at_hz: None, at_ms: None }
    }

    /// How it relates to another signal.
    #[must_use]
    pub fn against(mut self, other: &Place) -> Self {
        self.against = Some(other.clone());
        self
    }

    /// With what is usual.
    #[must_use]
    pub fn usual(mut self, from: f64, to: f64) -> Self {
        self.usual = Some([from, to]);
        self
    }

    /// With a place in the spectrum.
    #[must_use]
    pub fn at_hz(mut self, hz: f64) -> Self {
        self.at_hz = Some(hz);
        self
    }
}
