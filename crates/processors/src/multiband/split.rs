use acetate_dsp::{Convolver, Full, middle};

use super::gains::Gains;
use super::part::Part;

/// Splits windows into bands and puts them together again with their gains.
pub struct Splitter {
    filters: Filters,
    part: Option<Part>,
    // the bands of the main signal or its part, and those of the key
    bands: Bands,
    key_bands: Bands,
    channels: usize,
    // a window of a part, and its middle as it becomes
    before: Vec<f32>,
    after: Vec<f32>,
}

/// `[band][channel][frame]`: one band for each mask, then what these leave, if it is heard.
type Bands = Vec<Vec<Vec<f32>>>;

struct Filters {
    convolver: Convolver,
    masks: Vec<Vec<f32>>,
}

impl Splitter {
    /// For windows of `4 * half` frames.
    pub fn new(
        half: usize,
        masks: Vec<Vec<f32>>,
        has_rest: bool,
        channels: usize,
        part: Option<Part>,
    ) -> Self {
        let heard = if part.is_some() { 1 } else { channels };
        let bands = vec![vec![vec![0.0; 2 * half]; heard]; masks.len() + usize::from(has_rest)];
        Self {
            filters: Filters { convolver: Convolver::new(half), masks },
            part,
            key_bands: bands.clone(),
            bands,
            channels,
            before: vec![0.0; 4 * half],
            after: vec![0.0; 2 * half],
        }
    }

    /// Full windows, those of the main signal first, to what becomes of the middle of each; `key` decides if there is
    /// one.
    pub fn work(&mut self, gains: &mut Gains, Full { heard, ready }: Full, key: Option<&[Vec<f32>]>) {
        let sets =
            [Some((&heard[..self.channels], &mut self.bands)), key.map(|key| (key, &mut self.key_bands))];
        for (windows, bands) in sets.into_iter().flatten() {
            if let Some(part) = self.part {
                part.take(windows, &mut self.before);
                self.filters.split(0, &self.before, bands);
            } else {
                for (channel, window) in windows.iter().enumerate() {
                    self.filters.split(channel, window, bands);
                }
            }
        }
        gains.follow(if key.is_some() { &self.key_bands } else { &self.bands }, self.after.len());
        let Some(part) = self.part else {
            for (at, (window, y)) in heard.iter().zip(ready).enumerate() {
                let bands = (at < self.channels).then_some((&self.bands, at));
                self.filters.change(window, y, bands, gains);
            }
            return;
        };
        for (signal, (heard, ready)) in heard.chunks(2).zip(ready.chunks_mut(2)).enumerate() {
            part.take(heard, &mut self.before);
            let bands = (signal == 0).then_some((&self.bands, 0));
            self.filters.change(&self.before, &mut self.after, bands, gains);
            for (channel, (window, y)) in heard.iter().zip(ready).enumerate() {
                let give = part.give(channel);
                let changes =
                    self.after.iter().zip(middle(&self.before)).map(|(after, before)| after - before);
                for ((y, x), change) in y.iter_mut().zip(middle(window)).zip(changes) {
                    *y = x + give * change;
                }
            }
        }
    }
}

impl Filters {
    /// One channel into its bands.
    fn split(&mut self, channel: usize, window: &[f32], bands: &mut Bands) {
        let (split, rest) = bands.split_at_mut(self.masks.len());
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

    /// The middle of a window with the gains, out of the bands of a channel where they are known.
    fn change(&mut self, window: &[f32], y: &mut [f32], known: Option<(&Bands, usize)>, gains: &Gains) {
        start(y, middle(window), gains);
        let changed = |band: &usize| !(gains.is_one(*band) && gains.rest_is_one());
        let mut bands = (0..self.masks.len()).filter(changed).peekable();
        if let Some((known, channel)) = known {
            bands.for_each(|band| add(y, &known[band][channel], gains, band));
        } else if bands.peek().is_some() && !is_silent(window) {
            self.convolver.hear(window);
            bands.for_each(|band| add(y, self.convolver.filtered(&self.masks[band]), gains, band));
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
