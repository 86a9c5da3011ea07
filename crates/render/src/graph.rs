use std::error::Error;

use acetate_model::{Audio, Block, Move, Name, Place, Source, Spec, Standing, Worked};
use rayon::prelude::*;

use crate::{Chain, Deaf, Ear, RenderError, align::Align, tap::Tap};

/// How a graph works; none of it changes a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Frames in each block.
    pub block_frames: usize,
    /// Whether the stems are carried through the master chain beside their sum.
    pub linked: bool,
}

/// One stem of a graph.
pub struct Lane {
    /// Its name in the plan.
    pub name: Name,
    /// Its audio, at the session's rate, in stereo.
    pub source: Box<dyn Source>,
}

/// A plan that is ready to sound.
pub struct Graph {
    stems: Stems,
    master: Chain,
    latency: usize,
}

/// The sum of the stems, the stems beside it where they are linked, and those that steer a move, as they were sent.
struct Filled {
    block: Block,
    /// One for each lane, then for each listener; empty where it steers nothing.
    keys: Vec<Audio>,
}

struct Stems {
    lanes: Vec<Running>,
    /// Which lanes steer a move.
    steers: Vec<bool>,
    /// Signals that steer and are not heard themselves.
    listeners: Vec<Running>,
    /// The sum of the stems as they were sent, where a listener steers.
    plain: Audio,
    linked: bool,
    block_frames: usize,
    /// Frames to feed after the end, until everything that is late has come out.
    tail: usize,
}

struct Running {
    lane: Lane,
    chain: Chain,
    align: Align,
    block: Block,
    ended: bool,
    /// Frames that its source has sent.
    sent: u64,
    /// One behind each move.
    taps: Vec<Tap>,
}

impl Graph {
    /// Builds the active moves of a plan. A move at a place that does not exist is an error.
    pub fn build(plan: &[Move], lanes: Vec<Lane>, shape: Shape) -> Result<Self, RenderError> {
        Self::build_beside(plan, lanes, Vec::new(), shape)
    }

