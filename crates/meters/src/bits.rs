use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::power::SILENCE;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "bits",
    version: 1,
    about: "How many bits the samples use: n where each is a multiple of 2 to the power of 1 - n and full scale is 1. \
            Read exactly from the samples as they were decoded; a gain or a fade on the way uses all bits.",
    quantities: &[Quantity::BitsInUse],
    build: |_: &Spec| Box::new(Bits::default()),
};

/// The mantissa of the samples; finer steps are not told apart.
const MOST_BITS: u32 = 24;
const STEPS: f32 = (1u32 << (MOST_BITS - 1)) as f32;
const TILE: usize = 1024;

#[derive(Default)]
struct Bits {
    /// Every bit that any sample sets, of whole numbers of the finest steps.
    used: u32,
}

impl Bits {
    fn is_full(&self) -> bool {
        self.used & 1 == 1
    }

    fn look(&mut self, tile: &[f32]) {
        let (mut used, mut finer) = (0, false);
        for sample in tile {
            let steps = sample * STEPS;
            let whole = steps as i32;
            used |= whole;
            finer |= whole as f32 != steps;
        }
        // a negative number ends in as many zeros as its magnitude
        self.used |= used.cast_unsigned() | u32::from(finer);
    }
}

impl Meter for Bits {
    fn push(&mut self, block: &Audio) {
        for tile in block.channels.iter().flat_map(|channel| channel.chunks(TILE)) {
            if self.is_full() {
                return;
            }
            self.look(tile);
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let bits =
            (self.used > 0).then(|| f64::from(MOST_BITS - self.used.trailing_zeros().min(MOST_BITS - 1)));
        vec![(Quantity::BitsInUse, Value::scalar_or(bits, SILENCE))]
    }
}
