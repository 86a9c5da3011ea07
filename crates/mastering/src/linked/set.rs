use acetate_files::{AudioWriter, FinishedFile};
use acetate_model::{Audio, Block, FileForm, Processor, Settings, Spec};
use rayon::prelude::*;

use crate::{Error, deliver::dither};

/// Signals made of the linked stems, written side by side as they are rendered.
pub(super) struct Set {
    /// Of each signal: the gain of each stem.
    gains: Vec<Vec<f64>>,
    writers: Vec<AudioWriter>,
    /// For the sum of all, where that is written too.
    whole: Option<AudioWriter>,
    /// What is written next, signal by signal.
    blocks: Vec<Block>,
    exact: Option<Exact>,
    /// By which factor everything is turned down.
    scale: f32,
    peak: f32,
}

/// What makes integers add up to those of the sum.
struct Exact {
    /// Of all signals but the last, each with noise of its own.
    dithers: Vec<Box<dyn Processor>>,
    /// The same as the master's.
    of_sum: Box<dyn Processor>,
    sum: Block,
}

impl Set {
    pub(super) fn new(
        form: &FileForm,
        gains: Vec<Vec<f64>>,
        writers: Vec<AudioWriter>,
        whole: Option<AudioWriter>,
        (spec, scale): (&Spec, f32),
    ) -> Self {
        let silent = || Block::of(Audio::silence(spec.rate_hz, spec.channels, 0));
        let exact = dither(form, 0).map(|of_sum| Exact {
            dithers: (1..writers.len() as u32)
                .filter_map(|stream| dither(form, stream))
                .map(|settings| Box::new(settings.build(spec)) as Box<dyn Processor>)
                .collect(),
            of_sum: Box::new(of_sum.build(spec)),
            sum: silent(),
        });
        let blocks = writers.iter().map(|_| silent()).collect();
        Self { gains, writers, whole, blocks, exact, scale, peak: 0.0 }
    }

    pub(super) fn push(&mut self, block: &Block) -> Result<(), Error> {
        let (scale, frames) = (self.scale, block.frames());
        let turned = |audio: &mut Audio| {
            if scale != 1.0 {
                audio.channels.iter_mut().flatten().for_each(|x| *x *= scale);
            }
        };
        self.blocks.par_iter_mut().zip(&self.gains).for_each(|(to, gains)| {
            weigh(&block.linked, gains, frames, &mut to.main);
            turned(&mut to.main);
        });
        if let Some(exact) = &mut self.exact {
            exact.sum.main.copy_from(&block.main);
            turned(&mut exact.sum.main);
            exact.of_sum.process(&mut exact.sum);
            exact.round(&mut self.blocks);
            if let Some(whole) = &mut self.whole {
                whole.write(&exact.sum.main)?;
            }
        }
        let samples = self.blocks.iter().flat_map(|b| &b.main.channels).flatten();
        self.peak = samples.fold(self.peak, |peak, x| peak.max(x.abs()));
        let both = self.writers.par_iter_mut().zip(&self.blocks);
        Ok(both.try_for_each(|(writer, block)| writer.write(&block.main))?)
    }

    /// The highest sample, where it lies beyond what integers hold.
    pub(super) fn over(&self) -> Option<f32> {
        (self.exact.is_some() && self.peak > 1.0).then_some(self.peak)
    }

    /// The files, the sum first where it was written.
    pub(super) fn finish(self) -> Result<Vec<FinishedFile>, Error> {
        let writers: Vec<AudioWriter> = self.whole.into_iter().chain(self.writers).collect();
        Ok(writers.into_par_iter().map(AudioWriter::finish).collect::<Result<_, _>>()?)
    }
}

impl Exact {
    /// Rounds all signals but the last, which becomes what is left of the sum.
    fn round(&mut self, blocks: &mut [Block]) {
        let Some((last, others)) = blocks.split_last_mut() else { return };
        others.par_iter_mut().zip(&mut self.dithers).for_each(|(block, dither)| dither.process(block));
        for (rest, sum) in last.main.channels.iter_mut().zip(&self.sum.main.channels) {
            rest.copy_from_slice(sum);
        }
        for (c, rest) in last.main.channels.iter_mut().enumerate() {
            for other in &*others {
                // on the grid of the integers, differences are exact
                rest.iter_mut().zip(&other.main.channels[c]).for_each(|(rest, x)| *rest -= x);
            }
        }
    }
}

/// Adds signals with their gains, in their order and in double precision, and rounds once.
pub(super) fn weigh(signals: &[Audio], gains: &[f64], frames: usize, to: &mut Audio) {
    to.resize(frames);
    for (c, out) in to.channels.iter_mut().enumerate() {
        let all = signals.iter().zip(gains).filter(|(_, gain)| **gain != 0.0);
        let heard: Vec<(&[f32], f64)> =
            all.map(|(signal, gain)| (signal.channels[c].as_slice(), *gain)).collect();
        match heard[..] {
            [(alone, 1.0)] => out.copy_from_slice(alone),
            _ => {
                for (n, y) in out.iter_mut().enumerate() {
                    *y = heard.iter().map(|(x, gain)| f64::from(x[n]) * gain).sum::<f64>() as f32;
                }
            }
        }
    }
}
