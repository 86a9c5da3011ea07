use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Evidence, Map, Place, Quantity};

/// One change to the sound, with its reason, its proof and a name under which it can be vetoed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Its name: the place and what it is about, `stem/vocals/rumble`.
    pub id: String,
    /// Where it works.
    pub at: Place,
    /// What it does.
    pub process: Process,
    /// Why, in a sentence whose numbers stand in `evidence`.
    pub because: String,
    /// The numbers behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What it is to achieve, measured after rendering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<Promise>,
    /// Who made it.
    pub by: By,
    /// Whether it is heard.
    #[serde(default)]
    pub standing: Standing,
}

/// A processor with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The processor's id.
    pub kind: String,
    /// Its settings; what is left out has its default.
    #[serde(default)]
    pub settings: Map,
    /// The stem that steers it (an external side-chain), as it was sent; its own input where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Place>,
    /// How much of what its settings say is done: 1 is all of it, 0 nothing, 2 twice as much.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub amount: f64,
}

fn whole() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_whole(amount: &f64) -> bool {
    *amount == whole()
}

impl Process {
    /// A processor that hears its own input.
    pub fn new(kind: &str, settings: Map) -> Self {
        Self { kind: kind.to_owned(), settings, key: None, amount: whole() }
    }
}

/// A quantity that shall lie within limits after rendering.
///
/// At a stem it is about what its own moves make of that stem. At `master` it is about the finished file where the move
/// belongs to the last stage, the limiter and what follows it, and about the sum before the last stage elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Whose.
    pub of: Place,
    /// Of what.
    pub quantity: Quantity,
    /// From and to, both included.
    pub within: [f64; 2],
}

impl Promise {
    /// A lower limit that everything lies above: the promise is only "at most".
    pub const FLOOR: f64 = -300.0;

    /// Within a tolerance of a value.
    pub fn near(of: &Place, quantity: Quantity, value: f64, tolerance: f64) -> Self {
        Self { of: of.clone(), quantity, within: [value - tolerance, value + tolerance] }
    }

    /// Not above a value.
    pub fn at_most(of: &Place, quantity: Quantity, value: f64) -> Self {
        Self { of: of.clone(), quantity, within: [Self::FLOOR, value] }
    }

    /// Exactly a value.
    pub fn exactly(of: &Place, quantity: Quantity, value: f64) -> Self {
        Self { of: of.clone(), quantity, within: [value; 2] }
    }
}

/// Who made a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An advisor, by id. Planning again may change it.
    Advisor(String),
    /// A person. Planning again keeps it.
    Human(String),
}

/// Whether a move is heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    #[default]
    Active,
    /// It is not, and why. Planning again keeps it so, unless it was withdrawn.
    Muted(String),
}

impl Standing {
    /// How the reason begins where measuring took a move back.
    const WITHDRAWN: &str = "withdrawn: ";

    /// Taken back since it did not do what it should.
    pub fn withdrawn(why: &str) -> Self {
        Self::Muted(format!("{}{why}", Self::WITHDRAWN))
    }

    /// Whether it was taken back after measuring.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Muted(why) if why.starts_with(Self::WITHDRAWN))
    }
}
