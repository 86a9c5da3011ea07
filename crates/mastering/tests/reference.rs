//! What a reference does to a plan: another song gives its tone and loudness, another master of the same song also the
//! levels and tones of its stems.

mod common;

use std::path::{Path, PathBuf};

use acetate_mastering::model::{
    Audio, Block, Brief, Cells, Mode, Place, Process, Quantity, Session, Spec, VerdictChoice,
};
use acetate_mastering::{Error, Options, Silent, analyse, check, plan, scan};
use acetate_processors::{find, respond};
use common::{demo_stems, master_folder, read, songs, write_wav};

fn planned(stems: &[PathBuf], brief: &Brief) -> Result<Session, Error> {
    let delivery = scan(stems, None).expect("stems are found");
    let mut session = analyse(&delivery, brief, &Options::default(), &Silent)?;
    check(&mut session);
    plan(&mut session)?;
    Ok(session)
}

/// The stems of a song as files of its own, without its mix.
fn stems_of(folder: &Path) -> Vec<PathBuf> {
    let delivery = scan(&[folder.to_owned()], None).expect("stems are found");
    delivery.stems.iter().map(|stem| stem.file.shown()).collect()
}

/// The demo and the songs, each with a master of it.
fn mastered(into: &Path) -> Vec<(Vec<PathBuf>, PathBuf)> {
    let folders: Vec<PathBuf> = [demo_stems(into)].into_iter().chain(songs()).collect();
    let each = folders.iter().enumerate().map(|(n, folder)| {
        let out = into.join(format!("master-{n}"));
        master_folder(folder, &Brief::default(), &out, &Options::default());
        (stems_of(folder), out.join("master.wav"))
    });
    each.filter(|(stems, _)| stems.len() > 1).collect()
}

/// The stems with one of them changed.
fn flawed(stems: &[PathBuf], which: usize, flaw: &Process, into: &Path) -> Vec<PathBuf> {
    let mut stems = stems.to_vec();
    let audio = read(&stems[which]);
    let mut block = Block::of(stereo(audio));
    let spec = Spec::new(block.main.rate_hz, 2, block.frames());
    (find(&flaw.kind).unwrap().build)(&flaw.settings, &spec).unwrap().process(&mut block);
    let path = into.join(stems[which].with_extension("wav").file_name().unwrap());
    write_wav(&path, &block.main);
    stems[which] = path;
    stems
}

fn stereo(mut audio: Audio) -> Audio {
    if audio.channels.len() == 1 {
        audio.channels.push(audio.channels[0].clone());
    }
    audio
}

fn process(kind: &str, settings: &str) -> Process {
    Process::new(kind, serde_json::from_str(settings).unwrap())
}

/// What is left of a flaw: RMS over the bands of each stem, by the root of its share of the power there, of its gain beside
/// those of all stems. Of the flaw as it is, and with the plan.
fn left_db(session: &Session, which: usize, flaw: &Process) -> [f64; 2] {
    let centres = session.readings.cells(&Place::Master, Quantity::MidCells).unwrap().hz.clone();
    let of_process = |process: &Process| -> Vec<f64> {
        let told = respond(process, session.rate_hz, &centres).expect("moves of a reference are linear");
        told[0].iter().map(|power| 10.0 * libm::log10(*power)).collect()
    };
    let powers: Vec<Vec<f64>> = session
        .stems
        .iter()
        .map(|stem| {
            let cells =
                |quantity| session.readings.cells(&Place::stem(&stem.name), quantity).map(Cells::powers);
            let mut sums = vec![0.0; centres.len()];
            for power in [Quantity::MidCells, Quantity::SideCells].into_iter().filter_map(cells) {
                power.chunks(centres.len()).for_each(|hop| {
                    sums.iter_mut().zip(hop).for_each(|(sum, power)| *sum += power);
                });
            }
            sums
        })
        .collect();
    let weight = |stem: usize, band: usize| {
        let all: f64 = powers.iter().map(|p| p[band]).sum();
        if all > 0.0 { (powers[stem][band] / all).sqrt() } else { 0.0 }
    };
    let distance = |with_plan: bool| {
        let mut gains: Vec<Vec<f64>> = session
            .stems
            .iter()
            .map(|stem| {
                let at = Place::stem(&stem.name);
                let moves = session.plan.iter().filter(|m| with_plan && m.at == at);
                let linear = moves.filter(|m| m.id.contains("reference")).map(|m| of_process(&m.process));
                linear.fold(vec![0.0; centres.len()], |sum, db| {
                    sum.iter().zip(db).map(|(a, b)| a + b).collect()
                })
            })
            .collect();
        gains[which].iter_mut().zip(of_process(flaw)).for_each(|(gain, db)| *gain += db);
        let stem_rms = |stem: usize| {
            let pairs = (0..centres.len()).map(|b| (weight(stem, b), gains[stem][b]));
            let (weights, squares) = pairs.fold((0.0, 0.0), |(w, s), (u, db)| (w + u, s + u * db * db));
            (squares / f64::max(weights, 1e-9)).sqrt()
        };
        stem_rms(which)
    };
    [distance(false), distance(true)]
}

