use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Kept, Promise, Value};

/// What came of one move, measured on what it made of the song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveProof {
    /// The move.
    pub id: String,
    /// What it promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<Proved>,
    /// What it promised of how stems relate, which is not measured again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<Promise>,
    /// How far it may change its stem beside that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget: Vec<Proved>,
    /// Why it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A promise with what was measured before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proved {
    /// What was promised.
    pub promise: Promise,
    /// As it was; `None` where it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// As it became; `None` where it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
    /// Whether it lies within, or misses by less than anyone could tell.
    pub kept: bool,
}

impl Proved {
    /// Compares. Where nothing is left to be measured, "at most" is kept, and nothing else.
    pub fn new(promise: Promise, before: Option<f64>, after: Option<&Value>) -> Self {
        let [low, high] = promise.within;
        let slack = promise.quantity.slack();
        let (after, kept) = match after {
            Some(Value::Scalar(value)) => {
                (Some(*value), (low - slack..=high.max(low) + slack).contains(value))
            }
            Some(Value::Undefined(_)) => (None, low <= Promise::FLOOR),
            _ => (None, false),
        };
        Self { promise, before, after, kept }
    }

    /// The same of a finished file, whose limits are hard.
    pub fn on_file(promise: Promise, before: Option<f64>, after: Option<f64>) -> Self {
        let Kept { promise, kept, .. } = Kept::new(promise, after);
        Self { promise, before, after, kept }
    }
}

/// Whether the whole plan did the song good: what is amiss in it with the plan and without, at the same loudness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanProof {
    /// The sum of the squared severities of all faults in the plain sum.
    pub plain: f64,
    /// The same behind the plan, before the last stage.
    pub planned: f64,
    /// The same of each section.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionProof>,
    /// Why the plan was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
}

/// What is amiss in a section of the song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SectionProof {
    /// From and to.
    pub at_ms: [f64; 2],
    /// In the plain sum.
    pub plain: f64,
    /// Behind the plan.
    pub planned: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, Quantity};

    #[test]
    fn what_is_gone_keeps_at_most_and_nothing_else() {
        let gone = Value::Undefined("no hum".into());
        let at = Place::stem("bass");
        let most = Promise::at_most(&at, Quantity::HumLevel, -70.0);
        assert!(Proved::new(most.clone(), Some(-40.0), Some(&gone)).kept);
        assert!(!Proved::new(most, Some(-40.0), None).kept, "what was not measured is not proved");
        let near = Promise::near(&at, Quantity::Integrated, -20.0, 0.1);
        assert!(!Proved::new(near.clone(), Some(-20.0), Some(&gone)).kept);
        assert!(Proved::new(near.clone(), None, Some(&Value::Scalar(-20.25))).kept, "within the slack");
        assert!(!Proved::new(near, None, Some(&Value::Scalar(-20.5))).kept);
    }
}
