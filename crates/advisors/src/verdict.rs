use acetate_model::{
    Case, Fault, Finding, MixRequest, Mode, Move, Place, Severity, Verdict, VerdictChoice, Weighed,
};

use crate::norms::{GRAVE, LEFT_OVER, MATERIAL, MATERIAL_SHARE, MUCH_AMISS};
use crate::propose::{Design, weight};
use crate::scene::{Respond, Scene};

/// What is amiss, and what either plan would leave of it.
pub(crate) struct Ways<'a> {
    pub as_sent: Vec<Fault>,
    pub stereo: &'a Design,
    pub stems: Option<&'a Design>,
}

impl Ways<'_> {
    fn weighed(&self) -> Weighed {
        Weighed {
            as_sent: weight(&self.as_sent),
            stereo: weight(&self.stereo.left),
            stems: self.stems.map(|design| weight(&design.left)),
        }
    }

    /// What no plan mends.
    fn left(&self) -> &[Fault] {
        self.stems.map_or(&self.stereo.left, |stems| &stems.left)
    }
}

/// How the song should be mastered, and why.
pub(crate) fn verdict(case: &Case, ways: &Ways, respond: Respond) -> Verdict {
    let weighed = ways.weighed();
    let errors: Vec<&Finding> = case.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    let (choice, mut because) = if !errors.is_empty() {
        let said = errors.iter().map(|f| format!("{}: {} {}", f.at, f.text, f.hint)).collect();
        (VerdictChoice::BackToMix, said)
    } else if is_for_the_mix(ways, weighed) {
        (VerdictChoice::BackToMix, for_the_mix_because(ways, weighed))
    } else {
        choose(case, ways, weighed)
    };
    if choice == VerdictChoice::Stems {
        because.extend(in_stereo(case, ways, respond));
    }
    let for_the_mix = if choice == VerdictChoice::BackToMix { requests(ways.left()) } else { Vec::new() };
    Verdict { choice, because, weighed: Some(weighed), for_the_mix }
}

/// Whether the plan for the stems is the one to render.
pub(crate) fn by_stems(case: &Case, verdict: &Verdict) -> bool {
    match case.brief.mode {
        Mode::Stereo => false,
        Mode::Stems => true,
        Mode::Auto => verdict.choice != VerdictChoice::Stereo,
    }
}

/// What is past what a master may mend is grave altogether, or makes up most of much that is amiss.
fn is_for_the_mix(ways: &Ways, weighed: Weighed) -> bool {
    let beyond = past_mending(ways);
    let most = weighed.as_sent >= MUCH_AMISS && weight(beyond.clone()) > LEFT_OVER * weighed.as_sent;
    let grave: f64 = beyond.map(|fault| as_sent(ways, fault)).map(|severity| severity * severity).sum();
    most || grave >= GRAVE * GRAVE
}

/// How severe what is left of a fault was before: a part that is past mending is as grave as the whole was.
fn as_sent(ways: &Ways, left: &Fault) -> f64 {
    let of = |fault: &Fault| fault.evidence.first().map(|proof| (proof.quantity, proof.at_hz));
    let same = ways.as_sent.iter().filter(|sent| sent.at == left.at && of(sent) == of(left));
    same.map(|sent| sent.severity).fold(left.severity, f64::max)
}

fn past_mending<'a>(ways: &'a Ways) -> impl Iterator<Item = &'a Fault> + Clone {
    ways.left().iter().filter(|fault| fault.beyond)
}

fn for_the_mix_because(ways: &Ways, weighed: Weighed) -> Vec<String> {
    let share = 100.0 * weight(past_mending(ways)) / weighed.as_sent.max(f64::MIN_POSITIVE);
    let said = format!(
        "{share:.0} % of what is amiss is past what a master may mend, so the mix is the place to mend it."
    );
    let mendable = ways.left().iter().filter(|fault| !fault.beyond);
    [said].into_iter().chain(past_mending(ways).chain(mendable).take(TOLD).map(told)).collect()
}

/// So many faults are told.
const TOLD: usize = 5;

fn told(fault: &Fault) -> String {
    format!("{}: {}", fault.at, fault.remedy)
}

fn requests(faults: &[Fault]) -> Vec<MixRequest> {
    let worth_it = faults.iter().filter(|fault| fault.severity >= 1.0);
    worth_it
        .map(|f| MixRequest { at: f.at.clone(), what: f.remedy.clone(), evidence: f.evidence.clone() })
        .collect()
}

