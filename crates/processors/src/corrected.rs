use acetate_dsp::{Cascade, FIR_TILE, Fir, Prototype, correction};
use wide::f64x2;

use crate::pairs::Frames;

/// Analogue filters at any rate, for two lanes: matched sections, and the short filter of minimum phase that corrects
/// what is left over by all of them together.
#[derive(Debug, Clone)]
pub struct Corrected {
    cascade: Cascade,
    corrections: [Fir; 2],
}

impl Corrected {
    /// A row of filters for each lane, at rest.
    pub fn new(rate_hz: u32, first: &[Prototype], second: &[Prototype]) -> Self {
        let sections = |part: &[Prototype]| part.iter().map(|p| p.matched(rate_hz)).collect::<Vec<_>>();
        let fir = |part: &[Prototype], sections: &[_]| match part {
            [] => Fir::new(&[]),
            _ => Fir::new(&correction(rate_hz, part, sections)),
        };
        let rows = [sections(first), sections(second)];
        let to_first = fir(first, &rows[0]);
        let to_second = if first == second { to_first.clone() } else { fir(second, &rows[1]) };
        Self { cascade: Cascade::new(&rows[0], &rows[1]), corrections: [to_first, to_second] }
    }

    /// Whether it changes nothing.
    pub fn is_neutral(&self) -> bool {
        self.cascade.is_empty()
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.cascade.reset();
        self.corrections.iter_mut().for_each(Fir::reset);
    }

    /// Filters at most [`FIR_TILE`] frames in place.
    pub fn run(&mut self, frames: &mut Frames) {
        self.cascade.run(frames);
        if self.corrections.iter().all(Fir::is_empty) {
            return;
        }
        let mut lanes = [[0.0; FIR_TILE]; 2];
        let count = frames.len();
        for (n, frame) in frames.iter().enumerate() {
            [lanes[0][n], lanes[1][n]] = frame.to_array();
        }
        for (fir, lane) in self.corrections.iter_mut().zip(&mut lanes) {
            fir.run(&mut lane[..count]);
        }
        for ((frame, &a), &b) in frames.iter_mut().zip(&lanes[0]).zip(&lanes[1]) {
            *frame = f64x2::new([a, b]);
        }
    }
}
