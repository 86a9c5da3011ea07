//! Settings by hand: `master/limiter.ceiling_dbtp=-1.2`.

use acetate_model::{
    By, Json, Map, Move, Place, Process, ProcessorEntry, Promise, Quantity, Session, Settings, Standing,
};
use acetate_processors::{DitherSettings, PROCESSORS, is_limiter};

use crate::{ADVISORS, Error, hand};

/// The setting of every move that names the stem which steers it.
const KEY: &str = "key";
/// Who is named as the maker of a move that was set by hand.
const BY_HAND: &str = "--set";
/// Why a move is muted that the brief vetoes.
pub(crate) const BY_THE_BRIEF: &str = "by the brief";
/// Names that are less alike than this are not offered in place of each other.
const ALIKE: f64 = 0.8;

/// Reads `KEY=VALUE` as the key and the value that a brief holds.
pub fn parse_setting(given: &str) -> Result<(String, Json), Error> {
    let bad = || Error::BadSetting {
        given: given.to_owned(),
        expected:
            "PLACE/MOVE.SETTING=VALUE, like master/limiter.ceiling_dbtp=-1.2 or stem/vocals/gain.gain_db=1"
                .into(),
    };
    let (key, value) = given.split_once('=').ok_or_else(bad)?;
    split_key(key).ok_or_else(bad)?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()));
    Ok((key.trim().to_owned(), value))
}

/// Applies the brief's settings and vetoes to the plan.
pub(crate) fn apply(session: &mut Session) -> Result<(), Error> {
    for id in session.brief.mute.clone() {
        mute(session, &id)?;
    }
    for (key, value) in session.brief.set.clone() {
        set(session, &key, &value)?;
    }
    Ok(())
}

fn mute(session: &mut Session, id: &str) -> Result<(), Error> {
    if let Some(at) = named(session, id)? {
        session.plan[at].standing = Standing::Muted(BY_THE_BRIEF.into());
    }
    Ok(())
}

/// The move of this id; none where it is one that an advisor might have made and did not.
pub(crate) fn named(session: &Session, id: &str) -> Result<Option<usize>, Error> {
    if let Some(at) = session.plan.iter().position(|m| m.id == id) {
        return Ok(Some(at));
    }
    let place_and_advisor = id.rsplit_once('/');
    let might_be = place_and_advisor.is_some_and(|(place, name)| {
        place.parse().is_ok_and(|place| hand::places(session).contains(&place))
            && ADVISORS.iter().any(|advisor| advisor.id == name)
    });
    if might_be {
        return Ok(None);
    }
    let known: Vec<&str> = session.plan.iter().map(|m| m.id.as_str()).collect();
    let near = nearest(id, &known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Error::BadSetting {
        given: id.to_owned(),
        expected: format!("one of the plan's moves: {}{near}", known.join(", ")),
    })
}

/// The name that is most like another, if any is like it.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = known.iter().map(|other| (strsim::jaro_winkler(name, other), *other));
    alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
}

fn set(session: &mut Session, key: &str, value: &Json) -> Result<(), Error> {
    let (target, setting) = split_key(key).ok_or_else(|| Error::BadSetting {
        given: key.to_owned(),
        expected: "PLACE/MOVE.SETTING, like master/limiter.ceiling_dbtp".into(),
    })?;
    let at = find_or_add(session, target, key)?;
    if setting == KEY {
        let place = key_place(session, key, value)?;
        let changed = &mut session.plan[at];
        (changed.process.key, changed.by) = (Some(place), By::Human(BY_HAND.into()));
        return Ok(());
    }
    let changed = &mut session.plan[at];
    let entry = entry(&changed.process.kind, key)?;
    let refused = |error| Error::Setting { key: key.to_owned(), error: Box::new(error) };
    let mut settings = (entry.complete)(&changed.process.settings).map_err(refused)?;
    put(&mut settings, setting, value);
    changed.process.settings = (entry.complete)(&settings).map_err(refused)?;
    changed.by = By::Human(BY_HAND.into());
    keep_promises_true(changed, setting);
    Ok(())
}

/// The stem that shall steer a move.
fn key_place(session: &Session, key: &str, value: &Json) -> Result<Place, Error> {
    let stems: Vec<Place> = session.stems.iter().map(|stem| Place::stem(&stem.name)).collect();
    let named = value.as_str().and_then(|text| text.parse().ok()).filter(|place| stems.contains(place));
    named.ok_or_else(|| Error::BadSetting {
        given: format!("{key}={value}"),
        expected: format!("one of {}", stems.iter().map(Place::to_string).collect::<Vec<_>>().join(", ")),
    })
}

/// `master/limiter.ceiling_dbtp` to (`master/limiter`, `ceiling_dbtp`); a stem's name may hold dots.
fn split_key(key: &str) -> Option<(&str, &str)> {
    let last = key.rfind('/')?;
    let dot = last + key[last..].find('.')?;
    let (target, setting) = (&key[..dot], key[dot + 1..].trim());
    (!setting.is_empty() && last + 1 < dot).then_some((target.trim(), setting))
}

