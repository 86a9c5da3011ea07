//! How loud stems are beside the rest, and how far an advisor may turn them.

use acetate_model::Role;

/// The usual loudness of a stem over that of all others together, while it sounds, in LU; none for what may be anything.
///
/// Lead vocal: over accompaniment 5 LU in the forties, 1 LU since 1975, below 0 in metal (Gerdes and Siedenburg, JASA
/// Express Letters 3, 043201, 2023), about 0 LU by Pestana and Reiss (AES 53, 2014); without a genre from the softest of
/// these, with room, to the loudest. Kick and percussion: the rules of De Man and Reiss (AES 135, 2013) put a kick 11
/// to 13 LU and a snare 9 to 12 LU under the song, and finished songs stray from rules. The others: finished songs of
/// eight styles lie at least 2 LU inside. The client's balance is taken for meant, so all are wide.
pub fn usual_over_rest_lu(role: Role) -> Option<[f64; 2]> {
    Some(match role {
        Role::LeadVocal => [-5.0, 6.0],
        Role::BackingVocal => [-18.0, 1.0],
        Role::Drums => [-16.0, 7.5],
        Role::Kick => [-17.0, 2.0],
        Role::Percussion => [-25.0, 1.0],
        Role::Bass => [-12.0, 4.5],
        Role::Guitars | Role::Keys | Role::Synths => [-20.0, 4.0],
        Role::Strings | Role::Brass => [-20.0, 5.0],
        Role::Fx => [-40.0, 2.0],
        Role::Music | Role::Mix | Role::Unknown => return None,
    })
}

/// What a decibel of a move costs, in squared LU of excess: the first for turning down, the second for turning up, which
/// brings up noise and costs headroom. An excess of half the cost is let be.
pub const BALANCE_COST: [f64; 2] = [0.3, 0.5];

/// The share of what would be needed that is done: more than of tone, since a level has no character to lose.
pub const BALANCE_STRENGTH: f64 = 0.75;

/// The most that a stem is turned, in dB: a master is no second mix.
pub const BALANCE_MOST_DB: f64 = 3.0;

/// A stem off by so much is worth a move of full weight, in dB.
pub const BALANCE_AUDIBLE_DB: f64 = 3.0;

/// Stems that are off by more altogether (the root of the sum of squares) are for the mix to mend, in dB: as far as a master
/// goes, so that what it leaves of one that is off by 6 dB, or of two by 5 dB, still is.
pub const BALANCE_BEYOND_DB: f64 = 3.0;

/// More stems than this off by more than [`BALANCE_AUDIBLE_DB`] are for the mix to mend.
pub const BALANCE_BEYOND_STEMS: usize = 3;

/// How far the stems of a song may stand from the middle of what is usual altogether, as a share of the way to its edge (root
/// mean square), once the one fader is set that helps most: up to the first a mix has its own taste; where on average
/// every stem stands at the edge all the same, no fader is where it belongs.
pub const DISORDER: [f64; 2] = [0.75, 1.0];

/// Of fewer stems none tells which of them is off.
pub const DISORDER_FEWEST: usize = 3;

/// Sections differ on purpose: a lead that is softer in one of them than is usual is told of from this many LU on.
pub const SECTION_MARGIN_LU: f64 = 3.0;
