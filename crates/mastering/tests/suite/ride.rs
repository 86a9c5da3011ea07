//! Rides on real songs: a sine of decibels on one stem's samples, and what the plan's fader does about it.

use std::f64::consts::PI;

use acetate_advisors::{propose, scene::after};
use acetate_files::StemReader;
use acetate_mastering::model::{
    Audio, Brief, Case, Json, Mode, Move, Place, Process, Quantity, Reading, Readings, Session, Source, Spec,
    Stage, amplitude, eased,
};
use acetate_meters::MeterBank;

use crate::common::{Heard, demo_stems, heard, heard_songs, spread};

/// Rides beyond this on a clean stem would be heard, in dB.
const HEARD_DB: f64 = 1.0;
/// What must be taken back of rides up and down by so many dB, on average over all stems.
const TAKEN_BACK: [(f64, f64); 3] = [(3.0, 0.15), (5.0, 0.35), (8.0, 0.45)];
/// A stem is judged where it carries this share of the song.
const CARRIES: f64 = 0.02;
/// The step at which curves are compared.
const STEP_MS: f64 = 50.0;

struct Song {
    session: Session,
    stems: Vec<Audio>,
}

/// One after the other, since the samples of all of them are many.
fn songs() -> impl Iterator<Item = Song> {
    let of = |heard: &Heard| {
        let session = heard.session.clone();
        let files = acetate_files::reopen(session.stems.iter().map(|s| &s.source), std::path::Path::new(""));
        let read = |file: &acetate_files::StemFile| {
            let mut reader = StemReader::new(file.open().expect("it opens"), session.rate_hz);
            let mut whole = Audio::silence(session.rate_hz, reader.channels(), 0);
            let mut block = Audio::default();
            while reader.read(&mut block, 1 << 16).expect("it reads") > 0 {
                for (to, from) in whole.channels.iter_mut().zip(&block.channels) {
                    to.extend_from_slice(from);
                }
            }
            whole
        };
        let stems = files.expect("stems").iter().map(read).collect();
        Song { session, stems }
    };
    heard_songs().iter().map(of)
}

fn power(audio: &Audio) -> f64 {
    audio.channels.iter().flatten().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

impl Song {
    fn rides(&self, readings: &Readings) -> Vec<Move> {
        let brief = Brief { mode: Mode::Stems, ..self.session.brief.clone() };
        let case = Case {
            stage: Stage::Input,
            brief: &brief,
            stems: &self.session.stems,
            readings,
            findings: &self.session.findings,
        };
        let respond =
            |process: &Process, hz: &[f64]| acetate_processors::respond(process, self.session.rate_hz, hz);
        let moves = propose(&case, &respond, &acetate_processors::scales).moves;
        moves.into_iter().filter(|m| m.id.ends_with("/ride")).collect()
    }

    /// The readings with the cells of one stem, and of the sum, as they are with gains in dB over seconds.
    fn ridden(&self, stem: usize, db: impl Fn(f64) -> f64) -> Readings {
        let rate = f64::from(self.session.rate_hz);
        let mut audio = self.stems[stem].clone();
        let longest = self.stems.iter().map(Audio::frames).max().unwrap_or(0);
        let mut sum = Audio::silence(audio.rate_hz, 2, longest);
        for channel in &mut audio.channels {
            channel.iter_mut().enumerate().for_each(|(n, x)| *x *= amplitude(db(n as f64 / rate)) as f32);
        }
        for (n, own) in self.stems.iter().enumerate() {
            let own = if n == stem { &audio } else { own };
            for (c, to) in sum.channels.iter_mut().enumerate() {
                let from = &own.channels[c.min(own.channels.len() - 1)];
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            }
        }
        let mut readings = self.session.readings.clone();
        let at = Place::stem(&self.session.stems[stem].name);
        for (place, audio) in [(at, &audio), (Place::Master, &sum)] {
            for reading in cells(&place, audio) {
                readings.0.retain(|r| r.of != reading.of || r.quantity != reading.quantity);
                readings.0.push(reading);
            }
        }
        readings
    }
}

fn cells(of: &Place, audio: &Audio) -> Vec<Reading> {
    let mut bank = MeterBank::only(&Spec::new(audio.rate_hz, audio.channels.len(), 1 << 16), &["cells"]);
    audio.blocks(1 << 16).for_each(|block| bank.push(&block));
    bank.readings(of)
}

/// The fader's way in dB over milliseconds.
fn curve(m: &Move) -> Vec<(f64, f64)> {
    let number = |point: &Json, key: &str| point.get(key).and_then(Json::as_f64).expect("a number");
    let points = m.process.settings["points"].as_array().expect("points");
    points.iter().map(|point| (number(point, "at_ms"), number(point, "gain_db"))).collect()
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64).sqrt()
}

