use acetate_model::{Quantity, Value, amplitude_db};

use super::excerpts::{Excerpts, SPARE};
use super::fit::Gram;
use super::moved::{OneMoved, Search};
use super::nonlinear::{curve, gain_over_time};
use super::transfer::Transfer;
use super::{LEAST, NullTest, left_db};

/// A stem below this share of the loudest one's energy is silent where it is listened to (−100 dB).
const SILENT: f64 = 1e-10;
/// What is left below this share of the mix (−60 dB) needs no further explanation in time.
const EXPLAINED: f64 = 1e-6;
/// What can be done to the whole sum and leaves no more than this (−50 dB), and this share of what one gain leaves
/// (15 dB less), is not a stem that was moved.
const BY_THE_BUS: f64 = 1e-5;
const CLEARLY: f64 = 0.03;
/// A place of the mix is taken for better if it leaves this share of what another one leaves (6 dB less).
const BETTER: f64 = 0.25;

/// What every explanation leaves.
pub(super) struct Explained {
    /// By how much the mix is late, in frames.
    pub(super) delay: f64,
    pub(super) whole: Vec<(Quantity, Value)>,
    /// By the stem's place in the delivery.
    pub(super) of_stems: Vec<(usize, Quantity, Value)>,
}

pub(super) fn explain(test: &NullTest) -> Explained {
    let found = Alternative::of(test, test.alignment.delay());
    let Some(found) = found else {
        return Explained { delay: test.alignment.delay(), whole: Vec::new(), of_stems: Vec::new() };
    };
    let mut whole = found.of_sum(test);
    let stems = found.one_stem(test, found.explained || found.by_the_bus(&whole));
    let mut best = (found, stems);
    let at_once = -test.alignment.delay();
    let is_near = at_once != 0.0 && at_once.abs() < (test.places.margin - SPARE) as f64;
    if is_near
        && !best.0.explained
        && let Some(other) = Alternative::of(test, 0.0)
    {
        // where one loud stem was moved, the mix was found where that stem is
        let stems = other.one_stem(test, other.explained);
        if least(&stems) * BETTER < least(&best.1) {
            best = (other, stems);
        }
    }
    let (found, stems) = best;
    whole.push((Quantity::NullStems, Value::Scalar(left_db(found.gram.left(&found.gains)))));
    let mut of_stems: Vec<(usize, Quantity, Value)> = found
        .heard
        .iter()
        .zip(&found.gains)
        .map(|(k, gain)| (*k, Quantity::StemFactor, Value::Scalar(*gain)))
        .collect();
    for (k, one) in stems {
        of_stems.extend([
            (k, Quantity::OneStemFactor, Value::Scalar(one.factor)),
            (k, Quantity::OneStemDelay, Value::Scalar(one.delay)),
            (k, Quantity::OneStemRest, Value::Scalar(one.rest)),
            (k, Quantity::NullOneStem, Value::Scalar(left_db(one.left))),
        ]);
    }
    Explained { delay: found.delay, whole, of_stems }
}

fn least(stems: &[(usize, OneMoved)]) -> f64 {
    stems.iter().map(|(_, one)| one.left).fold(1.0, f64::min).max(LEAST)
}

/// The excerpts with the mix at one place.
struct Alternative {
    delay: f64,
    mix: Excerpts,
    parts: Vec<Excerpts>,
    /// Which stems are not silent.
    heard: Vec<usize>,
    gram: Gram,
    common: f64,
    gains: Vec<f64>,
    explained: bool,
}

impl Alternative {
    /// `None` where stems or mix are silent.
    fn of(test: &NullTest, delay: f64) -> Option<Self> {
        let mix = test.mix.moved_by(&test.places, test.alignment.frames as f64 - delay);
        let parts: Vec<Excerpts> = test.stems.iter().map(|stem| stem.moved(&test.places, 0)).collect();
        let energies: Vec<f64> = parts.iter().map(|part| part.dot(part)).collect();
        let loudest = energies.iter().copied().fold(0.0, f64::max);
        let heard: Vec<usize> = (0..parts.len()).filter(|k| energies[*k] > SILENT * loudest).collect();
        if heard.is_empty() || mix.dot(&mix) == 0.0 {
            return None;
        }
        let gram = gram(&heard.iter().map(|k| &parts[*k]).collect::<Vec<_>>(), &mix);
        let common = gram.common();
        let gains = gram.gains(common);
        let explained = gram.left(&vec![common; heard.len()]) < EXPLAINED;
        Some(Self { delay, mix, parts, heard, gram, common, gains, explained })
    }

