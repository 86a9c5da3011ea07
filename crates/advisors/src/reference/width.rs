use acetate_model::{Case, Evidence, Json, Move, Place, Quantity, Readings, amplitude};

use super::target::{Target, count, middle};
use crate::moves::{advise, named, rounded, settings};

/// Where the bands of width end, in Hz; the last has no end.
const EDGES_HZ: [f64; 5] = [150.0, 500.0, 1800.0, 6000.0, 20_000.0];

/// The widths that a band may get, in dB over its own.
const WIDTHS_DB: [f64; 2] = [-4.5, 3.0];

/// A side so far below the middle is none: there is nothing to widen, in dB.
const NO_SIDE_DB: f64 = -35.0;

/// A difference smaller than this in every band is left, in dB.
const LEAST_DB: f64 = 1.0;

/// How far side and middle of the bands lie apart in the references, over the song; brought to theirs.
pub(super) fn width(case: &Case, target: &Target) -> Option<Move> {
    if target.bands.is_empty() {
        return None;
    }
    let own = sides_db(case.readings, &Place::Master);
    let theirs: Vec<[Option<f64>; EDGES_HZ.len()]> =
        (0..count(case.readings)).map(|n| sides_db(case.readings, &Place::reference(n))).collect();
    let change = |band: usize| {
        let there = middle(theirs.iter().filter_map(|t| t[band]).collect())?;
        let here = own[band].filter(|db| *db > NO_SIDE_DB)?;
        Some((here, (there - here).clamp(WIDTHS_DB[0], WIDTHS_DB[1])))
    };
    let changes: Vec<Option<(f64, f64)>> = (0..EDGES_HZ.len()).map(change).collect();
    let most = changes.iter().flatten().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    if most.1.abs() < LEAST_DB {
        return None;
    }
    let bands = EDGES_HZ.iter().zip(&changes).map(|(to_hz, change)| {
        let percent = 100.0 * amplitude(change.map_or(0.0, |(_, db)| db));
        Json::Object(settings([("to_hz", Json::from(*to_hz)), ("width_percent", rounded(percent, 0))]))
    });
    let because = format!(
        "The sides of its bands lie otherwise than those of the reference, at most where they stand at {:.1} dB over the \
         middle; they are brought to theirs.",
        most.0
    );
    let evidence = vec![Evidence::new(&Place::Master, Quantity::SideToMid, most.0)];
    let process = ("stereo", settings([("bands", bands.collect())]));
    Some(named("reference_width", advise(super::ADVISOR.id, &Place::Master, process, because, evidence)))
}

/// Side over middle in each band, in dB.
fn sides_db(readings: &Readings, of: &Place) -> [Option<f64>; EDGES_HZ.len()] {
    let power = |quantity, from: f64, to: f64| -> f64 {
        let bands = readings.spectrum(of, quantity).unwrap_or_default();
        let inside = bands.iter().filter(|(hz, _)| (from..to).contains(hz));
        inside.map(|(_, db)| libm::exp10(db / 10.0)).sum()
    };
    std::array::from_fn(|n| {
        let from = if n == 0 { 0.0 } else { EDGES_HZ[n - 1] };
        let side = power(Quantity::SideSpectrum, from, EDGES_HZ[n]);
        let mid = power(Quantity::Spectrum, from, EDGES_HZ[n]) - side;
        if mid > 0.0 { acetate_model::power_db(side / mid) } else { None }
    })
}
