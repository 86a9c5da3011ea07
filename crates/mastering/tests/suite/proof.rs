//! What a move does is measured: one that does not hold is withdrawn and named, as if it had never been planned.

use std::path::Path;

use crate::common::{bytes, demo_stems, read, write_wav};
use acetate_mastering::model::{
    Brief, By, Map, Mode, Move, MoveProof, Place, Process, Promise, Quantity, Session, Standing,
};
use acetate_mastering::{
    Options, SESSION_FILE, Silent, analyse, check, plan, read_session, render, report, scan, verify,
};

fn planned(stems: &Path, mode: Mode) -> Session {
    let delivery = scan(&[stems.to_owned()], None).expect("stems are found");
    let brief = Brief { mode, ..Brief::default() };
    let mut session = analyse(&delivery, &brief, &Options::default(), &Silent).unwrap();
    check(&mut session);
    plan(&mut session).unwrap();
    session
}

fn advised(id: &str, at: &Place, kind: &str, settings: &str, promises: Vec<Promise>) -> Move {
    let settings: Map = serde_json::from_str(settings).unwrap();
    Move {
        id: format!("{at}/{id}"),
        at: at.clone(),
        process: Process::new(kind, settings),
        because: "As a test.".into(),
        evidence: Vec::new(),
        promises,
        by: By::Advisor(id.into()),
        standing: Standing::Active,
    }
}

/// The plan with more moves before all others, rendered.
fn with(session: &Session, moves: Vec<Move>, out: &Path, options: &Options) -> Session {
    let mut session = session.clone();
    session.plan.splice(0..0, moves);
    render(&mut session, out, options, &Silent).expect("it is rendered");
    session
}

fn proof<'a>(session: &'a Session, id: &str) -> &'a MoveProof {
    let moves = &session.outcome.as_ref().expect("an outcome").moves;
    moves.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("{id} is proved: {moves:?}"))
}

fn standing<'a>(session: &'a Session, id: &str) -> &'a Standing {
    &session.plan.iter().find(|m| m.id == id).expect("it stands in the plan").standing
}

/// From its own file, byte for byte and with the same outcome.
fn comes_out_again(done: &Session, out: &Path) {
    let mut again = read_session(&out.join(SESSION_FILE)).unwrap();
    let second = tempfile::tempdir().unwrap();
    render(&mut again, second.path(), &Options::default(), &Silent).unwrap();
    assert!(bytes(second.path()) == bytes(out));
    assert_eq!(again.outcome, done.outcome);
}

#[test]
fn a_move_that_breaks_its_promise_is_withdrawn_and_a_good_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let session = planned(&demo_stems(folder.path()), Mode::Stereo);
    let [first, second] = [0, 1].map(|n| Place::stem(&session.stems[n].name));
    let loudness = session.readings.scalar(&second, Quantity::Integrated).unwrap();
    // how stems relate is not measured again: such a promise neither keeps nor takes back a move
    let beside = Promise::at_most(&second, Quantity::SharedLevel, 0.0);
    let good = advised(
        "level",
        &second,
        "gain",
        r#"{"gain_db": -0.4}"#,
        vec![Promise::near(&second, Quantity::Integrated, loudness - 0.4, 0.1), beside.clone()],
    );
    // a gain takes no rumble away, whatever it promises
    let rumble = session.readings.scalar(&first, Quantity::Rumble).unwrap();
    let vain = Promise::at_most(&first, Quantity::Rumble, rumble - 20.0);
    let bad = advised("vain", &first, "gain", r#"{"gain_db": -1}"#, vec![vain]);
    let (without, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    with(&session, vec![good.clone()], without.path(), &Options::default());
    let done = with(&session, vec![bad.clone(), good.clone()], out.path(), &Options::default());

    let (bad_proof, good_proof) = (proof(&done, &bad.id), proof(&done, &good.id));
    let why = bad_proof.withdrawn.as_ref().expect("it is withdrawn");
    assert!(why.contains("Rumble"), "{why}");
    assert!(!bad_proof.promises[0].kept && bad_proof.promises[0].after.is_some(), "{bad_proof:?}");
    assert!(standing(&done, &bad.id).is_withdrawn());
    assert_eq!((&good_proof.withdrawn, standing(&done, &good.id)), (&None, &Standing::Active));
    assert_eq!(good_proof.unmeasured, [beside]);
    let kept = &good_proof.promises[0];
    assert!(kept.kept && kept.before == Some(loudness), "{kept:?}");
    assert!((kept.after.unwrap() - (loudness - 0.4)).abs() < 0.01, "{kept:?}");
    assert!(bytes(out.path()) == bytes(without.path()), "as if it had never been planned");

    let page = report(&done);
    assert!(page.contains("withdrawn") && page.contains("/vain"), "{page}");
    assert!(verify(out.path(), &Options::default(), &Silent).unwrap().holds());

    comes_out_again(&done, out.path());
}

#[test]
fn a_move_over_its_budget_is_withdrawn_though_its_promise_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let session = planned(&demo_stems(folder.path()), Mode::Stereo);
    let at = Place::stem(&session.stems[0].name);
    let crush = r#"{"threshold_db": -50, "ratio": 20, "knee_db": 0, "attack_ms": 0.1, "release_ms": 20}"#;
    let peak = session.readings.scalar(&at, Quantity::TruePeak).unwrap();
    let crushed =
        advised("crush", &at, "compressor", crush, vec![Promise::at_most(&at, Quantity::TruePeak, peak)]);
    let louder = advised("louder", &at, "gain", r#"{"gain_db": 5}"#, Vec::new());
    for harmful in [crushed, louder] {
        let out = tempfile::tempdir().unwrap();
        let done = with(&session, vec![harmful.clone()], out.path(), &Options::default());
        let proof = proof(&done, &harmful.id);
        assert!(proof.promises.iter().all(|p| p.kept), "{proof:?}");
        assert!(proof.withdrawn.as_ref().is_some_and(|why| why.contains("its stem")), "{proof:?}");
        assert!(standing(&done, &harmful.id).is_withdrawn());
    }
}

#[test]
fn what_a_person_wants_is_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let session = planned(&demo_stems(folder.path()), Mode::Stereo);
    let at = Place::stem(&session.stems[0].name);
    let promise = Promise::at_most(&at, Quantity::Integrated, -60.0);
    let mut by_hand = advised("mine", &at, "gain", r#"{"gain_db": 5}"#, vec![promise]);
    by_hand.by = By::Human("me".into());
    let out = tempfile::tempdir().unwrap();
    let done = with(&session, vec![by_hand.clone()], out.path(), &Options::default());
    let proof = proof(&done, &by_hand.id);
    assert!(!proof.promises[0].kept && proof.withdrawn.is_none(), "{proof:?}");
    assert_eq!(standing(&done, &by_hand.id), &Standing::Active);
    assert!(
        verify(out.path(), &Options::default(), &Silent).unwrap().holds(),
        "a stem's promise is not the file's"
    );
}

/// A broad bell that no advisor of sense would plan makes the tone worse than it was.
#[test]
fn a_plan_that_makes_the_song_worse_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let session = planned(&demo_stems(folder.path()), Mode::Stereo);
    let worse = advised(
        "glare",
        &Place::Master,
        "eq",
        r#"{"bands": [{"freq_hz": 300, "gain_db": 14, "q": 0.5}]}"#,
        Vec::new(),
    );
    let out = tempfile::tempdir().unwrap();
    let done = with(&session, vec![worse.clone()], out.path(), &Options::default());
    let outcome = done.outcome.as_ref().unwrap();
    let plan = outcome.proof.as_ref().expect("the plan was weighed");
    println!("{plan:?}");
    let worse_somewhere = plan.planned > plan.plain || plan.sections.iter().any(|s| s.planned > s.plain);
    assert!(worse_somewhere && plan.dropped.is_some(), "{plan:?}");
    let before_the_limiter = done.plan.iter().filter(|m| m.process.kind != "limiter");
    for m in before_the_limiter {
        assert!(m.standing.is_withdrawn(), "{m:?}");
    }
    assert!(done.verdict.as_ref().unwrap().because.iter().any(|b| b.contains("dropped")));

    // what is left is the sum with gain and limiter
    let mut plain = session.clone();
    plain.plan.retain(|m| m.process.kind == "limiter");
    let beside = tempfile::tempdir().unwrap();
    render(&mut plain, beside.path(), &Options::default(), &Silent).unwrap();
    assert!(bytes(beside.path()) == bytes(out.path()));
    assert!(plain.outcome.unwrap().proof.is_none(), "nothing to weigh, nothing paid");

    comes_out_again(&done, out.path());
}

