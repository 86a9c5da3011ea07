use acetate_dsp::{Convolver, Full, middle};

use super::gains::Gains;

/// Splits windows into bands and puts them together again with their gains.
pub struct Splitter {
    convolver: Convolver,
    masks: Vec<Vec<f32>>,
    // the bands of the main signal, [band][channel][frame]: one for each mask, then what these leave, if it is heard
    bands: Vec<Vec<Vec<f32>>>,
    channels: usize,
}

impl Splitter {
    /// For windows of `4 * half` frames.
    pub fn new(half: usize, masks: Vec<Vec<f32>>, has_rest: bool, channels: usize) -> Self {
        let bands = vec![vec![vec![0.0; 2 * half]; channels]; masks.len() + usize::from(has_rest)];
        Self { convolver: Convolver::new(half), masks, bands, channels }
    }

    /// Full windows, those of the main signal first, to what becomes of the middle of each.
    pub fn work(&mut self, gains: &mut Gains, Full { heard, ready }: Full) {
        for (channel, window) in heard[..self.channels].iter().enumerate() {
            self.split(channel, window);
        }
        gains.follow(&self.bands);
        for (at, (window, y)) in heard.iter().zip(ready).enumerate() {
            start(y, middle(window), gains);
            let changed = |band: &usize| !(gains.is_one(*band) && gains.rest_is_one());
            let mut bands = (0..self.masks.len()).filter(changed).peekable();
            if at < self.channels {
                bands.for_each(|band| add(y, &self.bands[band][at], gains, band));
            } else if bands.peek().is_some() && !is_silent(window) {
                self.convolver.hear(window);
                bands.for_each(|band| add(y, self.convolver.filtered(&self.masks[band]), gains, band));
            }
        }
    }

    /// One channel of the main signal into its bands.
    fn split(&mut self, channel: usize, window: &[f32]) {
        let (split, rest) = self.bands.split_at_mut(self.masks.len());
        if is_silent(window) {
            for band in &mut *split {
                band[channel].fill(0.0);
            }
        } else if !self.masks.is_empty() {
            self.convolver.hear(window);
            for (mask, band) in self.masks.iter().zip(&mut *split) {
                band[channel].copy_from_slice(self.convolver.filtered(mask));
            }
        }
        for rest in rest {
            rest[channel].copy_from_slice(middle(window));
            for band in &*split {
                rest[channel].iter_mut().zip(&band[channel]).for_each(|(rest, x)| *rest -= x);
            }
        }
    }
}

fn is_silent(window: &[f32]) -> bool {
    window.iter().all(|&x| x == 0.0)
}

/// The whole with the gain of the rest.
fn start(y: &mut [f32], x: &[f32], gains: &Gains) {
    if gains.rest_is_one() {
        y.copy_from_slice(x);
    } else {
        for ((y, x), rest) in y.iter_mut().zip(x).zip(gains.of_rest()) {
            *y = x * rest;
        }
    }
}

/// A band, by as much as its gain differs from that of the rest.
fn add(y: &mut [f32], band: &[f32], gains: &Gains, at: usize) {
    for (((y, x), gain), rest) in y.iter_mut().zip(band).zip(gains.of(at)).zip(gains.of_rest()) {
        *y += x * (gain - rest);
    }
}
