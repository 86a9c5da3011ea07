use acetate_model::{Quantity, Value, amplitude_db};

use super::excerpts::Excerpts;
use super::fit::Gram;
use super::moved::{OneMoved, Search};
use super::nonlinear::{curve, gain_over_time};
use super::transfer::Transfer;
use super::{NullTest, left_db};

/// A stem below this share of the loudest one's energy is silent where it is listened to (−100 dB).
const SILENT: f64 = 1e-10;
/// What is left below this share of the mix (−60 dB) needs no further explanation in time.
const EXPLAINED: f64 = 1e-6;

/// What every explanation leaves.
pub(super) struct Explained {
    pub(super) whole: Vec<(Quantity, Value)>,
    /// By the stem's place in the delivery.
    pub(super) of_stems: Vec<(usize, Quantity, Value)>,
}

pub(super) fn explain(test: &NullTest) -> Explained {
    let mix = test.mix.moved(&test.places, 0);
    let parts: Vec<Excerpts> = test.stems.iter().map(|stem| stem.moved(&test.places, 0)).collect();
    let energies: Vec<f64> = parts.iter().map(|part| part.dot(part)).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let heard: Vec<usize> = (0..parts.len()).filter(|k| energies[*k] > SILENT * loudest).collect();
    if heard.is_empty() || mix.dot(&mix) == 0.0 {
        return Explained { whole: Vec::new(), of_stems: Vec::new() };
    }
    let gram = gram(&heard.iter().map(|k| &parts[*k]).collect::<Vec<_>>(), &mix);
    let common = gram.common();
    let gains = gram.gains(common);
    let mut of_stems: Vec<(usize, Quantity, Value)> =
        heard.iter().zip(&gains).map(|(k, gain)| (*k, Quantity::StemFactor, Value::Scalar(*gain))).collect();
    for (k, one) in one_stem(test, &heard, &parts, &mix, &gram) {
        of_stems.extend([
            (k, Quantity::OneStemFactor, Value::Scalar(one.factor)),
            (k, Quantity::OneStemDelay, Value::Scalar(one.delay)),
            (k, Quantity::NullOneStem, Value::Scalar(left_db(one.left))),
        ]);
    }
    let mut whole = of_sum(test, &parts, &mix, common);
    whole.push((Quantity::NullStems, Value::Scalar(left_db(gram.left(&gains)))));
    Explained { whole, of_stems }
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

/// Each stem as the only one that stands otherwise in the mix.
fn one_stem(
    test: &NullTest,
    heard: &[usize],
    parts: &[Excerpts],
    mix: &Excerpts,
    gram: &Gram,
) -> Vec<(usize, OneMoved)> {
    if heard.len() < 2 {
        return Vec::new();
    }
    let plain: Vec<OneMoved> = (0..heard.len())
        .map(|k| {
            let [rest, own] = gram.one_apart(k);
            let gains: Vec<f64> = (0..heard.len()).map(|j| if j == k { own } else { rest }).collect();
            let factor = if rest == 0.0 { own } else { own / rest };
            OneMoved { factor, delay: 0.0, left: gram.left(&gains) }
        })
        .collect();
    let common = gram.common();
    let is_clear = plain.iter().any(|one| one.left < EXPLAINED)
        || gram.left(&vec![common; heard.len()]) < EXPLAINED;
    if is_clear {
        return heard.iter().copied().zip(plain).collect();
    }
    let gains = gram.gains(common);
    let mut left = mix.clone();
    for (k, gain) in heard.iter().zip(&gains) {
        left.add(-gain, &parts[*k]);
    }
    let mut search = Search::new(&test.places, mix);
    let mut sum = sum_of(parts);
    heard
        .iter()
        .zip(plain)
        .zip(gains)
        .map(|((&k, plain), gain)| {
            left.add(gain, &parts[k]);
            sum.add(-1.0, &parts[k]);
            let moved = search.find(&test.stems[k], &sum, &left);
            left.add(-gain, &parts[k]);
            sum.add(1.0, &parts[k]);
            (k, moved.filter(|moved| moved.left < plain.left).unwrap_or(plain))
        })
        .collect()
}

fn sum_of(parts: &[Excerpts]) -> Excerpts {
    let mut sum = parts[0].clone();
    for part in &parts[1..] {
        sum.add(1.0, part);
    }
    sum
}

/// What can be done to the whole sum.
fn of_sum(test: &NullTest, parts: &[Excerpts], mix: &Excerpts, common: f64) -> Vec<(Quantity, Value)> {
    let sum = sum_of(parts);
    // a mix that was turned over is turned back, so that every gain is positive
    let mut upright = mix.clone();
    if common < 0.0 {
        upright.add(-2.0, mix);
    }
    let (mix, common) = (&upright, common.abs());
    let transfer = Transfer::new(test.rate_hz, &sum, mix);
    let energy = mix.dot(mix);
    let filtered = transfer.filtered(&sum_of(&test.stems)).moved(&test.places, 0);
    let mut off = mix.clone();
    off.add(-1.0, &filtered);
    let by_filter = transfer.left().min(off.dot(&off) / energy);
    let by_gain = gain_over_time(test.rate_hz, &sum, mix, common);
    let by_both = gain_over_time(test.rate_hz, &filtered, mix, 1.0);
    let spectrum = |bands: Vec<(f64, Option<f64>)>, to_db: fn(f64) -> Option<f64>| {
        let (hz, db) = bands.into_iter().map(|(hz, x)| (hz, x.and_then(to_db))).unzip();
        Value::Spectrum { hz, db }
    };
    let range = by_gain.range.map(|[low, high]| 20.0 * libm::log10(high / low));
    vec![
        (Quantity::NullFilter, Value::Scalar(left_db(by_filter))),
        (Quantity::NullGain, Value::Scalar(left_db(by_gain.left))),
        (Quantity::NullCurve, Value::Scalar(left_db(curve(&sum, mix)))),
        (Quantity::NullFilterGain, Value::Scalar(left_db(by_both.left))),
        (Quantity::MixGainRange, Value::scalar_or(range, "too little was heard")),
        (Quantity::NullSpectrum, spectrum(transfer.left_by_band(common), |x| Some(left_db(x)))),
        (Quantity::MixTransfer, spectrum(transfer.factors(), amplitude_db)),
    ]
}
