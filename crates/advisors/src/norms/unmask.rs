//! When a stem covers the lead vocal, and what may be done about it.

use acetate_model::Role;

/// Where a voice is understood, in Hz, and the bands to either side that it is set against.
pub const PRESENCE_HZ: [f64; 2] = [1100.0, 3600.0];
/// See [`PRESENCE_HZ`].
pub const LOW_SIDE_HZ: [f64; 2] = [350.0, 900.0];
/// See [`PRESENCE_HZ`].
pub const HIGH_SIDE_HZ: [f64; 2] = [4400.0, 9000.0];

/// The most by which third octaves of a stem that accompanies usually stand over those to either side, below and above,
/// in dB; none for what is no accompaniment. Whole songs lie at -4 and +3 to +8 (Pestana and others, AES 135, 8960;
/// Elowsson and Friberg, AES 142, 9762); instruments of the middle stand out more, as in finished songs of eight styles.
pub fn usual_presence_db(role: Role) -> Option<[f64; 2]> {
    Some(match role {
        Role::Drums | Role::Percussion => [-2.0, 2.0],
        Role::Guitars => [2.0, 6.0],
        Role::Brass => [3.5, 8.0],
        Role::Keys | Role::Synths => [-2.0, 6.0],
        Role::Strings => [-4.0, 8.0],
        Role::Fx => [0.0, 3.0],
        Role::Music | Role::Unknown => [-4.0, 4.0],
        Role::Kick | Role::Bass | Role::LeadVocal | Role::BackingVocal | Role::Mix => return None,
    })
}

/// From the first to the second of these levels over the voice's presence, a stem comes to cover it, in dB. Two powers
/// as strong as each other already leave a third of the loudness.
pub const COVERING_DB: [f64; 2] = [-12.0, -3.0];

/// Between these levels over the voice's presence, less is usual, by the most of [`ROOM_DB`].
pub const OVER_THE_VOICE_DB: [f64; 2] = [-3.0, 3.0];
/// See [`OVER_THE_VOICE_DB`].
pub const ROOM_DB: f64 = 1.5;

/// The bell that makes room, over two octaves.
pub const ROOM_HZ: f64 = 2000.0;
/// See [`ROOM_HZ`].
pub const ROOM_Q: f64 = 0.7;

/// The share of the excess that is taken back.
pub const ROOM_STRENGTH: f64 = 0.75;

/// The most that is cut, in dB: what an assistant may take from a stem with a broad filter.
pub const ROOM_MOST_DB: f64 = 4.0;

/// An excess that is worth a move, in dB.
pub const ROOM_AUDIBLE_DB: f64 = 3.0;

/// An excess that is for the mix to mend, in dB.
pub const ROOM_BEYOND_DB: f64 = 9.0;

/// What the voice must gain in its presence, as masked-to-unmasked ratio: nothing below the first, all of the move from
/// the second on.
pub const GAINED: [f64; 2] = [0.01, 0.02];

/// What the stem that is cut may lose of its own ratio: all of the move up to the first, nothing from the second on.
pub const LOST: [f64; 2] = [0.03, 0.05];

/// Under this masked-to-unmasked ratio a lead vocal is lost in its song; what each point of severity is beyond it. At 0.2
/// words are hard to follow, and what stays under 0.1 is for the mix to mend.
pub const LEAST_UNMASKED: f64 = 0.22;
/// See [`LEAST_UNMASKED`].
pub const UNMASKED_STEP: f64 = 0.04;
/// See [`LEAST_UNMASKED`].
pub const BURIED: f64 = 0.1;

/// A band in which a stem covers the voice for more of its loudness than this is worth ducking.
pub const COVERED_FOR: f64 = 0.3;

/// Where a voice may be made room for by ducking, in Hz.
pub const DUCK_HZ: [f64; 2] = [300.0, 6000.0];

/// The deepest duck, in dB, and the ratio at which it is reached.
pub const DUCK_MOST_DB: f64 = 3.0;
/// See [`DUCK_MOST_DB`].
pub const DUCK_FULL_AT: f64 = 0.14;

/// A stem that covers this share of what the worst one covers is not ducked, in part up to all of it.
pub const LESSER_MASKER: f64 = 0.3;
