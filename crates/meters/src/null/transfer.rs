use acetate_dsp::{ThirdOctaves, minimum_phase, power_between};
use realfft::num_complex::Complex64;

use super::excerpts::Excerpts;
use super::fourier::{Fourier, hann};

/// Frames of a transform: longer than an equaliser of music rings.
const LENGTH: usize = 1 << 13;
/// A bin of the sum that lies farther below the loudest says nothing.
const EMPTY: f64 = 1e-12;
/// A band in which less than this share of the mix comes from the sum has no gain to speak of.
const SHARED: f64 = 0.5;

/// Spectra of the sum and the mix, and of one with the other.
pub(super) struct Transfer {
    rate_hz: u32,
    sum: Vec<f64>,
    mix: Vec<f64>,
    cross: Vec<Complex64>,
}

impl Transfer {
    pub(super) fn new(rate_hz: u32, sum: &Excerpts, mix: &Excerpts) -> Self {
        let mut fourier = Fourier::new(LENGTH);
        let window = hann(LENGTH);
        let bins = LENGTH / 2 + 1;
        let mut own =
            Self { rate_hz, sum: vec![0.0; bins], mix: vec![0.0; bins], cross: vec![Complex64::ZERO; bins] };
        let (mut of_sum, mut of_mix) = (fourier.spectrum(), fourier.spectrum());
        for (sum, mix) in sum.channels().zip(mix.channels()) {
            for at in (0..=sum.len() - LENGTH).step_by(LENGTH / 2) {
                for (x, to) in [(sum, &mut of_sum), (mix, &mut of_mix)] {
                    let framed = x[at..at + LENGTH].iter().zip(&window).map(|(x, w)| f64::from(*x) * w);
                    fourier.forward(framed, to);
                }
                for (k, (s, m)) in of_sum.iter().zip(&of_mix).enumerate() {
                    own.sum[k] += s.norm_sqr();
                    own.mix[k] += m.norm_sqr();
                    own.cross[k] += m * s.conj();
                }
            }
        }
        own
    }

    /// What the best filter leaves of the mix, as a share of its energy.
    pub(super) fn left(&self) -> f64 {
        let least = EMPTY * self.sum.iter().copied().fold(0.0, f64::max);
        let bins = self.sum.iter().zip(&self.mix).zip(&self.cross);
        let left: f64 = bins
            .map(
                |((sum, mix), cross)| {
                    if *sum > least { (mix - cross.norm_sqr() / sum).max(0.0) } else { *mix }
                },
            )
            .sum();
        left / self.mix.iter().sum::<f64>().max(f64::MIN_POSITIVE)
    }

    /// What one gain leaves of the mix in each third octave, as (centre, share).
    pub(super) fn left_by_band(&self, gain: f64) -> Vec<(f64, Option<f64>)> {
        let bins = self.sum.iter().zip(&self.mix).zip(&self.cross);
        let left: Vec<f64> = bins
            .map(|((sum, mix), cross)| (mix - 2.0 * gain * cross.re + gain * gain * sum).max(0.0))
            .collect();
        self.bands(|from, to, bin_hz| {
            let of_mix = power_between(&self.mix, bin_hz, from, to);
            (of_mix > 0.0).then(|| power_between(&left, bin_hz, from, to) / of_mix)
        })
    }

    /// The factor from the sum to the mix in each third octave.
    pub(super) fn factors(&self) -> Vec<(f64, Option<f64>)> {
        let least = EMPTY * self.sum.iter().copied().fold(0.0, f64::max);
        let passed: Vec<f64> = self
            .sum
            .iter()
            .zip(&self.cross)
            .map(|(sum, cross)| if *sum > least { cross.norm_sqr() / sum } else { 0.0 })
            .collect();
        self.bands(|from, to, bin_hz| {
            let [sum, mix, passed] =
                [&self.sum, &self.mix, &passed].map(|bins| power_between(bins, bin_hz, from, to));
            (sum > 100.0 * least && passed > SHARED * mix).then(|| (passed / sum).sqrt())
        })
    }

    fn bands(&self, read: impl Fn(f64, f64, f64) -> Option<f64>) -> Vec<(f64, Option<f64>)> {
        let bin_hz = f64::from(self.rate_hz) / LENGTH as f64;
        let centres = ThirdOctaves::new(self.rate_hz).centres_hz;
        let band = |centre: f64| {
            let [from, to] = ThirdOctaves::edges_hz(centre);
            (centre, read(from, to, bin_hz))
        };
        centres.into_iter().map(band).collect()
    }

    /// Excerpts of the sum through a filter of minimum phase with these factors.
    pub(super) fn filtered(&self, sum: &Excerpts) -> Excerpts {
        let factors: Vec<(f64, f64)> =
            self.factors().into_iter().filter_map(|(hz, f)| Some((hz, f?))).collect();
        let bin_hz = f64::from(self.rate_hz) / LENGTH as f64;
        let magnitudes: Vec<f64> = (0..=LENGTH / 2).map(|k| between(&factors, k as f64 * bin_hz)).collect();
        let impulse = minimum_phase(&magnitudes);
        let longest = sum.channels().map(Vec::len).max().unwrap_or(0);
        let mut fourier = Fourier::new((longest + LENGTH).next_power_of_two());
        let (mut filter, mut spectrum) = (fourier.spectrum(), fourier.spectrum());
        fourier.forward(impulse.into_iter(), &mut filter);
        let mut filtered = sum.clone();
        for channel in filtered.channels_mut() {
            fourier.forward(channel.iter().map(|x| f64::from(*x)), &mut spectrum);
            spectrum.iter_mut().zip(&filter).for_each(|(x, h)| *x *= h);
            channel.iter_mut().zip(fourier.back(&mut spectrum)).for_each(|(x, y)| *x = *y as f32);
        }
        filtered
    }
}

/// On straight lines between points, over the logarithm of the frequency; level beyond.
fn between(points: &[(f64, f64)], hz: f64) -> f64 {
    let above = points.partition_point(|(centre, _)| *centre <= hz);
    match (above.checked_sub(1).map(|k| points[k]), points.get(above)) {
        (Some((from_hz, from)), Some(&(to_hz, to))) => {
            let place = libm::log(hz / from_hz) / libm::log(to_hz / from_hz);
            from * libm::pow(to / from, place)
        }
        (Some((_, level)), None) | (None, Some(&(_, level))) => level,
        (None, None) => 1.0,
    }
}
