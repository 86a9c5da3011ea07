use crate::{Audio, Place, Quantity, Spec, Value};

/// Audio in, readings out.
///
/// Laws (tested over the list): blocks equal the whole; silence reads `Undefined`; a gain in is the same gain out.
pub trait Meter: Send {
    /// Hears the next block.
    fn push(&mut self, block: &Audio);
    /// What it reads so far; one value for each of its quantities.
    fn read(&self) -> Vec<(Quantity, Value)>;
}

/// One entry of the list `METERS`.
#[derive(Debug, Clone, Copy)]
pub struct MeterEntry {
    /// Its id in `Reading::by`.
    pub id: &'static str,
    /// Counted up when its values change.
    pub version: u32,
    /// What it hears, why it matters, and the standard it follows.
    pub about: &'static str,
    /// What it reads.
    pub quantities: &'static [Quantity],
    /// A new meter.
    pub build: fn(&Spec) -> Box<dyn Meter>,
}

/// The stems of a song side by side, readings out about how they relate.
///
/// Laws (tested over the list): blocks equal the whole; silence reads nothing or `Undefined`; the same gain on all stems
/// changes no relation.
pub trait Comparison: Send {
    /// Hears the next block.
    fn push(&mut self, block: &Ensemble);
    /// What it reads so far.
    fn read(&self) -> Vec<Relation>;
}

/// One block of every stem at the same moment.
#[derive(Debug, Clone, Copy)]
pub struct Ensemble<'a> {
    /// The stems in their order, at one rate. One that has ended is shorter, down to no frame at all.
    pub stems: &'a [Audio],
    /// Their plain sum, as long as the longest.
    pub sum: &'a Audio,
}

/// How two signals relate, or one stem to the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Whose.
    pub of: Place,
    /// Beside whose.
    pub against: Place,
    /// Of what.
    pub quantity: Quantity,
    /// The value, or why there is none.
    pub value: Value,
}

/// One entry of the list `COMPARISONS`.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonEntry {
    /// Its id in `Reading::by`.
    pub id: &'static str,
    /// Counted up when its values change.
    pub version: u32,
    /// What it compares, why it matters, and the method it follows.
    pub about: &'static str,
    /// What it reads.
    pub quantities: &'static [Quantity],
    /// A new comparison of the stems at these places.
    pub build: fn(&Spec, &[Place]) -> Box<dyn Comparison>,
}
