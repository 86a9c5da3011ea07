use acetate_dsp::{Convolver, Full, Windows, ZeroPhase, middle};
use acetate_model::Block;

/// Adds to the sides, and to the middle where it is asked to, what filters without phase let through of them.
///
/// What is added to one reaches both channels alike or oppositely, so the other stays as it is.
pub struct Filter {
    windows: Windows,
    convolver: Convolver,
    side: Vec<f32>,
    mid: Option<Vec<f32>>,
    // the window that is worked on
    part: Vec<f32>,
}

impl Filter {
    /// For so many channels in all signals together, which come in pairs; both filters are equally long.
    pub fn new(side: &ZeroPhase, mid: Option<&ZeroPhase>, channels: usize) -> Self {
        let half = side.half_length();
        Self {
            windows: Windows::new(half, channels),
            convolver: Convolver::new(half),
            side: side.gains(),
            mid: mid.map(ZeroPhase::gains),
            part: vec![0.0; 4 * half],
        }
    }

    pub fn latency(&self) -> usize {
        self.windows.latency()
    }

    pub fn reset(&mut self) {
        self.windows.reset();
    }

    pub fn process(&mut self, block: &mut Block) {
        let mut done = 0;
        while done < block.frames() {
            done += self.windows.exchange(block, done);
            let Some(Full { heard, ready }) = self.windows.full() else { continue };
            for (heard, ready) in heard.chunks(2).zip(ready.chunks_mut(2)) {
                let ([left, right], [to_left, to_right]) = (heard, ready) else { continue };
                to_left.copy_from_slice(middle(left));
                to_right.copy_from_slice(middle(right));
                for ((part, l), r) in self.part.iter_mut().zip(left).zip(right) {
                    *part = (l - r) * 0.5;
                }
                if let Some(added) = through(&mut self.convolver, &self.part, &self.side) {
                    for ((l, r), added) in to_left.iter_mut().zip(&mut *to_right).zip(added) {
                        *l += added;
                        *r -= added;
                    }
                }
                let Some(mid) = &self.mid else { continue };
                for ((part, l), r) in self.part.iter_mut().zip(left).zip(right) {
                    *part = (l + r) * 0.5;
                }
                if let Some(added) = through(&mut self.convolver, &self.part, mid) {
                    for ((l, r), added) in to_left.iter_mut().zip(&mut *to_right).zip(added) {
                        *l += added;
                        *r += added;
                    }
                }
            }
        }
    }
}

/// The middle of a window through a filter, if there is anything in it.
fn through<'a>(convolver: &'a mut Convolver, window: &[f32], gains: &[f32]) -> Option<&'a [f32]> {
    if window.iter().all(|&x| x == 0.0) {
        return None;
    }
    convolver.hear(window);
    Some(convolver.filtered(gains))
}
