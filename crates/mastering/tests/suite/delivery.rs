//! What is handed over: stems and versions that add up, files that other programs read, wishes that are refused.

use std::{path::Path, process::Command};

use acetate_mastering::{
    Error, MANIFEST_FILE, Options, SESSION_FILE, Silent, master,
    model::{Brief, FileForm, Format, Json, Profile, Quantity, Session},
    read_session, render, scan, verify,
};
use tempfile::tempdir;

use crate::common::{self, demo_stems, read, songs};

/// 120 dB under full scale, in steps of 24 bit.
const NEAR_LSB: f64 = 8.388_608;

fn mastered(stems: &Path, out: &Path, brief: &Brief) -> Session {
    let delivery = scan(&[stems.to_owned()], None).expect("stems");
    master(&delivery, brief, out, &Options::default(), &Silent).expect("mastered")
}

fn have(program: &str) -> bool {
    let found = Command::new(program).arg("-version").output().is_ok();
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Every kind of processor that a master chain may have, the bent ones too.
fn whole_chain() -> Brief {
    let set = [
        ("master/eq.bands[0].gain_db", Json::from(1.5)),
        ("master/eq.bands[0].freq_hz", Json::from(3000.0)),
        ("master/multiband.bands[0].threshold_db", Json::from(-30.0)),
        ("master/compressor.threshold_db", Json::from(-24.0)),
        ("master/saturation.drive_db", Json::from(6.0)),
        ("master/saturation.mix_percent", Json::from(60.0)),
        ("master/clipper.ceiling_dbfs", Json::from(-6.0)),
    ];
    Brief { set: set.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(), ..Brief::default() }
}

/// The largest difference between the sum of files and another, in steps of 24 bit, as this test reads them.
fn sum_error_lsb(parts: &[impl AsRef<Path>], whole: &Path) -> f64 {
    let whole = read(whole);
    let parts: Vec<_> = parts.iter().map(|part| read(part.as_ref())).collect();
    let mut highest = 0.0f64;
    for (c, channel) in whole.channels.iter().enumerate() {
        assert!(parts.iter().all(|part| part.channels[c].len() == channel.len()), "one length");
        for (n, x) in channel.iter().enumerate() {
            let sum: f64 = parts.iter().map(|part| f64::from(part.channels[c][n])).sum();
            highest = highest.max((sum - f64::from(*x)).abs());
        }
    }
    highest * 8_388_608.0
}

fn stems_add_up(name: &str, stems: &Path, brief: &Brief) {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    let brief = Brief { deliver: vec!["stems".into(), "stems-24bit".into()], ..brief.clone() };
    let session = mastered(stems, &out, &brief);
    for (set, most) in [("stems", NEAR_LSB), ("stems-24bit", 0.0)] {
        let part = |s: &acetate_mastering::model::Stem| out.join(set).join(format!("{}.wav", s.name));
        let parts: Vec<_> = session.stems.iter().map(part).collect();
        let turned_down =
            session.outcome.iter().flat_map(|o| &o.deliverables).any(|d| d.turned_down_db.is_some());
        let error = sum_error_lsb(&parts, &out.join("master.wav"));
        println!("{name}, {set}: {error:.3} LSB{}", if turned_down { ", turned down" } else { "" });
        assert!(turned_down || error <= most, "{name}, {set}: {error}");
    }
    let outcome = session.outcome.expect("an outcome");
    assert_eq!(outcome.sums.len(), 2);
    for sum in &outcome.sums {
        let loudness = sum.promises.iter().find(|k| k.promise.quantity == Quantity::Integrated);
        assert!(loudness.is_none_or(|k| k.kept), "{name}: {sum:?}");
        assert!(sum.promises.iter().all(|k| k.kept), "{name}: {sum:?}");
    }
}

#[test]
fn mastered_stems_add_up_to_the_master_through_every_processor() {
    let folder = tempdir().expect("a folder");
    stems_add_up("demo", &demo_stems(folder.path()), &whole_chain());
    for song in songs() {
        stems_add_up(&song.display().to_string(), &song, &whole_chain());
    }
}

/// Versions of the demo, whose lead is called a voice here.
fn versions() -> Brief {
    let asked =
        ["instrumental", "a-cappella", "without/drums", "lead+1", "lead-1:limited", "instrumental:limited"];
    Brief {
        roles: [("lead".to_owned(), acetate_mastering::model::Role::LeadVocal)].into(),
        versions: asked.iter().map(|v| v.parse().expect("a version")).collect(),
        ..Brief::default()
    }
}

#[test]
fn an_instrumental_and_its_voices_add_up_and_a_limited_version_keeps_its_own_promises() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    let session = mastered(&demo_stems(folder.path()), &out, &versions());
    let pair = ["instrumental", "a-cappella"].map(|v| out.join(format!("versions/{v}.wav")));
    let error = sum_error_lsb(&pair, &out.join("master.wav"));
    assert!(error <= NEAR_LSB, "{error}");
    let outcome = session.outcome.as_ref().expect("an outcome");
    assert_eq!(outcome.sums.len(), 1);
    for version in ["lead-1-limited", "instrumental-limited"] {
        let audio = read(&out.join(format!("versions/{version}.wav")));
        let (loudness, peak) = common::by_ebur128(&audio);
        assert!((loudness - session.brief.target().0).abs() <= 0.05, "{version}: {loudness}");
        assert!(peak <= session.brief.ceiling_dbtp.0 + 0.001, "{version}: {peak}");
    }
    // a louder lead is the master and a quarter of the lead once more
    let (louder, master, lead) =
        (read(&out.join("versions/lead+1.wav")), read(&out.join("master.wav")), read(&pair[1]));
    let more = acetate_mastering::model::amplitude(1.0) - 1.0;
    let expected =
        |c: usize, n: usize| f64::from(master.channels[c][n]) + more * f64::from(lead.channels[c][n]);
    for c in 0..2 {
        for (n, x) in louder.channels[c].iter().enumerate() {
            assert!((f64::from(*x) - expected(c, n)).abs() < 1e-6);
        }
    }
    assert!(outcome.kept(), "{outcome:#?}");
    assert!(verify(&out, &Options::default(), &Silent).expect("verified").holds());
}

