use acetate_dsp::ENERGY_HOP_MS;

use crate::programme::{BLOCK_MS, WINDOW_MS};

const BLOCK: usize = (BLOCK_MS / ENERGY_HOP_MS) as usize;
const WINDOW: usize = (WINDOW_MS / ENERGY_HOP_MS) as usize;
/// Hops in the sums that both lengths are made of.
const PART: usize = 20;
const _: () = assert!(BLOCK.is_multiple_of(PART) && WINDOW.is_multiple_of(PART));

/// The energy of the last 400 ms and of the last 3 s after every hop.
///
/// Each hop is added up with the 19 before it, and what is longer is made of those sums: a fixed order, and no
/// running total in which errors would gather.
pub struct History {
    hops: [f64; PART],
    parts: [f64; WINDOW],
    heard: usize,
}

impl Default for History {
    fn default() -> Self {
        Self { hops: [0.0; PART], parts: [0.0; WINDOW], heard: 0 }
    }
}

impl History {
    /// Hops heard.
    pub fn heard(&self) -> usize {
        self.heard
    }

    /// Hears the energy of the next hop.
    pub fn push(&mut self, energy: f64) {
        self.hops[self.heard % PART] = energy;
        self.parts[self.heard % WINDOW] = self.hops.iter().sum();
        self.heard += 1;
    }

    /// The energy of the last 400 ms; `None` before there are as many.
    pub fn block(&self) -> Option<f64> {
        self.last(BLOCK)
    }

    /// The energy of the last 3 s; `None` before there are as many.
    pub fn window(&self) -> Option<f64> {
        self.last(WINDOW)
    }

    fn last(&self, hops: usize) -> Option<f64> {
        let newest = self.heard.checked_sub(hops)? + hops - 1;
        Some((0..hops / PART).map(|part| self.parts[(newest - part * PART) % WINDOW]).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_last_hops() {
        let mut history = History::default();
        for n in 1..=1000usize {
            history.push(n as f64);
            let last = |hops: usize| (n >= hops).then(|| (n - hops + 1..=n).sum::<usize>() as f64);
            assert_eq!((history.block(), history.window()), (last(BLOCK), last(WINDOW)), "{n}");
        }
    }
}
