use acetate_model::{Advice, Advisor, Case, Evidence, Json, Move, Place, Promise, Quantity, Role};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, scalar, settings};
use crate::norms::{DC_DBFS, Floor, INAUDIBLE_DB, floor};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "rumble",
    about: "Looks for power below 25 Hz that is no music (footfall, wind, drifting converters) and for a \
            constant offset, and puts a high-pass on that stem, lower for bass and drums than for voices. Such \
            power is not heard but drives the limiter. Keeps quiet where none was measured, and where it lies \
            far below the song.",
    repairs: false,
    faults: |_| Vec::new(),
    run,
};

/// Where the cutoff starts to rise from, in Hz: below, nothing is changed that could be heard.
const LOWEST_CUTOFF_HZ: f64 = 10.0;

/// From this excess on the cutoff is as high as the role allows, in dB.
const FULL_DB: f64 = 6.0;

/// The bands in which a role's lowest music would lie, in Hz.
const LOW_MUSIC_HZ: [f64; 2] = [28.0, 56.0];

/// Low music over the whole, in dB: as much as this, and the cutoff stays below it; as little, and it may rise.
const LOW_MUSIC_DB: [f64; 2] = [-15.0, -25.0];

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return high_pass(case, &Place::Master, Role::Mix).into_iter().collect();
    }
    case.stems.iter().filter_map(|stem| high_pass(case, &place(stem), stem.trusted_role())).collect()
}

fn high_pass(case: &Case, at: &Place, role: Role) -> Option<Move> {
    let norm = floor(role);
    let (cutoff_hz, evidence, what) = rumble(case, at, norm).or_else(|| offset(case, at))?;
    let because = format!("{what}; a high-pass at {cutoff_hz:.1} Hz takes it away below the music.");
    let process = settings([("cutoff_hz", rounded(cutoff_hz, 1)), ("slope", Json::from(norm.slope))]);
    Some(advise(ADVISOR.id, at, ("high_pass", process), because, vec![evidence]))
}

/// The cutoff against rumble, with its evidence and words.
fn rumble(case: &Case, at: &Place, norm: Floor) -> Option<(f64, Evidence, String)> {
    let rumble = scalar(case, at, Quantity::Rumble)?;
    let excess_db = (rumble.value - norm.rumble_db).min(over_the_inaudible_db(case, at, rumble.value));
    let highest_hz = highest_cutoff_hz(case, at, norm);
    let cutoff_hz = LOWEST_CUTOFF_HZ + (highest_hz - LOWEST_CUTOFF_HZ) * ramp(excess_db, 0.0, FULL_DB);
    let text = format!(
        "Its power below 25 Hz stands at {:.1} dB of the whole where {:.0} dB are usual",
        rumble.value, norm.rumble_db
    );
    (excess_db > 0.0).then(|| (cutoff_hz, rumble.usual(Promise::FLOOR, norm.rumble_db).at_hz(25.0), text))
}

/// The cutoff against a constant offset, which the lowest takes away whole, with its evidence and words.
fn offset(case: &Case, at: &Place) -> Option<(f64, Evidence, String)> {
    let offset = scalar(case, at, Quantity::Dc).filter(|e| e.value > DC_DBFS)?;
    let text = format!("It has a constant offset of {:.1} dBFS", offset.value);
    Some((LOWEST_CUTOFF_HZ, offset.usual(Promise::FLOOR, DC_DBFS), text))
}

fn over_the_inaudible_db(case: &Case, at: &Place, rumble_db: f64) -> f64 {
    let rms = |of| case.readings.scalar(of, Quantity::Rms);
    match (rms(at), rms(&Place::Master)) {
        (Some(own), Some(song)) => own + rumble_db - song - INAUDIBLE_DB,
        _ => f64::INFINITY,
    }
}

/// As high as the role allows, and less where its spectrum shows music that low after all.
fn highest_cutoff_hz(case: &Case, at: &Place, norm: Floor) -> f64 {
    let careful_hz = floor(Role::Unknown).cutoff_hz;
    let Some(bands) = case.readings.spectrum(at, Quantity::Spectrum) else { return careful_hz };
    let power = |from: f64, to: f64| {
        let inside = bands.iter().filter(|(hz, _)| (from..to).contains(hz));
        inside.map(|(_, db)| libm::exp10(db / 10.0)).sum::<f64>()
    };
    let [from, to] = LOW_MUSIC_HZ;
    let share_db = 10.0 * libm::log10(power(from, to) / power(from, f64::INFINITY));
    careful_hz + (norm.cutoff_hz - careful_hz) * ramp(share_db, LOW_MUSIC_DB[0], LOW_MUSIC_DB[1])
}
