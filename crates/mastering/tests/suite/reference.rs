//! What a reference does to a plan: another song gives its tone and loudness, another master of the same song also the
//! levels and tones of its stems.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::common::{demo_stems, master_folder, read, songs, stereo, write_wav};
use acetate_mastering::model::{
    Audio, Block, Brief, Cells, Mode, Move, Place, Process, Quantity, Session, Spec,
};
use acetate_mastering::{Error, Options, Silent, analyse, check, plan, scan};
use acetate_processors::{find, respond};

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

/// The stems of a song, and a master of it.
type Mastered = (Vec<PathBuf>, PathBuf);

/// The demo and the songs, mastered once for all tests.
fn mastered() -> &'static [Mastered] {
    static MASTERED: OnceLock<(tempfile::TempDir, Vec<Mastered>)> = OnceLock::new();
    let (_, all) = MASTERED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let all = master_all(folder.path());
        (folder, all)
    });
    all
}

fn master_all(into: &Path) -> Vec<Mastered> {
    let folders: Vec<PathBuf> = [demo_stems(into)].into_iter().chain(songs()).collect();
    let each = folders.iter().enumerate().map(|(n, folder)| {
        let out = into.join(format!("master-{n}"));
        let brief = Brief { mode: Mode::Stereo, ..Brief::default() };
        master_folder(folder, &brief, &out, &Options::default());
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

fn process(kind: &str, settings: &str) -> Process {
    Process::new(kind, serde_json::from_str(settings).unwrap())
}

/// What the moves of a reference do to each stem and band, those on the master included, in dB: `[stem][band]`.
fn done_db(session: &Session, hz: &[f64]) -> Vec<Vec<f64>> {
    let of_stem = |name: &str| {
        let at = Place::stem(name);
        let moves = session
            .plan
            .iter()
            .filter(|m| (m.at == at || m.at == Place::Master) && m.id.contains("reference"));
        moves.fold(vec![0.0; hz.len()], |sum, m| {
            let db = response_db(&m.process, session.rate_hz, hz);
            sum.iter().zip(db).map(|(a, b)| a + b).collect()
        })
    };
    session.stems.iter().map(|stem| of_stem(&stem.name)).collect()
}

fn response_db(process: &Process, rate_hz: u32, hz: &[f64]) -> Vec<f64> {
    let told = respond(process, rate_hz, hz).expect("moves of a reference are linear");
    told[0].iter().map(|power| 10.0 * libm::log10(*power)).collect()
}

/// The root of each stem's share of the power in each band: `[stem][band]`.
fn weights(session: &Session, bands: usize) -> Vec<Vec<f64>> {
    let powers = |name: &str| {
        let mut sums = vec![0.0; bands];
        for quantity in [Quantity::MidCells, Quantity::SideCells] {
            let cells =
                session.readings.cells(&Place::stem(name), quantity).map(Cells::powers).unwrap_or_default();
            for hop in cells.chunks(bands) {
                sums.iter_mut().zip(hop).for_each(|(sum, power)| *sum += power);
            }
        }
        sums
    };
    let powers: Vec<Vec<f64>> = session.stems.iter().map(|stem| powers(&stem.name)).collect();
    let all: Vec<f64> =
        (0..bands).map(|band| powers.iter().map(|p| p[band]).sum::<f64>().max(1e-30)).collect();
    powers.iter().map(|own| own.iter().zip(&all).map(|(own, all)| (own / all).sqrt()).collect()).collect()
}

/// RMS over the bands of the stem with the flaw, by its weights, of how much otherwise it comes out than from a clean
/// delivery; the level that all stems have in common is no flaw. As sent, and with the plan.
fn left_db(clean: &Session, session: &Session, which: usize, flaw: &Process) -> [f64; 2] {
    let hz = session.readings.cells(&Place::Master, Quantity::MidCells).unwrap().hz.clone();
    let weights = weights(clean, hz.len());
    let mean = |stem: usize, of: &dyn Fn(f64) -> f64, db: &[f64]| {
        let total: f64 = weights[stem].iter().sum();
        weights[stem].iter().zip(db).map(|(w, db)| w * of(*db)).sum::<f64>() / total.max(1e-9)
    };
    let distance = |with_plan: bool| {
        let zero = || vec![vec![0.0; hz.len()]; weights.len()];
        let (done, before) =
            if with_plan { (done_db(session, &hz), done_db(clean, &hz)) } else { (zero(), zero()) };
        let mut off: Vec<Vec<f64>> = done
            .iter()
            .zip(&before)
            .map(|(flawed, clean)| flawed.iter().zip(clean).map(|(a, b)| a - b).collect())
            .collect();
        off[which].iter_mut().zip(response_db(flaw, session.rate_hz, &hz)).for_each(|(off, db)| *off += db);
        let mut levels: Vec<f64> =
            (0..weights.len()).filter(|n| *n != which).map(|n| mean(n, &|db| db, &off[n])).collect();
        levels.sort_by(f64::total_cmp);
        let common = levels[levels.len() / 2];
        mean(which, &|db| (db - common) * (db - common), &off[which]).sqrt()
    };
    [distance(false), distance(true)]
}

/// A flaw that changes its stem by less than this, where it can be heard, says little about what is mended.
const HEARD_DB: f64 = 2.0;

/// So many songs, and the one in their middle says something.
const SEVERAL: usize = 4;

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
    for (n, (stems, master)) in mastered().iter().enumerate() {
        let brief =
            Brief { reference: vec![master.display().to_string()], mode: Mode::Stems, ..Brief::default() };
        let clean = planned(stems, &brief).expect("a plan");
        // every other flaw in each song, so that two songs hold all
        for (m, (name, flaw)) in flaws.iter().enumerate().filter(|(m, _)| (n + m).is_multiple_of(2)) {
            let which = (n + m) % stems.len();
            let sent = flawed(stems, which, flaw, folder.path());
            let session = planned(&sent, &brief).expect("a plan");
            let [before, after] = left_db(&clean, &session, which, flaw);
            let share = 1.0 - after / before;
            println!("{} {name} {before:.2} dB, then {after:.2}: {share:.2}", stems[which].display());
            if before >= HEARD_DB {
                repaired.push((m, share));
            }
        }
    }
    for (m, (name, flaw)) in flaws.iter().enumerate() {
        let mut of_flaw: Vec<f64> = repaired.iter().filter(|r| r.0 == m).map(|r| r.1).collect();
        of_flaw.sort_by(f64::total_cmp);
        let Some(&middle) = of_flaw.get(of_flaw.len() / 2) else { continue };
        println!("{name}: {middle:.2} of it mended in the middle of {} songs", of_flaw.len());
        // of one song, the middle is that song
        let least = match (of_flaw.len(), flaw.kind.as_str()) {
            (0..SEVERAL, _) => 0.3,
            (_, "gain") => 0.9,
            _ => 0.6,
        };
        assert!(middle >= least, "{name}: {middle:.2}");
    }
}

#[test]
fn another_song_gives_its_tone_and_loudness_and_leaves_the_stems() {
    let songs = mastered();
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

/// A level that a clean stem may seem to be off by, in dB: the chain of a master takes loud drums down, too.
const CLEAN_DB: f64 = 2.0;

#[test]
fn a_clean_song_with_its_own_master_stays_as_it_is() {
    for (stems, master) in mastered() {
        let brief =
            Brief { reference: vec![master.display().to_string()], mode: Mode::Stems, ..Brief::default() };
        let session = planned(stems, &brief).expect("a plan");
        let levels = session.plan.iter().filter(|m| m.id.ends_with("reference_level"));
        let gain_db = |m: &Move| m.process.settings["gain_db"].as_f64().unwrap();
        let levels: Vec<(&str, f64)> = levels.map(|m| (m.id.as_str(), gain_db(m))).collect();
        println!("{}: {levels:?}", stems[0].display());
        assert!(levels.iter().all(|(_, db)| db.abs() <= CLEAN_DB), "{:?} {levels:?}", stems[0]);
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
