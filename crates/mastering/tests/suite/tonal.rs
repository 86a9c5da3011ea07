//! Flaws of tone in single stems of real songs: how much is taken back, and that clean stems stay.

use std::collections::BTreeMap;

use crate::common::{songs, spread};
use crate::flaws::{Ear, Song, eq, process, response, scalar, sharper};
use acetate_mastering::model::{self as acetate_model, Json, Place, Quantity, Role};

/// What became of a flaw: the share taken back, and whether anything was done.
#[derive(Debug, Default, Clone)]
struct Row {
    shares: Vec<f64>,
    touched: usize,
}

impl Row {
    fn add(&mut self, share: f64) {
        self.shares.push(share);
        self.touched += usize::from(share > 0.1);
    }

    fn mean(&self) -> f64 {
        self.shares.iter().sum::<f64>() / self.shares.len().max(1) as f64
    }

    /// Of those in which something was done.
    fn mean_of_touched(&self) -> f64 {
        let touched: Vec<f64> = self.shares.iter().copied().filter(|s| *s > 0.1).collect();
        touched.iter().sum::<f64>() / touched.len().max(1) as f64
    }
}

fn largest_db(m: &acetate_model::Move) -> f64 {
    let bands = m.process.settings.get("bands").and_then(Json::as_array).cloned().unwrap_or_default();
    let gains = bands.iter().filter_map(|b| b.get("gain_db")?.as_f64()).map(f64::abs);
    let range = m.process.settings.get("range_db").and_then(Json::as_f64).unwrap_or_default();
    gains.fold(range, f64::max)
}

const TONAL: [&str; 3] = ["resonance", "sibilance", "stem_tone"];

fn is_tonal(m: &acetate_model::Move) -> bool {
    TONAL.iter().any(|id| m.id.ends_with(&format!("/{id}")))
}

#[test]
fn clean_stems_stay() {
    let folders = songs();
    let (mut stems, mut touched) = (0, Vec::new());
    for folder in folders {
        let song = Song::load(&folder);
        for (n, stem) in song.stems.iter().enumerate() {
            stems += 1;
            let moves: Vec<_> = song.moves(n, &song.readings).into_iter().filter(is_tonal).collect();
            let spectrum =
                song.readings.spectrum(&Place::stem(&stem.name), Quantity::Spectrum).unwrap_or_default();
            let mean = |from: f64, to: f64| {
                let own: Vec<f64> =
                    spectrum.iter().filter(|(hz, _)| (from..to).contains(hz)).map(|b| b.1).collect();
                own.iter().sum::<f64>() / own.len() as f64
            };
            println!(
                "{:16.16} {:16} {:14} resonance {:5.1} s {:6.1} treble {:6.1} low mids {:6.1}  {}",
                song.name,
                stem.name,
                song.role(n).key(),
                scalar(&song.readings, stem, Quantity::Resonance).unwrap_or(f64::NAN),
                scalar(&song.readings, stem, Quantity::SibilantLevel).unwrap_or(f64::NAN),
                mean(3550.0, 11200.0) - mean(447.0, 2240.0),
                mean(224.0, 355.0) - mean(708.0, 1780.0),
                moves
                    .iter()
                    .map(|m| format!("{} {:.1} dB", m.because, largest_db(m)))
                    .collect::<Vec<_>>()
                    .join("; ")
            );
            touched.extend(moves.iter().filter(|m| largest_db(m) > 1.0).map(|m| m.id.clone()));
        }
    }
    println!("{} of {stems} clean stems are changed by more than 1 dB: {touched:?}", touched.len());
    assert!(touched.len() * 20 <= stems, "more than 5 % of {stems}: {touched:?}");
}