#[test]
fn the_same_session_gives_the_same_handover_and_a_changed_one_is_found() {
    let folder = tempdir().expect("a folder");
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let brief = Brief { deliver: vec!["stems-24bit".into(), "cd".into(), "vinyl".into()], ..versions() };
    mastered(&demo_stems(folder.path()), &out, &brief);
    let mut session = read_session(&out.join(SESSION_FILE)).expect("a session");
    let options = Options { threads: 1, block_frames: 1000, ..Options::default() };
    render(&mut session, &again, &options, &Silent).expect("rendered");
    for file in session.outcome.iter().flat_map(|o| &o.deliverables) {
        let bytes = [&out, &again].map(|folder| std::fs::read(folder.join(&file.file)).expect("there"));
        assert!(bytes[0] == bytes[1], "{}", file.file);
    }
    assert!(verify(&again, &Options::default(), &Silent).expect("verified").holds());
    let drums = again.join("stems-24bit/drums.wav");
    let mut bytes = std::fs::read(&drums).expect("there");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&drums, bytes).expect("written");
    let verified = verify(&again, &Options::default(), &Silent).expect("verified");
    assert!(!verified.holds());
    assert!(verified.changed.iter().any(|c| c.contains("drums.wav")), "{:?}", verified.changed);
    assert!(verified.sums.iter().any(|s| s.promises.iter().any(|k| !k.kept)));
}

#[test]
fn every_profile_is_delivered_with_what_it_promises() {
    if !have("ffprobe") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    let own = Profile {
        ceiling_dbtp: Some(acetate_mastering::model::Dbtp(-2.0)),
        loudness_lufs: Some(acetate_mastering::model::Lufs(-16.0)),
        files: vec![FileForm { format: Format::Flac, bits: Some(16), ..FileForm::default() }],
        ..Profile::default()
    };
    let names = [
        "streaming",
        "apple-digital-masters",
        "cd",
        "club",
        "vinyl",
        "video",
        "archive",
        "dj",
        "sync",
        "deltas",
        "own",
    ];
    let brief = Brief {
        title: Some("Träume".into()),
        deliver: names.iter().map(|n| (*n).to_owned()).collect(),
        profiles: [("own".to_owned(), own)].into(),
        roles: versions().roles,
        ..Brief::default()
    };
    let session = mastered(&demo_stems(folder.path()), &out, &brief);
    let outcome = session.outcome.as_ref().expect("an outcome");
    assert!(outcome.kept(), "{:#?}", outcome.deliverables);
    assert_eq!(outcome.codecs.len(), 4);
    for file in &outcome.deliverables {
        let args = ["-v", "error", "-select_streams", "a:0", "-show_streams", "-of", "json"];
        let probed = Command::new("ffprobe").args(args).arg(out.join(&file.file)).output().expect("starts");
        let probed: Json = serde_json::from_slice(&probed.stdout).expect("JSON");
        let stream = &probed["streams"][0];
        assert_eq!(stream["sample_rate"].as_str(), Some(file.rate_hz.to_string().as_str()), "{}", file.file);
        assert_eq!(stream["channels"].as_u64(), Some(2), "{}", file.file);
        let bits = stream["bits_per_raw_sample"].as_str().or(stream["bits_per_sample"].as_u64().map(|_| ""));
        let bits = bits.and_then(|b| b.parse().ok()).or(stream["bits_per_sample"].as_u64());
        assert!(file.bits == 0 || bits == Some(u64::from(file.bits)), "{}: {stream:#}", file.file);
    }
    let level = |file: &str| {
        let (loudness, peak) = common::by_ebur128(&read(&out.join(file)));
        [loudness, peak]
    };
    let [loudness, peak] = level("own/master.flac");
    assert!((loudness + 16.0).abs() <= 0.05 && peak <= -2.0, "{loudness} {peak}");
    let [_, peak] = level("vinyl/premaster.wav");
    assert!((peak + 3.0).abs() < 0.1, "{peak}");
    low_end_is_mono(&out.join("vinyl/premaster.wav"));
    a_stem_file_holds_the_master(&out.join("dj/master.stem.mp4"), outcome);
    the_limiter_took_what_is_missing(&out, &session);
    let manifest = std::fs::read_to_string(out.join(MANIFEST_FILE)).expect("a manifest");
    let manifest: Json = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["files"].as_array().map(Vec::len), Some(outcome.deliverables.len()));
    assert_eq!(manifest["kept"], Json::Bool(true));
    assert_eq!(manifest["playback"].as_array().map(Vec::len), Some(outcome.playback.len()));
}

