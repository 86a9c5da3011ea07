use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::power::SILENCE;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "bits",
    version: 1,
    about: "The coarsest grid that every sample lies on, in bits: a file of 24 bits whose samples all lie on a grid of 16 \
            was exported in 16 and padded.",
    quantities: &[Quantity::BitsInUse],
    build: |spec| Box::new(Bits::new(spec)),
};

/// Full scale in steps; twice that fits, so that a sample at full scale is not bent.
const FULL_SCALE: f32 = (1 << FULL_SCALE_BITS) as f32;
const FULL_SCALE_BITS: u32 = 30;

struct Bits {
    /// A bit is set that any sample has set, up to the sign.
    used: u32,
}

impl Bits {
    fn new(_: &Spec) -> Self {
        Self { used: 0 }
    }
}

impl Meter for Bits {
    fn push(&mut self, block: &Audio) {
        for channel in &block.channels {
            // nothing is finer than the last bit
            if self.used & 1 == 0 {
                self.used |=
                    channel.iter().fold(0, |used, &x| used | ((x * FULL_SCALE) as i32).cast_unsigned());
            }
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let bits = (self.used != 0).then(|| f64::from(FULL_SCALE_BITS + 1 - self.used.trailing_zeros()));
        vec![(Quantity::BitsInUse, Value::scalar_or(bits, SILENCE))]
    }
}
