//! Balance and masking on real songs: each stem is turned, or raised where words are understood, in the readings.

use acetate_advisors::norms::{BALANCE_MOST_DB, usual_over_rest_lu};
use acetate_advisors::scene::{Levels, Scene, after};
use acetate_advisors::{Proposal, propose};
use acetate_mastering::model::{
    Brief, By, Case, Json, Map, Mode, Move, Place, Process, Quantity, Readings, Role, Session, Stage,
    Standing, Stem, Value,
};

use crate::common::{Heard, heard_songs};

fn respond(session: &Session) -> impl Fn(&Process, &[f64]) -> Option<[Vec<f64>; 2]> {
    |process, hz| acetate_processors::respond(process, session.rate_hz, hz)
}

/// What is advised for the stems, of balance and masking only.
fn advised(session: &Session, readings: &Readings) -> Vec<Move> {
    let brief = Brief { mode: Mode::Stems, ..session.brief.clone() };
    let case = Case {
        stage: Stage::Input,
        brief: &brief,
        stems: &session.stems,
        readings,
        findings: &session.findings,
    };
    let Proposal { moves, .. } = propose(&case, &respond(session), &acetate_processors::scales);
    let by = |m: &Move| matches!(&m.by, By::Advisor(id) if id == "balance" || id == "unmask");
    moves.into_iter().filter(by).collect()
}

/// The readings with a process on a stem, foretold; a gain is foretold exactly.
fn spoilt(session: &Session, stem: &Stem, process: Process) -> Readings {
    let flaw = Move {
        id: "flaw".into(),
        at: Place::stem(&stem.name),
        process,
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    };
    after(&session.stems, &session.readings, &[flaw], &respond(session))
}

fn gain(db: f64) -> Process {
    Process::new("gain", Map::from_iter([("gain_db".to_owned(), Json::from(db))]))
}

fn presence(db: f64) -> Process {
    let bands =
        serde_json::json!([{"shape": "bell", "freq_hz": 2000.0, "gain_db": db, "q": 0.7, "on": "stereo"}]);
    Process::new("eq", Map::from_iter([("bands".to_owned(), bands)]))
}

/// The gain or the first band's gain of a move; a duck is no static gain.
fn size_db(m: &Move) -> f64 {
    let settings = &m.process.settings;
    settings
        .get("gain_db")
        .or_else(|| settings.get("bands")?.get(0)?.get("gain_db"))
        .and_then(Json::as_f64)
        .unwrap_or(0.0)
}

fn of_stem(moves: &[Move], stem: &Stem, id: &str) -> f64 {
    let wanted = format!("{}/{id}", Place::stem(&stem.name));
    moves.iter().find(|m| m.id == wanted).map_or(0.0, size_db)
}

/// How far a stem lies outside of what is usual, by the definition: its weighted power while it sounds over that of the
/// others, without the backing vocals beside a lead.
fn excess_lu(session: &Session, readings: &Readings, stem: usize) -> Option<f64> {
    let [low, high] = usual_over_rest_lu(session.stems[stem].trusted_role())?;
    let places: Vec<Place> = session.stems.iter().map(|s| Place::stem(&s.name)).collect();
    let scene = Scene::of(&session.stems, readings)?;
    let role = |n: usize| session.stems[n].trusted_role();
    let counts = |n: usize| role(stem) != Role::LeadVocal || role(n) != Role::BackingVocal;
    let lu = Levels::of(&scene, &places).beside(stem, |_| true)?.over_rest_lu(&[], counts)?;
    let several = (0..places.len()).filter(|&n| role(n) == role(stem)).count() > 1;
    Some((lu - high).max(0.0) - if several { 0.0 } else { (low - lu).max(0.0) })
}

/// Corrections of clean songs that anyone would hear.
const HEARD_DB: f64 = 1.0;

/// What must be taken back of what lies beyond what is usual.
const REPAIRED: f64 = 0.5;

