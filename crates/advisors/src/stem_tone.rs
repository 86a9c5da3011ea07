use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Map, Move, Place, Quantity, Role, Stem};

use crate::moves::{advise, only_the_sum, place, rounded, settings, severity};
use crate::norms::{SMALLEST_DB, TONE_BOOST_DB, TONE_CUT_DB};
use crate::owner::owns;
use crate::reference;

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "stem_tone",
    about: "Compares the treble and the low mids of a stem with its own middle, and that with what its role may have: a \
            voice differs little from others, a synthesiser may sound like anything. Takes back what lies far outside with \
            one broad filter each. Keeps quiet inside these wide limits, about roles that are not sure, and, where only the \
            sum may be touched, about stems that share the region with others.",
    repairs: false,
    faults,
    run,
};

/// For each dB outside so much is taken back, and no more than this share of the way to the middle: who stands outside is
/// taken for one of the usual ones that was changed, and most of those come from the middle.
const SLOPE: f64 = 2.0;
const STRENGTH: f64 = 0.7;

/// The most that a stem is cut and raised, in dB: what a broad filter may do in mastering.
const CUT_DB: f64 = 4.0;
const BOOST_DB: f64 = 4.0;

/// An excess that is worth a move, and one that is for the mix to mend, in dB.
const AUDIBLE_DB: f64 = 3.0;
const BEYOND_DB: f64 = 9.0;

/// A region, the filter that answers for it, and what its level is compared with.
struct Region {
    name: &'static str,
    shape: &'static str,
    hz: f64,
    q: f64,
    bands_hz: [f64; 2],
    middle_hz: [f64; 2],
    usual: fn(Role) -> Option<Usual>,
}

/// The usual level of a region over the stem's own middle, in third octaves: the least, the middle, the most, in dB.
type Usual = [f64; 3];

const REGIONS: [Region; 2] = [
    Region {
        name: "treble",
        shape: "high_shelf",
        hz: 3000.0,
        q: 0.7,
        bands_hz: [3550.0, 11_200.0],
        middle_hz: [447.0, 2240.0],
        usual: usual_treble,
    },
    Region {
        name: "low mids",
        shape: "bell",
        hz: 290.0,
        q: 1.0,
        bands_hz: [224.0, 355.0],
        middle_hz: [708.0, 1780.0],
        usual: usual_low_mids,
    },
];

/// Less than any.
const NONE: f64 = f64::NEG_INFINITY;

/// The treble. Speech has -11 dB (Byrne et al., JASA 96, 1994, table II: the long-term average of 12 languages); presence,
/// compression and air bring a mixed voice to -5. A kit is about as bright as pink noise, which has 0: cymbals over it, kick
/// and toms under it. A guitar's loudspeaker falls by 12 dB per octave from 5 kHz on. Strings, winds, keys and basses fall
/// by 6 to 12 dB per octave from 1 kHz on, and how far depends on the notes, so that they have no least.
fn usual_treble(role: Role) -> Option<Usual> {
    match role {
        Role::LeadVocal => Some([-13.0, -5.0, 1.5]),
        Role::BackingVocal => Some([NONE, -9.0, 1.5]),
        Role::Drums => Some([-10.0, 1.0, 12.0]),
        Role::Guitars => Some([-26.0, -12.0, 1.0]),
        Role::Keys | Role::Strings | Role::Brass => Some([NONE, -16.0, 0.0]),
        Role::Bass => Some([NONE, -18.0, 0.0]),
        Role::Music => Some([NONE, -8.0, 5.0]),
        _ => None,
    }
}

/// The low mids: 200 Hz to 400 Hz over 700 Hz to 1.8 kHz. Speech has 6 dB (Byrne et al.). Guitars and winds have their
/// fundamentals there and their strongest partials in the middle. What a bass or kit has there depends on its notes and its
/// tuning.
fn usual_low_mids(role: Role) -> Option<Usual> {
    match role {
        Role::LeadVocal | Role::BackingVocal => Some([NONE, 5.5, 9.0]),
        Role::Guitars => Some([NONE, 4.0, 9.0]),
        Role::Keys => Some([NONE, 5.0, 12.0]),
        Role::Brass => Some([NONE, 0.0, 9.0]),
        Role::Drums => Some([NONE, 3.0, 15.0]),
        Role::Music => Some([NONE, 8.0, 16.0]),
        _ => None,
    }
}

/// A region of a stem that lies outside.
struct Off<'a> {
    stem: &'a Stem,
    region: &'static Region,
    db: f64,
    usual: Usual,
}

