//! Which stems to turn, and how far, so that all lie within what is usual: few of them, and as little as will do.

use acetate_model::{Case, Place, Role};

use crate::moves;
use crate::norms::{BALANCE_COST, DISORDER, DISORDER_FEWEST, usual_over_rest_lu};
use crate::scene::{Beside, Levels, Scene};

/// No stem is off by more than this, in dB.
const FARTHEST_DB: f64 = 24.0;
/// Rounds over the stems; a few settle it.
const ROUNDS: usize = 60;
/// Where one fader is tried, in dB.
const ONE_FADER_DB: [f64; 8] = [-15.0, -11.0, -7.0, -3.5, 3.5, 7.0, 11.0, 15.0];
/// The step of the last rounds, in dB.
const FINEST_DB: f64 = 0.001;

/// A stem that is judged.
#[derive(Debug)]
pub struct Judged {
    /// Its number among the stems.
    pub stem: usize,
    pub place: Place,
    pub usual: [f64; 2],
    beside: Beside,
}

/// The stems of a song beside each other.
#[derive(Debug)]
pub struct Balance {
    pub judged: Vec<Judged>,
    roles: Vec<Role>,
}

impl Balance {
    /// In the hops that are wanted; none where too little was measured.
    pub fn of(case: &Case, wanted: impl Fn(usize) -> bool) -> Option<Self> {
        let scene = Scene::of(case.stems, case.readings)?;
        let places: Vec<Place> = case.stems.iter().map(moves::place).collect();
        let roles: Vec<Role> = case.stems.iter().map(acetate_model::Stem::trusted_role).collect();
        let levels = Levels::of(&scene, &places);
        let judge = |stem: usize| {
            let [low, high] = usual_over_rest_lu(roles[stem])?;
            // one of several that play the same may be soft
            let several = roles.iter().filter(|&&role| role == roles[stem]).count() > 1;
            let usual = [if several { f64::NEG_INFINITY } else { low }, high];
            let beside = levels.beside(stem, &wanted)?;
            Some(Judged { stem, place: places[stem].clone(), usual, beside })
        };
        Some(Self { judged: (0..places.len()).filter_map(judge).collect(), roles })
    }

    /// A stem's loudness over the rest. The backing vocals are not counted against the lead, whose part they are.
    pub fn over_rest_lu(&self, judged: &Judged, gains_db: &[f64]) -> Option<f64> {
        let with_lead =
            |n: usize| self.roles[judged.stem] == Role::LeadVocal && self.roles[n] == Role::BackingVocal;
        judged.beside.over_rest_lu(gains_db, |n| !with_lead(n))
    }

    /// How far a stem lies outside of what is usual, positive above it, in LU.
    pub fn excess_lu(&self, judged: &Judged, gains_db: &[f64]) -> f64 {
        let [low, high] = judged.usual;
        self.over_rest_lu(judged, gains_db).map_or(0.0, |lu| (lu - high).max(0.0) - (low - lu).max(0.0))
    }

    /// How far the stems stand from the middle of what is usual for their roles, as a share of the way to its edge, once that
    /// one fader is set which brings them nearest: one stem that is off, however far, is no disorder. None where they are
    /// too few to tell.
    pub fn disorder(&self) -> Option<f64> {
        let apart = self.apart(&[])?;
        if apart <= DISORDER[0] {
            return Some(apart);
        }
        let turned = |stem: usize, db: f64| {
            let mut gains = vec![0.0; self.roles.len()];
            gains[stem] = db;
            self.apart(&gains)
        };
        let stems = self.judged.iter().map(|judged| judged.stem);
        let tried = stems.flat_map(|stem| ONE_FADER_DB.map(|db| (stem, db)));
        Some(tried.filter_map(|(stem, db)| turned(stem, db)).fold(apart, f64::min))
    }

    /// The root of the mean square over all stems that are judged.
    fn apart(&self, gains_db: &[f64]) -> Option<f64> {
        let share = |judged: &Judged| {
            let [low, high] = usual_over_rest_lu(self.roles[judged.stem])?;
            let lu = self.over_rest_lu(judged, gains_db)?;
            Some((lu - f64::midpoint(low, high)) / (0.5 * (high - low)))
        };
        let shares: Vec<f64> = self.judged.iter().filter_map(share).collect();
        let squares: f64 = shares.iter().map(|share| share * share).sum();
        (shares.len() >= DISORDER_FEWEST).then(|| (squares / shares.len() as f64).sqrt())
    }

    /// The gains that leave the least squared excess and cost, in dB, stem by stem: coordinate descent from no change.
    /// None makes good more than the stem's own excess, so that no stem is turned for what another one is.
    pub fn needed_db(&self) -> Vec<f64> {
        let mut gains = vec![0.0; self.roles.len()];
        let ranges: Vec<[f64; 2]> =
            self.judged.iter().map(|judged| within(-self.excess_lu(judged, &gains))).collect();
        if ranges.iter().all(|[down, up]| down == up) {
            return gains;
        }
        let mut step = 1.0;
        for _ in 0..ROUNDS {
            let mut moved = false;
            for (judged, range) in self.judged.iter().zip(&ranges) {
                moved |= self.improve(&mut gains, judged.stem, *range, step);
            }
            if !moved {
                if step <= FINEST_DB {
                    break;
                }
                step = (step / 4.0).max(FINEST_DB);
            }
        }
        gains
    }

    /// Moves one gain as long as that pays; whether it did.
    fn improve(&self, gains: &mut [f64], stem: usize, [down, up]: [f64; 2], step: f64) -> bool {
        let (start, mut least) = (gains[stem], self.burden(gains));
        for direction in [-step, step] {
            loop {
                let before = gains[stem];
                gains[stem] = (before + direction).clamp(down, up);
                let burden = self.burden(gains);
                if burden >= least {
                    gains[stem] = before;
                    break;
                }
                least = burden;
            }
        }
        gains[stem] != start
    }

    fn burden(&self, gains: &[f64]) -> f64 {
        let excess = |judged| self.excess_lu(judged, gains);
        let excesses: f64 = self.judged.iter().map(|judged| excess(judged) * excess(judged)).sum();
        let [down, up] = BALANCE_COST;
        excesses + gains.iter().map(|g| if *g < 0.0 { -g * down } else { g * up }).sum::<f64>()
    }
}

/// Gains from none to one that makes an excess good.
fn within(good_db: f64) -> [f64; 2] {
    let good_db = good_db.clamp(-FARTHEST_DB, FARTHEST_DB);
    [good_db.min(0.0), good_db.max(0.0)]
}