/// The move of that id, or the one of that kind at that place, or a new one in the order of the processors.
fn find_or_add(session: &mut Session, target: &str, key: &str) -> Result<usize, Error> {
    if let Some(at) = session.plan.iter().position(|m| m.id == target) {
        return Ok(at);
    }
    let (place, kind) = target.rsplit_once('/').unwrap_or(("", target));
    let bad = |expected: String| Error::BadSetting { given: key.to_owned(), expected };
    let place: Place = place.parse().map_err(bad)?;
    if let Some(at) = session.plan.iter().position(|m| m.at == place && m.process.kind == kind) {
        return Ok(at);
    }
    if let Place::Stem(name) = &place
        && session.stems.iter().all(|s| s.name != *name)
    {
        let names: Vec<&str> = session.stems.iter().map(|s| s.name.as_str()).collect();
        return Err(bad(format!("one of the stems {}", names.join(", "))));
    }
    let entry = entry(kind, key)?;
    if place != Place::Master && (is_limiter(entry.id) || entry.id == DitherSettings::ID) {
        return Err(bad("stems without limiter and dither: those work on the master, once".into()));
    }
    let new = Move {
        id: target.to_owned(),
        at: place,
        process: Process::new(entry.id, (entry.defaults)()),
        because: "Asked for by hand.".into(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Human(BY_HAND.into()),
        standing: Standing::Active,
    };
    Ok(insert(&mut session.plan, new))
}

fn entry(kind: &str, key: &str) -> Result<&'static ProcessorEntry, Error> {
    acetate_processors::find(kind).ok_or_else(|| Error::BadSetting {
        given: key.to_owned(),
        expected: format!(
            "a move of the plan or a processor: {}",
            PROCESSORS.iter().map(|p| p.id).collect::<Vec<_>>().join(", ")
        ),
    })
}

/// Puts a move before the first at its place that comes later in the list of processors.
pub(crate) fn insert(plan: &mut Vec<Move>, new: Move) -> usize {
    let rank = |kind: &str| PROCESSORS.iter().position(|p| p.id == kind).unwrap_or(usize::MAX);
    let later = |m: &Move| m.at == new.at && rank(&m.process.kind) > rank(&new.process.kind);
    let at = plan.iter().position(later).unwrap_or(plan.len());
    plan.insert(at, new);
    at
}

/// Follows `bands[1].gain_db` or `bands.1.gain_db` into the settings and puts the value there.
fn put(settings: &mut Map, path: &str, value: &Json) {
    let mut steps = path.split(['.', '[']).map(|s| s.trim_end_matches(']')).filter(|s| !s.is_empty());
    let Some(first) = steps.next() else { return };
    let mut slot = settings.entry(first.to_owned()).or_insert(Json::Null);
    for step in steps {
        slot = if let Ok(index) = step.parse() { entry_of(slot, index) } else { key_of(slot, step) };
    }
    *slot = value.clone();
}

/// An entry of a list; one that is not there yet is added at the end.
fn entry_of(slot: &mut Json, index: usize) -> &mut Json {
    if !slot.is_array() {
        *slot = Json::Array(Vec::new());
    }
    let Json::Array(entries) = slot else { unreachable!("it was made a list") };
    let index = index.min(entries.len());
    if index == entries.len() {
        entries.push(Json::Object(Map::new()));
    }
    &mut entries[index]
}

fn key_of<'a>(slot: &'a mut Json, key: &str) -> &'a mut Json {
    if !slot.is_object() {
        *slot = Json::Object(Map::new());
    }
    let Json::Object(table) = slot else { unreachable!("it was made a table") };
    table.entry(key.to_owned()).or_insert(Json::Null)
}

/// A promise that a setting by hand has made meaningless is dropped or follows it.
fn keep_promises_true(changed: &mut Move, setting: &str) {
    match setting {
        "drive_db" => {
            changed.promises.retain(|p| p.quantity == Quantity::TruePeak);
            changed.because = "The drive was set by hand; no loudness is aimed at.".into();
            changed.evidence.clear();
        }
        "ceiling_dbtp" => {
            if let Some(ceiling) = changed.process.settings.get(setting).and_then(Json::as_f64) {
                changed.promises.retain(|p| p.quantity != Quantity::TruePeak);
                changed.promises.push(Promise::at_most(&changed.at, Quantity::TruePeak, ceiling));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_split_behind_the_last_slash() {
        assert_eq!(split_key("master/limiter.ceiling_dbtp"), Some(("master/limiter", "ceiling_dbtp")));
        assert_eq!(split_key("stem/lead.v2/gain.gain_db"), Some(("stem/lead.v2/gain", "gain_db")));
        assert_eq!(split_key("master/eq.bands[0].q"), Some(("master/eq", "bands[0].q")));
        for bad in ["limiter.ceiling_dbtp", "master/limiter", "master/.x", "master/limiter."] {
            assert_eq!(split_key(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_reaches_into_lists() {
        let mut map = Map::new();
        put(&mut map, "bands[0].gain_db", &Json::from(1.5));
        put(&mut map, "bands.1.gain_db", &Json::from(-2));
        put(&mut map, "bands[0].q", &Json::from(0.7));
        assert_eq!(Json::Object(map).to_string(), r#"{"bands":[{"gain_db":1.5,"q":0.7},{"gain_db":-2}]}"#);
    }

    #[test]
    fn words_and_numbers_are_values() {
        assert_eq!(parse_setting("master/limiter.style=punch").unwrap().1, Json::from("punch"));
        assert_eq!(parse_setting("master/limiter.ceiling_dbtp=-1.2").unwrap().1, Json::from(-1.2));
        assert!(parse_setting("ceiling=-1").is_err());
    }
}