impl Off<'_> {
    /// Positive above, negative below what is usual.
    fn excess_db(&self) -> f64 {
        let [least, _, most] = self.usual;
        (self.db - most).max(0.0) - (least - self.db).max(0.0)
    }

    fn gain_db(&self, [cut_db, boost_db]: [f64; 2]) -> f64 {
        let excess_db = self.excess_db();
        let size = (SLOPE * excess_db.abs()).min(STRENGTH * (self.db - self.usual[1]).abs());
        libm::copysign(size, -excess_db).clamp(-cut_db, boost_db)
    }

    fn limit_db(&self) -> f64 {
        if self.excess_db() > 0.0 { self.usual[2] } else { self.usual[0] }
    }

    fn proof(&self) -> Evidence {
        let [least, middle, most] = self.usual;
        let least = if least.is_finite() { least } else { middle - (most - middle) };
        Evidence::new(&place(self.stem), Quantity::Spectrum, self.db).usual(least, most).at_hz(self.region.hz)
    }
}

fn off<'a>(case: &'a Case) -> Vec<Off<'a>> {
    // how the stems shall stand is known
    if reference::same_song::is_given(case) {
        return Vec::new();
    }
    let of_stem = |stem| {
        REGIONS
            .iter()
            .filter_map(move |region| Some((stem, region, (region.usual)(Stem::trusted_role(stem))?)))
    };
    let read = |(stem, region, usual)| Some(Off { stem, region, db: level_db(case, stem, region)?, usual });
    let outside = |off: &Off| off.excess_db() != 0.0;
    case.stems.iter().flat_map(of_stem).filter_map(read).filter(outside).collect()
}

/// The mean level of a region's bands over that of the middle's.
fn level_db(case: &Case, stem: &Stem, region: &Region) -> Option<f64> {
    let spectrum = case.readings.spectrum(&place(stem), Quantity::Spectrum)?;
    let mean = |[from, to]: [f64; 2]| {
        let levels: Vec<f64> =
            spectrum.iter().filter(|(hz, _)| (from..to).contains(hz)).map(|(_, db)| *db).collect();
        (levels.len() > 1).then(|| levels.iter().sum::<f64>() / levels.len() as f64)
    };
    Some(mean(region.bands_hz)? - mean(region.middle_hz)?)
}

fn faults(case: &Case) -> Vec<Fault> {
    let fault = |off: Off| {
        let (excess_db, name) = (off.excess_db(), &off.stem.name);
        Fault {
            at: place(off.stem),
            severity: severity(excess_db.abs(), AUDIBLE_DB),
            beyond: excess_db.abs() > BEYOND_DB,
            remedy: format!(
                "{} the {} of {name} by about {:.0} dB, around {:.0} Hz: it stands at {:+.1} dB over its middle.",
                if excess_db > 0.0 { "take down" } else { "bring up" },
                off.region.name,
                excess_db.abs(),
                off.region.hz,
                off.db
            ),
            evidence: vec![off.proof()],
        }
    };
    off(case).into_iter().map(fault).collect()
}

fn run(case: &Case) -> Advice {
    let off = off(case);
    if only_the_sum(case) {
        let most = [TONE_CUT_DB, TONE_BOOST_DB];
        let gain_db = |off: &Off| owns(case, off.stem, off.region.bands_hz) * off.gain_db(most);
        let gains = off.into_iter().map(|off| (gain_db(&off), off)).collect();
        return mend(&Place::Master, gains).into_iter().collect();
    }
    let of_stem = |stem: &Stem| {
        let own = off.iter().filter(|off| off.stem.name == stem.name);
        let gains = own.map(|o| (o.gain_db([CUT_DB, BOOST_DB]), Off { ..*o }));
        mend(&place(stem), gains.collect())
    };
    case.stems.iter().filter_map(of_stem).collect()
}

fn mend(at: &Place, mut gains: Vec<(f64, Off)>) -> Option<Move> {
    gains.retain(|(gain_db, _)| gain_db.abs() >= SMALLEST_DB);
    if gains.is_empty() {
        return None;
    }
    let bands: Vec<Json> =
        gains.iter().map(|(gain_db, off)| Json::Object(filter(off.region, *gain_db))).collect();
    let phrase = |(_, off): &(f64, Off)| {
        let word = if off.excess_db() > 0.0 { "strong" } else { "weak" };
        format!(
            "the {} of {} is {word}, {:+.1} dB over its middle instead of {:+.1} dB",
            off.region.name,
            off.stem.trusted_role().label(),
            off.db,
            off.limit_db()
        )
    };
    let phrases: Vec<String> = gains.iter().map(phrase).collect();
    let because = format!("For its role {}; most of it is taken back.", phrases.join(", and "));
    let evidence = gains.iter().map(|(_, off)| off.proof()).collect();
    Some(advise(ADVISOR.id, at, ("eq", settings([("bands", Json::from(bands))])), because, evidence))
}

fn filter(region: &Region, gain_db: f64) -> Map {
    settings([
        ("shape", Json::from(region.shape)),
        ("freq_hz", Json::from(region.hz)),
        ("gain_db", rounded(gain_db, 1)),
        ("q", Json::from(region.q)),
    ])
}
