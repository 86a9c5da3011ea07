/// Cuts a stream at even steps of time, wherever its blocks end: hop `k` ends before frame `⌊(k + 1) · hop⌋`.
#[derive(Debug, Clone)]
pub struct Hops {
    // the hop in frames, as a fraction
    numerator: u64,
    denominator: u64,
    frame: u64,
    hop: u64,
}

/// A part of a block that lies within one hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HopPart {
    /// The first frame, in the block.
    pub from: usize,
    /// The frame after the last, in the block.
    pub to: usize,
    /// Whether the hop ends here.
    pub ends: bool,
}

impl Hops {
    /// Hops of some milliseconds, at least one frame long.
    pub fn of_ms(rate_hz: u32, hop_ms: u32) -> Self {
        Self { numerator: u64::from(rate_hz) * u64::from(hop_ms), denominator: 1000, frame: 0, hop: 0 }
    }

    /// Hops of some frames, at least one.
    pub fn of_frames(frames: usize) -> Self {
        Self { numerator: frames.max(1) as u64, denominator: 1, frame: 0, hop: 0 }
    }

    /// Frames heard.
    pub fn frames(&self) -> u64 {
        self.frame
    }

    /// Hops heard to their end.
    pub fn whole(&self) -> u64 {
        self.hop
    }

    /// The parts of the next block, which holds `frames` frames.
    pub fn parts(&mut self, frames: usize) -> impl Iterator<Item = HopPart> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let left = (frames - from) as u64;
            if left == 0 {
                return None;
            }
            let end = (self.hop + 1) * self.numerator / self.denominator;
            let taken = left.min(end - self.frame);
            let part = HopPart { from, to: from + taken as usize, ends: self.frame + taken == end };
            self.frame += taken;
            self.hop += u64::from(part.ends);
            from = part.to;
            Some(part)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_end_where_they_should_for_any_block() {
        for block in [1, 7, 100, 4096] {
            let mut hops = Hops::of_ms(11_025, 10);
            let mut ends = Vec::new();
            for start in (0..11_025).step_by(block) {
                let frames = block.min(11_025 - start);
                ends.extend(hops.parts(frames).filter(|p| p.ends).map(|p| start + p.to));
            }
            let expected: Vec<usize> = (1..=100).map(|k| k * 11_025 / 100).collect();
            assert_eq!(ends, expected, "{block}");
            assert_eq!((hops.frames(), hops.whole()), (11_025, 100));
        }
    }
}
