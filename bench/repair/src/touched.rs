//! Stems of a clean song that were corrected though nothing is wrong with them: in the plan, and in the sound.

use acetate_mastering::model::{Json, Move, Place, Session, Standing};

use crate::projection::{Fit, Stems};
use crate::scores::errors;

/// A correction that counts, in dB.
const COUNTS_DB: f64 = 1.0;
/// A change is looked for in bands that carry so much of the stem's power, and where it has so much of the song's: what is
/// softer is not heard, and what the fit says of it is no reading.
const CARRIES: f64 = 1e-3;
const HEARD: f64 = 0.01;
/// Settings that say how far a move goes that is no filter.
const SIZES: [&str; 3] = ["range_db", "gain_db", "reduction_db"];

/// Stems at which the plan has a move of more than a decibel, of these names.
pub(crate) fn by_plan<'a>(
    session: &Session,
    stems: &Stems,
    names: impl IntoIterator<Item = &'a str>,
) -> usize {
    let over = |(n, name): (usize, &str)| {
        let at = Place::stem(name);
        let own = session.plan.iter().filter(|m| m.at == at && m.standing == Standing::Active);
        own.map(|m| size_db(m, session.rate_hz, &carried(stems, n))).any(|db| db > COUNTS_DB)
    };
    names.into_iter().enumerate().filter(|named| over(*named)).count()
}

/// Centres of the bands that carry a stem, in Hz.
fn carried(stems: &Stems, stem: usize) -> Vec<f64> {
    let own = stems.powers_of(stem);
    let all: f64 = own.iter().sum();
    let centres = stems.centres_hz();
    centres.into_iter().zip(own).filter(|(_, power)| *power > CARRIES * all).map(|(hz, _)| hz).collect()
}

/// The most that a move changes at these frequencies; of one that is no filter the most that it may, and if it does not
/// tell, more than any.
fn size_db(m: &Move, rate_hz: u32, hz: &[f64]) -> f64 {
    if let Some(factors) = acetate_processors::respond(&m.process, rate_hz, hz) {
        let db = factors.iter().flatten().map(|power| 10.0 * libm::log10(power.max(1e-9)));
        return db.map(f64::abs).fold(0.0, f64::max);
    }
    let mut sizes = Vec::new();
    m.process.settings.iter().for_each(|(key, value)| told(key, value, &mut sizes));
    let most = sizes.into_iter().reduce(f64::max).unwrap_or(f64::INFINITY);
    most * m.process.amount
}

fn told(key: &str, value: &Json, into: &mut Vec<f64>) {
    match value {
        Json::Array(of) => of.iter().for_each(|value| told(key, value, into)),
        Json::Object(of) => of.iter().for_each(|(key, value)| told(key, value, into)),
        _ if SIZES.contains(&key) => into.extend(value.as_f64().map(f64::abs)),
        _ => {}
    }
}

/// Stems that stand by more than a decibel otherwise than in the plain sum: as a whole, or in a band re what becomes of
/// the other stems there.
pub(crate) fn by_sound(stems: &Stems, fit: &Fit, plain: &Fit) -> usize {
    let levels = errors(stems, fit, plain);
    let bands: Vec<Vec<Option<f64>>> = (0..stems.count()).map(|n| changes_db(stems, n, fit, plain)).collect();
    let common: Vec<f64> = (0..stems.bands())
        .map(|band| middle(bands.iter().filter_map(|own| own[band]).collect()).unwrap_or(0.0))
        .collect();
    let over = |n: &usize| {
        let apart =
            bands[*n].iter().zip(&common).filter_map(|(own, common)| Some((own.as_ref()? - common).abs()));
        levels[*n].level.abs().max(apart.fold(0.0, f64::max)) > COUNTS_DB
    };
    (0..stems.count()).filter(over).count()
}

/// How a stem's gain in each band differs on average, in dB; none where it carries too little or is not heard.
fn changes_db(stems: &Stems, stem: usize, fit: &Fit, plain: &Fit) -> Vec<Option<f64>> {
    let own = stems.powers_of(stem);
    let all: f64 = own.iter().sum();
    let of_band = |band: usize| {
        let cells = (band..stems.cells()).step_by(stems.bands());
        let heard = cells.filter_map(|cell| {
            let weight = stems.weight(cell, stem);
            let (after, before) = (fit.gains[cell][stem]?, plain.gains[cell][stem]?);
            let db = 20.0 * libm::log10(after.norm().max(1e-6) / before.norm().max(1e-6));
            (weight * weight > HEARD).then_some([weight, weight * db])
        });
        let [weights, sum] = heard.fold([0.0, 0.0], |[a, b], [c, d]| [a + c, b + d]);
        (own[band] > CARRIES * all && weights > 0.0).then(|| sum / weights)
    };
    (0..stems.bands()).map(of_band).collect()
}

pub(crate) fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}
