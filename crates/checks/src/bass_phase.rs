use acetate_model::{Case, Check, Finding, Place, Quantity, Severity, power_db};

use crate::look::{Resting, found, places, scalar, stretches};

pub(crate) const CHECK: Check = Check {
    code: "bass_phase",
    about: "Looks for a low end whose left and right cancel each other. The bass then vanishes in mono, and \
            eats headroom without being heard. Keeps quiet where there is hardly any bass to cancel.",
    run,
};

/// The lowest correlation in the bass that passes: wide rooms stray a little below unrelated.
const LOWEST: f64 = -0.2;

/// Where the bass ends, as in the quantity.
const BASS_HZ: f64 = 120.0;

/// Less bass than this, over the power of the whole, is none.
const HARDLY_ANY_DB: f64 = -15.0;

fn run(case: &Case) -> Vec<Finding> {
    places(case)
        .iter()
        .filter_map(|at| {
            let correlation = scalar(case, at, Quantity::LowCorrelation).filter(|e| e.value < LOWEST)?;
            bass_share_db(case, at).filter(|&share| share > HARDLY_ANY_DB)?;
            let text = format!("The low end cancels in mono: its correlation is {:.2}.", correlation.value);
            let hint = "Turn the polarity of one side, or take stereo effects off the low end.";
            let usual = correlation.usual(LOWEST, 1.0);
            let finding = found(CHECK.code, Severity::Warning, at, text, hint).resting_on([usual]);
            Some(
                finding
                    .at_times(stretches(case, at, Quantity::LowCorrelationOverTime, |value| value < LOWEST)),
            )
        })
        .collect()
}

fn bass_share_db(case: &Case, at: &Place) -> Option<f64> {
    let bands = case.readings.spectrum(at, Quantity::Spectrum)?;
    let power = |to_hz: f64| {
        bands
            .iter()
            .filter(|(hz, _)| *hz < to_hz)
            .map(|(_, db)| acetate_model::amplitude(2.0 * db))
            .sum::<f64>()
    };
    power_db(power(BASS_HZ) / power(f64::INFINITY))
}
