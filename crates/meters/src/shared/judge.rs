//! One segment of all stems: which pairs of them share something.

use super::cells::{BANDS, Band, Cells};
use super::lags::Lags;

/// A peak counts from here, re the RMS of the correlation: chance alone reaches four to five among so many lags.
const LOWEST_PEAK: f64 = 6.0;

/// Pairs that are looked at closely, for each stem.
const CLOSELY: usize = 4;

/// What one segment says about a pair of stems.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Match {
    pub segment: usize,
    pub pair: [usize; 2],
    /// Decimated frames by which the first is later.
    pub lag: f64,
    /// How far the peak stands over the RMS of the correlation.
    pub over_rms: f64,
    pub bands: [Band; BANDS],
}

pub(super) struct Judge {
    lags: Lags,
    cells: Cells,
}

impl Judge {
    /// For signals at a decimated rate in Hz.
    pub fn new(rate: f64) -> Self {
        Self { lags: Lags::new(rate), cells: Cells::new(rate) }
    }

    /// The pairs that share something in the same stretch of all stems.
    pub fn judge(&mut self, segment: usize, stems: &[&[f32]]) -> Vec<Match> {
        self.lags.hear(stems);
        let mut peaks = Vec::new();
        for a in 0..stems.len() {
            for b in a + 1..stems.len() {
                let peak = self.lags.peak(a, b).filter(|peak| peak.over_rms >= LOWEST_PEAK);
                peaks.extend(peak.map(|peak| ([a, b], peak)));
            }
        }
        peaks.sort_by(|(_, a), (_, b)| b.over_rms.total_cmp(&a.over_rms));
        peaks.truncate(CLOSELY * stems.len());
        let cells = &mut self.cells;
        let close = peaks.into_iter().map(|(pair, peak)| Match {
            segment,
            pair,
            lag: peak.lag,
            over_rms: peak.over_rms,
            bands: cells.compare(stems[pair[0]], stems[pair[1]], peak.lag),
        });
        close
            .filter(|found| (0..2).any(|side| super::relate::Copies::of(&found.bands, side).is_some()))
            .collect()
    }
}
