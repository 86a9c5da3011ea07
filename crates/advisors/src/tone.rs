use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Place, Quantity};

use crate::moves::{advise, ramp, rounded, settings, severity, without_trifles};
use crate::norms::{
    ALIGN_HZ, EMPTY_DB, SMALLEST_DB, STRENGTH, TONE_AUDIBLE_DB, TONE_BEYOND_DB, TONE_BOOST_DB, TONE_CUT_DB,
    corridor_db,
};
use crate::reference;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "tone",
    about: "Compares the spectrum of the sum with a wide corridor of released music, at equal level between \
            200 Hz and 4 kHz, and takes back about half of what lies outside with broad filters. Keeps quiet \
            inside the corridor and about narrow peaks, gaps and empty bands.",
    repairs: false,
    faults,
    run,
};

/// A broad filter and the bands that it answers for.
struct Region {
    name: &'static str,
    shape: &'static str,
    hz: f64,
    q: f64,
    bands_hz: [f64; 2],
}

const REGIONS: [Region; 4] = [
    Region { name: "lows", shape: "low_shelf", hz: 100.0, q: 0.7, bands_hz: [44.0, 112.0] },
    Region { name: "low mids", shape: "bell", hz: 250.0, q: 0.7, bands_hz: [112.0, 562.0] },
    Region { name: "high mids", shape: "bell", hz: 3000.0, q: 0.7, bands_hz: [1780.0, 5620.0] },
    Region { name: "highs", shape: "high_shelf", hz: 7000.0, q: 0.7, bands_hz: [5620.0, 17800.0] },
];

/// A region with fewer measured bands than this is not judged.
const FEWEST_BANDS: usize = 3;

/// Where the bands lie farther from the corridor than this on average, the sound is no music: a tone, a click.
const UNLIKE_MUSIC_DB: f64 = 15.0;

/// A third-octave band against the corridor: its centre, its level at equal level, and the usual levels.
struct Band {
    hz: f64,
    db: f64,
    usual: [f64; 2],
}

impl Band {
    /// What lies outside the corridor, positive above it, in dB; nothing for an empty band.
    fn excess_db(&self) -> f64 {
        let shortfall = (self.usual[0] - self.db).max(0.0);
        (self.db - self.usual[1]).max(0.0) - shortfall * ramp(shortfall, EMPTY_DB[1], EMPTY_DB[0])
    }
}

fn run(case: &Case) -> Advice {
    if reference::is_given(case) {
        return Advice::new();
    }
    let Some(bands) = aligned(case) else { return Advice::new() };
    let corrections: Vec<_> = REGIONS
        .iter()
        .filter_map(|region| Some((region, correction(region, &bands)?)))
        .filter(|(_, (gain_db, _))| gain_db.abs() >= SMALLEST_DB)
        .collect();
    if corrections.is_empty() {
        return Advice::new();
    }
    let filters: Vec<Json> =
        corrections.iter().map(|(region, (gain_db, _))| Json::Object(filter(region, *gain_db))).collect();
    let phrases: Vec<String> = corrections.iter().map(|(region, (_, worst))| phrase(region, worst)).collect();
    let because = format!("Against released music {}; a part of it is taken back.", phrases.join(", "));
    let evidence = corrections.iter().map(|(_, (_, worst))| proof(worst)).collect();
    let process = ("eq", settings([("bands", Json::from(filters))]));
    vec![advise(ADVISOR.id, &Place::Master, process, because, evidence)]
}

/// The sum's bands, shifted so that on average they lie in the middle of the corridor where music differs least.
fn aligned(case: &Case) -> Option<Vec<Band>> {
    let spectrum = case.readings.spectrum(&Place::Master, Quantity::Spectrum)?;
    let middle = |hz| corridor_db(hz).iter().sum::<f64>() / 2.0;
    let [from, to] = ALIGN_HZ;
    let offsets: Vec<f64> =
        spectrum.iter().filter(|(hz, _)| (from..=to).contains(hz)).map(|&(hz, db)| db - middle(hz)).collect();
    if offsets.len() < FEWEST_BANDS {
        return None;
    }
    let level = offsets.iter().sum::<f64>() / offsets.len() as f64;
    let spread = offsets.iter().map(|db| (db - level).abs()).sum::<f64>() / offsets.len() as f64;
    if spread > UNLIKE_MUSIC_DB {
        return None;
    }
    Some(spectrum.iter().map(|&(hz, db)| Band { hz, db: db - level, usual: corridor_db(hz) }).collect())
}

/// What lies outside the corridor, region by region.
fn faults(case: &Case) -> Vec<Fault> {
    let bands = aligned(case).unwrap_or_default();
    let of_region = |region: &Region| {
        let (excess_db, worst) = excess(region, &bands)?;
        let size = excess_db.abs();
        (size > 0.0).then(|| Fault {
            at: Place::Master,
            severity: severity(size, TONE_AUDIBLE_DB),
            beyond: size > TONE_BEYOND_DB,
            remedy: format!(
                "{} the {} by about {size:.0} dB: at {:.0} Hz the song stands at {:+.1} dB.",
                if excess_db > 0.0 { "take down" } else { "bring up" },
                region.name,
                worst.hz,
                worst.db
            ),
            evidence: vec![proof(worst)],
        })
    };
    REGIONS.iter().filter_map(of_region).collect()
}

/// The gain for a region, and the band that lies farthest outside on the side that is corrected.
fn correction<'a>(region: &Region, bands: &'a [Band]) -> Option<(f64, &'a Band)> {
    let (excess_db, worst) = excess(region, bands)?;
    Some((without_trifles(-STRENGTH * excess_db).clamp(-TONE_CUT_DB, TONE_BOOST_DB), worst))
}

/// How far a region lies outside on average, and the band that lies farthest out on that side.
fn excess<'a>(region: &Region, bands: &'a [Band]) -> Option<(f64, &'a Band)> {
    let [from, to] = region.bands_hz;
    let own: Vec<&Band> = bands.iter().filter(|band| (from..to).contains(&band.hz)).collect();
    if own.len() < FEWEST_BANDS {
        return None;
    }
    let excess_db = own.iter().map(|band| band.excess_db()).sum::<f64>() / own.len() as f64;
    let side = excess_db.signum();
    let worst = own.into_iter().max_by(|a, b| (side * a.excess_db()).total_cmp(&(side * b.excess_db())))?;
    Some((excess_db, worst))
}

fn filter(region: &Region, gain_db: f64) -> acetate_model::Map {
    settings([
        ("shape", Json::from(region.shape)),
        ("freq_hz", Json::from(region.hz)),
        ("gain_db", rounded(gain_db, 1)),
        ("q", Json::from(region.q)),
        ("on", Json::from("stereo")),
    ])
}

fn phrase(region: &Region, worst: &Band) -> String {
    let (hz, db) = (worst.hz, worst.db);
    let [low, high] = worst.usual;
    let (word, limit) = if db > high { ("strong", high) } else { ("weak", low) };
    format!("the {} are {word}, at {hz:.0} Hz {db:+.1} dB instead of {limit:+.1} dB", region.name)
}

fn proof(worst: &Band) -> Evidence {
    let [low, high] = worst.usual;
    Evidence::new(&Place::Master, Quantity::Spectrum, worst.db).usual(low, high).at_hz(worst.hz)
}
