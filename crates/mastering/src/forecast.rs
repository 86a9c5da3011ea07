//! How loud a limiter will make a song, foretold from an envelope instead of rendered.

use acetate_dsp::{Hops, KWeighting};
use acetate_meters::integrated_lufs;
use acetate_model::{Audio, Db, amplitude};
use acetate_processors::LimiterSettings;

/// The length of a gating block (BS.1770-5, Annex 1) in tenths of a second, which is its step.
const BLOCK_TENTHS: usize = 4;

/// Peaks and weighted energies of a signal in hops of about a millisecond, a whole number to a tenth of a second.
pub(crate) struct Envelope {
    hop_frames: usize,
    rate_hz: u32,
    weighting: KWeighting,
    hops: Hops,
    between: [Between; 2],
    highest: f32,
    /// Per hop: the highest level, read at twice the rate.
    peaks: Vec<f32>,
    /// Per hop: K-weighted energy, channels added.
    energies: Vec<f64>,
}

impl Envelope {
    pub(crate) fn new(rate_hz: u32) -> Self {
        let tenth = (rate_hz / 10) as usize;
        let about_a_millisecond = (rate_hz / 900).max(1) as usize;
        let hop_frames = (1..=about_a_millisecond).rev().find(|hop| tenth.is_multiple_of(*hop)).unwrap_or(1);
        Self {
            hop_frames,
            rate_hz,
            weighting: KWeighting::in_hops(rate_hz, 2, Hops::of_frames(hop_frames)),
            hops: Hops::of_frames(hop_frames),
            between: [Between::new(), Between::new()],
            highest: 0.0,
            peaks: Vec::new(),
            energies: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, block: &Audio) {
        self.weighting.push(block, |energy| self.energies.push(energy));
        for part in self.hops.parts(block.frames()) {
            for (between, channel) in self.between.iter_mut().zip(&block.channels) {
                self.highest = self.highest.max(between.peak(&channel[part.from..part.to]));
            }
            if part.ends {
                self.peaks.push(std::mem::take(&mut self.highest));
            }
        }
    }

    fn hop_ms(&self) -> f64 {
        1000.0 * self.hop_frames as f64 / f64::from(self.rate_hz)
    }

    /// Integrated loudness and mean gain reduction behind a limiter of some drive.
    pub(crate) fn behind(&self, limiter: &LimiterSettings, drive_db: f64) -> Foretold {
        let limiter = LimiterSettings { drive_db: Db(drive_db), ..limiter.clone() };
        let gains = acetate_processors::forecast_gain(&limiter, &self.peaks, self.hop_ms());
        let drive = amplitude(drive_db);
        let mut db_hops = 0.0;
        let energies: Vec<f64> = self
            .energies
            .iter()
            .zip(&gains)
            .map(|(energy, &gain)| {
                let gain = f64::from(gain);
                if gain < drive {
                    db_hops += 20.0 * libm::log10(drive / gain.max(1e-12));
                }
                energy * gain * gain
            })
            .collect();
        Foretold {
            integrated_lufs: self.loudness(&energies),
            mean_reduction_db: db_hops / self.energies.len().max(1) as f64,
        }
    }

    /// Integrated loudness of hop energies.
    fn loudness(&self, energies: &[f64]) -> Option<f64> {
        let tenth = (self.rate_hz / 10) as usize / self.hop_frames;
        let tenths: Vec<f64> = energies.chunks_exact(tenth.max(1)).map(|hops| hops.iter().sum()).collect();
        let block_frames = (BLOCK_TENTHS * tenth * self.hop_frames) as f64;
        let powers: Vec<f64> =
            tenths.windows(BLOCK_TENTHS).map(|block| block.iter().sum::<f64>() / block_frames).collect();
        integrated_lufs(&powers)
    }
}

/// What a limiter is expected to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Foretold {
    pub(crate) integrated_lufs: Option<f64>,
    pub(crate) mean_reduction_db: f64,
}

/// Half-way interpolation by a short windowed sinc: enough to see most of a peak between samples.
struct Between {
    /// One half of the symmetric filter, outermost tap first.
    taps: [f32; REACH],
    past: [f32; 2 * REACH],
}

/// Samples on each side of the point half-way.
const REACH: usize = 4;

impl Between {
    fn new() -> Self {
        let tap = |at: usize| {
            let x = std::f64::consts::PI * ((REACH - at) as f64 - 0.5);
            libm::sin(x) / x * (0.5 + 0.5 * libm::cos(x / REACH as f64))
        };
        let taps: [f64; REACH] = std::array::from_fn(tap);
        let sum: f64 = 2.0 * taps.iter().sum::<f64>();
        Self { taps: taps.map(|t| (t / sum) as f32), past: [0.0; 2 * REACH] }
    }

    /// The highest level among the samples and half-way between them.
    fn peak(&mut self, samples: &[f32]) -> f32 {
        let mut peak = 0.0f32;
        for &x in samples {
            self.past.copy_within(1.., 0);
            self.past[2 * REACH - 1] = x;
            let pairs = self.past[..REACH].iter().zip(self.past.iter().rev());
            let half: f32 = self.taps.iter().zip(pairs).map(|(tap, (a, b))| tap * (a + b)).sum();
            peak = peak.max(x.abs()).max(half.abs());
        }
        peak
    }
}
