//! Flaws of tone put on single stems of real songs, and how much of them a plan takes back.

use std::path::Path;

use acetate_advisors::{propose, roles};
use acetate_mastering::model::{
    Audio, Block, Brief, Case, Curve, Map, Mode, Move, Place, Process, Quantity, Readings, Role, RoleGuess,
    SourceInfo, Spec, Stage, Stem,
};
use acetate_meters::MeterBank;

use crate::common;

/// The meters that tone rests on, and that tell what plays.
const ALL: [&str; 5] = ["spectrum", "cells", "character", "resonance", "sibilance"];
/// Those that a flaw of tone changes.
const OF_TONE: [&str; 3] = ["spectrum", "resonance", "sibilance"];

pub struct Song {
    pub name: String,
    pub audio: Vec<Audio>,
    pub stems: Vec<Stem>,
    pub readings: Readings,
}

fn read(audio: &Audio, of: &Place, meters: &[&str]) -> Readings {
    let mut bank = MeterBank::only(&Spec::new(audio.rate_hz, audio.channels.len(), 65_536), meters);
    audio.blocks(65_536).for_each(|block| bank.push(&block));
    Readings(bank.readings(of))
}

impl Song {
    pub fn load(folder: &Path) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let mut song = Self { name, audio: Vec::new(), stems: Vec::new(), readings: Readings::default() };
        for file in common::files_of(folder).0 {
            let name = common::name(&file);
            let (audio, place) = (common::read(&file), Place::stem(&name));
            let readings = read(&audio, &place, &ALL);
            let role =
                roles::decide(&Brief::default(), &name, RoleGuess::from_name(&name), &place, &readings);
            song.stems.push(Stem::new(&name, role, SourceInfo::default()));
            song.audio.push(audio);
            song.readings.0.extend(readings.0);
        }
        song
    }

    pub fn spec(&self, stem: usize) -> Spec {
        Spec::new(self.audio[stem].rate_hz, self.audio[stem].channels.len(), 65_536)
    }

    /// The readings with one stem changed.
    pub fn with(&self, stem: usize, audio: &Audio) -> Readings {
        let place = Place::stem(&self.stems[stem].name);
        let changed = read(audio, &place, &OF_TONE);
        let kept = self.readings.0.iter().filter(|r| changed.get(&r.of, r.quantity).is_none());
        Readings(kept.cloned().chain(changed.0.iter().cloned()).collect())
    }

    /// The moves of a plan for the stems at one of them.
    pub fn moves(&self, stem: usize, readings: &Readings) -> Vec<Move> {
        let brief = Brief { mode: Mode::Stems, ..Brief::default() };
        let case = Case { stage: Stage::Input, brief: &brief, stems: &self.stems, readings, findings: &[] };
        let rate_hz = self.audio[stem].rate_hz;
        let respond = |process: &Process, hz: &[f64]| acetate_processors::respond(process, rate_hz, hz);
        let at = Place::stem(&self.stems[stem].name);
        propose(&case, &respond, &acetate_processors::scales)
            .moves
            .into_iter()
            .filter(|m| m.at == at)
            .collect()
    }

    pub fn role(&self, stem: usize) -> Role {
        self.stems[stem].trusted_role()
    }
}

/// The gain of linear moves in dB at a frequency.
pub fn response(moves: &[Move], spec: &Spec, hz: &[f64]) -> Vec<f64> {
    let mut db = vec![0.0; hz.len()];
    for m in moves {
        let entry = acetate_processors::find(&m.process.kind).expect("a processor");
        if let Ok(Curve::Response(curve)) = (entry.curve)(&m.process.settings, spec)
            && m.process.kind == "eq"
        {
            db.iter_mut().zip(hz).for_each(|(db, &hz)| *db += curve(hz));
        }
    }
    db
}

