//! A person's hand on the plan: what is locked, and how much of a move is done.

use acetate_model::{By, Map, Move, Place, Process, Promise, Readings, Session};
use acetate_processors::settings_of;

use crate::{Error, set};

/// How the sentence begins that says how much of a move is done by hand.
const BY_HAND: &str = " By hand, ";
/// The same by the strength of the brief.
const BY_STRENGTH: &str = " By the strength asked for, ";

/// Refuses to lock what is not there.
pub(crate) fn check_locks(session: &Session) -> Result<(), Error> {
    let places = places(session);
    if let Some(unknown) = session.brief.lock.iter().find(|place| !places.contains(place)) {
        return Err(Error::BadSetting {
            given: unknown.to_string(),
            expected: format!(
                "a place to lock: {}",
                places.iter().map(Place::to_string).collect::<Vec<_>>().join(", ")
            ),
        });
    }
    Ok(())
}

/// What a process was given to do, as its amount leaves it.
pub fn works_with(process: &Process) -> Map {
    let mut works = process.settings.clone();
    if process.amount != 1.0
        && let Ok(scaled) = settings_of(process)
    {
        works.extend(scaled.into_iter().filter(|(key, _)| process.settings.contains_key(key)));
    }
    works
}

/// Where a move can work.
pub(crate) fn places(session: &Session) -> Vec<Place> {
    session.stems.iter().map(|stem| Place::stem(&stem.name)).chain([Place::Master]).collect()
}

/// Does as much of each move as the brief says.
pub(crate) fn scale(session: &mut Session) -> Result<(), Error> {
    let Session { plan, readings, brief, .. } = session;
    let by_strength = |m: &&mut Move| matches!(m.by, By::Advisor(_)) && !brief.scale.contains_key(&m.id);
    plan.iter_mut().filter(by_strength).for_each(|m| say(m, readings, BY_STRENGTH));
    for (id, amount) in session.brief.scale.clone() {
        let Some(at) = set::named(session, &id)? else { continue };
        let (scaled, readings) = (&mut session.plan[at], &session.readings);
        scaled.process.amount = amount;
        let refused = |error| Error::Setting { key: id.clone(), error: Box::new(error) };
        settings_of(&scaled.process).map_err(refused)?;
        say(scaled, readings, BY_HAND);
    }
    Ok(())
}

/// The reason says how much is done, and promises are made only as far as they follow.
fn say(scaled: &mut Move, readings: &Readings, who: &str) {
    let amount = scaled.process.amount;
    if let Some(said) = [BY_HAND, BY_STRENGTH].iter().find_map(|who| scaled.because.find(who)) {
        scaled.because.truncate(said);
    }
    if amount == 1.0 {
        return;
    }
    scaled.because = format!("{}{who}{:.0} % of it is done.", scaled.because, 100.0 * amount);
    let follows = |promise: &mut Promise| {
        let Some(before) = readings.scalar(&promise.of, promise.quantity).filter(|_| amount < 1.0) else {
            return false;
        };
        widen(promise, before, amount);
        true
    };
    scaled.promises.retain_mut(follows);
}

/// A part of the way from what was measured to each limit keeps the promise too.
fn widen(promise: &mut Promise, before: f64, amount: f64) {
    let [low, high] = promise.within;
    let part = |limit: f64| before + amount * (limit - before);
    if low > Promise::FLOOR {
        promise.within[0] = low.min(part(low));
    }
    promise.within[1] = high.max(part(high));
}

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_model::{Quantity, Reading, Standing, Value};

    fn a_move(within: [f64; 2], amount: f64) -> Move {
        let process = Process { amount, ..Process::new("gain", Map::new()) };
        Move {
            id: "master/level".into(),
            at: Place::Master,
            process,
            because: "It was soft.".into(),
            evidence: Vec::new(),
            promises: vec![Promise { of: Place::Master, quantity: Quantity::Crest, within }],
            by: By::Advisor("level".into()),
            standing: Standing::Active,
        }
    }

    fn crest(value: f64) -> Readings {
        Readings(vec![Reading {
            of: Place::Master,
            against: None,
            quantity: Quantity::Crest,
            value: Value::Scalar(value),
            by: "test@1".into(),
        }])
    }

    #[test]
    fn half_a_move_promises_half_the_way() {
        let mut half = a_move([8.0, 10.0], 0.5);
        say(&mut half, &crest(16.0), BY_HAND);
        assert_eq!(half.promises[0].within, [8.0, 13.0]);
        assert_eq!(half.because, "It was soft. By hand, 50 % of it is done.");
        half.process.amount = 0.25;
        say(&mut half, &crest(16.0), BY_HAND);
        assert_eq!(half.because, "It was soft. By hand, 25 % of it is done.", "it is said once");
    }

    #[test]
    fn a_limit_that_is_kept_already_stays() {
        let mut half = a_move([Promise::FLOOR, 20.0], 0.5);
        say(&mut half, &crest(16.0), BY_HAND);
        assert_eq!(half.promises[0].within, [Promise::FLOOR, 20.0]);
    }

    #[test]
    fn what_does_not_follow_is_not_promised() {
        let mut twice = a_move([8.0, 10.0], 2.0);
        say(&mut twice, &crest(16.0), BY_HAND);
        assert!(twice.promises.is_empty());
        let mut unmeasured = a_move([8.0, 10.0], 0.5);
        say(&mut unmeasured, &Readings::default(), BY_HAND);
        assert!(unmeasured.promises.is_empty());
        let mut whole = a_move([8.0, 10.0], 1.0);
        say(&mut whole, &crest(16.0), BY_HAND);
        assert_eq!(whole, a_move([8.0, 10.0], 1.0));
    }
}