    /// The same with signals beside the stems, such as the client's mix: each steers moves as the bus of its name, and
    /// is not heard itself. Behind its own channels such a key brings those of the plain sum of the stems as they were
    /// sent, so that a move can tell what was done to that sum, whatever is done to the stems before it.
    pub fn build_beside(
        plan: &[Move],
        lanes: Vec<Lane>,
        listeners: Vec<Lane>,
        shape: Shape,
    ) -> Result<Self, RenderError> {
        let (rate_hz, channels) = lanes.first().map_or((0, 0), |l| (l.source.rate_hz(), l.source.channels()));
        let spec = Spec::new(rate_hz, channels, shape.block_frames);
        reject_unknown_places(plan, &lanes)?;
        let places: Vec<Place> = lanes
            .iter()
            .map(|lane| Place::Stem(lane.name.clone()))
            .chain(listeners.iter().map(|lane| Place::Bus(lane.name.clone())))
            .collect();
        let active = || plan.iter().filter(|m| m.standing == Standing::Active);
        let asked: Vec<&Place> = active().filter_map(|m| m.process.key.as_ref()).collect();
        let steers = places.iter().map(|place| asked.contains(&place)).collect();
        let chains = places[..lanes.len()]
            .iter()
            .map(|place| Chain::build(plan, place, &spec, &places, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let linked = if shape.linked { lanes.len() } else { 0 };
        let latest = chains.iter().map(Chain::latency).max().unwrap_or(0);
        let master = Chain::build(plan, &Place::Master, &Spec { linked, ..spec }, &places, latest)?;
        let latency = latest + master.latency();
        let running = |(lane, chain): (Lane, Chain)| Running {
            align: Align::new(latest - chain.latency(), channels, shape.block_frames),
            block: Block::of(Audio::silence(rate_hz, channels, shape.block_frames)),
            ended: false,
            sent: 0,
            taps: chain.latencies().map(Tap::new).collect(),
            lane,
            chain,
        };
        let stems = Stems {
            lanes: lanes.into_iter().zip(chains).map(running).collect(),
            steers,
            listeners: listeners.into_iter().map(|lane| running((lane, Chain::empty()))).collect(),
            plain: Audio::silence(rate_hz, channels, 0),
            linked: shape.linked,
            block_frames: shape.block_frames,
            tail: latency,
        };
        Ok(Self { stems, master, latency })
    }

    /// Renders from the first frame to the last of the longest stem; latency is taken out.
    ///
    /// The sink gets every block in order, with the linked stems where asked for.
    pub fn run<E: Into<Box<dyn Error + Send + Sync>> + Send>(
        &mut self,
        sink: impl FnMut(&Block) -> Result<(), E> + Send,
    ) -> Result<(), RenderError> {
        self.run_heard::<E, Deaf>(&mut [], sink)
    }

    /// The same, with an ear for each stem that is listened to, in the order of the lanes; lanes beyond have none.
    pub fn run_heard<E: Into<Box<dyn Error + Send + Sync>> + Send, H: Ear>(
        &mut self,
        ears: &mut [Option<H>],
        mut sink: impl FnMut(&Block) -> Result<(), E> + Send,
    ) -> Result<(), RenderError> {
        let Self { stems, master, latency } = self;
        let mut skip = *latency;
        let (mut now, mut next) = (stems.empty(), stems.empty());
        let mut more = stems.fill(&mut now, ears)?;
        while more {
            let (filled, sunk) = rayon::join(
                || stems.fill(&mut next, ears),
                || {
                    master.process(&mut now.block, &now.keys);
                    drop_head(&mut now.block, &mut skip);
                    if now.block.frames() == 0 { Ok(()) } else { sink(&now.block) }
                },
            );
            sunk.map_err(|error| RenderError::Sink(error.into()))?;
            more = filled?;
            std::mem::swap(&mut now, &mut next);
        }
        Ok(())
    }

    /// What each move that turns down did in the last `run`.
    pub fn worked(&self) -> Vec<Worked> {
        self.stems.lanes.iter().flat_map(|l| l.chain.worked()).chain(self.master.worked()).collect()
    }
}

impl Stems {
    fn empty(&self) -> Filled {
        let like = self.lanes.first().map_or_else(Audio::default, |l| l.block.main.clone());
        let linked = if self.linked { vec![like.clone(); self.lanes.len()] } else { Vec::new() };
        let keys = vec![Audio::default(); self.steers.len()];
        Filled { block: Block { main: like, linked, key: None }, keys }
    }

    /// Reads, works on and sums the next block; false when everything has come out.
    fn fill<H: Ear>(&mut self, filled: &mut Filled, ears: &mut [Option<H>]) -> Result<bool, RenderError> {
        let Filled { block, keys } = filled;
        let wanted = self.block_frames;
        let read: Vec<usize> =
            self.lanes.par_iter_mut().map(|lane| lane.read(wanted)).collect::<Result<_, _>>()?;
        let mut frames = read.into_iter().max().unwrap_or(0);
        if frames == 0 {
            frames = self.tail.min(wanted);
            self.tail -= frames;
        }
        if frames == 0 {
            return Ok(false);
        }
        // just as much as of the stems, so that both stay together to the end
        self.listeners.iter_mut().try_for_each(|lane| lane.read(frames).map(|_| ()))?;
        let (of_lanes, of_listeners) = keys.split_at_mut(self.lanes.len());
        let (lanes_steer, listeners_steer) = self.steers.split_at(self.lanes.len());
        for ((lane, key), &steers) in self.lanes.iter_mut().zip(of_lanes).zip(lanes_steer) {
            if steers {
                lane.block.resize(frames);
                key.copy_from(&lane.block.main);
            }
        }
        for ((beside, key), &steers) in self.listeners.iter_mut().zip(of_listeners).zip(listeners_steer) {
            if steers {
                beside.block.resize(frames);
                add_up(&self.lanes.iter().map(|l| &l.block.main), frames, &mut self.plain);
                key.copy_from(&beside.block.main);
                key.channels.extend(self.plain.channels.iter().cloned());
            }
        }
        let listened_to = ears.len().min(self.lanes.len());
        let (heard, rest) = self.lanes.split_at_mut(listened_to);
        let of_heard = || {
            let with_ears = heard.par_iter_mut().zip(ears);
            with_ears.for_each(|(lane, ear)| lane.process(frames, keys, ear.as_mut()));
        };
        rayon::join(of_heard, || rest.par_iter_mut().for_each(|lane| lane.process::<H>(frames, keys, None)));
        add_up(&self.lanes.iter().map(|l| &l.block.main), frames, &mut block.main);
        if self.linked {
            for (to, lane) in block.linked.iter_mut().zip(&self.lanes) {
                to.copy_from(&lane.block.main);
            }
        }
        Ok(true)
    }
}

/// Adds signals in their order, in double precision, and rounds once; a short one ends in silence.
pub fn add_up<'a>(signals: &(impl Iterator<Item = &'a Audio> + Clone), frames: usize, to: &mut Audio) {
    const STRIDE: usize = 256;
    to.resize(frames);
    for (at, channel) in to.channels.iter_mut().enumerate() {
        for (from, out) in channel.chunks_mut(STRIDE).enumerate().map(|(n, out)| (n * STRIDE, out)) {
            let mut sum = [0.0f64; STRIDE];
            for signal in signals.clone() {
                let samples = signal.channels[at].get(from..).unwrap_or(&[]);
                for (s, &x) in sum[..out.len()].iter_mut().zip(samples) {
                    *s += f64::from(x);
                }
            }
            for (y, &s) in out.iter_mut().zip(&sum) {
                *y = s as f32;
            }
        }
    }
}

