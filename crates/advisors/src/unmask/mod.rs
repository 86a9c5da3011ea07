mod duck;

use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Move, Place, Promise, Quantity, Role};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, settings, severity, without_trifles};
use crate::norms::{
    COVERING_DB, GAINED, HIGH_SIDE_HZ, LOST, LOW_SIDE_HZ, OVER_THE_VOICE_DB, PRESENCE_HZ, ROOM_AUDIBLE_DB,
    ROOM_BEYOND_DB, ROOM_DB, ROOM_HZ, ROOM_MOST_DB, ROOM_Q, ROOM_STRENGTH, SMALLEST_DB, usual_presence_db,
};
use crate::reference;
use crate::scene::{Covers, Layers, Scene, sounding_hops, unmasked};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "unmask",
    about: "Looks beside the lead vocal for stems that are as strong as it between 1 and 4 kHz, where words are \
            understood, and that stand out there over their own lower mids and highs as well, and makes a broad dent \
            into them; only as far as the voice is foretold to gain by it and the stem to lose little. Where the voice is lost among the \
            others, what covers it gives way while it sounds. Keeps quiet without a trusted lead vocal, and about \
            stems that are only loud or only bright.",
    repairs: false,
    faults,
    run,
};

/// A side with fewer measured bands is not compared.
const FEWEST_BANDS: usize = 3;

/// A stem that may cover the voice.
struct Masker {
    place: Place,
    lead: Place,
    /// Its presence over its lower side.
    over_low_db: f64,
    /// The most that is usual of that, beside this voice.
    usual_db: f64,
    /// Its presence over the voice's, while that sounds.
    over_lead_db: f64,
    /// What stands out, in dB, as far as it covers the voice.
    excess_db: f64,
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    let Some(song) = Song::of(case) else { return Advice::new() };
    let dents = maskers(case, &song);
    dents.iter().filter_map(|masker| room(&song, masker)).chain(duck::ducks(case, &song)).collect()
}

fn faults(case: &Case) -> Vec<Fault> {
    let Some(song) = Song::of(case) else { return Vec::new() };
    let of_masker = |masker: &Masker| Fault {
        at: masker.place.clone(),
        severity: severity(masker.excess_db, ROOM_AUDIBLE_DB),
        beyond: masker.excess_db > ROOM_BEYOND_DB,
        remedy: format!(
            "take about {:.1} dB off it between 1 and 4 kHz, where it covers {}: {}.",
            masker.excess_db,
            masker.lead,
            stands(masker)
        ),
        evidence: proofs(masker),
    };
    maskers(case, &song).iter().map(of_masker).chain(duck::fault(case, &song)).collect()
}

/// The voice and all stems, from afar.
struct Song {
    scene: Scene,
    lead: usize,
    places: Vec<Place>,
    stems: Vec<Layers>,
    /// In which the voice sounds.
    hops: Vec<usize>,
}

impl Song {
    /// Around its loudest lead vocal, if there is one that is sure; another master of the song, where one is given, knows
    /// better.
    fn of(case: &Case) -> Option<Self> {
        if reference::same_song::is_given(case) {
            return None;
        }
        let scene = Scene::of(case.stems, case.readings)?;
        let places: Vec<Place> = case.stems.iter().map(place).collect();
        let stems: Vec<Layers> = places.iter().map(|place| scene.at(place)).collect::<Option<_>>()?;
        let leads = (0..places.len()).filter(|&n| case.stems[n].trusted_role() == Role::LeadVocal);
        let power = |n: usize| stems[n].iter().flatten().sum::<f64>();
        let lead = leads.max_by(|&a, &b| power(a).total_cmp(&power(b)))?;
        let hops = sounding_hops(&stems[lead], &scene.hz);
        (!hops.is_empty()).then_some(Self { scene, lead, places, stems, hops })
    }

    /// The power of a stem's presence while the voice sounds.
    fn presence(&self, stem: usize) -> f64 {
        let hz = &self.scene.hz;
        let inside = |hop: usize| {
            let bands = (0..hz.len()).filter(|&band| within(hz[band], PRESENCE_HZ));
            bands.map(move |band| hop * hz.len() + band)
        };
        let cells = self.hops.iter().flat_map(|&hop| inside(hop));
        cells.map(|cell| self.stems[stem].iter().map(|layer| layer[cell]).sum::<f64>()).sum()
    }
}

fn within(hz: f64, [from, to]: [f64; 2]) -> bool {
    (from..to).contains(&hz)
}

