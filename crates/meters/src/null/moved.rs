use realfft::num_complex::Complex64;

use super::align::turned;
use super::excerpts::{Excerpts, Places, SPARE};
use super::fit::two;
use super::fourier::{Fourier, slope};

/// A fraction of a frame is believed if it leaves this share of what is left without it (10 dB less).
const BELIEVED: f64 = 0.1;

/// One stem that stands otherwise in the mix than the rest of the sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OneMoved {
    /// Its factor, re the rest.
    pub(super) factor: f64,
    /// The gain of the rest.
    pub(super) rest: f64,
    /// How much later it is, in frames.
    pub(super) delay: f64,
    /// What that leaves of the mix, as a share of its energy.
    pub(super) left: f64,
}

impl OneMoved {
    pub(super) fn new([rest, own]: [f64; 2], delay: f64, left: f64) -> Self {
        let factor = if rest.abs() > TINY { own / rest } else { own };
        Self { factor, rest, delay, left }
    }
}

/// A gain below this is none.
const TINY: f64 = 1e-6;

/// Looks for a stem at another time.
pub(super) struct Search<'a> {
    places: &'a Places,
    mix: &'a Excerpts,
    energy: f64,
    fourier: Fourier,
}

impl<'a> Search<'a> {
    pub(super) fn new(places: &'a Places, mix: &'a Excerpts) -> Self {
        let longest = places.frames + 2 * places.margin;
        Self {
            places,
            mix,
            energy: mix.dot(mix),
            fourier: Fourier::new((longest + places.margin).next_power_of_two()),
        }
    }

    /// `stem` with its margins; `rest` is the sum of the others; `apart` is the mix without the others at their gains.
    pub(super) fn find(&mut self, stem: &Excerpts, rest: &Excerpts, apart: &Excerpts) -> Option<OneMoved> {
        let cross = self.cross(stem, apart);
        let reach = (self.places.margin - SPARE) as i64;
        let n = self.fourier.length as i64;
        let mut spectrum = cross.clone();
        let correlation = self.fourier.back(&mut spectrum);
        let size = |lag: &i64| correlation[lag.rem_euclid(n) as usize].abs();
        let whole = (-reach..=reach).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let sign = correlation[whole.rem_euclid(n) as usize].signum();
        let mut fraction = 0.0;
        for _ in 0..4 {
            let upright: Vec<Complex64> =
                turned(&cross, whole as f64 + fraction).into_iter().map(|bin| bin * sign).collect();
            fraction += slope(&upright);
        }
        let plain = self.judge(stem, rest, whole as f64);
        if fraction.abs() > 1e-3 && fraction.abs() < 1.0 {
            let between = self.judge(stem, rest, whole as f64 + fraction);
            if between.left < BELIEVED * plain.left {
                return Some(between);
            }
        }
        Some(plain)
    }

    /// The cross-spectrum over all excerpts, of the middle of both channels; a stem that is heard in its margins too.
    fn cross(&mut self, stem: &Excerpts, apart: &Excerpts) -> Vec<Complex64> {
        let mut all = self.fourier.spectrum();
        let (mut of_stem, mut of_mix) = (self.fourier.spectrum(), self.fourier.spectrum());
        let margin = self.places.margin;
        for (stem, apart) in stem.parts.iter().zip(&apart.parts) {
            let middle = |[l, r]: &[Vec<f32>; 2]| -> Vec<f64> {
                l.iter().zip(r).map(|(l, r)| f64::from(*l) + f64::from(*r)).collect()
            };
            self.fourier.forward(middle(stem).into_iter(), &mut of_stem);
            let late = std::iter::repeat_n(0.0, margin).chain(middle(apart));
            self.fourier.forward(late, &mut of_mix);
            for ((all, stem), mix) in all.iter_mut().zip(&of_stem).zip(&of_mix) {
                *all += mix * stem.conj();
            }
        }
        all
    }

    /// What the rest and the stem, moved, leave at their best gains.
    fn judge(&self, stem: &Excerpts, rest: &Excerpts, delay: f64) -> OneMoved {
        let moved = stem.moved_by(self.places, delay);
        let [a, b, c] = [rest.dot(rest), rest.dot(&moved), moved.dot(&moved)];
        let [of_rest, of_stem] = two(a, b, c, [rest.dot(self.mix), moved.dot(self.mix)]);
        let mut left = self.mix.clone();
        left.add(-of_rest, rest);
        left.add(-of_stem, &moved);
        OneMoved::new([of_rest, of_stem], delay, left.dot(&left) / self.energy.max(f64::MIN_POSITIVE))
    }
}