#[test]
fn clean_stems_keep_their_level_and_ridden_ones_get_it_back() {
    let mut shares: Vec<(f64, f64)> = Vec::new();
    let mut case = 0;
    for song in songs() {
        for m in song.rides(&song.session.readings) {
            let most = curve(&m).iter().fold(0.0, |most: f64, (_, db)| most.max(db.abs()));
            println!("clean: {} by {most:.1} dB: {}", m.id, m.because);
            assert!(most <= HEARD_DB, "{} without need", m.id);
        }
        let all: f64 = song.stems.iter().map(power).sum();
        for stem in (0..song.stems.len()).filter(|&n| power(&song.stems[n]) > CARRIES * all) {
            for (size, _) in TAKEN_BACK {
                case += 1;
                let (hz, late) = (0.1 + 0.38 * spread(case), 2.0 * PI * spread(7 * case));
                let flaw = |s: f64| size * libm::sin(2.0 * PI * hz * s + late);
                let readings = song.ridden(stem, flaw);
                let at = Place::stem(&song.session.stems[stem].name);
                let moves = song.rides(&readings);
                let points = moves.iter().find(|m| m.at == at).map(curve).unwrap_or_default();
                let seconds = song.stems[stem].frames() as f64 / f64::from(song.session.rate_hz);
                let times = (0..(seconds * 1000.0 / STEP_MS) as usize).map(|n| n as f64 * STEP_MS);
                let (before, after): (Vec<f64>, Vec<f64>) =
                    times.map(|ms| (flaw(ms / 1000.0), flaw(ms / 1000.0) + eased(&points, ms))).unzip();
                shares.push((size, 1.0 - deviation(&after) / deviation(&before)));
                println!("{at} {size} dB at {hz:.3} Hz: {:.2}", shares[case - 1].1);
            }
        }
    }
    for (size, least) in TAKEN_BACK {
        let of: Vec<f64> = shares.iter().filter(|(db, _)| *db == size).map(|(_, share)| *share).collect();
        let mean = of.iter().sum::<f64>() / of.len().max(1) as f64;
        println!("{size} dB: {mean:.2} taken back on average over {} stems", of.len());
        assert!(of.is_empty() || mean > least, "{size} dB: {mean:.2}");
    }
}

/// The cells of a fader's way, foretold and as the meter hears it.
#[test]
fn a_ride_is_foretold() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = heard(&demo_stems(folder.path()));
    let at = Place::stem(&session.stems[0].name);
    let points: Vec<Json> = (0..12)
        .map(|n| serde_json::json!({ "at_ms": 1300 * n, "gain_db": if n % 2 == 0 { 4.0 } else { -5.0 } }))
        .collect();
    let process = Process::new("ride", [("points".to_owned(), Json::from(points))].into_iter().collect());
    let m = Move {
        id: format!("{at}/ride"),
        at: at.clone(),
        process,
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: acetate_mastering::model::By::Human("test".into()),
        standing: acetate_mastering::model::Standing::Active,
    };
    let foretold = after(&session.stems, &session.readings, std::slice::from_ref(&m), &|_, _| None);
    let files = acetate_files::reopen(session.stems.iter().map(|s| &s.source), std::path::Path::new(""));
    let file = files.expect("stems").swap_remove(0);
    let mut reader = StemReader::new(file.open().expect("it opens"), session.rate_hz);
    let spec = Spec::new(session.rate_hz, reader.channels(), 1 << 16);
    let mut bank = MeterBank::only(&spec, &["cells"]);
    let entry = acetate_processors::find("ride").expect("it is listed");
    let mut fader = (entry.build)(&m.process.settings, &spec).expect("settings");
    let mut block = Audio::default();
    while reader.read(&mut block, 1 << 16).expect("it reads") > 0 {
        let mut through = acetate_mastering::model::Block::of(std::mem::take(&mut block));
        fader.process(&mut through);
        bank.push(&through.main);
        block = through.main;
    }
    let real = Readings(bank.readings(&at));
    let powers = |readings: &Readings| {
        let cells = readings.cells(&at, Quantity::MidCells).expect("cells");
        let bands = cells.hz.len();
        cells.powers().chunks(bands).map(|hop| hop.iter().sum()).collect::<Vec<f64>>()
    };
    let (foretold, real) = (powers(&foretold), powers(&real));
    let (mut square, mut weights) = (0.0, 0.0);
    for (foretold, real) in foretold.iter().zip(&real).filter(|(f, r)| **f > 0.0 && **r > 0.0) {
        let error = 10.0 * libm::log10(foretold / real);
        (square, weights) = (square + real * error * error, weights + real);
    }
    let error = (square / weights).sqrt();
    println!("foretold within {error:.2} dB");
    assert!(weights > 0.0 && error < 0.3, "{error:.2} dB");
}
