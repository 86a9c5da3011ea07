mod runs;

use acetate_dsp::Autoregression;
use acetate_model::{Audio, Block, Choice, Dbfs, Ms, Params, Processor, Settings, Spec, amplitude};

use runs::{Finder, Run};

/// How much before and after a run the model of the signal is taken from.
const CONTEXT_MS: f64 = 10.0;
/// How much is worked on at a time.
const HOP_MS: f64 = 10.0;
/// The order of the model.
const ORDER: usize = 40;
/// Runs that lie closer together are repaired as one.
const CLOSE: usize = ORDER;
/// A stretch in which more than this share is flat is meant so, or beyond repair.
const MOST_FLAT: f64 = 0.5;
/// How far around a run the energies of linked signals are compared.
const SHARE_MS: f64 = 2.5;

/// Gives peaks that were cut off by an overload their tops back, from the model that the sound around them suggests.
/// Every other sample stays as it is, to the last bit, and what merely looks like it (square waves, soft tops,
/// limited peaks) is left alone. The tops rise above full scale where the clip was there: leave headroom behind it.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DeclipSettings {
    /// Where the level comes from at which tops are cut off.
    #[param(default = auto)]
    pub find: Find,
    /// That level, for `at_threshold`: what reaches it is taken for cut off.
    #[param(default = -0.1, range = -24.0..=0.0)]
    pub threshold_dbfs: Dbfs,
    /// The longest flat top that is repaired; longer ones stay as they are.
    #[param(default = 2.0, range = 0.1..=8.0, log)]
    pub longest_ms: Ms,
}

/// Where the level comes from at which tops are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Find {
    /// Found: flat tops at the highest level so far.
    Auto,
    /// Set: tops at or above the threshold.
    AtThreshold,
}

impl Settings for DeclipSettings {
    const ID: &'static str = "declip";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "find": "auto", "longest_ms": 2 }"#;
    type Processor = Declip;

    fn build(&self, spec: &Spec) -> Declip {
        let frames = |ms: f64| (ms * spec.rate() / 1000.0) as usize;
        let longest = frames(self.longest_ms.0).max(runs::SHORTEST);
        let (context, hop) = (frames(CONTEXT_MS).max(2 * ORDER), frames(HOP_MS).max(1));
        // behind the hop: the longest run that begins in it, and the context behind that
        let ahead = (longest + context + CLOSE).next_multiple_of(hop);
        let shape = Shape { context, hop, ahead };
        let lowest = match self.find {
            Find::Auto => None,
            Find::AtThreshold => Some(amplitude(self.threshold_dbfs.0) as f32),
        };
        let signal = || Audio::silence(spec.rate_hz, spec.channels, shape.length());
        Declip {
            shape,
            heard: (0..=spec.linked).map(|_| signal()).collect(),
            filled: 0,
            finders: (0..spec.channels).map(|_| Finder::new(lowest, longest, shape.length())).collect(),
            repair: Repair {
                model: Autoregression::new(ORDER, shape.length(), context + longest),
                window: Vec::with_capacity(shape.length()),
                missing: Vec::with_capacity(context + longest),
                shares: vec![0.0; spec.linked],
                around: frames(SHARE_MS),
            },
        }
    }
}

/// Of what lies in memory, from the oldest on: what was repaired before, what is next, and what comes behind it.
#[derive(Debug, Clone, Copy)]
struct Shape {
    context: usize,
    hop: usize,
    ahead: usize,
}

impl Shape {
    fn length(&self) -> usize {
        self.context + self.hop + self.ahead
    }
}

/// A repair of cut-off peaks.
#[derive(Debug)]
pub struct Declip {
    shape: Shape,
    // the main signal, then the linked ones
    heard: Vec<Audio>,
    // frames of the newest hop that came
    filled: usize,
    // one for each channel
    finders: Vec<Finder>,
    repair: Repair,
}

impl Processor for Declip {
    fn process(&mut self, block: &mut Block) {
        let Shape { context, hop, .. } = self.shape;
        let newest = self.shape.length() - hop;
        let mut done = 0;
        while done < block.frames() {
            let now = (block.frames() - done).min(hop - self.filled);
            for (signal, heard) in block.signals().zip(&mut self.heard) {
                for (channel, heard) in signal.channels.iter_mut().zip(&mut heard.channels) {
                    let part = &mut channel[done..done + now];
                    heard[newest + self.filled..][..now].copy_from_slice(part);
                    // repaired already: it moved there when the last hop was full
                    part.copy_from_slice(&heard[context - hop + self.filled..][..now]);
                }
            }
            self.filled += now;
            done += now;
            if self.filled == hop {
                self.work();
            }
        }
    }

