//! Faults between stems, put into the demo song and heard by meters, comparisons and checks alike.

use acetate_mastering::{CHECKS, demo, model};
use acetate_meters::{ComparisonBank, MeterBank};
use model::{
    Audio, Brief, Case, Ensemble, Finding, Place, Readings, RoleGuess, Severity, SourceInfo, Spec, Stage,
    Stem, amplitude,
};

const RATE_HZ: u32 = 44_100;
const BLOCK_FRAMES: usize = 4096;

/// The codes that rest on comparisons.
const PAIRS: [&str; 6] = ["duplicates", "double_printed", "wet_dry", "stem_polarity", "bleed", "timing"];

type Song = Vec<(String, Audio)>;

fn song() -> Song {
    demo::compose(RATE_HZ)
}

fn index(song: &Song, name: &str) -> usize {
    song.iter().position(|(known, _)| known == name).expect("a stem of the demo")
}

/// What the checks on pairs say.
fn findings(song: &Song) -> Vec<Finding> {
    let spec = Spec::new(RATE_HZ, 2, BLOCK_FRAMES);
    let places: Vec<Place> = song.iter().map(|(name, _)| Place::stem(name)).collect();
    let mut banks: Vec<MeterBank> = song.iter().map(|_| MeterBank::new(&spec)).collect();
    let mut master = MeterBank::new(&spec);
    let mut comparisons = ComparisonBank::new(&spec, &places);
    let length = song.iter().map(|(_, audio)| audio.frames()).max().unwrap_or(0);
    for from in (0..length).step_by(BLOCK_FRAMES) {
        let cut = |audio: &Audio| {
            let part = |c: &Vec<f32>| c[from.min(c.len())..(from + BLOCK_FRAMES).min(c.len())].to_vec();
            Audio { rate_hz: RATE_HZ, channels: audio.channels.iter().map(part).collect() }
        };
        let stems: Vec<Audio> = song.iter().map(|(_, audio)| cut(audio)).collect();
        let mut sum = Audio::silence(RATE_HZ, 2, BLOCK_FRAMES.min(length - from));
        for stem in &stems {
            for (to, from) in sum.channels.iter_mut().zip(&stem.channels) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            }
        }
        banks.iter_mut().zip(&stems).for_each(|(bank, stem)| bank.push(stem));
        master.push(&sum);
        comparisons.push(&Ensemble { stems: &stems, sum: &sum });
    }
    let mut readings = master.readings(&Place::Master);
    for (bank, place) in banks.iter().zip(&places) {
        readings.extend(bank.readings(place));
    }
    readings.extend(comparisons.readings());
    let stems: Vec<Stem> = song
        .iter()
        .map(|(name, _)| Stem::new(name, RoleGuess::from_name(name), SourceInfo::default()))
        .collect();
    let readings = Readings(readings);
    let brief = Brief::default();
    let case = Case { stage: Stage::Input, brief: &brief, stems: &stems, readings: &readings, findings: &[] };
    let checks = CHECKS.iter().filter(|check| PAIRS.contains(&check.code));
    checks.flat_map(|check| (check.run)(&case)).collect()
}

/// Adds one stem to another.
fn add(song: &mut Song, to: &str, from: &str, gain: f64, later: usize) {
    let (to, from) = (index(song, to), index(song, from));
    let source = song[from].1.clone();
    for (to, from) in song[to].1.channels.iter_mut().zip(&source.channels) {
        to[later..].iter_mut().zip(from).for_each(|(to, from)| *to += gain as f32 * from);
    }
}

/// The one finding of a code; all others of that code would be wrong.
#[track_caller]
fn only(findings: &[Finding], code: &str) -> Finding {
    let of_code: Vec<&Finding> = findings.iter().filter(|f| f.code == code).collect();
    assert_eq!(of_code.len(), 1, "{code}: {findings:#?}");
    of_code[0].clone()
}

#[test]
fn the_song_as_it_is_is_clean() {
    assert_eq!(findings(&song()), []);
}

