use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Cells, Place, Quantity};

/// One measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Whose.
    pub of: Place,
    /// Beside whose, where it says how two signals relate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Place>,
    /// Of what.
    pub quantity: Quantity,
    /// The value, or why there is none.
    pub value: Value,
    /// The meter and its version: `loudness@1`.
    pub by: String,
}

/// What a meter reads. Never NaN, never infinite, never a number that stands for "unknown".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// One number.
    Scalar(f64),
    /// Values at even steps; `None` where nothing can be said.
    Timeline {
        /// The time of the first value.
        start_ms: f64,
        /// The distance of two values.
        hop_ms: f64,
        /// The values.
        values: Vec<Option<f32>>,
    },
    /// Values over frequency; `None` where nothing can be said.
    Spectrum {
        /// Centre frequencies, rising.
        hz: Vec<f64>,
        /// The values.
        db: Vec<Option<f64>>,
    },
    /// Levels over time and frequency.
    Cells(Cells),
    /// No value, and why: silence, too short.
    Undefined(String),
}

impl Value {
    /// A scalar, or `Undefined(why)` for `None` and for what is not finite.
    pub fn scalar_or(value: Option<f64>, why: &str) -> Self {
        match value {
            Some(v) if v.is_finite() => Self::Scalar(v),
            _ => Self::Undefined(why.to_owned()),
        }
    }
}

/// The readings of a song.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Readings(pub Vec<Reading>);

impl Readings {
    /// A reading's value.
    pub fn get(&self, of: &Place, quantity: Quantity) -> Option<&Value> {
        let wanted = |r: &&Reading| r.quantity == quantity && r.against.is_none() && r.of == *of;
        self.0.iter().find(wanted).map(|r| &r.value)
    }

    /// The value of a reading that says how two signals relate.
    pub fn between(&self, of: &Place, against: &Place, quantity: Quantity) -> Option<&Value> {
        let wanted =
            |r: &&Reading| r.quantity == quantity && r.against.as_ref() == Some(against) && r.of == *of;
        self.0.iter().find(wanted).map(|r| &r.value)
    }

    /// Every reading of a quantity that says how two signals relate: whose, beside whose, and the value.
    pub fn pairs(&self, quantity: Quantity) -> impl Iterator<Item = (&Place, &Place, &Value)> {
        let of_two = move |r: &&Reading| r.quantity == quantity;
        self.0.iter().filter(of_two).filter_map(|r| Some((&r.of, r.against.as_ref()?, &r.value)))
    }

    /// A scalar; `None` if it was not read or is undefined.
    pub fn scalar(&self, of: &Place, quantity: Quantity) -> Option<f64> {
        match self.get(of, quantity)? {
            Value::Scalar(value) => Some(*value),
            _ => None,
        }
    }

    /// Levels over time and frequency.
    pub fn cells(&self, of: &Place, quantity: Quantity) -> Option<&Cells> {
        match self.get(of, quantity)? {
            Value::Cells(cells) => Some(cells),
            _ => None,
        }
    }

    /// A spectrum as (centre in Hz, dB) pairs, without the undefined bands.
    pub fn spectrum(&self, of: &Place, quantity: Quantity) -> Option<Vec<(f64, f64)>> {
        match self.get(of, quantity)? {
            Value::Spectrum { hz, db } => {
                Some(hz.iter().zip(db).filter_map(|(&hz, &db)| db.map(|db| (hz, db))).collect())
            }
            _ => None,
        }
    }
}
