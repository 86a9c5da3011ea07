use crate::{Audio, Quantity, Spec, Value};

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