/// The stems that stand out where they cover the voice.
fn maskers(case: &Case, song: &Song) -> Vec<Masker> {
    let of_lead = song.presence(song.lead);
    let of_stem = |n: usize| {
        let [low_db, high_db] = usual_presence_db(case.stems[n].trusted_role())?;
        let ratio = song.presence(n) / of_lead;
        let over_lead_db = acetate_model::power_db(ratio).filter(|db| db.is_finite())?;
        let spectrum = case.readings.spectrum(&song.places[n], Quantity::Spectrum)?;
        let mean = |side: [f64; 2]| {
            let own: Vec<f64> =
                spectrum.iter().filter(|(hz, _)| within(*hz, side)).map(|(_, db)| *db).collect();
            (own.len() >= FEWEST_BANDS).then(|| own.iter().sum::<f64>() / own.len() as f64)
        };
        let presence_db = mean(PRESENCE_HZ)?;
        let (over_low_db, over_high_db) =
            (presence_db - mean(LOW_SIDE_HZ)?, presence_db - mean(HIGH_SIDE_HZ)?);
        let less_db = ROOM_DB * ramp(over_lead_db, OVER_THE_VOICE_DB[0], OVER_THE_VOICE_DB[1]);
        let usual_db = low_db - less_db;
        let outside_db = (over_low_db - usual_db).min(over_high_db - high_db).max(0.0);
        let excess_db = outside_db * ramp(over_lead_db, COVERING_DB[0], COVERING_DB[1]);
        (excess_db > 0.0).then(|| Masker {
            place: song.places[n].clone(),
            lead: song.places[song.lead].clone(),
            over_low_db,
            usual_db,
            over_lead_db,
            excess_db,
        })
    };
    (0..song.places.len()).filter_map(of_stem).collect()
}

/// A dent into a stem, as deep as it is worth.
fn room(song: &Song, masker: &Masker) -> Option<Move> {
    let wanted_db = without_trifles(ROOM_STRENGTH * masker.excess_db).min(ROOM_MOST_DB);
    let cut_db = worth(song, masker, wanted_db) * wanted_db;
    if cut_db < SMALLEST_DB {
        return None;
    }
    let because =
        format!("Around {ROOM_HZ:.0} Hz {}; {cut_db:.1} dB are taken off it there.", stands(masker));
    let bell = settings([
        ("shape", Json::from("bell")),
        ("freq_hz", Json::from(ROOM_HZ)),
        ("gain_db", rounded(-cut_db, 1)),
        ("q", Json::from(ROOM_Q)),
        ("on", Json::from("stereo")),
    ]);
    let process = ("eq", settings([("bands", Json::from(vec![Json::Object(bell)]))]));
    Some(advise(ADVISOR.id, &masker.place, process, because, proofs(masker)))
}

/// From 0 to 1, how far a cut is worth what it does: by what the voice gains in its presence and the stem loses.
fn worth(song: &Song, masker: &Masker, cut_db: f64) -> f64 {
    let Some(stem) = song.places.iter().position(|place| *place == masker.place) else { return 0.0 };
    let hz = &song.scene.hz;
    let covers = Covers::new(hz);
    let mut excited: Vec<Vec<f64>> = song.stems.iter().map(|layers| covers.excitation(layers)).collect();
    let heard = |excited: &[Vec<f64>], of: usize, only: [f64; 2]| {
        let bands: Vec<usize> = (0..hz.len()).filter(|&band| within(hz[band], only)).collect();
        let pick = |cells: &[f64]| -> Vec<f64> {
            song.hops.iter().flat_map(|&hop| bands.iter().map(move |b| cells[hop * hz.len() + b])).collect()
        };
        let own = pick(&excited[of]);
        let mut all = vec![0.0; own.len()];
        for stem in excited {
            all.iter_mut().zip(pick(stem)).for_each(|(all, power)| *all += power);
        }
        unmasked(&own, &all, bands.len().max(1)).unwrap_or(0.0)
    };
    let (presence, whole) = (PRESENCE_HZ, [0.0, f64::INFINITY]);
    let before = [heard(&excited, song.lead, presence), heard(&excited, stem, whole)];
    let dented = song.stems[stem].clone().map(|layer| dent(&layer, hz, cut_db));
    excited[stem] = covers.excitation(&dented);
    let after = [heard(&excited, song.lead, presence), heard(&excited, stem, whole)];
    ramp(after[0] - before[0], GAINED[0], GAINED[1]) * ramp(before[1] - after[1], LOST[1], LOST[0])
}

/// Powers through the bell, as its analogue prototype has it.
fn dent(powers: &[f64], hz: &[f64], cut_db: f64) -> Vec<f64> {
    let depth = libm::exp10(-cut_db / 20.0);
    let factor = |hz: f64| {
        let x = ROOM_Q * (hz / ROOM_HZ - ROOM_HZ / hz);
        (x * x + depth) / (x * x + 1.0 / depth)
    };
    let factors: Vec<f64> = hz.iter().map(|&hz| factor(hz)).collect();
    powers.chunks(hz.len()).flat_map(|hop| hop.iter().zip(&factors).map(|(p, f)| p * f)).collect()
}

fn stands(masker: &Masker) -> String {
    format!(
        "it stands {:+.1} dB over its own lower mids where {:+.1} dB is the most that is usual beside this voice, and \
         {:+.1} dB over {}",
        masker.over_low_db, masker.usual_db, masker.over_lead_db, masker.lead
    )
}

fn proofs(masker: &Masker) -> Vec<Evidence> {
    let own = Evidence::new(&masker.place, Quantity::Spectrum, masker.over_low_db).at_hz(ROOM_HZ);
    let beside = Evidence::new(&masker.place, Quantity::Spectrum, masker.over_lead_db).at_hz(ROOM_HZ);
    vec![own.usual(Promise::FLOOR, masker.usual_db), beside.against(&masker.lead)]
}
