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
/// Added to a sample it moves what the sample holds to the lowest bits of the sum, the finest of them this fraction of
/// full scale: one and a half times the power of two whose mantissa ends there.
const SHIFT: f64 = 1.5 * (1u64 << (f64::MANTISSA_DIGITS - 1 - FINEST_BITS)) as f64;
const FINEST_BITS: u32 = 30;
/// The mantissa of a sum without its highest bit, which is set in all.
const BELOW_SHIFT: u64 = (1 << (f64::MANTISSA_DIGITS - 2)) - 1;
const TILE: usize = 1024;

#[derive(Default)]
struct Bits {
    /// Every bit that any sample sets, from that of the finest steps on.
    used: u64,
}

impl Bits {
    /// The finest steps in use, in bits with the sign.
    fn bits(&self) -> Option<u32> {
        let finest = (FINEST_BITS + 1).saturating_sub(self.used.trailing_zeros());
        (self.used != 0).then_some(finest.clamp(1, MOST_BITS))
    }
}

impl Meter for Bits {
    fn push(&mut self, block: &Audio) {
        for tile in block.channels.iter().flat_map(|channel| channel.chunks(TILE)) {
            if self.bits() == Some(MOST_BITS) {
                return;
            }
            // a negative number ends in as many zeros as its magnitude
            let used = tile.iter().fold(0, |used, &sample| used | (f64::from(sample) + SHIFT).to_bits());
            self.used |= used & BELOW_SHIFT;
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        vec![(Quantity::BitsInUse, Value::scalar_or(self.bits().map(f64::from), SILENCE))]
    }
}