/// Below the limit of a lacquer the sides are far under the middle.
fn low_end_is_mono(path: &Path) {
    let audio = read(path);
    let (mut low, rate) = ([0.0f64; 2], f64::from(audio.rate_hz));
    // one pole at 60 Hz, four times over
    let mut poles = [[0.0f64; 4]; 2];
    let pole = 1.0 - libm::exp(-std::f64::consts::TAU * 60.0 / rate);
    for (l, r) in audio.channels[0].iter().zip(&audio.channels[1]) {
        let (l, r) = (f64::from(*l), f64::from(*r));
        for (signal, x) in [f64::midpoint(l, r), (l - r) / 2.0].into_iter().enumerate() {
            let y = poles[signal].iter_mut().fold(x, |x, y| {
                *y += pole * (x - *y);
                *y
            });
            low[signal] += y * y;
        }
    }
    let side_db = 10.0 * libm::log10(low[1] / low[0]);
    assert!(side_db < -30.0, "{side_db}");
}

/// The plain sum matched in loudness, and what the limiter took is nothing where it rested.
fn the_limiter_took_what_is_missing(out: &Path, session: &Session) {
    let loudness = |file: &str| common::by_ebur128(&read(&out.join(file))).0;
    let difference = loudness("deltas/before.wav") - loudness("master.wav");
    assert!(difference.abs() < 0.05, "{difference}");
    let taken = read(&out.join("deltas/what-the-limiter-took.wav"));
    let master = read(&out.join("master.wav"));
    let power = |audio: &acetate_mastering::model::Audio| {
        audio.channels.iter().flatten().map(|x| f64::from(x * x)).sum::<f64>()
    };
    let share_db = 10.0 * libm::log10(power(&taken) / power(&master));
    let outcome = session.outcome.as_ref().expect("an outcome");
    let mean_db = outcome.worked.last().and_then(|w| w.reductions.last()).map_or(0.0, |r| r.mean_db);
    // half a decibel off everywhere would be -25 dB
    assert!((-80.0..-15.0).contains(&share_db), "{share_db} dB at a mean of {mean_db} dB");
}

/// Five tracks by ffprobe; by ffmpeg, the last four add up to the first to the bit; the names are read again.
fn a_stem_file_holds_the_master(path: &Path, outcome: &acetate_mastering::model::Outcome) {
    let sum = outcome.sums.iter().find(|s| s.whole.starts_with("dj/")).expect("a proof");
    assert_eq!(sum.promises[0].measured, Some(0.0));
    let track = |n: usize| {
        let map = format!("0:a:{n}");
        let args = ["-v", "error", "-i", path.to_str().expect("UTF-8"), "-map", &map, "-f", "s16le", "-"];
        let raw = Command::new("ffmpeg").args(args).output().expect("ffmpeg starts").stdout;
        raw.as_chunks::<2>().0.iter().map(|s| i32::from(i16::from_le_bytes(*s))).collect::<Vec<i32>>()
    };
    let whole = track(0);
    let parts: Vec<_> = (1..5).map(track).collect();
    assert!(!whole.is_empty() && parts.iter().all(|part| part.len() == whole.len()));
    assert!((0..whole.len()).all(|n| whole[n] == parts.iter().map(|part| part[n]).sum::<i32>()));
    assert!(track(5).is_empty(), "five tracks");
    let found = scan(&[path.to_owned()], None).expect("a delivery");
    let names: Vec<&str> = found.stems.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.contains(&"drums") && names.contains(&"lead"), "{names:?}");
}

