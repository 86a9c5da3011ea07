use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::{moments::Moments, sums::energy};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "holes",
    version: 1,
    about: "Digital silence in the middle of a sound, as a dropout of a disk, a cable or an edit leaves it: nothing but \
            zeros in a channel, for a millisecond up to two seconds, that begin and end abruptly while about the same \
            level is heard before and after. A rest that a sound fades into is none.",
    quantities: &[Quantity::Holes, Quantity::LongestHole, Quantity::HolesAt],
    build: |spec| Box::new(Holes::new(spec)),
};

const SHORTEST_MS: f64 = 1.0;
const LONGEST_MS: f64 = 2000.0;
/// What is heard before and after a hole to judge it by.
const AROUND_MS: f64 = 20.0;
/// The part of it that lies at the hole's edge.
const EDGE_MS: f64 = 2.0;
/// A sound that fades is softer at the edge than around it by more than this, as a power: 9 dB.
const FADES: f64 = 0.126;
/// Sounds before and after that differ by more are not the same sound, as a power: 10 dB.
const ALIKE: f64 = 10.0;
/// Softer sounds are not looked at, as a mean power: -60 dBFS.
const SOFTEST: f64 = 1e-6;

struct Holes {
    channels: Vec<(Channel, Moments)>,
    longest: u64,
    rate_hz: f64,
}

/// One channel is followed for itself, so that a hole in one side is found too.
#[derive(Clone)]
struct Channel {
    /// What may still be needed, from frame `from` on.
    samples: Vec<f32>,
    from: u64,
    /// Where in `samples` the search goes on.
    next: usize,
    open: Option<Open>,
    lengths: Lengths,
}

/// A hole whose end, or what follows it, has not been heard yet.
#[derive(Clone)]
struct Open {
    start: u64,
    before: Sound,
    end: Option<u64>,
}

#[derive(Clone, Copy)]
struct Lengths {
    shortest: usize,
    longest: u64,
    around: usize,
    edge: usize,
}

/// Mean powers of what is heard beside a hole.
#[derive(Clone, Copy)]
struct Sound {
    around: f64,
    edge: f64,
}

impl Holes {
    fn new(spec: &Spec) -> Self {
        let frames = |ms: f64| ((ms * spec.rate() / 1000.0) as usize).max(1);
        let lengths = Lengths {
            shortest: frames(SHORTEST_MS),
            longest: frames(LONGEST_MS) as u64,
            around: frames(AROUND_MS),
            edge: frames(EDGE_MS),
        };
        Self {
            channels: vec![(Channel::new(lengths), Moments::new(spec.rate_hz)); spec.channels],
            longest: 0,
            rate_hz: spec.rate(),
        }
    }
}

impl Sound {
    fn of(samples: &[f32], edge: &[f32]) -> Self {
        let mean = |x: &[f32]| energy(x) / x.len().max(1) as f64;
        Self { around: mean(samples), edge: mean(edge) }
    }

    fn is_cut(self) -> bool {
        self.around >= SOFTEST && self.edge >= FADES * self.around
    }

    fn is_like(self, other: Self) -> bool {
        self.around <= ALIKE * other.around && other.around <= ALIKE * self.around
    }
}

impl Channel {
    fn new(lengths: Lengths) -> Self {
        Self { samples: Vec::new(), from: 0, next: 0, open: None, lengths }
    }

    /// Hears the next samples and tells of each hole with its first frame and its length.
    fn push(&mut self, samples: &[f32], mut hole: impl FnMut(u64, u64)) {
        self.samples.extend_from_slice(samples);
        loop {
            match self.open.take() {
                None => {
                    if !self.search() {
                        break;
                    }
                }
                Some(open) => {
                    let waits = self.follow(open, &mut hole);
                    if waits {
                        break;
                    }
                }
            }
        }
        let keep_from = self.next.saturating_sub(self.lengths.around);
        self.samples.drain(..keep_from);
        self.next -= keep_from;
        self.from += keep_from as u64;
    }

    /// Looks for the beginning of a hole; false if more must be heard.
    fn search(&mut self) -> bool {
        let Lengths { shortest, around, edge, .. } = self.lengths;
        while self.next + shortest <= self.samples.len() {
            // the last of the shortest hole that could begin here: unless it is silent, none does
            let probe = self.next + shortest - 1;
            if self.samples[probe] != 0.0 {
                self.next = probe + 1;
                continue;
            }
            let loud = self.samples[self.next..probe].iter().rposition(|s| *s != 0.0);
            if let Some(loud) = loud {
                self.next += loud + 1;
                continue;
            }
            let start = self.next;
            let before = &self.samples[start.saturating_sub(around)..start];
            let sound = Sound::of(before, &before[before.len().saturating_sub(edge)..]);
            self.next = probe + 1;
            self.open = Some(Open { start: self.from + start as u64, before: sound, end: None });
            return true;
        }
        false
    }

    /// Follows a hole to its end and judges it; true if more must be heard.
    fn follow(&mut self, mut open: Open, hole: &mut impl FnMut(u64, u64)) -> bool {
        let Lengths { longest, around, edge, .. } = self.lengths;
        if open.end.is_none() {
            let loud = self.samples[self.next..].iter().position(|s| *s != 0.0);
            self.next = loud.map_or(self.samples.len(), |loud| self.next + loud);
            open.end = loud.map(|_| self.from + self.next as u64);
        }
        let Some(end) = open.end else {
            self.open = Some(open);
            return true;
        };
        let length = end - open.start;
        if length > longest || !open.before.is_cut() {
            return false;
        }
        let Some(after) = self.samples.get(self.next..self.next + around) else {
            self.open = Some(open);
            return true;
        };
        let sound = Sound::of(after, &after[..edge.min(after.len())]);
        if sound.is_cut() && sound.is_like(open.before) {
            hole(open.start, length);
        }
        false
    }
}

impl Meter for Holes {
    fn push(&mut self, block: &Audio) {
        let Self { channels, longest, .. } = self;
        for ((channel, found), samples) in channels.iter_mut().zip(&block.channels) {
            channel.push(samples, |frame, length| {
                found.count(frame);
                *longest = length.max(*longest);
            });
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let never = "no hole";
        let longest = (self.longest > 0).then(|| 1000.0 * self.longest as f64 / self.rate_hz);
        let found = self.channels.iter().map(|(_, found)| found);
        let found = found.fold(Moments::new(0), Moments::or);
        vec![
            (Quantity::Holes, Value::Scalar(found.total().into())),
            (Quantity::LongestHole, Value::scalar_or(longest, never)),
            (Quantity::HolesAt, found.read(never)),
        ]
    }
}
