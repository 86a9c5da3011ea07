use acetate_model::{Case, Check, Evidence, Finding, Place, Quantity, Severity, Stage};

use crate::look::{Resting, found, scalar};

pub(crate) const CHECK: Check = Check {
    code: "mix_differs",
    about: "Compares the sum of the stems with the client's mix: in loudness, and in spectrum at equal \
            loudness. Where they differ a stem is missing or the mix bus was processed, so the master would \
            not be of the mix that was approved. Keeps quiet within small differences and without a mix.",
    run,
};

/// The largest difference of loudness that passes, in LU.
const LEVEL_LU: f64 = 1.0;

/// The largest difference of a third-octave band that passes at equal loudness, in dB.
const TONE_DB: f64 = 3.0;

/// Where bands are compared, in Hz; beyond there is little that one would miss.
const COMPARED_HZ: [f64; 2] = [40.0, 12500.0];

fn run(case: &Case) -> Vec<Finding> {
    let mix = Place::Bus("mix".into());
    let read = |at: &Place| scalar(case, at, Quantity::Integrated);
    let (Stage::Input, Some(sum), Some(of_mix)) = (case.stage, read(&Place::Master), read(&mix)) else {
        return Vec::new();
    };
    let difference_lu = sum.value - of_mix.value;
    let worst = worst_band(case, &mix, difference_lu).filter(|(_, db)| db.abs() > TONE_DB);
    let hint = "Check that no stem is missing; if the mix bus had effects, export the stems with them.";
    let mut findings = Vec::new();
    if difference_lu.abs() > LEVEL_LU {
        let word = if difference_lu > 0.0 { "louder" } else { "softer" };
        let text = format!(
            "The stems add up {word} than the mix: {:.1} LUFS instead of {:.1} LUFS.",
            sum.value, of_mix.value
        );
        let usual = sum.usual(of_mix.value - LEVEL_LU, of_mix.value + LEVEL_LU);
        findings.push(
            found(CHECK.code, Severity::Warning, &Place::Master, text, hint).resting_on([usual, of_mix]),
        );
    }
    if let Some((hz, db)) = worst {
        let text = format!("At equal loudness the stems are {db:+.1} dB off the mix around {hz:.0} Hz.");
        let band = Evidence::new(&Place::Master, Quantity::Spectrum, db).usual(-TONE_DB, TONE_DB).at_hz(hz);
        findings.push(found(CHECK.code, Severity::Warning, &Place::Master, text, hint).resting_on([band]));
    }
    findings
}

/// The band that differs most at equal loudness: its centre and the difference, sum over mix.
fn worst_band(case: &Case, mix: &Place, difference_lu: f64) -> Option<(f64, f64)> {
    let sum = case.readings.spectrum(&Place::Master, Quantity::Spectrum)?;
    let mix = case.readings.spectrum(mix, Quantity::Spectrum)?;
    let [from, to] = COMPARED_HZ;
    sum.iter()
        .filter(|(hz, _)| (from..=to).contains(hz))
        .filter_map(|&(hz, db)| {
            let (_, of_mix) = mix.iter().find(|(other, _)| (other - hz).abs() < 0.01 * hz)?;
            Some((hz, db - of_mix - difference_lu))
        })
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
}