/// An excess of which so much is asked, in LU: smaller ones lie within the dead band.
const ASKED_LU: f64 = 1.0;

#[test]
fn clean_songs_keep_their_balance_and_spoilt_ones_get_it_back() {
    let (mut asked, mut flaws) = (0, 0);
    for Heard { name, session, .. } in heard_songs() {
        for m in advised(session, &session.readings) {
            println!("{name}: {} {}", m.id, m.because);
            assert!(size_db(&m).abs() <= HEARD_DB, "{name}: {} without need", m.id);
        }
        for (n, stem) in session.stems.iter().enumerate() {
            for db in [-10.0, -7.0, -4.0, -2.0, 2.0, 4.0, 7.0, 10.0] {
                let readings = spoilt(session, stem, gain(db));
                let Some(excess) = excess_lu(session, &readings, n) else { continue };
                let moves = advised(session, &readings);
                let turned = of_stem(&moves, stem, "balance");
                flaws += 1;
                assert!(turned * db <= 0.0, "{name}: {} at {db:+} dB is turned {turned:+}", stem.name);
                if excess * db > 0.0 && excess.abs() >= ASKED_LU {
                    asked += 1;
                    let enough = (REPAIRED * excess.abs().min(db.abs())).min(BALANCE_MOST_DB - 0.05);
                    assert!(
                        turned.abs() >= enough,
                        "{name}: {} at {db:+} dB, {excess:+} LU off: {turned}",
                        stem.name
                    );
                }
            }
        }
    }
    println!("{flaws} flaws of level, {asked} of them beyond what is usual");
    assert!(flaws == 0 || asked >= 20, "{asked} of {flaws}");
}

/// Of a stem that is stronger than the voice where words are understood, so much of a strong flaw must be taken back.
const ROOM: f64 = 0.25;

#[test]
fn what_is_raised_over_the_voice_makes_room_again() {
    let mut covered = 0;
    for Heard { name, session, .. } in heard_songs() {
        let voice = session.stems.iter().any(|s| s.trusted_role() == Role::LeadVocal);
        for stem in session.stems.iter().filter(|s| s.trusted_role() != Role::LeadVocal) {
            let mut last = 0.0;
            for db in [0.0, 3.0, 5.0, 8.0] {
                let moves = advised(session, &spoilt(session, stem, presence(db)));
                let cut = of_stem(&moves, stem, "unmask");
                println!("{name}: {} {db:+} dB at 2 kHz: {cut:+.1} dB", stem.name);
                assert!(cut <= last, "{name}: {} gets {cut} at {db:+} dB after {last}", stem.name);
                assert!(voice || cut == 0.0, "{name}: no voice");
                last = cut;
            }
            if last < 0.0 {
                covered += 1;
                assert!(-last >= ROOM * 8.0, "{name}: {} {last}", stem.name);
            }
        }
        if voice {
            let told = session.stems.iter().filter(|s| s.trusted_role() == Role::LeadVocal).all(|s| {
                let of = Place::stem(&s.name);
                matches!(
                    session.readings.between(&of, &Place::Master, Quantity::Unmasked),
                    Some(Value::Scalar(_))
                )
            });
            assert!(told, "{name}: nothing is read of its voice");
        }
    }
    println!("{covered} stems made room");
}

/// The sections of real songs last, and there are not too many of them.
#[test]
fn songs_have_sections_that_last() {
    for Heard { name, session, .. } in heard_songs() {
        let Some(Value::Timeline { hop_ms, values, .. }) =
            session.readings.get(&Place::Master, Quantity::Sections)
        else {
            panic!("{name}: no sections");
        };
        let starts: Vec<f64> = (0..values.len())
            .filter(|&hop| hop == 0 || values[hop] != values[hop - 1])
            .map(|hop| hop as f64 * hop_ms / 1000.0)
            .collect();
        println!("{name}: {starts:?} s");
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 8.0), "{name}: {starts:?}");
    }
}
