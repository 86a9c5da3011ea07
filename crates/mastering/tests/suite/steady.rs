//! A tenth of a decibel more or less of any stem changes no verdict and no move by more than would be heard.

use acetate_advisors::scene::after;
use acetate_advisors::{Proposal, propose};
use acetate_mastering::check;
use acetate_mastering::model::{
    Brief, By, Case, Json, Map, Mode, Move, Place, Process, Readings, Session, Stage, Standing, Stem,
};

use crate::common::{demo_stems, heard, heard_songs};

/// The most that a move may change by, in dB.
const JUMP_DB: f64 = 0.5;
/// What every stem is turned by before the tenth comes on top.
const TURNED_DB: [f64; 4] = [-6.0, -1.3, 0.0, 4.4];
/// Bands in which a move of an equaliser or a fader is compared.
const HEARD_HZ: [f64; 2] = [30.0, 16_000.0];

/// The edge below which a low end is made mono lies below; there the sides fall steeply, and a hertz is many decibels of
/// nothing.
const SIDES_FROM_HZ: f64 = 200.0;

fn proposed(session: &Session, readings: &Readings) -> Proposal {
    let brief = Brief { mode: Mode::Auto, ..session.brief.clone() };
    let (stems, findings) = (&session.stems, &session.findings);
    let case = Case { stage: Stage::Input, brief: &brief, stems, readings, findings };
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    propose(&case, &respond, &acetate_processors::scales)
}

/// The readings with a stem turned, foretold; a gain is foretold exactly.
fn turned(session: &Session, stem: &Stem, db: f64) -> Readings {
    let gain = Move {
        id: "turned".into(),
        at: Place::stem(&stem.name),
        process: Process::new("gain", Map::from_iter([("gain_db".to_owned(), Json::from(db))])),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    };
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    after(&session.stems, &session.readings, &[gain], &respond)
}

/// By how much two moves of one id differ: their responses where they have one, else what they have in decibels.
fn differ_db(rate_hz: u32, before: Option<&Move>, now: Option<&Move>) -> f64 {
    let hz: Vec<f64> = (0..60).map(|k| HEARD_HZ[0] * libm::exp2(f64::from(k) / 6.5)).collect();
    let hz: Vec<f64> = hz.into_iter().filter(|hz| *hz < HEARD_HZ[1]).collect();
    let response = |m: Option<&Move>| match m {
        Some(m) => acetate_processors::respond(&m.process, rate_hz, &hz),
        None => Some([vec![1.0; hz.len()], vec![1.0; hz.len()]]),
    };
    if let (Some(before), Some(now)) = (response(before), response(now)) {
        let db = |power: f64| 10.0 * libm::log10(power.max(1e-6));
        let differ = |layer: usize, from_hz: f64| {
            let pairs =
                hz.iter().zip(before[layer].iter().zip(&now[layer])).filter(|(hz, _)| **hz >= from_hz);
            pairs.map(|(_, (a, b))| (db(*a) - db(*b)).abs()).fold(0.0, f64::max)
        };
        return differ(0, 0.0).max(differ(1, SIDES_FROM_HZ));
    }
    let of = |m: Option<&Move>, key: &str| {
        m.and_then(|m| m.process.settings.get(key)).and_then(Json::as_f64).unwrap_or(0.0)
    };
    let keys = [before, now].into_iter().flatten().flat_map(|m| m.process.settings.keys());
    let amounts = keys.filter(|key| ["range_db", "gain_db", "reduction_db"].contains(&key.as_str()));
    amounts.map(|key| (of(before, key) - of(now, key)).abs()).fold(0.0, f64::max)
}

fn check_steady(name: &str, mut session: Session) {
    check(&mut session);
    let session = &session;
    for stem in &session.stems {
        for db in TURNED_DB {
            let [before, now] = [db, db + 0.1].map(|db| proposed(session, &turned(session, stem, db)));
            let at = format!("{name}: {} at {db:+} dB", stem.name);
            assert_eq!(before.verdict.choice, now.verdict.choice, "{at}");
            let ids = before.moves.iter().chain(&now.moves).map(|m| &m.id);
            for id in ids.filter(|id| *id != "master/limiter") {
                let of = |proposal: &Proposal| proposal.moves.iter().find(|m| m.id == *id).cloned();
                let (a, b) = (of(&before), of(&now));
                let jump = differ_db(session.rate_hz, a.as_ref(), b.as_ref());
                assert!(jump <= JUMP_DB, "{at}: {id} jumps by {jump:.2} dB: {a:#?} {b:#?}");
            }
        }
    }
}

#[test]
fn the_demo_is_steady() {
    let folder = tempfile::tempdir().expect("a folder");
    check_steady("demo", heard(&demo_stems(folder.path())));
}

#[test]
fn songs_are_steady() {
    for song in heard_songs() {
        check_steady(&song.name, song.session.clone());
    }
}