#[test]
fn proofs_do_not_depend_on_threads_and_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let session = planned(&demo_stems(folder.path()), Mode::Stereo);
    let at = Place::stem(&session.stems[0].name);
    // late by its linear phase, so that what is heard must be put at its own time
    let late = r#"{"phase": "linear", "bands": [{"freq_hz": 500, "gain_db": -2, "q": 1}]}"#;
    let promise = Promise::at_most(&at, Quantity::Rumble, 0.0);
    let moves = vec![advised("late", &at, "eq", late, vec![promise])];
    let run = |options: Options| {
        let out = tempfile::tempdir().unwrap();
        let done = with(&session, moves.clone(), out.path(), &options);
        (bytes(out.path()), done.outcome)
    };
    let first = run(Options::default());
    for (threads, block_frames) in [(1, 8192), (2, 64), (1, 1000)] {
        let again = run(Options { threads, block_frames, ..Options::default() });
        assert!(first == again, "{threads} threads, blocks of {block_frames} frames");
    }
}

/// The hum of the mains goes, and what took it away is proved and stays: a budget for music is none for hum.
#[test]
fn what_mends_a_flaw_keeps_its_promise() {
    let folder = tempfile::tempdir().unwrap();
    let stems = demo_stems(folder.path());
    let at = Place::stem("keys");
    let clean = read(&stems.join("keys.wav"));
    for level_db in [-46.0, -32.0] {
        let mut hums = clean.clone();
        for channel in &mut hums.channels {
            for (n, sample) in channel.iter_mut().enumerate() {
                let turn = std::f64::consts::TAU * 50.0 * n as f64 / f64::from(clean.rate_hz);
                let lines = (1..=4).map(|k| libm::sin(f64::from(k) * turn) / f64::from(k)).sum::<f64>();
                *sample += (acetate_mastering::model::amplitude(level_db) * lines) as f32;
            }
        }
        write_wav(&stems.join("keys.wav"), &hums);
        let session = planned(&stems, Mode::Stems);
        let out = tempfile::tempdir().unwrap();
        let done = with(&session, Vec::new(), out.path(), &Options::default());
        let id = format!("{at}/hum");
        let proof = proof(&done, &id);
        let whole = done.outcome.as_ref().and_then(|o| o.proof.as_ref()).expect("the plan was weighed");
        assert!(whole.planned < whole.plain && whole.dropped.is_none(), "{whole:?}");
        assert_eq!((standing(&done, &id), &proof.withdrawn), (&Standing::Active, &None), "{proof:?}");
        assert!(proof.promises[0].kept, "{proof:?}");
    }
}
