//! The roles of real songs by their sound, and sessions from before roles had a confidence.

use acetate_mastering::model::{Place, Role, RoleBy, RoleGuess, Stem};
use acetate_mastering::roles;

use crate::common::{Heard, heard_songs};

/// Of the roles that are sure, so many are right.
const GATE: f64 = 0.95;

#[test]
fn where_the_sound_is_sure_it_is_right() {
    let (mut count, mut sure, mut right) = (0, 0, 0);
    for Heard { session, .. } in heard_songs() {
        let stems = session.stems.iter().map(|s| (Place::stem(&s.name), RoleGuess::from_name(&s.name).role));
        for (place, truth) in stems.chain([(Place::Master, Role::Music)]) {
            let found = roles::by_sound(&place, &session.readings);
            count += 1;
            if found.confidence >= Role::TRUSTED {
                (sure, right) = (sure + 1, right + i32::from(found.role == truth));
                println!("{place}: {truth:?}, {found:?}");
            }
        }
        for stem in &session.stems {
            assert!(stem.role == Role::Unknown || stem.role_by != RoleBy::None, "{stem:?}");
        }
    }
    println!("{count} stems and sums, {sure} sure, {right} of them right");
    assert!(f64::from(right) >= GATE * f64::from(sure), "{right} of {sure}");
    assert!(count == 0 || sure >= 8, "{sure} of {count}");
}

#[test]
fn an_old_session_opens_and_its_roles_are_not_trusted() {
    let old = r#"{"name": "vox", "role": "lead_vocal", "source": {"path": "vox.wav", "coding": "WAV 24 bit",
                  "rate_hz": 48000, "channels": 2, "frames": 1, "sha256": ""}}"#;
    let stem: Stem = serde_json::from_str(old).expect("a stem");
    assert_eq!(
        (stem.role, stem.role_by, stem.trusted_role()),
        (Role::LeadVocal, RoleBy::None, Role::Unknown)
    );
}
