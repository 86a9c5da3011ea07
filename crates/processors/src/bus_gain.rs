use acetate_dsp::{DelayLine, GainMatch};
use acetate_model::{Block, Db, Ms, Params, Processor, Reduction, Settings, Spec};

use crate::late::Late;

/// How long a tile is: the grain of the gain over time.
const TILE_MS: f64 = 0.5;
/// Offsets that differ by less than this many frames are the same: the sums of a session's decimals shall not cost a
/// mix its bits.
const SAME: f64 = 1e-7;

/// Does again what a bus compressor or limiter of the client did: it hears the client's mix as its key and gives the
/// signal, moment by moment, the gain that brings it nearest to that mix, both channels alike. So the stems' sum moves
/// as the approved mix does. What was done to the stems before does not mislead it: it compares the mix with their plain sum,
/// which comes with the key. It hears ahead, so that no peak comes before its gain. Where mix or signal are too soft to
/// tell, and without a key, the gain rests.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct BusGainSettings {
    /// How far the gain may move from its rest, up and down; at 0 it does nothing at all.
    #[param(default = 0.0, range = 0.0..=24.0, amount)]
    pub range_db: Db,
    /// Where the gain rests: how much louder the mix is than the signal.
    #[param(default = 0.0, range = -24.0..=24.0, amount)]
    pub gain_db: Db,
    /// Over how much time the gain is measured: short enough for a limiter, long enough to be a gain.
    #[param(default = 3.0, range = 1.0..=100.0, log)]
    pub window_ms: Ms,
    /// How much later the mix is than the signal, or earlier where negative.
    #[param(default = 0.0, range = -1000.0..=1000.0)]
    pub offset_ms: Ms,
}

impl Settings for BusGainSettings {
    const ID: &'static str = "bus_gain";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "range_db": 12 }"#;
    type Processor = BusGain;

    fn build(&self, spec: &Spec) -> BusGain {
        BusGain {
            works: (self.range_db.0 > 0.0).then(|| Box::new(Works::new(self, spec))),
            reduction: [Reduction::default()],
        }
    }
}

/// A gain that follows a mix.
pub struct BusGain {
    works: Option<Box<Works>>,
    reduction: [Reduction; 1],
}

struct Works {
    tile: usize,
    // brings the signal to where the mix is, and then waits for the gain
    in_time: Late,
    waiting: Late,
    key: Vec<DelayLine>,
    plain: Vec<DelayLine>,
    // the mix, and behind it the plain sum, in time with the signal
    heard: Vec<Vec<f32>>,
    matched: GainMatch,
    // of the tile that is being heard, and how much of it was
    energies: [f64; 2],
    at: usize,
    // on the edges of the tile that comes out
    edges: [f64; 2],
    rest: f64,
}

impl Works {
    fn new(settings: &BusGainSettings, spec: &Spec) -> Self {
        let frames = |ms: f64| ms * spec.rate() / 1000.0;
        let tile = (libm::round(frames(TILE_MS)) as usize).max(1);
        let reach = (libm::round(frames(settings.window_ms.0) / (2 * tile) as f64) as usize).max(1);
        let mut offset = frames(settings.offset_ms.0);
        if (offset - offset.round()).abs() < SAME {
            offset = offset.round();
        }
        // the signal waits for a late mix, and the mix for the signal and for its own interpolation
        let fraction = offset.ceil() - offset;
        let shortest = DelayLine::shortest(fraction) as f64;
        let signal = (offset.ceil() + shortest).max(0.0);
        let whole = signal - offset.ceil();
        let rest = settings.gain_db.amplitude();
        Self {
            tile,
            in_time: Late::new(spec, signal as usize),
            waiting: Late::new(spec, (reach + 1) * tile),
            key: vec![DelayLine::new(whole as usize, fraction); spec.channels],
            plain: vec![DelayLine::new(signal as usize, 0.0); spec.channels],
            heard: vec![vec![0.0; spec.max_frames]; 2 * spec.channels],
            matched: GainMatch::new(reach, tile * spec.channels, rest, settings.range_db.amplitude()),
            energies: [0.0; 2],
            at: 0,
            edges: [rest; 2],
            rest,
        }
    }

