use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Place, Promise, Quantity, Stem};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, settings, severity};
use crate::norms::SMALLEST_DB;
use crate::owner::owns;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "resonance",
    about: "Looks for narrow bands of a stem that stand out whatever plays: a ringing room, body or loudspeaker, or an \
            equaliser gone astray. Turns the surest of them down with narrow filters as sharp as they are. Keeps quiet \
            about partials of notes, about what few notes bear out, and, where only the sum may be touched, about what \
            other stems share.",
    repairs: false,
    faults,
    run,
};

/// How much must be sure: from the first on a resonance is touched, from the second on it is taken for one, in dB. The
/// formants of singers and the bodies of instruments stay under the first, but for few.
const SURE_DB: [f64; 2] = [2.8, 4.5];

/// The share of a height that is taken back: the estimate errs to either side.
const SHARE: f64 = 0.85;

/// The most that is taken back: what a narrow filter may do unheard.
const MOST_DB: f64 = 6.0;

/// The most that is taken back where only the sum may be touched.
const MOST_OF_SUM_DB: f64 = 3.0;

/// How many are turned down in one place.
const MOST: usize = 3;

/// How sharp the filters are: amid the Q of 8 to 12 that narrow resonances have.
const Q: f64 = 9.5;

/// A resonance of this height is worth a move; one that is higher than the other is for the mix to mend, in dB.
const AUDIBLE_DB: f64 = 7.0;
const BEYOND_DB: f64 = 15.0;

/// Two resonances lie so far apart at least, as a ratio: a third of an octave.
const APART: f64 = 1.26;

/// Half a third octave, as a ratio.
const HALF_BAND: f64 = 1.122;

#[derive(Debug, Clone, Copy)]
struct Peak {
    hz: f64,
    height_db: f64,
    sure_db: f64,
}

impl Peak {
    /// From 0, not to be told from music, to 1.
    fn trust(&self) -> f64 {
        ramp(self.sure_db, SURE_DB[0], SURE_DB[1])
    }

    fn cut_db(&self, most_db: f64) -> f64 {
        self.trust() * (SHARE * self.height_db).clamp(0.0, most_db)
    }

    fn proof(&self, of: &Place) -> Evidence {
        Evidence::new(of, Quantity::Resonances, self.height_db).usual(0.0, AUDIBLE_DB).at_hz(self.hz)
    }
}

