use acetate_dsp::DelayLine;
use acetate_model::Audio;

/// Frames of an excerpt at rates up to this; twice as many above.
const FRAMES: usize = 1 << 15;
const FRAMES_TO_HZ: u32 = 50_000;
/// The most excerpts that are kept.
const MOST: usize = 12;
/// What is kept around an excerpt of a stem, so that it may be moved, in ms. More than sound needs for 15 m.
const MARGIN_MS: usize = 50;
/// Frames of the margin that an interpolation needs for itself.
pub(super) const SPARE: usize = 100;

/// Where a song is listened to closely.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    pub(super) starts: Vec<u64>,
    pub(super) frames: usize,
    pub(super) margin: usize,
}

impl Places {
    /// Chosen by loudness over time of the stems: `loudness[stem]` is (time in ms, loudness) at even steps. Every stem is
    /// heard where it stands out most, the rest is spread over the song.
    pub fn choose(rate_hz: u32, song_frames: u64, loudness: &[Vec<(f64, f64)>]) -> Self {
        let frames = if rate_hz <= FRAMES_TO_HZ { FRAMES } else { 2 * FRAMES };
        let margin = MARGIN_MS * rate_hz as usize / 1000;
        let last = song_frames.saturating_sub(frames as u64);
        let at = |ms: f64| ((ms / 1000.0 * f64::from(rate_hz)) as u64).min(last);
        let mut wanted: Vec<u64> =
            (0..loudness.len()).filter_map(|s| stands_out(s, loudness)).map(at).collect();
        let spread = MOST as u64;
        wanted.extend((0..spread).map(|k| last * (2 * scattered(k, spread) + 1) / (2 * spread)));
        let mut starts: Vec<u64> = Vec::new();
        for start in wanted {
            if starts.len() < MOST && starts.iter().all(|other| other.abs_diff(start) >= frames as u64) {
                starts.push(start);
            }
        }
        starts.sort_unstable();
        Self { starts, frames, margin }
    }
}

/// A number below `count` for each `k`, far apart for neighbours.
fn scattered(k: u64, count: u64) -> u64 {
    (k * 5 + 2) % count
}

/// When a stem is loudest re all of them together.
fn stands_out(stem: usize, loudness: &[Vec<(f64, f64)>]) -> Option<f64> {
    let rest = |at: usize| -> f64 {
        let others =
            loudness.iter().filter_map(|other| other.get(at)).map(|(_, lufs)| libm::exp10(lufs / 10.0));
        10.0 * libm::log10(others.sum::<f64>().max(1e-12))
    };
    // a stem that stands alone at the end of its fade says less than one that plays
    let place = |(at, (_, lufs)): &(usize, &(f64, f64))| 2.0 * lufs - rest(*at);
    let moments = loudness[stem].iter().enumerate();
    moments.max_by(|a, b| place(a).total_cmp(&place(b))).map(|(_, (ms, _))| *ms)
}

/// Stereo samples of the excerpts of one signal, with their margins.
#[derive(Debug, Clone)]
pub(super) struct Excerpts {
    pub(super) parts: Vec<[Vec<f32>; 2]>,
}

impl Excerpts {
    pub(super) fn new(places: &Places) -> Self {
        let silence = vec![0.0; places.frames + 2 * places.margin];
        Self { parts: vec![[silence.clone(), silence]; places.starts.len()] }
    }

    /// Takes what belongs to it from a block whose first frame is `at`.
    pub(super) fn take(&mut self, places: &Places, block: &Audio, at: u64) {
        let frames = block.frames() as i64;
        for (part, start) in self.parts.iter_mut().zip(&places.starts) {
            // of the block, where the part begins
            let begin = *start as i64 - places.margin as i64 - at as i64;
            let end = begin + part[0].len() as i64;
            let (from, to) = (begin.max(0), end.min(frames));
            if from < to {
                for (c, part) in part.iter_mut().enumerate() {
                    let channel = &block.channels[c.min(block.channels.len() - 1)];
                    part[(from - begin) as usize..(to - begin) as usize]
                        .copy_from_slice(&channel[from as usize..to as usize]);
                }
            }
        }
    }

    /// Its excerpts without margins, moved later by `delay` frames, at most the margin.
    pub(super) fn moved(&self, places: &Places, delay: i64) -> Self {
        let latest = 2 * places.margin as i64;
        let from = (places.margin as i64 - delay).clamp(0, latest) as usize;
        let cut = |x: &Vec<f32>| x[from..from + places.frames].to_vec();
        Self { parts: self.parts.iter().map(|[l, r]| [cut(l), cut(r)]).collect() }
    }
}

impl Excerpts {
    /// The same, moved by whole frames and parts of one; by at most the margin less [`SPARE`].
    pub(super) fn moved_by(&self, places: &Places, delay: f64) -> Self {
        let fraction = delay - delay.floor();
        if fraction == 0.0 {
            return self.moved(places, delay as i64);
        }
        let whole = DelayLine::shortest(fraction);
        let mut late = self.clone();
        for channel in late.channels_mut() {
            DelayLine::new(whole, fraction).run(channel);
        }
        late.moved(places, delay.floor() as i64 - whole as i64)
    }

    pub(super) fn dot(&self, other: &Self) -> f64 {
        self.channels().zip(other.channels()).map(|(x, y)| super::dot::dot(x, y)).sum()
    }

    /// Becomes `self + factor · other`.
    pub(super) fn add(&mut self, factor: f64, other: &Self) {
        for (x, y) in self.channels_mut().zip(other.channels()) {
            for (x, y) in x.iter_mut().zip(y) {
                *x = (f64::from(*x) + factor * f64::from(*y)) as f32;
            }
        }
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.parts.iter().flatten()
    }

    pub(super) fn channels_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        self.parts.iter_mut().flatten()
    }
}
