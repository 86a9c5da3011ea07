use acetate_model::Quantity;

use super::readings::{Null, OneStem};

/// Below this nothing is left: under the noise of 16 bits beside a loud mix.
const IDENTICAL_DB: f64 = -90.0;
/// Below this only rounding and dither are left.
const SAME_DB: f64 = -60.0;
/// What is left after a sufficient explanation. By practice 40 dB is what a null test has to reach.
const EXPLAINED_DB: f64 = -40.0;
/// An explanation has to leave so much less than the plain null test.
const CLEARLY_DB: f64 = 10.0;
/// An explanation of several parts, or of a part of the matter, has to leave so much less.
const PARTLY_DB: f64 = 6.0;
/// Two explanations that are nearer to each other are equally good, and the simpler counts.
const ALIKE_DB: f64 = 6.0;
/// Two that both leave less than this are equally good: what is lower is interpolation and rounding.
const ENOUGH_DB: f64 = -80.0;
/// A fraction of a frame from here on is an offset: a thousandth is heard by no one, but shows.
const OFFSET_FRAMES: f64 = 0.005;
/// Below these a mix is of another song: the places that agree, and the correlation.
const OTHER_PERCENT: f64 = 34.0;
const OTHER_CORRELATION: f64 = 0.3;
/// A stem below this factor is not in the mix (−30 dB).
const ABSENT: f64 = 0.03;

/// Why the stems do not add up to the mix, or that they do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    /// The same but for level, time and polarity of all; `rounded` if there is noise.
    Same { rounded: bool },
    /// One stem stands otherwise.
    Stem(OneStem, Fault),
    /// Several stems have other levels.
    Levels,
    /// The mix bus had an equaliser, or another filter.
    Filter,
    /// The mix bus had a gain that moved.
    Gain,
    /// The mix bus was bent from sample to sample.
    Curve,
    /// Several of these.
    Several,
    /// Something is in the mix that is in no stem.
    Missing,
    /// The mix has nothing to do with the stems.
    OtherSong,
}

/// How one stem stands otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Absent,
    Polarity,
    Offset,
    Level,
}

impl Cause {
    pub(super) fn of(null: &Null) -> Self {
        let is_moved = null.delay_frames.fract() != 0.0 && null.left_db <= EXPLAINED_DB;
        if null.left_db <= SAME_DB || is_moved && !by_one_stem(null) {
            return Self::Same { rounded: null.left_db > IDENTICAL_DB && !is_moved };
        }
        if let Some(cause) = sole(null) {
            return cause;
        }
        let of_bus =
            [Quantity::NullFilter, Quantity::NullGain, Quantity::NullCurve, Quantity::NullFilterGain];
        let least = of_bus.iter().map(|q| null.left(*q)).fold(0.0, f64::min);
        if null.match_percent < OTHER_PERCENT && null.correlation.abs() < OTHER_CORRELATION {
            Self::OtherSong
        } else if least <= null.left_db - PARTLY_DB {
            Self::Several
        } else {
            Self::Missing
        }
    }
}

/// Whether a single stem that was changed says much more than a shift of all by a part of a frame.
fn by_one_stem(null: &Null) -> bool {
    nearest(null).is_some_and(|one| one.left_db <= null.left_db - CLEARLY_DB)
}

/// The one cause that explains all, the simplest of those that explain equally well.
fn sole(null: &Null) -> Option<Cause> {
    let stem = nearest(null).map(|one| (one.left_db, Cause::Stem(one.clone(), fault(one))));
    let of_all = [
        (Quantity::NullFilter, Cause::Filter),
        (Quantity::NullGain, Cause::Gain),
        (Quantity::NullCurve, Cause::Curve),
        (Quantity::NullStems, Cause::Levels),
    ];
    let of_all = of_all.map(|(quantity, cause)| (null.left(quantity), cause));
    let tried: Vec<(f64, Cause)> = stem.into_iter().chain(of_all).collect();
    let least = tried.iter().map(|(left, _)| left.max(ENOUGH_DB)).fold(0.0, f64::min);
    let (left_db, cause) = tried.into_iter().find(|(left, _)| left.max(ENOUGH_DB) <= least + ALIKE_DB)?;
    (left_db <= EXPLAINED_DB && left_db <= null.left_db - CLEARLY_DB).then_some(cause)
}

/// The stem that explains most; among equals the one beside which the others stand as they were sent.
fn nearest<'a>(null: &'a Null) -> Option<&'a OneStem> {
    let left = |one: &OneStem| one.left_db.max(ENOUGH_DB);
    let least = null.one_stem.iter().map(left).fold(0.0, f64::min);
    let off = |one: &OneStem| if one.rest > 0.0 { libm::log(one.rest).abs() } else { f64::INFINITY };
    let alike = null.one_stem.iter().filter(|one| left(one) <= least + ALIKE_DB);
    alike.min_by(|a, b| off(a).total_cmp(&off(b)).then_with(|| left(a).total_cmp(&left(b))))
}

fn fault(one: &OneStem) -> Fault {
    if one.factor.abs() < ABSENT {
        Fault::Absent
    } else if one.delay_frames.abs() >= OFFSET_FRAMES {
        Fault::Offset
    } else if one.factor < 0.0 {
        Fault::Polarity
    } else {
        Fault::Level
    }
}
