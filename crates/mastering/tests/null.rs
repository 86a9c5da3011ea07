//! The null test names what was planted, on real songs and on the demo.

mod common;
mod planted;

use acetate_mastering::model::{Audio, Place, Quantity, Reading, Readings, Source, Spec, Value};
use acetate_mastering::{Compared, Options, Silent, demo, null_test};
use acetate_meters::MeterBank;
use common::{read, songs};
use planted::*;

struct Song {
    name: String,
    stems: Vec<(String, Audio)>,
    mix: Option<Audio>,
}

fn all_songs() -> Vec<Song> {
    let mut all = vec![Song { name: "demo".into(), stems: demo::compose(44_100), mix: None }];
    for folder in songs() {
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|e| e.path()).collect();
        files.retain(|p| p.extension().is_some_and(|e| e == "flac"));
        files.sort();
        let name = |p: &std::path::Path| p.file_stem().unwrap().to_string_lossy().into_owned();
        let mix = files.iter().find(|p| name(p) == "mix").map(|p| stereo(read(p)));
        let stems = files.iter().filter(|p| name(p) != "mix").map(|p| (name(p), stereo(read(p)))).collect();
        all.push(Song { name: name(&folder), stems, mix });
    }
    all
}

fn stereo(mut audio: Audio) -> Audio {
    if audio.channels.len() == 1 {
        audio.channels.push(audio.channels[0].clone());
    }
    audio
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

#[test]
fn table() {
    for song in all_songs() {
        let audio_of: Vec<Audio> = song.stems.iter().map(|(_, a)| a.clone()).collect();
        let rate = audio_of[0].rate_hz;
        let sum = planted::sum(&audio_of);
        let mut heard = Readings(loudness(&Place::Master, &audio(&sum, rate)));
        for (name, stem) in &song.stems {
            heard.0.extend(loudness(&Place::stem(name), stem));
        }
        let victim = song.name.len() % song.stems.len();
        let of = |f: f64| {
            let mut m = sum.clone();
            add(&mut m, &audio_of[victim], f - 1.0);
            m
        };
        let late = |d: f64| {
            let mut m = of(0.0);
            let w = delayed(&wave(&audio_of[victim]), d);
            add(&mut m, &audio(&w, rate), 1.0);
            m
        };
        let p = peak(&sum);
        let cases: Vec<(&str, Wave)> = vec![
            ("identical", rounded(&sum, 24)),
            ("dither16", dithered(&sum, 16)),
            ("level all", scaled(sum.clone(), 0.86)),
            ("stem +0.5", of(1.0593)),
            ("stem -0.5", of(0.944)),
            ("extra", of(0.0)),
            ("polarity", of(-1.0)),
            ("polarity all", scaled(sum.clone(), -1.0)),
            ("1 frame", late(1.0)),
            ("0.37 frame", late(0.37)),
            ("25 ms", late(0.025 * f64::from(rate))),
            ("all 1 frame", delayed(&sum, 1.0)),
            ("all 0.37 frame", delayed(&sum, 0.37)),
            ("all 25 ms", delayed(&sum, 0.025 * f64::from(rate))),
            ("low shelf", shelf(&sum, rate, 120.0, 1.0, false)),
            ("high shelf", shelf(&sum, rate, 8000.0, 1.0, true)),
            ("compressor", compressed(&sum, rate, rms(&sum), 2.0)),
            ("limiter", limited(&sum, rate, p * 0.5)),
            ("tanh", bent(&sum, 1.0 / p)),
            (
                "master",
                limited(
                    &compressed(&shelf(&sum, rate, 8000.0, 2.0, true), rate, rms(&sum), 2.0),
                    rate,
                    p * 0.4,
                ),
            ),
        ];
        for (what, mix) in &cases {
            let t = std::time::Instant::now();
            let r = compare(&song.stems, mix, &heard);
            line(&song.name, what, &song.stems, &r, t);
        }
        let mut fewer = song.stems.clone();
        fewer.remove(victim);
        line(&song.name, "missing", &fewer, &compare(&fewer, &sum, &heard), std::time::Instant::now());
        if let Some(mix) = &song.mix {
            line(
                &song.name,
                "own mix",
                &song.stems,
                &compare(&song.stems, &wave(mix), &heard),
                std::time::Instant::now(),
            );
        }
        let other = planted::sum(&demo::compose(48_000).into_iter().map(|(_, a)| a).collect::<Vec<_>>());
        line(
            &song.name,
            "other song",
            &song.stems,
            &compare(&song.stems, &other, &heard),
            std::time::Instant::now(),
        );
    }
}

fn line(song: &str, what: &str, stems: &[(String, Audio)], r: &Readings, t: std::time::Instant) {
    use Quantity::*;
    let mix = Place::Bus("mix".into());
    let get = |p: &Place, q| match r.between(p, &mix, q) {
        Some(Value::Scalar(x)) => *x,
        _ => f64::NAN,
    };
    let m = |q| get(&Place::Master, q);
    let best = stems
        .iter()
        .min_by(|a, b| get(&Place::stem(&a.0), NullOneStem).total_cmp(&get(&Place::stem(&b.0), NullOneStem)))
        .unwrap();
    let b = Place::stem(&best.0);
    println!(
        "{song:10.10} {what:14} d {:9.3} m {:4.0} g {:6.2} c {:6.3} | res {:6.1} one {:6.1} ({:8.8} {:6.3} {:8.3}) stems {:6.1} filt {:6.1} gain {:6.1} curve {:6.1} both {:6.1} | lvl {:6.1} spread {:5.1} range {:4.1} corr {:5.2} {:4} ms",
        m(MixDelay),
        m(MixMatch),
        m(MixGain),
        m(MixCorrelation),
        m(NullResidual),
        get(&b, NullOneStem),
        best.0,
        get(&b, OneStemFactor),
        get(&b, OneStemDelay),
        m(NullStems),
        m(NullFilter),
        m(NullGain),
        m(NullCurve),
        m(NullFilterGain),
        m(NullLevel),
        m(NullSpread),
        m(MixGainRange),
        m(MixGainLevel),
        t.elapsed().as_millis()
    );
}
