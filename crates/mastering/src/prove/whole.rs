//! Whether a plan leaves less amiss than the plain sum, limiter or not: at the same loudness, overall and in each section.

use std::ops::Range;

use acetate_advisors::{faults, scene, weight};
use acetate_model::{
    By, Case, Move, Place, PlanProof, Process, Quantity, Readings, SectionProof, Session, Settings, Stage,
    Standing,
};
use acetate_processors::GainSettings;

use super::{Heard, is_answerable};

/// So much more may be amiss behind the plan, in points (squared severities): what two renderings differ by in readings
/// that nobody hears. Of what is amiss, this share more.
const MORE_POINTS: f64 = 0.1;
const MORE_SHARE: f64 = 0.02;
/// The same in a section, of which less is known: half a fault that is worth a move.
const SECTION_POINTS: f64 = 0.5;
const SECTION_SHARE: f64 = 0.1;

/// Sections where nothing tells them: equal parts of the song, if each is as long as a phrase.
const PARTS: usize = 3;
const SHORTEST_MS: f64 = 8000.0;

/// Weighs the song behind the plan against the plain sum; nothing to weigh if no move must answer for itself.
pub(super) fn weigh(session: &Session, moves: &[Move], heard: &Heard) -> Option<PlanProof> {
    let active: Vec<Move> = moves.iter().filter(|m| m.standing == Standing::Active).cloned().collect();
    if !active.iter().any(is_answerable) {
        return None;
    }
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    let after = |readings: &Readings, moves: &[Move]| scene::after(&session.stems, readings, moves, &respond);
    // what a person did or consented to is on both sides
    let given: Vec<Move> = active.iter().filter(|m| !is_answerable(m)).cloned().collect();
    let plain = if given.is_empty() { session.readings.clone() } else { after(&session.readings, &given) };
    let mut planned = after(&session.readings, &active);
    put(&mut planned, &heard.after);
    let loudness = |readings: &Readings| readings.scalar(&Place::Master, Quantity::Integrated);
    let louder_db = loudness(&planned).zip(loudness(&plain)).map_or(0.0, |(planned, plain)| planned - plain);
    let planned = after(&planned, &[gain(-louder_db)]);
    let amiss = |readings: &Readings| weight(&faults(&case(session, readings)));
    let section = |hops: Range<usize>| {
        let [plain, planned] =
            [&plain, &planned].map(|r| amiss(&scene::within(&session.stems, r, hops.clone())));
        let hop_ms = hop_ms(&session.readings);
        SectionProof { at_ms: [hop_ms * hops.start as f64, hop_ms * hops.end as f64], plain, planned }
    };
    let mut proof = PlanProof {
        plain: amiss(&plain),
        planned: amiss(&planned),
        sections: sections(&session.readings).into_iter().map(section).collect(),
        dropped: None,
    };
    proof.dropped = worse(&proof);
    Some(proof)
}

/// Why the plan is no good, if it is none.
fn worse(proof: &PlanProof) -> Option<String> {
    if proof.planned > proof.plain + MORE_POINTS + MORE_SHARE * proof.plain {
        return Some(format!(
            "measured, the plan leaves {:.2} points amiss where the plain sum leaves {:.2}",
            proof.planned, proof.plain
        ));
    }
    let clearly = |s: &&SectionProof| s.planned > s.plain + SECTION_POINTS + SECTION_SHARE * s.plain;
    proof.sections.iter().find(clearly).map(|s| {
        format!(
            "measured from {} to {}, the plan leaves {:.2} points amiss where the plain sum leaves {:.2}",
            acetate_report::moment(s.at_ms[0]),
            acetate_report::moment(s.at_ms[1]),
            s.planned,
            s.plain
        )
    })
}

fn case<'a>(session: &'a Session, readings: &'a Readings) -> Case<'a> {
    Case {
        stage: Stage::Input,
        brief: &session.brief,
        stems: &session.stems,
        readings,
        findings: &session.findings,
    }
}

/// The parts of the song in which the plan must hold, in hops of the cells.
fn sections(readings: &Readings) -> Vec<Range<usize>> {
    let hops = readings.cells(&Place::Master, Quantity::MidCells).map_or(0, acetate_model::Cells::hops);
    if (hops as f64) * hop_ms(readings) < PARTS as f64 * SHORTEST_MS {
        return Vec::new();
    }
    (0..PARTS).map(|n| n * hops / PARTS..(n + 1) * hops / PARTS).collect()
}

fn hop_ms(readings: &Readings) -> f64 {
    readings.cells(&Place::Master, Quantity::MidCells).map_or(0.0, |cells| cells.hop_ms)
}

/// What was measured takes the place of what was foretold.
fn put(foretold: &mut Readings, measured: &Readings) {
    for reading in &measured.0 {
        let same = |r: &acetate_model::Reading| {
            r.of == reading.of && r.quantity == reading.quantity && r.against.is_none()
        };
        foretold.0.retain(|r| !same(r));
        foretold.0.push(reading.clone());
    }
}

/// The whole song louder.
fn gain(gain_db: f64) -> Move {
    let settings = [("gain_db".to_owned(), gain_db.into())].into_iter().collect();
    Move {
        id: "master/matched".into(),
        at: Place::Master,
        process: Process::new(GainSettings::ID, settings),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Advisor("proof".into()),
        standing: Standing::Active,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(plain: f64, planned: f64, section: f64) -> PlanProof {
        let section = SectionProof { at_ms: [0.0, 10_000.0], plain: 1.0, planned: section };
        PlanProof { plain, planned, sections: vec![section], dropped: None }
    }

    #[test]
    fn a_plan_that_leaves_more_amiss_is_worse() {
        assert_eq!(worse(&proof(4.0, 1.0, 1.0)), None);
        assert_eq!(worse(&proof(0.0, 0.0, 1.0)), None, "nothing to gain is no harm");
        assert_eq!(worse(&proof(4.0, 4.1, 1.0)), None, "nobody hears that");
        assert!(worse(&proof(4.0, 4.5, 1.0)).is_some());
        let why = worse(&proof(4.0, 1.0, 2.0)).expect("a section that became worse");
        assert!(why.contains("0:00") && why.contains("2.00"), "{why}");
    }
}
