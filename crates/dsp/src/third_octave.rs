use std::ops::Range;

use libm::pow;

const LOWEST: i32 = -18;
const HIGHEST: i32 = 13;
const REFERENCE_HZ: f64 = 1000.0;
const BANDS_PER_DECADE: f64 = 10.0;
/// Share of the rate up to which a centre is taken.
const USABLE: f64 = 0.45;

/// Third-octave bands in the base-ten system (IEC 61260-1, 5.2 to 5.6): centres at `1000 · 10^(k/10)` Hz from 16 Hz
/// to 20 kHz, edges half a band beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct ThirdOctaves {
    /// Exact centres in Hz, rising.
    pub centres_hz: Vec<f64>,
}

impl ThirdOctaves {
    /// The bands with their centre below 0.45 of the rate.
    pub fn new(rate_hz: u32) -> Self {
        let highest_hz = USABLE * f64::from(rate_hz);
        let centres = (LOWEST..=HIGHEST).map(|k| REFERENCE_HZ * pow(10.0, f64::from(k) / BANDS_PER_DECADE));
        Self { centres_hz: centres.take_while(|&hz| hz <= highest_hz).collect() }
    }

    /// The edges of the band around `centre_hz`.
    pub fn edges_hz(centre_hz: f64) -> [f64; 2] {
        let half = pow(10.0, 0.5 / BANDS_PER_DECADE);
        [centre_hz / half, centre_hz * half]
    }

    /// The bins of each band, of a transform whose bin `k` of so many lies at `k · bin_hz`.
    pub fn bins(&self, bin_hz: f64, bins: usize) -> Vec<Bins> {
        let of_band = |&centre| {
            let [from, to] = Self::edges_hz(centre);
            Bins::between(bin_hz, bins, from, to)
        };
        self.centres_hz.iter().map(of_band).collect()
    }
}

/// The bins of a transform that lie between two frequencies; a bin reaches half a bin to either side, and one that an
/// edge cuts counts by its share.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    whole: Range<usize>,
    cut: [(usize, f64); 2],
}

impl Bins {
    /// Of a transform whose bin `k` of so many lies at `k · bin_hz`.
    pub fn between(bin_hz: f64, bins: usize, from_hz: f64, to_hz: f64) -> Self {
        let edge = |hz: f64| (hz / bin_hz + 0.5).clamp(0.0, bins as f64);
        // bin k reaches from k to k + 1 on this scale
        let (from, to) = (edge(from_hz), edge(to_hz.max(from_hz)));
        let (first, last) = (from as usize, to as usize);
        if first == last {
            return Self { whole: first..first, cut: [(first, to - from), (last, 0.0)] };
        }
        Self { whole: first + 1..last, cut: [(first, 1.0 - from.fract()), (last, to.fract())] }
    }

    /// What they hold together.
    pub fn sum<T: Copy + Into<f64>>(&self, values: &[T]) -> f64 {
        let mut lanes = [0.0; 8];
        let (chunks, rest) = values[self.whole.clone()].as_chunks::<8>();
        for chunk in chunks {
            for (lane, &value) in lanes.iter_mut().zip(chunk) {
                *lane += value.into();
            }
        }
        let rest: f64 = rest.iter().map(|&value| value.into()).sum();
        let cut = |&(bin, share): &(usize, f64)| if share > 0.0 { share * values[bin].into() } else { 0.0 };
        lanes.iter().sum::<f64>() + rest + self.cut.iter().map(cut).sum::<f64>()
    }
}

/// The power between two frequencies, from the power in each bin of a transform: see [`Bins`].
pub fn power_between(bins: &[f64], bin_hz: f64, from_hz: f64, to_hz: f64) -> f64 {
    Bins::between(bin_hz, bins.len(), from_hz, to_hz).sum(bins)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IEC 61260-1, table E.1: exact midband frequencies to five digits.
    #[test]
    fn centres_are_the_standards() {
        let bands = ThirdOctaves::new(48_000);
        let rounded: Vec<f64> = bands.centres_hz.iter().map(|hz| (hz * 100.0).round() / 100.0).collect();
        assert_eq!(rounded.len(), 32);
        for hz in [15.85, 19.95, 25.12, 31.62, 50.12, 100.0, 1000.0, 1258.93, 7943.28, 19952.62] {
            assert!(rounded.contains(&hz), "{hz}");
        }
        assert_eq!(ThirdOctaves::new(44_100).centres_hz.len(), 31);
        assert_eq!(ThirdOctaves::new(8_000).centres_hz.last().map(|hz| hz.round()), Some(3162.0));
    }

    #[test]
    fn bands_share_every_bin_without_loss() {
        let bands = ThirdOctaves::new(48_000);
        let bins: Vec<f64> = (0..16_385).map(|k| 1.0 + f64::from(k % 7)).collect();
        let [from, to] = [bands.centres_hz[0], bands.centres_hz[31]].map(ThirdOctaves::edges_hz);
        let whole = power_between(&bins, 48_000.0 / 32_768.0, from[0], to[1]);
        let each = bands.bins(48_000.0 / 32_768.0, bins.len());
        let sum: f64 = each.iter().map(|band| band.sum(&bins)).sum();
        assert!((sum / whole - 1.0).abs() < 1e-12);
        assert_eq!(power_between(&[1.0; 10], 1.0, 2.25, 4.0), 1.75);
        assert_eq!(power_between(&[1.0; 10], 1.0, 2.25, 2.375), 0.125);
        assert_eq!(power_between(&[1.0; 10], 1.0, 0.0, 100.0), 9.5);
        assert_eq!(power_between(&[1.0; 10], 1.0, 50.0, 100.0), 0.0);
    }
}
