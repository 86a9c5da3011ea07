//! What a scene foretells of linear moves is what rendering them gives.

mod common;

use std::path::Path;

use acetate_advisors::scene::after;
use acetate_files::StemReader;
use acetate_mastering::model::{
    Brief, By, Json, Map, Move, Place, Process, Quantity, Readings, Session, Spec, Standing,
};
use acetate_mastering::{Options, Silent, analyse, scan};
use acetate_meters::MeterBank;
use acetate_render::{Graph, Lane, Shape};
use common::{demo_stems, songs};

/// The most that a band may be foretold wrong, as root mean square over its hops, in dB.
const BAND_DB: f64 = 0.3;
/// The most that the loudness may be foretold wrong, in LU.
const LOUDNESS_LU: f64 = 0.2;
/// Bands and cells that lie farther below the loudest carry no music, in dB.
const MUSIC_DB: f64 = 40.0;

fn linear(at: &Place, kind: &str, settings: &str) -> Move {
    let settings: Map = serde_json::from_str(settings).unwrap();
    Move {
        id: format!("{at}/{kind}"),
        at: at.clone(),
        process: Process::new(kind, settings),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human("test".into()),
        standing: Standing::Active,
    }
}

/// A plan as bold as any advisor may write: every kind of linear move, shared out over the stems.
fn bold(session: &Session) -> Vec<Move> {
    const OF_STEMS: [(&str, &str); 6] = [
        ("gain", r#"{"gain_db": -3}"#),
        ("eq", r#"{"bands": [{"freq_hz": 300, "gain_db": -4, "q": 1.0}, {"freq_hz": 3000, "gain_db": 3, "q": 0.8}]}"#),
        ("high_pass", r#"{"cutoff_hz": 35, "slope": "db24"}"#),
        ("stereo", r#"{"width_percent": 70}"#),
        ("gain", r#"{"gain_db": 3}"#),
        ("eq", r#"{"bands": [{"shape": "high_shelf", "freq_hz": 6000, "gain_db": -3, "q": 0.7}]}"#),
    ];
    let stems = session.stems.iter().zip(OF_STEMS.iter().cycle());
    let of_stems = stems.map(|(stem, (kind, settings))| linear(&Place::stem(&stem.name), kind, settings));
    let of_master = [
        linear(&Place::Master, "eq", r#"{"bands": [{"shape": "low_shelf", "freq_hz": 100, "gain_db": 1.5, "q": 0.7}]}"#),
        linear(&Place::Master, "stereo", r#"{"width_percent": 120, "mono_below_hz": 60}"#),
    ];
    of_stems.chain(of_master).collect()
}

/// The sum behind the plan, as it really is.
fn rendered(session: &Session, plan: &[Move]) -> Readings {
    let files = acetate_files::reopen(session.stems.iter().map(|s| &s.source), Path::new("")).unwrap();
    let lanes = session.stems.iter().zip(&files).map(|(stem, file)| Lane {
        name: stem.name.clone(),
        source: Box::new(StemReader::new(file.open().unwrap(), session.rate_hz)),
    });
    let shape = Shape { block_frames: 8192, linked: false };
    let mut graph = Graph::build(plan, lanes.collect(), shape).unwrap();
    let spec = Spec::new(session.rate_hz, 2, shape.block_frames);
    let mut bank = MeterBank::only(&spec, &["loudness", "spectrum", "cells"]);
    graph
        .run(|block| {
            bank.push(&block.main);
            Ok::<_, acetate_mastering::Error>(())
        })
        .unwrap();
    Readings(bank.readings(&Place::Master))
}

fn table(foretold: &Readings, real: &Readings) {
    let at = Place::Master;
    let cells = |r: &Readings, q| r.cells(&at, q).map(|c| (c.hz.clone(), c.powers()));
    let (hz, mid) = cells(real, Quantity::MidCells).unwrap();
    let bands = hz.len();
    let of_band = |cells: &[f64], band: usize| -> f64 { cells.iter().skip(band).step_by(bands).sum() };
    let loudest = (0..bands).map(|band| of_band(&mid, band)).fold(0.0, f64::max);
    let db = |a: f64, b: f64| 10.0 * libm::log10(a.max(1e-30) / b.max(1e-30));
    for quantity in [Quantity::MidCells, Quantity::SideCells] {
        let (Some((_, f)), Some((_, r))) = (cells(foretold, quantity), cells(real, quantity)) else { continue };
        let n = f.len().min(r.len());
        let (f, r) = (&f[..n], &r[..n]);
        let mut line = String::new();
        for band in 0..bands {
            let level = db(of_band(r, band), loudest);
            if level < -40.0 { continue; }
            let mean_power = of_band(r, band) / (n / bands) as f64;
            let (mut w, mut e2, mut c, mut u2) = (0.0, 0.0, 0.0, 0.0);
            for (a, b) in f.iter().zip(r).skip(band).step_by(bands) {
                if *b > 1e-2 * mean_power { let e = db(*a, *b); w += b; e2 += b * e * e; c += 1.0; u2 += e * e; }
            }
            let mean = db(of_band(f, band), of_band(r, band));
            line += &format!(" {:.0}:{level:.0}/{mean:+.2}/{:.2}/{:.2}", hz[band], (e2 / w).sqrt(), f64::sqrt(u2 / c));
        }
        println!("  {quantity}{line}");
    }
}

fn holds(stems: &Path) {
    let delivery = scan(&[stems.to_owned()], None).expect("stems are found");
    let session = analyse(&delivery, &Brief::default(), &Options::default(), &Silent).unwrap();
    let plan = bold(&session);
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    let foretold = after(&session.stems, &session.readings, &plan, &respond);
    let real = rendered(&session, &plan);
    let loudness = |readings: &Readings| readings.scalar(&Place::Master, Quantity::Integrated).unwrap();
    let miss = loudness(&foretold) - loudness(&real);
    println!("{}: {miss:+.3} LU", stems.display());
    table(&foretold, &real);
}

#[test]
fn the_demo() {
    let folder = tempfile::tempdir().unwrap();
    holds(&demo_stems(folder.path()));
}

#[test]
fn every_song() {
    for song in songs() {
        holds(&song);
    }
}