/// Settings of one equaliser's band.
pub fn eq(shape: &str, hz: f64, gain_db: f64, q: f64) -> Map {
    let text = format!(r#"{{"bands":[{{"shape":"{shape}","freq_hz":{hz},"gain_db":{gain_db},"q":{q}}}]}}"#);
    serde_json::from_str(&text).expect("settings")
}

pub fn process(audio: &Audio, kind: &str, settings: &Map) -> Audio {
    let entry = acetate_processors::find(kind).expect("a processor");
    let spec = Spec::new(audio.rate_hz, audio.channels.len(), 65_536);
    let mut processor = (entry.build)(settings, &spec).expect("settings");
    let mut done = Audio { rate_hz: audio.rate_hz, channels: vec![Vec::new(); audio.channels.len()] };
    for block in audio.blocks(65_536) {
        let mut block = Block::of(block);
        processor.process(&mut block);
        for (to, from) in done.channels.iter_mut().zip(&block.main.channels) {
            to.extend_from_slice(from);
        }
    }
    done
}

/// With 5 to 10 kHz raised wherever they outweigh the vowels.
pub fn sharper(audio: &Audio, gain_db: f64) -> Audio {
    let band = |from: f64, to: f64| {
        let text = format!(
            r#"{{"bands":[{{"shape":"low_cut","freq_hz":{from}}},{{"shape":"high_cut","freq_hz":{to}}}]}}"#
        );
        process(audio, "eq", &serde_json::from_str(&text).expect("settings"))
    };
    let (treble, vowels) = (band(5000.0, 10_000.0), band(200.0, 4000.0));
    let step = audio.rate_hz as usize / 100;
    let power = |of: &Audio, from: usize| -> f64 {
        of.channels.iter().flat_map(|c| &c[from..(from + step).min(c.len())]).map(|x| f64::from(x * x)).sum()
    };
    let (mut open, more) = (0.0f32, acetate_model::amplitude(gain_db) as f32 - 1.0);
    let mut done = audio.clone();
    for from in (0..audio.frames()).step_by(step) {
        let wanted = f32::from(u8::from(power(&treble, from) > power(&vowels, from)));
        for n in from..(from + step).min(audio.frames()) {
            open += (wanted - open) * 0.01;
            for (to, treble) in done.channels.iter_mut().zip(&treble.channels) {
                to[n] += open * more * treble[n];
            }
        }
    }
    done
}

/// How far a response strays from flat over the bands of the ear, each by the root of a stem's power in it, in dB.
pub struct Ear {
    edges_hz: Vec<[f64; 2]>,
    weights: Vec<f64>,
}

/// Bands of the ear from 40 Hz to 18 kHz.
const BANDS: usize = 24;
/// Frequencies at which a band is looked at.
const INSIDE: usize = 9;

impl Ear {
    pub fn of(spectrum: &[(f64, f64)]) -> Self {
        // Glasberg and Moore, 1990
        let number = |hz: f64| 21.4 * libm::log10(1.0 + 0.00437 * hz);
        let hz = |number: f64| (libm::exp10(number / 21.4) - 1.0) / 0.00437;
        let (from, to) = (number(40.0), number(18_000.0));
        let edge = |k: usize| hz(from + (to - from) * k as f64 / BANDS as f64);
        let edges_hz: Vec<[f64; 2]> = (0..BANDS).map(|k| [edge(k), edge(k + 1)]).collect();
        let density = |at: f64| {
            let far = |hz: f64| libm::log(hz / at).abs();
            let near = spectrum.iter().min_by(|a, b| far(a.0).total_cmp(&far(b.0)));
            near.map_or(0.0, |(hz, db)| libm::exp10(db / 10.0) / hz)
        };
        let power = |[from, to]: &[f64; 2]| density((from * to).sqrt()) * (to - from);
        let roots: Vec<f64> = edges_hz.iter().map(|e| power(e).sqrt()).collect();
        let sum: f64 = roots.iter().sum();
        Self { weights: roots.iter().map(|root| root / sum).collect(), edges_hz }
    }

    pub fn frequencies(&self) -> Vec<f64> {
        let inside = |[from, to]: &[f64; 2]| {
            let (from, width) = (*from, to - from);
            (0..INSIDE).map(move |k| from + width * (k as f64 + 0.5) / INSIDE as f64)
        };
        self.edges_hz.iter().flat_map(inside).collect()
    }

    /// Of gains in dB at [`Ear::frequencies`].
    pub fn shape_error(&self, db: &[f64]) -> f64 {
        let band = |db: &[f64]| {
            10.0 * libm::log10(db.iter().map(|db| libm::exp10(db / 10.0)).sum::<f64>() / db.len() as f64)
        };
        let errors: Vec<f64> = db.chunks(INSIDE).map(band).collect();
        let mean: f64 = errors.iter().zip(&self.weights).map(|(e, w)| e * w).sum();
        let square: f64 = errors.iter().zip(&self.weights).map(|(e, w)| e * e * w).sum();
        (square - mean * mean).max(0.0).sqrt()
    }
}

/// The scalar of a stem.
pub fn scalar(readings: &Readings, stem: &Stem, quantity: Quantity) -> Option<f64> {
    readings.scalar(&Place::stem(&stem.name), quantity)
}
