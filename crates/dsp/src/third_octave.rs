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

    /// The power in each band, from the power in each bin of a transform whose bin `k` lies at `k · bin_hz`.
    pub fn sum(&self, bins: &[f64], bin_hz: f64) -> Vec<f64> {
        let band = |&centre| {
            let [from, to] = Self::edges_hz(centre);
            power_between(bins, bin_hz, from, to)
        };
        self.centres_hz.iter().map(band).collect()
    }
}

/// The power between two frequencies, from the power in each bin of a transform; a bin reaches half a bin to either
/// side, and one that an edge cuts counts by its share.
pub fn power_between(bins: &[f64], bin_hz: f64, from_hz: f64, to_hz: f64) -> f64 {
    let (from, to) = (from_hz / bin_hz, to_hz / bin_hz);
    let first = (from - 0.5).max(0.0) as usize;
    let share = |k: usize| (to.min(k as f64 + 0.5) - from.max(k as f64 - 0.5)).clamp(0.0, 1.0);
    let inside = bins.iter().enumerate().skip(first);
    inside.take_while(|(k, _)| (*k as f64) - 0.5 < to).map(|(k, power)| power * share(k)).sum()
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
        let sum: f64 = bands.sum(&bins, 48_000.0 / 32_768.0).iter().sum();
        assert!((sum / whole - 1.0).abs() < 1e-12);
        assert_eq!(power_between(&[1.0; 10], 1.0, 2.25, 4.0), 1.75);
    }
}
