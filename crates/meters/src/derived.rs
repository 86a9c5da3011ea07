use acetate_model::{Place, Quantity, Reading, Value};

/// One entry of the list [`DERIVED`]: a quantity that follows from others.
#[derive(Debug, Clone, Copy)]
pub struct DerivedEntry {
    /// Its id in `Reading::by`.
    pub id: &'static str,
    /// Counted up when its values change.
    pub version: u32,
    /// What it reads.
    pub quantity: Quantity,
    /// What it follows from.
    pub from: &'static [Quantity],
    /// How it follows from scalars in the order of `from`.
    pub value: fn(&[f64]) -> f64,
}

/// Every derived quantity.
pub const DERIVED: &[DerivedEntry] = &[DerivedEntry {
    id: "plr",
    version: 1,
    quantity: Quantity::PeakToLoudness,
    from: &[Quantity::TruePeak, Quantity::Integrated],
    value: |parts| parts[0] - parts[1],
}];

impl DerivedEntry {
    /// The reading of a place, from its other readings; `None` where a part was not read at all.
    pub fn read(&self, of: &Place, readings: &[Reading]) -> Option<Reading> {
        let mut parts = Vec::new();
        let mut undefined = None;
        for &quantity in self.from {
            match &readings.iter().find(|r| r.quantity == quantity)?.value {
                Value::Scalar(value) => parts.push(*value),
                Value::Undefined(why) => undefined = Some(why.clone()),
                Value::Timeline { .. } | Value::Spectrum { .. } | Value::Cells(_) => return None,
            }
        }
        let value = undefined.map_or_else(|| Value::Scalar((self.value)(&parts)), Value::Undefined);
        Some(Reading {
            of: of.clone(),
            against: None,
            quantity: self.quantity,
            value,
            by: format!("{}@{}", self.id, self.version),
        })
    }
}