#[test]
fn stems_are_brought_to_where_another_master_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let flaws = [
        ("louder", process("gain", r#"{"gain_db": 4}"#)),
        ("softer", process("gain", r#"{"gain_db": -7}"#)),
        ("harsh", process("eq", r#"{"bands": [{"shape": "high_shelf", "freq_hz": 3000, "gain_db": 7}]}"#)),
        ("dull", process("eq", r#"{"bands": [{"shape": "high_shelf", "freq_hz": 3000, "gain_db": -10}]}"#)),
        ("muddy", process("eq", r#"{"bands": [{"shape": "bell", "freq_hz": 300, "gain_db": 8, "q": 1}]}"#)),
    ];
    let mut repaired: Vec<(usize, f64)> = Vec::new();
    for (n, (stems, master)) in mastered(folder.path()).iter().enumerate() {
        for (m, (name, flaw)) in flaws.iter().enumerate() {
            let which = (n + m) % stems.len();
            let sent = flawed(stems, which, flaw, folder.path());
            let brief = Brief {
                reference: vec![master.display().to_string()],
                mode: Mode::Stems,
                ..Brief::default()
            };
            let session = planned(&sent, &brief).expect("a plan");
            let [before, after] = left_db(&session, which, flaw);
            let share = 1.0 - after / before;
            println!("{} {name} {before:.2} dB, then {after:.2}: {share:.2}", stems[which].display());
            repaired.push((m, share));
        }
    }
    for (m, (name, _)) in flaws.iter().enumerate() {
        let mut of_flaw: Vec<f64> = repaired.iter().filter(|r| r.0 == m).map(|r| r.1).collect();
        of_flaw.sort_by(f64::total_cmp);
        let middle = of_flaw[of_flaw.len() / 2];
        println!("{name}: {middle:.2} of it mended in the middle of {} songs", of_flaw.len());
        assert!(middle >= 0.8, "{name}: {middle:.2}");
    }
}

#[test]
fn another_song_gives_its_tone_and_loudness_and_leaves_the_stems() {
    let folder = tempfile::tempdir().unwrap();
    let songs = mastered(folder.path());
    for (n, (stems, _)) in songs.iter().enumerate() {
        let (_, other) = &songs[(n + 1) % songs.len()];
        if songs.len() < 2 {
            return;
        }
        let brief =
            Brief { reference: vec![other.display().to_string()], mode: Mode::Stems, ..Brief::default() };
        let session = planned(stems, &brief).expect("a plan");
        let at_stems = session.plan.iter().filter(|m| m.at != Place::Master && m.id.contains("reference"));
        assert_eq!(at_stems.map(|m| m.id.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
        let theirs = session.readings.scalar(&Place::reference(0), Quantity::Integrated).unwrap();
        let asked = session.brief.loudness_lufs.expect("a loudness").0;
        assert!((asked - theirs).abs() <= 0.05 + 1e-9, "{asked} for {theirs}");
        assert_eq!(session.references.len(), 1);
    }
}

#[test]
fn a_clean_song_with_its_own_master_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (stems, master) in mastered(folder.path()) {
        let brief = Brief { reference: vec![master.display().to_string()], ..Brief::default() };
        let session = planned(&stems, &brief).expect("a plan");
        let verdict = session.verdict.as_ref().unwrap();
        println!("{}: {:?} {:?}", stems[0].display(), verdict.choice, verdict.weighed);
        assert_eq!(verdict.choice, VerdictChoice::Stereo, "{:?} {verdict:?}", stems[0]);
    }
}

#[test]
fn what_cannot_serve_as_a_reference_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stems = stems_of(&demo_stems(folder.path()));
    let refused = |path: &Path| {
        let brief = Brief { reference: vec![path.display().to_string()], ..Brief::default() };
        planned(&stems, &brief).expect_err("no reference").to_string()
    };
    assert!(refused(&stems[0]).contains("which is to be mastered"), "{}", refused(&stems[0]));
    let (short, silent) = (folder.path().join("short.wav"), folder.path().join("silent.wav"));
    let mut audio = stereo(read(&stems[0]));
    audio.resize(44_100);
    write_wav(&short, &audio);
    assert!(refused(&short).contains("1.0 s of sound"), "{}", refused(&short));
    write_wav(&silent, &Audio::silence(44_100, 2, 441_000 * 2));
    assert!(refused(&silent).contains("found silence"), "{}", refused(&silent));
    assert!(refused(&folder.path().join("none.wav")).contains("none.wav"));
}
