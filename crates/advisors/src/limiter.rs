use acetate_model::{Advice, Advisor, Case, Json, Place, Promise, Quantity};

use crate::moves::{advise, rounded, scalar, settings};
use crate::norms::{BASS_HEAVY_DB, LEAST_PLR_LU, MOST_PLR_LU, PLR_LOSS_LU, reduction_budget_db};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "limiter",
    about: "Brings the sum to the loudness and under the ceiling of the brief. The drive is the first guess of \
            a loop that measures the result. A bass-heavy song gets the style that spares the bass. Always \
            last, and never silent: the ceiling is a promise even where nothing has to be turned down. The \
            loudness gives way where reaching it would cost more than it is worth: too much turned down on \
            average, or peaks too near the loudness.",
    repairs: false,
    faults: |_| Vec::new(),
    run,
};

/// How near the loudness of the master must come to the target, in LU.
const TOLERANCE_LU: f64 = 0.05;

/// The limits of the drive, in dB.
const DRIVE_DB: [f64; 2] = [-36.0, 36.0];

/// Where the bass ends, in Hz.
const BASS_HZ: f64 = 120.0;

fn run(case: &Case) -> Advice {
    let at = Place::Master;
    let (target, ceiling) = (case.brief.target().0, case.brief.ceiling_dbtp.0);
    let loudness = scalar(case, &at, Quantity::Integrated).map(|e| e.usual(target, target));
    let drive_db = loudness.as_ref().map_or(0.0, |e| (target - e.value).clamp(DRIVE_DB[0], DRIVE_DB[1]));
    let style =
        if bass_share_db(case).is_some_and(|db| db > BASS_HEAVY_DB) { "clean_bass" } else { "transparent" };

    let measured = loudness.as_ref().map_or("The sum has no loudness to measure".to_owned(), |e| {
        format!("The sum stands at {:.1} LUFS and {target:.1} LUFS is wanted", e.value)
    });
    let because = format!("{measured}; no peak may pass {ceiling:.1} dBTP.");
    let process = settings([
        ("drive_db", rounded(drive_db, 2)),
        ("ceiling_dbtp", Json::from(ceiling)),
        ("style", Json::from(style)),
    ]);
    let peak = scalar(case, &at, Quantity::TruePeak);
    // a song that is dense by itself is not asked to become open
    let by_itself = case.readings.scalar(&at, Quantity::PeakToLoudness).unwrap_or(MOST_PLR_LU);
    let open = [LEAST_PLR_LU.min(by_itself - PLR_LOSS_LU), MOST_PLR_LU];
    let promises = [
        loudness.is_some().then(|| Promise::near(&at, Quantity::Integrated, target, TOLERANCE_LU)),
        peak.is_some().then(|| Promise::at_most(&at, Quantity::TruePeak, ceiling)),
        peak.is_some().then(|| Promise::at_most(&at, Quantity::GainReduction, reduction_budget_db(target))),
        loudness.is_some().then(|| Promise {
            of: at.clone(),
            quantity: Quantity::PeakToLoudness,
            within: open,
        }),
    ];
    let evidence = loudness.into_iter().chain(peak).collect();
    let mut limit = advise(ADVISOR.id, &at, ("limiter", process), because, evidence);
    limit.promises = promises.into_iter().flatten().collect();
    vec![limit]
}

/// Power below the end of the bass over the power of the whole, in dB.
fn bass_share_db(case: &Case) -> Option<f64> {
    let bands = case.readings.spectrum(&Place::Master, Quantity::Spectrum)?;
    let power = |to_hz: f64| {
        bands.iter().filter(|(hz, _)| *hz < to_hz).map(|(_, db)| libm::exp10(db / 10.0)).sum::<f64>()
    };
    acetate_model::power_db(power(BASS_HZ) / power(f64::INFINITY))
}
