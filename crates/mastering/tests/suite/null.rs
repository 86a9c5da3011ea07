//! The null test names what was planted, on real songs and on the demo.

use crate::common::{files_of, name, read, songs, stereo};
use crate::planted::{self, *};
use acetate_mastering::model::{
    Audio, Brief, By, Case, Finding, Move, Place, Quantity, Reading, Readings, Repair, RoleGuess, Source,
    SourceInfo, Spec, Stage, Stem, Value,
};
use acetate_mastering::{Compared, Options, Silent, demo, null_test};
use acetate_meters::MeterBank;
use acetate_render::{Graph, Lane, Shape};

struct Song {
    name: String,
    stems: Vec<(String, Audio)>,
    mix: Option<Audio>,
}

fn demo_song() -> Song {
    Song { name: "demo".into(), stems: demo::compose(44_100), mix: None }
}

fn all_songs() -> Vec<Song> {
    let mut all = Vec::new();
    for folder in songs() {
        let (files, mix) = files_of(&folder);
        let stems = files.iter().map(|p| (name(p), stereo(read(p)))).collect();
        let mix = mix.map(|p| stereo(read(&p)));
        all.push(Song { name: name(&folder), stems, mix });
    }
    all
}

fn loudness(of: &Place, audio: &Audio) -> Vec<Reading> {
    let mut bank = MeterBank::only(&Spec::new(audio.rate_hz, 2, audio.frames()), &["loudness"]);
    bank.push(audio);
    bank.readings(of)
}

fn compare(stems: &[(String, Audio)], mix: &Wave, heard: &Readings) -> Readings {
    let rate_hz = stems[0].1.rate_hz;
    let mut sources: Vec<_> = stems.iter().map(|(_, audio)| audio.clone().into_source()).collect();
    let mut compared: Vec<Compared> = stems
        .iter()
        .zip(&mut sources)
        .map(|((name, _), s)| (Place::stem(name), s as &mut dyn Source))
        .collect();
    let mut mix = audio(mix, rate_hz).into_source();
    Readings(null_test(&mut compared, &mut mix, heard, &Options::default(), &Silent).unwrap())
}

/// A session of these stems up to the finding of the null test and the moves that follow by consent.
struct Tested {
    readings: Readings,
    finding: Finding,
    plan: Vec<Move>,
}

fn tested(stems: &[(String, Audio)], mix: &Wave, heard: &Readings) -> Tested {
    let mut readings = compare(stems, mix, heard);
    readings.0.extend(heard.0.iter().cloned());
    let rate = Value::Scalar(f64::from(stems[0].1.rate_hz));
    readings.0.push(Reading {
        of: Place::Master,
        against: None,
        quantity: Quantity::Rate,
        value: rate,
        by: "test@1".into(),
    });
    let named: Vec<Stem> =
        stems.iter().map(|(name, _)| Stem::new(name, RoleGuess::default(), SourceInfo::default())).collect();
    let brief = Brief { repair: vec![Repair::Bus], ..Brief::default() };
    let case =
        |findings| Case { stage: Stage::Input, brief: &brief, stems: &named, readings: &readings, findings };
    let check = acetate_checks::CHECKS.iter().find(|check| check.code == "null_test").unwrap();
    let findings = (check.run)(&case(&[]));
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let mut plan = acetate_advisors::propose(&case(&findings), &|_, _| None, &|_| false).moves;
    plan.retain(|m| m.by == By::Advisor("bus".into()));
    Tested { finding: findings.into_iter().next().unwrap(), plan, readings }
}

