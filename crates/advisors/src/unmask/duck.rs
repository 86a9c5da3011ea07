//! Stems that give way to the voice while it sounds.

use acetate_model::{Case, Evidence, Fault, Json, Move, Place, Promise, Quantity, Value};

use super::{ADVISOR, Song, within};
use crate::moves::{advise, ramp, rounded, settings, severity};
use crate::norms::{
    BURIED, COVERED_FOR, DUCK_FULL_AT, DUCK_HZ, DUCK_MOST_DB, GAINED, LEAST_UNMASKED, LESSER_MASKER,
    SMALLEST_DB, UNMASKED_STEP,
};
use crate::scene::{Covers, unmasked};

/// How it comes and goes, in ms.
const TIMES_MS: [f64; 2] = [10.0, 150.0];

/// The key is heard from this far under its mean level, in dB, so that it is the syllable that ducks and not the breath.
const UNDER_KEY_DB: f64 = 12.0;

/// The level of a sine over its mean power, in dB.
const SINE_DB: f64 = 3.01;

/// The limits of a threshold, in dB.
const THRESHOLDS_DB: [f64; 2] = [-80.0, 0.0];

/// What of a foretold gain is promised: cells tell it roughly.
const PROMISED: f64 = 0.5;

/// The ratio of the lead vocal.
fn of_lead(case: &Case, song: &Song) -> Option<f64> {
    match case.readings.between(&song.places[song.lead], &Place::Master, Quantity::Unmasked)? {
        Value::Scalar(ratio) => Some(*ratio),
        _ => None,
    }
}

fn proof(lead: &Place, ratio: f64) -> Evidence {
    Evidence::new(lead, Quantity::Unmasked, ratio).against(&Place::Master).usual(LEAST_UNMASKED, 1.0)
}

/// A lead vocal that is lost among the others.
pub fn fault(case: &Case, song: &Song) -> Option<Fault> {
    let (lead, ratio) = (&song.places[song.lead], of_lead(case, song)?);
    (ratio < LEAST_UNMASKED).then(|| Fault {
        at: lead.clone(),
        severity: severity(LEAST_UNMASKED - ratio, UNMASKED_STEP),
        beyond: ratio < BURIED,
        remedy: format!(
            "make room for it: {ratio:.2} of its loudness is heard among the others where {LEAST_UNMASKED:.2} is the \
             least that is usual."
        ),
        evidence: vec![proof(lead, ratio)],
    })
}

/// Which stem covers the voice, where, and by how much.
struct Masker {
    stem: usize,
    /// The first and the last band.
    hz: [f64; 2],
    /// The longest, as a share of the voice's loudness in a band.
    worst: (f64, f64),
    weight: f64,
}

/// Ducks for a lead vocal that is lost.
pub fn ducks(case: &Case, song: &Song) -> Vec<Move> {
    let Some(ratio) = of_lead(case, song).filter(|ratio| *ratio < LEAST_UNMASKED) else { return Vec::new() };
    let maskers: Vec<Masker> = (0..song.places.len()).filter_map(|stem| masker(case, song, stem)).collect();
    let worst = maskers.iter().map(|m| m.weight).fold(0.0, f64::max);
    let depth_db = DUCK_MOST_DB * ramp(ratio, LEAST_UNMASKED, DUCK_FULL_AT);
    let of_masker = |m: &Masker| {
        let wanted_db = depth_db * ramp(m.weight / worst, LESSER_MASKER, 1.0);
        let depth_db = wanted_db * ramp(gain(song, m, wanted_db), 0.0, GAINED[1]);
        (depth_db >= SMALLEST_DB).then(|| duck(case, song, m, ratio, depth_db)).flatten()
    };
    maskers.iter().filter_map(of_masker).collect()
}

fn masker(case: &Case, song: &Song, stem: usize) -> Option<Masker> {
    let lead = &song.places[song.lead];
    let Value::Spectrum { hz, db } = case.readings.between(lead, &song.places[stem], Quantity::MaskedBy)?
    else {
        return None;
    };
    let bands = hz.iter().zip(db).filter_map(|(&hz, &share)| Some((hz, share?)));
    let covered: Vec<(f64, f64)> =
        bands.filter(|(hz, share)| within(*hz, DUCK_HZ) && *share > COVERED_FOR).collect();
    let worst = covered.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Masker {
        stem,
        hz: [covered.first()?.0, covered.last()?.0],
        worst,
        weight: covered.iter().map(|(_, share)| share - COVERED_FOR).sum(),
    })
}

/// What the voice would gain if the masker gave way, foretold from cells.
fn gain(song: &Song, masker: &Masker, depth_db: f64) -> f64 {
    let (hz, covers) = (&song.scene.hz, Covers::new(&song.scene.hz));
    let mut excited: Vec<Vec<f64>> = song.stems.iter().map(|layers| covers.excitation(layers)).collect();
    let heard = |excited: &[Vec<f64>]| {
        let mut all = vec![0.0; excited[song.lead].len()];
        for stem in excited {
            all.iter_mut().zip(stem).for_each(|(all, power)| *all += power);
        }
        unmasked(&excited[song.lead], &all, hz.len()).unwrap_or(0.0)
    };
    let before = heard(&excited);
    let mut ducked = song.stems[masker.stem].clone();
    let factor = libm::exp10(-depth_db / 10.0);
    for layer in &mut ducked {
        for &hop in &song.hops {
            let cells = layer[hop * hz.len()..].iter_mut().zip(hz);
            let [from, to] = masker.hz;
            cells.filter(|(_, hz)| (from..=to).contains(*hz)).for_each(|(power, _)| *power *= factor);
        }
    }
    excited[masker.stem] = covers.excitation(&ducked);
    heard(&excited) - before
}

fn duck(case: &Case, song: &Song, masker: &Masker, ratio: f64, depth_db: f64) -> Option<Move> {
    let (at, lead) = (&song.places[masker.stem], &song.places[song.lead]);
    let level_db = case.readings.scalar(lead, Quantity::Rms)? + SINE_DB - UNDER_KEY_DB;
    let [from_hz, to_hz] = masker.hz;
    let edge = libm::exp2(0.25);
    let process = settings([
        ("depth_db", rounded(depth_db, 1)),
        ("threshold_db", rounded(level_db.clamp(THRESHOLDS_DB[0], THRESHOLDS_DB[1]), 1)),
        ("from_hz", rounded(from_hz / edge, 0)),
        ("to_hz", rounded(to_hz * edge, 0)),
        ("key_from_hz", Json::from(DUCK_HZ[0])),
        ("key_to_hz", Json::from(DUCK_HZ[1])),
        ("attack_ms", Json::from(TIMES_MS[0])),
        ("release_ms", Json::from(TIMES_MS[1])),
    ]);
    let because = format!(
        "Of {lead} {ratio:.2} is heard among the others where {LEAST_UNMASKED:.2} is the least that is usual, and this \
         covers {:.2} of it around {:.0} Hz; it gives way by {depth_db:.1} dB while the voice sounds.",
        masker.worst.1, masker.worst.0
    );
    let covers = Evidence::new(lead, Quantity::MaskedBy, masker.worst.1).against(at).at_hz(masker.worst.0);
    let mut made = advise(ADVISOR.id, at, ("ducker", process), because, vec![proof(lead, ratio), covers]);
    made.id = format!("{at}/duck");
    made.process.key = Some(lead.clone());
    let promised = (ratio + PROMISED * gain(song, masker, depth_db)).min(1.0);
    made.promises.push(Promise { of: lead.clone(), quantity: Quantity::Unmasked, within: [promised, 1.0] });
    Some(made)
}