    /// Whether something that was done to the whole sum says enough.
    fn by_the_bus(&self, whole: &[(Quantity, Value)]) -> bool {
        let plain = self.gram.left(&vec![self.common; self.heard.len()]);
        let enough_db = left_db(BY_THE_BUS.min(CLEARLY * plain));
        let of_bus = [Quantity::NullFilter, Quantity::NullGain, Quantity::NullCurve];
        whole.iter().any(|(quantity, value)| {
            of_bus.contains(quantity) && matches!(value, Value::Scalar(db) if *db < enough_db)
        })
    }

    /// Each stem as the only one that stands otherwise in the mix; if `in_time`, by its gain alone.
    fn one_stem(&self, test: &NullTest, in_time: bool) -> Vec<(usize, OneMoved)> {
        let Self { heard, parts, gram, .. } = self;
        if heard.len() < 2 {
            return Vec::new();
        }
        let plain: Vec<OneMoved> = (0..heard.len())
            .map(|k| {
                let [rest, own] = gram.one_apart(k);
                let gains: Vec<f64> = (0..heard.len()).map(|j| if j == k { own } else { rest }).collect();
                OneMoved::new([rest, own], 0.0, gram.left(&gains))
            })
            .collect();
        if in_time || plain.iter().any(|one| one.left < EXPLAINED) {
            return heard.iter().copied().zip(plain).collect();
        }
        let mut left = self.mix.clone();
        for (k, gain) in heard.iter().zip(&self.gains) {
            left.add(-gain, &parts[*k]);
        }
        let mut search = Search::new(&test.places, &self.mix);
        let mut sum = sum_of(parts);
        heard
            .iter()
            .zip(plain)
            .zip(&self.gains)
            .map(|((&k, plain), &gain)| {
                left.add(gain, &parts[k]);
                sum.add(-1.0, &parts[k]);
                let moved = search.find(&test.stems[k], &sum, &left);
                left.add(-gain, &parts[k]);
                sum.add(1.0, &parts[k]);
                (k, moved.filter(|moved| moved.left < plain.left).unwrap_or(plain))
            })
            .collect()
    }

    /// What can be done to the whole sum.
    fn of_sum(&self, test: &NullTest) -> Vec<(Quantity, Value)> {
        let sum = sum_of(&self.parts);
        // a mix that was turned over is turned back, so that every gain is positive
        let mut mix = self.mix.clone();
        if self.common < 0.0 {
            mix.add(-2.0, &self.mix);
        }
        let common = self.common.abs();
        let transfer = Transfer::new(test.rate_hz, &sum, &mix);
        let filtered = transfer.filtered(&sum_of(&test.stems)).moved(&test.places, 0);
        let mut off = mix.clone();
        off.add(-1.0, &filtered);
        let by_filter = transfer.left().min(off.dot(&off) / mix.dot(&mix));
        let by_gain = gain_over_time(test.rate_hz, &sum, &mix, common);
        let by_both = Transfer::new(test.rate_hz, &by_gain.followed, &mix).left();
        let range = by_gain.range.map(|[low, high]| 20.0 * libm::log10(high / low));
        vec![
            (Quantity::NullFilter, Value::Scalar(left_db(by_filter))),
            (Quantity::NullGain, Value::Scalar(left_db(by_gain.left))),
            (Quantity::NullCurve, Value::Scalar(left_db(curve(&sum, &mix)))),
            (Quantity::NullFilterGain, Value::Scalar(left_db(by_both))),
            (Quantity::MixGainRange, Value::scalar_or(range, "too little was heard")),
            (Quantity::NullSpectrum, spectrum(transfer.left_by_band(common), |x| Some(left_db(x)))),
            (Quantity::MixTransfer, spectrum(transfer.factors(), amplitude_db)),
        ]
    }
}

fn spectrum(bands: Vec<(f64, Option<f64>)>, to_db: fn(f64) -> Option<f64>) -> Value {
    let (hz, db) = bands.into_iter().map(|(hz, x)| (hz, x.and_then(to_db))).unzip();
    Value::Spectrum { hz, db }
}

fn gram(parts: &[&Excerpts], mix: &Excerpts) -> Gram {
    let mut products = vec![vec![0.0; parts.len()]; parts.len()];
    for (k, a) in parts.iter().enumerate() {
        for (j, b) in parts[..=k].iter().enumerate() {
            products[k][j] = a.dot(b);
            products[j][k] = products[k][j];
        }
    }
    Gram { parts: products, mix: parts.iter().map(|part| part.dot(mix)).collect(), whole: mix.dot(mix) }
}

fn sum_of(parts: &[Excerpts]) -> Excerpts {
    let mut sum = parts[0].clone();
    for part in &parts[1..] {
        sum.add(1.0, part);
    }
    sum
}
