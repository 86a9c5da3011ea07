//! Where a band ends that was cut off: by a lossy coder, or by a lower rate.

use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};
use realfft::num_complex::Complex;

use crate::transform::{Frame, Frames};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "band_edge",
    version: 1,
    about: "Whether the spectrum stops as if cut off: energy up to a frequency, and from there to half the rate \
            nothing but a floor far below it. Looks at a few windows a second and compares, in narrow bands, the level \
            that is passed in a share of them: an edge counts where it stands at the same place in loud and in \
            ordinary windows, so that neither single tones nor a moving filter make one.",
    quantities: &[Quantity::BandEdge, Quantity::EdgeDrop],
    build: |spec| Box::new(BandEdge::new(spec)),
};

const WINDOWS_A_SECOND: usize = 3;
/// Bins of about 11 Hz at 44.1 kHz.
const WINDOW_S: f64 = 0.09;
const FEWEST_WINDOWS: u32 = 12;
const BAND_HZ: f64 = 90.0;
/// Lower edges are not looked for: instruments end there.
const FROM_HZ: f64 = 6000.0;
/// Coders and resamplers cut within this; filters of instruments and rooms fall by less than 10 dB in it.
const WIDEST_FALL_HZ: f64 = 1000.0;
/// So much below the edge must be full, that a lone tone or the last of some partials is no edge.
const FULL_HZ: f64 = 2000.0;
/// So much above it must be empty.
const FLOOR_HZ: f64 = 650.0;
/// Bands next to half the rate, where every converter cuts.
const LEFT_OUT_HZ: f64 = 200.0;
/// Shares of the windows that are softer: what sounds all the time, and what sounds now and then.
const PROFILES: [f64; 4] = [0.5, 0.75, 0.9, 0.97];
const SAME_PLACE_HZ: f64 = 300.0;
/// What must fall in both profiles; a reading says the larger.
const LEAST_DROP_DB: f64 = 25.0;
/// Levels are kept as counts in cells of 1 dB.
const LOWEST_DB: f64 = -190.0;
const CELLS: usize = 191;

#[derive(Clone, Copy)]
struct Edge {
    hz: f64,
    drop_db: f64,
}

struct BandEdge {
    frames: Frames,
    rate_hz: f64,
    bins: usize,
    band_hz: f64,
    from_hz: f64,
    first_bin: usize,
    counts: Vec<[u32; CELLS]>,
    windows: u32,
}

impl BandEdge {
    fn new(spec: &Spec) -> Self {
        let length = ((WINDOW_S * spec.rate()) as usize).next_power_of_two().max(64);
        let bin_hz = spec.rate() / length as f64;
        let bins = ((BAND_HZ / bin_hz).round() as usize).max(1);
        let first_bin = (FROM_HZ / bin_hz) as usize;
        let bands = (length / 2).saturating_sub(first_bin) / bins;
        Self {
            frames: Frames::every((spec.rate_hz as usize / WINDOWS_A_SECOND).max(length), length),
            rate_hz: spec.rate(),
            bins,
            band_hz: bins as f64 * bin_hz,
            from_hz: first_bin as f64 * bin_hz,
            first_bin,
            counts: vec![[0; CELLS]; bands],
            windows: 0,
        }
    }
}

fn count(counts: &mut [[u32; CELLS]], first_bin: usize, bins: usize, frame: &Frame) {
    let bands = |spectrum: &[Complex<f32>], band: usize| -> f32 {
        let from = first_bin + band * bins;
        spectrum[from..from + bins].iter().map(Complex::norm_sqr).sum()
    };
    for (band, cells) in counts.iter_mut().enumerate() {
        let power = bands(frame.mid, band) + frame.side.map_or(0.0, |side| bands(side, band));
        let db = power_db(power.into()).unwrap_or(LOWEST_DB);
        let cell = (db - LOWEST_DB).clamp(0.0, (CELLS - 1) as f64) as usize;
        cells[cell] += 1;
    }
}

impl BandEdge {
    /// The level that each band passes in a share `1 - at` of the windows.
    fn profile_db(&self, at: f64) -> Vec<f64> {
        let rank = (at * f64::from(self.windows)) as u32;
        let level_db = |cells: &[u32; CELLS]| {
            let mut below = 0;
            let cell = cells.iter().position(|n| {
                below += n;
                below > rank
            });
            LOWEST_DB + cell.unwrap_or(0) as f64
        };
        self.counts.iter().map(level_db).collect()
    }

    fn bands(&self, hz: f64) -> usize {
        (hz / self.band_hz).round() as usize
    }

    /// The steepest fall from a full band to a floor in one profile.
    fn steepest(&self, at: f64) -> Option<Edge> {
        let profile = self.profile_db(at);
        let (fall, full) = (self.bands(WIDEST_FALL_HZ), self.bands(FULL_HZ));
        let top = profile.len().checked_sub(self.bands(LEFT_OUT_HZ))?;
        let highest = top.checked_sub(self.bands(FLOOR_HZ))?;
        let mut above = f64::NEG_INFINITY;
        let mut steepest: Option<(usize, f64, f64)> = None;
        for band in (fall + full..top).rev() {
            above = profile[band].max(above);
            let below = &profile[band - fall - full..band - fall];
            let below = below.iter().copied().fold(f64::INFINITY, f64::min);
            if band <= highest && steepest.is_none_or(|(_, floor, full)| below - above > full - floor) {
                steepest = Some((band, above, below));
            }
        }
        let (floor, above, below) = steepest?;
        let half = (floor - fall - 1..floor).rev().find(|&band| profile[band] >= 0.5 * (above + below))?;
        let hz = self.from_hz + (half + 1) as f64 * self.band_hz;
        Some(Edge { hz, drop_db: below - above })
    }

    /// The steepest fall that stands at one place in two neighbouring profiles.
    fn edge(&self) -> Option<Edge> {
        let edges: Vec<Option<Edge>> = PROFILES.iter().map(|&at| self.steepest(at)).collect();
        let pairs = edges.windows(2).filter_map(|pair| Some((pair[0]?, pair[1]?)));
        let steady = pairs.filter(|(a, b)| {
            (a.hz - b.hz).abs() <= SAME_PLACE_HZ && a.drop_db.min(b.drop_db) >= LEAST_DROP_DB
        });
        let of_both = steady.map(|(a, b)| if a.drop_db > b.drop_db { a } else { b });
        of_both.max_by(|a, b| a.drop_db.total_cmp(&b.drop_db))
    }
}

impl Meter for BandEdge {
    fn push(&mut self, block: &Audio) {
        let (counts, windows) = (&mut self.counts, &mut self.windows);
        let (first_bin, bins) = (self.first_bin, self.bins);
        self.frames.push(block, |frame| {
            *windows += 1;
            count(counts, first_bin, bins, &frame);
        });
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let (edge, drop) = if self.windows < FEWEST_WINDOWS {
            let why = Value::Undefined("less than four seconds above -60 dBFS".to_owned());
            (why.clone(), why)
        } else {
            let Edge { hz, drop_db } = self.edge().unwrap_or(Edge { hz: 0.5 * self.rate_hz, drop_db: 0.0 });
            (Value::Scalar(hz), Value::Scalar(drop_db))
        };
        vec![(Quantity::BandEdge, edge), (Quantity::EdgeDrop, drop)]
    }
}
