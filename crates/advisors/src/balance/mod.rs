mod solve;

use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Place, Quantity, Role, Value};

use crate::moves::{advise, only_the_sum, rounded, settings, severity};
use crate::norms::{
    BALANCE_AUDIBLE_DB, BALANCE_BEYOND_DB, BALANCE_BEYOND_STEMS, BALANCE_MOST_DB, BALANCE_STRENGTH, DISORDER,
    GRAVE, SECTION_MARGIN_LU, SMALLEST_DB,
};
use crate::reference;
use solve::{Balance, Judged};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "balance",
    about: "Compares the loudness of each stem with that of all others while it sounds, by its role, and turns the \
            few stems that explain what lies outside of what is usual, down rather than up, by most of what lies \
            outside and 3 dB at most. Inside the wide corridors the client's balance is taken for meant; so it is \
            for stems whose role is not sure.",
    repairs: false,
    faults,
    run,
};

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    let Some(balance) = whole(case) else { return Advice::new() };
    let needed_db = balance.needed_db();
    let of_stem = |judged: &Judged| {
        let gain_db = turn_db(needed_db[judged.stem]);
        if gain_db.abs() < SMALLEST_DB {
            return None;
        }
        let proof = proof(&balance, judged)?;
        let way = if gain_db < 0.0 { "down" } else { "up" };
        let because = format!("It {}; turned {way} by {:.1} dB.", stands(&proof), gain_db.abs());
        let process = settings([("gain_db", rounded(gain_db, 1))]);
        Some(advise(ADVISOR.id, &judged.place, ("gain", process), because, vec![proof]))
    };
    balance.judged.iter().filter_map(of_stem).collect()
}

/// Over the whole song; another master of it, where one is given, knows better.
fn whole(case: &Case) -> Option<Balance> {
    if reference::same_song::is_given(case) { None } else { Balance::of(case, |_| true) }
}

/// What is done of what is needed.
fn turn_db(needed_db: f64) -> f64 {
    (BALANCE_STRENGTH * needed_db).clamp(-BALANCE_MOST_DB, BALANCE_MOST_DB)
}

/// The stems that would have to be turned, and sections in which the lead is lost.
fn faults(case: &Case) -> Vec<Fault> {
    let Some(balance) = whole(case) else { return Vec::new() };
    let needed_db = balance.needed_db();
    let all = needed_db.iter().map(|db| db * db).sum::<f64>().sqrt();
    let off = needed_db.iter().filter(|db| db.abs() > BALANCE_AUDIBLE_DB).count();
    let sections = soft_sections(case);
    let of_stem = |judged: &Judged| {
        let needed = needed_db[judged.stem];
        let soft = sections.iter().find(|(place, _)| *place == judged.place).map(|(_, proof)| proof);
        let size = needed.abs().max(soft.map_or(0.0, beyond_margin_lu));
        if size <= 0.0 {
            return None;
        }
        let proof = proof(&balance, judged)?;
        let way = if needed < 0.0 { "down" } else { "up" };
        let turn = format!("turn it {way} by about {:.1} dB: it {}", needed.abs(), stands(&proof));
        let said = (needed != 0.0).then_some(turn).into_iter().chain(soft.map(in_section));
        Some(Fault {
            at: judged.place.clone(),
            severity: severity(size, BALANCE_AUDIBLE_DB),
            beyond: needed != 0.0 && (all > BALANCE_BEYOND_DB || off > BALANCE_BEYOND_STEMS),
            remedy: said.collect::<Vec<_>>().join("; ") + ".",
            evidence: [proof].into_iter().chain(soft.cloned()).collect(),
        })
    };
    balance.judged.iter().filter_map(of_stem).chain(disorder(&balance)).collect()
}

/// Stems that are all far from where their roles stand, though each may be inside of what is usual: one is a client's wish,
/// all of them are a mix that is not done.
fn disorder(balance: &Balance) -> Option<Fault> {
    let apart = balance.disorder()?;
    let severity = (GRAVE * (apart - DISORDER[0]) / (DISORDER[1] - DISORDER[0])).clamp(0.0, Fault::GRAVEST);
    (severity > 0.0).then(|| {
        let evidence: Vec<Evidence> =
            balance.judged.iter().filter_map(|judged| proof(balance, judged)).collect();
        let stand = |proof: &Evidence| format!("{} at {:+.1} LU", proof.of, proof.value);
        let stands: Vec<String> = evidence.iter().map(stand).collect();
        Fault {
            at: Place::Master,
            severity,
            beyond: true,
            remedy: format!(
                "set the faders anew: over the others together stand {}, which is far from usual altogether.",
                stands.join(", ")
            ),
            evidence,
        }
    })
}

/// A stem's loudness over the rest.
fn proof(balance: &Balance, judged: &Judged) -> Option<Evidence> {
    let lu = balance.over_rest_lu(judged, &[])?;
    let [low, high] = judged.usual;
    let low = low.max(acetate_model::Promise::FLOOR);
    Some(Evidence::new(&judged.place, Quantity::OverRest, lu).against(&Place::Master).usual(low, high))
}

fn stands(proof: &Evidence) -> String {
    let [low, high] = proof.usual.unwrap_or_default();
    let (word, limit) = if proof.value < low { ("at least", low) } else { ("at most", high) };
    format!("stands {:+.1} LU over the others together where {word} {limit:+.1} LU is usual", proof.value)
}

/// Of each lead vocal that is softer than usual in a section, beyond what it is in the song, the section where it is
/// softest.
fn soft_sections(case: &Case) -> Vec<(Place, Evidence)> {
    let Some(Value::Timeline { hop_ms, values, .. }) = case.readings.get(&Place::Master, Quantity::Sections)
    else {
        return Vec::new();
    };
    let mut starts: Vec<usize> =
        (0..values.len()).filter(|&hop| hop == 0 || values[hop] != values[hop - 1]).collect();
    if starts.len() < 2 {
        return Vec::new();
    }
    starts.push(values.len());
    let mut found: Vec<(Place, Evidence)> = Vec::new();
    for span in starts.windows(2) {
        let Some(balance) = Balance::of(case, |hop| (span[0]..span[1]).contains(&hop)) else { continue };
        for judged in balance.judged.iter().filter(|j| case.stems[j.stem].trusted_role() == Role::LeadVocal) {
            let Some(mut proof) = proof(&balance, judged) else { continue };
            proof.at_ms = Some([span[0] as f64 * hop_ms, span[1] as f64 * hop_ms]);
            if beyond_margin_lu(&proof) <= 0.0 {
                continue;
            }
            match found.iter_mut().find(|(place, _)| *place == judged.place) {
                Some((_, softest)) if softest.value <= proof.value => {}
                Some((_, softest)) => *softest = proof,
                None => found.push((judged.place.clone(), proof)),
            }
        }
    }
    found
}

/// How far a section's reading lies under what is usual and its margin, in LU.
fn beyond_margin_lu(proof: &Evidence) -> f64 {
    proof.usual.map_or(0.0, |[low, _]| (low - SECTION_MARGIN_LU - proof.value).max(0.0))
}

fn in_section(proof: &Evidence) -> String {
    let [from, to] = proof.at_ms.unwrap_or_default().map(|ms| ms / 1000.0);
    format!(
        "bring it up from {from:.0} s to {to:.0} s, where it stands {:+.1} LU over the others",
        proof.value
    )
}
