use acetate_meters::null::{Alignment, Beginning, NullTest, Places};
use acetate_model::{Audio, Place, Quantity, Reading, Readings, Source, SourceError, Value};
use rayon::prelude::*;

use crate::{Error, MIX, Options, Progress, progress::step};

/// The song begins where its short-term loudness first comes so near to that of the whole, in LU.
const BEGUN_LU: f64 = 20.0;
/// What is heard ahead of that, in ms.
const AHEAD_MS: f64 = 3000.0;
/// The loudness of what has none.
const SILENT_LUFS: f64 = -100.0;

/// What is skipped at a time.
const SKIPPED_FRAMES: usize = 8192;

/// A stem that can be read again from its first frame.
pub type Compared<'a> = (Place, &'a mut dyn Source);

/// Reads stems and mix once more and compares the sum with the mix; `heard` is what was read of them the first time.
pub fn null_test(
    stems: &mut [Compared],
    mix: &mut dyn Source,
    heard: &Readings,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Vec<Reading>, Error> {
    let Some((_, first)) = stems.first() else { return Ok(Vec::new()) };
    let rate_hz = first.rate_hz();
    let frames = stems.iter().filter_map(|(_, stem)| stem.frames()).max();
    progress.begin("comparing with the mix", frames);
    let alignment = alignment(stems, mix, begins(heard, rate_hz), options)?;
    let Some(alignment) = alignment else { return Ok(Vec::new()) };
    let loudness: Vec<_> = stems.iter().map(|(place, _)| loudness(heard, place)).collect();
    let places = Places::choose(rate_hz, frames.unwrap_or(0), &loudness);
    let mut test = NullTest::new(rate_hz, stems.len(), places, alignment);
    rewind(stems, mix)?;
    let mut mix = Moved::new(mix, alignment.frames)?;
    let (mut now, mut next) = (Blocks::new(stems.len(), rate_hz), Blocks::new(stems.len(), rate_hz));
    let mut more = now.fill(stems, &mut mix, options.block_frames)?;
    while more {
        let (filled, ()) = rayon::join(
            || next.fill(stems, &mut mix, options.block_frames),
            || test.push(&now.stems, &now.sum, &now.mix),
        );
        step(progress, now.sum.frames())?;
        more = filled?;
        std::mem::swap(&mut now, &mut next);
    }
    let places: Vec<Place> = stems.iter().map(|(place, _)| place.clone()).collect();
    Ok(test.readings(&places, &Place::Bus(MIX.into())))
}

fn rewind(stems: &mut [Compared], mix: &mut dyn Source) -> Result<(), SourceError> {
    stems.iter_mut().try_for_each(|(_, stem)| stem.rewind())?;
    mix.rewind()
}

/// By how much the mix is late, from what is heard after `from`.
fn alignment(
    stems: &mut [Compared],
    mix: &mut dyn Source,
    from: u64,
    options: &Options,
) -> Result<Option<Alignment>, Error> {
    rewind(stems, mix)?;
    let mut blocks = Blocks::new(stems.len(), mix.rate_hz());
    let to = from + Beginning::frames(mix.rate_hz());
    let mut beginning = Beginning::new(mix.rate_hz(), stems.len());
    let mut at = 0;
    // blocks that end where the beginning starts, so that their size changes nothing
    while at < to {
        let left = if at < from { from - at } else { to - at };
        let wanted = options.block_frames.min(left as usize);
        if !blocks.fill(stems, &mut *mix, wanted)? {
            break;
        }
        if at >= from {
            beginning.push(&blocks.stems, &blocks.sum, &blocks.mix);
        }
        at += wanted as u64;
    }
    Ok(beginning.alignment())
}

/// The first frame that is worth hearing.
fn begins(heard: &Readings, rate_hz: u32) -> u64 {
    let whole = heard.scalar(&Place::Master, Quantity::Integrated).unwrap_or(SILENT_LUFS);
    let loud = loudness(heard, &Place::Master).into_iter().find(|(_, lufs)| *lufs > whole - BEGUN_LU);
    loud.map_or(0, |(ms, _)| ((ms - AHEAD_MS).max(0.0) / 1000.0 * f64::from(rate_hz)) as u64)
}

/// Short-term loudness over time, in ms and LUFS.
fn loudness(heard: &Readings, of: &Place) -> Vec<(f64, f64)> {
    match heard.get(of, Quantity::ShortTerm) {
        Some(Value::Timeline { start_ms, hop_ms, values }) => values
            .iter()
            .enumerate()
            .map(|(k, lufs)| (start_ms + k as f64 * hop_ms, lufs.map_or(SILENT_LUFS, f64::from)))
            .collect(),
        _ => Vec::new(),
    }
}

/// One block of everything.
struct Blocks {
    stems: Vec<Audio>,
    sum: Audio,
    mix: Audio,
}

impl Blocks {
    fn new(stems: usize, rate_hz: u32) -> Self {
        let silence = Audio::silence(rate_hz, 2, 0);
        Self { stems: vec![silence.clone(); stems], sum: silence.clone(), mix: silence }
    }

    /// Reads side by side and adds the stems up; false when the stems have ended.
    fn fill<S: Source + ?Sized>(
        &mut self,
        stems: &mut [Compared],
        mix: &mut S,
        frames: usize,
    ) -> Result<bool, SourceError> {
        let Self { stems: blocks, sum, mix: of_mix } = self;
        let (read, mixed) = rayon::join(
            || {
                let pairs = stems.par_iter_mut().zip(&mut *blocks);
                pairs.try_for_each(|((_, stem), block)| stem.read(block, frames).map(|_| ()))
            },
            || mix.read(of_mix, frames),
        );
        read?;
        mixed?;
        let longest = blocks.iter().map(Audio::frames).max().unwrap_or(0);
        acetate_render::add_up(&blocks.iter(), longest, sum);
        Ok(longest > 0)
    }
}

/// A mix moved by whole frames to where the stems are.
struct Moved<'a> {
    mix: &'a mut dyn Source,
    /// Frames of silence that come first.
    ahead: usize,
}

impl<'a> Moved<'a> {
    /// Skips what comes before the stems begin.
    fn new(mix: &'a mut dyn Source, frames: i64) -> Result<Self, SourceError> {
        let mut skipped = Audio::default();
        let mut left = usize::try_from(frames).unwrap_or(0);
        while left > 0 {
            let read = mix.read(&mut skipped, left.min(SKIPPED_FRAMES))?;
            if read == 0 {
                break;
            }
            left -= read;
        }
        Ok(Self { mix, ahead: usize::try_from(-frames).unwrap_or(0) })
    }
}

impl Source for Moved<'_> {
    fn rate_hz(&self) -> u32 {
        self.mix.rate_hz()
    }

    fn channels(&self) -> usize {
        2
    }

    fn frames(&self) -> Option<u64> {
        self.mix.frames()
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        let silent = self.ahead.min(frames);
        if silent == 0 {
            return self.mix.read(into, frames);
        }
        self.ahead -= silent;
        if silent < frames {
            self.mix.read(into, frames - silent)?;
        } else {
            *into = Audio::silence(self.rate_hz(), 2, 0);
        }
        for channel in &mut into.channels {
            channel.splice(0..0, std::iter::repeat_n(0.0, silent));
        }
        Ok(into.frames())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.mix.rewind()
    }
}