#[test]
fn a_good_part_of_a_flaw_is_taken_back() {
    let folders = songs();
    let mut table: BTreeMap<(String, String), Row> = BTreeMap::new();
    let mut count = 0;
    for folder in folders {
        let song = Song::load(&folder);
        for n in 0..song.stems.len() {
            let clean = song.moves(n, &song.readings);
            let (spec, role) = (song.spec(n), song.role(n));
            let spectrum = song.readings.spectrum(&Place::stem(&song.stems[n].name), Quantity::Spectrum);
            let Some(spectrum) = spectrum else { continue };
            let ear = Ear::of(&spectrum);
            let hz = ear.frequencies();
            let before = response(&clean, &spec, &hz);
            for flaw in 0..12 {
                count += 1;
                let level = flaw % 3;
                let (name, settings) = match flaw / 3 {
                    0 => {
                        let at = 250.0 * libm::exp2(4.0 * spread(count / 12));
                        ("RES", eq("bell", at, [6.0, 9.0, 12.0][level], 8.0 + 4.0 * spread(7 * (count / 12))))
                    }
                    1 => ("DULL", eq("high_shelf", 3000.0, -[4.0, 7.0, 10.0][level], 0.71)),
                    2 => ("HARSH", eq("high_shelf", 3000.0, [4.0, 7.0, 10.0][level], 0.71)),
                    _ => ("MUD", eq("bell", 250.0 + 100.0 * spread(count), [3.0, 5.0, 8.0][level], 1.0)),
                };
                let readings = song.with(n, &process(&song.audio[n], "eq", &settings));
                let moves = song.moves(n, &readings);
                let after = response(&moves, &spec, &hz);
                let flawed: Vec<f64> = {
                    let m = acetate_model::Move {
                        process: acetate_model::Process::new("eq", settings),
                        ..blank()
                    };
                    response(&[m], &spec, &hz)
                };
                let left: Vec<f64> =
                    flawed.iter().zip(&after).zip(&before).map(|((f, a), b)| f + a - b).collect();
                let share = 1.0 - ear.shape_error(&left) / ear.shape_error(&flawed);
                let strength = format!("{name} {}", ["mild", "medium", "strong"][level]);
                table.entry((strength.clone(), "all".into())).or_default().add(share);
                table.entry((strength, role.key().into())).or_default().add(share);
            }
            if !matches!(role, Role::LeadVocal | Role::BackingVocal) {
                continue;
            }
            for (level, gain_db) in [4.0, 7.0, 10.0].into_iter().enumerate() {
                let flawed = sharper(&song.audio[n], gain_db);
                let readings = song.with(n, &flawed);
                let of = |readings| scalar(readings, &song.stems[n], Quantity::SibilantLevel);
                let (Some(was), Some(is)) = (of(&song.readings), of(&readings)) else { continue };
                if is - was < 1.0 {
                    continue;
                }
                let moves = song.moves(n, &readings);
                let mended = match moves.iter().find(|m| m.process.kind == "deesser") {
                    Some(m) => {
                        of(&song.with(n, &process(&flawed, "deesser", &m.process.settings))).unwrap_or(is)
                    }
                    None => is,
                };
                println!(
                    "{} {} s {was:.1}, +{gain_db} dB {is:.1}, mended {mended:.1}",
                    song.name, song.stems[n].name
                );
                let strength = format!("SIB {}", ["mild", "medium", "strong"][level]);
                table.entry((strength, role.key().into())).or_default().add((is - mended) / (is - was));
            }
        }
    }
    print(&table);
    let row =
        |flaw: &str, role: &str| table.get(&(flaw.to_owned(), role.to_owned())).cloned().unwrap_or_default();
    // Partials of few notes hide a resonance; a kit hides none.
    for (flaw, gate) in [("RES medium", 0.4), ("RES strong", 0.4)] {
        assert!(row(flaw, "drums").mean() >= gate, "{flaw} of drums: {:?}", row(flaw, "drums"));
    }
    // Where something was done, the flaw was beyond what is usual.
    for (flaw, gate) in [("RES", 0.4), ("DULL", 0.25), ("HARSH", 0.3), ("MUD", 0.3)] {
        let touched: Vec<Row> =
            ["medium", "strong"].map(|level| row(&format!("{flaw} {level}"), "all")).into();
        let all = Row { shares: touched.iter().flat_map(|row| row.shares.clone()).collect(), touched: 0 };
        assert!(all.mean_of_touched() >= gate, "{flaw}: {:.2}", all.mean_of_touched());
        assert!(all.mean() > 0.0, "{flaw} is made worse: {:.2}", all.mean());
    }
    let sharp = row("SIB strong", "lead_vocal");
    assert!(sharp.mean() >= 0.5, "{sharp:?}");
}

fn print(table: &BTreeMap<(String, String), Row>) {
    for ((strength, role), row) in table {
        println!(
            "{strength:13} {role:14} taken back {:5.2}, of those touched {:5.2}, touched {} of {}",
            row.mean(),
            row.mean_of_touched(),
            row.touched,
            row.shares.len()
        );
    }
}

fn blank() -> acetate_model::Move {
    acetate_model::Move {
        id: String::new(),
        at: Place::Master,
        process: acetate_model::Process::new("gain", acetate_model::Map::new()),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: acetate_model::By::Human(String::new()),
        standing: acetate_model::Standing::Active,
    }
}