    fn reset(&mut self) {
        self.heard.iter_mut().flat_map(|signal| &mut signal.channels).for_each(|channel| channel.fill(0.0));
        self.finders.iter_mut().for_each(Finder::reset);
        self.filled = 0;
    }

    fn latency(&self) -> usize {
        self.shape.hop + self.shape.ahead
    }
}

impl Declip {
    /// Repairs the runs that begin in the hop, and makes room for the next.
    fn work(&mut self) {
        let Shape { context, hop, .. } = self.shape;
        for (channel, finder) in self.finders.iter_mut().enumerate() {
            finder.hear(&self.heard[0].channels[channel], self.shape.length() - hop);
            let runs = finder.find(&self.heard[0].channels[channel], context);
            self.repair.all(runs, channel, context..context + hop, &mut self.heard);
        }
        for channel in self.heard.iter_mut().flat_map(|signal| &mut signal.channels) {
            channel.copy_within(hop.., 0);
        }
        self.filled = 0;
    }
}

/// What a repair needs room for.
#[derive(Debug)]
struct Repair {
    model: Autoregression,
    window: Vec<f64>,
    missing: Vec<(usize, f64)>,
    shares: Vec<f64>,
    around: usize,
}

impl Repair {
    /// The runs that begin in `hop`, close ones together.
    fn all(&mut self, runs: &[Run], channel: usize, hop: std::ops::Range<usize>, heard: &mut [Audio]) {
        let mut from = 0;
        while from < runs.len() {
            if !hop.contains(&runs[from].from) {
                break;
            }
            let mut to = from + 1;
            while to < runs.len() && hop.contains(&runs[to].from) && runs[to].from < runs[to - 1].to + CLOSE {
                to += 1;
            }
            self.cluster(&runs[from..], to - from, channel, hop.start, heard);
            from = to;
        }
    }

    /// Finds all runs near the first `count`, and changes these.
    fn cluster(&mut self, runs: &[Run], count: usize, channel: usize, context: usize, heard: &mut [Audio]) {
        let main = &heard[0].channels[channel];
        let from = runs[0].from - context;
        let to = (runs[count - 1].to + context).min(main.len());
        let inside = || runs.iter().enumerate().filter(|(n, run)| *n < count || run.to + ORDER < to);
        let flat: usize = inside().map(|(_, run)| run.to - run.from).sum();
        if flat > self.model.most_missing() || flat as f64 > MOST_FLAT * (to - runs[0].from) as f64 {
            return;
        }
        self.window.clear();
        self.window.extend(main[from..to].iter().map(|&x| f64::from(x)));
        self.missing.clear();
        for (_, run) in inside() {
            self.missing.extend((run.from..run.to).map(|at| (at - from, f64::from(main[at]))));
        }
        self.model.fill(&mut self.window, &self.missing);
        for run in &runs[..count] {
            self.share(run, channel, from, heard);
        }
    }

    /// Writes a run, and gives each linked signal its share of the change: as much as it has of the energy here.
    fn share(&mut self, run: &Run, channel: usize, window_from: usize, heard: &mut [Audio]) {
        let (main, linked) = heard.split_at_mut(1);
        let main = &mut main[0].channels[channel];
        let near = run.from.saturating_sub(self.around)..(run.to + self.around).min(main.len());
        for (share, signal) in self.shares.iter_mut().zip(&*linked) {
            *share =
                signal.channels[channel][near.clone()].iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        }
        let energy: f64 = self.shares.iter().sum();
        let repaired = &self.window[run.from - window_from..];
        for (n, (x, &repaired)) in main[run.from..run.to].iter_mut().zip(repaired).enumerate() {
            let change = f64::from(repaired as f32) - f64::from(*x);
            *x = repaired as f32;
            for (signal, share) in linked.iter_mut().zip(&self.shares).filter(|_| energy > 0.0) {
                let x = &mut signal.channels[channel][run.from + n];
                *x = (f64::from(*x) + change * share / energy) as f32;
            }
        }
    }
}
