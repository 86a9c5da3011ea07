//! Name, sound and brief against each other, and what comes of a role that is not sure.

mod fixture;

use acetate_advisors::roles::{by_sound, decide};
use acetate_model::{Brief, Place, Quantity, Reading, Readings, Role, RoleBy, RoleGuess, Value};
use fixture::{Fixture, third_octaves};

/// Readings of a voice as it is usual: gliding, sibilant, in the middle.
const VOICE: &[(Quantity, f64)] = &[
    (Quantity::Glide, 80.0),
    (Quantity::Colour, 2.6),
    (Quantity::Sibilance, 8.0),
    (Quantity::Pitch, 190.0),
    (Quantity::PitchLow, 150.0),
    (Quantity::PitchHigh, 260.0),
    (Quantity::Pitched, 45.0),
    (Quantity::Periodicity, 0.7),
    (Quantity::SideToMid, -25.0),
    (Quantity::Flatness, -16.0),
    (Quantity::Onsets, 2.5),
    (Quantity::Attack, 8.0),
    (Quantity::Activity, 40.0),
];

fn at() -> Place {
    Place::stem("stem")
}

fn readings(scalars: &[(Quantity, f64)], db: impl Fn(f64) -> f64) -> Readings {
    let read = |quantity, value| Reading { of: at(), against: None, quantity, value, by: "fixture@1".into() };
    let scalars = scalars.iter().map(|(quantity, value)| read(*quantity, Value::Scalar(*value)));
    Readings(scalars.chain([read(Quantity::Spectrum, third_octaves(db))]).collect())
}

/// A spectrum from 200 Hz to 6 kHz.
fn voice() -> Readings {
    readings(VOICE, |hz| if (200.0..6000.0).contains(&hz) { -20.0 } else { -60.0 })
}

fn decided(brief: &Brief, name: &str, readings: &Readings) -> RoleGuess {
    decide(brief, "stem", RoleGuess::from_name(name), &at(), readings)
}

#[test]
fn a_name_that_says_nothing_leaves_it_to_the_sound() {
    let found = decided(&Brief::default(), "Track 7", &voice());
    assert_eq!((found.role, found.by), (Role::LeadVocal, RoleBy::Sound));
    assert!(found.confidence >= Role::TRUSTED, "{found:?}");
    assert!(found.because.contains("glides"), "{found:?}");
    let silent = decided(&Brief::default(), "Track 7", &Readings::default());
    assert_eq!((silent.role, silent.by, silent.confidence), (Role::Unknown, RoleBy::None, 0.0));
}

#[test]
fn the_brief_stands_above_name_and_sound() {
    let brief = Brief { roles: [("stem".to_owned(), Role::Keys)].into(), ..Brief::default() };
    let found = decided(&brief, "Bass DI", &voice());
    assert_eq!((found.role, found.by, found.confidence), (Role::Keys, RoleBy::Brief, 1.0));
}

#[test]
fn a_sure_name_stands_above_a_sound_it_may_have() {
    let found = decided(&Brief::default(), "BGV L", &voice());
    assert_eq!((found.role, found.by), (Role::BackingVocal, RoleBy::Name));
    assert!(found.confidence >= Role::TRUSTED);
    let fx = decided(&Brief::default(), "Vocal FX", &voice());
    assert!(fx.role == Role::Fx && fx.confidence >= Role::TRUSTED);
}

#[test]
fn a_name_that_the_sound_contradicts_is_not_trusted() {
    let found = decided(&Brief::default(), "Kick", &voice());
    assert_eq!(found.role, Role::Kick);
    assert!(found.confidence < Role::TRUSTED, "{found:?}");
    assert!(found.because.contains("Kick") || found.because.contains("kick"), "{found:?}");
    assert!(found.because.contains("but it sounds like lead vocal"), "{found:?}");
}

#[test]
fn a_doubtful_name_and_the_same_sound_are_sure_together() {
    let by_name = RoleGuess::from_name("Vox Reverb");
    assert!(by_name.role == Role::LeadVocal && by_name.confidence < Role::TRUSTED);
    let found = decided(&Brief::default(), "Vox Reverb", &voice());
    assert!(found.role == Role::LeadVocal && found.confidence > 0.9, "{found:?}");
}

#[test]
fn one_observation_against_a_role_is_enough() {
    for (quantity, value) in [
        (Quantity::Glide, 5.0),
        (Quantity::Colour, 0.5),
        (Quantity::Sibilance, 0.0),
        (Quantity::Pitch, 60.0),
        (Quantity::SideToMid, -1.0),
    ] {
        let mut spoilt = voice();
        for reading in spoilt.0.iter_mut().filter(|r| r.quantity == quantity) {
            reading.value = Value::Scalar(value);
        }
        let found = by_sound(&at(), &spoilt);
        assert!(found.role != Role::LeadVocal || found.confidence < Role::TRUSTED, "{quantity}: {found:?}");
    }
}

#[test]
fn a_small_change_of_a_reading_is_a_small_change_of_the_confidence() {
    let mut last: Option<f64> = None;
    for glide in 0..=100 {
        let mut changed = voice();
        for reading in changed.0.iter_mut().filter(|r| r.quantity == Quantity::Glide) {
            reading.value = Value::Scalar(f64::from(glide));
        }
        let found = by_sound(&at(), &changed);
        let fit = if found.role == Role::LeadVocal { found.confidence } else { 0.0 };
        // nothing is guessed below a least fit
        assert!(last.is_none_or(|last| (fit - last).abs() < 0.25), "{glide}: {fit} after {last:?}");
        last = Some(fit);
    }
    assert!(last.is_some_and(|fit| fit >= Role::TRUSTED));
}

/// The plan for a stem with rumble, whose role would decide how high the filter may go.
fn plan(role: Role, confidence: f64) -> String {
    let mut rumbling = Fixture::good().scalar(&Place::stem("vocals"), Quantity::Rumble, -12.0);
    let thin = third_octaves(|hz| if hz < 60.0 { -60.0 } else { -20.0 });
    rumbling = rumbling.reads(&Place::stem("vocals"), Quantity::Spectrum, thin);
    for stem in rumbling.stems.iter_mut().filter(|s| s.name == "vocals") {
        (stem.role, stem.confidence) = (role, confidence);
    }
    format!("{:?}", rumbling.plan())
}

#[test]
fn a_role_that_is_not_sure_plans_like_an_unknown_one() {
    let neutral = plan(Role::Unknown, 0.0);
    for &role in Role::ALL {
        assert_eq!(plan(role, 0.79), neutral, "{role:?}");
    }
    assert_ne!(plan(Role::LeadVocal, Role::TRUSTED), neutral);
}
