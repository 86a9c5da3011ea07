//! All segments together: what a pair of stems shares.

use acetate_model::{Place, Quantity, Relation, Value, power_db};

use super::SEGMENT;
use super::cells::{BANDS, Band, Copy};
use super::judge::Match;

/// The share of a band's cells that must agree on one gain. Unrelated music stays below a third of it.
const AGREEING: f64 = 0.06;

/// Fewer loud cells than this can agree by chance.
const FEWEST_CELLS: usize = 200;

/// Bands that must agree, or all that the sound has if it has fewer, but two at least.
const FEWEST_BANDS: usize = 3;

/// A band this far below the whole of a sound holds none of it, as a power.
const EMPTY: f64 = 1e-5;

/// A gain whose real part is a smaller share of it is neither upright nor turned over: a phase beyond 60 degrees.
const ALONG: f64 = 0.5;

/// Lags of one copy stray no further than this around their line, in seconds.
const STRAY_S: f64 = 0.0005;

/// A single segment is believed if its peak stands this far over the RMS.
const SURE_PEAK: f64 = 12.0;

/// Fewer segments, or a shorter stretch of time in segments, tell nothing about drift.
const DRIFT_SEGMENTS: usize = 3;

/// A copy of one stem in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Copies {
    /// The level of the copy, as a power.
    level: f64,
    /// The mean share of cells that agree.
    agreement: f64,
    upright: bool,
}

impl Copies {
    /// Of the second in the first for side 0, of the first in the second for side 1.
    pub fn of(bands: &[Band; BANDS], side: usize) -> Option<Self> {
        let copies = bands.map(|band| band.copies[side]);
        let loudest = copies.iter().map(|c| c.loudness).fold(0.0, f64::max);
        let within = copies.iter().filter(|c| c.loudness > EMPTY * loudest && c.cells >= FEWEST_CELLS);
        let (mut bands, mut upright, mut over) = (0, Vec::new(), Vec::new());
        for copy in within {
            bands += 1;
            let [re, im] = copy.gain();
            if copy.agreement() >= AGREEING && re * re >= ALONG * ALONG * (re * re + im * im) {
                if re > 0.0 { upright.push(copy) } else { over.push(copy) }
            }
        }
        let is_upright = upright.len() >= over.len();
        let agreeing = if is_upright { upright } else { over };
        (agreeing.len() >= bands.clamp(2, FEWEST_BANDS)).then(|| Self::mean(&agreeing, is_upright))
    }

    fn mean(copies: &[&Copy], upright: bool) -> Self {
        let weight: f64 = copies.iter().map(|c| c.agreement()).sum();
        let level: f64 = copies.iter().map(|c| c.agreement() * libm::log(c.level())).sum();
        Self { level: libm::exp(level / weight), agreement: weight / copies.len() as f64, upright }
    }
}

/// What two stems share.
pub(super) struct Pair {
    rate: f64,
    matches: Vec<Match>,
    bands: [Band; BANDS],
    /// Decimated frames by which the first is later, in the middle of the song.
    lag: f64,
    /// How fast the lag grows.
    drift: Option<f64>,
    /// How much of each one's energy lies in segments that match.
    shares: [f64; 2],
}

impl Pair {
    /// From the matches of all segments; nothing if they do not tell of one and the same copy.
    pub fn of(matches: &[Match], pair: [usize; 2], rate: f64, energies: &[Vec<f64>]) -> Option<Self> {
        let mut matches: Vec<Match> = matches.iter().filter(|m| m.pair == pair).cloned().collect();
        let points: Vec<[f64; 2]> = matches.iter().map(|m| [time(m), m.lag]).collect();
        let (slope, start) = line(&points)?;
        matches.retain(|m| (m.lag - start - slope * time(m)).abs() <= STRAY_S * rate);
        let sure = matches.len() >= 2 || matches.iter().any(|m| m.over_rms >= SURE_PEAK);
        let (first, last) = (matches.first()?, matches.last()?);
        let spans = last.segment - first.segment + 1 >= DRIFT_SEGMENTS && matches.len() >= DRIFT_SEGMENTS;
        let middle = 0.5 * (time(first) + time(last));
        let mut bands = [Band::default(); BANDS];
        for found in &matches {
            bands.iter_mut().zip(&found.bands).for_each(|(to, from)| to.add(from));
        }
        sure.then(|| Self {
            rate,
            lag: start + slope * middle,
            drift: spans.then_some(slope),
            shares: pair.map(|stem| {
                let whole: f64 = energies.iter().map(|of| of[stem]).sum();
                matches.iter().map(|m| energies[m.segment][stem]).sum::<f64>() / whole.max(f64::MIN_POSITIVE)
            }),
            bands,
            matches,
        })
    }