fn choose(case: &Case, ways: &Ways, weighed: Weighed) -> (VerdictChoice, Vec<String>) {
    let Some((stems, left)) = ways.stems.zip(weighed.stems) else {
        return (VerdictChoice::Stereo, vec!["There is one file, so the file is mastered as it is.".into()]);
    };
    let gain = weighed.stereo - left;
    // what is amiss with the sum is mended alike either way
    let of_stems = ways.as_sent.iter().filter(|fault| matches!(fault.at, Place::Stem(_)));
    let needed = MATERIAL.max(MATERIAL_SHARE * weight(of_stems));
    let count = case.stems.len();
    let compared = format!(
        "Of {:.1} points amiss, mastering the sum would leave {:.1} and mastering from stems {left:.1}; \
         {needed:.1} are needed to make a difference.",
        weighed.as_sent, weighed.stereo
    );
    let material = gain > needed;
    match case.brief.mode {
        Mode::Stereo => {
            (VerdictChoice::Stereo, vec!["The brief asks for the sum to be mastered.".into(), compared])
        }
        Mode::Stems => (VerdictChoice::Stems, vec!["The brief asks for the stems.".into(), compared]),
        Mode::Auto if material => {
            let touched = stems_touched(&stems.on_stems().collect::<Vec<_>>());
            let said = format!("{touched} of {count} stems can be corrected without touching the others.");
            (VerdictChoice::Stems, vec![said, compared])
        }
        Mode::Auto if stems.on_stems().next().is_none() => {
            let said =
                format!("None of the {count} stems needs a move of its own, so their sum is mastered.");
            (VerdictChoice::Stereo, vec![said])
        }
        Mode::Auto => {
            let said = "Touching the stems would change too little to be worth it, so their sum is mastered.";
            (VerdictChoice::Stereo, vec![said.into(), compared])
        }
    }
}

fn stems_touched(moves: &[&Move]) -> usize {
    moves.iter().enumerate().filter(|(n, m)| moves[..*n].iter().all(|other| other.at != m.at)).count()
}

/// What the moves at stems would do to another stem if they were made on the sum: of each the worst, where it matters.
fn in_stereo(case: &Case, ways: &Ways, respond: Respond) -> Vec<String> {
    let (Some(scene), Some(stems)) = (Scene::of(case.stems, case.readings), ways.stems) else {
        return Vec::new();
    };
    let mut said: Vec<(f64, String)> =
        stems.on_stems().filter_map(|m| counterfactual(case, &scene, m, respond)).collect();
    said.sort_by(|a, b| b.0.total_cmp(&a.0));
    said.into_iter().take(TOLD).map(|(_, text)| text).collect()
}

/// A change to another stem smaller than this is not worth a sentence, in dB.
const NOTEWORTHY_DB: f64 = 0.5;

fn counterfactual(case: &Case, scene: &Scene, m: &Move, respond: Respond) -> Option<(f64, String)> {
    let factors = respond(&m.process, &scene.hz)?;
    let worst = |of: &Place| -> Option<(f64, usize)> {
        let layers = scene.at(of)?;
        let bands = scene.hz.len();
        let power =
            |band: usize| -> f64 { layers.iter().flat_map(|l| l.iter().skip(band).step_by(bands)).sum() };
        let loudest = (0..bands).map(power).fold(0.0, f64::max);
        let heard = (0..bands).filter(|&band| power(band) > AUDIBLE_SHARE * loudest);
        let changes = heard.map(|band| (10.0 * libm::log10(factors[0][band].max(1e-6)), band));
        changes.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
    };
    let others = case.stems.iter().map(|s| (s, Place::stem(&s.name))).filter(|(_, place)| *place != m.at);
    let hit = others.filter_map(|(stem, place)| Some((stem, worst(&place)?)));
    let (stem, (db, band)) = hit.max_by(|a, b| a.1.0.abs().total_cmp(&b.1.0.abs()))?;
    (db.abs() >= NOTEWORTHY_DB).then(|| {
        let text = format!(
            "In stereo, {} would change {} by {db:+.1} dB at {:.0} Hz as well.",
            m.id, stem.name, scene.hz[band]
        );
        (db.abs(), text)
    })
}

/// Bands of a stem with less than this share of its loudest one's power are not heard.
const AUDIBLE_SHARE: f64 = 0.01;