#[test]
fn a_wish_that_cannot_be_fulfilled_is_refused_before_anything_is_written() {
    let folder = tempdir().expect("a folder");
    let stems = demo_stems(folder.path());
    let out = folder.path().join("out");
    let picture = folder.path().join("cover.jpg");
    std::fs::write(&picture, "no picture").expect("written");
    let contradiction = FileForm { format: Format::Mp3, bits: Some(16), ..FileForm::default() };
    let tags = |set: &dyn Fn(&mut Brief)| {
        let mut brief = Brief::default();
        set(&mut brief);
        brief
    };
    let wishes: [(Brief, &str); 9] = [
        (tags(&|b| b.tags.isrc = Some("17".into())), "US-RC1-76-07839"),
        (tags(&|b| b.tags.upc = Some("036000291453".into())), "036000291452"),
        (tags(&|b| b.tags.date = Some("25.11.2026".into())), "2026-11-25"),
        (tags(&|b| b.tags.cover = Some(picture.display().to_string())), "JPEG or PNG"),
        (tags(&|b| b.deliver = vec!["steaming".into()]), "did you mean `streaming`"),
        (tags(&|b| b.versions = vec!["without/tuba".parse().expect("a version")]), "bass, drums, keys, lead"),
        (tags(&|b| b.versions = vec!["instrumental".parse().expect("a version")]), "roles."),
        (
            tags(&|b| {
                b.deliver = vec!["versions".into()];
                b.versions = vec!["without/drums".parse().expect("a version")];
                let files = vec![FileForm { file: "without-drums".into(), ..FileForm::default() }];
                b.profiles.insert("versions".into(), Profile { files, ..Profile::default() });
            }),
            "rename one",
        ),
        (
            tags(&|b| {
                b.deliver = vec!["mine".into()];
                let files = vec![contradiction.clone()];
                b.profiles.insert("mine".into(), Profile { files, ..Profile::default() });
            }),
            "kbps = 256",
        ),
    ];
    for (brief, says) in wishes {
        let delivery = scan(std::slice::from_ref(&stems), None).expect("stems");
        let error = master(&delivery, &brief, &out, &Options::default(), &Silent).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
        assert!(!matches!(error, Error::Cancelled));
        assert!(!out.exists(), "{says}");
    }
}

/// A codec of so few bits that it cannot but overshoot.
fn coarse() -> Brief {
    let codecs = vec![FileForm { format: Format::Mp3, kbps: Some(64), ..FileForm::default() }];
    let files = vec![FileForm { format: Format::Mp3, kbps: Some(96), ..FileForm::default() }];
    let own = Profile { codecs, files, ..Profile::default() };
    Brief {
        ceiling_dbtp: acetate_mastering::model::Dbtp(0.0),
        intent: acetate_mastering::model::Intent::Loud,
        deliver: vec!["coarse".into()],
        profiles: [("coarse".to_owned(), own)].into(),
        ..Brief::default()
    }
}

#[test]
fn a_codec_that_overshoots_has_the_ceiling_lowered_by_no_more_than_needed() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    let session = mastered(&demo_stems(folder.path()), &out, &coarse());
    let outcome = session.outcome.as_ref().expect("an outcome");
    let of_codec = outcome.codecs[0].true_peak_dbtp().expect("a peak");
    let file = folder.path().join("decoded.wav");
    let mp3 = out.join("coarse/master.mp3");
    let args = ["-v", "error", "-i", mp3.to_str().expect("UTF-8"), "-c:a", "pcm_f32le"];
    assert!(Command::new("ffmpeg").args(args).arg(&file).status().expect("starts").success());
    let (_, decoded) = common::by_ebur128(&read(&file));
    let (_, master) = common::by_ebur128(&read(&out.join("master.wav")));
    println!("master {master:.2} dBTP, codec {of_codec:.2}, MP3 {decoded:.2}");
    assert!(of_codec <= 0.0 && decoded <= 0.0, "{of_codec} {decoded}");
    // without the codecs the master would stand at full scale
    assert!(master < -0.2, "{master}");
    assert!(of_codec.max(decoded) > -1.0, "no more than needed: {of_codec} {decoded}");
}
