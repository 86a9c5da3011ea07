//! What is done to stems and sum before a lacquer is cut.

use acetate_model::{Db, Hz, Move, Place, Quantity, Role, Session, Settings};
use acetate_processors::{DeesserSettings, HighPassSettings, LowPassSettings, Slope, StereoSettings};

use crate::settle::own_move;

/// Houses ask for a low end in phase below 100 to 300 Hz; below this it is mono.
const MONO_BELOW_HZ: f64 = 150.0;
/// Correlation in the bass from which on nothing needs to be done.
const ALREADY_MONO: f64 = 0.98;
/// Below this a groove only wanders.
const LOWEST_HZ: f64 = 25.0;
/// Above this a cutter head only heats.
const HIGHEST_HZ: f64 = 18_000.0;
/// How far an s is turned down at most: more than for a stream, since a stylus cannot follow it near the label.
const S_RANGE_DB: f64 = 4.0;

/// The moves, those of stems first.
pub(crate) fn moves(session: &Session) -> Vec<Move> {
    let mut moves = Vec::new();
    for stem in &session.stems {
        let at = Place::stem(&stem.name);
        let low = session.readings.scalar(&at, Quantity::LowCorrelation);
        if low.is_some_and(|correlation| correlation < ALREADY_MONO) {
            let mono = StereoSettings { mono_below_hz: Hz(MONO_BELOW_HZ), ..StereoSettings::default() };
            moves.push(placed(&at, "cut_mono", &mono));
        }
        if matches!(stem.trusted_role(), Role::LeadVocal | Role::BackingVocal) {
            let softer = DeesserSettings { range_db: Db(S_RANGE_DB), ..DeesserSettings::default() };
            moves.push(placed(&at, "cut_deess", &softer));
        }
    }
    let lowest = HighPassSettings { cutoff_hz: Hz(LOWEST_HZ), slope: Slope::Db12 };
    let highest = LowPassSettings { cutoff_hz: Hz(HIGHEST_HZ), slope: Slope::Db12 };
    moves.push(own_move("master/cut_lowest", &lowest));
    moves.push(own_move("master/cut_highest", &highest));
    moves
}

fn placed<S: Settings>(at: &Place, name: &str, settings: &S) -> Move {
    Move { at: at.clone(), ..own_move(&format!("{at}/{name}"), settings) }
}