/// The stems through a plan, with the mix beside them.
fn rendered(stems: &[(String, Audio)], mix: &Wave, plan: &[Move]) -> Wave {
    let rate_hz = stems[0].1.rate_hz;
    let lane = |name: &str, audio: Audio| Lane { name: name.into(), source: Box::new(audio.into_source()) };
    let lanes = stems.iter().map(|(name, stem)| lane(name, stem.clone())).collect();
    let beside = vec![lane("mix", audio(mix, rate_hz))];
    let shape = Shape { block_frames: 8192, linked: false };
    let mut graph = Graph::build_beside(plan, lanes, beside, shape).unwrap();
    let mut whole = [Vec::new(), Vec::new()];
    graph
        .run(|block| {
            for (whole, channel) in whole.iter_mut().zip(&block.main.channels) {
                whole.extend(channel.iter().map(|x| f64::from(*x)));
            }
            Ok::<(), std::convert::Infallible>(())
        })
        .unwrap();
    whole
}

/// What was done, a word that has to be in the finding, and what doing it again must leave, if it can be done again.
struct Planted {
    what: &'static str,
    word: &'static str,
    again_db: Option<f64>,
    mix: Wave,
}

fn planted(stems: &[Audio], victim: usize) -> Vec<Planted> {
    let rate = stems[0].rate_hz;
    let sum = planted::sum(stems);
    let of = |factor: f64| {
        let mut mix = sum.clone();
        add(&mut mix, &stems[victim], factor - 1.0);
        mix
    };
    let late = |frames: f64| {
        let mut mix = of(0.0);
        add(&mut mix, &audio(&delayed(&wave(&stems[victim]), frames), rate), 1.0);
        mix
    };
    let (high, mean) = (peak(&sum), rms(&sum));
    let ms_25 = 0.025 * f64::from(rate);
    let one = |what, word, again_db, mix| Planted { what, word, again_db, mix };
    let treble = shelf(&sum, rate, 8000.0, 2.0, true);
    let master = limited(&compressed(&treble, rate, mean, 2.0), rate, high * 0.3);
    vec![
        one("identical", "identical", None, rounded(&sum, 24)),
        one("16 bits, dithered", "dither", None, dithered(&sum, 16)),
        one("15 bits, rounded", "rounding", None, rounded(&sum, 15)),
        one("level of all", "1.31 dB softer", None, scaled(sum.clone(), 0.86)),
        one("level of a stem up", "0.50 dB louder, at a wrong level", Some(-60.0), of(1.0593)),
        one("level of a stem down", "0.50 dB softer, at a wrong level", Some(-60.0), of(0.9441)),
        one("extra stem", "extra stem", None, of(0.0)),
        one("polarity of a stem", "polarity inverted", Some(-100.0), of(-1.0)),
        one("polarity of all", "turned over", None, scaled(sum.clone(), -1.0)),
        one("a stem late by 1 frame", "1 frame (", Some(-100.0), late(1.0)),
        one("a stem late by 0.37 frames", "0.37 frames (", Some(-40.0), late(0.37)),
        one("a stem late by 25 ms", "25.0 ms) later, an offset", Some(-40.0), late(ms_25)),
        one("all late by 1 frame", "1 frame (", None, delayed(&sum, 1.0)),
        one("all late by 0.37 frames", "0.37 frames (", None, delayed(&sum, 0.37)),
        one("all late by 25 ms", "25.0 ms) later", None, delayed(&sum, ms_25)),
        one("low shelf", "equaliser (EQ)", Some(-40.0), shelf(&sum, rate, 120.0, 1.0, false)),
        one("high shelf", "equaliser (EQ)", Some(-40.0), shelf(&sum, rate, 8000.0, 1.0, true)),
        one("compressor", "compressor or limiter", Some(-40.0), compressed(&sum, rate, mean, 2.0)),
        one("limiter", "compressor or limiter", Some(-40.0), limited(&sum, rate, high * 0.5)),
        one(
            "limiter, late",
            "compressor or limiter",
            Some(-40.0),
            delayed(&limited(&sum, rate, high * 0.5), 70.0),
        ),
        one("saturation", "saturation", None, bent(&sum, 1.0 / high)),
        one("another master", "another master", None, master),
    ]
}

