use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Map, Place, Quantity};

use crate::moves::{advise, ramp, rounded, settings, severity, without_trifles};
use crate::norms::{
    SMALLEST_DB, STRENGTH, SWING_AUDIBLE_DB, SWING_MARGIN_DB, SWING_PAUSES_DB, SWING_RANGE_DB, SWINGS,
};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "dynamics",
    about: "Looks for bands of the sum whose loud moments stand out from their usual level more than in \
            finished music, and turns those moments down a little, in these bands only. Keeps quiet about \
            ordinary swings, about bands that come and go, and about the song as a whole: its louder and \
            softer parts stay.",
    repairs: false,
    faults,
    run,
};

/// How a band that is turned down behaves, by its place in `SWINGS`: slower where periods are longer.
const TIMES_MS: [[f64; 2]; SWINGS.len()] =
    [[30.0, 250.0], [20.0, 200.0], [15.0, 150.0], [10.0, 120.0], [5.0, 80.0]];

/// How many dB in give one dB out.
const RATIO: f64 = 1.6;

/// The softness of the threshold, in dB.
const KNEE_DB: f64 = 6.0;

/// The level of a sine, whose peaks are what full scale means, over its mean power, in dB.
const SINE_DB: f64 = 3.01;

/// The limits of a threshold, in dB.
const THRESHOLDS_DB: [f64; 2] = [-80.0, 0.0];

/// A band whose loud moments stand out.
struct Swing {
    band: usize,
    range_db: f64,
    proof: Evidence,
}

fn run(case: &Case) -> Advice {
    let (Some(swings), Some(spectrum)) = (
        case.readings.spectrum(&Place::Master, Quantity::BandSwing),
        case.readings.spectrum(&Place::Master, Quantity::Spectrum),
    ) else {
        return Advice::new();
    };
    let loose: Vec<Swing> = swings.iter().filter_map(|&(hz, db)| swing(hz, db)).collect();
    if loose.is_empty() {
        return Advice::new();
    }
    let bands: Vec<Json> = (0..SWINGS.len())
        .map(|band| {
            let loose = loose.iter().find(|swing| swing.band == band);
            Json::Object(band_settings(
                band,
                loose.and_then(|l| Some((l.range_db, level_dbfs(&spectrum, band)?))),
            ))
        })
        .collect();
    let phrases: Vec<String> = loose.iter().map(phrase).collect();
    let because = format!("Loud moments stand out {}; they are turned down a little.", phrases.join(", "));
    let evidence = loose.into_iter().map(|swing| swing.proof).collect();
    vec![advise(
        ADVISOR.id,
        &Place::Master,
        ("multiband", settings([("bands", Json::from(bands))])),
        because,
        evidence,
    )]
}

/// Bands whose loud moments stand out.
fn faults(case: &Case) -> Vec<Fault> {
    let swings = case.readings.spectrum(&Place::Master, Quantity::BandSwing).unwrap_or_default();
    let of_band = |(hz, db): (f64, f64)| {
        let band = SWINGS.iter().position(|(to_hz, _)| hz < *to_hz)?;
        let usual = SWINGS[band].1;
        let trust = ramp(db - usual, SWING_PAUSES_DB[1], SWING_PAUSES_DB[0]);
        let excess_db = trust * (db - usual - SWING_MARGIN_DB).max(0.0);
        (excess_db > 0.0).then(|| Fault {
            at: Place::Master,
            severity: severity(excess_db, SWING_AUDIBLE_DB),
            beyond: false,
            remedy: format!(
                "even out what stands out around {hz:.0} Hz: its loud moments rise by {db:.1} dB."
            ),
            evidence: vec![
                Evidence::new(&Place::Master, Quantity::BandSwing, db).usual(0.0, usual).at_hz(hz),
            ],
        })
    };
    swings.into_iter().filter_map(of_band).collect()
}

fn swing(hz: f64, db: f64) -> Option<Swing> {
    let band = SWINGS.iter().position(|(to_hz, _)| hz < *to_hz)?;
    let usual = SWINGS[band].1;
    let excess_db = (db - usual - SWING_MARGIN_DB).max(0.0);
    let trust = ramp(db - usual, SWING_PAUSES_DB[1], SWING_PAUSES_DB[0]);
    let range_db = trust * without_trifles(STRENGTH * excess_db).min(SWING_RANGE_DB);
    let proof = Evidence::new(&Place::Master, Quantity::BandSwing, db).usual(0.0, usual).at_hz(hz);
    (range_db >= SMALLEST_DB).then_some(Swing { band, range_db, proof })
}

fn phrase(swing: &Swing) -> String {
    let (proof, usual) = (&swing.proof, SWINGS[swing.band].1);
    let hz = proof.at_hz.unwrap_or_default();
    format!("around {hz:.0} Hz by {:.1} dB where {usual:.0} dB are usual", proof.value)
}

/// The mean level of a band over the active parts, as a sine would have it; loud moments lie above.
fn level_dbfs(spectrum: &[(f64, f64)], band: usize) -> Option<f64> {
    let from = if band == 0 { 0.0 } else { SWINGS[band - 1].0 };
    let inside = spectrum.iter().filter(|(hz, _)| (from..SWINGS[band].0).contains(hz));
    let mean_db = acetate_model::power_db(inside.map(|(_, db)| libm::exp10(db / 10.0)).sum())?;
    Some((mean_db + SINE_DB).clamp(THRESHOLDS_DB[0], THRESHOLDS_DB[1]))
}

/// A band of the processor: turned down above its level by at most the range, or left alone.
fn band_settings(band: usize, turned_down: Option<(f64, f64)>) -> Map {
    let [attack_ms, release_ms] = TIMES_MS[band];
    let mut map = Map::new();
    if SWINGS[band].0.is_finite() {
        map.insert("to_hz".into(), Json::from(SWINGS[band].0));
    }
    if let Some((range_db, threshold_db)) = turned_down {
        map.extend(settings([
            ("threshold_db", rounded(threshold_db, 1)),
            ("ratio", Json::from(RATIO)),
            ("knee_db", Json::from(KNEE_DB)),
            ("range_db", rounded(range_db, 1)),
            ("attack_ms", Json::from(attack_ms)),
            ("release_ms", Json::from(release_ms)),
        ]));
    }
    map
}
