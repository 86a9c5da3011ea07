//! What a scene foretells of linear moves is what rendering them gives.

use std::path::Path;

use acetate_advisors::scene::after;
use acetate_files::StemReader;
use acetate_mastering::model::{By, Map, Move, Place, Process, Quantity, Readings, Session, Spec, Standing};
use acetate_meters::MeterBank;
use acetate_render::{Graph, Lane, Shape};

use crate::common::{Heard, demo_stems, heard, heard_songs};

/// The most that bands may be foretold wrong, as root mean square over the bands and hops that carry music, in dB.
const BAND_DB: f64 = 0.3;
/// The same of the spectrum, whose longer transform tells a soft band from its loud neighbour as no cell can.
const SPECTRUM_DB: f64 = 0.5;
/// The most that the loudness may be foretold wrong, in LU.
const LOUDNESS_LU: f64 = 0.2;
/// Bands that lie farther below the loudest carry no music, nor do hops of a band below its mean, in dB.
const MUSIC_DB: [f64; 2] = [40.0, 20.0];
/// The lowest band that the cells tell from its neighbours, in Hz.
const LOWEST_HZ: f64 = 49.0;
/// Where the low end is made mono, and up to where the side is not judged: the edge is steep, and a cell does not tell
/// where in its band a note lies.
const MONO_HZ: f64 = 60.0;
const EDGE_HZ: f64 = 2.0 * MONO_HZ;

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

/// So many kinds of moves, and so many ways to share them out.
const TURNS: usize = 5;

/// A plan as bold as any advisor may write: every kind of linear move, shared out over the stems. What may play a bass is
/// high-passed as low as advisors do.
fn bold(session: &Session, turn: usize) -> Vec<Move> {
    let stems = session.stems.iter().enumerate().map(|(n, stem)| {
        let floor = acetate_advisors::norms::floor(stem.trusted_role());
        let high_pass = format!(r#"{{"cutoff_hz": {}, "slope": "{}"}}"#, floor.cutoff_hz, floor.slope);
        let (kind, settings) = match (n + turn) % TURNS {
            0 => ("gain", r#"{"gain_db": -3}"#),
            1 => (
                "eq",
                r#"{"bands": [{"freq_hz": 300, "gain_db": -4, "q": 1.0}, {"freq_hz": 3000, "gain_db": 3, "q": 0.8}]}"#,
            ),
            2 => ("high_pass", high_pass.as_str()),
            3 => ("stereo", r#"{"width_percent": 70}"#),
            _ => ("gain", r#"{"gain_db": 3}"#),
        };
        linear(&Place::stem(&stem.name), kind, settings)
    });
    let shelf = r#"{"bands": [{"shape": "low_shelf", "freq_hz": 100, "gain_db": 1.5, "q": 0.7}]}"#;
    let width = format!(r#"{{"width_percent": 120, "mono_below_hz": {MONO_HZ}}}"#);
    let of_master = [linear(&Place::Master, "eq", shelf), linear(&Place::Master, "stereo", &width)];
    stems.chain(of_master).collect()
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

/// The root mean square error over the bands that carry music, and the band that is foretold worst.
fn error_db(foretold: &Readings, real: &Readings) -> (f64, String) {
    let at = Place::Master;
    let [of_bands, of_hops] = MUSIC_DB.map(|db| libm::exp10(-db / 10.0));
    let mid = real.cells(&at, Quantity::MidCells).expect("cells");
    let (hz, bands) = (mid.hz.clone(), mid.hz.len());
    let mean = |cells: &[f64], band: usize| {
        cells.iter().skip(band).step_by(bands).sum::<f64>() / (cells.len() / bands) as f64
    };
    let mid = mid.powers();
    let loudest = (0..bands).map(|band| mean(&mid, band)).fold(0.0, f64::max);
    let (mut squares, mut judged, mut worst) = (0.0, 0.0, (0.0, String::new()));
    for quantity in [Quantity::MidCells, Quantity::SideCells] {
        let of = |r: &Readings| r.cells(&at, quantity).map(acetate_mastering::model::Cells::powers);
        let (Some(foretold), Some(real)) = (of(foretold), of(real)) else { continue };
        let from_hz = if quantity == Quantity::SideCells { EDGE_HZ } else { LOWEST_HZ };
        for band in (0..bands).filter(|&b| hz[b] >= from_hz && mean(&real, b) > of_bands * loudest) {
            let floor = of_hops * mean(&real, band);
            let cells =
                foretold.iter().zip(&real).skip(band).step_by(bands).filter(|(_, real)| **real > floor);
            let (weight, square) = cells.fold((0.0, 0.0), |(weight, square), (foretold, real)| {
                let error = 10.0 * libm::log10(foretold.max(1e-30) / real);
                (weight + real, square + real * error * error)
            });
            squares += square / weight;
            judged += 1.0;
            if square / weight > worst.0 {
                let text = format!("{quantity} at {:.0} Hz: {:.2} dB", hz[band], (square / weight).sqrt());
                worst = (square / weight, text);
            }
        }
    }
    assert!(judged > 10.0, "{judged} bands carry music");
    ((squares / judged).sqrt(), worst.1)
}

fn holds(song: &str, session: &Session) {
    let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, session.rate_hz, hz);
    for turn in 0..TURNS {
        let plan = bold(session, turn);
        let foretold = after(&session.stems, &session.readings, &plan, &respond);
        let real = rendered(session, &plan);
        let loudness = |readings: &Readings| readings.scalar(&Place::Master, Quantity::Integrated).unwrap();
        let miss = loudness(&foretold) - loudness(&real);
        let (error, worst) = error_db(&foretold, &real);
        let spectrum = spectrum_error_db(&foretold, &real);
        let name = format!("{song} {turn}");
        println!("{name}: {miss:+.3} LU, {error:.3} dB rms, spectrum {spectrum:.3} dB, worst {worst}");
        assert!(miss.abs() <= LOUDNESS_LU, "{name}: {miss} LU");
        assert!(error <= BAND_DB && spectrum <= SPECTRUM_DB, "{name}: {error} dB, spectrum {spectrum} dB");
    }
}

/// The same of the shape of the spectrum: its level follows what parts count as active, and who reads it levels it.
fn spectrum_error_db(foretold: &Readings, real: &Readings) -> f64 {
    let of = |r: &Readings| r.spectrum(&Place::Master, Quantity::Spectrum).expect("a spectrum");
    let (foretold, real) = (of(foretold), of(real));
    assert_eq!(foretold.len(), real.len());
    let loudest = real.iter().map(|(_, db)| *db).fold(f64::NEG_INFINITY, f64::max);
    let bands = foretold.iter().zip(&real);
    let heard = bands.filter(|(_, (hz, db))| *hz > LOWEST_HZ && *db > loudest - MUSIC_DB[0]);
    let errors: Vec<f64> = heard.map(|((_, foretold), (_, real))| foretold - real).collect();
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    (errors.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / errors.len() as f64).sqrt()
}

#[test]
fn the_demo() {
    let folder = tempfile::tempdir().unwrap();
    holds("demo", &heard(&demo_stems(folder.path())));
}

#[test]
fn every_song() {
    for Heard { name, session, .. } in heard_songs() {
        holds(name, session);
    }
}