/// The surest peaks of a stem, the highest first.
fn peaks(case: &Case, stem: &Stem) -> Vec<Peak> {
    let at = place(stem);
    let read = |quantity| case.readings.spectrum(&at, quantity).unwrap_or_default();
    let (heights, sure) = (read(Quantity::Resonances), read(Quantity::ResonancesSure));
    // what was promised since is in the scalar
    let at_most = case.readings.scalar(&at, Quantity::Resonance).unwrap_or(f64::MAX);
    let mut tops: Vec<Peak> = (0..sure.len().min(heights.len()))
        .filter(|&n| sure[n].1 > SURE_DB[0])
        .map(|n| {
            let (hz, height_db) = summit(&heights, n);
            Peak { hz, height_db, sure_db: sure[n].1.min(at_most) }
        })
        .collect();
    tops.sort_by(|a, b| {
        (b.sure_db, b.height_db).partial_cmp(&(a.sure_db, a.height_db)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut chosen: Vec<Peak> = Vec::new();
    for top in tops {
        let apart = |other: &Peak| !(other.hz / APART..other.hz * APART).contains(&top.hz);
        if chosen.len() < MOST && top.trust() > 0.0 && chosen.iter().all(apart) {
            chosen.push(top);
        }
    }
    chosen
}

/// How far the highest estimate may lie from the surest one, in quarter tones.
const BESIDE: usize = 3;

/// The highest estimate around one, with the place at which a parabola through it is highest.
fn summit(heights: &[(f64, f64)], n: usize) -> (f64, f64) {
    let beside = n.saturating_sub(BESIDE)..(n + BESIDE + 1).min(heights.len());
    let n = beside.max_by(|a, b| heights[*a].1.total_cmp(&heights[*b].1)).unwrap_or(n);
    let (at_hz, height_db) = heights[n];
    let (Some(below), Some(above)) = (n.checked_sub(1).and_then(|n| heights.get(n)), heights.get(n + 1))
    else {
        return (at_hz, height_db);
    };
    let bend = below.1 - 2.0 * height_db + above.1;
    let off = if bend < 0.0 { (0.5 * (below.1 - above.1) / bend).clamp(-1.0, 1.0) } else { 0.0 };
    (at_hz * libm::pow(above.0 / at_hz, off), height_db)
}

fn faults(case: &Case) -> Vec<Fault> {
    let of_stem = |stem: &Stem| {
        let at = place(stem);
        let fault = |peak: Peak| Fault {
            at: at.clone(),
            severity: severity(peak.trust() * peak.height_db, AUDIBLE_DB),
            beyond: peak.height_db > BEYOND_DB,
            remedy: format!(
                "take a narrow {:.0} dB off around {:.0} Hz in {}: it rings whatever plays.",
                peak.height_db, peak.hz, stem.name
            ),
            evidence: vec![peak.proof(&at)],
        };
        peaks(case, stem).into_iter().map(fault).collect::<Vec<Fault>>()
    };
    case.stems.iter().flat_map(of_stem).filter(|fault| fault.severity > 0.0).collect()
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return at_the_sum(case).into_iter().collect();
    }
    let of_stem = |stem: &Stem| {
        let cuts: Vec<Cut> =
            peaks(case, stem).into_iter().map(|peak| Cut { stem, peak, db: peak.cut_db(MOST_DB) }).collect();
        mend(&place(stem), &cuts)
    };
    case.stems.iter().filter_map(of_stem).collect()
}

/// A peak and how much of it is taken back.
struct Cut<'a> {
    stem: &'a Stem,
    peak: Peak,
    db: f64,
}

/// The peaks of stems that own their band are those of the sum.
fn at_the_sum(case: &Case) -> Option<acetate_model::Move> {
    let of_stem = |stem| peaks(case, stem).into_iter().map(move |peak| (stem, peak));
    let owned = |(stem, peak): (_, Peak)| {
        let owned = owns(case, stem, [peak.hz / HALF_BAND, peak.hz * HALF_BAND]);
        Cut { stem, peak, db: owned * peak.cut_db(MOST_OF_SUM_DB) }
    };
    let mut cuts: Vec<Cut> = case.stems.iter().flat_map(of_stem).map(owned).collect();
    cuts.sort_by(|a, b| b.db.total_cmp(&a.db));
    cuts.truncate(MOST);
    mend(&Place::Master, &cuts)
}

fn mend(at: &Place, cuts: &[Cut]) -> Option<acetate_model::Move> {
    let cuts: Vec<&Cut> = cuts.iter().filter(|cut| cut.db >= SMALLEST_DB).collect();
    if cuts.is_empty() {
        return None;
    }
    let band = |cut: &&Cut| {
        Json::Object(settings([
            ("shape", Json::from("bell")),
            ("freq_hz", rounded(cut.peak.hz, 0)),
            ("gain_db", rounded(-cut.db, 1)),
            ("q", Json::from(Q)),
        ]))
    };
    let phrase = |cut: &&Cut| format!("{:.1} dB at {:.0} Hz", cut.peak.height_db, cut.peak.hz);
    let phrases: Vec<String> = cuts.iter().map(phrase).collect();
    let because = format!("Whatever plays, it rings: {}. The surest part is taken back.", phrases.join(", "));
    let bands: Vec<Json> = cuts.iter().map(band).collect();
    let evidence = cuts.iter().map(|cut| cut.peak.proof(&place(cut.stem))).collect();
    let mut advice =
        advise(ADVISOR.id, at, ("eq", settings([("bands", Json::from(bands))])), because, evidence);
    let left = |cut: &&Cut| {
        let left_db = cut.peak.sure_db * (1.0 - cut.db / cut.peak.height_db);
        Promise::at_most(&place(cut.stem), Quantity::Resonance, left_db)
    };
    let mut promises: Vec<Promise> = cuts.iter().map(left).collect();
    // of one stem the weakest holds for all
    promises.sort_by(|a, b| b.within[1].total_cmp(&a.within[1]));
    for promise in promises {
        if advice.promises.iter().all(|made| made.of != promise.of) {
            advice.promises.push(promise);
        }
    }
    Some(advice)
}
