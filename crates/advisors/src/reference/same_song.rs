use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Move, Place, Quantity};

use super::song::{Fit, fit};
use crate::moves::{advise, named, only_the_sum, place, rounded, settings, severity, without_trifles};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "reference_stem",
    about: "Where a reference is another master of the same song, finds how loud each stem stands in it, band by band, and \
            brings stems that stand otherwise here to it. What all stems have in common is the master's business. Keeps \
            quiet about songs that are others, and where a stem is too soft beside the rest to be heard out.",
    repairs: false,
    faults,
    run,
};

/// The most that a stem's level, and a band of it, is changed, in dB. The reference is the consent.
const LEVEL_DB: f64 = 9.0;
const BAND_DB: f64 = 12.0;

/// A band where a stem has less than this share of the power says little about it, and more than the second everything.
const SHARES: [f64; 2] = [0.0002, 0.002];

/// A shape smaller than the first is not worth a filter, one from the second on is made up whole, in dB RMS.
const SHAPE_DB: [f64; 2] = [0.35, 0.7];

/// An offset that is worth a move, in dB.
const AUDIBLE_DB: f64 = 1.0;

/// Whether a reference is another master of this song.
pub(crate) fn is_given(case: &Case) -> bool {
    case.stems.len() > 1 && fit(case).is_some()
}

/// How one stem stands in the reference beside the others.
struct Standing {
    at: Place,
    /// Over all its bands, in dB.
    level_db: f64,
    /// Of each band over that: (centre, dB).
    shape: Vec<(f64, f64)>,
    /// RMS of the shape over what the stem plays.
    shape_db: f64,
}

fn standings(case: &Case) -> Vec<Standing> {
    if case.stems.len() < 2 {
        return Vec::new();
    }
    fit(case).map(|fit| standing(case, &fit)).unwrap_or_default()
}

fn standing(case: &Case, fit: &Fit) -> Vec<Standing> {
    let (stems, bands) = (0..case.stems.len(), fit.hz.len());
    let trust = |n: usize, band: usize| {
        let doubt = fit.errors_db[n][band] / SURE_DB;
        crate::moves::ramp(fit.shares[n][band], SHARES[0], SHARES[1]) / (1.0 + doubt * doubt)
    };
    let weight = |n: usize, band: usize| trust(n, band) * fit.shares[n][band].sqrt();
    let mean = |n: usize, of: &dyn Fn(usize) -> f64| {
        let total: f64 = (0..bands).map(|band| weight(n, band)).sum();
        if total > 0.0 { (0..bands).map(|band| weight(n, band) * of(band)).sum::<f64>() / total } else { 0.0 }
    };
    let levels: Vec<f64> = stems.clone().map(|n| mean(n, &|band| fit.gains_db[n][band])).collect();
    let level = weighted_middle(stems.clone().map(|n| (levels[n], heard(&|band| weight(n, band), bands))));
    // what the stems have in common is the master's: the middle one, or nothing but level
    let common: Vec<f64> = (0..bands)
        .map(|band| {
            let votes = stems.clone().map(|n| (fit.gains_db[n][band], trust(n, band)));
            weighted_middle(votes.chain([(level, PLAIN)]))
        })
        .collect();
    let of_stem = |n: usize| {
        let over = |band: usize| fit.gains_db[n][band] - common[band];
        let level_db = mean(n, &over);
        let shape: Vec<(f64, f64)> =
            (0..bands).map(|band| (fit.hz[band], trust(n, band) * (over(band) - level_db))).collect();
        let shape_db = mean(n, &|band| shape[band].1 * shape[band].1).sqrt();
        Standing { at: place(&case.stems[n]), level_db, shape, shape_db }
    };
    stems.clone().map(of_stem).collect()
}

/// How much a stem has to say about the level that all have in common: at most one voice each.
fn heard(weight: &dyn Fn(usize) -> f64, bands: usize) -> f64 {
    (0..bands).map(weight).sum::<f64>().min(1.0)
}

/// An error of a stem's gain that leaves half of the trust in it, in dB.
const SURE_DB: f64 = 1.0;

/// How much speaks for a master without a curve of its own, in stems.
const PLAIN: f64 = 1.2;

/// The value with half of the weight on either side.
fn weighted_middle(values: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut values: Vec<(f64, f64)> = values.collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|v| v.1).sum::<f64>() / 2.0;
    let mut passed = 0.0;
    for (value, weight) in &values {
        passed += weight;
        if passed >= half {
            return *value;
        }
    }
    0.0
}

fn evidence(standing: &Standing) -> Vec<Evidence> {
    let level = Evidence::new(&standing.at, Quantity::ReferenceLevel, standing.level_db);
    vec![level.against(&Place::reference(0)).usual(0.0, 0.0)]
}

fn faults(case: &Case) -> Vec<Fault> {
    let fault = |standing: &Standing| {
        let offset = standing.level_db.abs().max(standing.shape_db);
        Fault {
            at: standing.at.clone(),
            severity: severity(without_trifles(offset), AUDIBLE_DB),
            beyond: false,
            remedy: format!(
                "set its level {:+.1} dB: so it stands in the other master of this song.",
                standing.level_db
            ),
            evidence: evidence(standing),
        }
    };
    standings(case).iter().map(fault).filter(|fault| fault.severity > 0.0).collect()
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    standings(case).iter().flat_map(|standing| level(standing).into_iter().chain(shape(standing))).collect()
}

fn level(standing: &Standing) -> Option<Move> {
    let gain_db = without_trifles(standing.level_db).clamp(-LEVEL_DB, LEVEL_DB);
    let because = format!(
        "In the other master of this song it stands {:+.1} dB from where it stands here, beside the other stems.",
        standing.level_db
    );
    let process = ("gain", settings([("gain_db", rounded(gain_db, 2))]));
    let made = || advise(ADVISOR.id, &standing.at, process, because, evidence(standing));
    (gain_db != 0.0).then(|| named("reference_level", made()))
}

fn shape(standing: &Standing) -> Option<Move> {
    let share = crate::moves::ramp(standing.shape_db, SHAPE_DB[0], SHAPE_DB[1]);
    if share == 0.0 {
        return None;
    }
    let bounded = standing.shape.iter().map(|&(hz, db)| (hz, share * db.clamp(-BAND_DB, BAND_DB)));
    let points =
        bounded.map(|(hz, db)| Json::Object(settings([("hz", rounded(hz, 1)), ("gain_db", rounded(db, 2))])));
    let (hz, db) = standing.shape.iter().copied().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let because = format!(
        "In the other master of this song its tone lies otherwise beside the other stems, at {hz:.0} Hz by {db:+.1} dB."
    );
    let evidence = vec![
        Evidence::new(&standing.at, Quantity::ReferenceOffset, db).at_hz(hz).against(&Place::reference(0)),
    ];
    let process = ("contour", settings([("points", points.collect())]));
    Some(named("reference_tone", advise(ADVISOR.id, &standing.at, process, because, evidence)))
}
