use acetate_dsp::Prototype;
use wide::f64x2;

use crate::corrected::Corrected;
use crate::pairs::Frames;

/// The bands of left and right, then those of mid and side, without latency.
#[derive(Debug, Clone)]
pub struct Stages {
    left_right: Corrected,
    mid_side: Corrected,
}

impl Stages {
    /// For left, right, mid and side, at rest.
    pub fn new(rate_hz: u32, [left, right, mid, side]: &[Vec<Prototype>; 4]) -> Self {
        Self {
            left_right: Corrected::new(rate_hz, left, right),
            mid_side: Corrected::new(rate_hz, mid, side),
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.left_right.reset();
        self.mid_side.reset();
    }

    /// Filters in place.
    pub fn run(&mut self, frames: &mut Frames) {
        self.left_right.run(frames);
        if self.mid_side.is_neutral() {
            return;
        }
        swap_sum_and_difference(frames, 0.5);
        self.mid_side.run(frames);
        swap_sum_and_difference(frames, 1.0);
    }
}

fn swap_sum_and_difference(frames: &mut Frames, scale: f64) {
    for frame in frames {
        let [a, b] = frame.to_array();
        *frame = f64x2::new([(a + b) * scale, (a - b) * scale]);
    }
}