fn heard(stems: &[(String, Audio)], sum: &Wave) -> Readings {
    let mut heard = loudness(&Place::Master, &audio(sum, stems[0].1.rate_hz));
    for (name, stem) in stems {
        heard.extend(loudness(&Place::stem(name), stem));
    }
    Readings(heard)
}

fn readings_delay(readings: &Readings) -> f64 {
    let mix = Place::Bus("mix".into());
    match readings.between(&Place::Master, &mix, Quantity::MixDelay) {
        Some(Value::Scalar(frames)) => *frames,
        _ => 0.0,
    }
}

/// Names everything that was planted in one song; what went wrong is returned.
fn name_all(at: usize, song: &Song) -> Vec<String> {
    let stems: Vec<Audio> = song.stems.iter().map(|(_, stem)| stem.clone()).collect();
    let sum = planted::sum(&stems);
    let heard = heard(&song.stems, &sum);
    let victim = at % stems.len();
    let mut wrong = Vec::new();
    let mut judge = |what: &str, word: &str, stems: &[(String, Audio)], mix: &Wave, again_db: Option<f64>| {
        let Tested { finding, plan, readings } = tested(stems, mix, &heard);
        let guilty = [Place::Master, Place::stem(&song.stems[victim].0)];
        let of_stem = what.contains("a stem") || what == "extra stem";
        let is_at = finding.at == guilty[usize::from(of_stem)];
        // what is done again is done at the time of the stems
        let late = if finding.at == Place::Master { readings_delay(&readings) } else { 0.0 };
        let again = again_db.map(|_| left_db(&delayed(&rendered(stems, mix, &plan), late), mix));
        let right = finding.text.contains(word) && is_at;
        println!(
            "{:4} {:10.10} {what:28} {} {} {:?} {}",
            if right { "ok" } else { "BAD" },
            song.name,
            finding.at,
            finding.text,
            finding
                .when_ms
                .iter()
                .map(|[a, b]| format!("{:.1}-{:.1}", a / 1000.0, b / 1000.0))
                .collect::<Vec<_>>(),
            again.map_or(String::new(), |db| format!("=> {db:.1} dB"))
        );
        let holds = again.zip(again_db).is_none_or(|(is, shall)| is <= shall);
        if !right || !holds {
            wrong.push(format!("{} {what}: {} {again:?}", song.name, finding.text));
            println!("{}", told(&readings));
        }
    };
    for one in planted(&stems, victim) {
        judge(one.what, one.word, &song.stems, &one.mix, one.again_db);
    }
    let mut fewer = song.stems.clone();
    fewer.remove(victim);
    judge("missing stem", "stem is missing", &fewer, &sum, None);
    let other = planted::sum(&demo::compose(48_000).into_iter().map(|(_, a)| a).collect::<Vec<_>>());
    judge("other song", "another song", &song.stems, &other, None);
    if let Some(mix) = &song.mix {
        judge("its own mix", "add up to the mix", &song.stems, &wave(mix), None);
    }
    wrong
}

#[test]
fn the_demo_is_seen_through() {
    let wrong = name_all(0, &demo_song());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_song_is_seen_through() {
    let all = all_songs();
    let (first, second) = all.split_at(all.len().div_ceil(2));
    let seen_through = |songs: &[Song], from: usize| -> Vec<String> {
        songs.iter().enumerate().flat_map(|(k, song)| name_all(from + k + 1, song)).collect()
    };
    let (mut wrong, more) = rayon::join(|| seen_through(first, 0), || seen_through(second, first.len()));
    wrong.extend(more);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All scalars of the sum against the mix, for what went wrong.
fn told(readings: &Readings) -> String {
    let scalars = readings.0.iter().filter(|r| r.of == Place::Master && r.against.is_some());
    let told = scalars.filter_map(|r| match r.value {
        Value::Scalar(x) => Some(format!("{} {x:.2}", r.quantity)),
        _ => None,
    });
    told.collect::<Vec<_>>().join(", ")
}