impl Running {
    fn read(&mut self, wanted: usize) -> Result<usize, RenderError> {
        if self.ended {
            self.block.resize(0);
            return Ok(0);
        }
        let name = &self.lane.name;
        let failed = |error| RenderError::Source { stem: name.clone(), error };
        let read = self.lane.source.read(&mut self.block.main, wanted).map_err(failed)?;
        self.ended = read == 0;
        self.sent += read as u64;
        Ok(read)
    }

    fn process<H: Ear>(&mut self, frames: usize, keys: &[Audio], ear: Option<&mut H>) {
        let Self { chain, align, block, taps, sent, .. } = self;
        block.resize(frames);
        match ear {
            Some(ear) => chain.process_heard(block, keys, |at, audio| {
                taps[at].hear(audio, *sent, |audio| ear.hear(at, audio));
            }),
            None => chain.process(block, keys),
        }
        align.process(&mut block.main);
    }
}

/// Takes away the first frames of the whole, which are only the latency.
fn drop_head(block: &mut Block, skip: &mut usize) {
    let drop = (*skip).min(block.frames());
    if drop > 0 {
        block.signals().flat_map(|s| &mut s.channels).for_each(|channel| {
            channel.drain(..drop);
        });
        *skip -= drop;
    }
}

fn reject_unknown_places(plan: &[Move], lanes: &[Lane]) -> Result<(), RenderError> {
    let known = |m: &&Move| match &m.at {
        Place::Master => true,
        Place::Stem(name) => lanes.iter().any(|l| l.name == *name),
        Place::Bus(_) => false,
    };
    match plan.iter().filter(|m| m.standing == Standing::Active).find(|m| !known(m)) {
        None => Ok(()),
        Some(m) => {
            let mut places: Vec<String> = lanes.iter().map(|l| format!("stem/{}", l.name)).collect();
            places.push("master".into());
            Err(RenderError::UnknownPlace {
                id: m.id.clone(),
                place: m.at.to_string(),
                places: places.join(", "),
            })
        }
    }
}