    fn reset(&mut self) {
        self.in_time.reset();
        self.waiting.reset();
        self.key.iter_mut().chain(&mut self.plain).for_each(DelayLine::reset);
        self.matched.reset();
        (self.energies, self.at, self.edges) = ([0.0; 2], 0, [self.rest; 2]);
    }

    fn process(&mut self, block: &mut Block, reduction: &mut Reduction) {
        let frames = block.frames();
        let lines = self.key.iter_mut().chain(&mut self.plain);
        for (c, (heard, line)) in self.heard.iter_mut().zip(lines).enumerate() {
            heard.resize(frames, 0.0);
            match block.key.as_ref().and_then(|key| key.channels.get(c)) {
                Some(key) => heard.copy_from_slice(key),
                None => heard.fill(0.0),
            }
            line.run(heard);
        }
        self.in_time.exchange(block, 0, frames);
        let mut from = 0;
        while from < frames {
            let to = frames.min(from + self.tile - self.at);
            let channels = block.main.channels.len();
            let brings_sum = block.key.as_ref().is_some_and(|key| key.channels.len() == 2 * channels);
            let (mix, plain) = self.heard.split_at(channels);
            let sum = if brings_sum { plain } else { &block.main.channels };
            for (x, m) in sum.iter().zip(mix) {
                for (x, m) in x[from..to].iter().zip(&m[from..to]) {
                    let (x, m) = (f64::from(*x), f64::from(*m));
                    self.energies[0] += x * x;
                    self.energies[1] += x * m;
                }
            }
            self.waiting.exchange(block, from, to);
            self.apply(block, from, to);
            self.report(reduction, (to - from) as f32 / frames as f32);
            self.at += to - from;
            if self.at == self.tile {
                self.turn();
            }
            from = to;
        }
    }

    /// A tile is full.
    fn turn(&mut self) {
        // without a key there is nothing to follow
        let [power, product] = self.energies;
        let power = if product == 0.0 { 0.0 } else { power };
        self.edges = [self.edges[1], self.matched.push(power, product)];
        (self.energies, self.at) = ([0.0; 2], 0);
    }

    fn apply(&self, block: &mut Block, from: usize, to: usize) {
        let [first, last] = self.edges;
        let step = (last - first) / self.tile as f64;
        for channel in block.signals().flat_map(|signal| &mut signal.channels) {
            for (n, x) in channel[from..to].iter_mut().enumerate() {
                let gain = first + step * ((self.at + n) as f64 + 0.5);
                *x = (f64::from(*x) * gain) as f32;
            }
        }
    }

    fn report(&self, reduction: &mut Reduction, share: f32) {
        let [first, last] = self.edges;
        let down = |gain: f64| (-20.0 * libm::log10(gain)).max(0.0) as f32;
        reduction.mean_db += down(0.5 * (first + last)) * share;
        reduction.max_db = reduction.max_db.max(down(first.min(last)));
    }
}

impl Processor for BusGain {
    fn process(&mut self, block: &mut Block) {
        if let Some(works) = &mut self.works {
            self.reduction = [Reduction::default()];
            works.process(block, &mut self.reduction[0]);
        }
    }

    fn reset(&mut self) {
        self.works.iter_mut().for_each(|works| works.reset());
        self.reduction = [Reduction::default()];
    }

    fn latency(&self) -> usize {
        self.works.as_ref().map_or(0, |works| works.in_time.latency() + works.waiting.latency())
    }

    fn reductions(&self) -> &[Reduction] {
        if self.works.is_some() { &self.reduction } else { &[] }
    }
}