#[test]
fn bleed_of_the_drums_in_the_keys() {
    for level_db in [-30.0, -20.0, -12.0] {
        let mut song = song();
        add(&mut song, "keys", "drums", amplitude(level_db), 441);
        let found = findings(&song);
        let bleed = only(&found, "bleed");
        assert_eq!((found.len(), &bleed.at), (1, &Place::stem("keys")));
        assert!((bleed.evidence[0].value - level_db).abs() < 2.5, "{level_db}: {}", bleed.text);
        assert_eq!(bleed.severity == Severity::Warning, level_db > -15.0, "{}", bleed.text);
    }
}

#[test]
fn drums_printed_into_the_keys() {
    for level_db in [-6.0, -3.0, 0.0] {
        let mut song = song();
        add(&mut song, "keys", "drums", amplitude(level_db), 0);
        let found = findings(&song);
        assert_eq!((found.len(), only(&found, "double_printed").at), (1, Place::stem("keys")));
    }
}

#[test]
fn a_group_beside_its_parts() {
    let mut song = song();
    let mut group = song[index(&song, "drums")].1.clone();
    for (to, from) in group.channels.iter_mut().zip(&song[index(&song, "bass")].1.channels) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
    song.push(("rhythm".to_owned(), group));
    let found = only(&findings(&song), "double_printed");
    assert!(found.at == Place::stem("rhythm") && found.text.contains("drums") && found.text.contains("bass"));
}

#[test]
fn a_stem_that_was_sent_twice() {
    for (gain_db, noise) in [(0.0, 0.0), (-3.0, 1e-3), (-20.0, 0.0)] {
        let mut song = song();
        let mut copy = song[index(&song, "lead")].1.clone();
        let mut state = 1u32;
        for sample in copy.channels.iter_mut().flatten() {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            let hiss = f64::from(state) / f64::from(1u32 << 31) - 1.0;
            *sample = (amplitude(gain_db) * (f64::from(*sample) + 0.2 * noise * hiss)) as f32;
        }
        song.push(("lead_2".to_owned(), copy));
        let found = findings(&song);
        assert_eq!((found.len(), only(&found, "duplicates").at), (1, Place::stem("lead_2")));
    }
}

#[test]
fn a_stem_that_is_turned_against_its_bleed() {
    for level_db in [-20.0, -12.0, -6.0] {
        let mut song = song();
        add(&mut song, "keys", "drums", amplitude(level_db), 0);
        let keys = index(&song, "keys");
        song[keys].1.channels.iter_mut().flatten().for_each(|s| *s = -*s);
        let found = findings(&song);
        assert_eq!((found.len(), only(&found, "stem_polarity").at), (1, Place::stem("keys")));
    }
}

#[test]
fn kick_and_bass_at_any_polarity_are_no_fault() {
    let mut song = song();
    let bass = index(&song, "bass");
    song[bass].1.channels.iter_mut().flatten().for_each(|s| *s = -*s);
    assert_eq!(findings(&song), []);
}

#[test]
fn a_print_out_of_line() {
    for late_ms in [1.0, 5.0, 20.0] {
        let mut song = song();
        add(&mut song, "keys", "drums", 1.0, (44.1 * late_ms) as usize);
        let timing = only(&findings(&song), "timing");
        assert!((timing.evidence[0].value - late_ms).abs() < 0.05, "{}", timing.text);
    }
}

#[test]
fn a_stem_in_another_room_as_well() {
    let mut song = song();
    let mut wet = song[index(&song, "lead")].1.clone();
    for channel in &mut wet.channels {
        let dry = channel.clone();
        for (at_ms, gain) in [(23.0, 0.5), (41.0, -0.4), (67.0, 0.35), (97.0, 0.3), (139.0, -0.25)] {
            let later = (44.1 * at_ms) as usize;
            channel[later..].iter_mut().zip(&dry).for_each(|(to, from)| *to += gain * from);
        }
    }
    song.push(("lead_wet".to_owned(), wet));
    assert_eq!(only(&findings(&song), "wet_dry").severity, Severity::Warning);
}
