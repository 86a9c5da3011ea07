//! Files that begin at different times and say so.

use acetate_model::{MAX_START_SECONDS, SourceNote};

use super::candidate::{Candidate, Header};
use crate::wav::TimeReference;

/// A song has no longer silence within; a longer one says that the times are those of recording or exporting.
const MAX_GAP_SECONDS: f64 = 10.0;
/// A file that was made within this time of what its reference says tells the time of day, not a place in a song.
const CLOCK_SECONDS: f64 = 5.0;
/// Lengths that agree so closely are equal.
const EQUAL_SECONDS: f64 = 0.001;

/// Puts every stem at its place if all are WAV files with a time reference (`bext`) and these differ, and say why not
/// where they cannot mean places in a song.
pub(super) fn align(stems: &mut [Candidate], mix: &mut Option<Candidate>) {
    let Some(headers) = stems.iter().map(timed).collect::<Option<Vec<_>>>() else { return };
    let offsets = |headers: &[Timed]| {
        let earliest = headers.iter().copied().reduce(|a, b| if b.seconds() < a.seconds() { b } else { a });
        headers.iter().map(|h| h.frames_after(earliest)).collect::<Vec<u64>>()
    };
    let own = offsets(&headers);
    if own.iter().all(|frames| *frames == 0) {
        return;
    }
    if let Some(why) = nonsense(&headers) {
        for (stem, frames) in stems.iter_mut().zip(own).filter(|(_, frames)| *frames > 0) {
            stem.file.notes.push(SourceNote::StartIgnored { frames, why: why.into() });
        }
        return;
    }
    // a mix that tells its time has its place among the stems
    let with_mix: Vec<Timed> = headers.iter().copied().chain(mix.as_ref().and_then(timed)).collect();
    let all = if nonsense_of_places(&with_mix).is_none() { offsets(&with_mix) } else { own };
    for (candidate, frames) in stems.iter_mut().chain(mix).zip(all) {
        candidate.file.part.start_frames = frames;
    }
}

/// When a file begins.
#[derive(Debug, Clone, Copy)]
struct Timed {
    header: Header,
    at: u64,
    made_seconds: Option<u64>,
}

fn timed(candidate: &Candidate) -> Option<Timed> {
    let header = candidate.header?;
    let TimeReference { frames, made_seconds } = header.time_reference?;
    Some(Timed { header, at: frames, made_seconds })
}

impl Timed {
    fn seconds(&self) -> f64 {
        self.at as f64 / f64::from(self.header.rate_hz)
    }

    fn length_seconds(&self) -> f64 {
        self.header.frames as f64 / f64::from(self.header.rate_hz)
    }

    /// How much later it begins, in frames of its own.
    fn frames_after(&self, earliest: Option<Self>) -> u64 {
        let Some(first) = earliest else { return 0 };
        let (own, other) = (u128::from(self.header.rate_hz), u128::from(first.header.rate_hz).max(1));
        let begins = (u128::from(first.at) * own + other / 2) / other;
        u64::try_from(u128::from(self.at).saturating_sub(begins)).unwrap_or(u64::MAX)
    }
}

/// Why the times cannot be places in a song.
fn nonsense(stems: &[Timed]) -> Option<&'static str> {
    let lengths = || stems.iter().map(Timed::length_seconds);
    let (shortest, longest) = (lengths().fold(f64::INFINITY, f64::min), lengths().fold(0.0, f64::max));
    if longest - shortest < EQUAL_SECONDS {
        return Some("all files are equally long, so they rather tell when each was exported");
    }
    let by_the_clock =
        |t: &Timed| t.made_seconds.is_some_and(|made| (t.seconds() - made as f64).abs() < CLOCK_SECONDS);
    if stems.iter().all(by_the_clock) {
        return Some("they are the times of day at which the files were made");
    }
    nonsense_of_places(stems)
}

fn nonsense_of_places(files: &[Timed]) -> Option<&'static str> {
    let mut spans: Vec<[f64; 2]> =
        files.iter().map(|t| [t.seconds(), t.seconds() + t.length_seconds()]).collect();
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let (first, last) = (spans.first()?, spans.last()?);
    if last[0] - first[0] > MAX_START_SECONDS as f64 {
        return Some("they lie more than an hour apart");
    }
    let mut end = first[1];
    for [from, to] in spans {
        if from - end > MAX_GAP_SECONDS {
            return Some("there would be a long hole in the song");
        }
        end = end.max(to);
    }
    None
}
