use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Move, Promise, Quantity, Role, Stem};

use crate::moves::{advise, only_the_sum, place, rounded, settings, severity};
use crate::norms::SMALLEST_DB;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "sibilance",
    about: "Looks for voices whose s stands too high over their vowels, and turns down the treble while it sounds. Keeps \
            quiet about all other stems, whose cymbals and noises are meant, and where only the sum may be touched: \
            there it would hit the cymbals too.",
    repairs: false,
    faults,
    run,
};

/// The highest usual level of the loudest s over the vowels, in dB. In speech an s has 1/20 of the power of a mean vowel
/// (Fletcher, Speech and Hearing in Communication, 1953, table 10), which is -13 dB, and the loudest ones 4 dB more;
/// presence and air of a finished voice add as much as 5 dB.
const USUAL_DB: f64 = -4.0;

/// What an s is turned down to, in dB over the vowels: by where finished voices lie.
const WANTED_DB: f64 = -6.5;

/// How much is turned down for each dB that lies outside, so that it ends amid what is usual; and the most, in dB.
const SHARE: f64 = 1.8;
const MOST_DB: f64 = 6.0;

/// What of that the loudest s keeps to: the de-esser takes its time to be sure.
const KEPT: f64 = 0.75;

/// An excess that is worth a move, and one that is for the mix to mend, in dB.
const AUDIBLE_DB: f64 = 3.0;
const BEYOND_DB: f64 = 12.0;

struct Sharp<'a> {
    stem: &'a Stem,
    level_db: f64,
}

impl Sharp<'_> {
    fn excess_db(&self) -> f64 {
        (self.level_db - USUAL_DB).max(0.0)
    }

    fn proof(&self) -> Evidence {
        let usual = [WANTED_DB - (USUAL_DB - WANTED_DB), USUAL_DB];
        Evidence::new(&place(self.stem), Quantity::SibilantLevel, self.level_db).usual(usual[0], usual[1])
    }
}

fn sharp<'a>(case: &'a Case) -> impl Iterator<Item = Sharp<'a>> {
    let voices =
        case.stems.iter().filter(|s| matches!(s.trusted_role(), Role::LeadVocal | Role::BackingVocal));
    let read = |stem: &'a Stem| {
        let level_db = case.readings.scalar(&place(stem), Quantity::SibilantLevel)?;
        Some(Sharp { stem, level_db })
    };
    voices.filter_map(read).filter(|sharp| sharp.excess_db() > 0.0)
}

fn faults(case: &Case) -> Vec<Fault> {
    let fault = |sharp: Sharp| {
        let excess_db = sharp.excess_db();
        Fault {
            at: place(sharp.stem),
            severity: severity(excess_db, AUDIBLE_DB),
            beyond: excess_db > BEYOND_DB,
            remedy: format!(
                "de-ess {} by about {excess_db:.0} dB: its s stands {:+.1} dB over its vowels.",
                sharp.stem.name, sharp.level_db
            ),
            evidence: vec![sharp.proof()],
        }
    };
    sharp(case).map(fault).collect()
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    sharp(case).filter_map(|sharp| soften(&sharp)).collect()
}

fn soften(sharp: &Sharp) -> Option<Move> {
    let range_db = (SHARE * sharp.excess_db()).min(MOST_DB);
    if range_db < SMALLEST_DB {
        return None;
    }
    let at = place(sharp.stem);
    let process =
        ("deesser", settings([("threshold_db", Json::from(WANTED_DB)), ("range_db", rounded(range_db, 1))]));
    let because = format!(
        "The loudest s stands at {:+.1} dB over the vowels, where {USUAL_DB:+.1} dB is the most that is usual; it is turned \
         down while it sounds.",
        sharp.level_db
    );
    let mut advice = advise(ADVISOR.id, &at, process, because, vec![sharp.proof()]);
    let left_db = sharp.level_db - KEPT * range_db;
    advice.promises.push(Promise::at_most(&at, Quantity::SibilantLevel, left_db));
    Some(advice)
}