    /// As readings of each beside the other.
    pub fn relations(&self, places: [&Place; 2], segments: usize) -> Vec<Relation> {
        let of_side = |side: usize| {
            let scalar = |quantity, value| (quantity, Value::Scalar(value));
            let sign = if side == 0 { 1.0 } else { -1.0 };
            let mut values = vec![
                scalar(Quantity::Likeness, self.likeness()),
                scalar(Quantity::SharedCover, 100.0 * self.cover(side)),
                scalar(Quantity::SharedLag, sign * 1000.0 * self.lag / self.rate),
            ];
            values.extend(self.drift.map(|drift| scalar(Quantity::SharedDrift, sign * 1e6 * drift)));
            if let Some(copy) = Copies::of(&self.bands, side) {
                let level = Value::scalar_or(power_db(copy.level), "no level");
                values.push((Quantity::SharedLevel, level));
                values.push(scalar(Quantity::SharedAgreement, copy.agreement));
                values.push(scalar(Quantity::SharedPolarity, if copy.upright { 1.0 } else { -1.0 }));
                values.push((Quantity::SharedOverTime, self.over_time(side, segments)));
            }
            values.into_iter().map(move |(quantity, value)| Relation {
                of: places[side].clone(),
                against: places[1 - side].clone(),
                quantity,
                value,
            })
        };
        (0..2).flat_map(of_side).collect()
    }

    /// The correlation at the lag, band by band, each weighted by the level of both in it, so that an equaliser on one of
    /// them does not hide the likeness.
    fn likeness(&self) -> f64 {
        let cross: f64 = self.bands.iter().map(|b| b.cross).sum();
        let whole = |side: usize| self.bands.iter().map(|b| b.powers[side]).sum::<f64>();
        let wholes = [whole(0), whole(1)];
        let mut weights = 0.0;
        let mut sum = 0.0;
        for band in &self.bands {
            let weight = (band.powers[0] / wholes[0] * (band.powers[1] / wholes[1])).sqrt();
            let both = (band.powers[0] * band.powers[1]).sqrt();
            if weight.is_finite() && both > 0.0 {
                weights += weight;
                sum += weight * (band.cross / both).abs();
            }
        }
        let share = (self.shares[0] * self.shares[1]).sqrt();
        if weights > 0.0 { libm::copysign(share * (sum / weights).min(1.0), cross) } else { 0.0 }
    }

    /// The share of one's power that can be the other or its decay.
    fn cover(&self, side: usize) -> f64 {
        let (covered, whole) =
            self.bands.iter().fold((0.0, 0.0), |(c, w), b| (c + b.covered[side], w + b.powers[side]));
        if whole > 0.0 { self.shares[side] * (covered / whole).min(1.0) } else { 0.0 }
    }

    fn over_time(&self, side: usize, segments: usize) -> Value {
        let mut values = vec![None; segments];
        for found in &self.matches {
            let level = Copies::of(&found.bands, side).and_then(|copy| power_db(copy.level));
            values[found.segment] = level.map(|db| db as f32);
        }
        Value::Timeline { start_ms: 0.0, hop_ms: 1000.0 * SEGMENT as f64 / self.rate, values }
    }
}

/// The middle of a segment, in decimated frames.
fn time(found: &Match) -> f64 {
    (found.segment as f64 + 0.5) * SEGMENT as f64
}

/// The line through most points, by Theil and Sen: slope, and the value at time zero.
fn line(points: &[[f64; 2]]) -> Option<(f64, f64)> {
    let mut slopes = Vec::new();
    for (nth, a) in points.iter().enumerate() {
        slopes.extend(points[nth + 1..].iter().map(|b| (b[1] - a[1]) / (b[0] - a[0])));
    }
    let slope = if points.len() < DRIFT_SEGMENTS { 0.0 } else { median(&mut slopes)? };
    let mut starts: Vec<f64> = points.iter().map(|p| p[1] - slope * p[0]).collect();
    Some((slope, median(&mut starts)?))
}

/// The middle value, or the mean of the middle two, so that it changes its sign with the values.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(0.5 * (values[last / 2] + values[last.div_ceil(2)]))
}
