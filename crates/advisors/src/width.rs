use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Map, Place, Promise, Quantity, amplitude};

use crate::moves::{advise, ramp, rounded, scalar, severity, without_trifles};
use crate::norms::{LOW_CORRELATION, MONO_BELOW_HZ, NARROW_DB, SIDE_TO_MID_DB, STRENGTH};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "width",
    about: "Looks for a low end that differs between left and right, and for a song whose sides are nearly as \
            strong as its middle; it makes the lowest octaves mono, and takes back some of the sides. In mono \
            both would lose weight. Keeps quiet about ordinary width, and never widens.",
    repairs: false,
    faults,
    run,
};

/// Where the frequency of the mono low end starts to rise from, in Hz.
const LOWEST_HZ: f64 = 30.0;

fn run(case: &Case) -> Advice {
    let (mut process, mut reasons, mut evidence) = (Map::new(), Vec::new(), Vec::new());
    if let Some((hz, proof)) = mono_below(case) {
        process.insert("mono_below_hz".into(), rounded(hz, 0));
        reasons.push(format!(
            "the low end differs between the sides (correlation {:.2} where {:.1} is usual), so it is made mono \
             below {hz:.0} Hz",
            proof.value, LOW_CORRELATION[0]
        ));
        evidence.push(proof);
    }
    if let Some((percent, proof)) = narrower(case) {
        process.insert("width_percent".into(), rounded(percent, 0));
        reasons.push(format!(
            "the sides stand at {:.1} dB over the middle where {SIDE_TO_MID_DB:.0} dB is the most that is usual, \
             so the width becomes {percent:.0} %",
            proof.value
        ));
        evidence.push(proof);
    }
    if reasons.is_empty() {
        return Advice::new();
    }
    let because = format!("For playback in mono: {}.", reasons.join("; "));
    vec![advise(ADVISOR.id, &Place::Master, ("stereo", process), because, evidence)]
}

/// A low end that differs between the sides, and sides that rival the middle.
fn faults(case: &Case) -> Vec<Fault> {
    let at = Place::Master;
    let [usual, unrelated] = LOW_CORRELATION;
    let low = scalar(case, &at, Quantity::LowCorrelation).filter(|e| e.value < usual).map(|e| Fault {
        at: at.clone(),
        severity: severity(usual - e.value, usual - unrelated),
        beyond: false,
        remedy: format!("bring the low end to the middle: its sides correlate by {:.2} only.", e.value),
        evidence: vec![e.usual(usual, 1.0)],
    });
    let wide = scalar(case, &at, Quantity::SideToMid).filter(|e| e.value > SIDE_TO_MID_DB).map(|e| Fault {
        at: at.clone(),
        severity: severity(e.value - SIDE_TO_MID_DB, NARROW_DB),
        beyond: e.value >= CANCELLING_DB,
        remedy: format!("narrow the song: its sides stand at {:.1} dB over the middle.", e.value),
        evidence: vec![e.usual(Promise::FLOOR, SIDE_TO_MID_DB)],
    });
    low.into_iter().chain(wide).collect()
}

/// A correlation at or under which left and right take each other away.
const CANCELLING: f64 = 0.0;

/// A side so far over the middle that one channel is likely turned over, in dB.
const CANCELLING_DB: f64 = 6.0;

fn mono_below(case: &Case) -> Option<(f64, Evidence)> {
    let [usual, unrelated] = LOW_CORRELATION;
    let correlation = scalar(case, &Place::Master, Quantity::LowCorrelation).filter(|e| e.value < usual)?;
    // where the sides cancel, making them mono would take the bass away: that is for the mix to mend
    let hz = LOWEST_HZ + (MONO_BELOW_HZ - LOWEST_HZ) * ramp(correlation.value, usual, unrelated);
    (correlation.value > CANCELLING).then(|| (hz, correlation.usual(usual, 1.0)))
}

fn narrower(case: &Case) -> Option<(f64, Evidence)> {
    let side = scalar(case, &Place::Master, Quantity::SideToMid)?;
    let cut_db = without_trifles((STRENGTH * (side.value - SIDE_TO_MID_DB)).max(0.0)).min(NARROW_DB);
    let percent = 100.0 * amplitude(-cut_db);
    let narrows = percent < 99.5 && side.value < CANCELLING_DB;
    narrows.then(|| (percent, side.usual(Promise::FLOOR, SIDE_TO_MID_DB)))
}
