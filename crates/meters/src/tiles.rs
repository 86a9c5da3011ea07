use acetate_dsp::highest_sample;

/// Frames that are looked at together: less than 2 ms.
const TILE_MS: f64 = 1.34;
/// So many tiles on each side of a jump may belong to it: it is shorter than 3 ms.
const OWN: usize = 2;
/// And nearly all of it lies within so much on each side of its peak: the scratch of a plectrum or a stick is longer.
const SHARP_MS: f64 = 0.12;
/// How far around it nothing may come near it: longer than the longest period.
const ALONE_MS: f64 = 60.0;
/// Where the level before and behind is heard.
const LEVEL_MS: f64 = 15.0;
/// A jump stands this far above what is around it: 12 dB.
const STANDS_OUT: f32 = 4.0;
/// The power before and behind differ at most by this: 6 dB.
const ALIKE: f32 = 4.0;

/// The second difference of a channel in tiles, and where it jumps.
pub struct Tiles {
    length: usize,
    // the last two samples and the tile
    open: Vec<f32>,
    // the newest tiles and their samples, in a circle
    ring: Vec<Tile>,
    samples: Vec<f32>,
    sharp: usize,
    // the second differences of a jump and what is near
    bends: Vec<f32>,
    whole: usize,
    highest: f32,
}

#[derive(Clone, Copy, Default)]
struct Tile {
    bend: f32,
    power: f32,
}

/// A step of the samples that stands alone.
#[derive(Clone, Copy)]
pub struct Jump {
    /// The frame.
    pub at: u64,
    /// About how far the samples jump.
    pub size: f32,
}

impl Tiles {
    pub fn new(rate_hz: u32) -> Self {
        let frames = |ms: f64| ms * f64::from(rate_hz) / 1000.0;
        let length = (frames(TILE_MS) as usize).max(4);
        let reach = (frames(ALONE_MS) / length as f64).ceil() as usize;
        let mut open = Vec::with_capacity(length + 2);
        open.resize(2, 0.0);
        let count = 2 * reach.max(level_tiles() + OWN + 1) + 1;
        Self {
            length,
            open,
            ring: vec![Tile::default(); count],
            samples: vec![0.0; count * length],
            sharp: (frames(SHARP_MS) as usize).max(4),
            bends: Vec::with_capacity((2 * OWN + 1) * length),
            whole: 0,
            highest: 0.0,
        }
    }

    /// The highest sample in whole tiles.
    pub fn highest(&self) -> f32 {
        self.highest
    }

    pub fn push(&mut self, mut samples: &[f32], mut found: impl FnMut(Jump)) {
        while !samples.is_empty() {
            let fits = samples.len().min(self.length + 2 - self.open.len());
            let (now, later) = samples.split_at(fits);
            self.open.extend_from_slice(now);
            samples = later;
            if self.open.len() == self.length + 2 {
                self.end_tile();
                if let Some(jump) = self.jump() {
                    found(jump);
                }
            }
        }
    }

    fn end_tile(&mut self) {
        let x = &self.open;
        let highest = highest_sample(&x[2..]);
        self.highest = self.highest.max(highest);
        let (bend, power) = bend_and_power(x);
        let count = self.ring.len();
        self.ring[self.whole % count] = Tile { bend, power: power / self.length as f32 };
        self.samples[self.whole % count * self.length..][..self.length].copy_from_slice(&x[2..]);
        self.whole += 1;
        self.open.copy_within(self.length.., 0);
        self.open.truncate(2);
    }

    /// Whether the tile in the middle of the ring holds a jump.
    fn jump(&mut self) -> Option<Jump> {
        let count = self.ring.len();
        let reach = count / 2;
        let middle = self.whole.checked_sub(reach + 1)?;
        let tile = |at: usize| self.ring[at % count];
        let here = tile(middle);
        let stands_out = |bend: f32| here.bend > STANDS_OUT * bend;
        let near = |off: usize| middle.checked_sub(off).map_or(0.0, |at| tile(at).bend);
        if here.bend == 0.0
            || !stands_out(near(OWN + 1))
            || !stands_out(tile(middle + OWN + 1).bend)
            || (1..=OWN).any(|off| near(off) >= here.bend || tile(middle + off).bend > here.bend)
        {
            return None;
        }
        let before = middle.saturating_sub(reach)..middle.saturating_sub(OWN);
        let behind = middle + OWN + 1..middle + reach + 1;
        let around = before.chain(behind).map(|at| tile(at).bend).fold(0.0, f32::max);
        if !stands_out(around) {
            return None;
        }
        let level = level_tiles();
        let power = |tiles: std::ops::Range<usize>| tiles.map(|at| tile(at).power).sum::<f32>();
        let before = power(middle.saturating_sub(OWN + level)..middle.saturating_sub(OWN));
        let behind = power(middle + OWN + 1..middle + OWN + 1 + level);
        let alike = before <= ALIKE * behind && behind <= ALIKE * before;
        let at = if alike { self.sharp_peak(middle)? } else { return None };
        Some(Jump { at, size: 0.5 * here.bend })
    }

    /// The frame of the jump in a tile, if it is over at once.
    fn sharp_peak(&mut self, middle: usize) -> Option<u64> {
        let first = middle.saturating_sub(OWN) * self.length;
        let sample = |at: usize| self.samples[at % self.samples.len()];
        let frames = first..(middle + OWN + 1) * self.length;
        self.bends.clear();
        self.bends
            .extend(frames.skip(2).map(|at| (sample(at) - 2.0 * sample(at - 1) + sample(at - 2)).abs()));
        let (peak, &bend) = self.bends.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        let far = |&(at, _): &(usize, &f32)| at.abs_diff(peak) > self.sharp;
        let beside = self.bends.iter().enumerate().filter(far).fold(0.0, |max: f32, (_, &b)| max.max(b));
        (bend > STANDS_OUT * beside).then_some((first + peak + 1) as u64)
    }
}

/// The highest second difference, and the energy but for the first two samples.
fn bend_and_power(x: &[f32]) -> (f32, f32) {
    let (mut bends, mut powers) = ([0f32; 8], [0f32; 8]);
    let [before, middle, behind] = [&x[..x.len() - 2], &x[1..x.len() - 1], &x[2..]];
    for ((a, b), c) in before.chunks(8).zip(middle.chunks(8)).zip(behind.chunks(8)) {
        let lanes = bends.iter_mut().zip(&mut powers);
        for ((((bend, power), a), b), c) in lanes.zip(a).zip(b).zip(c) {
            *bend = bend.max((a - 2.0 * b + c).abs());
            *power += c * c;
        }
    }
    (bends.into_iter().fold(0.0, f32::max), powers.iter().sum())
}

fn level_tiles() -> usize {
    (LEVEL_MS / TILE_MS) as usize
}
