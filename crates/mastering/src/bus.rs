//! Everything before the last stage.

use std::path::Path;

use acetate_files::{Resampled, Scratch, ScratchReader, StemFile, StemReader};
use acetate_model::{Move, Place, Session, Source, Standing, Stem, Worked};
use acetate_processors::{find, is_limiter};
use acetate_render::{Graph, Lane};
use rayon::prelude::*;

use crate::{
    Error, MIX, Options, Progress,
    analyse::hear,
    forecast::Envelope,
    progress::step,
    prove::{Ears, Heard},
};

/// The moves up to the first limiter or maximizer of the master chain, and those from it on; without those that this
/// version cannot make.
pub(crate) fn split(plan: &[Move]) -> (Vec<Move>, Vec<Move>) {
    let plan: Vec<&Move> = plan.iter().filter(|m| find(&m.process.kind).is_some()).collect();
    let is_last = |m: &&Move| m.at == Place::Master && is_limiter(&m.process.kind);
    let from = plan.iter().position(is_last).unwrap_or(plan.len());
    let late = |at: usize, m: &Move| at >= from && m.at == Place::Master;
    let side = |wanted: bool| {
        let found = plan.iter().enumerate().filter(|(at, m)| late(*at, m) == wanted);
        found.map(|(_, m)| (*m).clone()).collect()
    };
    (side(false), side(true))
}

/// The client's mix, if a move is steered by it.
pub(crate) fn heard_mix<'a>(session: &'a Session, plan: &[Move]) -> Option<&'a Stem> {
    let key = Place::Bus(MIX.into());
    let asked = |m: &Move| m.standing == Standing::Active && m.process.key.as_ref() == Some(&key);
    session.mix.as_ref().filter(|_| plan.iter().any(asked))
}

/// The stems of a session, and what only steers moves beside them.
pub(crate) fn lanes(
    (session, files): (&Session, &[StemFile]),
    plan: &[Move],
) -> Result<(Vec<Lane>, Vec<Lane>), Error> {
    let lane = |name: &str, file: &StemFile| {
        let source = Box::new(StemReader::new(file.open()?, session.rate_hz));
        Ok(Lane { name: name.to_owned(), source })
    };
    let (of_stems, of_mix) = files.split_at(session.stems.len());
    let pairs = session.stems.par_iter().zip(of_stems);
    let lanes = pairs.map(|(stem, file)| lane(&stem.name, file)).collect::<Result<Vec<_>, Error>>()?;
    let beside = heard_mix(session, plan).and(of_mix.first()).map(|file| lane(MIX, file));
    let listeners = beside.into_iter().collect::<Result<Vec<_>, Error>>()?;
    Ok((lanes, listeners))
}

/// A recording at another rate.
pub(crate) fn at_rate(reader: &ScratchReader, rate_hz: u32) -> Box<dyn Source> {
    let reader = reader.clone();
    if reader.rate_hz() == rate_hz { Box::new(reader) } else { Box::new(Resampled::new(reader, rate_hz)) }
}

/// The song before the last stage, rendered once.
pub(crate) struct Bus {
    audio: ScratchReader,
    pub(crate) envelope: Envelope,
    pub(crate) worked: Vec<Worked>,
    pub(crate) frames: u64,
}

impl Bus {
    /// Renders the moves before the last stage, and measures what they must answer for.
    pub(crate) fn render(
        (session, files): (&Session, &[StemFile]),
        plan: &[Move],
        staging: &Path,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<(Self, Heard), Error> {
        let (lanes, listeners) = lanes((session, files), plan)?;
        progress.begin("rendering", lanes.iter().filter_map(|l| l.source.frames()).max());
        let mut audio = Scratch::new(session.rate_hz, 2, options.memory_bytes, staging);
        let mut envelope = Envelope::new(session.rate_hz);
        let mut frames = 0;
        let Ears { mut stems, mut bus } = Ears::of(session, plan, options.block_frames);
        let mut graph = Graph::build_beside(plan, lanes, listeners, options.shape())?;
        graph.run_heard(&mut stems, |block| {
            audio.push(&block.main)?;
            envelope.push(&block.main);
            if let Some(bus) = &mut bus {
                hear(bus, &block.main);
            }
            frames += block.frames() as u64;
            step(progress, block.frames())
        })?;
        let heard = Heard::by(Ears { stems, bus }, session, plan, graph.worked());
        Ok((Self { audio: audio.into_reader(), envelope, worked: graph.worked(), frames }, heard))
    }

    pub(crate) fn at_rate(&self, rate_hz: u32) -> Box<dyn Source> {
        at_rate(&self.audio, rate_hz)
    }
}
